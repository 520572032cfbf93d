//! The fragments of Rust in the documents, as they stand there, in functions that the compiler reads. None is called:
//! their files and addresses are examples.

#![allow(dead_code, unused_variables, reason = "a fragment leaves to its reader what comes of it")]

use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::Router;
use tower::layer::util::{Identity, Stack};
use tower_client_cert::{
    ClientCertLayer, ConfigError, Encoding, Gateway, Intermediates, Secret, SenderProof, StatusFormat, TrustAnchors,
    UnixPeers, XfccElement,
};

fn any_other() -> Result<Gateway, ConfigError> {
    let gateway = Gateway::custom("edge", ["192.0.2.0/28"])?
        .header("x-edge-client-cert")?
        .encoding(Encoding::Pem) // or leave it at Encoding::Auto
        .absent_value("-") // only if the product spells "none" out
        .chain_header("x-edge-client-cert-chain", Encoding::Pem)? // only if it sends one
        .status_header("x-edge-client-verify", StatusFormat::Verdict)?; // can refuse, can never vouch
    Ok(gateway)
}

fn akamai() -> Result<Gateway, ConfigError> {
    let gateway = Gateway::akamai(["23.32.0.0/11"])? // everybody's addresses: hence
        .secret_header("x-edge-secret", Secret::from_env("EDGE_SECRET")?)?; // set by the property
    Ok(gateway)
}

fn apache() -> Result<ClientCertLayer, ConfigError> {
    let gateway = Gateway::apache(["127.0.0.1/32"])?; // the address httpd connects from
    let anchors = TrustAnchors::from_pem_file("partner-root.pem")?;
    let client_cert = ClientCertLayer::builder(gateway, anchors)
        .intermediates(Intermediates::from_pem_file("partner-intermediate.pem")?)
        .build()?;
    Ok(client_cert)
}

fn aws_alb() -> Result<Gateway, ConfigError> {
    let gateway = Gateway::aws_alb_passthrough(["10.0.0.0/24", "10.0.1.0/24"])?; // the subnets of the load balancer
    let gateway = Gateway::aws_alb_verify(["10.0.0.0/24", "10.0.1.0/24"])?;
    Ok(gateway)
}

fn azure_app_service() -> Result<Gateway, ConfigError> {
    let gateway = Gateway::azure_app_service(["10.0.0.0/24"])?; // where your app sees the front end: log the peer once
    Ok(gateway)
}

fn azure_application_gateway() -> Result<ClientCertLayer, ConfigError> {
    let gateway = Gateway::azure_application_gateway(["10.1.0.0/24"])?; // the gateway's subnet
    let anchors = TrustAnchors::from_pem_file("carc-r100l.pem")?;
    let client_cert = ClientCertLayer::builder(gateway, anchors)
        .intermediates(Intermediates::from_pem_file("carc-i101l.pem")?)
        .build()?;
    Ok(client_cert)
}

fn azure_container_apps() -> Result<Gateway, ConfigError> {
    let gateway = Gateway::azure_container_apps(["10.0.0.0/23"])?; // the subnet of the environment
    Ok(gateway)
}

fn caddy() -> Result<ClientCertLayer, ConfigError> {
    let gateway = Gateway::caddy(["127.0.0.1/32"])?; // the address Caddy connects from
    let anchors = TrustAnchors::from_pem_file("partner-root.pem")?;
    let client_cert = ClientCertLayer::builder(gateway, anchors)
        .intermediates(Intermediates::from_pem_file("partner-intermediate.pem")?)
        .build()?;
    Ok(client_cert)
}

fn cloud_foundry_gorouter() -> Result<Gateway, ConfigError> {
    let gateway = Gateway::cloud_foundry_gorouter(["10.0.16.0/24"])?;
    Ok(gateway)
}

fn cloudflare() -> Result<Gateway, ConfigError> {
    let gateway = Gateway::cloudflare(["173.245.48.0/20"])? // everybody's addresses: hence
        .secret_header("x-edge-secret", Secret::from_env("EDGE_SECRET")?)?; // set by a transform rule
    Ok(gateway)
}

fn cloudfront() -> Result<Gateway, ConfigError> {
    let gateway = Gateway::cloudfront(["130.176.0.0/16"])? // everybody's addresses: hence
        .secret_header("x-edge-secret", Secret::from_env("EDGE_SECRET")?)?; // a custom header of the origin
    Ok(gateway)
}

fn contour() -> Result<Gateway, ConfigError> {
    let gateway = Gateway::contour(["10.0.4.0/24"])?;
    Ok(gateway)
}

