//! The answers: yes with the client's names, or no.

use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use axum::middleware::map_response;
use axum::response::IntoResponse;
use axum::routing::any;
use tower_client_cert::{ClientCertLayer, ClientIdentity, Refusal};

/// Asks the layer, and the rules in it, about the very method and path of each request.
pub(crate) fn app(client_cert: ClientCertLayer) -> Router {
    Router::new().fallback(any(allowed)).layer(client_cert).layer(map_response(in_the_proxy_s_words))
}

/// Where nobody is known, the headers are there and empty: the proxy shall replace what the client wrote into them.
async fn allowed(identity: Option<ClientIdentity>) -> impl IntoResponse {
    let text = |text: Option<String>| HeaderValue::try_from(text.unwrap_or_default());
    let subject = text(identity.as_ref().map(|identity| identity.subject().to_string()));
    let fingerprint = text(identity.as_ref().map(|identity| identity.fingerprint().to_string()));
    let (Ok(subject), Ok(fingerprint)) = (subject, fingerprint) else {
        return (StatusCode::FORBIDDEN, HeaderMap::new());
    };
    (StatusCode::OK, HeaderMap::from_iter([(SUBJECT, subject), (FINGERPRINT, fingerprint)]))
}

/// nginx knows 401 and 403 and makes 500 of all else; Envoy takes 5xx for a service that is down, which
/// `failure_mode_allow` would let pass.
async fn in_the_proxy_s_words<B>(mut response: Response<B>) -> Response<B> {
    let is_refusal = response.extensions().get::<Refusal>().is_some();
    if is_refusal && response.status() != StatusCode::UNAUTHORIZED {
        *response.status_mut() = StatusCode::FORBIDDEN;
    }
    response
}

/// The subject as RFC 4514 text, for display and for comparing as a whole.
pub(crate) const SUBJECT: HeaderName = HeaderName::from_static("x-client-subject");
/// The SHA-256 of the certificate.
pub(crate) const FINGERPRINT: HeaderName = HeaderName::from_static("x-client-sha256");
