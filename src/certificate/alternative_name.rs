//! Subject alternative names.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::attribute::ascii;
use super::der::{Element, Elements, tag};
use super::distinguished_name::DistinguishedName;
use super::error::{CertificateError, Problem};
use super::hex::LowerHex;
use super::object_identifier::ObjectIdentifier;
use super::octets::Whole;
use crate::escape::Escaped;

/// One subject alternative name (RFC 5280 section 4.2.1.6).
///
/// Texts are exactly those of the certificate: nothing is folded, trimmed or normalised. There is deliberately no `==`:
/// match on the kind first, because the same text of another kind is another name.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AlternativeName {
    /// A directory name.
    DirectoryName(DistinguishedName),
    /// A DNS name, possibly with a wildcard.
    Dns(String),
    /// An EDI party name, kept as DER.
    EdiParty(Box<[u8]>),
    /// An e-mail address (`rfc822Name`).
    Email(String),
    /// An IP address.
    Ip(IpAddr),
    /// A name of a type that this crate does not read.
    OtherName {
        /// What kind of name it is.
        type_id: ObjectIdentifier,
        /// The value as DER with tag and length.
        value_der: Box<[u8]>,
    },
    /// A registered object identifier.
    RegisteredId(ObjectIdentifier),
    /// A URI.
    Uri(String),
    /// A Microsoft user principal name, such as `user@example.com`.
    UserPrincipalName(String),
    /// An X.400 address, kept as DER.
    X400Address(Box<[u8]>),
}

impl AlternativeName {
    /// Returns a short word for the kind of name.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::DirectoryName(_) => "dir",
            Self::Dns(_) => "dns",
            Self::EdiParty(_) => "edi",
            Self::Email(_) => "email",
            Self::Ip(_) => "ip",
            Self::OtherName { .. } => "other",
            Self::RegisteredId(_) => "rid",
            Self::Uri(_) => "uri",
            Self::UserPrincipalName(_) => "upn",
            Self::X400Address(_) => "x400",
        }
    }

    /// Reads the value of a subjectAltName extension.
    pub(super) fn read_all(whole: &Whole, value: &[u8]) -> Result<Box<[Self]>, CertificateError> {
        let mut elements = Elements::inside(FIELD, tag::SEQUENCE, value)?;
        let mut names = Vec::new();
        while !elements.is_empty() {
            if names.len() == MAX_ALTERNATIVE_NAMES {
                return Err(error(Problem::TooMany { limit: MAX_ALTERNATIVE_NAMES }));
            }
            names.push(Self::from_element(whole, elements.any()?)?);
        }
        if names.is_empty() {
            return Err(error(Problem::Empty));
        }
        Ok(names.into())
    }

    fn from_element(whole: &Whole, element: Element<'_>) -> Result<Self, CertificateError> {
        const OTHER_NAME: u8 = tag::context_constructed(0);
        const RFC822_NAME: u8 = tag::context(1);
        const DNS_NAME: u8 = tag::context(2);
        const X400_ADDRESS: u8 = tag::context_constructed(3);
        const DIRECTORY_NAME: u8 = tag::context_constructed(4);
        const EDI_PARTY_NAME: u8 = tag::context_constructed(5);
        const URI: u8 = tag::context(6);
        const IP_ADDRESS: u8 = tag::context(7);
        const REGISTERED_ID: u8 = tag::context(8);
        match element.tag {
            OTHER_NAME => other_name(element.content),
            RFC822_NAME => ia5_text(element.content).map(Self::Email),
            DNS_NAME => ia5_text(element.content).map(Self::Dns),
            X400_ADDRESS => Ok(Self::X400Address(element.encoded.into())),
            // X.680 section 31.2.7: the tag is explicit because a Name is a CHOICE.
            DIRECTORY_NAME => {
                let name = Element::only(FIELD, tag::SEQUENCE, element.content)?;
                DistinguishedName::from_element(FIELD, whole, name).map(Self::DirectoryName)
            }
            EDI_PARTY_NAME => Ok(Self::EdiParty(element.encoded.into())),
            URI => ia5_text(element.content).map(Self::Uri),
            IP_ADDRESS => ip_address(element.content).map(Self::Ip),
            REGISTERED_ID => ObjectIdentifier::from_content(element.content)
                .map(Self::RegisteredId)
                .ok_or_else(|| error(Problem::ObjectIdentifier)),
            found => Err(error(Problem::UnknownChoice { found })),
        }
    }

    /// Tells whether the name, or an attribute of it, holds a NUL character.
    pub(super) fn has_nul(&self) -> bool {
        match self {
            Self::Dns(text) | Self::Email(text) | Self::Uri(text) | Self::UserPrincipalName(text) => {
                text.contains('\0')
            }
            Self::DirectoryName(name) => name.attribute_with_nul().is_some(),
            Self::EdiParty(_) | Self::Ip(_) | Self::OtherName { .. } | Self::RegisteredId(_) | Self::X400Address(_) => {
                false
            }
        }
    }
}

