//! Asks responders: the first time while the client waits, ever after in the background.
//!
//! **Decides** when a responder is asked, and what becomes of what it sends until that is verified.
//! **Trusts** nothing that comes; addresses are the operator's, or stand in a certificate of a valid path and are on a host
//! that the operator allowed.
//! **Refuses** to ask twice at a time about one certificate, and to take a failure for a verdict: it is remembered for
//! seconds, and an answer that was given before goes on speaking.
//! **Standard:** RFC 6960 section 4.1 and appendix A, RFC 5019 section 6 on caching, RFC 9654.

mod config;
pub(super) mod encode;
mod flight;
mod refresh;
mod request;
mod responder;
mod stored;
mod subject;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls_pki_types::SignatureVerificationAlgorithm;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

pub(crate) use self::config::OcspClientOptions;
pub(super) use self::flight::Flight;
use self::flight::{FAILURE_MEMORY, Failure};
pub(super) use self::refresh::Refresher;
use self::request::Nonce;
pub use self::responder::{OcspMethod, OcspNonce, OcspResponder};
use self::stored::Learnt;
use self::subject::{Subject, UrlOrigin};
use super::answer::{AnswerAges, Expected, ExpectedNonce, VerifiedAnswer, verify_one};
use super::interned::Interned;
use super::state::CertificateState;
use crate::certificate::Certificate;
use crate::certificate::der::{Elements, tag};
use crate::clock::{Clock, Stopwatch};
use crate::error::{ConfigError, OcspAnswerProblem};
use crate::evidence::Check;
use crate::revocation::crl::Question;
use crate::revocation::fetch::{Fetch as _, FetchUrl, Fetched, GuardedFetch};
use crate::revocation::status::{CertificateStatus, Standing};
use crate::revocation::store::StoreError;

/// Everything it takes to ask responders.
#[derive(Debug)]
pub(crate) struct OcspClient {
    options: OcspClientOptions,
    fetcher: GuardedFetch,
    world: OcspWorld,
    ages: AnswerAges,
    issuers: Interned,
    running: Semaphore,
    /// Held beside by questions about certificates that have an answer, for which nobody waits.
    renewing: Semaphore,
}

/// What asking needs of the rest of the layer.
#[derive(Clone, Debug)]
pub(crate) struct OcspWorld {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) algorithms: &'static [&'static dyn SignatureVerificationAlgorithm],
    pub(crate) observer: Arc<dyn OcspObserver>,
}

/// Is told what became of every question to a responder.
pub(crate) trait OcspObserver: Debug + Send + Sync {
    /// An answer came that can be used.
    fn answered(&self, responder: &str);
    /// None came, or none as long as a client waits.
    fn failed(&self, responder: &str, detail: &str);
    /// A question that took so long was answered, or was not.
    fn asked(&self, took: Duration, is_answered: bool);
    /// A store could not be read or written, or had what cannot be verified.
    fn store_failed(&self, responder: &str, error: &StoreError);
}

/// How it stands with a certificate that has no answer.
#[derive(Debug)]
pub(super) enum Unanswered {
    /// A responder failed, and the policy may tolerate that.
    Failed { status: CertificateStatus, is_due: bool },
    /// A responder has not been asked.
    NotAsked { status: CertificateStatus },
}

impl Unanswered {
    /// `None` where nobody answers for its issuer.
    pub(super) fn of(state: &CertificateState, now: SystemTime) -> Option<Self> {
        let subject = state.flight().subject()?;
        let status = |detail: Arc<str>| CertificateStatus {
            standing: Standing::Unavailable,
            check: Check::Ocsp,
            source: Some(subject.url.as_str().into()),
            checked_at: now,
            this_update: None,
            next_update: None,
            detail: Some(detail),
        };
        Some(match state.flight().failure() {
            Some(failure) => {
                let end = failure.at.checked_add(FAILURE_MEMORY).unwrap_or(failure.at);
                // A clock that was set back remembers nothing.
                let is_due = now < failure.at || now >= end;
                Self::Failed { status: status(Arc::clone(&failure.detail)), is_due }
            }
            None => Self::NotAsked { status: status("was not asked yet".into()) },
        })
    }
}

