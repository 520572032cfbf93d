use std::fmt;
use std::sync::Arc;

use super::TrustAnchor;
use crate::certificate::{Certificate, Fingerprint, ObjectIdentifier};
use crate::error::ConfigError;
use crate::escape::Escaped;

/// Names an issuing authority: an anchor by its label, or any authority of the path by fingerprint.
///
/// It is compared with the path that was validated, never with the issuer's name in the leaf: a name alone can be
/// chosen by anybody who runs a certification authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedBy(Authority);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Authority {
    AnchorLabel(Box<str>),
    Certificate(Fingerprint),
    PublicKey(Fingerprint),
    Subject(Vec<(ObjectIdentifier, Box<str>)>),
}

impl IssuedBy {
    /// The anchor, or one of the anchors, with this label.
    #[must_use]
    pub fn label(label: impl AsRef<str>) -> Self {
        Self(Authority::AnchorLabel(label.as_ref().into()))
    }

    /// The anchor or intermediate whose certificate has this SHA-256.
    #[must_use]
    pub fn certificate(fingerprint: Fingerprint) -> Self {
        Self(Authority::Certificate(fingerprint))
    }

    /// The anchor or intermediate whose public key (`SubjectPublicKeyInfo`) has this SHA-256. Survives renewal of the
    /// certificate.
    #[must_use]
    pub fn public_key(fingerprint: Fingerprint) -> Self {
        Self(Authority::PublicKey(fingerprint))
    }

    /// The anchor or intermediate whose subject has exactly these attributes, in this order.
    ///
    /// Texts are compared octet for octet, whatever their string type. Every authority under the anchors can certify
    /// another of this name, so a fingerprint or a label says more; use it for authorities that renew their keys.
    ///
    /// ```
    /// use tower_client_cert::IssuedBy;
    /// use tower_client_cert::certificate::ObjectIdentifier;
    ///
    /// let attribute = |oid: &str, text| Ok((oid.parse::<ObjectIdentifier>()?, text));
    /// let authority = IssuedBy::subject([attribute("2.5.4.10", "CARC")?, attribute("2.5.4.3", "CARC I101L")?]);
    /// # Ok::<(), tower_client_cert::certificate::ParseObjectIdentifierError>(())
    /// ```
    #[must_use]
    pub fn subject<T: AsRef<str>>(attributes: impl IntoIterator<Item = (ObjectIdentifier, T)>) -> Self {
        Self(Authority::Subject(attributes.into_iter().map(|(oid, text)| (oid, text.as_ref().into())).collect()))
    }

    pub(super) fn holds_for(&self, intermediates: &[Arc<Certificate>], anchor: &TrustAnchor) -> bool {
        let authorities = intermediates.iter().map(AsRef::as_ref).chain([anchor.certificate()]);
        self.is_among(anchor.label(), authorities)
    }

    /// Whether it names a label that one of the anchors has, or no label at all.
    pub(crate) fn is_known_label(&self, anchors: &[TrustAnchor]) -> bool {
        match &self.0 {
            Authority::AnchorLabel(label) => anchors.iter().any(|anchor| anchor.label() == Some(label)),
            Authority::Certificate(_) | Authority::PublicKey(_) | Authority::Subject(_) => true,
        }
    }

    /// Whether it is one of these authorities, or the anchor with this label.
    pub(crate) fn is_among<'a>(
        &self,
        anchor_label: Option<&str>,
        mut authorities: impl Iterator<Item = &'a Certificate>,
    ) -> bool {
        match &self.0 {
            Authority::AnchorLabel(label) => anchor_label == Some(label),
            Authority::Certificate(fingerprint) => authorities.any(|authority| authority.fingerprint() == fingerprint),
            Authority::PublicKey(fingerprint) => {
                authorities.any(|authority| authority.public_key_fingerprint() == fingerprint)
            }
            Authority::Subject(attributes) => authorities.any(|authority| has_subject(authority, attributes)),
        }
    }

    /// A label that no anchor has would refuse everybody without saying why.
    pub(crate) fn check_label(&self, anchors: &[Arc<TrustAnchor>]) -> Result<(), ConfigError> {
        let Authority::AnchorLabel(label) = &self.0 else {
            return Ok(());
        };
        if anchors.iter().any(|anchor| anchor.label() == Some(label)) {
            return Ok(());
        }
        let mut known: Vec<String> = Vec::new();
        for label in anchors.iter().filter_map(|anchor| anchor.label()) {
            if !known.iter().any(|known| known == label) {
                known.push(label.to_owned());
            }
        }
        Err(ConfigError::UnknownAnchorLabel { label: label.to_string(), known })
    }
}

fn has_subject(authority: &Certificate, attributes: &[(ObjectIdentifier, Box<str>)]) -> bool {
    // An attribute that cannot be read as text is equal to nothing.
    let found = authority.subject().iter().map(|attribute| (attribute.oid(), attribute.text()));
    !attributes.is_empty() && found.eq(attributes.iter().map(|(oid, text)| (oid, Some(&**text))))
}

impl fmt::Display for IssuedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Authority::AnchorLabel(label) => write!(f, "anchor \"{}\"", Escaped(label)),
            Authority::Certificate(fingerprint) => write!(f, "authority with certificate {fingerprint}"),
            Authority::PublicKey(fingerprint) => write!(f, "authority with public key {fingerprint}"),
            Authority::Subject(attributes) => {
                f.write_str("authority named")?;
                let mut each = attributes.iter();
                each.try_for_each(|(oid, text)| write!(f, " {oid}=\"{}\"", Escaped(text)))
            }
        }
    }
}

/// A label alone.
impl<T: AsRef<str>> From<T> for IssuedBy {
    fn from(label: T) -> Self {
        Self::label(label)
    }
}
