//! What an error says of a value, to the byte: an operator finds the place with it.

use super::encoders::{der_hex, hash, pem, rfc9440, rfc9440_list, sequence, xfcc_json, xfcc_text};
use super::{Encoding, decoded};
use crate::XfccElement;

fn leaf() -> Vec<u8> {
    sequence(&[0xfb; 200])
}

fn assert_says<V: AsRef<[u8]>>(encoding: Encoding, value: V, expected: &str) {
    let said = decoded(value, encoding).expect_err(expected).to_string();
    assert!(said.contains(expected), "{said:?} does not say {expected:?}");
}

#[test]
fn der_lengths_are_told_apart() {
    for (der, expected) in [
        (&[0x30, 0x80, 1, 0, 0][..], "an indefinite length"),
        (&[0x30, 0x85, 0, 0, 0, 0, 0], "a length of more than four bytes"),
        (&[0x30, 0x84, 1, 0, 0, 0, 5], "a sequence that is cut short"),
        (&[0x30, 0x84, 0, 0, 1, 0, 5], "a length that is not in its shortest form"),
    ] {
        assert_says(Encoding::DerHex, der_hex(der), expected);
    }
}

#[test]
fn broken_hexadecimal_is_told_by_its_place() {
    let value = der_hex(&leaf());
    let after_four = format!("{}zz{}", &value[..4], &value[6..]);
    assert_says(Encoding::DerHex, after_four, "something else than two hexadecimal digits at byte 4,");
    assert_says(Encoding::DerHex, &value[..7], "half a byte at byte 6,");
}

#[test]
fn broken_byte_sequences_are_told_by_their_place() {
    let one = rfc9440(&leaf());
    let end = one.len();
    let at = |place: usize| format!(" at byte {place},");
    assert_says(Encoding::Rfc9440, format!("{one} x"), &format!("more text{}", at(end)));
    assert_says(Encoding::Rfc9440, format!("{one}, {one}"), &format!("a second member of a list{}", at(end)));
    assert_says(Encoding::Rfc9440, format!("{one};a"), &format!("parameters{}", at(end)));
    assert_says(Encoding::Rfc9440, &one[..end - 1], &format!("the end of the value{}", at(end - 1)));

    let two = rfc9440_list(&[leaf(), leaf()], ", ");
    let second = end + 2;
    assert_says(Encoding::Rfc9440List, format!("{two} x"), &format!("more text{}", at(second + end + 1)));
    assert_says(Encoding::Rfc9440List, format!("{one}, x"), &format!("another first character{}", at(second)));
    assert_says(Encoding::Rfc9440List, format!("{one}, "), &format!("the end of the value{}", at(end + 1)));
    assert_says(Encoding::Rfc9440List, format!("{one}, ::"), &format!("an empty byte sequence{}", at(second + 1)));
    let unended = two.len() - 1;
    assert_says(Encoding::Rfc9440List, &two[..unended], &format!("the end of the value{}", at(unended)));
    assert_says(Encoding::Rfc9440List, format!("{two};a"), &format!("parameters{}", at(second + end)));
}

#[test]
fn a_form_encoded_line_of_pem_is_named_at_either_end() {
    let value = pem(&[leaf()]).replace('\n', " ");
    assert_says(Encoding::Pem, value.replace("BEGIN ", "BEGIN+"), "a plus sign for a blank");
    assert_says(Encoding::Pem, value.replace("END ", "END+"), "a plus sign for a blank");
}

#[test]
fn broken_xfcc_is_told_by_its_place() {
    let only = Encoding::Xfcc(XfccElement::Only);
    let text = xfcc_text(&[leaf()], "");
    assert_says(only, format!("{text};="), &format!(" at byte {},", text.len() + 1));
    let json = xfcc_json(&[leaf()]);
    assert_says(only, format!("[{json}]x"), &format!(" at byte {},", json.len() + 2));
}

#[test]
fn a_backslash_inside_a_certificate_of_xfcc_is_not_passed_over() {
    let only = Encoding::Xfcc(XfccElement::Only);
    let pem = pem(&[leaf()]).replace('\n', " ");
    let element = |pem: &str| format!("Hash={};Cert=\"{pem}\"", hash(&leaf()));
    assert_eq!(decoded(element(&pem), only), Ok(vec![leaf()]));
    assert_says(only, element(&pem.replacen("MI", "M\\I", 1)), "a character outside the alphabet");
}

#[test]
fn json_may_escape_every_line_break_that_pem_can_have() {
    let only = Encoding::Xfcc(XfccElement::Only);
    for line_break in ["\\n", "\\r\\n", "\\n\\t"] {
        let pem = pem(&[leaf()]).replace('\n', line_break);
        let value = format!("[{{\"Hash\":\"{}\",\"Cert\":\"{pem}\"}}]", hash(&leaf()));
        assert_eq!(decoded(value, only), Ok(vec![leaf()]), "{line_break}");
    }
}
