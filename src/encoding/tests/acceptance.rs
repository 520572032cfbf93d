//! Values of correctly configured gateways.

use proptest::prelude::*;

use super::encoders::{
    FOLDED_LINE_BREAKS, der_base64, der_base64_form_escaped, pem_escaped, pem_escaped_by_alb, pem_escaped_by_apache,
    pem_folded, rfc9440, sequence,
};
use super::{Encoding, MAX_CERTIFICATES, decode, decoded};

/// Content whose base64 has a plus sign, a slash and padding.
fn leaf() -> Vec<u8> {
    let mut content = vec![0xfb; 200];
    content.extend_from_slice(&[0xff; 100]);
    sequence(&content)
}

#[test]
fn a_value_written_as_nginx_and_application_gateway_do_is_decoded() {
    let value = pem_escaped(&[leaf()]);
    assert!(value.starts_with("-----BEGIN%20CERTIFICATE-----%0AMIIB"));
    assert!(value.ends_with("%3D%3D%0A-----END%20CERTIFICATE-----%0A"));
    assert!(value.contains("%2B") && value.contains("%2F"));
    assert_eq!(decoded(&value, Encoding::Auto), Ok(vec![leaf()]));
}

#[test]
fn a_literal_plus_sign_in_escaped_pem_stays_a_plus_sign() {
    let value = pem_escaped_by_alb(&[leaf()]);
    assert!(value.contains('+') && value.contains('%'));
    assert_eq!(decoded(&value, Encoding::Auto), Ok(vec![leaf()]));
}

#[test]
fn lower_case_escapes_are_decoded() {
    let value = pem_escaped_by_apache(&[leaf()]);
    assert!(value.contains("%0a"));
    assert_eq!(decoded(&value, Encoding::Auto), Ok(vec![leaf()]));
    let wholly = pem_escaped(&[leaf()]).replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d");
    assert_eq!(decoded(wholly, Encoding::Pem), Ok(vec![leaf()]));
}

#[test]
fn pem_is_decoded_whatever_became_of_its_line_breaks() {
    for line_break in FOLDED_LINE_BREAKS {
        let chain = vec![leaf(), sequence(&[7; 300])];
        assert_eq!(decoded(pem_folded(&chain, line_break), Encoding::Auto), Ok(chain), "{line_break:?}");
    }
}

#[test]
fn escapes_of_form_encoded_base64_are_undone_in_a_bare_value() {
    let value = der_base64_form_escaped(&leaf());
    assert!(value.contains("%2B") && value.contains("%2F") && value.contains("%3D"));
    assert_eq!(decoded(&value, Encoding::Auto), Ok(vec![leaf()]));
    assert_eq!(decoded(value.replace("%2B", "%2b"), Encoding::DerBase64), Ok(vec![leaf()]));
}

#[test]
fn blanks_and_tabs_around_a_value_are_no_part_of_it() {
    for value in [der_base64(&leaf()), rfc9440(&leaf()), pem_escaped(&[leaf()]), pem_folded(&[leaf()], " ")] {
        assert_eq!(decoded(format!(" \t {value}\t  "), Encoding::Auto), Ok(vec![leaf()]));
    }
}

#[test]
fn exactly_as_many_certificates_as_the_limit_are_decoded_in_their_order() {
    let chain: Vec<_> = (0..10).map(|number| sequence(&[number; 130])).collect();
    assert_eq!(chain.len(), MAX_CERTIFICATES);
    assert_eq!(decoded(pem_escaped(&chain), Encoding::Auto), Ok(chain));
}

#[test]
fn a_limit_of_one_accepts_one() {
    for value in [der_base64(&leaf()), rfc9440(&leaf()), pem_escaped(&[leaf()])] {
        assert_eq!(decode(value.as_bytes(), Encoding::Auto, 1).map(|certificates| certificates.len()), Ok(1));
    }
}

#[test]
fn every_form_of_length_that_der_has_for_certificates_is_accepted() {
    for length in [1, 2, 0x7f, 0x80, 0xff, 0x100, 0xffff] {
        let der = sequence(&vec![5; length]);
        assert_eq!(decoded(der_base64(&der), Encoding::DerBase64), Ok(vec![der]), "{length}");
    }
}

proptest! {
    #[test]
    fn a_chain_survives_every_way_of_writing_it(chain in proptest::collection::vec(der(), 1..=MAX_CERTIFICATES)) {
        let mut values = vec![pem_escaped(&chain), pem_escaped_by_alb(&chain), pem_escaped_by_apache(&chain)];
        values.extend(FOLDED_LINE_BREAKS.iter().map(|line_break| pem_folded(&chain, line_break)));
        for value in values {
            prop_assert_eq!(decoded(&value, Encoding::Pem), Ok(chain.clone()));
            prop_assert_eq!(decoded(&value, Encoding::Auto), Ok(chain.clone()));
        }
    }

    #[test]
    fn one_certificate_survives_every_way_of_writing_it(der in der()) {
        let expected = Ok(vec![der.clone()]);
        prop_assert_eq!(&decoded(der_base64(&der), Encoding::DerBase64), &expected);
        prop_assert_eq!(&decoded(der_base64_form_escaped(&der), Encoding::DerBase64), &expected);
        prop_assert_eq!(&decoded(rfc9440(&der), Encoding::Rfc9440), &expected);
        prop_assert_eq!(&decoded(rfc9440(&der), Encoding::Auto), &expected);
        if der.len() > 130 {
            prop_assert_eq!(&decoded(der_base64(&der), Encoding::Auto), &expected);
        }
    }

    #[test]
    fn no_value_makes_the_decoder_panic(value in proptest::collection::vec(any::<u8>(), 0..300)) {
        for encoding in [Encoding::Auto, Encoding::DerBase64, Encoding::Pem, Encoding::Rfc9440] {
            let _verdict = decoded(&value, encoding);
        }
    }

    #[test]
    fn nothing_that_resembles_a_value_makes_the_decoder_panic(
        value in "(-----BEGIN|-----END|%20| CERTIFICATE|-----|%|%0A|MII|[A-Za-z+/=:{}$]|\n){0,20}"
    ) {
        for encoding in [Encoding::Auto, Encoding::DerBase64, Encoding::Pem, Encoding::Rfc9440] {
            let _verdict = decoded(&value, encoding);
        }
    }
}

fn der() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 1..600).prop_map(|content| sequence(&content))
}
