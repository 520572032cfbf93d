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

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

pub use self::certification_path::{CertificationPath, TrustedBy};
use crate::certificate::{AlternativeName, Certificate, DistinguishedName, Fingerprint, Purpose, SerialNumber};
use crate::clock::Clock;
use crate::escape::Escaped;
use crate::evidence::Evidence;
use crate::gateway::GatewayPeer;
use crate::revocation::{RevocationWatch, UnrevokedChain};
use crate::validation::{PinKind, TrustAnchor, whole_seconds};

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
pub struct ClientIdentity(Arc<Inner>);

struct Inner {
    path: CertificationPath,
    gateway: Arc<str>,
    peer: GatewayPeer,
    evidence: Evidence,
    valid_until: SystemTime,
    watch: RevocationWatch,
    clock: Arc<dyn Clock>,
}

impl ClientIdentity {
    /// Reads the identity from a path that was validated and not revoked.
    pub(crate) fn of(chain: UnrevokedChain, clock: Arc<dyn Clock>) -> Result<Self, IdentityError> {
        let UnrevokedChain { peer, path, evidence, watch } = chain;
        if let Some(field) = path.end_entity.name_with_nul() {
            return Err(IdentityError { field });
        }
        let valid_until = path.not_after();
        Ok(Self(Arc::new(Inner {
            path: CertificationPath::new(path),
            gateway: peer.gateway(),
            peer: peer.peer(),
            evidence,
            valid_until,
            watch,
            clock,
        })))
    }

    /// The client's certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        self.0.path.end_entity()
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
        &self.0.path
    }

    /// The operator's label of the trust anchor.
    #[must_use]
    pub fn anchor_label(&self) -> Option<&str> {
        self.0.path.anchor().and_then(TrustAnchor::label)
    }

    /// What the certificate is trusted by: the anchor of a valid path, or a pin in place of one.
    #[must_use]
    pub fn trusted_by(&self) -> TrustedBy<'_> {
        self.0.path.trusted_by()
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
        &self.0.gateway
    }

    /// The gateway's end of the connection.
    #[must_use]
    pub fn gateway_peer(&self) -> GatewayPeer {
        self.0.peer
    }

    /// What was checked, from what, and when.
    #[must_use]
    pub fn evidence(&self) -> &Evidence {
        &self.0.evidence
    }

    /// The last second at which every certificate of the path, the anchor included, is valid.
    #[must_use]
    pub fn valid_until(&self) -> SystemTime {
        self.0.valid_until
    }

    /// Whether the path is within its dates now, by the layer's clock, and would not be refused by the deny-list and the
    /// revocation lists that are now in force. For streams and sockets that outlive a request.
    #[must_use]
    pub fn still_valid(&self) -> bool {
        let now = self.0.clock.now();
        whole_seconds(now) <= whole_seconds(self.0.valid_until) && self.0.watch.ask(now).is_ok()
    }

    /// The layer's clock.
    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientIdentity")
            .field("certificate", self.certificate())
            .field("trusted_by", &self.0.path.trusted_by_name())
            .field("gateway", &self.0.gateway)
            .finish_non_exhaustive()
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
