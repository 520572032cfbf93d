//! Reads a `CertificateList` (RFC 5280 section 5.1) without copying it.

use std::time::SystemTime;

use super::scope::Scope;
use super::serial_table::{Entry, SerialTable};
use crate::certificate::der::{Element, Elements, tag};
use crate::certificate::{
    CertificateError, DistinguishedName, Extension, MAX_SERIAL_OCTETS, Problem, boolean, read_time, serial_octets,
};
use crate::error::RevocationListProblem;
use crate::revocation::signature::whole_octets;
use crate::revocation::status::RevocationReason;

/// What one list says. Its signature is not verified yet.
#[derive(Debug)]
pub(super) struct ParsedList<'a> {
    /// The signed octets.
    pub(super) signed: &'a [u8],
    /// The content of the `AlgorithmIdentifier`.
    pub(super) signature_algorithm: &'a [u8],
    pub(super) signature: &'a [u8],
    pub(super) issuer: DistinguishedName,
    pub(super) this_update: SystemTime,
    pub(super) next_update: SystemTime,
    /// `None` in a list of version 1 too, which has no extensions.
    pub(super) number: Option<ListNumber>,
    pub(super) version: Version,
    pub(super) scope: Scope,
    pub(super) serials: SerialTable,
}

/// The number that an issuer counts its lists with (RFC 5280 section 5.2.3), without leading zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ListNumber(Box<[u8]>);

impl<'a> ParsedList<'a> {
    pub(super) fn read(der: &'a [u8]) -> Result<Self, RevocationListProblem> {
        let mut outer = Elements::inside(LIST, tag::SEQUENCE, der)?;
        let tbs = outer.expect(LIST, tag::SEQUENCE)?;
        let algorithm = outer.expect(ALGORITHM, tag::SEQUENCE)?;
        let signature = whole_octets("signature", outer.expect("signature", tag::BIT_STRING)?)?;
        outer.finish(LIST)?;

        let mut elements = Elements::new(LIST, tbs.content);
        let version = elements.optional("version", tag::INTEGER)?.map(|version| version.content);
        if version.is_some_and(|version| version != VERSION_2) {
            let found = version.and_then(|version| version.first()).copied().unwrap_or_default();
            return Err(CertificateError::new("version", Problem::Version { found }).into());
        }
        // RFC 5280 section 5.1.1.2: only the inner one is signed.
        if elements.expect(ALGORITHM, tag::SEQUENCE)?.encoded != algorithm.encoded {
            return Err(CertificateError::new(ALGORITHM, Problem::SignatureAlgorithmsDiffer).into());
        }
        let issuer = DistinguishedName::from_encoded("issuer", elements.expect("issuer", tag::SEQUENCE)?.encoded)?;
        let this_update = read_time("this update", elements.any()?)?;
        let next_update = match optional_time(&mut elements)? {
            Some(time) => read_time("next update", time)?,
            None => return Err(RevocationListProblem::NextUpdateMissing),
        };
        let revoked = elements.optional("revoked certificates", tag::SEQUENCE)?;
        let extensions = match elements.optional("extensions", tag::context_constructed(0))? {
            Some(_) if version.is_none() => {
                let problem = Problem::VersionTooLow { found: 1, expected: 2 };
                return Err(CertificateError::new("extensions", problem).into());
            }
            Some(explicit) => Extensions::read(explicit.content)?,
            None => Extensions::default(),
        };
        elements.finish(LIST)?;
        Ok(Self {
            signed: tbs.encoded,
            signature_algorithm: algorithm.content,
            signature,
            issuer,
            this_update,
            next_update,
            number: extensions.number,
            version: if version.is_some() { Version::Two } else { Version::One },
            scope: extensions.scope,
            serials: read_entries(revoked.map(|element| element.content).unwrap_or_default())?,
        })
    }
}

/// The version of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    One,
    Two,
}

impl ListNumber {
    fn read(value: &[u8]) -> Result<Self, CertificateError> {
        let octets = serial_octets(Element::only(NUMBER, tag::INTEGER, value)?)?;
        if octets.first().is_some_and(|first| first & SIGN != 0) {
            return Err(CertificateError::new(NUMBER, Problem::Integer));
        }
        let zeros = octets.iter().take_while(|octet| **octet == 0).count();
        Ok(Self(octets.get(zeros..).unwrap_or_default().into()))
    }
}

impl PartialOrd for ListNumber {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ListNumber {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.cmp(&other.0))
    }
}

impl std::fmt::Display for ListNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("0x")?;
        if self.0.is_empty() {
            return f.write_str("00");
        }
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

#[derive(Default)]
struct Extensions {
    number: Option<ListNumber>,
    scope: Scope,
}

