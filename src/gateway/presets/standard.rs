//! What the constructor of each product sets.

use super::super::facts::GatewayFacts;
use super::super::forwarding::Forwarding;
use super::super::{AddressRange, Gateway};
use crate::encoding::XfccElement;
use crate::error::ConfigError;

/// How a product forwards where nothing else is said; `None` for what is no product.
pub(in crate::gateway) fn standard(facts: &GatewayFacts) -> Option<Forwarding> {
    let (_, constructor) = CONSTRUCTORS.iter().find(|(product, _)| *product == facts.product)?;
    constructor(Vec::new()).ok().map(|gateway| gateway.forwarding)
}

type Constructor = fn(Vec<AddressRange>) -> Result<Gateway, ConfigError>;

const CONSTRUCTORS: &[(&str, Constructor)] = &[
    ("akamai", Gateway::akamai),
    ("apache", Gateway::apache),
    ("apache-escaped", Gateway::apache_escaped),
    ("aws-alb-passthrough", Gateway::aws_alb_passthrough),
    ("aws-alb-verify", Gateway::aws_alb_verify),
    ("azure-app-service", Gateway::azure_app_service),
    ("azure-application-gateway", Gateway::azure_application_gateway),
    ("azure-container-apps", Gateway::azure_container_apps),
    ("caddy", Gateway::caddy),
    ("cloud-foundry-gorouter", Gateway::cloud_foundry_gorouter),
    ("cloudflare", Gateway::cloudflare),
    ("cloudfront", Gateway::cloudfront),
    ("contour", Gateway::contour),
    ("envoy", |ranges| Gateway::envoy(ranges, XfccElement::Only)),
    ("envoy-peer-cert", Gateway::envoy_peer_cert),
    ("google-cloud-lb", Gateway::google_cloud_lb),
    ("haproxy", Gateway::haproxy),
    ("iis-arr", Gateway::iis_arr),
    ("ingress-nginx", Gateway::ingress_nginx),
    ("istio", |ranges| Gateway::istio(ranges, XfccElement::Only)),
    ("kong", Gateway::kong),
    ("nginx", Gateway::nginx),
    ("openshift", Gateway::openshift),
    ("rfc9440", Gateway::rfc9440),
    ("traefik", Gateway::traefik),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_product_has_its_standard() {
        for facts in GatewayFacts::ALL {
            assert!(standard(facts).is_some(), "{}", facts.product);
        }
    }
}
