//! The one seam to the network: revocation lists and answers are fetched through [`Fetch`], and nothing else is.
//!
//! **Decides** nothing. What was fetched is octets from anybody; whoever asked for them verifies them.
//! **Trusts** addresses that the operator wrote down, and addresses from certificates of valid paths whose host is on
//! the operator's list: [`FetchUrl`] cannot be made otherwise.
//! **Refuses** every scheme but `http` and `https`, redirects, compressed answers, answers that are too large, too slow
//! or of another content type than was asked for.
//! **Standard:** RFC 5280 section 4.2.1.13 and RFC 6960 appendix A for what is asked; RFC 9110 for how.

mod allowed_hosts;
mod chance;
mod error;
mod fetched;
mod guard;
#[cfg(feature = "http-client")]
mod http;
mod request;
mod url;

use std::fmt::Debug;
use std::pin::Pin;

pub use self::allowed_hosts::AllowedHosts;
pub(super) use self::chance::Chance;
pub use self::error::FetchError;
pub use self::fetched::{FetchValidators, Fetched, FetchedOctets};
pub use self::guard::GuardedFetch;
#[cfg(feature = "http-client")]
pub use self::http::HttpFetcher;
pub use self::request::{FetchPost, FetchRequest};
pub use self::url::FetchUrl;

/// Fetches octets over the network.
///
/// A fetcher of one's own is for whoever has to go through a proxy or a queue, or has a client library already. What it
/// returns is verified, so it need not be trusted for more than this: it must not follow redirects, must not reach what
/// only this machine may reach on behalf of an address from a certificate, and must keep the limits of the request.
///
/// ```
/// use tower_client_cert::{Fetch, FetchError, FetchRequest, Fetched, FetchedOctets, Fetching};
///
/// /// Answers everything with the same list.
/// #[derive(Debug)]
/// struct Canned(Vec<u8>);
///
/// impl Fetch for Canned {
///     fn fetch(&self, request: FetchRequest) -> Fetching<'_> {
///         Box::pin(async move {
///             if self.0.len() > request.max_octets() {
///                 return Err(FetchError::TooLarge { limit_octets: request.max_octets() });
///             }
///             Ok(Fetched::Octets(FetchedOctets::new(self.0.clone())))
///         })
///     }
/// }
/// ```
pub trait Fetch: Debug + Send + Sync + 'static {
    /// Fetches what the request asks for, within its limits. Dropping the future ends the fetch.
    ///
    /// # Errors
    ///
    /// A [`FetchError`]; [`FetchError::other`] wraps one that has no variant here.
    fn fetch(&self, request: FetchRequest) -> Fetching<'_>;

    /// Whether this fetcher could ever fetch from an address. Asked when a layer is built, so that what cannot work is
    /// told at once. Default: it could.
    ///
    /// # Errors
    ///
    /// The [`FetchError`] that every fetch from there would end with.
    fn check(&self, url: &FetchUrl) -> Result<(), FetchError> {
        let _ = url;
        Ok(())
    }

    /// What it is and how it is set, as the effective policy shows it; nothing secret. Default: that it is the program's
    /// own.
    fn describe(&self) -> String {
        "a fetcher of the program's own".to_owned()
    }

    /// Ranges of addresses that it reaches although they are not of the public internet, as the effective policy shows
    /// them. Default: none is known.
    fn allowed_targets(&self) -> Vec<String> {
        Vec::new()
    }

    /// How many fetches it runs at a time; `None` where that is not limited. Renewals of OCSP answers take half of them
    /// at most, and leave the others to clients that wait. Default: not limited.
    fn max_running(&self) -> Option<usize> {
        None
    }
}

/// A fetch under way.
pub type Fetching<'a> = Pin<Box<dyn Future<Output = Result<Fetched, FetchError>> + Send + 'a>>;
