//! Values with several certificates, and the encodings that are never picked by their first bytes.

use proptest::prelude::*;

use super::encoders::{
    der_base64, der_base64_concatenated, der_base64_form_escaped, der_base64_list, der_hex, pem, pem_base64,
    pem_escaped, pem_folded, rfc9440, rfc9440_list, sequence,
};
use super::{Encoding, MAX_CERTIFICATES, decode, decoded};
use crate::reason::Reason;

fn chain() -> Vec<Vec<u8>> {
    vec![sequence(&[0xfb; 301]), sequence(&[0xff; 200]), sequence(&[7; 129])]
}

type Writer = fn(&[Vec<u8>]) -> String;

fn assert_refused(encoding: Encoding, cases: &[(&str, String, Reason)]) {
    for (what, value, reason) in cases {
        assert_eq!(decoded(value, encoding).map_err(|error| error.reason()), Err(*reason), "{what}");
    }
}

#[test]
fn a_chain_joined_by_commas_is_decoded_in_its_order() {
    let value = der_base64_list(&chain());
    assert_eq!(decoded(&value, Encoding::DerBase64List), Ok(chain()));
    let escaped: Vec<_> = chain().iter().map(|der| der_base64_form_escaped(der)).collect();
    assert!(escaped.concat().contains("%2B"));
    assert_eq!(decoded(escaped.join(","), Encoding::DerBase64List), Ok(chain()));
    assert_eq!(decoded(der_base64(&chain()[0]), Encoding::DerBase64List), Ok(chain()[..1].to_vec()));
}

#[test]
fn a_chain_joined_by_commas_with_anything_else_is_refused() {
    let value = der_base64_list(&chain());
    let cases = [
        ("a blank after a comma, as a merged line has", value.replacen(',', ", ", 1), Reason::Base64Malformed),
        ("a comma at the end", format!("{value},"), Reason::DerMalformed),
        ("a comma at the beginning", format!(",{value}"), Reason::DerMalformed),
        ("two commas", value.replacen(',', ",,", 1), Reason::DerMalformed),
        ("an escaped comma", value.replacen(',', "%2C", 1), Reason::PercentEncodingMalformed),
        ("concatenated DER", der_base64_concatenated(&chain()), Reason::DerMalformed),
        ("byte sequences", rfc9440_list(&chain(), ","), Reason::Base64Malformed),
    ];
    assert_refused(Encoding::DerBase64List, &cases);
}

#[test]
fn concatenated_der_is_split_by_its_lengths() {
    assert_eq!(decoded(der_base64_concatenated(&chain()), Encoding::DerBase64Concatenated), Ok(chain()));
    let one = der_base64(&chain()[1]);
    assert_eq!(decoded(one, Encoding::DerBase64Concatenated), Ok(chain()[1..2].to_vec()));
}

#[test]
fn concatenated_der_that_is_not_whole_certificates_is_refused() {
    let whole = chain().concat();
    let base64 = |der: &[u8]| der_base64(der);
    let cases = [
        ("cut short", base64(&whole[..whole.len() - 1]), Reason::DerMalformed),
        ("a byte more", base64(&[whole.as_slice(), &[0x30]].concat()), Reason::DerMalformed),
        ("zeros after the last", base64(&[whole.as_slice(), &[0, 0]].concat()), Reason::DerMalformed),
        ("an empty sequence after the last", base64(&[whole.as_slice(), &[0x30, 0]].concat()), Reason::DerMalformed),
        ("another tag in between", base64(&[&chain()[0][..], &[4, 1, 0], &chain()[1]].concat()), Reason::DerMalformed),
        (
            "a length that reaches into the next",
            base64(&[&[0x30, 0x84, 0xff], &whole[..]].concat()),
            Reason::DerMalformed,
        ),
        ("joined by a comma", der_base64_list(&chain()), Reason::Base64Malformed),
        (
            "base64 joined after it was made",
            chain().iter().map(|der| der_base64(der)).collect(),
            Reason::Base64Malformed,
        ),
    ];
    assert_refused(Encoding::DerBase64Concatenated, &cases);
}

#[test]
fn a_list_of_byte_sequences_may_have_blanks_around_its_commas() {
    for separator in [",", ", ", " ,", "\t,\t", "  ,  "] {
        let value = rfc9440_list(&chain(), separator);
        assert_eq!(decoded(&value, Encoding::Rfc9440List), Ok(chain()), "{separator:?}");
    }
    assert_eq!(decoded(rfc9440(&chain()[0]), Encoding::Rfc9440List), Ok(chain()[..1].to_vec()));
}

#[test]
fn a_broken_list_of_byte_sequences_is_refused() {
    let value = rfc9440_list(&chain(), ", ");
    let cases = [
        ("a comma at the end", format!("{value},"), Reason::ByteSequenceMalformed),
        ("a comma and a blank at the end", format!("{value}, "), Reason::ByteSequenceMalformed),
        ("a comma at the beginning", format!(",{value}"), Reason::ByteSequenceMalformed),
        ("no comma", rfc9440_list(&chain(), ""), Reason::ByteSequenceMalformed),
        ("a blank for a comma", rfc9440_list(&chain(), " "), Reason::ByteSequenceMalformed),
        ("a semicolon for a comma", rfc9440_list(&chain(), ";"), Reason::ByteSequenceMalformed),
        ("parameters", value.replacen(", ", ";a=1, ", 1), Reason::ByteSequenceMalformed),
        ("an inner list", format!("({value})"), Reason::ByteSequenceMalformed),
        ("an empty member", format!("{value}, ::"), Reason::ByteSequenceMalformed),
        ("no colons", der_base64_list(&chain()), Reason::ByteSequenceMalformed),
        ("one colon too few", value[..value.len() - 1].to_owned(), Reason::ByteSequenceMalformed),
        ("a broken member", value.replacen('+', "-", 1), Reason::Base64Malformed),
    ];
    assert_refused(Encoding::Rfc9440List, &cases);
}

