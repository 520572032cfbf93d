//! The JSON form: an array of objects whose values are strings or arrays of strings (RFC 8259, nothing nested deeper).

use super::super::EncodingError;
use super::element::{Element, Key, Pem};
use super::{MAX_ELEMENTS, MAX_PAIRS_PER_ELEMENT};

pub(super) fn elements(value: &[u8]) -> Result<Vec<Element<'static>>, EncodingError> {
    let mut cursor = Cursor { value, rest: value };
    let mut elements = Vec::new();
    cursor.take(b'[', "an array")?;
    loop {
        if elements.len() == MAX_ELEMENTS {
            return Err(cursor.malformed("too many elements", "at most 16"));
        }
        elements.push(cursor.element()?);
        if cursor.take(b',', "a comma").is_err() {
            break;
        }
    }
    cursor.take(b']', "a comma or the end of the array")?;
    cursor.skip_blanks();
    if cursor.rest.is_empty() { Ok(elements) } else { Err(cursor.malformed("more text", "the end of the value")) }
}

struct Cursor<'a> {
    value: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn element(&mut self) -> Result<Element<'static>, EncodingError> {
        let mut element = Element::default();
        self.take(b'{', "an object")?;
        for _ in 0..MAX_PAIRS_PER_ELEMENT {
            self.pair(&mut element)?;
            if self.take(b',', "a comma").is_err() {
                self.take(b'}', "a comma or the end of the object")?;
                return Ok(element);
            }
        }
        Err(self.malformed("too many pairs", "at most 1024 in one element"))
    }

    fn pair(&mut self, element: &mut Element<'static>) -> Result<(), EncodingError> {
        let name = self.string()?;
        // An escaped name has to be unescaped to be compared; no name of Envoy's needs it.
        let key = name.plain().map(Key::of).ok_or_else(|| self.malformed("an escape in a key", "a key"))?;
        if !element.is_new(key) {
            return Err(self.malformed("the end of a key that was there before", "every key once"));
        }
        self.take(b':', "a colon after the key")?;
        let values = self.strings()?;
        let pem = |value: &Text<'_>| value.unescaped().map(Pem::Plain);
        let unreadable = || self.malformed("the end of a value with other escapes than PEM needs", "PEM");
        match (key, values.as_slice()) {
            (Key::Cert, [value]) => element.leaf = Some(pem(value).ok_or_else(unreadable)?),
            (Key::Cert, _) => return Err(self.malformed("the end of an array", "one string")),
            (Key::Chain, values) => {
                element.chain = values.iter().map(pem).collect::<Option<_>>().ok_or_else(unreadable)?;
            }
            (Key::Hash, [value]) => element.hash = value.plain().map(|text| text.to_vec().into()),
            (Key::By | Key::Hash | Key::Issuer | Key::Other | Key::Subject, _) => {}
        }
        Ok(())
    }

    /// One string, or an array of strings.
    fn strings(&mut self) -> Result<Vec<Text<'a>>, EncodingError> {
        let mut strings = Vec::new();
        if self.take(b'[', "an array").is_err() {
            strings.push(self.string()?);
            return Ok(strings);
        }
        if self.take(b']', "the end").is_ok() {
            return Ok(strings);
        }
        for _ in 0..MAX_PAIRS_PER_ELEMENT {
            strings.push(self.string()?);
            if self.take(b',', "a comma").is_err() {
                self.take(b']', "a comma or the end of the array")?;
                return Ok(strings);
            }
        }
        Err(self.malformed("too many strings", "at most 1024 in one array"))
    }

    fn string(&mut self) -> Result<Text<'a>, EncodingError> {
        self.take(b'"', "a string")?;
        let mut rest = self.rest;
        loop {
            rest = match *rest {
                [b'"', ref after @ ..] => {
                    let length = self.rest.len() - rest.len();
                    let text = self.rest.get(..length).unwrap_or_default();
                    self.rest = after;
                    return Ok(Text(text));
                }
                [b'\\', _, ref after @ ..] | [0x20..=0xff, ref after @ ..] => after,
                _ => {
                    self.rest = rest;
                    return Err(self.malformed("no character of a string", "a quote that ends the string"));
                }
            };
        }
    }

    fn take(&mut self, byte: u8, expected: &'static str) -> Result<(), EncodingError> {
        self.skip_blanks();
        match self.rest {
            [first, after @ ..] if *first == byte => {
                self.rest = after;
                Ok(())
            }
            _ => Err(self.malformed("something else", expected)),
        }
    }

    fn skip_blanks(&mut self) {
        let length = self.rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.rest = self.rest.get(length..).unwrap_or_default();
    }

    fn malformed(&self, found: &'static str, expected: &'static str) -> EncodingError {
        EncodingError::XfccMalformed { offset_bytes: self.value.len() - self.rest.len(), found, expected }
    }
}

/// What stands between the quotes of a string.
#[derive(Debug)]
struct Text<'a>(&'a [u8]);

impl<'a> Text<'a> {
    /// The text where nothing in it is escaped.
    fn plain(&self) -> Option<&'a [u8]> {
        if self.0.contains(&b'\\') { None } else { Some(self.0) }
    }

    /// The text with the escapes that PEM can need undone; `None` where there are others.
    fn unescaped(&self) -> Option<Vec<u8>> {
        let mut unescaped = Vec::with_capacity(self.0.len());
        let mut rest = self.0;
        while let Some((&byte, after)) = rest.split_first() {
            rest = after;
            if byte != b'\\' {
                unescaped.push(byte);
                continue;
            }
            let (escaped, after) = rest.split_first()?;
            unescaped.push(match escaped {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'/' => b'/',
                _ => return None,
            });
            rest = after;
        }
        Some(unescaped)
    }
}
