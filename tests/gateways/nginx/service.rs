//! The service behind nginx: real servers with the real layer, which mark what they answer.

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::routing::get;
use http::Extensions;
use tokio::net::TcpListener;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tower::util::MapResponseLayer;
use tower_client_cert::tonic::ClientIdentityExt as _;
use tower_client_cert::{ClientCertLayer, ClientIdentity, Gateway, Intermediates, Refusal, TrustAnchors};

use crate::support::axum_server::serve;
use crate::support::clock::Fixed;
use crate::support::orders::Orders;
use crate::support::pki::Pki;

/// An axum service with a public and a restricted page.
pub(super) async fn axum(pki: &Pki) -> SocketAddr {
    let app = Router::new()
        .route("/", get(public))
        .route("/restricted", get(restricted).post(restricted))
        .layer(client_cert(pki))
        .layer(MapResponseLayer::new(|mut response: http::Response<_>| {
            let mark = mark(response.extensions());
            response.headers_mut().extend(mark);
            response
        }));
    serve(app).await
}

/// A tonic service whose one method is restricted.
pub(super) async fn tonic(pki: &Pki) -> SocketAddr {
    let orders = Orders::new(|request| {
        let identity = request.client_identity()?;
        Ok(identity.subject().organization().unwrap_or("?").to_owned())
    });
    let server = Server::builder()
        .layer(MapResponseLayer::new(|mut response: http::Response<_>| {
            let mark = mark(response.extensions());
            response.headers_mut().extend(mark);
            response
        }))
        .layer(client_cert(pki))
        .add_service(orders);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    address
}

fn client_cert(pki: &Pki) -> ClientCertLayer {
    let gateway = Gateway::nginx(["127.0.0.1/32"]).unwrap();
    let anchors = TrustAnchors::from_der(pki.root.der()).unwrap();
    ClientCertLayer::builder(gateway, anchors)
        .intermediates(Intermediates::from_der(pki.intermediate.der()).unwrap())
        .clock(Fixed::usual())
        .build()
        .unwrap()
}

async fn public(identity: Option<ClientIdentity>) -> String {
    format!("public for {}", identity.map_or("nobody".to_owned(), |identity| organization(&identity)))
}

async fn restricted(identity: ClientIdentity) -> Result<String, (StatusCode, String)> {
    let organization = organization(&identity);
    if organization != "Big Partner Foo SA" {
        return Err((StatusCode::FORBIDDEN, format!("not for {organization}")));
    }
    Ok(format!("secret for {organization}"))
}

fn organization(identity: &ClientIdentity) -> String {
    identity.subject().organization().unwrap_or("?").to_owned()
}

/// Says that the service answered, and why it refused.
fn mark(extensions: &Extensions) -> HeaderMap {
    let mut mark = HeaderMap::new();
    mark.insert(ANSWERED_BY, HeaderValue::from_static("service"));
    if let Some(refusal) = extensions.get::<Refusal>() {
        mark.insert(REASON, HeaderValue::from_static(refusal.rejection().reason().code()));
    }
    mark
}

/// The header by which an answer of the service is told from one of nginx.
pub(super) const ANSWERED_BY: &str = "x-answered-by";

/// The header that shows a test the reason, which clients are not told.
pub(super) const REASON: &str = "x-reason";
