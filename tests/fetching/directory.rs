//! The store in a directory, on its own.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use tower_client_cert::{DirectoryStore, RevocationStore as _, StoreError, StoreKey};

use crate::support::pki;
use crate::support::scratch::Scratch;

fn key(name: &str) -> StoreKey {
    StoreKey::new("crl", &[name.as_bytes()])
}

fn until() -> SystemTime {
    pki::now() + Duration::from_secs(3600)
}

fn entries(scratch: &Scratch) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(scratch.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[tokio::test]
async fn an_entry_is_read_back_by_another_replica_and_no_other_key() {
    let scratch = Scratch::new("store");
    let ours = DirectoryStore::at(scratch.path().join("made/with/parents")).unwrap();
    let theirs = DirectoryStore::at(scratch.path().join("made/with/parents")).unwrap();
    assert!(theirs.load(&key("a"), 100).await.unwrap().is_none());
    ours.save(&key("a"), b"first", until()).await.unwrap();
    ours.save(&key("a"), b"second", until()).await.unwrap();
    assert_eq!(theirs.load(&key("a"), 100).await.unwrap().unwrap(), b"second");
    assert!(theirs.load(&key("b"), 100).await.unwrap().is_none());
}

#[tokio::test]
async fn an_entry_with_more_octets_than_wanted_is_not_read() {
    let scratch = Scratch::new("store");
    let store = DirectoryStore::at(scratch.path()).unwrap();
    store.save(&key("a"), &[7; 100], until()).await.unwrap();
    assert!(store.load(&key("a"), 99).await.unwrap().is_none());
    assert_eq!(store.load(&key("a"), 100).await.unwrap().unwrap(), [7; 100]);
}

#[tokio::test]
async fn an_entry_cut_off_at_any_length_or_changed_anywhere_is_told() {
    let scratch = Scratch::new("store");
    let store = DirectoryStore::at(scratch.path()).unwrap();
    store.save(&key("a"), b"signed", until()).await.unwrap();
    let file = entries(&scratch).remove(0);
    let whole = fs::read(&file).unwrap();
    for length in 0..whole.len() {
        fs::write(&file, &whole[..length]).unwrap();
        assert!(matches!(store.load(&key("a"), 100).await, Err(StoreError::Corrupt)), "{length}");
    }
    for place in 0..whole.len() {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        fs::write(&file, changed).unwrap();
        assert!(matches!(store.load(&key("a"), 100).await, Err(StoreError::Corrupt)), "{place}");
    }
    store.save(&key("a"), b"mended", until()).await.unwrap();
    assert_eq!(store.load(&key("a"), 100).await.unwrap().unwrap(), b"mended");
}

#[tokio::test]
async fn what_is_no_file_is_told_and_not_opened() {
    let scratch = Scratch::new("store");
    let store = DirectoryStore::at(scratch.path()).unwrap();
    store.save(&key("a"), b"signed", until()).await.unwrap();
    let file = entries(&scratch).remove(0);
    let elsewhere = scratch.write("elsewhere", fs::read(&file).unwrap());
    fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &file).unwrap();
    assert!(matches!(store.load(&key("a"), 100).await, Err(StoreError::Corrupt)));
    // Written over it, the link goes and what it pointed to stays.
    let before = fs::read(&elsewhere).unwrap();
    store.save(&key("a"), b"new", until()).await.unwrap();
    assert_eq!(fs::read(&elsewhere).unwrap(), before);
    assert_eq!(store.load(&key("a"), 100).await.unwrap().unwrap(), b"new");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert!(matches!(store.load(&key("a"), 100).await, Err(StoreError::Corrupt)));
    assert!(store.save(&key("a"), b"new", until()).await.is_err());
    assert_eq!(entries(&scratch).len(), 2, "nothing unfinished stays behind");
}

#[tokio::test]
async fn what_a_key_is_made_of_names_no_file_outside() {
    let scratch = Scratch::new("store");
    let directory = scratch.path().join("store");
    let store = DirectoryStore::at(&directory).unwrap();
    for name in ["../escaped", "/etc/passwd", "a\0b", "", &"x".repeat(10_000)] {
        store.save(&key(name), b"signed", until()).await.unwrap();
        assert_eq!(store.load(&key(name), 100).await.unwrap().unwrap(), b"signed");
    }
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 5);
    assert_eq!(entries(&scratch), [directory]);
}

#[tokio::test]
async fn the_oldest_entries_make_room_and_the_bounds_hold() {
    let scratch = Scratch::new("store");
    let store = DirectoryStore::at(scratch.path()).unwrap().max_octets(1000);
    for number in 0..50 {
        store.save(&key(&number.to_string()), &[7; 100], until()).await.unwrap();
        let total: u64 = entries(&scratch).iter().map(|file| fs::metadata(file).unwrap().len()).sum();
        assert!(total <= 1000, "{total}");
    }
    assert!(store.load(&key("49"), 100).await.unwrap().is_some());
    assert!(store.load(&key("0"), 100).await.unwrap().is_none());
    assert!(matches!(store.save(&key("a"), &[7; 500], until()).await, Err(StoreError::Full { limit_octets: 500 })));
    let few = DirectoryStore::at(scratch.path()).unwrap().max_entries(3);
    few.save(&key("b"), b"signed", until()).await.unwrap();
    assert_eq!(entries(&scratch).len(), 3);
}

