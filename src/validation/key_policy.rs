use super::allowance::Allowance;
use super::check::{Checked, SubjectOfCheck};
use super::curve::{self, P256_OID, P384_OID, P521_OID};
use super::problem::ValidationProblem;
use super::{TrustAnchor, ValidatedPath};
use crate::certificate::{ObjectIdentifier, PublicKey, RsaPublicKey};
use crate::error::ConfigError;

/// The keys that are accepted in every certificate of a path.
///
/// Without further settings: RSA of 2048 to 8192 bits, the size a multiple of 8, with an odd exponent from 3 to
/// 2⁶⁴ - 1; P-256, P-384 and P-521 with an uncompressed point on the curve; Ed25519. It can be made narrower, never
/// wider.
///
/// ```
/// use tower_client_cert::{KeyKind, KeyPolicy};
///
/// let policy = KeyPolicy::default().min_rsa_bits(3072)?.without(KeyKind::Ed25519);
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct KeyPolicy {
    pub(super) min_rsa_bits: usize,
    pub(super) excluded: Vec<KeyKind>,
}

/// A kind of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyKind {
    /// Ed25519 (RFC 8410).
    Ed25519,
    /// ECDSA on P-256.
    P256,
    /// ECDSA on P-384.
    P384,
    /// ECDSA on P-521.
    P521,
    /// RSA.
    Rsa,
}

impl KeyPolicy {
    /// Accepts RSA keys of at least this size.
    ///
    /// # Errors
    ///
    /// [`ConfigError::KeySize`] for a size below 2048, which is the least there is, or above 8192.
    pub fn min_rsa_bits(mut self, bits: usize) -> Result<Self, ConfigError> {
        if !(MIN_RSA_BITS..=MAX_RSA_BITS).contains(&bits) {
            return Err(ConfigError::KeySize { bits });
        }
        self.min_rsa_bits = bits;
        Ok(self)
    }

    /// Accepts no keys of this kind.
    #[must_use]
    pub fn without(mut self, kind: KeyKind) -> Self {
        self.excluded.push(kind);
        self
    }

    /// Whether a key is accepted; the error says what is wanted.
    pub(super) fn check(
        &self,
        key: &PublicKey,
        subject: &impl SubjectOfCheck,
    ) -> Result<Option<Allowance>, &'static str> {
        let allowance = check_strength(key, subject)?;
        let is_small = key.rsa().is_some_and(|rsa| rsa.modulus_bits() < self.min_rsa_bits);
        if is_small || kind_of(key).is_none_or(|kind| self.excluded.contains(&kind)) {
            return Err("a key that the configured key policy admits");
        }
        Ok(allowance)
    }
}

impl Default for KeyPolicy {
    fn default() -> Self {
        Self { min_rsa_bits: MIN_RSA_BITS, excluded: Vec::new() }
    }
}

/// Asks every key of the path, the client's first. webpki never looks at the client's key, and at those of issuers only
/// as far as its algorithms do.
pub(super) fn check(path: &ValidatedPath, policy: &KeyPolicy) -> Checked {
    let mut allowed = None;
    for (place, certificate) in path.certificates() {
        let key = certificate.public_key();
        let refuse = |wanted| path.refuse(place, ValidationProblem::KeyUnacceptable { key: key.to_string(), wanted });
        allowed = allowed.or(policy.check(key, path).map_err(refuse)?);
    }
    Ok(allowed)
}

/// Whether a key is of a kind and size that can be accepted at all; the error says what is wanted.
pub(super) fn check_strength(
    key: &PublicKey,
    subject: &impl SubjectOfCheck,
) -> Result<Option<Allowance>, &'static str> {
    match (kind_of(key), key.rsa()) {
        (Some(KeyKind::Rsa), Some(rsa)) => check_rsa(rsa, subject),
        (Some(KeyKind::Ed25519), _) if key.point().len() == ED25519_OCTETS => Ok(None),
        (Some(KeyKind::Ed25519), _) => Err("32 octets"),
        (Some(_), _) if key.curve().is_some_and(|curve| curve::holds_point(curve.as_str(), key.point())) => Ok(None),
        (Some(_), _) => Err("an uncompressed point on its curve"),
        (None, _) => Err("RSA, P-256, P-384, P-521 or Ed25519"),
    }
}

fn check_rsa(rsa: &RsaPublicKey, subject: &impl SubjectOfCheck) -> Result<Option<Allowance>, &'static str> {
    if !(MIN_RSA_BITS..=MAX_RSA_BITS).contains(&rsa.modulus_bits()) {
        return Err("RSA of 2048 to 8192 bits");
    }
    if !rsa.has_odd_modulus() {
        return Err("an odd RSA modulus");
    }
    // 1 encrypts nothing; an even one has no inverse. FIPS 186-5 would begin at 65537, but 3 is in use and sound.
    if !rsa.exponent().is_some_and(|exponent| exponent >= 3 && exponent % 2 == 1) {
        return Err("an odd RSA exponent from 3 up, of at most 64 bits");
    }
    if rsa.modulus_bits().is_multiple_of(8) {
        return Ok(None);
    }
    if subject.allows(Allowance::UnevenRsaSize) {
        return Ok(Some(Allowance::UnevenRsaSize));
    }
    Err("an RSA size that is a multiple of 8")
}

fn kind_of(key: &PublicKey) -> Option<KeyKind> {
    match (key.algorithm().as_str(), key.curve().map(ObjectIdentifier::as_str)) {
        (RSA_ENCRYPTION, _) => Some(KeyKind::Rsa),
        (ED25519, _) => Some(KeyKind::Ed25519),
        (_, Some(P256_OID)) => Some(KeyKind::P256),
        (_, Some(P384_OID)) => Some(KeyKind::P384),
        (_, Some(P521_OID)) => Some(KeyKind::P521),
        _ => None,
    }
}

impl SubjectOfCheck for TrustAnchor {
    fn allows(&self, allowance: Allowance) -> bool {
        Self::allows(self, allowance)
    }
}

const RSA_ENCRYPTION: &str = "1.2.840.113549.1.1.1";
const ED25519: &str = "1.3.101.112";
const ED25519_OCTETS: usize = 32;
const MIN_RSA_BITS: usize = 2048;
const MAX_RSA_BITS: usize = 8192;