#[test]
fn hexadecimal_digits_of_either_case_are_decoded_where_they_are_configured() {
    let der = chain().remove(0);
    assert_eq!(decoded(der_hex(&der), Encoding::DerHex), Ok(vec![der.clone()]));
    assert_eq!(decoded(der_hex(&der).to_lowercase(), Encoding::DerHex), Ok(vec![der]));
}

#[test]
fn hexadecimal_with_anything_else_is_refused() {
    let value = der_hex(&chain()[0]);
    let cases = [
        ("half a byte", value[..value.len() - 1].to_owned(), Reason::HexMalformed),
        ("a blank", value.replacen("FB", "F B", 1), Reason::HexMalformed),
        ("colons", value.replacen("FBFB", "FB:FB", 1), Reason::HexMalformed),
        ("another letter", value.replacen("FB", "FG", 1), Reason::HexMalformed),
        ("a prefix", format!("0x{value}"), Reason::HexMalformed),
        ("a sign", value.replacen("FB", "+B", 1), Reason::HexMalformed),
        ("bytes after the end", format!("{value}00"), Reason::DerMalformed),
        ("two certificates", format!("{value}{value}"), Reason::DerMalformed),
        ("base64", der_base64(&chain()[0]), Reason::HexMalformed),
    ];
    assert_refused(Encoding::DerHex, &cases);
}

#[test]
fn base64_of_pem_is_decoded_where_it_is_configured() {
    assert_eq!(decoded(pem_base64(&chain()), Encoding::PemBase64), Ok(chain()));
}

#[test]
fn base64_of_anything_but_pem_is_refused() {
    let base64 = |text: String| der_base64(text.as_bytes());
    let cases = [
        ("DER", der_base64(&chain()[0]), Reason::PemMalformed),
        ("escaped PEM", base64(pem_escaped(&chain())), Reason::PemMalformed),
        ("base64 of base64", base64(pem_base64(&chain())), Reason::PemMalformed),
        ("a private key", base64(pem(&chain()).replace("CERTIFICATE", "PRIVATE KEY")), Reason::PemMalformed),
        ("text in front", base64(format!("subject=x\n{}", pem(&chain()))), Reason::PemMalformed),
        ("NUL at the end", base64(format!("{}\0", pem(&chain()))), Reason::PemMalformed),
        ("PEM as it is", pem_folded(&chain(), " "), Reason::Base64Malformed),
    ];
    assert_refused(Encoding::PemBase64, &cases);
}

#[test]
fn the_limit_of_certificates_holds_in_every_list() {
    let chain: Vec<_> = (0..11).map(|number| sequence(&[number; 130])).collect();
    let values: [(Encoding, Writer); 4] = [
        (Encoding::DerBase64List, der_base64_list),
        (Encoding::DerBase64Concatenated, der_base64_concatenated),
        (Encoding::PemBase64, pem_base64),
        (Encoding::Rfc9440List, |chain| rfc9440_list(chain, ",")),
    ];
    for (encoding, write) in values {
        assert_eq!(decoded(write(&chain[..MAX_CERTIFICATES]), encoding).unwrap().len(), 10, "{encoding:?}");
        let refused = decoded(write(&chain), encoding).map_err(|error| error.reason());
        assert_eq!(refused, Err(Reason::TooManyCertificates), "{encoding:?}");
        assert!(decode(write(&chain[..1]).as_bytes(), encoding, 1).is_ok(), "{encoding:?}");
    }
}

proptest! {
    #[test]
    fn a_chain_survives_every_list(contents in proptest::collection::vec(
        proptest::collection::vec(any::<u8>(), 1..400), 1..=MAX_CERTIFICATES,
    )) {
        let chain: Vec<_> = contents.iter().map(|content| sequence(content)).collect();
        let expected = Ok(chain.clone());
        prop_assert_eq!(&decoded(der_base64_list(&chain), Encoding::DerBase64List), &expected);
        prop_assert_eq!(&decoded(der_base64_concatenated(&chain), Encoding::DerBase64Concatenated), &expected);
        prop_assert_eq!(&decoded(rfc9440_list(&chain, ", "), Encoding::Rfc9440List), &expected);
        prop_assert_eq!(&decoded(pem_base64(&chain), Encoding::PemBase64), &expected);
        prop_assert_eq!(decoded(der_hex(&chain[0]), Encoding::DerHex), Ok(chain[..1].to_vec()));
    }

    #[test]
    fn no_value_makes_a_list_decoder_panic(value in proptest::collection::vec(any::<u8>(), 0..300)) {
        for encoding in [
            Encoding::DerBase64Concatenated,
            Encoding::DerBase64List,
            Encoding::DerHex,
            Encoding::PemBase64,
            Encoding::Rfc9440List,
        ] {
            let _verdict = decoded(&value, encoding);
        }
    }
}
