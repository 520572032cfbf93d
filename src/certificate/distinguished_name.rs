//! Distinguished names.

use std::fmt::{self, Write as _};

use super::attribute::{Attribute, PlaceInRdn};
use super::der::{Element, Elements, tag};
use super::error::{CertificateError, Problem};
use super::object_identifier::ObjectIdentifier;
use super::octets::{Octets, Whole};

/// A distinguished name as structure: relative distinguished names in the certificate's order, each with one or more
/// attributes (RFC 5280 section 4.1.2.4).
///
/// Accessors in the singular, such as [`organization`](Self::organization), are `Some` only if the name has exactly one
/// attribute of that type, and it is well-formed text: a second one, readable or not, makes them `None`, because nobody
/// can say which one was meant. Accessors in the plural iterate over the texts of all of them.
///
/// There is deliberately no `==` on names: equal to what end differs between a rule and a log. Compare attributes.
///
/// [`Display`](fmt::Display) gives RFC 4514 text in printable ASCII, the last relative distinguished name first. It is
/// for people and logs; decisions belong on the attributes.
#[derive(Clone)]
pub struct DistinguishedName {
    attributes: Box<[Attribute]>,
    der: Octets,
}

impl DistinguishedName {
    /// Reads a `Name`, which is a SEQUENCE of SETs.
    pub(crate) fn from_element(
        field: &'static str,
        whole: &Whole,
        element: Element<'_>,
    ) -> Result<Self, CertificateError> {
        let mut attributes = Vec::new();
        let mut rdns = 0;
        let mut elements = Elements::new(field, element.content);
        while !elements.is_empty() {
            if rdns == MAX_RDNS {
                return Err(CertificateError::new(field, Problem::TooMany { limit: MAX_RDNS }));
            }
            rdns += 1;
            read_rdn(field, whole, elements.expect(field, tag::SET)?, &mut attributes)?;
        }
        Ok(Self { attributes: attributes.into(), der: whole.part(field, element.encoded)? })
    }

    /// Reads a `Name` that is in no certificate.
    pub(crate) fn from_encoded(field: &'static str, encoded: &[u8]) -> Result<Self, CertificateError> {
        let whole = Whole::new(encoded.to_vec().into());
        Self::from_element(field, &whole, Element::only(field, tag::SEQUENCE, whole.der())?)
    }

    /// Iterates over the relative distinguished names in the certificate's order, the most general one first; most have
    /// one attribute.
    pub fn rdns(&self) -> impl Iterator<Item = &[Attribute]> {
        self.rdns_from_either_end()
    }

    /// Iterates over all attributes in the certificate's order.
    pub fn iter(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter()
    }

    /// Tells whether the name has no attribute at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty()
    }

    /// Returns the attribute of this type, if there is exactly one.
    #[must_use]
    pub fn attribute(&self, oid: &ObjectIdentifier) -> Option<&Attribute> {
        only(self.attributes(oid))
    }

    /// Iterates over all attributes of this type, those without text too.
    pub fn attributes(&self, oid: &ObjectIdentifier) -> impl Iterator<Item = &Attribute> {
        self.of_type(oid.as_str())
    }

    /// Returns the name as it stands in the certificate.
    pub(crate) fn der(&self) -> &[u8] {
        &self.der
    }

    /// The first attribute whose text holds a NUL character.
    pub(super) fn attribute_with_nul(&self) -> Option<&Attribute> {
        self.iter().find(|attribute| attribute.text().is_some_and(|text| text.contains('\0')))
    }

    fn rdns_from_either_end(&self) -> impl DoubleEndedIterator<Item = &[Attribute]> {
        self.attributes.chunk_by(|_, next| next.place == PlaceInRdn::Later)
    }

    fn of_type(&self, dotted: &str) -> impl Iterator<Item = &Attribute> {
        self.iter().filter(move |attribute| attribute.oid() == dotted)
    }

    fn text(&self, dotted: &str) -> Option<&str> {
        only(self.of_type(dotted)).and_then(Attribute::text)
    }

    fn texts(&self, dotted: &str) -> impl Iterator<Item = &str> {
        self.of_type(dotted).filter_map(Attribute::text)
    }
}

/// The attributes that certificates usually have.
impl DistinguishedName {
    /// Returns the organization (O), if there is exactly one.
    #[must_use]
    pub fn organization(&self) -> Option<&str> {
        self.text(ORGANIZATION)
    }

    /// Iterates over the organizations (O).
    pub fn organizations(&self) -> impl Iterator<Item = &str> {
        self.texts(ORGANIZATION)
    }

    /// Returns the organizational unit (OU), if there is exactly one.
    #[must_use]
    pub fn organizational_unit(&self) -> Option<&str> {
        self.text(ORGANIZATIONAL_UNIT)
    }

    /// Iterates over the organizational units (OU).
    pub fn organizational_units(&self) -> impl Iterator<Item = &str> {
        self.texts(ORGANIZATIONAL_UNIT)
    }

