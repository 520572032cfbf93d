//! The three spellings of distinguished names, read into structure.

use crate::certificate::ObjectIdentifier;

/// A wanted value: its text, or its DER where the spelling gives that.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    Der(Box<[u8]>),
    Text(Box<str>),
}

type Rdns = Vec<Vec<(ObjectIdentifier, Value)>>;

/// Reads a name in any of the spellings, into the certificate's order.
pub(super) fn parse(text: &str) -> Result<Rdns, &'static str> {
    if text.len() > MAX_NAME_BYTES {
        return Err("is longer than 4096 bytes");
    }
    if let Some(rest) = text.strip_prefix('/') {
        return rest.split('/').map(|part| Ok(vec![slash_attribute(part)?])).collect();
    }
    let spacing = if has_openssl_spacing(text) { Spacing::OpenSsl } else { Spacing::Rfc4514 };
    let mut rdns = commas(text, spacing)?;
    if spacing == Spacing::Rfc4514 {
        rdns.reverse();
    }
    Ok(rdns)
}

/// RFC 4514 has no spaces after a comma that separates, nor around an equals sign.
fn has_openssl_spacing(text: &str) -> bool {
    let around_equals = text.split_once('=').is_some_and(|(key, value)| key.ends_with(' ') || value.starts_with(' '));
    let mut is_escaped = false;
    let after_comma = text.bytes().zip(text.bytes().skip(1)).any(|(byte, next)| {
        let separates = byte == b',' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        separates && next == b' '
    });
    around_equals || after_comma
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Spacing {
    OpenSsl,
    Rfc4514,
}

/// A value of the one-line form is not escaped: what follows a `/` must look like an attribute, or the name is refused
/// as ambiguous.
fn slash_attribute(part: &str) -> Result<(ObjectIdentifier, Value), &'static str> {
    let (key, value) = part.split_once('=').ok_or("has a / that begins no attribute: write it as RFC 4514")?;
    if value.contains('\\') {
        return Err("has a backslash, which the one-line form leaves ambiguous: write it as RFC 4514");
    }
    Ok((attribute_type(key)?, text_value(value.as_bytes().to_vec())?))
}

fn commas(text: &str, spacing: Spacing) -> Result<Rdns, &'static str> {
    let mut rdns = vec![Vec::new()];
    let mut rest = text;
    // Each round takes at least one byte.
    loop {
        let (key, after_key) = rest.split_once('=').ok_or("has a part without =, expected such as O=Example")?;
        let (value, end, after_value) = value(trimmed_start(after_key, spacing), spacing)?;
        let key = if spacing == Spacing::OpenSsl { key.trim_matches(' ') } else { key };
        let attribute = (attribute_type(key)?, value);
        rdns.last_mut().ok_or("is empty")?.push(attribute);
        match end {
            End::Text => return Ok(rdns),
            End::Attribute => {}
            End::Rdn => rdns.push(Vec::new()),
        }
        rest = after_value;
    }
}

enum End {
    Attribute,
    Rdn,
    Text,
}

fn trimmed_start(text: &str, spacing: Spacing) -> &str {
    if spacing == Spacing::OpenSsl { text.trim_start_matches(' ') } else { text }
}

/// Reads one value up to the next separator (RFC 4514 section 3).
fn value(text: &str, spacing: Spacing) -> Result<(Value, End, &str), &'static str> {
    if let Some(hex) = text.strip_prefix('#') {
        let end = hex.find([',', '+']).unwrap_or(hex.len());
        let (digits, rest) = hex.split_at_checked(end).ok_or("is malformed")?;
        let der = hex_octets(digits.trim_end_matches(' ')).ok_or("has a # that is not followed by hexadecimal DER")?;
        let (end, rest) = separator(rest);
        return Ok((Value::Der(der.into()), end, rest));
    }
    let mut octets = Vec::new();
    // Trailing spaces belong to the spacing, unless they are escaped.
    let mut kept = 0;
    let quoted = text.strip_prefix('"').filter(|_| spacing == Spacing::OpenSsl);
    let mut characters = quoted.unwrap_or(text).char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => {
                octets.push(escaped(&mut characters)?);
                kept = octets.len();
            }
            '"' if quoted.is_some() => {
                let rest = characters.as_str().trim_start_matches(' ');
                if !rest.is_empty() && !rest.starts_with([',', '+']) {
                    return Err("has text after a closing quote");
                }
                let (end, rest) = separator(rest);
                return Ok((text_value(octets)?, end, rest));
            }
            ',' | '+' if quoted.is_none() => {
                let rest = text.get(at..).ok_or("is malformed")?;
                let (end, rest) = separator(rest);
                return Ok((trimmed_value(octets, kept, spacing)?, end, rest));
            }
            '"' | ';' | '<' | '>' | '\0' if quoted.is_none() => {
                return Err("has one of \" ; < > or NUL without a backslash before it");
            }
            _ => {
                octets.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                if character != ' ' {
                    kept = octets.len();
                }
            }
        }
    }
    if quoted.is_some() {
        return Err("has a quote that is not closed");
    }
    Ok((trimmed_value(octets, kept, spacing)?, End::Text, ""))
}

fn trimmed_value(mut octets: Vec<u8>, kept: usize, spacing: Spacing) -> Result<Value, &'static str> {
    if spacing == Spacing::OpenSsl {
        octets.truncate(kept);
    }
    text_value(octets)
}

fn separator(rest: &str) -> (End, &str) {
    match rest.strip_prefix(',') {
        Some(rest) => (End::Rdn, rest),
        None => rest.strip_prefix('+').map_or((End::Text, ""), |rest| (End::Attribute, rest)),
    }
}

/// RFC 4514 section 3: a special character, or two hexadecimal digits for one octet.
fn escaped(characters: &mut std::str::CharIndices<'_>) -> Result<u8, &'static str> {
    const PROBLEM: &str = "has a backslash before neither a special character nor two hexadecimal digits";
    let (_, first) = characters.next().ok_or(PROBLEM)?;
    if matches!(first, ' ' | '"' | '#' | '+' | ',' | ';' | '<' | '=' | '>' | '\\') {
        return u8::try_from(first).map_err(|_| PROBLEM);
    }
    let (_, second) = characters.next().ok_or(PROBLEM)?;
    let digits = first.to_digit(16).zip(second.to_digit(16)).ok_or(PROBLEM)?;
    u8::try_from(digits.0 * 16 + digits.1).map_err(|_| PROBLEM)
}

fn text_value(octets: Vec<u8>) -> Result<Value, &'static str> {
    String::from_utf8(octets).map(|text| Value::Text(text.into())).map_err(|_| "has a value that is not UTF-8")
}

fn attribute_type(key: &str) -> Result<ObjectIdentifier, &'static str> {
    ObjectIdentifier::of_attribute(key)
        .ok_or("has an attribute type that is not known: use its object identifier, such as 2.5.4.10")
}

/// Pairs of hexadecimal digits as octets.
pub(crate) fn hex_octets(digits: &str) -> Option<Vec<u8>> {
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let octets: Option<Vec<u8>> =
        pairs.iter().map(|[high, low]| u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()).collect();
    octets.filter(|octets| !octets.is_empty())
}

/// Bytes of one name.
const MAX_NAME_BYTES: usize = 4096;
