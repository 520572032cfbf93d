//! The products that have a constructor, and the fixtures with what each of them sends.

use std::path::{Path, PathBuf};

use tower_client_cert::{ConfigError, Gateway, XfccElement};

pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/wire")
}

/// Expected verdicts, each with the header lines below it.
pub(crate) fn cases(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut cases: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix("> ") {
            Some(expected) => cases.push((expected, Vec::new())),
            None => cases.last_mut().unwrap().1.push(line),
        }
    }
    cases
}

/// A product's gateway at 127.0.0.1.
pub(crate) fn gateway_of(product: &str) -> Result<Gateway, ConfigError> {
    let here = ["127.0.0.1/32"];
    match product {
        "akamai" => Gateway::akamai(here),
        "apache" => Gateway::apache(here),
        "apache-escaped" => Gateway::apache_escaped(here),
        "aws-alb-passthrough" => Gateway::aws_alb_passthrough(here),
        "aws-alb-verify" => Gateway::aws_alb_verify(here),
        "azure-app-service" => Gateway::azure_app_service(here),
        "azure-application-gateway" => Gateway::azure_application_gateway(here),
        "azure-container-apps" => Gateway::azure_container_apps(here),
        "caddy" => Gateway::caddy(here),
        "cloud-foundry-gorouter" => Gateway::cloud_foundry_gorouter(here),
        "cloudflare" => Gateway::cloudflare(here),
        "cloudfront" => Gateway::cloudfront(here),
        "contour" => Gateway::contour(here),
        "envoy" => Gateway::envoy(here, XfccElement::Only),
        "envoy-peer-cert" => Gateway::envoy_peer_cert(here),
        "google-cloud-lb" => Gateway::google_cloud_lb(here),
        "haproxy" => Gateway::haproxy(here),
        "iis-arr" => Gateway::iis_arr(here),
        "ingress-nginx" => Gateway::ingress_nginx(here),
        "istio" => Gateway::istio(here, XfccElement::First { of: 2 }),
        "kong" => Gateway::kong(here),
        "nginx" => Gateway::nginx(here),
        "openshift" => Gateway::openshift(here),
        "rfc9440" => Gateway::rfc9440(here),
        "traefik" => Gateway::traefik(here),
        other => panic!("{other} has no constructor here"),
    }
}
