use std::cell::Cell;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use http::{HeaderMap, HeaderValue};

use super::*;
use crate::gateway::{Gateway, GatewayPeer, TrustedPeer};
use crate::header::{RawCertificate, TakenHeaders};
use crate::horizon::Horizon;
use crate::validation::Breadth;

const CONDITIONS: Conditions = Conditions { generation: 1, breadth: Breadth::FirstPath };

/// Bytes that an entry of these tests says its value takes.
const VALUE_BYTES: usize = 1000;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_000_000 + seconds)
}

fn raw(text: &str) -> RawCertificate {
    let gateway = Gateway::custom("edge", ["10.0.0.0/8"]).unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("x-client-cert", HeaderValue::from_str(text).unwrap());
    let peer: SocketAddr = "10.0.0.1:1".parse().unwrap();
    let peer = TrustedPeer::by_place(Some(GatewayPeer::tcp(peer)), &gateway).unwrap();
    let taken = TakenHeaders::take(&mut headers, &gateway.forwarding().names());
    RawCertificate::find(peer, gateway.forwarding(), taken, 1 << 16).unwrap().unwrap()
}

fn raws(count: usize) -> Vec<RawCertificate> {
    (0..count).map(|number| raw(&format!("MI{number:020}"))).collect()
}

fn cache(clients: usize, bytes: usize) -> VerdictCache<Arc<()>, Arc<()>> {
    VerdictCache::new(MemoryLimits { clients, bytes, max_age: Duration::from_secs(1000) })
}

/// Whether the header was remembered; it is now.
fn is_hit(cache: &VerdictCache<Arc<()>, Arc<()>>, raw: &RawCertificate, now: SystemTime) -> bool {
    let hit = Cell::new(true);
    let judged = cache.find_or_judge(&HeaderKey::new(0, raw), CONDITIONS, now, || {
        hit.set(false);
        Ok(Verdict { value: Arc::new(()), horizon: Horizon::around(now, []), bytes: VALUE_BYTES })
    });
    assert!(judged.is_ok());
    hit.get()
}

/// The share of hits in the last of some rounds.
fn rounds(cache: &VerdictCache<Arc<()>, Arc<()>>, clients: &[RawCertificate], rounds: usize, now: SystemTime) -> f64 {
    let mut hits = 0;
    for _ in 0..rounds {
        hits = clients.iter().filter(|client| is_hit(cache, client, now)).count();
    }
    f64::from(u32::try_from(hits).unwrap()) / f64::from(u32::try_from(clients.len()).unwrap())
}

#[test]
fn two_keys_are_the_same_bytes_only_where_they_are_the_same_values() {
    let (one, other) = (raw("MIIA"), raw("MIIB"));
    let key = HeaderKey::new(0, &one);
    assert!(key.is(&key.to_bytes()));
    for different in [HeaderKey::new(1, &one), HeaderKey::new(0, &other)] {
        assert!(!key.is(&different.to_bytes()) && !different.is(&key.to_bytes()));
    }
    let bytes = key.to_bytes();
    assert!(!key.is(&bytes[..bytes.len() - 1]) && !key.is(&[]) && !key.is(&[&bytes[..], &[0]].concat()));
}

#[test]
fn up_to_the_bound_every_client_is_remembered() {
    for bound in [1, 7, 1_000, 3_000] {
        let cache = cache(bound, usize::MAX);
        assert!((rounds(&cache, &raws(bound), 2, at(0)) - 1.0).abs() < f64::EPSILON, "{bound}");
    }
}

#[test]
fn past_the_bound_nearly_as_many_are_found_as_could_be() {
    const BOUND: usize = 1_000;
    for clients in [1_001, 1_100, 1_500, 2_000, 5_000] {
        let cache = cache(BOUND, usize::MAX);
        let share = rounds(&cache, &raws(clients), 12, at(0));
        let best = f64::from(u32::try_from(BOUND).unwrap()) / f64::from(u32::try_from(clients).unwrap());
        assert!(share >= 0.9 * best, "{clients}: {share} of {best}");
    }
}

#[test]
fn clients_that_went_make_room_when_their_verdicts_end() {
    let cache = cache(1_000, usize::MAX);
    let clients = raws(2_000);
    let (gone, come) = clients.split_at(1_000);
    rounds(&cache, gone, 3, at(0));
    assert!(rounds(&cache, come, 5, at(10)) < 0.5);
    assert!(rounds(&cache, come, 10, at(1_000)) > 0.9);
}

#[test]
fn the_bound_in_bytes_holds_as_well() {
    let entry = Entry::new(
        &HeaderKey::new(0, &raw(&format!("MI{:020}", 0))),
        CONDITIONS,
        Verdict { value: Arc::new(()), horizon: Horizon::around(at(0), []), bytes: VALUE_BYTES },
    );
    let cache = cache(usize::MAX, 100 * entry.bytes());
    let clients = raws(500);
    rounds(&cache, &clients, 3, at(0));
    let found = clients.iter().filter(|client| {
        let key = HeaderKey::new(0, client);
        cache.find(&key, CONDITIONS, at(0)).is_some()
    });
    assert_eq!(found.count(), 100);
}

#[test]
fn what_is_larger_than_the_bound_is_judged_and_not_remembered() {
    let cache = cache(10, VALUE_BYTES);
    assert!(!is_hit(&cache, &raw("MIIA"), at(0)));
    assert!(!is_hit(&cache, &raw("MIIA"), at(0)));
}

#[test]
fn what_is_forgotten_gives_its_room_back() {
    let cache = cache(100, usize::MAX);
    let clients = raws(100);
    for _ in 0..3 {
        assert!((rounds(&cache, &clients, 2, at(0)) - 1.0).abs() < f64::EPSILON);
        cache.forget();
        assert!(!is_hit(&cache, &clients[0], at(0)));
    }
}

#[test]
fn an_entry_is_believed_under_its_own_conditions_alone() {
    let cache = cache(10, usize::MAX);
    let header = raw("MIIA");
    assert!(!is_hit(&cache, &header, at(0)) && is_hit(&cache, &header, at(0)));
    let key = HeaderKey::new(0, &header);
    for conditions in
        [Conditions { generation: 2, ..CONDITIONS }, Conditions { breadth: Breadth::EveryPath, ..CONDITIONS }]
    {
        assert!(cache.find(&key, conditions, at(0)).is_none(), "{conditions:?}");
    }
    assert!(cache.find(&key, CONDITIONS, at(0)).is_some());
}

#[test]
fn of_two_keys_with_one_hash_the_later_displaces_the_other_and_neither_is_taken_for_it() {
    let cache = cache(10, usize::MAX);
    let (one, other) = (raw("MIIA"), raw("MIIB"));
    let (key, other_key) = (HeaderKey::new(0, &one), HeaderKey::new(0, &other));
    let verdict = || Verdict { value: Arc::new(()), horizon: Horizon::around(at(0), []), bytes: VALUE_BYTES };
    cache.accepted.put(7, Entry::new(&key, CONDITIONS, verdict()), at(0));
    let is_there = |key| cache.accepted.find(7, key, |entry| entry.value(CONDITIONS, at(0)).cloned()).is_some();
    assert!(is_there(&key) && !is_there(&other_key));
    cache.accepted.put(7, Entry::new(&other_key, CONDITIONS, verdict()), at(0));
    assert!(!is_there(&key) && is_there(&other_key));
}
