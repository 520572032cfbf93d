//! What the layer decides, as metrics on a page that Prometheus reads.
//!
//! ```text
//! cargo run --example metrics --features metrics
//! curl http://127.0.0.1:.../metrics
//! ```
//!
//! With `-- --once` it asks itself once, prints the page and ends. The recorder is installed before the layer is built,
//! so that the layer can tell it from when on its trust is in force.

use std::error::Error;
use std::net::Ipv4Addr;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::routing::get;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use tokio::net::TcpListener;
use tower::ServiceExt as _;
use tower_client_cert::{ClientCertLayer, Gateway, GatewayPeer, TrustAnchors};

/// Histograms as buckets, which can be added up over replicas; without, the exporter makes quantiles of them.
pub(crate) fn exporter() -> Result<PrometheusBuilder, BuildError> {
    let named = |name: &str| Matcher::Full(name.to_owned());
    PrometheusBuilder::new()
        .set_buckets_for_metric(named("client_cert_client_expiry_days"), &[0.0, 1.0, 7.0, 14.0, 30.0, 90.0, 365.0])?
        .set_buckets_for_metric(named("client_cert_validation_seconds"), &[50e-6, 100e-6, 200e-6, 500e-6, 1e-3, 5e-3])?
        .set_buckets_for_metric(named("client_cert_ocsp_seconds"), &[0.01, 0.05, 0.2, 1.0, 2.0, 5.0])?
        .set_buckets_for_metric(
            named("client_cert_ocsp_answer_age_seconds"),
            &[60.0, 600.0, 3_600.0, 21_600.0, 86_400.0, 604_800.0],
        )
}

/// The page, for scrapers inside of the cluster: it stands beside the layer, not behind the gateway.
pub(crate) fn page(metrics: PrometheusHandle) -> Router {
    Router::new()
        .route("/metrics", get(async |State(metrics): State<PrometheusHandle>| metrics.render()))
        .with_state(metrics)
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the address and the page are what this program is for")]
async fn main() -> Result<(), Box<dyn Error>> {
    let metrics = exporter()?.install_recorder()?;

    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = authority.self_signed(&KeyPair::generate()?)?;
    let gateway = Gateway::nginx(["127.0.0.1/32"])?;
    let anchors = TrustAnchors::from_pem(authority.pem())?.labelled("partner");
    let client_cert = ClientCertLayer::builder(gateway, anchors).build()?;
    let app = Router::new().route("/", get(async || "hello")).layer(client_cert).merge(page(metrics.clone()));

    if std::env::args().any(|argument| argument == "--once") {
        let response = app.oneshot(Request::new(Body::empty())).await?;
        let page = metrics.render();
        println!("{page}");
        let is_counted = page.contains("client_cert_decisions_total{outcome=\"anonymous\"");
        return if is_counted && response.status().is_success() { Ok(()) } else { Err("nothing was counted".into()) };
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("http://{0}/\nhttp://{0}/metrics", listener.local_addr()?);
    Ok(axum::serve(listener, app.into_make_service_with_connect_info::<GatewayPeer>()).await?)
}
