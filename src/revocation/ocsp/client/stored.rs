//! Answers that replicas share.
//!
//! A store is asked before the responder, and only what is later than the answer that is known is taken from it. After an
//! answer from the store, the responder is asked the next time, whatever the store has, so that a store that holds back a
//! revocation holds it back for one interval.

use std::sync::Arc;
use std::time::Duration;

use super::subject::Subject;
use super::{OcspClient, OcspNonce};
use crate::certificate::Fingerprint;
use crate::revocation::ocsp::answer::{ExpectedNonce, VerifiedAnswer};
use crate::revocation::ocsp::response::MAX_ANSWER_OCTETS;
use crate::revocation::ocsp::state::CertificateState;
use crate::revocation::store::{SharedStore, StoreError, StoreKey};

/// A verified answer, with its octets where other replicas do not have them.
#[derive(Debug)]
pub(super) struct Learnt {
    pub(super) answer: VerifiedAnswer,
    pub(super) octets: Option<Arc<Vec<u8>>>,
}

/// An answer that came from a responder and is in force.
#[derive(Debug)]
pub(super) struct ToShare {
    answer: Arc<VerifiedAnswer>,
    octets: Arc<Vec<u8>>,
}

impl OcspClient {
    /// A later answer than the one that is known, from the store.
    pub(super) async fn stored(&self, state: &CertificateState, subject: &Subject) -> Option<VerifiedAnswer> {
        let store = self.store_for(subject)?;
        if state.flight().note_stored(false) {
            return None;
        }
        let octets = match store.load(key(subject), MAX_ANSWER_OCTETS).await {
            Ok(octets) => octets?,
            Err(error) => {
                self.world.observer.store_failed(subject.url.host(), &error);
                return None;
            }
        };
        match self.verified(&octets, subject, ExpectedNonce::Ignored) {
            Ok(answer) if state.answer().is_none_or(|known| answer.is_news_to(&known)) => {
                state.flight().note_stored(true);
                Some(answer.from("the store"))
            }
            Ok(_) => None,
            Err(problem) => {
                self.world.observer.store_failed(subject.url.host(), &StoreError::other(problem));
                None
            }
        }
    }

    /// Puts what was learnt in force. What came from the responder and counts from now on is to be shared.
    pub(super) fn take(&self, state: &CertificateState, learnt: Learnt) -> Option<ToShare> {
        let Learnt { answer, octets } = learnt;
        let answer = Arc::new(answer);
        state.offer(Arc::clone(&answer));
        state.flight().succeed();
        let octets = octets?;
        if let Some(subject) = state.flight().subject() {
            self.world.observer.answered(subject.url.host());
        }
        // Nothing that is known to be outdated is shared.
        let is_in_force = state.answer().is_some_and(|known| Arc::ptr_eq(&known, &answer));
        is_in_force.then_some(ToShare { answer, octets })
    }

    pub(super) async fn share(&self, state: &CertificateState, ToShare { answer, octets }: ToShare) {
        let Some(subject) = state.flight().subject() else { return };
        let Some(store) = self.store_for(subject) else { return };
        let revocations_until = self.now().checked_add(REVOCATIONS_KEPT).filter(|_| answer.is_final());
        let useful_until = answer.fresh_until().max(revocations_until.unwrap_or(answer.fresh_until()));
        if let Err(error) = store.save(key(subject), octets, useful_until).await {
            self.world.observer.store_failed(subject.url.host(), &error);
        }
    }

    /// Answers with a nonce are made for one request, and are not shared.
    fn store_for(&self, subject: &Subject) -> Option<&SharedStore> {
        self.options.store.as_ref().filter(|_| subject.asking.nonce == OcspNonce::Off)
    }
}

/// By what an answer is verified, and which certificate it is about.
fn key(subject: &Subject) -> StoreKey {
    let issuer_name = Fingerprint::of(subject.issuer.subject().der());
    let responder = subject.asking.certificate.as_ref().map(|certificate| *certificate.fingerprint());
    let parts = [
        subject.issuer.public_key_fingerprint().as_octets().as_slice(),
        issuer_name.as_octets(),
        &subject.serial,
        responder.as_ref().map_or(&[], |known| known.as_octets()),
    ];
    StoreKey::new("ocsp", &parts)
}

/// How long the answer that a certificate is revoked stays in a store.
const REVOCATIONS_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
