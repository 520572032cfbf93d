//! Stage 6: who the client is.
//!
//! **Decides** what a handler may know of the client.
//! **Trusts** the very certificate that was validated, and nothing else the gateway sends.
//! **Refuses** names that cannot serve as an identity: a NUL inside has been used to make one reader see less of a name
//! than another.
//! **Standard:** RFC 5280 sections 4.1.2.6 (subject) and 4.2.1.6 (subject alternative name).
//!
//! What an identity does *not* say: that the sender of this request holds the private key. Only the gateway saw that
//! proof; [`ClientIdentity::gateway`] names who vouches for it.

mod certification_path;
mod known_client;

use std::error::Error;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

pub use self::certification_path::{CertificationPath, TrustedBy};
pub(crate) use self::known_client::{Carrier, KnownClient};
use crate::certificate::{AlternativeName, Certificate, DistinguishedName, Fingerprint, Purpose, SerialNumber};
use crate::clock::Clock;
use crate::escape::Escaped;
use crate::evidence::{Evidence, Evidenced, Outcome};
use crate::gateway::{GatewayPeer, TrustedPeer};
use crate::validation::{PinKind, TrustAnchor};

/// The client, as its validated certificate names it. Cheap to clone.
///
/// It exists only where every configured check has passed; there is no public way to make one.
///
/// ```
/// use tower_client_cert::ClientIdentity;
///
/// async fn restricted(identity: ClientIdentity) -> String {
///     format!("hello {}", identity.subject().organization().unwrap_or("?"))
/// }
/// ```
#[derive(Clone)]
pub struct ClientIdentity {
    client: Arc<KnownClient>,
    /// Who vouches that this request is the client's.
    peer: TrustedPeer,
    arrived_at: SystemTime,
    /// Written when somebody reads it.
    evidence: OnceLock<Evidence>,
}

impl ClientIdentity {
    /// Says of a request that it is this client's.
    pub(crate) fn of(client: Arc<KnownClient>, peer: TrustedPeer, arrived_at: SystemTime) -> Self {
        Self { client, peer, arrived_at, evidence: OnceLock::new() }
    }

