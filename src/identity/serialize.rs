//! How identities are serialized. Nothing here can be read back: an identity comes from a check.

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::{CertificationPath, ClientIdentity, TrustedBy};
use crate::utc::Utc;
use crate::validation::{Pin, PinKind, TrustAnchor};

impl Serialize for ClientIdentity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut identity = serializer.serialize_struct("ClientIdentity", 6)?;
        identity.serialize_field("certificate", self.certificate())?;
        identity.serialize_field("path", self.path())?;
        identity.serialize_field("gateway", self.gateway())?;
        identity.serialize_field("gateway_address", &self.gateway_peer().to_string())?;
        identity.serialize_field("valid_until", &Utc(self.valid_until()).to_string())?;
        identity.serialize_field("evidence", self.evidence())?;
        identity.end()
    }
}

/// The authorities alone: the end entity stands beside the path.
impl Serialize for CertificationPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let intermediates: Vec<_> = self.intermediates().iter().map(AsRef::as_ref).collect();
        let pin = match self.trusted_by() {
            TrustedBy::Pin(pin) => Some(pin),
            TrustedBy::Anchor(_) => None,
        };
        let mut path = serializer.serialize_struct("CertificationPath", 3)?;
        path.serialize_field("intermediates", &intermediates)?;
        path.serialize_field("anchor", &self.anchor())?;
        path.serialize_field("pin", &pin)?;
        path.end()
    }
}

impl Serialize for TrustAnchor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut anchor = serializer.serialize_struct("TrustAnchor", 2)?;
        anchor.serialize_field("label", &self.label())?;
        anchor.serialize_field("certificate", self.certificate())?;
        anchor.end()
    }
}

impl Serialize for Pin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kind = match self.kind() {
            PinKind::Certificate => "certificate",
            PinKind::PublicKey => "public key",
        };
        let mut pin = serializer.serialize_struct("Pin", 3)?;
        pin.serialize_field("label", &self.label())?;
        pin.serialize_field("kind", kind)?;
        pin.serialize_field("sha256", &self.fingerprint().to_string())?;
        pin.end()
    }
}
