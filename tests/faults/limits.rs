//! Headers of exactly as many bytes and certificates as are allowed, of one fewer and of one more.

use tower_client_cert::Reason;

use crate::scene::{ask, builder, request, with_certificate, with_chain};
use crate::support::pki::{Minted, Pki, Shape};

#[tokio::test]
async fn a_header_may_have_as_many_bytes_as_are_allowed_and_no_more() {
    let pki = Pki::new();
    let good = pki.good();
    let value = good.escaped_pem();
    for (limit, expected) in
        [(value.len() + 1, None), (value.len(), None), (value.len() - 1, Some(Reason::HeaderTooLarge))]
    {
        let layer = builder(&pki).max_header_bytes(limit).build().unwrap();
        for _ in 0..2 {
            let asked = ask(&layer, with_certificate(&good)).await;
            assert_eq!(asked.reason(), expected, "{} bytes, limit {limit}", value.len());
            assert_eq!(asked.seen.is_none(), expected.is_some());
        }
    }
}

#[tokio::test]
async fn the_usual_limit_of_bytes_holds_to_the_byte() {
    let pki = Pki::new();
    let layer = builder(&pki).build().unwrap();
    for (length, expected) in [
        (65_535, Reason::PemMalformed),
        (65_536, Reason::PemMalformed),
        (65_537, Reason::HeaderTooLarge),
        (200_000, Reason::HeaderTooLarge),
    ] {
        let value = format!("-----BEGIN CERTIFICATE-----{}", "A".repeat(length - 27));
        assert_eq!(ask(&layer, request(&[("x-client-cert", &value)])).await.reason(), Some(expected), "{length} bytes");
        assert!(ask(&layer, with_certificate(&pki.good())).await.identity().is_some());
    }
}

#[tokio::test]
async fn a_request_may_have_as_many_certificates_as_are_allowed_and_no_more() {
    let pki = Pki::new();
    let good = pki.good();
    let others: Vec<_> = (0..11).map(|number| Shape::authority(&format!("Other {number}")).self_signed()).collect();
    let layer = builder(&pki).build().unwrap();
    for (count, expected) in [(9, None), (10, None), (11, Some(Reason::TooManyCertificates))] {
        let chain: Vec<&Minted> = [&good].into_iter().chain(&others[..count - 1]).collect();
        let asked = ask(&layer, with_chain(&chain)).await;
        assert_eq!(asked.reason(), expected, "{count} certificates");
        assert_eq!(asked.identity().is_some(), expected.is_none());
    }
}
