use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use super::allowance::{Allowance, Allowances};
use super::check::{Checked, SubjectOfCheck};
use super::error::{Place, ValidationError};
use super::problem::{ValidationProblem, is_policy_extension};
use super::{ValidatedPath, ValidationOptions, anchor_profile, dates, key_usage, purpose};
use crate::certificate::{Certificate, Fingerprint};
use crate::error::ConfigError;

/// Certificates or keys of registered partners, by SHA-256; several for one partner while it renews.
///
/// They serve in two ways that are never mixed: accepted *in place of* a path
/// ([`trust_pinned`](crate::ClientCertLayerBuilder::trust_pinned), RFC 8705 section 2.2), or required *beside* one
/// ([`only_pinned`](crate::ClientCertLayerBuilder::only_pinned)). An empty set accepts nobody.
///
/// ```
/// use tower_client_cert::PinnedCertificates;
///
/// let old = "ab".repeat(32).parse()?;
/// let new = "cd".repeat(32).parse()?;
/// let partner = PinnedCertificates::certificates([old, new]).labelled("foo");
/// # Ok::<(), tower_client_cert::certificate::ParseFingerprintError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct PinnedCertificates {
    pins: Vec<Arc<Pin>>,
    /// The first of the pins that were given a label when all of them had another, with that label.
    relabelled: Option<(Arc<Pin>, Arc<str>)>,
}

/// One certificate or key that an operator has pinned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    kind: PinKind,
    fingerprint: Fingerprint,
    label: Option<Arc<str>>,
    allowances: Allowances,
}

/// What a [`Pin`] is the fingerprint of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PinKind {
    /// The whole certificate, with every name in it.
    Certificate,
    /// The public key (`SubjectPublicKeyInfo`) alone. Without a path, the other fields are what the key's holder says of
    /// itself.
    PublicKey,
}

impl PinnedCertificates {
    /// Pins whole certificates.
    #[must_use]
    pub fn certificates(fingerprints: impl IntoIterator<Item = Fingerprint>) -> Self {
        Self::of(PinKind::Certificate, fingerprints)
    }

    /// Pins public keys, which survive a renewal with the same key.
    ///
    /// Without a path, names in the certificate of a pinned key prove nothing: its holder can write any. Decide by the
    /// pin's label or fingerprint.
    #[must_use]
    pub fn public_keys(fingerprints: impl IntoIterator<Item = Fingerprint>) -> Self {
        Self::of(PinKind::PublicKey, fingerprints)
    }

    /// Labels every pin of the set that has no label yet. Where all of them have another one, the set cannot be used:
    /// building fails with [`ConfigError::PinLabels`], because rules that name the new label would never hold.
    #[must_use]
    pub fn labelled(self, label: impl AsRef<str>) -> Self {
        let label: Arc<str> = label.as_ref().into();
        let mut labelled = self.each(|pin| {
            pin.label.get_or_insert_with(|| Arc::clone(&label));
        });
        if let Some(first) = labelled.pins.first()
            && labelled.pins.iter().all(|pin| pin.label.as_ref() != Some(&label))
        {
            labelled.relabelled = Some((Arc::clone(first), label));
        }
        labelled
    }

    /// Adds the pins of another set.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.pins.extend(others.pins);
        self.relabelled = self.relabelled.or(others.relabelled);
        self
    }

    /// Accepts these pins in place of a path outside of their dates too.
    #[must_use]
    pub fn allow_expired(self) -> Self {
        self.each(|pin| pin.allowances.allow(Allowance::ExpiredPin))
    }

    /// Accepts these pins in place of a path although the certificate says that it is an authority's, as `openssl req
    /// -x509` makes every self-signed one. It is no trust anchor by that.
    #[must_use]
    pub fn allow_ca_certificate(self) -> Self {
        self.each(|pin| pin.allowances.allow(Allowance::CaCertificate))
    }

    /// The pins, in the order in which they were given.
    #[must_use]
    pub fn as_slice(&self) -> &[Arc<Pin>] {
        &self.pins
    }

    /// Each pin once; given twice, it allows what both allow. The same one under two labels is an error: rules could be tied
    /// to either.
    pub(crate) fn distinct(self) -> Result<Self, ConfigError> {
        let twice = |pin: &Pin, label: Option<&str>| ConfigError::PinLabels {
            fingerprint: pin.fingerprint,
            labels: [pin.label(), label].map(|label| label.map(str::to_owned)),
        };
        if let Some((pin, given)) = &self.relabelled {
            return Err(twice(pin, Some(given)));
        }
        let mut distinct: Vec<Arc<Pin>> = Vec::with_capacity(self.pins.len());
        let mut places = HashMap::new();
        for pin in self.pins {
            let place = *places.entry((pin.kind, pin.fingerprint)).or_insert(distinct.len());
            match distinct.get_mut(place) {
                None => distinct.push(pin),
                Some(known) if known.label == pin.label => {
                    let allowances = known.allowances.and(pin.allowances);
                    Arc::make_mut(known).allowances = allowances;
                }
                Some(known) => return Err(twice(known, pin.label())),
            }
        }
        Ok(Self { pins: distinct, relabelled: None })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pins.is_empty()
    }

    /// The pin of this certificate; one of the certificate goes before one of its key, because it says more.
    pub(super) fn find(&self, certificate: &Certificate) -> Option<&Arc<Pin>> {
        let of_kind = |kind, fingerprint: &Fingerprint| {
            self.pins.iter().find(|pin| pin.kind == kind && pin.fingerprint == *fingerprint)
        };
        of_kind(PinKind::Certificate, certificate.fingerprint())
            .or_else(|| of_kind(PinKind::PublicKey, certificate.public_key_fingerprint()))
    }

    fn of(kind: PinKind, fingerprints: impl IntoIterator<Item = Fingerprint>) -> Self {
        let pin = |fingerprint| Arc::new(Pin { kind, fingerprint, label: None, allowances: Allowances::default() });
        Self { pins: fingerprints.into_iter().map(pin).collect(), relabelled: None }
    }

    fn each(mut self, change: impl Fn(&mut Pin)) -> Self {
        for pin in &mut self.pins {
            change(Arc::make_mut(pin));
        }
        self
    }
}

