//! Tokens bound to certificates (RFC 8705 section 3).

use axum::Router;
use axum::body::Body;
use axum::routing::get as route;
use http::Request;
use sha2::{Digest as _, Sha256};
use tower_client_cert::test_kit::{TestAuthority, TestCertificate};
use tower_client_cert::{
    PresentedCertificate, Reason, RegisteredKeys, RequireClientCertLayer, Thumbprint, TokenClaims,
};

use crate::scene::{Scene, get};

#[derive(Clone)]
struct Claims(Option<String>);

impl TokenClaims for Claims {
    fn x5t_s256(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

fn app() -> Router {
    Router::new().route("/", route(async || "secret").layer(RequireClientCertLayer::bound_token::<Claims>()))
}

fn thumbprint(certificate: &TestCertificate) -> String {
    Thumbprint::new(Sha256::digest(certificate.der()).into()).to_string()
}

fn with_claims(certificate: Option<&TestCertificate>, claims: Option<Claims>) -> Request<Body> {
    let mut request = get("/", certificate);
    claims.map(|claims| request.extensions_mut().insert(claims));
    request
}

#[tokio::test]
async fn a_token_passes_with_its_own_certificate_alone() {
    let scene = Scene::new();
    let own = Some(Claims(Some(thumbprint(&scene.partner))));
    assert_eq!(scene.ask(app(), with_claims(Some(&scene.partner), own.clone())).await.status(), 200);
    let malformed = thumbprint(&scene.partner) + "=";
    for claims in [Some(Claims(None)), None, Some(Claims(Some(malformed))), Some(Claims(Some(String::new())))] {
        let asked = scene.ask(app(), with_claims(Some(&scene.partner), claims)).await;
        assert_eq!((asked.status(), asked.reason()), (401, Some(Reason::TokenNotBound)));
    }
    let asked = scene.ask(app(), with_claims(Some(&scene.stranger), own.clone())).await;
    assert_eq!((asked.status(), asked.reason()), (401, Some(Reason::TokenNotBound)));
    assert_eq!(asked.header("www-authenticate"), Some("Bearer error=\"invalid_token\""));
    assert!(asked.body.starts_with("token refused (reference "), "{}", asked.body);
    assert_eq!(asked.header("cache-control"), Some("no-store"));
    let asked = scene.ask(app(), with_claims(None, own)).await;
    assert_eq!((asked.status(), asked.reason()), (401, Some(Reason::CertificateMissing)));
}

#[tokio::test]
async fn a_certificate_renewed_with_the_same_key_is_another_certificate() {
    let scene = Scene::new();
    let [first, renewed] = scene.renewed();
    let claims = Some(Claims(Some(thumbprint(&first))));
    let asked = scene.ask(app(), with_claims(Some(&renewed), claims)).await;
    assert_eq!(asked.reason(), Some(Reason::TokenNotBound));
}

#[test]
fn a_registered_key_belongs_to_one_client() {
    let issued = || TestAuthority::new("own").client("a").issue();
    let own = PresentedCertificate::from_der(issued().der()).unwrap();
    let other = PresentedCertificate::from_der(issued().der()).unwrap();
    let keys = RegisteredKeys::default().register("client-a", *own.public_key_fingerprint()).unwrap();
    assert_eq!(keys.client_of(&own), Some("client-a"));
    assert_eq!(keys.client_of(&other), None);
    let keys = keys.register("client-a", *other.public_key_fingerprint()).unwrap();
    assert!(keys.register("client-b", *own.public_key_fingerprint()).is_err());
    assert!(PresentedCertificate::from_der(b"garbage").is_err());
    assert_eq!(RegisteredKeys::default().client_of(&own), None);
}
