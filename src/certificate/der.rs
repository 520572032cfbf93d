//! Reads DER elements from borrowed bytes, naming the field that cannot be read.
//!
//! Certificates carry values that the `der` crate has no tag for (`UniversalString`), and its set type sorts what it
//! reads; names and keys must stay exactly as the certificate has them, so the few rules of X.690 section 10 that are
//! needed are applied here: definite lengths in the shortest form and low tag numbers only.

use super::error::{CertificateError, Problem};

/// A cursor over the elements inside one constructed value.
#[derive(Clone, Debug)]
pub(super) struct Elements<'a> {
    field: &'static str,
    rest: &'a [u8],
}

impl<'a> Elements<'a> {
    pub(super) fn new(field: &'static str, content: &'a [u8]) -> Self {
        Self { field, rest: content }
    }

    /// The elements of the one `tag` that makes up all of `encoded`.
    pub(super) fn inside(field: &'static str, tag: u8, encoded: &'a [u8]) -> Result<Self, CertificateError> {
        Ok(Self::new(field, Element::only(field, tag, encoded)?.content))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Reads the next element, whatever it is.
    pub(super) fn any(&mut self) -> Result<Element<'a>, CertificateError> {
        let (element, rest) = split_element(self.rest).map_err(|problem| self.error(problem))?;
        self.rest = rest;
        Ok(element)
    }

    /// Reads the next element, which must have this tag.
    pub(super) fn expect(&mut self, field: &'static str, tag: u8) -> Result<Element<'a>, CertificateError> {
        self.field = field;
        let element = self.any()?;
        if element.tag != tag {
            return Err(self.error(Problem::UnexpectedTag { found: element.tag, expected: tag }));
        }
        Ok(element)
    }

    /// Reads the next element if it has this tag.
    pub(super) fn optional(&mut self, field: &'static str, tag: u8) -> Result<Option<Element<'a>>, CertificateError> {
        if self.rest.first() != Some(&tag) {
            return Ok(None);
        }
        self.expect(field, tag).map(Some)
    }

    /// Ends the reading; anything left over is an error.
    pub(super) fn finish(self, field: &'static str) -> Result<(), CertificateError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(CertificateError::new(field, Problem::TrailingBytes { count: self.rest.len() }))
    }

    fn error(&self, problem: Problem) -> CertificateError {
        CertificateError::new(self.field, problem)
    }
}

/// One element: tag, content, and both with the length as they stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
    pub(super) encoded: &'a [u8],
}

impl<'a> Element<'a> {
    /// The one element that makes up all of `encoded`.
    pub(super) fn only(field: &'static str, tag: u8, encoded: &'a [u8]) -> Result<Self, CertificateError> {
        let mut elements = Elements::new(field, encoded);
        let element = elements.expect(field, tag)?;
        elements.finish(field)?;
        Ok(element)
    }
}

fn split_element(whole: &[u8]) -> Result<(Element<'_>, &[u8]), Problem> {
    let (&tag, after_tag) = whole.split_first().ok_or(Problem::Truncated)?;
    if tag & HIGH_TAG_NUMBER == HIGH_TAG_NUMBER {
        return Err(Problem::HighTagNumber);
    }
    let (length, after_length) = split_length(after_tag)?;
    let (content, rest) = after_length.split_at_checked(length).ok_or(Problem::Truncated)?;
    let encoded = whole.get(..whole.len() - rest.len()).ok_or(Problem::Truncated)?;
    Ok((Element { tag, content, encoded }, rest))
}

fn split_length(bytes: &[u8]) -> Result<(usize, &[u8]), Problem> {
    let (&first, rest) = bytes.split_first().ok_or(Problem::Truncated)?;
    if first < LONG_FORM {
        return Ok((usize::from(first), rest));
    }
    let count = usize::from(first & !LONG_FORM);
    if count == 0 || count > MAX_LENGTH_OCTETS {
        return Err(Problem::Length);
    }
    let (octets, rest) = rest.split_at_checked(count).ok_or(Problem::Truncated)?;
    let length = octets.iter().fold(0, |length, octet| length * 256 + usize::from(*octet));
    let is_shortest = octets.first() != Some(&0) && length >= usize::from(LONG_FORM);
    if !is_shortest {
        return Err(Problem::Length);
    }
    Ok((length, rest))
}

/// Tag octets of the types that occur in certificates.
pub(super) mod tag {
    pub(in super::super) const BOOLEAN: u8 = 0x01;
    pub(in super::super) const INTEGER: u8 = 0x02;
    pub(in super::super) const BIT_STRING: u8 = 0x03;
    pub(in super::super) const OCTET_STRING: u8 = 0x04;
    pub(in super::super) const OBJECT_IDENTIFIER: u8 = 0x06;
    pub(in super::super) const UTF8_STRING: u8 = 0x0c;
    pub(in super::super) const NUMERIC_STRING: u8 = 0x12;
    pub(in super::super) const PRINTABLE_STRING: u8 = 0x13;
    pub(in super::super) const TELETEX_STRING: u8 = 0x14;
    pub(in super::super) const IA5_STRING: u8 = 0x16;
    pub(in super::super) const VISIBLE_STRING: u8 = 0x1a;
    pub(in super::super) const UNIVERSAL_STRING: u8 = 0x1c;
    pub(in super::super) const BMP_STRING: u8 = 0x1e;
    pub(in super::super) const SEQUENCE: u8 = 0x30;
    pub(in super::super) const SET: u8 = 0x31;

    /// `[number]`, primitive.
    pub(in super::super) const fn context(number: u8) -> u8 {
        0x80 + number
    }

    /// `[number]`, constructed.
    pub(in super::super) const fn context_constructed(number: u8) -> u8 {
        0xa0 + number
    }
}

const HIGH_TAG_NUMBER: u8 = 0x1f;
const LONG_FORM: u8 = 0x80;
/// Octets of a length in the long form: enough for 16 MiB, far above the size limit of a certificate.
const MAX_LENGTH_OCTETS: usize = 3;