fn envoy() -> Result<ClientCertLayer, ConfigError> {
    let gateway = Gateway::envoy(["127.0.0.1/32"], XfccElement::Only)?; // the address Envoy connects from
    let anchors = TrustAnchors::from_pem_file("partner-root.pem")?;
    let client_cert = ClientCertLayer::builder(gateway, anchors)
        .intermediates(Intermediates::from_pem_file("partner-intermediate.pem")?)
        .build()?;
    Ok(client_cert)
}

fn google_cloud_lb() -> Result<Gateway, ConfigError> {
    let gateway = Gateway::google_cloud_lb(["130.211.0.0/22", "35.191.0.0/16"])?; // Google's: keep other projects out by firewall
    Ok(gateway)
}

fn haproxy() -> Result<ClientCertLayer, ConfigError> {
    let gateway = Gateway::haproxy(["127.0.0.1/32"])?; // the address HAProxy connects from
    let anchors = TrustAnchors::from_pem_file("partner-root.pem")?;
    let client_cert = ClientCertLayer::builder(gateway, anchors)
        .intermediates(Intermediates::from_pem_file("partner-intermediate.pem")?)
        .build()?;
    Ok(client_cert)
}

fn header_sizes(client_cert: ClientCertLayer, orders: Routes) -> Router<Stack<ClientCertLayer, Identity>> {
    Server::builder().http2_max_header_list_size(128 * 1024).layer(client_cert).add_routes(orders)
}

fn iis_arr() -> Result<Gateway, ConfigError> {
    let gateway = Gateway::iis_arr(["10.0.0.10"])?;
    Ok(gateway)
}

fn ingress_nginx() -> Result<Gateway, ConfigError> {
    let gateway = Gateway::ingress_nginx(["10.244.0.0/16"])?; // where the controller's pods are; better: add a second factor
    Ok(gateway)
}

fn istio() -> Result<Gateway, ConfigError> {
    let gateway = Gateway::istio(["127.0.0.6/32"], XfccElement::First { of: 2 })?; // behind a sidecar
    let gateway = Gateway::istio(["10.0.4.0/24"], XfccElement::Only)?; // a pod without one
    Ok(gateway)
}

fn kong() -> Result<Gateway, ConfigError> {
    let gateway = Gateway::kong(["10.0.0.0/28"])?;
    Ok(gateway)
}

fn nginx() -> Result<ClientCertLayer, ConfigError> {
    let gateway = Gateway::nginx(["127.0.0.1/32"])?; // the address nginx connects from
    let anchors = TrustAnchors::from_pem_file("partner-root.pem")?;
    let client_cert = ClientCertLayer::builder(gateway, anchors)
        .intermediates(Intermediates::from_pem_file("partner-intermediate.pem")?)
        .build()?;
    Ok(client_cert)
}

fn openshift() -> Result<Gateway, ConfigError> {
    let gateway = Gateway::openshift(["10.128.0.0/14"])?; // where the router's pods are; better: add a second factor
    Ok(gateway)
}

fn rfc9440() -> Result<Gateway, ConfigError> {
    let gateway = Gateway::rfc9440(["192.0.2.0/28"])?;
    Ok(gateway)
}

fn several_hops() -> Result<Gateway, ConfigError> {
    // WAF (ends TLS) -> internal nginx -> service: nginx is the peer, the format is the WAF's.
    let gateway = Gateway::azure_application_gateway(["10.2.0.8"])?.named("waf-behind-nginx");
    Ok(gateway)
}

fn traefik() -> Result<Gateway, ConfigError> {
    let gateway = Gateway::traefik(["10.0.4.7"])?;
    Ok(gateway)
}

fn senders() -> Result<Gateway, ConfigError> {
    let shared =
        SenderProof::addresses(["192.0.2.0/24"])?.secret_header("x-edge-secret", Secret::from_file("edge-secret")?)?;
    let gateway = Gateway::nginx(["10.1.0.0/24"])? // from its own subnet, or
        .or(shared) // from shared addresses with the secret, or
        .or(SenderProof::unix_socket(UnixPeers::uid(33))); // from a process beside us
    Ok(gateway)
}

fn senders_1(anchors: TrustAnchors, partner_anchors: TrustAnchors) -> Result<ClientCertLayer, ConfigError> {
    let client_cert = ClientCertLayer::builder(Gateway::nginx(["10.1.0.0/24"])?, anchors)
        .gateway(Gateway::rfc9440(["10.2.0.0/24"])?.named("partner").anchors(partner_anchors))
        .build()?;
    Ok(client_cert)
}
