//! A disk without room for what replicas share.

use std::process::Command;
use std::time::{Duration, SystemTime};

use tower_client_cert::{DirectoryStore, RevocationStore as _, StoreKey};

use crate::support::programs::skipped;
use crate::support::scratch::Scratch;

/// A file system of 64 KiB, until it is dropped.
struct Tiny(Scratch);

impl Tiny {
    /// `None`, and told, where this user may not mount.
    fn mounted() -> Option<Self> {
        let scratch = Scratch::new("tiny");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"]).arg(scratch.path()).output();
        if mount.is_ok_and(|output| output.status.success()) {
            return Some(Self(scratch));
        }
        skipped("a file system cannot be mounted");
        None
    }
}

impl Drop for Tiny {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(self.0.path()).status());
    }
}

fn key(name: &str) -> StoreKey {
    StoreKey::new("crl", &[name.as_bytes()])
}

#[tokio::test]
async fn a_full_disk_keeps_no_half_entry_and_is_of_use_again_when_there_is_room() {
    let Some(disk) = Tiny::mounted() else { return };
    let store = DirectoryStore::at(disk.0.path()).unwrap();
    let until = SystemTime::now() + Duration::from_secs(3600);
    store.save(&key("small"), &[1; 1000], until).await.unwrap();

    for _ in 0..10 {
        store.save(&key("large"), &vec![2; 100_000], until).await.unwrap_err();
        assert_eq!(store.load(&key("large"), 1_000_000).await.unwrap(), None, "a half entry");
        assert_eq!(store.load(&key("small"), 1_000_000).await.unwrap(), Some(vec![1; 1000]));
    }
    // What the attempts wrote is gone again: something of the size of the disk still fits beside.
    store.save(&key("middle"), &vec![3; 40_000], until).await.unwrap();
    assert_eq!(store.load(&key("middle"), 1_000_000).await.unwrap(), Some(vec![3; 40_000]));
    // An entry is replaced as a whole, or not at all.
    store.save(&key("middle"), &vec![4; 80_000], until).await.unwrap_err();
    assert_eq!(store.load(&key("middle"), 1_000_000).await.unwrap(), Some(vec![3; 40_000]));
}