impl OcspClient {
    pub(super) fn new(mut options: OcspClientOptions, ages: AnswerAges, world: OcspWorld) -> Result<Self, ConfigError> {
        let fetcher = GuardedFetch::shared(options.checked_fetcher()?, Arc::clone(&world.clock));
        let running = Semaphore::new(MAX_RUNNING);
        let at_a_time = fetcher.max_running().unwrap_or(MAX_RUNNING).min(MAX_RUNNING);
        let renewing = Semaphore::new((at_a_time / 2).max(1));
        Ok(Self { options, fetcher, world, ages, issuers: Interned::default(), running, renewing })
    }

    pub(super) fn options(&self) -> &OcspClientOptions {
        &self.options
    }

    pub(super) fn now(&self) -> SystemTime {
        self.world.clock.now()
    }

    /// Finds out whom to ask about a certificate, and remembers it.
    pub(super) fn prepare(&self, question: &Question<'_>, label: Option<&str>, state: &CertificateState) {
        if state.flight().subject().is_some() {
            return;
        }
        let Some((url, origin, asking)) = self.responder_of(question, label) else {
            return;
        };
        state.flight().subject_or(|| {
            Arc::new(Subject {
                serial: question.certificate.serial().as_octets().into(),
                issuer: self.issuers.intern(question.issuer),
                url,
                origin,
                asking,
            })
        });
    }

    /// The configured responder that fits first, else the one that the certificate names, where that is allowed.
    fn responder_of(
        &self,
        question: &Question<'_>,
        label: Option<&str>,
    ) -> Option<(FetchUrl, UrlOrigin, responder::Asking)> {
        let configured = self.options.responders.iter().find(|responder| responder.is_for(question, label));
        if let Some(responder) = configured {
            return Some((responder.url.clone(), UrlOrigin::Configuration, responder.asking.clone()));
        }
        let hosts = self.options.hosts.as_ref()?;
        let url = named_responders(question.certificate).into_iter().find_map(|url| hosts.admit(&url).ok())?;
        Some((url, UrlOrigin::Certificate, responder::Asking::default()))
    }

    /// Asks about a certificate on the current runtime, unless somebody does already.
    pub(super) fn launch(self: &Arc<Self>, state: &Arc<CertificateState>) {
        let Some(airborne) = state.flight().take_off() else {
            return;
        };
        let (client, state) = (Arc::clone(self), Arc::clone(state));
        let Ok(runtime) = Handle::try_current() else {
            client.fail(&state, "cannot be asked outside of a tokio runtime".into());
            return;
        };
        runtime.spawn(async move {
            let aborted = Aborted { client: &client, state: &state };
            let outcome = client.learn(&state).await;
            std::mem::forget(aborted);
            let to_share = match outcome {
                Ok(learnt) => client.take(&state, learnt),
                Err(detail) => {
                    client.fail(&state, detail);
                    None
                }
            };
            // Nobody waits for the store.
            drop(airborne);
            if let Some(to_share) = to_share {
                client.share(&state, to_share).await;
            }
        });
    }

    /// Notes that no answer came for as long as a client waits. Asking goes on.
    pub(super) fn give_up(&self, state: &CertificateState) {
        self.fail(state, format!("gave no answer within {} ms", self.options.wait.as_millis()).into());
    }

    fn fail(&self, state: &CertificateState, detail: Arc<str>) {
        if let Some(subject) = state.flight().subject() {
            self.world.observer.failed(subject.url.host(), &detail);
        }
        state.flight().fail(Failure { at: self.now(), detail });
    }

    /// Finds an answer in the store, or asks for one.
    async fn learn(&self, state: &CertificateState) -> Result<Learnt, Arc<str>> {
        let Some(subject) = state.flight().subject() else {
            return Err("is not known".into());
        };
        if let Some(answer) = self.stored(state, subject).await {
            return Ok(Learnt { answer, octets: None });
        }
        // Half of the places are left to those who wait.
        let _renewing = match state.answer() {
            Some(_) => Some(self.renewing.acquire().await.map_err(|error| told(&error))?),
            None => None,
        };
        let stopwatch = Stopwatch::start();
        let outcome = self.ask(subject).await;
        self.world.observer.asked(stopwatch.elapsed(), outcome.is_ok());
        outcome
    }

