//! The service behind every gateway: a real axum server with the real layer, which tells what reached it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode};
use axum::routing::get;
use tower::util::{MapRequestLayer, MapResponseLayer};
use tower_client_cert::{ClientCertLayer, ClientIdentity, Gateway, Intermediates, Refusal, TrustAnchors};

use crate::support::axum_server::serve;
use crate::support::clock::Fixed;
use crate::support::pki::Pki;

/// A running service.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    arrived: Arc<Mutex<HeaderMap>>,
}

impl Service {
    /// Starts it behind a gateway, with the PKI's root as its anchor.
    pub(crate) async fn start(gateway: Gateway, pki: &Pki) -> Self {
        let anchors = TrustAnchors::from_der(pki.root.der()).unwrap();
        let layer = ClientCertLayer::builder(gateway, anchors)
            .intermediates(Intermediates::from_der(pki.intermediate.der()).unwrap())
            .clock(Fixed::usual())
            .build()
            .unwrap();
        let arrived = Arc::new(Mutex::new(HeaderMap::new()));
        let noted = Arc::clone(&arrived);
        let app = Router::new()
            .route("/restricted", get(restricted))
            .layer(layer)
            .layer(MapRequestLayer::new(move |request: Request<_>| {
                noted.lock().unwrap().clone_from(request.headers());
                request
            }))
            .layer(MapResponseLayer::new(|mut response: http::Response<_>| {
                let reason = response.extensions().get::<Refusal>().map(|refusal| refusal.rejection().reason().code());
                response.headers_mut().insert(ANSWERED_BY, HeaderValue::from_static("service"));
                response.headers_mut().insert(REASON, HeaderValue::from_static(reason.unwrap_or("none")));
                response
            }));
        Self { address: serve(app).await, arrived }
    }

    /// The values of a header of the last request, as they came from the gateway.
    pub(crate) fn arrived(&self, name: &str) -> Vec<String> {
        let headers = self.arrived.lock().unwrap();
        headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect()
    }
}

/// Says for whom it answered; refuses to answer where a header with a certificate is still there.
async fn restricted(headers: HeaderMap, identity: ClientIdentity) -> (StatusCode, String) {
    let holds_certificate = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).contains("MII");
    if let Some((name, _)) = headers.iter().find(|(_, value)| holds_certificate(value)) {
        return (StatusCode::INTERNAL_SERVER_ERROR, format!("{name} reached the handler"));
    }
    (StatusCode::OK, identity.subject().organization().unwrap_or("?").to_owned())
}

/// The header by which an answer of the service is told from one of a gateway.
pub(crate) const ANSWERED_BY: &str = "x-answered-by";

/// The header that shows a test the reason, which clients are not told.
pub(crate) const REASON: &str = "x-reason";
