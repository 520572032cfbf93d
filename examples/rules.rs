//! Reads an access table with its tests, tells what is odd about it, and asks it a few things.
//!
//! `cargo run --example rules --features config`, or with another file: `... -- path/to/access.toml`

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::error::Error;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use tower::ServiceExt as _;
use tower_client_cert::{
    AccessDocument, AccessTableHandle, ClientCertLayer, Gateway, GatewayPeer, Refusal, RequireClientCertLayer,
    SystemClock, TrustAnchors,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let path =
        std::env::args().nth(1).unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/examples/access.toml").into());
    let text = std::fs::read_to_string(path)?;
    let document = AccessDocument::from_toml(&text)?;

    let authority = authority()?;
    let anchors = TrustAnchors::from_der(authority.der())?.labelled("carc-i101l");
    for failure in document.run_tests(&SystemClock)? {
        println!("test failed: {failure}");
    }
    for advice in document.lint(&anchors, &SystemClock)? {
        println!("lint: {advice}");
    }

    // The handle puts the next version in force once its tests have passed: handle.replace(document.build(..)?).
    let handle = AccessTableHandle::new(document.build(&SystemClock)?);
    let app = Router::new()
        .fallback(async || "handled")
        .layer(RequireClientCertLayer::table(handle))
        .layer(ClientCertLayer::builder(Gateway::nginx(["10.1.0.0/24"])?, anchors).build()?);

    let partner = client(&authority, "Big Partner Foo SA", "data-exchange-svc01")?;
    let stranger = client(&authority, "Stranger AG", "alice")?;
    for (who, certificate) in [("nobody", None), ("partner", Some(&partner)), ("stranger", Some(&stranger))] {
        for path in
            ["/healthz", "/restricted/sensitive.txt", "/%72estricted/sensitive.txt", "/accounts/alice/statements"]
        {
            let response = app.clone().oneshot(request(path, certificate)?).await?;
            let why = response.extensions().get::<Refusal>().map(|refusal| refusal.rejection().to_string());
            println!("{who:8} {path:30} {} {}", response.status().as_u16(), why.unwrap_or_default());
        }
    }
    Ok(())
}

/// What nginx would send for a client with this certificate.
fn request(path: &str, certificate: Option<&Vec<u8>>) -> Result<Request, Box<dyn Error>> {
    let mut request = Request::builder().uri(path);
    if let Some(der) = certificate {
        request = request.header("x-client-cert", escaped_pem(der));
    }
    let mut request = request.body(Body::empty())?;
    request.extensions_mut().insert(GatewayPeer::tcp(SocketAddr::from(([10, 1, 0, 4], 50_000))));
    Ok(request)
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "CARC I101L");
    CertifiedIssuer::self_signed(params, KeyPair::generate()?)
}

fn client(
    authority: &CertifiedIssuer<'static, KeyPair>,
    organization: &str,
    name: &str,
) -> Result<Vec<u8>, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, organization);
    params.distinguished_name.push(DnType::CommonName, name);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    Ok(params.signed_by(&KeyPair::generate()?, authority)?.der().to_vec())
}

fn escaped_pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let body = base64::engine::general_purpose::STANDARD.encode(der);
    let pem = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    pem.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