impl Extensions {
    fn read(encoded: &[u8]) -> Result<Self, RevocationListProblem> {
        let mut read = Self::default();
        for extension in Extension::read_all(encoded)? {
            match extension.oid.as_str() {
                // RFC 5280 section 5.2.3: never critical.
                "2.5.29.20" if !extension.is_critical => read.number = Some(ListNumber::read(extension.value)?),
                "2.5.29.27" => return Err(RevocationListProblem::Delta),
                "2.5.29.28" => read.scope = Scope::read(extension.value)?,
                oid if extension.is_critical => {
                    return Err(RevocationListProblem::CriticalExtensionUnsupported { extension: oid.to_owned() });
                }
                _ => {}
            }
        }
        Ok(read)
    }
}

fn optional_time<'a>(elements: &mut Elements<'a>) -> Result<Option<Element<'a>>, CertificateError> {
    match elements.optional("next update", UTC_TIME)? {
        Some(time) => Ok(Some(time)),
        None => elements.optional("next update", GENERALIZED_TIME),
    }
}

/// Reads the entries; the size of the list bounds their number.
fn read_entries(content: &[u8]) -> Result<SerialTable, RevocationListProblem> {
    let mut elements = Elements::new(ENTRIES, content);
    let mut entries = Vec::new();
    while !elements.is_empty() {
        if entries.len() == MAX_ENTRIES_PER_LIST {
            return Err(too_many_entries());
        }
        entries.push(read_entry(elements.expect(ENTRIES, tag::SEQUENCE)?)?);
    }
    SerialTable::new(entries).ok_or_else(too_many_entries)
}

fn too_many_entries() -> RevocationListProblem {
    CertificateError::new(ENTRIES, Problem::TooMany { limit: MAX_ENTRIES_PER_LIST }).into()
}

fn read_entry(entry: Element<'_>) -> Result<Entry, RevocationListProblem> {
    let mut elements = Elements::new(ENTRIES, entry.content);
    let serial = serial_octets(elements.expect("serial number", tag::INTEGER)?)?;
    let revoked_at = read_time("revocation date", elements.any()?)?;
    let reason = match elements.optional("entry extensions", tag::SEQUENCE)? {
        Some(extensions) => read_entry_extensions(extensions)?,
        None => None,
    };
    elements.finish(ENTRIES)?;
    Entry::new(serial, revoked_at, reason).ok_or_else(|| {
        let problem = Problem::TooLarge { octets: serial.len(), limit: MAX_SERIAL_OCTETS };
        CertificateError::new("serial number", problem).into()
    })
}

fn read_entry_extensions(extensions: Element<'_>) -> Result<Option<RevocationReason>, RevocationListProblem> {
    const FIELD: &str = "entry extensions";
    let mut reason = None;
    let mut elements = Elements::new(FIELD, extensions.content);
    while !elements.is_empty() {
        let mut extension = Elements::new(FIELD, elements.expect(FIELD, tag::SEQUENCE)?.content);
        let oid = extension.expect(FIELD, tag::OBJECT_IDENTIFIER)?.content;
        let is_critical = match extension.optional(FIELD, tag::BOOLEAN)? {
            Some(flag) => boolean(FIELD, flag.content)?,
            None => false,
        };
        let value = extension.expect(FIELD, tag::OCTET_STRING)?.content;
        extension.finish(FIELD)?;
        match oid {
            REASON_CODE => {
                let code = Element::only("reason code", tag::ENUMERATED, value)?.content;
                reason = code.first().copied().and_then(RevocationReason::from_code);
            }
            CERTIFICATE_ISSUER => return Err(RevocationListProblem::Indirect),
            unknown if is_critical => {
                let oid = crate::certificate::ObjectIdentifier::from_content(unknown);
                let extension = oid.map_or_else(|| "of an entry".to_owned(), |oid| oid.to_string());
                return Err(RevocationListProblem::CriticalExtensionUnsupported { extension });
            }
            _ => {}
        }
    }
    Ok(reason)
}

impl From<CertificateError> for RevocationListProblem {
    fn from(error: CertificateError) -> Self {
        Self::Unreadable(error)
    }
}

const LIST: &str = "revocation list";
const ALGORITHM: &str = "signature algorithm";
const ENTRIES: &str = "revoked certificates";
const NUMBER: &str = "crl number";
/// `v2`, the only version that may be written out.
const VERSION_2: &[u8] = &[1];
const SIGN: u8 = 0x80;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// id-ce-cRLReasons, 2.5.29.21.
const REASON_CODE: &[u8] = &[0x55, 0x1d, 0x15];
/// id-ce-certificateIssuer, 2.5.29.29.
const CERTIFICATE_ISSUER: &[u8] = &[0x55, 0x1d, 0x1d];
/// Entries of one list: more than fit into the largest that is read.
const MAX_ENTRIES_PER_LIST: usize = 8_000_000;
