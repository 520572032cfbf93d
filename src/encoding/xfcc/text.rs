//! The text form: elements separated by commas, pairs by semicolons, values that may stand in quotes.

use std::borrow::Cow;

use super::super::EncodingError;
use super::element::{Element, Key, Pem};
use super::{MAX_ELEMENTS, MAX_PAIRS_PER_ELEMENT};

pub(super) fn elements(value: &[u8]) -> Result<Vec<Element<'_>>, EncodingError> {
    let mut cursor = Cursor { value, rest: value };
    let mut elements = Vec::new();
    loop {
        if elements.len() == MAX_ELEMENTS {
            return Err(cursor.malformed("too many elements", "at most 16"));
        }
        elements.push(cursor.element()?);
        cursor.skip_blanks();
        if cursor.rest.is_empty() {
            return Ok(elements);
        }
        cursor.take(b",", "a comma or the end")?;
        cursor.skip_blanks();
    }
}

struct Cursor<'a> {
    value: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn element(&mut self) -> Result<Element<'a>, EncodingError> {
        let mut element = Element::default();
        for _ in 0..MAX_PAIRS_PER_ELEMENT {
            self.pair(&mut element)?;
            if self.take(b";", "a semicolon").is_err() {
                return Ok(element);
            }
            // Azure Container Apps ends its element with a semicolon.
            if matches!(self.rest.first(), None | Some(b',' | b' ' | b'\t')) {
                return Ok(element);
            }
        }
        Err(self.malformed("too many pairs", "at most 1024 in one element"))
    }

    fn pair(&mut self, element: &mut Element<'a>) -> Result<(), EncodingError> {
        let key = self.until(|byte| !byte.is_ascii_alphanumeric());
        if key.is_empty() {
            return Err(self.malformed("something else than a letter", "a key"));
        }
        let key = Key::of(key);
        if !element.is_new(key) {
            return Err(self.malformed("the end of a key that was there before", "every key once"));
        }
        self.take(b"=", "an equals sign after the key")?;
        // Outside quotes a value ends at a quote too, and no separator follows there: a quote inside has two readings.
        let is_quoted = self.rest.starts_with(b"\"");
        let value = if is_quoted {
            self.quoted()?
        } else {
            Cow::Borrowed(self.until(|byte| matches!(byte, b';' | b',' | b'"')))
        };
        match key {
            Key::Cert => element.leaf = Some(Pem::Escaped(value)),
            Key::Chain => element.chain.push(Pem::Escaped(value)),
            Key::Hash => element.hash = Some(value),
            Key::Issuer | Key::Subject => element.has_bare_names |= !is_quoted,
            // Nobody quotes these, so quotes are part of a name.
            Key::Other => element.has_bare_names = true,
            Key::By => {}
        }
        Ok(())
    }

    /// Between quotes. A backslash and what follows it belong together, whatever it is: Envoy hands on the escapes of
    /// RFC 2253 names as they are, `\\` at the end of a name included.
    fn quoted(&mut self) -> Result<Cow<'a, [u8]>, EncodingError> {
        self.take(b"\"", "a quote")?;
        let mut unescaped = Vec::new();
        loop {
            let plain = self.until(|byte| matches!(byte, b'"' | b'\\'));
            match *self.rest {
                [b'"', ref after @ ..] => {
                    self.rest = after;
                    if unescaped.is_empty() {
                        return self.ended(Cow::Borrowed(plain));
                    }
                    unescaped.extend_from_slice(plain);
                    return self.ended(Cow::Owned(unescaped));
                }
                [b'\\', escaped, ref after @ ..] => {
                    unescaped.extend_from_slice(plain);
                    if !matches!(escaped, b'"' | b'\\') {
                        unescaped.push(b'\\');
                    }
                    unescaped.push(escaped);
                    self.rest = after;
                }
                _ => {
                    self.rest = &[];
                    return Err(self.malformed("the end of the value", "a quote that ends the value"));
                }
            }
        }
    }

    fn ended(&self, value: Cow<'a, [u8]>) -> Result<Cow<'a, [u8]>, EncodingError> {
        if matches!(self.rest.first(), None | Some(b';' | b',' | b' ' | b'\t')) {
            return Ok(value);
        }
        Err(self.malformed("text after a quoted value", "a semicolon, a comma or the end"))
    }

    fn until(&mut self, is_end: impl Fn(u8) -> bool) -> &'a [u8] {
        let length = self.rest.iter().position(|byte| is_end(*byte)).unwrap_or(self.rest.len());
        let (before, after) = self.rest.split_at_checked(length).unwrap_or((self.rest, &[]));
        self.rest = after;
        before
    }

    fn take(&mut self, separator: &[u8], expected: &'static str) -> Result<(), EncodingError> {
        self.rest = self.rest.strip_prefix(separator).ok_or_else(|| self.malformed("something else", expected))?;
        Ok(())
    }

    /// Blanks and tabs may stand around the commas of a list (RFC 9110 section 5.6.1).
    fn skip_blanks(&mut self) {
        self.until(|byte| !matches!(byte, b' ' | b'\t'));
    }

    fn malformed(&self, found: &'static str, expected: &'static str) -> EncodingError {
        EncodingError::XfccMalformed { offset_bytes: self.value.len() - self.rest.len(), found, expected }
    }
}
