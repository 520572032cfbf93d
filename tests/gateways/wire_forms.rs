//! Every product's bytes as its documentation, its source or a capture shows them, with the origin in the fixture, read by
//! the constructor named after the product.

use std::fs;

use tower_client_cert::gateway_facts::GatewayFacts;

use crate::scenes::verdict;
use crate::service::Service;
use crate::support::http;
use crate::support::pki::Pki;
use crate::support::products::{cases, fixtures, gateway_of};
use crate::support::wire::filled_in;

#[tokio::test]
async fn every_product_is_read_as_its_fixture_says() {
    let pki = Pki::new();
    let leaf = pki.good();
    for facts in GatewayFacts::ALL {
        let gateway = gateway_of(facts.product).unwrap();
        assert_eq!(gateway.facts(), Some(*facts));
        let service = Service::start(gateway, &pki).await;
        let text = fs::read_to_string(fixtures().join(format!("{}.txt", facts.product))).unwrap();
        assert!(text.starts_with("# Origin: "), "{}", facts.product);
        let cases = cases(&text);
        assert!(cases.iter().any(|(expected, _)| *expected == "Big Partner Foo SA"), "{}", facts.product);
        assert!(cases.iter().any(|(expected, _)| *expected == "certificate-missing"), "{}", facts.product);
        for (expected, lines) in cases {
            let lines: Vec<_> = lines.iter().map(|line| filled_in(line, &pki, &leaf)).collect();
            let lines: Vec<_> = lines.iter().map(String::as_str).collect();
            let answer = http::send(service.address, &http::get("/restricted", &lines)).await;
            assert_eq!(verdict(&answer), expected, "{}: {lines:?}", facts.product);
        }
    }
}

#[test]
fn there_is_a_fixture_for_every_product_and_for_nothing_else() {
    let files: Vec<_> = fs::read_dir(fixtures()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files.len(), GatewayFacts::ALL.len(), "{files:?}");
}
