//! Anchors, pins and options, as they stand in the effective policy.

use super::allowance::Allowance;
use super::options::ValidationOptions;
use super::spiffe::TrustDomain;
use super::trust::Trust;
use super::{DEFAULT_ALGORITHMS, KeyPolicy, MAX_DEPTH, Pin, PinKind, Profile, TrustAnchor};
use crate::certificate::Certificate;
use crate::escape::Escaped;
use crate::policy::{EffectivePolicy, listed, yes_or_no};
use crate::utc::Utc;

impl Trust {
    /// `key` ends in a dot, or is empty.
    pub(crate) fn describe(&self, key: &str, policy: &mut EffectivePolicy) {
        for (number, anchor) in self.anchors().enumerate() {
            anchor.describe(&format!("{key}anchors[{number}]"), policy);
        }
        for (number, authority) in self.intermediates().iter().enumerate() {
            let key = format!("{key}intermediates[{number}]");
            policy.add(key, "a candidate for paths", described(authority)).set_if(true);
        }
        for (number, pin) in self.pinned().as_slice().iter().enumerate() {
            let key = format!("{key}pinned[{number}]");
            let gives_up = match pin.kind() {
                PinKind::Certificate => "the path of this certificate: its issuer is not asked",
                PinKind::PublicKey => "the path and every name: whoever holds the key writes them",
            };
            policy.add(&key, "accepted in place of a path", pin.described()).set_if(true).allows_if(true, gives_up);
            describe_allowances(&key, Pin::ALLOWANCES, |allowance| pin.allows_this(allowance), policy);
        }
    }
}

impl TrustAnchor {
    fn describe(&self, key: &str, policy: &mut EffectivePolicy) {
        policy.add(key, "a path may end here", described(self.certificate())).set_if(true);
        let optional = [
            ("label", "the name for rules and policies", self.label()),
            ("comment", "the operator's comment", self.comment()),
            ("trust_domain", "the bundle of a SPIFFE trust domain", self.trust_domain().map(TrustDomain::as_str)),
        ];
        for (name, check, text) in optional {
            let value = text.map_or_else(|| "none".to_owned(), |text| Escaped(text).to_string());
            policy.add(format!("{key}.{name}"), check, value).set_if(text.is_some());
        }
        let is_strict = self.profile() == Profile::Strict;
        let value = yes_or_no(is_strict);
        policy.add(format!("{key}.strict_profile"), "RFC 5280 by the letter", value).set_if(is_strict);
        describe_allowances(key, Self::ALLOWANCES, |allowance| self.allows(allowance), policy);
    }

    const ALLOWANCES: &[Allowance] = &[
        Allowance::AnyPurpose,
        Allowance::MissingClientAuth,
        Allowance::MissingDigitalSignature,
        Allowance::UnevenRsaSize,
        Allowance::V1Anchor,
    ];
}

impl Pin {
    pub(super) fn described(&self) -> String {
        let kind = match self.kind() {
            PinKind::Certificate => "certificate",
            PinKind::PublicKey => "public key",
        };
        let label = self.label().map(|label| format!(", labelled \"{}\"", Escaped(label))).unwrap_or_default();
        format!("{kind} {}{label}", self.fingerprint())
    }

    const ALLOWANCES: &[Allowance] = &[Allowance::CaCertificate, Allowance::ExpiredPin];
}

fn describe_allowances(
    key: &str,
    all: &[Allowance],
    is_allowed: impl Fn(Allowance) -> bool,
    policy: &mut EffectivePolicy,
) {
    for allowance in all.iter().copied() {
        let allowed = is_allowed(allowance);
        policy
            .add(format!("{key}.{}", allowance.option()), allowance.check(), yes_or_no(allowed))
            .set_if(allowed)
            .allows_if(allowed, allowance.gives_up());
    }
}

