//! One constructor per product whose format is settled, with what is known of the product.

mod apache;
mod aws;
mod azure;
mod edge;
mod envoy;
mod haproxy;
#[cfg(feature = "cli")]
mod known;
mod nginx;
mod programs;
mod standard;
#[cfg(test)]
mod tests;

#[cfg(feature = "cli")]
pub(crate) use known::known_gateways;

pub(super) use self::standard::standard;
use super::facts::GatewayFacts;
use super::{Gateway, IntoAddressRange};
use crate::error::ConfigError;

impl Gateway {
    fn preset<R: IntoAddressRange>(
        facts: &'static GatewayFacts,
        ranges: impl IntoIterator<Item = R>,
    ) -> Result<Self, ConfigError> {
        Ok(Self { facts: Some(facts), ..Self::custom(facts.product, ranges)? })
    }
}

/// The header that Envoy, gorouter and others use, each with something else in it.
const XFCC: &str = "x-forwarded-client-cert";

pub(super) const FACTS: &[&GatewayFacts] = &[
    &azure::AZURE_APPLICATION_GATEWAY,
    &azure::AZURE_APP_SERVICE,
    &azure::AZURE_CONTAINER_APPS,
    &azure::IIS_ARR,
    &nginx::NGINX,
    &nginx::INGRESS_NGINX,
    &nginx::KONG,
    &apache::APACHE,
    &apache::APACHE_ESCAPED,
    &haproxy::HAPROXY,
    &haproxy::OPENSHIFT,
    &envoy::ENVOY,
    &envoy::ENVOY_PEER_CERT,
    &envoy::ISTIO,
    &envoy::CONTOUR,
    &programs::TRAEFIK,
    &programs::CADDY,
    &programs::CLOUD_FOUNDRY_GOROUTER,
    &aws::AWS_ALB_PASSTHROUGH,
    &aws::AWS_ALB_VERIFY,
    &aws::CLOUDFRONT,
    &edge::GOOGLE_CLOUD_LB,
    &edge::CLOUDFLARE,
    &edge::AKAMAI,
    &edge::RFC9440,
];
