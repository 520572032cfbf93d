//! Who the caller is, and why that is believed, as a page for people and as JSON for programs.
//!
//! Nothing of it is served unless a route is added:
//!
//! ```
//! use axum::Router;
//! use axum::middleware::from_fn;
//! use axum::routing::get;
//! use tower_client_cert::{ClientCertLayer, whoami};
//!
//! fn app(client_cert: ClientCertLayer) -> Router {
//!     Router::new()
//!         .route("/whoami", get(whoami::show))
//!         .layer(client_cert)
//!         // Tells a refused caller why, which an ordinary answer never does. Leave it out where that is not for everybody.
//!         .layer(from_fn(whoami::show_refusal))
//! }
//! ```
//!
//! `Accept` chooses: HTML where it prefers `text/html`, as browsers do, and JSON for everybody else. The page has no
//! script, loads nothing, and forbids both by its `Content-Security-Policy`. Names from certificates are chosen by whoever
//! applied for them: they are escaped, and characters that cannot be seen, or that turn the direction of text, are shown by
//! their number.

mod accept;
mod html;
mod page;

use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY};
use http::header::{HeaderMap, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, StatusCode};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use self::accept::Form;
use self::html::Html;
use crate::layer::{Authentication, Protocol, Refusal, Refusals};

/// Shows the caller's identity and the evidence of each check, or that there is none and why. A handler of axum.
#[expect(clippy::unused_async, reason = "what axum takes for a handler")]
pub async fn show(request: Request) -> Response {
    let Some(authentication) = request.extensions().get::<Authentication>() else {
        let protocol = Protocol::of(request.method(), request.version(), request.headers());
        return Refusals::layer_missing().respond::<Body>(protocol).map(Body::new);
    };
    let identity = authentication.identity();
    match (Form::preferred(request.headers()), identity) {
        (Form::Html, Some(identity)) => html(StatusCode::OK, page::known(identity)),
        (Form::Html, None) => html(StatusCode::OK, page::anonymous(&authentication.why_anonymous())),
        (Form::Json, Some(identity)) => json(StatusCode::OK, &json!({ "authenticated": true, "identity": identity })),
        (Form::Json, None) => {
            json(StatusCode::OK, &json!({ "authenticated": false, "why": authentication.why_anonymous() }))
        }
    }
}

/// Shows why a request was refused, in place of the fixed text: reason, what was found and expected, and what the
/// operator can do. A middleware for `axum::middleware::from_fn`, outside of the layer. Status and every header but those
/// of the text stay. gRPC and the answers of handlers stay as they are.
///
/// It tells a stranger what the service expects of certificates, and whatever the certificate says.
pub async fn show_refusal(request: Request, next: Next) -> Response {
    let protocol = Protocol::of(request.method(), request.version(), request.headers());
    let form = Form::preferred(request.headers());
    let response = next.run(request).await;
    match response.extensions().get::<Refusal>().cloned() {
        Some(refusal) if protocol == Protocol::Http => explained(response, &refusal, form),
        _ => response,
    }
}

fn explained(response: Response, refusal: &Refusal, form: Form) -> Response {
    let rejection = refusal.rejection();
    let status = response.status();
    let shown = match form {
        Form::Html => html(status, page::refused(refusal)),
        Form::Json => json(
            status,
            &json!({
                "authenticated": false,
                "refused": {
                    "reason": rejection.reason().code(),
                    "stage": rejection.stage().name(),
                    "detail": rejection.to_string(),
                    "mend": rejection.mend(),
                    "reference": refusal.reference(),
                },
            }),
        ),
    };
    let (mut parts, _) = response.into_parts();
    let (shown, body) = shown.into_parts();
    parts.headers.remove(http::header::CONTENT_LENGTH);
    for (name, value) in &shown.headers {
        parts.headers.insert(name, value.clone());
    }
    Response::from_parts(parts, body)
}

fn html(status: StatusCode, page: Html) -> Response {
    let mut response = answer(status, "text/html; charset=utf-8", page.into_string());
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY.clone());
    response
}

fn json(status: StatusCode, value: &serde_json::Value) -> Response {
    answer(status, "application/json", format!("{value:#}\n"))
}

fn answer(status: StatusCode, content_type: &'static str, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let fixed: [(_, &'static str); 5] = [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (VARY, ACCEPT.as_str()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let headers: &mut HeaderMap = response.headers_mut();
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Nothing but the page's own style.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(page::STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
});