#[tokio::test]
async fn the_entry_that_was_written_longest_ago_goes_whatever_its_name() {
    for oldest in ["a", "b", "c"] {
        let scratch = Scratch::new("store");
        let store = DirectoryStore::at(scratch.path()).unwrap().max_entries(3);
        for name in ["a", "b", "c"] {
            store.save(&key(name), b"signed", until()).await.unwrap();
            let written = pki::now() + Duration::from_secs(if name == oldest { 0 } else { 60 });
            let file = scratch.path().join(format!("{}.entry", key(name)));
            fs::File::options().write(true).open(file).unwrap().set_modified(written).unwrap();
        }
        store.save(&key("d"), b"signed", until()).await.unwrap();
        for name in ["a", "b", "c", "d"] {
            assert_eq!(store.load(&key(name), 100).await.unwrap().is_none(), name == oldest, "{name} of {oldest}");
        }
    }
}

#[tokio::test]
async fn an_entry_that_fits_exactly_is_kept_and_takes_the_place_of_itself_alone() {
    let scratch = Scratch::new("store");
    // Before each entry stands its SHA-256.
    let store = DirectoryStore::at(scratch.path()).unwrap().max_octets(2 * 132);
    store.save(&key("a"), &[1; 100], until()).await.unwrap();
    store.save(&key("b"), &[2; 100], until()).await.unwrap();
    store.save(&key("b"), &[3; 100], until()).await.unwrap();
    assert_eq!(store.load(&key("a"), 100).await.unwrap().unwrap(), [1; 100]);
    assert_eq!(store.load(&key("b"), 100).await.unwrap().unwrap(), [3; 100]);
    let too_large = store.save(&key("c"), &[4; 101], until()).await;
    assert!(matches!(too_large, Err(StoreError::Full { limit_octets: 132 })));
    let none = DirectoryStore::at(scratch.path()).unwrap().max_entries(0);
    none.save(&key("c"), b"signed", until()).await.unwrap();
    assert_eq!(entries(&scratch).len(), 1, "one is always kept");
}

#[tokio::test]
async fn what_has_the_name_of_an_entry_and_is_none_makes_no_room_and_is_in_nobodys_way() {
    let scratch = Scratch::new("store");
    let store = DirectoryStore::at(scratch.path()).unwrap().max_entries(1);
    fs::create_dir(scratch.path().join("crl-0.entry")).unwrap();
    for name in ["a", "b"] {
        store.save(&key(name), b"signed", until()).await.unwrap();
    }
    assert_eq!(entries(&scratch).len(), 2);
    assert!(store.load(&key("b"), 100).await.unwrap().is_some());
}

#[tokio::test]
async fn files_of_others_are_left_alone_and_left_overs_are_not() {
    let scratch = Scratch::new("store");
    let kept = scratch.write("README", "not of the store");
    let left_over = scratch.write(".unfinished-1-1-0", [7; 600]);
    let store = DirectoryStore::at(scratch.path()).unwrap().max_octets(1000);
    store.save(&key("a"), &[7; 450], until()).await.unwrap();
    assert!(kept.exists());
    assert!(!left_over.exists());
}

#[tokio::test]
async fn a_directory_that_vanished_or_is_none_is_an_error_and_no_panic() {
    let scratch = Scratch::new("store");
    let directory = scratch.path().join("store");
    let store = DirectoryStore::at(&directory).unwrap();
    fs::remove_dir(&directory).unwrap();
    assert!(store.load(&key("a"), 100).await.unwrap().is_none());
    assert!(matches!(store.save(&key("a"), b"signed", until()).await, Err(StoreError::File { .. })));
    let file = scratch.write("file", "");
    assert!(DirectoryStore::at(&file).is_err());
    fs::write(&directory, "").unwrap();
    assert!(matches!(store.load(&key("a"), 100).await, Err(StoreError::File { kind: ErrorKind::NotADirectory })));
}

#[tokio::test]
async fn many_writers_leave_a_whole_entry() {
    let scratch = Scratch::new("store");
    let store = DirectoryStore::at(scratch.path()).unwrap();
    let writers: Vec<_> = (0..20_u8)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { store.save(&key("a"), &[number; 5000], until()).await })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap().unwrap();
    }
    let entry = store.load(&key("a"), 5000).await.unwrap().unwrap();
    assert!(entry.len() == 5000 && entry.iter().all(|octet| *octet == entry[0]));
    assert_eq!(entries(&scratch).len(), 1);
}

/// As after a reload, which makes another store of the same directory while the one before still writes.
#[tokio::test]
async fn many_writers_of_one_process_keep_to_the_bounds_together() {
    let scratch = Scratch::new("store");
    let writers: Vec<_> = (0..20_u8)
        .map(|number| {
            let store = DirectoryStore::at(scratch.path()).unwrap().max_entries(1);
            tokio::spawn(async move { store.save(&key(&number.to_string()), &[number; 5000], until()).await })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap().unwrap();
    }
    assert_eq!(entries(&scratch).len(), 1);
}
