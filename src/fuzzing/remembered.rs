//! Requests and changes one after the other, through a layer that remembers and through one that does not.
//!
//! The input is text in blocks, parted by lines of `--`. A block that begins with `@` moves the clock: `@-90` sets it
//! to 90 times three seconds before the usual time, since a refusal is remembered for two. `deny` denies the client's
//! certificate, `allow` denies nothing. Every other block is a request as in [`layer`](super::layer()).

use std::cell::RefCell;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use http::{Request, Response};
use tower::{Layer as _, Service as _, service_fn};

use super::layer::request;
use super::poll::PollOnce as _;
use super::world::{InForce, World, signatures};
use crate::certificate::Fingerprint;
use crate::clock::Clock;
use crate::layer::{Authentication, ClientCertLayer, Refusal};
use crate::reason::Reason;
use crate::revocation::DenyList;

/// Sends the same through both, and compares what comes of it.
///
/// # Panics
///
/// When anything that must hold does not.
pub fn remembered(input: &[u8]) {
    let world = World::shared();
    let clock = Hand::default();
    let (Ok(remembering), Ok(forgetting)) =
        (world.builder().clock(clock.clone()).build(), world.builder().clock(clock.clone()).remember_nothing().build())
    else {
        return assert!(world.gateways.is_empty(), "the layer of the world is not built");
    };
    for block in blocks(input) {
        match block.strip_suffix(b"\n").unwrap_or(block) {
            b"allow" => deny(&remembering, &forgetting, &DenyList::new()),
            b"deny" => deny(&remembering, &forgetting, &DenyList::new().certificate(Fingerprint::of(&world.client))),
            moved if moved.starts_with(b"@") => clock.set(moved),
            _ => {
                let found = answer(&remembering, request(block));
                let expected = answer(&forgetting, request(block));
                assert_eq!(found, expected, "what is remembered changes the verdict");
            }
        }
    }
}

/// What the handler or the client learns.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Anonymous,
    Identity { certificate: Fingerprint, gateway: String },
    Refused { reason: Option<Reason>, status: u16 },
}

fn answer(layer: &ClientCertLayer, request: Request<()>) -> Answer {
    let seen = RefCell::new(Answer::Anonymous);
    let mut service = layer.layer(service_fn(|request: Request<()>| {
        let identity = request.extensions().get::<Authentication>().and_then(Authentication::identity);
        if let Some(identity) = identity {
            let certificate = *identity.certificate().fingerprint();
            *seen.borrow_mut() = Answer::Identity { certificate, gateway: identity.gateway().to_owned() };
        }
        async { Ok::<_, Infallible>(Response::new(String::new())) }
    }));
    let before = signatures();
    let response = pin!(service.call(request)).poll_once();
    assert!(signatures() - before <= MAX_SIGNATURES, "{} signatures for one request", signatures() - before);
    drop(service);
    if response.status().is_success() {
        return seen.into_inner();
    }
    let reason = response.extensions().get::<Refusal>().map(|refusal| refusal.rejection().reason());
    Answer::Refused { reason, status: response.status().as_u16() }
}

fn deny(remembering: &ClientCertLayer, forgetting: &ClientCertLayer, list: &DenyList) {
    remembering.handle().replace_deny_list(list.clone());
    forgetting.handle().replace_deny_list(list.clone());
}

fn blocks(input: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(input);
    std::iter::from_fn(move || {
        let whole = rest?;
        let end = whole.windows(SEPARATOR.len()).position(|window| window == SEPARATOR);
        let (block, after) = match end.and_then(|end| whole.split_at_checked(end)) {
            Some((block, after)) => (block, after.get(SEPARATOR.len()..)),
            None => (whole, None),
        };
        rest = after;
        Some(block)
    })
    .take(MAX_BLOCKS)
}

/// A clock that the input sets.
#[derive(Clone, Debug, Default)]
struct Hand(Arc<AtomicI64>);

impl Hand {
    fn set(&self, moved: &[u8]) {
        let digits = moved.strip_prefix(b"@").and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(steps) = digits.and_then(|digits| digits.trim().parse::<i32>().ok()) {
            self.0.store(i64::from(steps) * STEP_SECONDS, Ordering::Relaxed);
        }
    }
}

impl Clock for Hand {
    fn now(&self) -> SystemTime {
        let seconds = self.0.load(Ordering::Relaxed);
        let distance = Duration::from_secs(seconds.unsigned_abs());
        let usual = InForce.now();
        let moved = if seconds < 0 { usual.checked_sub(distance) } else { usual.checked_add(distance) };
        moved.unwrap_or(usual)
    }
}

/// Longer than a refusal is remembered.
const STEP_SECONDS: i64 = 3;
const SEPARATOR: &[u8] = b"\n--\n";
/// Requests and changes in one input.
const MAX_BLOCKS: usize = 16;
/// Signatures of one request: those of the verdict, and those that find the reason shown (`docs/limits.md`).
const MAX_SIGNATURES: usize = 48 + 4;