/// Shows the kind and the name, such as `dns:example.com`, in printable ASCII.
impl fmt::Display for AlternativeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.kind())?;
        match self {
            Self::DirectoryName(name) => name.fmt(f),
            Self::Dns(text) | Self::Email(text) | Self::Uri(text) | Self::UserPrincipalName(text) => {
                Escaped(text).fmt(f)
            }
            Self::EdiParty(der) | Self::X400Address(der) => write!(f, "#{}", LowerHex(der)),
            Self::Ip(address) => address.fmt(f),
            Self::OtherName { type_id, value_der } => write!(f, "{type_id}=#{}", LowerHex(value_der)),
            Self::RegisteredId(oid) => oid.fmt(f),
        }
    }
}

/// RFC 5280 section 4.2.1.6: `IA5String`, and an empty one is no name.
fn ia5_text(content: &[u8]) -> Result<String, CertificateError> {
    if content.is_empty() {
        return Err(error(Problem::EmptyText));
    }
    ascii(content).map(str::to_owned).ok_or_else(|| error(Problem::Text { expected: "ascii" }))
}

fn ip_address(content: &[u8]) -> Result<IpAddr, CertificateError> {
    if let Ok(octets) = <[u8; 4]>::try_from(content) {
        return Ok(IpAddr::V4(Ipv4Addr::from(octets)));
    }
    if let Ok(octets) = <[u8; 16]>::try_from(content) {
        return Ok(IpAddr::V6(Ipv6Addr::from(octets)));
    }
    Err(error(Problem::AddressLength { octets: content.len() }))
}

fn other_name(content: &[u8]) -> Result<AlternativeName, CertificateError> {
    let mut elements = Elements::new(FIELD, content);
    let type_id = ObjectIdentifier::from_element(FIELD, elements.any()?)?;
    let explicit = elements.expect(FIELD, tag::context_constructed(0))?;
    elements.finish(FIELD)?;
    let mut inside = Elements::new(FIELD, explicit.content);
    let value = inside.any()?;
    inside.finish(FIELD)?;
    // A principal name of another string type is not one that a directory would accept; it stays an unread name.
    if type_id == *USER_PRINCIPAL_NAME && value.tag == tag::UTF8_STRING {
        return std::str::from_utf8(value.content)
            .map(|text| AlternativeName::UserPrincipalName(text.to_owned()))
            .map_err(|_| error(Problem::Text { expected: "utf-8" }));
    }
    Ok(AlternativeName::OtherName { type_id, value_der: value.encoded.into() })
}

fn error(problem: Problem) -> CertificateError {
    CertificateError::new(FIELD, problem)
}

const FIELD: &str = "subject alternative name";
const USER_PRINCIPAL_NAME: &str = "1.3.6.1.4.1.311.20.2.3";
/// Names in one extension.
const MAX_ALTERNATIVE_NAMES: usize = 1024;
