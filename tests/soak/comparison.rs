//! The same request, asked of the layer as it runs in production and of one that does everything from the beginning.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use http::request::Parts;
use http::{HeaderValue, Request, Response};
use sha2::{Digest as _, Sha256};
use tower::ServiceExt as _;
use tower_client_cert::evidence::{Check, Entry, Outcome as CheckOutcome};
use tower_client_cert::{ClientCertHandle, ClientIdentity, Reason, Refusal};

use crate::epochs::{Epochs, UnderWay};
use crate::request_clock::RequestClock;
use crate::server::{ANSWERED_BY, REASON};

/// Both ways, and what was found so far.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// With memory, metrics and audit.
    real: Way,
    /// Without memory.
    full: Way,
    pub(crate) epochs: Epochs,
    pub(crate) counts: Counts,
    /// Identities that handlers could still hold, by both ways.
    held: Mutex<VecDeque<[ClientIdentity; 2]>>,
}

/// A layer around the handler.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub(crate) app: Router,
    pub(crate) handle: ClientCertHandle,
}

#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Requests that were compared.
    pub(crate) compared: AtomicU64,
    /// Records that the audit must hold.
    pub(crate) recorded: AtomicU64,
    /// Requests during which something changed, and which were therefore asked about twice.
    pub(crate) during_changes: AtomicU64,
    /// Requests during which more than one thing changed, so that the first answer could not be compared.
    pub(crate) overtaken: AtomicU64,
    /// Identities that were asked again whether they are still valid.
    pub(crate) held_asked: AtomicU64,
    /// Of these, those that were not.
    pub(crate) held_ended: AtomicU64,
    /// Wrong verdicts.
    pub(crate) differences: AtomicU64,
}

/// What came of a request.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    status: u16,
    reason: Option<Reason>,
    client: Option<Client>,
}

/// What a handler sees of an identity.
#[derive(Debug, PartialEq, Eq)]
struct Client {
    fingerprint: String,
    gateway: String,
    anchor: Option<String>,
    issuer: Option<String>,
    path: Vec<String>,
    valid_until: SystemTime,
    /// Every check, how it ended and by what, without the times.
    checks: Vec<String>,
}

impl Comparison {
    pub(crate) fn new(real: Way, full: Way) -> Self {
        Self { real, full, epochs: Epochs::default(), counts: Counts::default(), held: Mutex::default() }
    }

    /// Answers as the real way does.
    pub(crate) async fn answer(State(this): State<Arc<Self>>, request: Request<Body>) -> Response<Body> {
        let head = request.into_parts().0;
        RequestClock::stopped(this.compare(head)).await
    }

    /// A change reaches the real way first, and the full way is asked first. So where one thing changes in between, the
    /// real way's answer is the full way's of before or after it, and nothing else can be right.
    async fn compare(&self, head: Parts) -> Response<Body> {
        self.counts.compared.fetch_add(1, Ordering::Relaxed);
        let request = self.epochs.begin();
        let (full, of_full) = self.ask_full(&head).await;
        let (real, of_real, response) = self.ask_real(&head).await;
        if self.epochs.changes_during(&request) == 0 {
            self.expect_equal(&full, &real, &head, "while nothing changed");
            self.keep(of_full, of_real, &head);
            return response;
        }
        self.counts.during_changes.fetch_add(1, Ordering::Relaxed);
        self.compare_again(&head, &request, &full, &real).await;
        response
    }

    async fn compare_again(&self, head: &Parts, request: &UnderWay, full: &Outcome, real: &Outcome) {
        let _quiet = self.epochs.quiet().await;
        let (settled, _) = self.ask_full(head).await;
        let (again, _, _) = self.ask_real(head).await;
        self.expect_equal(&settled, &again, head, "after a change");
        if self.epochs.changes_during(request) > 1 {
            self.counts.overtaken.fetch_add(1, Ordering::Relaxed);
        } else if *real != *full {
            self.expect_equal(&settled, real, head, "during a change, and neither as before nor as after it");
        }
    }

    async fn ask_full(&self, head: &Parts) -> (Outcome, Option<ClientIdentity>) {
        let (outcome, identity, _) = ask(&self.full, head).await;
        (outcome, identity)
    }

    async fn ask_real(&self, head: &Parts) -> (Outcome, Option<ClientIdentity>, Response<Body>) {
        let (outcome, identity, response) = ask(&self.real, head).await;
        // A rule that refuses is asked of a client who was accepted, which is recorded too.
        let records = if outcome.reason == Some(Reason::RuleDenied) { 2 } else { 1 };
        self.counts.recorded.fetch_add(records, Ordering::Relaxed);
        (outcome, identity, response)
    }

    /// Keeps some identities, as a stream or a socket would.
    fn keep(&self, full: Option<ClientIdentity>, real: Option<ClientIdentity>, head: &Parts) {
        let (Some(full), Some(real)) = (full, real) else { return };
        if !full.still_valid() || !real.still_valid() {
            self.differ(&format!("{} {} was accepted and is not valid", head.method, head.uri));
        }
        if self.counts.compared.load(Ordering::Relaxed).is_multiple_of(ONE_HELD_OF) {
            let mut all = self.held.lock().unwrap();
            all.push_back([full, real]);
            if all.len() > MAX_HELD {
                all.pop_front();
            }
        }
    }