impl Pin {
    /// What it is the fingerprint of.
    #[must_use]
    pub fn kind(&self) -> PinKind {
        self.kind
    }

    /// The SHA-256.
    #[must_use]
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// The operator's label.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// How evidence and logs name the pin: by its label, else by its fingerprint.
    #[must_use]
    pub fn name(&self) -> String {
        self.label().map_or_else(|| self.fingerprint.to_string(), str::to_owned)
    }
}

impl Pin {
    pub(super) fn allows_this(&self, allowance: Allowance) -> bool {
        self.allowances.has(allowance)
    }
}

impl SubjectOfCheck for Pin {
    fn allows(&self, allowance: Allowance) -> bool {
        self.allowances.has(allowance)
    }
}

/// What is asked of a certificate that a pin stands for in place of a path: dates, key, usages, and that it does not say
/// anything critical that we cannot honour. Its signature is not: the pin says more than its own signature could.
pub(super) fn check(
    pin: &Pin,
    certificate: &Certificate,
    options: &ValidationOptions,
    now: SystemTime,
) -> Result<Vec<Allowance>, Box<ValidationError>> {
    let refused = |problem| Box::new(ValidationError::of_pin(problem, certificate));
    let mut used = Vec::new();
    let mut loosened = |allowance, problem: Option<ValidationProblem>| match problem {
        Some(_) if pin.allows(allowance) => {
            used.push(allowance);
            Ok(())
        }
        Some(problem) => Err(refused(problem)),
        None => Ok(()),
    };
    let is_ca = certificate.basic_constraints().is_some_and(|constraints| constraints.is_ca());
    loosened(Allowance::ExpiredPin, dates::problem_within(certificate, now, options.clock_skew))?;
    loosened(Allowance::CaCertificate, is_ca.then_some(ValidationProblem::CaCertificate))?;
    if let Err(wanted) = options.key_policy.check(certificate.public_key(), pin) {
        return Err(refused(ValidationProblem::KeyUnacceptable { key: certificate.public_key().to_string(), wanted }));
    }
    if let Some(problem) = key_usage::problem_of_client(certificate) {
        return Err(refused(problem));
    }
    // A partner was registered for this very use, so a certificate may leave its purpose out, but not contradict.
    if certificate.purposes().is_some() && !purpose::may_serve_clients(certificate) {
        return Err(refused(purpose::problem_of(certificate)));
    }
    if let Some(oid) = unknown_critical_extension(certificate) {
        return Err(refused(ValidationProblem::CriticalExtensionUnsupported { extension: Some(oid) }));
    }
    Ok(used)
}

/// Refuses a path whose client is not among the pins that are required beside it.
pub(super) fn check_beside_path(pins: &PinnedCertificates, path: &ValidatedPath) -> Checked {
    match pins.find(&path.end_entity) {
        Some(_) => Ok(None),
        None => Err(path.refuse(Place::EndEntity, ValidationProblem::NotPinned)),
    }
}

/// Without a path there is no policy to process, so that policy extensions say nothing that could be missed.
fn unknown_critical_extension(certificate: &Certificate) -> Option<String> {
    let critical = certificate.extensions().iter().filter(|extension| extension.is_critical);
    let mut oids = critical.map(|extension| extension.oid.as_str());
    oids.find(|oid| !anchor_profile::EVALUATED_EXTENSIONS.contains(oid) && !is_policy_extension(oid)).map(str::to_owned)
}
