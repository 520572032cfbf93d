//! The store of the example, with a real Redis.

use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use tower_client_cert::{Reason, RevocationStore as _, StoreKey};

use self::example::RedisStore;
use crate::scene::{CLIENT, Served, World, numbered};
use crate::support::programs;
use crate::support::server_process::{START_ATTEMPTS, ServerProcess, free_address};

#[path = "../../examples/redis_store.rs"]
#[allow(dead_code, reason = "the example's main program is not what is tested")]
mod example;

/// A Redis that keeps nothing; `None`, and told, where it is not installed.
fn redis() -> Option<ServerProcess> {
    let program = programs::require("redis-server")?;
    for _ in 0..START_ATTEMPTS {
        let address = free_address();
        let child = Command::new(&program)
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &address.port().to_string()])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut server = ServerProcess::new(address, child);
        if server.accepts(MAX_POLLS) {
            return Some(server);
        }
    }
    panic!("redis-server does not start");
}

fn url(server: &ServerProcess) -> String {
    format!("redis://{}/", server.address())
}

async fn wait_for(what: impl Fn() -> bool) {
    let waiting = async {
        while !what() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting).await.expect("it happens in time");
}

#[tokio::test]
async fn replicas_share_a_list_by_a_real_redis_and_go_on_when_it_is_gone() {
    let Some(server) = redis() else { return };
    let world = World::new();
    let crls = || world.crls().store(RedisStore::at(&url(&server)).unwrap());
    world.publish(&numbered(1).revoke(CLIENT));
    let first = world.builder().fetched_crls(crls()).build().unwrap();
    wait_for(|| first.handle().counts().crl_fetches() == 1).await;
    let key = StoreKey::new("crl", &[crate::scene::URL.as_bytes()]);
    let store = RedisStore::at(&url(&server)).unwrap();
    let is_stored = async {
        while store.load(&key, 1024 * 1024).await.unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), is_stored).await.expect("the list is stored in time");

    // The authority is down, and another replica starts.
    world.network.serve(Served::Failure);
    let second = world.builder().fetched_crls(crls()).build().unwrap();
    wait_for(|| second.handle().counts().crl_fetches() == 1).await;
    assert_eq!(world.ask(&second).await.reason(), Some(Reason::Revoked));
    assert_eq!(world.network.asked(), 1);

    // Redis is down too, and a third one starts: no source, and no verdict made up.
    let third = crls();
    drop(server);
    let third = world.builder().fetched_crls(third).build().unwrap();
    wait_for(|| third.handle().counts().crl_fetch_failures() > 0).await;
    assert!(third.handle().counts().store_failures() > 0);
    assert_eq!(world.ask(&third).await.reason(), Some(Reason::RevocationNoSource));
    assert_eq!(world.ask(&first).await.reason(), Some(Reason::Revoked));
}

#[tokio::test]
async fn an_entry_of_redis_is_bounded_and_ends() {
    let Some(server) = redis() else { return };
    let store = RedisStore::at(&url(&server)).unwrap();
    let key = StoreKey::new("crl", &[b"a"]);
    assert!(store.load(&key, 10).await.unwrap().is_none());
    store.save(&key, &[7; 11], SystemTime::now() + Duration::from_secs(60)).await.unwrap();
    assert!(store.load(&key, 10).await.unwrap().is_none());
    assert_eq!(store.load(&key, 11).await.unwrap().unwrap(), [7; 11]);
    store.save(&key, b"late", SystemTime::UNIX_EPOCH).await.unwrap();
    let gone = async {
        while store.load(&key, 10).await.unwrap().is_some() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("an entry of no use ends");
}

const MAX_POLLS: usize = 400;
