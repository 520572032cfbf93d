//! How certificates and their parts are serialised. Nothing here can be read back: an identity comes from a check.

use serde::ser::{SerializeSeq as _, SerializeStruct as _};
use serde::{Serialize, Serializer};

use super::{
    AlternativeName, Attribute, BasicConstraints, Certificate, DistinguishedName, Fingerprint, KeyIdentifier, KeyUsage,
    ObjectIdentifier, PublicKey, Purpose, SerialNumber, SignatureAlgorithm,
};
use crate::certificate::hex::LowerHex;
use crate::utc::Utc;

impl Serialize for Certificate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut certificate = serializer.serialize_struct("Certificate", 16)?;
        certificate.serialize_field("version", &self.version())?;
        certificate.serialize_field("serial", self.serial())?;
        certificate.serialize_field("signature_algorithm", self.signature_algorithm())?;
        certificate.serialize_field("issuer", self.issuer())?;
        certificate.serialize_field("not_before", &Utc(self.not_before()).to_string())?;
        certificate.serialize_field("not_after", &Utc(self.not_after()).to_string())?;
        certificate.serialize_field("subject", self.subject())?;
        certificate.serialize_field("public_key", self.public_key())?;
        certificate.serialize_field("alternative_names", self.alternative_names())?;
        certificate.serialize_field("purposes", &self.purposes())?;
        certificate.serialize_field("key_usage", &self.key_usage())?;
        certificate.serialize_field("basic_constraints", &self.basic_constraints())?;
        certificate.serialize_field("subject_key_id", &self.subject_key_id())?;
        certificate.serialize_field("authority_key_id", &self.authority_key_id())?;
        certificate.serialize_field("fingerprint", self.fingerprint())?;
        certificate.serialize_field("public_key_fingerprint", self.public_key_fingerprint())?;
        certificate.end()
    }
}

/// The RFC 4514 text for people, and the structure for programs.
impl Serialize for DistinguishedName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rdns: Vec<_> = self.rdns().collect();
        let mut name = serializer.serialize_struct("DistinguishedName", 2)?;
        name.serialize_field("text", &self.to_string())?;
        name.serialize_field("rdns", &rdns)?;
        name.end()
    }
}

/// `text` is null for a value that is no well-formed string; only then its DER is of use, and given.
impl Serialize for Attribute {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value_der = self.text().is_none().then(|| LowerHex(self.value_der()).to_string());
        let mut attribute = serializer.serialize_struct("Attribute", 4)?;
        attribute.serialize_field("oid", self.oid())?;
        attribute.serialize_field("key", &self.key())?;
        attribute.serialize_field("text", &self.text())?;
        match value_der {
            Some(value_der) => attribute.serialize_field("value_der", &value_der)?,
            None => attribute.skip_field("value_der")?,
        }
        attribute.end()
    }
}

/// The kind, and the name itself without escapes.
impl Serialize for AlternativeName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut name = serializer.serialize_struct("AlternativeName", 3)?;
        name.serialize_field("kind", self.kind())?;
        match self {
            Self::DirectoryName(value) => name.serialize_field("value", value)?,
            Self::Dns(text) | Self::Email(text) | Self::Uri(text) | Self::UserPrincipalName(text) => {
                name.serialize_field("value", text)?;
            }
            Self::EdiParty(der) | Self::X400Address(der) => {
                name.serialize_field("value_der", &LowerHex(der).to_string())?;
            }
            Self::Ip(address) => name.serialize_field("value", &address.to_string())?,
            Self::OtherName { type_id, value_der } => {
                name.serialize_field("type_id", type_id)?;
                name.serialize_field("value_der", &LowerHex(value_der).to_string())?;
            }
            Self::RegisteredId(oid) => name.serialize_field("value", oid)?,
        }
        name.end()
    }
}

impl Serialize for BasicConstraints {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut constraints = serializer.serialize_struct("BasicConstraints", 2)?;
        constraints.serialize_field("is_ca", &self.is_ca())?;
        constraints.serialize_field("path_len", &self.path_len())?;
        constraints.end()
    }
}

impl Serialize for KeyUsage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut names = serializer.serialize_seq(None)?;
        for name in self.names() {
            names.serialize_element(name)?;
        }
        names.end()
    }
}

/// `name` is the algorithm or curve with its size, `oid` the algorithm.
impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut key = serializer.serialize_struct("PublicKey", 2)?;
        key.serialize_field("name", &self.to_string())?;
        key.serialize_field("oid", self.algorithm())?;
        key.end()
    }
}

impl Serialize for Purpose {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_named(serializer, "Purpose", self.name(), self.oid())
    }
}

impl Serialize for SignatureAlgorithm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_named(serializer, "SignatureAlgorithm", self.name(), self.oid())
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for KeyIdentifier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for ObjectIdentifier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for SerialNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn serialize_named<S: Serializer>(
    serializer: S,
    type_name: &'static str,
    name: Option<&str>,
    oid: &ObjectIdentifier,
) -> Result<S::Ok, S::Error> {
    let mut named = serializer.serialize_struct(type_name, 2)?;
    named.serialize_field("name", &name)?;
    named.serialize_field("oid", oid)?;
    named.end()
}
