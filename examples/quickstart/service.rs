//! The service behind the gateway: a public page, a health page and one file for a single organization.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use tokio::net::TcpListener;
use tower_client_cert::{
    ClientCertLayer, ClientIdentity, Gateway, GatewayPeer, Intermediates, Reason, Refusal, RequireClientCertLayer,
    Rule, TrustAnchors,
};

use crate::Result;
use crate::pki::{PARTNER, Pki};

/// The service, serving in the background.
pub(crate) struct Service {
    address: SocketAddr,
    ipv6_address: Option<SocketAddr>,
    last_reason: LastReason,
}

/// Why the last request was refused, for the table of scenes; a real service has its log.
#[derive(Clone, Default)]
struct LastReason(Arc<Mutex<Option<Reason>>>);

impl Service {
    /// Listens on free ports of 127.0.0.1 and, where there is one, `::1`.
    pub(crate) async fn start(pki: &Pki) -> Result<Self> {
        let gateway = Gateway::azure_application_gateway(["127.0.0.1/32"])?;
        let anchors = TrustAnchors::from_pem(&pki.root)?.labelled("carc-r100l");
        // The gateway forwards leaves alone, so this is the one authority under the root whose clients get in.
        let intermediates = Intermediates::from_pem(&pki.intermediate)?;
        let client_cert = ClientCertLayer::builder(gateway, anchors).intermediates(intermediates).build()?;
        let partner = Rule::organization(PARTNER).and(Rule::issued_by("carc-r100l")).named("partner");

        let last_reason = LastReason::default();
        let app = Router::new()
            .route("/", get(public))
            .route("/healthz", get(healthy))
            .route("/restricted/sensitive.txt", get(restricted).layer(RequireClientCertLayer::rule(partner)))
            .merge(whoami())
            .layer(client_cert)
            .layer(from_fn_with_state(last_reason.clone(), note_reason));

        let address = serve(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?, app.clone())?;
        let ipv6_address = match TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await {
            Ok(listener) => Some(serve(listener, app)?),
            Err(_) => None,
        };
        Ok(Self { address, ipv6_address, last_reason })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn ipv6_address(&self) -> Option<SocketAddr> {
        self.ipv6_address
    }

    /// Why the last request was refused, if the layer or an extractor refused it.
    pub(crate) fn take_reason(&self) -> Option<Reason> {
        self.last_reason.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

fn serve(listener: TcpListener, app: Router) -> Result<SocketAddr> {
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, app.into_make_service_with_connect_info::<GatewayPeer>()).await });
    Ok(address)
}

/// For everybody; knows who asks if a certificate was presented.
async fn public(identity: Option<ClientIdentity>) -> String {
    let organization = identity.as_ref().and_then(|identity| identity.subject().organization());
    format!("hello {}", organization.unwrap_or("stranger"))
}

/// For the gateway's health probe, which has no certificate.
async fn healthy() -> &'static str {
    "healthy"
}

/// For one organization: who the client is comes from the layer, and the rule of the route has said yes.
async fn restricted(identity: ClientIdentity) -> String {
    format!("sensitive text for {}", identity.subject().organization().unwrap_or("?"))
}

/// Shows the caller who it is: `cargo run --features whoami --example quickstart`.
#[cfg(feature = "whoami")]
fn whoami() -> Router {
    Router::new().route("/whoami", get(tower_client_cert::whoami::show))
}

#[cfg(not(feature = "whoami"))]
fn whoami() -> Router {
    Router::new()
}

async fn note_reason(State(last): State<LastReason>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let reason = response.extensions().get::<Refusal>().map(|refusal| refusal.rejection().reason());
    *last.0.lock().unwrap_or_else(PoisonError::into_inner) = reason;
    response
}

/// Shows the layer's decisions on standard error from now on.
pub(crate) fn log_decisions() {
    use std::io::{IsTerminal as _, stderr};

    use tracing_subscriber::filter::{LevelFilter, Targets};
    use tracing_subscriber::layer::SubscriberExt as _;
    use tracing_subscriber::util::SubscriberInitExt as _;

    tracing_subscriber::registry()
        .with(tracing_subscriber::fmt::layer().with_writer(stderr).with_ansi(stderr().is_terminal()))
        .with(Targets::new().with_target("tower_client_cert", LevelFilter::DEBUG))
        .init();
}
