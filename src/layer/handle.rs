use std::sync::Arc;
use std::time::SystemTime;

use super::in_force::InForce;
use super::replacement::TrustReplacement;
use crate::error::ConfigError;
use crate::events::{Counts, Events, Replaced};
use crate::readiness::Readiness;
use crate::revocation::{DenyList, RevocationListInForce, RevocationLists};
use crate::snapshot::Snapshot;
use crate::validation::{Intermediates, TrustAnchors};

/// Replaces the trust, the deny-list and the revocation lists of a running [`ClientCertLayer`](super::ClientCertLayer),
/// and reads what it has decided. Cheap to clone.
///
/// Where the layer was built from a file, what is replaced here lasts until the next reload; both are logged.
///
/// ```no_run
/// # fn example(client_cert: tower_client_cert::ClientCertLayer) -> Result<(), tower_client_cert::ConfigError> {
/// use tower_client_cert::{Intermediates, TrustAnchors};
///
/// let handle = client_cert.handle();
/// handle.replace(TrustAnchors::from_pem_file("anchors.pem")?, Intermediates::from_pem_file("issuers.pem")?)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ClientCertHandle {
    pub(super) in_force: Arc<InForce>,
}

impl ClientCertHandle {
    pub(super) fn new(in_force: Arc<InForce>) -> Self {
        Self { in_force }
    }

    /// Puts the layer's anchors and intermediates in force, all of them or none. What a gateway has of its own stays.
    /// Requests under way end with what they began with. Revocation lists are read again, because they are verified
    /// with the certificates of their issuers.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] as from building the layer; what was in force stays.
    pub fn replace(&self, anchors: TrustAnchors, intermediates: Intermediates) -> Result<(), ConfigError> {
        self.replace_all(TrustReplacement::new().layer(anchors, intermediates))
    }

    /// Puts several sets of anchors in force at one moment, all of them or none.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Sender`] for a gateway that there is not, and as from building the layer; what was in force
    /// stays.
    pub fn replace_all(&self, replacement: TrustReplacement) -> Result<(), ConfigError> {
        self.in_force.change(|shared| {
            let authenticator = &shared.authenticator;
            let outcome = authenticator.replace_trust(|present| {
                let only_issued_by = authenticator.validation.only_issued_by.as_deref();
                let next = Snapshot::new(replacement.applied_to(present)?, only_issued_by, authenticator.clock.now())?;
                authenticator.revocation.verify_again(&authenticator.verifier(&next))?;
                Ok(next)
            });
            if outcome.is_ok() {
                self.in_force.note_by_hand(Replaced::Trust);
            }
            shared.replaced(Replaced::Trust, outcome)
        })
    }

    /// Puts a deny-list in force. The next request is judged by it, and so is
    /// [`still_valid`](crate::ClientIdentity::still_valid) of identities that exist.
    pub fn replace_deny_list(&self, deny_list: DenyList) {
        self.in_force.change(|shared| {
            shared.authenticator.revocation.replace_deny_list(deny_list);
            self.in_force.note_by_hand(Replaced::DenyList);
        });
        Events::replaced(Replaced::DenyList, Ok(()));
    }

    /// Puts revocation lists in force in place of those that are. Nothing goes back in time: where a list in force is
    /// fresher than what was read for the same issuer, key and scope, it stays.
    ///
    /// # Errors
    ///
    /// [`ConfigError::RevocationLists`] names each list that cannot be used. Even then the others are in force, and
    /// everything that was in force stays beside them: a bad file hides no revocation.
    pub fn replace_crls(&self, lists: impl Into<RevocationLists>) -> Result<(), ConfigError> {
        let lists = lists.into();
        self.in_force.change(|shared| {
            let authenticator = &shared.authenticator;
            let snapshot = authenticator.snapshot.load();
            self.in_force.note_by_hand(Replaced::RevocationLists);
            let outcome = authenticator.revocation.replace_lists(lists, &authenticator.verifier(&snapshot));
            shared.replaced(Replaced::RevocationLists, outcome)
        })
    }

    /// Reads the revocation lists again, from where they were read before; does nothing where there are none. To be
    /// called on a schedule, or when the files change.
    ///
    /// # Errors
    ///
    /// As from [`replace_crls`](Self::replace_crls).
    pub fn reload_crls(&self) -> Result<(), ConfigError> {
        self.in_force.change(|shared| {
            let authenticator = &shared.authenticator;
            let snapshot = authenticator.snapshot.load();
            let outcome = authenticator.revocation.reload_lists(&authenticator.verifier(&snapshot));
            shared.replaced(Replaced::RevocationLists, outcome)
        })
    }

    /// Reads the OCSP answers again, from where they were read before; does nothing where there are none. To be called
    /// on a schedule, or when the files change. Nothing goes back in time, and a revocation stays.
    ///
    /// # Errors
    ///
    /// [`ConfigError::OcspAnswers`] names each answer that cannot be used. Even then the others are in force, beside
    /// everything that was.
    pub fn reload_ocsp_answers(&self) -> Result<(), ConfigError> {
        self.in_force.change(|shared| {
            let authenticator = &shared.authenticator;
            let snapshot = authenticator.snapshot.load();
            let outcome = authenticator.revocation.reload_answers(&authenticator.verifier(&snapshot));
            shared.replaced(Replaced::OcspAnswers, outcome)
        })
    }

    /// Asks responders now about every client that was seen before and whose answer is due, and waits for the answers.
    /// The layer does so by itself on the tokio runtime that it is built or called in, until it, its handles and every
    /// identity are dropped; this is for those who want to keep the time themselves.
    #[cfg(feature = "ocsp")]
    pub async fn refresh_ocsp_answers(&self) {
        let generation = self.in_force.generation.load_full();
        generation.authenticator.revocation.refresh_answers().await;
    }

    /// Waits until every list that is fetched from a configured address was looked for once since the layer was built
    /// or reloaded, with or without success. For services that would rather begin late than refuse their first clients.
    #[cfg(feature = "fetch")]
    pub async fn crls_looked_for(&self) {
        let generation = self.in_force.generation.load_full();
        for crls in &generation.fetched_crls {
            crls.looked_for().await;
        }
    }

    /// The revocation lists in force, for those who watch their age.
    #[must_use]
    pub fn crls(&self) -> Vec<RevocationListInForce> {
        self.in_force.load().authenticator.revocation.sources().lists_in_force()
    }

    /// When the trust in force was put in force.
    #[must_use]
    pub fn in_force_since(&self) -> SystemTime {
        self.in_force.load().authenticator.snapshot.load().since
    }

    /// The state of what the layer judges by, for a health endpoint.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        self.in_force.load().readiness()
    }

    /// Tells the recorder of the crate `metrics` again what is in force and since when. The layer does so when it is
    /// built and after each replacement; call this where the recorder was installed later than the layer was built.
    #[cfg(feature = "metrics")]
    pub fn publish_metrics(&self) {
        self.in_force.load().publish();
    }

    /// What the layer has decided since it was built.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.in_force.load().refusals.events.counts()
    }
}
