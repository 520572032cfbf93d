//! What the certificate of an anchor must be when it is loaded; dates and lengths of paths are asked at each use.
//!
//! RFC 5280 section 6.2 leaves all of it to the application, and webpki keeps name, key and name constraints only.

use super::allowance::Allowance;
use super::problem::is_policy_extension;
use super::trust_anchor::Profile;
use super::{TrustAnchor, key_policy, strict_profile};
use crate::certificate::Certificate;
use crate::error::{CertificateProblem, ConfigError};

/// Refuses a certificate that cannot be an anchor.
pub(super) fn check(anchor: &TrustAnchor) -> Result<(), ConfigError> {
    let certificate = anchor.certificate();
    match problem_of(anchor, certificate) {
        Some(problem) => Err(anchor.unusable(problem)),
        None => Ok(()),
    }
}

fn problem_of(anchor: &TrustAnchor, certificate: &Certificate) -> Option<CertificateProblem> {
    match (certificate.version(), certificate.basic_constraints()) {
        (1, _) if anchor.allows(Allowance::V1Anchor) => {}
        (1, _) => return Some(CertificateProblem::Version1),
        (_, Some(constraints)) if constraints.is_ca() => {}
        _ => return Some(CertificateProblem::NoAuthority),
    }
    if certificate.key_usage().is_some_and(|usage| !usage.key_cert_sign()) {
        return Some(CertificateProblem::NoKeyCertSign);
    }
    if let Some(oid) = unknown_critical_extension(certificate) {
        return Some(CertificateProblem::CriticalExtension { oid });
    }
    if key_policy::check_strength(certificate.public_key(), anchor).is_err() {
        return Some(CertificateProblem::Key { key: certificate.public_key().to_string() });
    }
    if anchor.profile() == Profile::Strict
        && let Some(rule) = strict_profile::anchor_breaks(certificate)
    {
        return Some(CertificateProblem::Profile { rule });
    }
    None
}

/// RFC 5280 section 4.2. Policy extensions count as known here: policies are not inherited from an anchor, so that an
/// authority whose critical policy extension webpki refuses can be made an anchor.
fn unknown_critical_extension(certificate: &Certificate) -> Option<String> {
    certificate
        .extensions()
        .iter()
        .filter(|extension| extension.is_critical)
        .map(|extension| extension.oid.as_str())
        .find(|oid| !EVALUATED_EXTENSIONS.contains(oid) && !is_policy_extension(oid))
        .map(str::to_owned)
}

/// The extensions that are evaluated: key usage, subject alternative name, basic constraints, name constraints, CRL
/// distribution points, extended key usage.
pub(super) const EVALUATED_EXTENSIONS: &[&str] =
    &["2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.30", "2.5.29.31", "2.5.29.37"];
