//! A store that does what it is told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use tower_client_cert::{RevocationStore, StoreError, StoreKey, Storing};

/// A store in memory that does what it is told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    entries: Arc<Mutex<HashMap<StoreKey, Kept>>>,
    does: Arc<Mutex<Does>>,
}

#[derive(Clone, Debug)]
struct Kept {
    octets: Vec<u8>,
    useful_until: SystemTime,
}

#[derive(Clone, Debug, Default)]
pub(crate) enum Does {
    #[default]
    Keep,
    Fail,
    Hang,
    Panic,
    Say(Vec<u8>),
}

impl Told {
    pub(crate) fn now_does(&self, does: Does) {
        *self.does.lock().unwrap() = does;
    }

    /// What is kept.
    pub(crate) fn entries(&self) -> Vec<Vec<u8>> {
        self.entries.lock().unwrap().values().map(|kept| kept.octets.clone()).collect()
    }

    /// Until when each entry is of use.
    pub(crate) fn useful_until(&self) -> Vec<SystemTime> {
        self.entries.lock().unwrap().values().map(|kept| kept.useful_until).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.lock().unwrap().len()
    }
}

async fn fail(does: &Does) -> Result<(), StoreError> {
    match does {
        Does::Keep | Does::Say(_) => Ok(()),
        Does::Fail => Err(StoreError::other(std::io::Error::other("down"))),
        Does::Hang => std::future::pending().await,
        Does::Panic => panic!("a store with a mistake"),
    }
}

impl RevocationStore for Told {
    fn load<'a>(&'a self, key: &'a StoreKey, _: usize) -> Storing<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let does = self.does.lock().unwrap().clone();
            fail(&does).await?;
            if let Does::Say(octets) = does {
                return Ok(Some(octets));
            }
            Ok(self.entries.lock().unwrap().get(key).map(|kept| kept.octets.clone()))
        })
    }

    fn save<'a>(&'a self, key: &'a StoreKey, octets: &'a [u8], useful_until: SystemTime) -> Storing<'a, ()> {
        Box::pin(async move {
            let does = self.does.lock().unwrap().clone();
            fail(&does).await?;
            self.entries.lock().unwrap().insert(key.clone(), Kept { octets: octets.to_vec(), useful_until });
            Ok(())
        })
    }
}
