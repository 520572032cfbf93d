//! Envoy as `docs/gateways/envoy.md` sets it up.

use rcgen::SanType;
use rcgen::string::Ia5String;
use tower_client_cert::{Gateway, XfccElement};

use crate::page;
use crate::scenes::{Front, Product, play};
use crate::started;
use crate::support::pki::Shape;

const TEXT: Product = Product {
    gateway: || Gateway::envoy(["127.0.0.1/32"], XfccElement::Only).unwrap(),
    start: |server, service| started::envoy(&page::block("envoy.md", "yaml", 0), server, service),
    header: "x-forwarded-client-cert",
    connection_named: "Big Partner Foo SA",
    imitated_element: "Element SA",
};

/// The text form with the details that Envoy writes without quotes.
const TEXT_WITH_NAMES: Product = Product {
    start: |server, service| {
        let json = page::block("envoy.md", "yaml", 1);
        started::envoy(
            &with_details(&page::filled_in(&json, &[("\n                  format: JSON", "")])),
            server,
            service,
        )
    },
    imitated_element: "xfcc-element-ambiguous",
    ..TEXT
};

const JSON: Product = Product {
    start: |server, service| started::envoy(&with_details(&page::block("envoy.md", "yaml", 1)), server, service),
    ..TEXT
};

const PEER_CERT: Product = Product {
    gateway: || Gateway::envoy_peer_cert(["127.0.0.1/32"]).unwrap(),
    start: |server, service| started::envoy(&with_own_header(&page::block("envoy.md", "yaml", 2)), server, service),
    header: "x-client-cert",
    ..TEXT
};

/// What the page warns of: a header that is not replaced where there is no certificate.
const NOT_EMPTIED: Product = Product {
    start: |server, service| {
        let lines = page::block("envoy.md", "yaml", 2);
        let lines = page::filled_in(&lines, &[("\n                      keep_empty_value: true", "")]);
        started::envoy(&with_own_header(&lines), server, service)
    },
    ..PEER_CERT
};

/// What the page warns of: an edge that appends to what the client wrote.
const APPENDING: Product = Product {
    start: |server, service| {
        let block = page::block("envoy.md", "yaml", 0);
        started::envoy(&page::filled_in(&block, &[("SANITIZE_SET", "APPEND_FORWARD")]), server, service)
    },
    ..TEXT
};

/// The same with the details that Envoy writes without quotes, and the last element taken for the hop in front.
const APPENDING_WITH_NAMES: Product = Product {
    gateway: || Gateway::envoy(["127.0.0.1/32"], XfccElement::Last { of: 2 }).unwrap(),
    start: |server, service| {
        let json = page::block("envoy.md", "yaml", 1);
        let text = page::filled_in(&json, &[("\n                  format: JSON", "")]);
        let block = page::filled_in(&with_details(&text), &[("SANITIZE_SET", "APPEND_FORWARD")]);
        started::envoy(&block, server, service)
    },
    ..TEXT
};

#[tokio::test]
async fn every_client_is_who_it_is_behind_the_text_form() {
    play(&TEXT).await;
}

#[tokio::test]
async fn every_client_is_who_it_is_or_refused_behind_the_text_form_with_names() {
    play(&TEXT_WITH_NAMES).await;
}

#[tokio::test]
async fn every_client_is_who_it_is_behind_the_json_form() {
    play(&JSON).await;
}

#[tokio::test]
async fn every_client_is_who_it_is_behind_the_header_of_its_own() {
    play(&PEER_CERT).await;
}

#[tokio::test]
async fn what_arrives_is_what_the_page_says() {
    let Some(front) = Front::start(&TEXT).await else { return };
    let leaf = front.pki.good();
    front.ask(Some(&leaf), &[]).await;
    let (own, issuers) = (leaf.escaped_pem(), front.pki.intermediate.escaped_pem());
    let arrived = front.service.arrived("x-forwarded-client-cert").remove(0);
    let (hash, rest) = arrived.strip_prefix("Hash=").unwrap().split_once(';').unwrap();
    assert_eq!(hash.len(), 64, "{hash}");
    assert_eq!(rest, format!("Cert=\"{own}\";Chain=\"{own}{issuers}\""));

    let Some(front) = Front::start(&PEER_CERT).await else { return };
    let leaf = front.pki.good();
    front.ask(Some(&leaf), &[]).await;
    assert_eq!(front.service.arrived("x-client-cert"), [leaf.escaped_pem()]);
    front.ask(None, &["X-Client-Cert: forged"]).await;
    assert_eq!(front.service.arrived("x-client-cert"), [""]);
}

#[tokio::test]
async fn what_a_client_puts_in_front_of_an_appended_element_is_refused() {
    let Some(front) = Front::start(&APPENDING).await else { return };
    let other = front.pki.issue(&Shape::client("svc").organization("Another SA"));
    front.ask(Some(&front.pki.good()), &[]).await;
    let victims = front.service.arrived("x-forwarded-client-cert").remove(0);
    let forged = format!("x-forwarded-client-cert: {victims}");
    assert_eq!(front.ask(Some(&other), &[&forged]).await, "xfcc-element-ambiguous");
    assert_eq!(front.ask(None, &[&forged]).await, "certificate-missing");
}

#[tokio::test]
async fn what_a_name_puts_behind_an_appended_element_is_not_the_last_element() {
    let Some(front) = Front::start(&APPENDING_WITH_NAMES).await else { return };
    assert_eq!(front.ask(Some(&front.pki.good()), &[]).await, "xfcc-element-ambiguous");
    let victims = front.service.arrived("x-forwarded-client-cert").remove(0);
    let (element, _names) = victims.split_once(";Subject=").unwrap();
    let uri = SanType::URI(Ia5String::try_from(format!("spiffe://a.test/a,{element}")).unwrap());
    let forger = front.pki.issue(&Shape::client("a").organization("Element SA").alternative_name(uri));
    assert_eq!(front.ask(Some(&forger), &[]).await, "xfcc-contradictory");
}

#[tokio::test]
async fn a_client_without_certificate_writes_the_header_that_is_not_emptied_as_the_page_warns() {
    let Some(front) = Front::start(&NOT_EMPTIED).await else { return };
    let forged = format!("X-Client-Cert: {}", front.pki.good().escaped_pem());
    assert_eq!(front.ask(None, &[&forged]).await, "Big Partner Foo SA", "the page's warning is out of date");
}

fn with_details(details: &str) -> String {
    let block = page::block("envoy.md", "yaml", 0);
    let usual =
        "                set_current_client_cert_details:\n                  cert: true\n                  chain: true";
    page::filled_in(&block, &[(usual, details)])
}

fn with_own_header(lines: &str) -> String {
    let block = page::block("envoy.md", "yaml", 0);
    let (before, rest) = block.split_once("                forward_client_cert_details: SANITIZE_SET\n").unwrap();
    let (_, after) = rest.split_once("                route_config:\n").unwrap();
    format!("{before}{lines}\n{after}")
}
