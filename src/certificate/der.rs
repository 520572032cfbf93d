//! Reads DER elements from borrowed bytes, naming the field that cannot be read.
//!
//! Certificates carry values that the `der` crate has no tag for (`UniversalString`), and its set type sorts what it
//! reads; names and keys must stay exactly as the certificate has them, so the few rules of X.690 section 10 that are
//! needed are applied here: definite lengths in the shortest form and low tag numbers only.

use super::error::{CertificateError, Problem};

/// A cursor over the elements inside one constructed value.
#[derive(Clone, Debug)]
pub(crate) struct Elements<'a> {
    field: &'static str,
    rest: &'a [u8],
}

impl<'a> Elements<'a> {
    pub(crate) fn new(field: &'static str, content: &'a [u8]) -> Self {
        Self { field, rest: content }
    }

    /// The elements of the one `tag` that makes up all of `encoded`.
    pub(crate) fn inside(field: &'static str, tag: u8, encoded: &'a [u8]) -> Result<Self, CertificateError> {
        Ok(Self::new(field, Element::only(field, tag, encoded)?.content))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Reads the next element, whatever it is.
    pub(crate) fn any(&mut self) -> Result<Element<'a>, CertificateError> {
        let (element, rest) = split_element(self.rest).map_err(|problem| self.error(problem))?;
        self.rest = rest;
        Ok(element)
    }

    /// Reads the next element, which must have this tag.
    pub(crate) fn expect(&mut self, field: &'static str, tag: u8) -> Result<Element<'a>, CertificateError> {
        self.field = field;
        let element = self.any()?;
        if element.tag != tag {
            return Err(self.error(Problem::UnexpectedTag { found: element.tag, expected: tag }));
        }
        Ok(element)
    }

    /// Reads the next element if it has this tag.
    pub(crate) fn optional(&mut self, field: &'static str, tag: u8) -> Result<Option<Element<'a>>, CertificateError> {
        if self.rest.first() != Some(&tag) {
            return Ok(None);
        }
        self.expect(field, tag).map(Some)
    }

    /// Ends the reading; anything left over is an error.
    pub(crate) fn finish(self, field: &'static str) -> Result<(), CertificateError> {
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
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) content: &'a [u8],
    pub(crate) encoded: &'a [u8],
}

impl<'a> Element<'a> {
    /// The one element that makes up all of `encoded`.
    pub(crate) fn only(field: &'static str, tag: u8, encoded: &'a [u8]) -> Result<Self, CertificateError> {
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
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
    pub(crate) const ENUMERATED: u8 = 0x0a;
    pub(crate) const UTF8_STRING: u8 = 0x0c;
    pub(crate) const NUMERIC_STRING: u8 = 0x12;
    pub(crate) const PRINTABLE_STRING: u8 = 0x13;
    pub(crate) const TELETEX_STRING: u8 = 0x14;
    pub(crate) const IA5_STRING: u8 = 0x16;
    pub(crate) const VISIBLE_STRING: u8 = 0x1a;
    pub(crate) const UNIVERSAL_STRING: u8 = 0x1c;
    pub(crate) const BMP_STRING: u8 = 0x1e;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;

    /// `[number]`, primitive.
    pub(crate) const fn context(number: u8) -> u8 {
        0x80 + number
    }

    /// `[number]`, constructed.
    pub(crate) const fn context_constructed(number: u8) -> u8 {
        0xa0 + number
    }
}

const HIGH_TAG_NUMBER: u8 = 0x1f;
const LONG_FORM: u8 = 0x80;
/// Octets of a length in the long form: enough for revocation lists; whoever reads a file limits its size.
const MAX_LENGTH_OCTETS: usize = 4;
