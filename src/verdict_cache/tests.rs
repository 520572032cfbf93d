use std::cell::Cell;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use http::{HeaderMap, HeaderValue};

use super::*;
use crate::encoding::Encoding;
use crate::gateway::{Gateway, GatewayPeer, TrustedPeer};
use crate::header::{RawCertificate, TakenHeaders};
use crate::horizon::Horizon;
use crate::validation::Breadth;

const CONDITIONS: Conditions = Conditions { generation: 1, breadth: Breadth::FirstPath };

/// A bound in entries by which each newcomer looks among all of them.
const ONE_SHARD: usize = 200;

/// Bytes that an entry of these tests says its value takes.
const VALUE_BYTES: usize = 1000;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_000_000 + seconds)
}

fn raw(text: &str) -> RawCertificate {
    raw_of(&[("x-client-cert", text)])
}

fn raw_of(lines: &[(&'static str, &str)]) -> RawCertificate {
    let gateway = Gateway::custom("edge", ["10.0.0.0/8"]).unwrap();
    let gateway = gateway.other_leaf_header("x-again", Encoding::Auto).unwrap();
    let gateway = gateway.chain_header("x-chain", Encoding::Rfc9440List).unwrap();
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(*name, HeaderValue::from_str(value).unwrap());
    }
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
    is_hit_of(VALUE_BYTES, cache, raw, now)
}

/// The same, of a value that takes so many bytes.
fn is_hit_of(bytes: usize, cache: &VerdictCache<Arc<()>, Arc<()>>, raw: &RawCertificate, now: SystemTime) -> bool {
    let hit = Cell::new(true);
    let judged = cache.find_or_judge(&HeaderKey::new(0, raw), CONDITIONS, now, || {
        hit.set(false);
        Ok(Verdict { value: Arc::new(()), horizon: Horizon::around(now, []), bytes })
    });
    assert!(judged.is_ok());
    hit.get()
}

/// The bytes of an entry of [`raws`].
fn entry_bytes() -> usize {
    let verdict = Verdict { value: Arc::new(()), horizon: Horizon::around(at(0), []), bytes: VALUE_BYTES };
    Entry::new(&HeaderKey::new(0, &raws(1)[0]), CONDITIONS, verdict).bytes()
}

/// How many of them are remembered. Looks without asking for them again.
fn found(cache: &VerdictCache<Arc<()>, Arc<()>>, clients: &[RawCertificate]) -> usize {
    let is_there = |client: &&RawCertificate| {
        let key = HeaderKey::new(0, client);
        cache.accepted.find(key.hash(&cache.hasher), &key, |_| Some(())).is_some()
    };
    clients.iter().filter(is_there).count()
}

/// What is taken of the bounds, as the store itself says.
#[track_caller]
fn assert_taken<V>(store: &Store<V>, entries: usize, bytes: usize) {
    let told = format!("{store:?}");
    assert!(told.contains(&format!(" entries: {entries}, ")), "{entries} expected: {told}");
    assert!(told.contains(&format!(" bytes: {bytes}, ")), "{bytes} expected: {told}");
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
    let hasher = keyed_hash();
    assert_ne!(key.hash(&hasher), HeaderKey::new(1, &one).hash(&hasher));
    let bytes = key.to_bytes();
    assert!(!key.is(&bytes[..bytes.len() - 1]) && !key.is(&[]) && !key.is(&[&bytes[..], &[0]].concat()));
}

#[test]
fn the_same_text_in_other_headers_or_parted_otherwise_is_another_key() {
    let leaf = ("x-client-cert", "MIIA");
    let all = [
        raw_of(&[leaf]),
        raw_of(&[leaf, ("x-again", "MIIB")]),
        raw_of(&[leaf, ("x-chain", "MIIB")]),
        raw_of(&[leaf, ("x-again", "MIIB"), ("x-chain", "MIIB")]),
        raw_of(&[leaf, ("x-chain", "MIIB"), ("x-chain", "MIIB")]),
        raw_of(&[leaf, ("x-chain", "MIIBMIIB")]),
        raw_of(&[("x-client-cert", "MIIAMIIB")]),
    ];
    let hasher = keyed_hash();
    for (place, one) in all.iter().enumerate() {
        for (other_place, other) in all.iter().enumerate() {
            let (key, other_key) = (HeaderKey::new(0, one), HeaderKey::new(0, other));
            assert_eq!(key.is(&other_key.to_bytes()), place == other_place, "{place} {other_place}");
            assert_eq!(key.hash(&hasher) == other_key.hash(&hasher), place == other_place, "{place} {other_place}");
        }
    }
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
fn the_bound_in_entries_holds_and_so_does_the_one_in_bytes() {
    let bytes = entry_bytes();
    for (cache, bound) in [(cache(100, usize::MAX), 100), (cache(1_000, usize::MAX), 1_000)] {
        let clients = raws(2_000);
        rounds(&cache, &clients, 3, at(0));
        assert_eq!(found(&cache, &clients), bound);
        assert_taken(&cache.accepted, bound, bound * bytes);
    }
    for most_clients in [usize::MAX, 1_000] {
        let cache = cache(most_clients, 100 * bytes);
        let clients = raws(500);
        rounds(&cache, &clients, 3, at(0));
        assert_eq!(found(&cache, &clients), 100);
        assert_taken(&cache.accepted, 100, 100 * bytes);
    }
}

#[test]
fn refusals_are_bounded_in_number_and_bytes() {
    let refuse = |bytes: usize| {
        let cache = cache(10, usize::MAX);
        for client in raws(3_000) {
            let verdict = Verdict { value: Arc::new(()), horizon: Horizon::around(at(0), []), bytes };
            assert!(cache.find_or_judge(&HeaderKey::new(0, &client), CONDITIONS, at(0), || Err(verdict)).is_err());
        }
        cache
    };
    let of_its_own = entry_bytes() - VALUE_BYTES;
    assert_taken(&refuse(0).refused, MAX_REFUSED, MAX_REFUSED * of_its_own);
    let large = MAX_REFUSED_BYTES / 8 - of_its_own;
    let full = refuse(large);
    assert_taken(&full.refused, 8, MAX_REFUSED_BYTES);
    full.forget();
    assert_taken(&full.refused, 0, 0);
}

#[test]
fn what_is_larger_than_the_bound_is_judged_and_not_remembered() {
    let cache = cache(10, entry_bytes());
    let client = &raws(1)[0];
    for _ in 0..2 {
        assert!(!is_hit_of(VALUE_BYTES + 1, &cache, client, at(0)));
    }
    assert!(!is_hit(&cache, client, at(0)) && is_hit(&cache, client, at(0)), "as large as the bound");
}

#[test]
fn what_is_larger_than_the_bound_displaces_nobody() {
    let cache = cache(ONE_SHARD, 100 * entry_bytes());
    let clients = raws(1_000);
    let (known, too_large) = clients.split_at(100);
    rounds(&cache, known, 1, at(0));
    for client in too_large {
        assert!(!is_hit_of(100 * entry_bytes(), &cache, client, at(0)));
    }
    assert_eq!(found(&cache, known), 100);
}

#[test]
fn a_large_newcomer_displaces_as_many_that_have_ended_as_it_takes_and_no_more() {
    let cache = cache(ONE_SHARD, 100 * entry_bytes());
    let clients = raws(101);
    let (gone, large) = clients.split_at(100);
    rounds(&cache, gone, 2, at(0));
    // It is as large as ten of them.
    let bytes = VALUE_BYTES + 9 * entry_bytes();
    assert!(!is_hit_of(bytes, &cache, &large[0], at(1_000)) && is_hit_of(bytes, &cache, &large[0], at(1_000)));
    assert_eq!(found(&cache, gone), 90);
}

#[test]
fn who_was_asked_for_again_stays_where_others_make_room() {
    let cache = cache(100, usize::MAX);
    let clients = raws(600);
    let (known, others) = clients.split_at(100);
    let (used, unused) = known.split_at(50);
    rounds(&cache, known, 1, at(0));
    rounds(&cache, used, 1, at(0));
    rounds(&cache, others, 1, at(0));
    assert_eq!(found(&cache, used), 50);
    assert!(found(&cache, unused) < 40 && found(&cache, others) > 10);
}

#[test]
fn a_header_that_is_judged_again_takes_the_room_that_it_had() {
    let cache = cache(10, usize::MAX);
    let clients = raws(10);
    for round in 0..100 {
        assert!(clients.iter().all(|client| !is_hit(&cache, client, at(1_000 * round))));
        assert_eq!(found(&cache, &clients), 10);
        assert_taken(&cache.accepted, 10, 10 * entry_bytes());
    }
}

/// As `docs/defaults.md` and `docs/limits.md` say.
#[test]
fn without_an_option_20_000_clients_96_mib_and_5_minutes_are_the_bounds() {
    let usual = MemoryLimits { clients: 20_000, bytes: 96 * 1024 * 1024, max_age: Duration::from_secs(5 * 60) };
    assert_eq!(MemoryLimits::default(), usual);
    assert_eq!((MAX_REFUSED, MAX_REFUSED_BYTES, MAX_REFUSED_AGE.as_secs()), (1024, 2 * 1024 * 1024, 2));
}

#[test]
fn up_to_an_eighth_of_the_age_is_spread_by_the_hash() {
    let cache = cache(10, usize::MAX);
    let ages = [0, 1 << 48, 1 << 63, u64::MAX].map(|hash| cache.max_age_of(hash));
    assert!(ages.is_sorted_by(|longer, shorter| longer > shorter), "{ages:?}");
    assert_eq!(ages[0], cache.max_age);
    assert!(ages[3] >= cache.max_age * 7 / 8 && ages[3] < cache.max_age * 89 / 100, "{ages:?}");
}

#[test]
fn whoever_judges_a_header_holds_its_lock_and_no_other() {
    let cache = cache(10, usize::MAX);
    let header = raw("MIIA");
    let key = HeaderKey::new(0, &header);
    let hash = key.hash(&cache.hasher);
    let is_free = |hash: u64| cache.first_sight(hash).unwrap().try_lock().is_ok();
    let judged = cache.find_or_judge(&key, CONDITIONS, at(0), || {
        assert!(!is_free(hash) && is_free(hash.wrapping_add(1)));
        Ok(Verdict { value: Arc::new(()), horizon: Horizon::around(at(0), []), bytes: VALUE_BYTES })
    });
    assert!(judged.is_ok() && is_free(hash));
}

#[test]
fn headers_wait_for_each_other_where_their_hashes_pick_one_lock_alone() {
    let cache = cache(10, usize::MAX);
    let locks = (0..1024).map(|hash| std::ptr::from_ref(cache.first_sight(hash).unwrap()));
    assert_eq!(locks.collect::<std::collections::HashSet<_>>().len(), FIRST_SIGHTS);
}

#[test]
fn what_is_forgotten_gives_its_room_back() {
    let cache = cache(100, usize::MAX);
    let clients = raws(100);
    for _ in 0..3 {
        assert!((rounds(&cache, &clients, 2, at(0)) - 1.0).abs() < f64::EPSILON);
        cache.forget();
        assert_taken(&cache.accepted, 0, 0);
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
