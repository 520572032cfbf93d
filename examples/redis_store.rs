//! Replicas share revocation lists by Redis: one of them asks the authority, the others take its list from there.
//!
//! ```text
//! redis-server --port 6380 --save '' &
//! cargo run --example redis_store --all-features -- redis://127.0.0.1:6380/
//! ```
//!
//! Redis need not be trusted. What is read from it is verified like what comes from the authority, and where it is down
//! or slow, every replica asks the authority itself.

use std::error::Error;
use std::time::{Duration, SystemTime};

use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands as _, Client, RedisError};
use tower_client_cert::{RevocationStore, StoreError, StoreKey, Storing};

/// A store in Redis. Entries end by themselves when they are of no use any more.
#[derive(Clone, Debug)]
pub(crate) struct RedisStore {
    client: Client,
}

impl RedisStore {
    pub(crate) fn at(url: &str) -> Result<Self, RedisError> {
        Ok(Self { client: Client::open(url)? })
    }

    /// A connection for one access: there are a few in an hour, and none is left over that has died in the meantime.
    async fn connection(&self) -> Result<MultiplexedConnection, StoreError> {
        self.client.get_multiplexed_async_connection().await.map_err(StoreError::other)
    }
}

impl RevocationStore for RedisStore {
    fn load<'a>(&'a self, key: &'a StoreKey, max_octets: usize) -> Storing<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let mut connection = self.connection().await?;
            // One octet more than may be there tells that there is too much, without fetching all of it.
            let end = isize::try_from(max_octets).unwrap_or(isize::MAX);
            let octets: Vec<u8> = connection.getrange(name(key), 0, end).await.map_err(StoreError::other)?;
            Ok(Some(octets).filter(|octets| !octets.is_empty() && octets.len() <= max_octets))
        })
    }

    fn save<'a>(&'a self, key: &'a StoreKey, octets: &'a [u8], useful_until: SystemTime) -> Storing<'a, ()> {
        Box::pin(async move {
            let left = useful_until.duration_since(SystemTime::now()).unwrap_or_default();
            let mut connection = self.connection().await?;
            // Redis refuses a time of none.
            let seconds = left.max(Duration::from_secs(1)).as_secs();
            connection.set_ex(name(key), octets, seconds).await.map_err(StoreError::other)
        })
    }
}

fn name(key: &StoreKey) -> String {
    format!("tower-client-cert:{key}")
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "what was read is what this program is for")]
async fn main() -> Result<(), Box<dyn Error>> {
    let Some(url) = std::env::args().nth(1) else {
        return Err("which Redis? Say redis://host:port/ after --".into());
    };
    let store = RedisStore::at(&url)?;
    // In a service: FetchedCrls::new(HttpFetcher::new(), ["http://crl.partner.example/issuing.crl"])?.store(store),
    // and fetched_crls() of the layer's builder. Here, what the layer does with it then:
    let key = StoreKey::new("crl", &[b"http://crl.partner.example/issuing.crl"]);
    let in_an_hour = SystemTime::now() + Duration::from_secs(60 * 60);
    store.save(&key, b"a signed list", in_an_hour).await?;
    let another_replica = RedisStore::at(&url)?;
    match another_replica.load(&key, 1024).await? {
        Some(octets) if octets == b"a signed list" => println!("another replica read {} octets", octets.len()),
        other => return Err(format!("expected what was saved, found {other:?}").into()),
    }
    Ok(())
}