    /// Returns the common name (CN), if there is exactly one.
    #[must_use]
    pub fn common_name(&self) -> Option<&str> {
        self.text(COMMON_NAME)
    }

    /// Iterates over the common names (CN).
    pub fn common_names(&self) -> impl Iterator<Item = &str> {
        self.texts(COMMON_NAME)
    }

    /// Returns the country (C), if there is exactly one.
    #[must_use]
    pub fn country(&self) -> Option<&str> {
        self.text(COUNTRY)
    }

    /// Iterates over the countries (C).
    pub fn countries(&self) -> impl Iterator<Item = &str> {
        self.texts(COUNTRY)
    }

    /// Returns the state or province (ST), if there is exactly one.
    #[must_use]
    pub fn state(&self) -> Option<&str> {
        self.text(STATE)
    }

    /// Iterates over the states or provinces (ST).
    pub fn states(&self) -> impl Iterator<Item = &str> {
        self.texts(STATE)
    }

    /// Returns the locality (L), if there is exactly one.
    #[must_use]
    pub fn locality(&self) -> Option<&str> {
        self.text(LOCALITY)
    }

    /// Iterates over the localities (L).
    pub fn localities(&self) -> impl Iterator<Item = &str> {
        self.texts(LOCALITY)
    }

    /// Iterates over the domain components (DC) in the certificate's order: `com` before `example`.
    pub fn domain_components(&self) -> impl Iterator<Item = &str> {
        self.texts(DOMAIN_COMPONENT)
    }

    /// Returns the user identifier (UID), if there is exactly one.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        self.text(USER_ID)
    }

    /// Iterates over the user identifiers (UID).
    pub fn user_ids(&self) -> impl Iterator<Item = &str> {
        self.texts(USER_ID)
    }

    /// Returns the serialNumber attribute, if there is exactly one: the number of a device, person or company, not the
    /// certificate's own serial number.
    #[must_use]
    pub fn serial_number(&self) -> Option<&str> {
        self.text(SERIAL_NUMBER)
    }

    /// Iterates over the serialNumber attributes.
    pub fn serial_numbers(&self) -> impl Iterator<Item = &str> {
        self.texts(SERIAL_NUMBER)
    }

    /// Returns the e-mail address (emailAddress of PKCS #9), if there is exactly one.
    #[must_use]
    pub fn email_address(&self) -> Option<&str> {
        self.text(EMAIL_ADDRESS)
    }

    /// Iterates over the e-mail addresses (emailAddress of PKCS #9).
    pub fn email_addresses(&self) -> impl Iterator<Item = &str> {
        self.texts(EMAIL_ADDRESS)
    }
}

/// RFC 4514 section 2.1: the last relative distinguished name comes first. The attributes of one have no order there;
/// they are written last first too, as OpenSSL does.
impl fmt::Display for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, rdn) in self.rdns_from_either_end().rev().enumerate() {
            if at > 0 {
                f.write_char(',')?;
            }
            for (at, attribute) in rdn.iter().rev().enumerate() {
                if at > 0 {
                    f.write_char('+')?;
                }
                attribute.fmt(f)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DistinguishedName({self})")
    }
}

fn read_rdn(
    field: &'static str,
    whole: &Whole,
    set: Element<'_>,
    attributes: &mut Vec<Attribute>,
) -> Result<(), CertificateError> {
    let mut count = 0;
    let mut elements = Elements::new(field, set.content);
    while !elements.is_empty() {
        if count == MAX_ATTRIBUTES_PER_RDN {
            return Err(CertificateError::new(field, Problem::TooMany { limit: MAX_ATTRIBUTES_PER_RDN }));
        }
        let place = if count == 0 { PlaceInRdn::First } else { PlaceInRdn::Later };
        attributes.push(Attribute::from_element(field, whole, elements.expect(field, tag::SEQUENCE)?, place)?);
        count += 1;
    }
    if count == 0 { Err(CertificateError::new(field, Problem::Empty)) } else { Ok(()) }
}

fn only<'a>(mut attributes: impl Iterator<Item = &'a Attribute>) -> Option<&'a Attribute> {
    let first = attributes.next()?;
    attributes.next().is_none().then_some(first)
}

const COMMON_NAME: &str = "2.5.4.3";
const COUNTRY: &str = "2.5.4.6";
const DOMAIN_COMPONENT: &str = "0.9.2342.19200300.100.1.25";
const EMAIL_ADDRESS: &str = "1.2.840.113549.1.9.1";
const LOCALITY: &str = "2.5.4.7";
const ORGANIZATION: &str = "2.5.4.10";
const ORGANIZATIONAL_UNIT: &str = "2.5.4.11";
const SERIAL_NUMBER: &str = "2.5.4.5";
const STATE: &str = "2.5.4.8";
const USER_ID: &str = "0.9.2342.19200300.100.1.1";

/// Relative distinguished names in one name.
const MAX_RDNS: usize = 64;
/// Attributes in one relative distinguished name.
const MAX_ATTRIBUTES_PER_RDN: usize = 32;
