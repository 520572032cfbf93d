//! Every preset at once, for those who ask which product a value comes from.

use super::super::Gateway;
use crate::encoding::XfccElement;
use crate::error::ConfigError;

/// One gateway for each product, believed from nowhere.
pub(crate) fn known_gateways() -> Vec<Gateway> {
    let none = [""; 0];
    let envoy = |ranges| Gateway::envoy(ranges, XfccElement::Only);
    let istio = |ranges| Gateway::istio(ranges, XfccElement::Only);
    let constructors: [&dyn Fn([&'static str; 0]) -> Result<Gateway, ConfigError>; 25] = [
        &Gateway::azure_application_gateway,
        &Gateway::azure_app_service,
        &Gateway::azure_container_apps,
        &Gateway::iis_arr,
        &Gateway::nginx,
        &Gateway::ingress_nginx,
        &Gateway::kong,
        &Gateway::apache,
        &Gateway::apache_escaped,
        &Gateway::haproxy,
        &Gateway::openshift,
        &envoy,
        &Gateway::envoy_peer_cert,
        &istio,
        &Gateway::contour,
        &Gateway::traefik,
        &Gateway::caddy,
        &Gateway::cloud_foundry_gorouter,
        &Gateway::aws_alb_passthrough,
        &Gateway::aws_alb_verify,
        &Gateway::cloudfront,
        &Gateway::google_cloud_lb,
        &Gateway::cloudflare,
        &Gateway::akamai,
        &Gateway::rfc9440,
    ];
    constructors.iter().filter_map(|constructor| constructor(none).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::facts::GatewayFacts;

    #[test]
    fn every_product_is_known_once() {
        let products: Vec<_> = known_gateways().iter().map(|gateway| gateway.facts().unwrap()).collect();
        assert_eq!(products, GatewayFacts::ALL);
    }
}
