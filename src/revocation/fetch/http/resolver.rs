use std::fmt::Debug;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;

use crate::revocation::fetch::FetchUrl;

/// Finds the addresses of a host.
pub(super) trait Resolve: Debug + Send + Sync {
    fn resolve<'a>(&'a self, url: &'a FetchUrl) -> Resolving<'a>;
}

pub(super) type Resolving<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// As the operating system does.
#[derive(Debug)]
pub(super) struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, url: &'a FetchUrl) -> Resolving<'a> {
        Box::pin(async move {
            let addresses = tokio::net::lookup_host((url.host(), url.port())).await?;
            Ok(addresses.take(MAX_ADDRESSES).map(|address| address.ip()).collect())
        })
    }
}

/// Addresses of one name that are looked at.
const MAX_ADDRESSES: usize = 16;
