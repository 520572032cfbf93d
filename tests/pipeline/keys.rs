//! Which keys of clients are accepted.

use rcgen::{PKCS_ECDSA_P521_SHA512, PKCS_ED25519};
use tower_client_cert::{Reason, TrustAnchors};

use crate::scene::{ask, builder, with_anchors, with_certificate};
use crate::support::pki::{ForeignKey, Minted, Pki, Shape};

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
        let asked = ask(&layer, with_certificate(&with_key(&pki, ForeignKey::rsa(bits, last, exponent)))).await;
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
        let asked = ask(&layer, with_certificate(&with_key(&pki, ForeignKey::rsa(bits, 1, F4)))).await;
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

#[test]
fn an_anchor_with_an_uneven_rsa_size_is_loaded_only_where_that_is_allowed() {
    let root = Pki::new().root;
    for (bits, by_default, allowed) in [(2048, true, true), (2052, false, true), (2047, false, false)] {
        let authority = root.issue(&Shape::authority("RSA").foreign_key(ForeignKey::rsa(bits, 1, F4)));
        let anchors = || TrustAnchors::from_der(authority.der()).unwrap();
        assert_eq!(with_anchors(anchors()).build().is_ok(), by_default, "{bits} bits");
        assert_eq!(with_anchors(anchors().allow_uneven_rsa_size()).build().is_ok(), allowed, "{bits} bits, allowed");
    }
}
