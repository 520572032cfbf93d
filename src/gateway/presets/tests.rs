use std::fmt::Write as _;
use std::path::Path;

use super::*;
use crate::XfccElement;
use crate::gateway::facts::AbsentForm;

const RANGES: [&str; 1] = ["10.0.0.0/8"];

/// Every constructor, in the order of the documentation's table.
fn presets() -> Vec<(&'static str, Gateway)> {
    let presets = [
        ("azure_application_gateway", Gateway::azure_application_gateway(RANGES)),
        ("azure_app_service", Gateway::azure_app_service(RANGES)),
        ("azure_container_apps", Gateway::azure_container_apps(RANGES)),
        ("iis_arr", Gateway::iis_arr(RANGES)),
        ("nginx", Gateway::nginx(RANGES)),
        ("ingress_nginx", Gateway::ingress_nginx(RANGES)),
        ("kong", Gateway::kong(RANGES)),
        ("apache", Gateway::apache(RANGES)),
        ("apache_escaped", Gateway::apache_escaped(RANGES)),
        ("haproxy", Gateway::haproxy(RANGES)),
        ("openshift", Gateway::openshift(RANGES)),
        ("envoy", Gateway::envoy(RANGES, XfccElement::Only)),
        ("envoy_peer_cert", Gateway::envoy_peer_cert(RANGES)),
        ("istio", Gateway::istio(RANGES, XfccElement::Only)),
        ("contour", Gateway::contour(RANGES)),
        ("traefik", Gateway::traefik(RANGES)),
        ("caddy", Gateway::caddy(RANGES)),
        ("cloud_foundry_gorouter", Gateway::cloud_foundry_gorouter(RANGES)),
        ("aws_alb_passthrough", Gateway::aws_alb_passthrough(RANGES)),
        ("aws_alb_verify", Gateway::aws_alb_verify(RANGES)),
        ("cloudfront", Gateway::cloudfront(RANGES)),
        ("google_cloud_lb", Gateway::google_cloud_lb(RANGES)),
        ("cloudflare", Gateway::cloudflare(RANGES)),
        ("akamai", Gateway::akamai(RANGES)),
        ("rfc9440", Gateway::rfc9440(RANGES)),
    ];
    presets.into_iter().map(|(name, gateway)| (name, gateway.unwrap())).collect()
}

#[test]
fn every_preset_carries_the_facts_of_its_product() {
    let facts: Vec<_> = presets().iter().map(|(_, gateway)| gateway.facts().unwrap()).collect();
    assert_eq!(facts, GatewayFacts::ALL);
    for (name, gateway) in presets() {
        assert_eq!(gateway.name(), gateway.facts().unwrap().product);
        assert_eq!(gateway.name().replace('-', "_"), name);
    }
    assert!(Gateway::custom("edge", RANGES).unwrap().facts().is_none());
}

#[test]
fn every_product_has_a_page_and_a_fixture_with_its_bytes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for facts in GatewayFacts::ALL {
        assert!(root.join("docs/gateways").join(facts.page).is_file(), "{}", facts.page);
        let fixture = format!("tests/fixtures/wire/{}.txt", facts.product);
        assert!(root.join(&fixture).is_file(), "{fixture}");
    }
}

#[test]
fn every_absent_form_of_a_product_is_understood_as_absent() {
    for (name, gateway) in presets() {
        for form in gateway.facts().unwrap().absent_forms {
            if let AbsentForm::Spelled(text) = form {
                assert!(gateway.forwarding().means_absent(text.as_bytes()), "{name}");
            }
        }
        let spellings = ["(null)", "::", "-", "{http.request.tls.client.certificate_der_base64}"];
        for spelling in spellings {
            let stated = gateway.facts().unwrap().absent_forms.contains(&AbsentForm::Spelled(spelling));
            assert_eq!(gateway.forwarding().means_absent(spelling.as_bytes()), stated, "{name}: {spelling}");
        }
    }
}

#[test]
fn the_table_of_the_documentation_says_what_the_presets_do() {
    let page = include_str!("../../../docs/gateways/README.md");
    let mut expected = String::new();
    for (name, gateway) in presets() {
        let (facts, forwarding) = (gateway.facts().unwrap(), gateway.forwarding());
        let absent: Vec<_> = facts.absent_forms.iter().map(ToString::to_string).collect();
        let encoding = format!("{:?}", forwarding.leaf().encoding).replace("(Only)", "");
        writeln!(
            expected,
            "| [`{name}`]({}) | `{}` | {encoding} | {} | {} | {} | {} | {} | {} |",
            facts.page,
            forwarding.leaf().name,
            facts.chain,
            absent.join(", "),
            facts.validates,
            facts.removes_client_copy,
            facts.client_can_drop,
            facts.known_from,
        )
        .unwrap();
    }
    let lines =
        |text: &str| text.lines().filter(|line| line.starts_with("| [`")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(page), lines(&expected), "the table should be:\n{expected}");
}
