//! Writes DER: just enough for certificates, revocation lists and what stands in them.

use std::net::IpAddr;
use std::time::SystemTime;

use super::must;
use crate::certificate::ObjectIdentifier;
pub(super) use crate::der_writer::element;
use crate::der_writer::object_identifier;
use crate::utc::Utc;

pub(super) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    element(tag::SEQUENCE, &parts.concat())
}

/// An explicit context-specific tag.
pub(super) fn explicit(number: u8, inner: &[u8]) -> Vec<u8> {
    element(tag::context_constructed(number), inner)
}

pub(super) fn bit_string(octets: &[u8]) -> Vec<u8> {
    element(tag::BIT_STRING, &[&[0], octets].concat())
}

/// An INTEGER that is not negative, in the shortest form.
pub(super) fn integer(big_endian: &[u8]) -> Vec<u8> {
    let mut octets: Vec<u8> = big_endian.iter().copied().skip_while(|octet| *octet == 0).collect();
    if octets.first().is_none_or(|first| first & 0x80 != 0) {
        octets.insert(0, 0);
    }
    element(tag::INTEGER, &octets)
}

pub(super) fn oid(identifier: &ObjectIdentifier) -> Vec<u8> {
    object_identifier(identifier.as_str())
}

pub(super) fn known_oid(dotted: &'static str) -> Vec<u8> {
    oid(&ObjectIdentifier::known(dotted))
}

/// RFC 5280 section 4.1.2.5: two digits of the year before 2050, four from then on.
#[track_caller]
pub(super) fn time(time: SystemTime) -> Vec<u8> {
    let digits = digits(time);
    match digits.split_at_checked(2) {
        Some((_, short)) if digits.as_str() < "2050" => element(tag::UTC_TIME, format!("{short}Z").as_bytes()),
        _ => generalized_time(time),
    }
}

#[track_caller]
pub(super) fn generalized_time(time: SystemTime) -> Vec<u8> {
    element(tag::GENERALIZED_TIME, format!("{}Z", digits(time)).as_bytes())
}

#[track_caller]
fn digits(time: SystemTime) -> String {
    let text = Utc(time).to_string();
    // What ends otherwise is no date.
    let date = if text.ends_with('Z') { Ok(text) } else { Err(text) };
    must(date, "no date from 1970 to 9999").chars().filter(char::is_ascii_digit).collect()
}

/// Attributes by type and value, one in each relative distinguished name, as UTF-8.
pub(super) fn name(attributes: &[(ObjectIdentifier, String)]) -> Vec<u8> {
    let rdn = |(kind, value): &(ObjectIdentifier, String)| {
        element(tag::SET, &sequence(&[oid(kind), element(tag::UTF8_STRING, value.as_bytes())]))
    };
    element(tag::SEQUENCE, &attributes.iter().flat_map(rdn).collect::<Vec<_>>())
}

pub(super) fn extension(identifier: &ObjectIdentifier, criticality: Criticality, value: &[u8]) -> Vec<u8> {
    let critical = match criticality {
        Criticality::Critical => element(tag::BOOLEAN, &[0xff]),
        Criticality::NotCritical => Vec::new(),
    };
    sequence(&[oid(identifier), critical, element(tag::OCTET_STRING, value)])
}

/// Whether a reader that does not know an extension has to refuse the certificate.
#[derive(Clone, Copy, Debug)]
pub(super) enum Criticality {
    Critical,
    NotCritical,
}

pub(super) fn dns_name(name: &str) -> Vec<u8> {
    element(0x82, name.as_bytes())
}

pub(super) fn email(address: &str) -> Vec<u8> {
    element(0x81, address.as_bytes())
}

pub(super) fn uri(uri: &str) -> Vec<u8> {
    element(0x86, uri.as_bytes())
}

pub(super) fn ip(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => element(0x87, &address.octets()),
        IpAddr::V6(address) => element(0x87, &address.octets()),
    }
}

pub(super) mod tag {
    pub(crate) use crate::certificate::der::tag::{
        BIT_STRING, BOOLEAN, ENUMERATED, INTEGER, OCTET_STRING, SEQUENCE, SET, UTF8_STRING, context_constructed,
    };

    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
}
