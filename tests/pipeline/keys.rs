//! Which keys of clients are accepted.

use rcgen::{PKCS_ECDSA_P521_SHA512, PKCS_ED25519, PKCS_RSA_SHA256};
use tower_client_cert::{Reason, TrustAnchors};

use crate::scene::{ask, builder, with_anchors, with_certificate};
use crate::support::pki::{ForeignKey, Minted, Pki, Shape};

/// An `RSAPublicKey` whose modulus has this many bits, begins with 1 and ends in `last`.
fn rsa(bits: usize, last: u8, exponent: &[u8]) -> ForeignKey {
    let mut modulus = vec![0x55; bits.div_ceil(8)];
    modulus[0] = 1 << ((bits - 1) % 8);
    *modulus.last_mut().unwrap() = last;
    if modulus[0] & 0x80 != 0 {
        modulus.insert(0, 0);
    }
    let content = [element(2, &modulus), element(2, exponent)].concat();
    ForeignKey::new(&PKCS_RSA_SHA256, &element(0x30, &content))
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let header = match content.len() {
        0..=127 => vec![tag, length[1]],
        128..=255 => vec![tag, 0x81, length[1]],
        _ => vec![tag, 0x82, length[0], length[1]],
    };
    [&header, content].concat()
}

const F4: &[u8] = &[1, 0, 1];

fn with_key(pki: &Pki, key: ForeignKey) -> Minted {
    pki.issue(&Shape::partner().foreign_key(key))
}

#[tokio::test]
async fn rsa_keys_are_accepted_by_size_modulus_and_exponent() {
    let pki = Pki::new();
    let layer = builder(&pki).build().unwrap();
    for (bits, last, exponent, is_accepted) in [
        (2048, 1, F4, true),
        (3072, 1, &[3][..], true),
        (8192, 1, F4, true),
        (2048, 1, &[0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], true),
        (512, 1, F4, false),
        (1024, 1, F4, false),
        (2040, 1, F4, false),
        (2047, 1, F4, false),
        (2052, 1, F4, false),
        (8200, 1, F4, false),
        (16_384, 1, F4, false),
        (2048, 2, F4, false),
        (2048, 1, &[1], false),
        (2048, 1, &[4], false),
        (2048, 1, &[1, 0, 0, 0, 0, 0, 0, 0, 1], false),
    ] {
        let asked = ask(&layer, with_certificate(&with_key(&pki, rsa(bits, last, exponent)))).await;
        let expected = (!is_accepted).then_some(Reason::KeyUnacceptable);
        assert_eq!(asked.reason(), expected, "{bits} bits, {last}, {exponent:?}");
        assert_eq!(asked.seen.is_some(), is_accepted);
    }
}

#[tokio::test]
async fn an_uneven_rsa_size_can_be_allowed_and_no_smaller_one_with_it() {
    let pki = Pki::new();
    let anchors = TrustAnchors::from_der(pki.intermediate.der()).unwrap().allow_uneven_rsa_size();
    let layer = with_anchors(anchors).build().unwrap();
    for (bits, expected) in [(2052, None), (2047, Some(Reason::KeyUnacceptable)), (8193, Some(Reason::KeyUnacceptable))]
    {
        let asked = ask(&layer, with_certificate(&with_key(&pki, rsa(bits, 1, F4)))).await;
        assert_eq!(asked.reason(), expected, "{bits}");
    }
}

#[tokio::test]
async fn keys_on_curves_need_a_point_of_their_own_length() {
    let pki = Pki::new();
    let layer = builder(&pki).build().unwrap();
    for (algorithm, octets) in [
        (&PKCS_ED25519, 31),
        (&PKCS_ED25519, 33),
        (&PKCS_ECDSA_P521_SHA512, 132),
        (&PKCS_ECDSA_P521_SHA512, 134),
        (&PKCS_ECDSA_P521_SHA512, 1),
    ] {
        let key = ForeignKey::new(algorithm, &vec![4; octets]);
        let asked = ask(&layer, with_certificate(&with_key(&pki, key))).await;
        assert_eq!(asked.reason(), Some(Reason::KeyUnacceptable), "{octets}");
    }
    for algorithm in [&PKCS_ED25519, &PKCS_ECDSA_P521_SHA512] {
        let asked = ask(&layer, with_certificate(&pki.issue(&Shape::partner().algorithm(algorithm)))).await;
        assert!(asked.identity().is_some());
    }
}
