//! axum 0.8: extractors and the connection's address.
//!
//! [`ClientIdentity`] as an argument of a handler refuses anonymous requests with 401; `Option<ClientIdentity>` is
//! `None` for them. Both answer 500 where no [`ClientCertLayer`](crate::ClientCertLayer) ran: a forgotten layer must
//! never look like a client without a certificate.
//!
//! ```
//! use axum::Router;
//! use axum::routing::get;
//! use tower_client_cert::ClientIdentity;
//!
//! async fn restricted(identity: ClientIdentity) -> String {
//!     format!("hello {}", identity.subject().organization().unwrap_or("?"))
//! }
//!
//! async fn public(identity: Option<ClientIdentity>) -> &'static str {
//!     if identity.is_some() { "hello, known client" } else { "hello" }
//! }
//!
//! let app: Router = Router::new().route("/", get(public)).route("/restricted", get(restricted));
//! ```

use axum::body::Body;
use axum::extract::connect_info::Connected;
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::response::Response;
use axum::serve::IncomingStream;
use http::request::Parts;
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;

use crate::gateway::GatewayPeer;
use crate::identity::ClientIdentity;
use crate::layer::{Authentication, Protocol, Refusal, Refusals};

impl<S: Sync> FromRequestParts<S> for ClientIdentity {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let required = authentication(parts)?.require().cloned();
        required.map_err(|refusal| respond(refusal, parts))
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for ClientIdentity {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Self::Rejection> {
        Ok(authentication(parts)?.identity().cloned())
    }
}

#[expect(clippy::result_large_err, reason = "axum's own rejection, made only where a layer is missing")]
fn authentication(parts: &Parts) -> Result<&Authentication, Response> {
    parts.extensions.get().ok_or_else(|| respond(Refusals::layer_missing(), parts))
}

fn respond(refusal: Refusal, parts: &Parts) -> Response {
    let protocol = Protocol::of(&parts.method, parts.version, &parts.headers);
    refusal.respond::<Body>(protocol).map(Body::new)
}

impl Connected<IncomingStream<'_, TcpListener>> for GatewayPeer {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        Self::tcp(*stream.remote_addr())
    }
}

#[cfg(unix)]
impl Connected<IncomingStream<'_, UnixListener>> for GatewayPeer {
    fn connect_info(stream: IncomingStream<'_, UnixListener>) -> Self {
        Self::unix(stream.io().peer_cred().ok().map(|credentials| credentials.uid()))
    }
}
