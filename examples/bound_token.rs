//! A token bound to a client certificate (RFC 8705 section 3), with `jsonwebtoken`: presented with another certificate
//! it is refused.
//!
//! `cargo run --example bound_token --features test-kit`

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::error::Error;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use tower::ServiceExt as _;
use tower_client_cert::test_kit::{TestAuthority, TestCertificate, TestGateway};
use tower_client_cert::{
    ClientCertLayer, ClientIdentity, Gateway, PresentedCertificate, RequireClientCertLayer, Thumbprint, TokenClaims,
};

/// What stands in the token.
#[derive(Clone, Serialize, Deserialize)]
struct Claims {
    sub: String,
    exp: u64,
    cnf: Option<Confirmation>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Confirmation {
    #[serde(rename = "x5t#S256")]
    x5t_s256: Option<String>,
}

impl TokenClaims for Claims {
    fn x5t_s256(&self) -> Option<&str> {
        self.cnf.as_ref()?.x5t_s256.as_deref()
    }
}

/// Verifies the token and hands its claims on. The binding is none of its business.
async fn verify_token(mut request: Request, next: Next) -> Response {
    let token = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let key = DecodingKey::from_secret(SECRET);
    match token.map(|token| decode::<Claims>(token, &key, &Validation::default())) {
        Some(Ok(verified)) => {
            request.extensions_mut().insert(verified.claims);
            next.run(request).await
        }
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let authority = TestAuthority::new("example-ca");
    let (alice, mallory) = (authority.client("alice").issue(), authority.client("mallory").issue());
    let gateway = TestGateway::new(Gateway::nginx(["10.1.0.0/24"])?);
    let app = Router::new()
        .route("/", get(async |identity: ClientIdentity| format!("hello {}", identity.subject())))
        .layer(RequireClientCertLayer::bound_token::<Claims>())
        .layer(from_fn(verify_token))
        .layer(ClientCertLayer::builder(gateway.gateway(), authority.anchors()).build()?);

    // The authorization server binds the token to the certificate that it saw.
    let bound = token(Some(PresentedCertificate::from_der(alice.der())?.thumbprint()))?;
    let unbound = token(None)?;
    for (scene, certificate, token, expected) in [
        ("alice's token with alice's certificate", Some(&alice), &bound, StatusCode::OK),
        ("alice's token with mallory's certificate", Some(&mallory), &bound, StatusCode::UNAUTHORIZED),
        ("alice's token without a certificate", None, &bound, StatusCode::UNAUTHORIZED),
        ("a token that is bound to nothing", Some(&alice), &unbound, StatusCode::UNAUTHORIZED),
    ] {
        let status = app.clone().oneshot(request(&gateway, certificate, token)?).await?.status();
        println!("{scene}: {status}");
        if status != expected {
            return Err(format!("{scene}: expected {expected}").into());
        }
    }
    Ok(())
}

fn token(bound_to: Option<Thumbprint>) -> Result<String, Box<dyn Error>> {
    let expires = SystemTime::now() + Duration::from_secs(600);
    let claims = Claims {
        sub: "alice".to_owned(),
        exp: expires.duration_since(UNIX_EPOCH)?.as_secs(),
        cnf: bound_to.map(|thumbprint| Confirmation { x5t_s256: Some(thumbprint.to_string()) }),
    };
    Ok(encode(&Header::default(), &claims, &EncodingKey::from_secret(SECRET))?)
}

/// What nginx would send for a client with this certificate.
fn request(
    gateway: &TestGateway,
    certificate: Option<&TestCertificate>,
    token: &str,
) -> Result<Request, Box<dyn Error>> {
    let request = Request::builder().uri("/").header(AUTHORIZATION, format!("Bearer {token}")).body(Body::empty())?;
    Ok(match certificate {
        Some(certificate) => gateway.forward(request, certificate),
        None => gateway.forward_anonymous(request),
    })
}

const SECRET: &[u8] = b"a secret of the example alone";