impl Allowance {
    const fn check(self) -> &'static str {
        match self {
            Self::AnyPurpose => "anyExtendedKeyUsage alone will do",
            Self::CaCertificate => "a certificate of an authority will do",
            Self::ExpiredPin => "dates are not asked",
            Self::MissingClientAuth => "no extended key usage will do",
            Self::MissingDigitalSignature => "key usage without digitalSignature will do",
            Self::UnevenRsaSize => "RSA sizes that are no multiple of 8 will do",
            Self::V1Anchor => "version 1 will do for the anchor",
        }
    }

    const fn gives_up(self) -> &'static str {
        match self {
            Self::AnyPurpose | Self::MissingClientAuth => {
                "for what it was issued: what the authority issues for servers or mail can be a client"
            }
            Self::CaCertificate => "that the pinned certificate is no authority's",
            Self::ExpiredPin => "the dates of the pinned certificate",
            Self::MissingDigitalSignature => "that the client's key is for signatures",
            Self::UnevenRsaSize => "that RSA sizes are a multiple of 8",
            Self::V1Anchor => "that the anchor itself says that it is an authority's",
        }
    }
}

impl ValidationOptions {
    pub(crate) fn describe(&self, policy: &mut EffectivePolicy) {
        for (key, check, value) in ALWAYS {
            policy.add(*key, check, value);
        }
        let skew = self.clock_skew.as_secs();
        policy
            .add("validation.clock_skew_seconds", "seconds by which clocks may differ", skew)
            .set_if(skew > 0)
            .allows_if(skew > 0, "so many seconds at both ends of every certificate");
        self.key_policy.describe(policy);
        policy
            .add("validation.max_depth", "the most authorities above a client", self.max_depth)
            .set_if(self.max_depth != MAX_DEPTH);
        let lifetime = self.max_lifetime.map_or_else(|| "any".to_owned(), |limit| limit.as_secs().to_string());
        policy
            .add("validation.max_lifetime_seconds", "the longest validity of a client", lifetime)
            .set_if(self.max_lifetime.is_some());
        policy
            .add("validation.required_policies", "policies of the path", listed(&self.required_policies))
            .set_if(!self.required_policies.is_empty());
        let any = || "any under the anchors".to_owned();
        let issuers = self.only_issued_by.as_ref();
        policy
            .add(
                "validation.only_issued_by",
                "authorities one of which is in the path",
                issuers.map_or_else(any, listed),
            )
            .set_if(issuers.is_some());
        let pins = self.only_pinned.as_ref();
        let texts = pins.map(|pins| listed(pins.as_slice().iter().map(|pin| pin.described())));
        policy
            .add(
                "validation.only_pinned",
                "pins that are required beside a path",
                texts.unwrap_or_else(|| "not asked".to_owned()),
            )
            .set_if(pins.is_some());
        let algorithms = self.algorithms.len();
        let is_default = std::ptr::eq(self.algorithms, DEFAULT_ALGORITHMS);
        policy
            .add(
                "validation.signature_algorithms",
                "signature algorithms of certificates",
                format!("{algorithms} algorithms"),
            )
            .set_if(!is_default);
    }
}

impl KeyPolicy {
    fn describe(&self, policy: &mut EffectivePolicy) {
        let usual = Self::default();
        policy
            .add("validation.min_rsa_bits", "the least size of RSA keys in bits", self.min_rsa_bits)
            .set_if(self.min_rsa_bits != usual.min_rsa_bits);
        let excluded = listed(self.excluded.iter().map(|kind| format!("{kind:?}")));
        policy
            .add("validation.without_keys", "kinds of keys that are refused", excluded)
            .set_if(!self.excluded.is_empty());
    }
}

/// Text from certificates stands here as it is; the page escapes it.
fn described(certificate: &Certificate) -> String {
    format!(
        "{}, SHA-256 {}, expires {}",
        certificate.subject(),
        certificate.fingerprint(),
        Utc(certificate.not_after())
    )
}

/// What is always asked of a path.
const ALWAYS: &[(&str, &str, &str)] = &[
    ("always.path", "signatures, dates and lengths up to an anchor, its own dates included", "required"),
    ("always.purpose", "clientAuth on the client, and no contradiction above", "required"),
    ("always.key_usage", "digitalSignature on the client, keyCertSign above, where there is a key usage", "required"),
    ("always.keys", "RSA of 2048 to 8192 bits, P-256, P-384, P-521, Ed25519, on every certificate", "required"),
    ("always.end_entity", "a certificate of an authority is no client", "required"),
    ("always.critical_extensions", "critical extensions that are not known refuse", "required"),
    (
        "always.name_constraints",
        "name constraints of authorities, and those that cannot be evaluated refuse",
        "required",
    ),
];
