//! Writes the few DER types that a request is made of.

use crate::certificate::der::tag;

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

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut encoded = vec![tag];
    match u8::try_from(content.len()) {
        Ok(short) if short < LONG_FORM => encoded.push(short),
        _ => {
            let octets = content.len().to_be_bytes();
            let zeros = octets.iter().take_while(|octet| **octet == 0).count();
            let significant = octets.get(zeros..).unwrap_or_default();
            encoded.push(LONG_FORM | u8::try_from(significant.len()).unwrap_or_default());
            encoded.extend_from_slice(significant);
        }
    }
    encoded.extend_from_slice(content);
    encoded
}

const LONG_FORM: u8 = 0x80;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::der::Element;

    #[test]
    fn what_was_written_is_read_again_at_every_length() {
        for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536] {
            let content = vec![7; length];
            let encoded = octet_string(&content);
            assert_eq!(Element::only("test", tag::OCTET_STRING, &encoded).unwrap().content, content, "{length}");
        }
    }
}