    /// Compares what identities that exist say of themselves. Called when nothing changes.
    pub(crate) async fn ask_held(&self) {
        let held: Vec<_> = self.held.lock().unwrap().iter().cloned().collect();
        RequestClock::stopped(async {
            for [full, real] in &held {
                let (full_way, real_way) = (full.still_valid(), real.still_valid());
                self.counts.held_asked.fetch_add(1, Ordering::Relaxed);
                self.counts.held_ended.fetch_add(u64::from(!real_way), Ordering::Relaxed);
                if full_way != real_way {
                    let of = real.fingerprint();
                    self.differ(&format!("the identity {of} is still valid: full way {full_way}, real way {real_way}"));
                }
            }
        })
        .await;
    }

    /// Does the same to both, the real way first, while requests go on; what comes of it must be the same too.
    pub(crate) async fn change(&self, change: impl Fn(&ClientCertHandle) -> Result<(), String>) -> Result<(), String> {
        let change = async {
            let real = tokio::task::block_in_place(|| change(&self.real.handle));
            let full = tokio::task::block_in_place(|| change(&self.full.handle));
            if real != full {
                self.differ(&format!("a change came to {real:?}, and by the full way to {full:?}"));
            }
            real
        };
        let outcome = self.epochs.change(change).await;
        let _quiet = self.epochs.quiet().await;
        self.ask_held().await;
        outcome
    }

    fn expect_equal(&self, full: &Outcome, real: &Outcome, head: &Parts, when: &str) {
        if full != real {
            let explained = self.real.handle.explain(head);
            let steps: Vec<_> = explained.steps().iter().map(ToString::to_string).collect();
            let steps = steps.join("\n    ");
            let told = Told(head);
            self.differ(&format!(
                "{when}\n  request: {told}\n  full way: {full:?}\n  real way: {real:?}\n  explained:\n    {steps}"
            ));
        }
    }

    fn differ(&self, story: &str) {
        let number = self.counts.differences.fetch_add(1, Ordering::SeqCst) + 1;
        if number <= MAX_STORIES {
            eprintln!("difference {number}: {story}");
        }
    }
}

async fn ask(way: &Way, head: &Parts) -> (Outcome, Option<ClientIdentity>, Response<Body>) {
    let request = Request::from_parts(head.clone(), Body::empty());
    let Ok(mut response) = way.app.clone().oneshot(request).await;
    let identity = response.extensions_mut().remove::<ClientIdentity>();
    let reason = response.extensions().get::<Refusal>().map(|refusal| refusal.rejection().reason());
    let headers = response.headers_mut();
    headers.insert(ANSWERED_BY, HeaderValue::from_static("service"));
    headers.insert(REASON, HeaderValue::from_static(reason.map_or("none", Reason::code)));
    let client = identity.as_ref().map(Client::of);
    (Outcome { status: response.status().as_u16(), reason, client }, identity, response)
}

impl Client {
    fn of(identity: &ClientIdentity) -> Self {
        let path = identity.path();
        Self {
            fingerprint: identity.fingerprint().to_string(),
            gateway: identity.gateway().to_owned(),
            anchor: identity.anchor_label().map(str::to_owned),
            issuer: path.issuer().map(|issuer| issuer.fingerprint().to_string()),
            path: path.intermediates().iter().map(|one| one.fingerprint().to_string()).collect(),
            valid_until: identity.valid_until(),
            checks: identity.evidence().entries().iter().map(told_check).collect(),
        }
    }
}

fn told_check(entry: &Entry) -> String {
    let check = entry.check;
    match &entry.outcome {
        // Each way fetches for itself, or finds in the store what the other has fetched.
        CheckOutcome::Passed { .. } if matches!(check, Check::Crl | Check::Ocsp) => format!("{check:?} passed"),
        CheckOutcome::Passed { source, .. } => format!("{check:?} passed by {source}"),
        CheckOutcome::Allowed { options, source, .. } => format!("{check:?} allowed by {options}, {source}"),
        CheckOutcome::Tolerated { why, source, .. } => format!("{check:?} tolerated for {why}, {source}"),
        CheckOutcome::Skipped { why } => format!("{check:?} skipped for {why}"),
        other => format!("{check:?} {other:?}"),
    }
}

/// A request for people: the values by their length and the beginning of their hash alone.
struct Told<'a>(&'a Parts);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.method, self.0.uri)?;
        for (name, value) in &self.0.headers {
            let hash = Sha256::digest(value.as_bytes());
            write!(f, ", {name} ({} bytes, {:02x}{:02x}{:02x})", value.len(), hash[0], hash[1], hash[2])?;
        }
        Ok(())
    }
}

/// One identity of so many is kept.
const ONE_HELD_OF: u64 = 10;

/// Identities that are kept.
const MAX_HELD: usize = 128;

/// Differences that are told; all are counted.
const MAX_STORIES: u64 = 20;
