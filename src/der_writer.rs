//! Writes DER elements.

use crate::certificate::der::tag;

/// Tag, length in the shortest form (X.690 section 10.1), content.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let octets: Vec<u8> = content.len().to_be_bytes().into_iter().skip_while(|octet| *octet == 0).collect();
    let mut encoded = vec![tag];
    match (content.len(), u8::try_from(octets.len())) {
        (0..0x80, _) | (_, Err(_)) => encoded.push(octets.first().copied().unwrap_or_default()),
        (_, Ok(count)) => {
            encoded.push(0x80 + count);
            encoded.extend(octets);
        }
    }
    encoded.extend_from_slice(content);
    encoded
}

/// An OBJECT IDENTIFIER by its dotted text (X.690 section 8.19), which is one that `ObjectIdentifier` reads.
pub(crate) fn object_identifier(dotted: &str) -> Vec<u8> {
    let mut arcs = dotted.split('.').map(|arc| arc.parse::<u128>().unwrap_or_default());
    let (root, second) = (arcs.next().unwrap_or_default(), arcs.next().unwrap_or_default());
    let mut content = Vec::new();
    for arc in std::iter::once(root * 40 + second).chain(arcs) {
        let groups = arc.max(1).ilog2() / 7;
        for group in (0..=groups).rev() {
            let low = u8::try_from((arc >> (7 * group)) & 0x7f).unwrap_or_default();
            content.push(if group == 0 { low } else { 0x80 + low });
        }
    }
    element(tag::OBJECT_IDENTIFIER, &content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::ObjectIdentifier;
    use crate::certificate::der::Element;

    #[test]
    fn what_was_written_is_read_again_at_every_length() {
        for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536] {
            let content = vec![7; length];
            let encoded = element(tag::OCTET_STRING, &content);
            assert_eq!(Element::only("test", tag::OCTET_STRING, &encoded).unwrap().content, content, "{length}");
        }
    }

    #[test]
    fn an_object_identifier_that_was_written_is_read_again_up_to_its_greatest_arcs() {
        let greatest = format!("2.{}.{}", u128::MAX - 80, u128::MAX);
        for dotted in ["0.0", "1.39", "2.0", "2.5.4.3", "2.47", "2.48", "2.999.128.16383.16384", &greatest] {
            let written = object_identifier(dotted.parse::<ObjectIdentifier>().unwrap().as_str());
            let element = Element::only("test", tag::OBJECT_IDENTIFIER, &written).unwrap();
            assert_eq!(ObjectIdentifier::from_element("test", element).unwrap().as_str(), dotted);
        }
    }
}
