//! Writes the few DER types that a request is made of.

use crate::certificate::der::tag;
use crate::der_writer::element;

/// A SEQUENCE of encoded elements.
pub(in crate::revocation::ocsp) fn sequence(elements: &[&[u8]]) -> Vec<u8> {
    element(tag::SEQUENCE, &elements.concat())
}

pub(in crate::revocation::ocsp) fn octet_string(content: &[u8]) -> Vec<u8> {
    element(tag::OCTET_STRING, content)
}

/// An INTEGER by its content octets, as they were read.
pub(in crate::revocation::ocsp) fn integer(content: &[u8]) -> Vec<u8> {
    element(tag::INTEGER, content)
}

/// `[number]`, explicit.
pub(in crate::revocation::ocsp) fn explicit(number: u8, encoded: &[u8]) -> Vec<u8> {
    element(tag::context_constructed(number), encoded)
}