    /// The client's certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        self.path().end_entity()
    }

    /// The subject of the certificate.
    #[must_use]
    pub fn subject(&self) -> &DistinguishedName {
        self.certificate().subject()
    }

    /// The issuer of the certificate, by name. To ask who issued it, compare with [`path`](Self::path): a name alone
    /// proves nothing.
    #[must_use]
    pub fn issuer(&self) -> &DistinguishedName {
        self.certificate().issuer()
    }

    /// The subject alternative names, typed by kind.
    #[must_use]
    pub fn alternative_names(&self) -> &[AlternativeName] {
        self.certificate().alternative_names()
    }

    /// The serial number. Unique only together with the issuer.
    #[must_use]
    pub fn serial(&self) -> &SerialNumber {
        self.certificate().serial()
    }

    /// The first second at which the certificate is valid.
    #[must_use]
    pub fn not_before(&self) -> SystemTime {
        self.certificate().not_before()
    }

    /// The last second at which the certificate is valid.
    #[must_use]
    pub fn not_after(&self) -> SystemTime {
        self.certificate().not_after()
    }

    /// The SHA-256 of the certificate.
    #[must_use]
    pub fn fingerprint(&self) -> &Fingerprint {
        self.certificate().fingerprint()
    }

    /// The SHA-256 of the public key (`SubjectPublicKeyInfo`). Survives a renewal that keeps the key.
    #[must_use]
    pub fn public_key_fingerprint(&self) -> &Fingerprint {
        self.certificate().public_key_fingerprint()
    }

    /// The purposes the certificate names (extended key usage, RFC 5280 section 4.2.1.12).
    #[must_use]
    pub fn purposes(&self) -> &[Purpose] {
        self.certificate().purposes().unwrap_or_default()
    }

    /// The validated path, from the certificate to the trust anchor.
    #[must_use]
    pub fn path(&self) -> &CertificationPath {
        self.client.path()
    }

    /// The operator's label of the trust anchor.
    #[must_use]
    pub fn anchor_label(&self) -> Option<&str> {
        self.path().anchor().and_then(TrustAnchor::label)
    }

    /// What the certificate is trusted by: the anchor of a valid path, or a pin in place of one.
    #[must_use]
    pub fn trusted_by(&self) -> TrustedBy<'_> {
        self.path().trusted_by()
    }

    /// Whether the names in the certificate were vouched for, by an authority or by a pin of the whole certificate.
    ///
    /// They were not where the public key alone is pinned in place of a path: the key's holder can write any names.
    /// Decide then by the pin.
    #[must_use]
    pub fn has_vouched_names(&self) -> bool {
        !matches!(self.trusted_by(), TrustedBy::Pin(pin) if pin.kind() == PinKind::PublicKey)
    }

    /// The name of the gateway that vouches that the client holds the private key.
    #[must_use]
    pub fn gateway(&self) -> &str {
        self.peer.gateway_name()
    }

    /// The gateway's end of the connection.
    #[must_use]
    pub fn gateway_peer(&self) -> GatewayPeer {
        self.peer.peer()
    }

    /// What was checked, from what, and when.
    ///
    /// Who sent the request, and in which header, is of this request. What was found out about the certificate may have
    /// been found when it came before, and has the time of that.
    #[must_use]
    pub fn evidence(&self) -> &Evidence {
        self.evidence.get_or_init(|| self.client.evidence(&self.peer, self.arrived_at))
    }

    /// The checks that did not pass, and that a policy tolerated.
    pub(crate) fn tolerated(&self) -> impl Iterator<Item = &Outcome> {
        self.client.tolerated()
    }

    /// When the oldest of the OCSP answers was issued by which the path passed.
    #[cfg(feature = "metrics")]
    pub(crate) fn ocsp_answered_at(&self) -> Option<SystemTime> {
        self.client.ocsp_answered_at()
    }

    /// The last second at which every certificate of the path, the anchor included, is valid.
    #[must_use]
    pub fn valid_until(&self) -> SystemTime {
        self.client.valid_until()
    }

    /// Whether the path is within its dates now, by the layer's clock and as far as `clock_skew` and
    /// [`allow_expired`](crate::PinnedCertificates::allow_expired) let it, and would not be refused by the deny-list, the
    /// revocation lists and the OCSP answers that are now in force, for what is on this path or on another one that was
    /// found for the same request. For streams and sockets that outlive a request.
    #[must_use]
    pub fn still_valid(&self) -> bool {
        self.client.is_still_valid()
    }

    /// What is the same for all its requests.
    pub(crate) fn known(&self) -> Arc<KnownClient> {
        Arc::clone(&self.client)
    }

    /// The layer's clock.
    pub(crate) fn clock(&self) -> &dyn Clock {
        self.client.clock()
    }
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientIdentity")
            .field("certificate", self.certificate())
            .field("trusted_by", &self.path().trusted_by_name())
            .field("gateway", &self.gateway())
            .finish_non_exhaustive()
    }
}

impl Evidenced for ClientIdentity {
    fn evidence(&self) -> &Evidence {
        self.evidence()
    }
}

/// Why a validated certificate names nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityError {
    field: String,
}

impl IdentityError {
    /// What the operator can do about it, in one sentence.
    #[must_use]
    pub fn mend(&self) -> &'static str {
        "have the certificate issued without that character, and ask the authority how it came in"
    }

    /// The field with the unusable name.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }
}

impl fmt::Display for IdentityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "name in {} contains a NUL, by which readers disagree on where it ends", Escaped(&self.field))
    }
}

impl Error for IdentityError {}

#[cfg(feature = "serde")]
mod serialize;