    /// Fetches an answer and verifies it; on failure, what came in place of one.
    async fn ask(&self, subject: &Subject) -> Result<Learnt, Arc<str>> {
        let hosts = match subject.origin {
            UrlOrigin::Certificate => self.options.hosts.as_ref(),
            UrlOrigin::Configuration => None,
        };
        let nonce = Nonce::draw(subject.asking.nonce).map_err(|error| told(&error))?;
        let encoded = request::encode(subject, &nonce).map_err(|error| told(&error))?;
        let _running = self.running.acquire().await.map_err(|error| told(&error))?;
        let fetched = self.fetcher.fetch(request::fetch_request(subject, &encoded, hosts)).await;
        let octets = match fetched {
            Ok(Fetched::Octets(octets)) => octets,
            Ok(Fetched::Unchanged) => return Err("sent nothing, although nothing was known".into()),
            Err(error) => return Err(format!("cannot be reached: {error}").into()),
        };
        let answer = self
            .verified(octets.octets(), subject, nonce.expected())
            .map_err(|problem| told(&format_args!("sent an answer that {problem}")))?;
        Ok(Learnt { answer: answer.from(subject.url.host()), octets: Some(octets.shared_octets()) })
    }

    /// Whatever its source, an answer counts only when it was verified here.
    fn verified(
        &self,
        octets: &[u8],
        subject: &Subject,
        nonce: ExpectedNonce<'_>,
    ) -> Result<VerifiedAnswer, OcspAnswerProblem> {
        let expected = Expected {
            issuer: &subject.issuer,
            responder: subject.asking.certificate.as_deref(),
            nonce,
            algorithms: self.world.algorithms,
            now: self.now(),
            ages: self.ages,
        };
        verify_one(octets, &subject.serial, &expected).map(|answer| answer.sharing(&self.issuers))
    }
}

/// Notes a failure when asking ends without a word: its task was dropped, or the fetcher panicked.
struct Aborted<'a> {
    client: &'a OcspClient,
    state: &'a CertificateState,
}

impl Drop for Aborted<'_> {
    fn drop(&mut self) {
        self.client.fail(self.state, "was not heard to the end".into());
    }
}

fn told(error: &dyn std::fmt::Display) -> Arc<str> {
    error.to_string().into()
}

/// The addresses of responders in a certificate (authority information access, RFC 5280 section 4.2.2.1).
fn named_responders(certificate: &Certificate) -> Vec<String> {
    let mut found = Vec::new();
    let Some(extension) = certificate.extensions().iter().find(|known| known.oid == *AUTHORITY_INFORMATION_ACCESS)
    else {
        return found;
    };
    let Ok(mut descriptions) = Elements::inside(FIELD, tag::SEQUENCE, &extension.value) else {
        return found;
    };
    // What cannot be read names nobody.
    while let Ok(description) = descriptions.expect(FIELD, tag::SEQUENCE) {
        let mut description = Elements::new(FIELD, description.content);
        let method = description.expect(FIELD, tag::OBJECT_IDENTIFIER);
        let location = description.expect(FIELD, tag::context(6));
        if let (Ok(method), Ok(location)) = (method, location)
            && method.content == OCSP
            && let Ok(url) = std::str::from_utf8(location.content)
        {
            found.push(url.to_owned());
        }
        if found.len() == MAX_NAMED_RESPONDERS {
            break;
        }
    }
    found
}

const FIELD: &str = "authority information access";
const AUTHORITY_INFORMATION_ACCESS: &str = "1.3.6.1.5.5.7.1.1";
/// id-ad-ocsp, 1.3.6.1.5.5.7.48.1.
const OCSP: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01];
/// Addresses that are looked at in one certificate.
const MAX_NAMED_RESPONDERS: usize = 8;
/// Questions under way at a time; further ones wait. Renewals take half of them at most, or of what the fetcher runs at a time.
const MAX_RUNNING: usize = 64;
