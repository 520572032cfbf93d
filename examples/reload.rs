//! Anchors and revocation lists are replaced while the service runs. What cannot be used changes nothing: what was in
//! force stays in force. A layer from a configuration file does the same by `handle.reload()` or `handle.watch(..)`.
//!
//! `cargo run --example reload --features test-kit`

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::error::Error;
use std::fs;
use std::path::Path;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::get;
use tower::ServiceExt as _;
use tower_client_cert::test_kit::{TestAuthority, TestCertificate, TestGateway};
use tower_client_cert::{
    ClientCertHandle, ClientCertLayer, ClientIdentity, ConfigError, Gateway, Intermediates, TrustAnchors,
};

/// Reads everything again. Call it from a timer, a file watcher, or for each SIGHUP:
/// `while hangups.recv().await.is_some() { reload(..) }` with `tokio::signal::unix::signal(SignalKind::hangup())`.
fn reload(handle: &ClientCertHandle, directory: &Path) -> Result<(), ConfigError> {
    handle.replace(TrustAnchors::from_pem_file(directory.join("anchors.pem"))?, Intermediates::default())?;
    handle.reload_crls()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::temp_dir().join(format!("tower-client-cert-reload-{}", std::process::id()));
    fs::create_dir(&directory)?;
    let outcome = play(&directory).await;
    fs::remove_dir_all(&directory)?;
    outcome
}

async fn play(directory: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir(directory.join("crls"))?;
    let (old, new) = (TestAuthority::new("old"), TestAuthority::new("new"));
    let publish = |authority: &TestAuthority, name: &str| {
        fs::write(directory.join("crls").join(name), authority.revocation_list().to_pem())
    };
    fs::write(directory.join("anchors.pem"), old.certificate().pem())?;
    publish(&old, "old.crl")?;

    let gateway = TestGateway::new(Gateway::nginx(["10.1.0.0/24"])?);
    let anchors = TrustAnchors::from_pem_file(directory.join("anchors.pem"))?;
    let client_cert = ClientCertLayer::builder(gateway.gateway(), anchors).crls(&*directory.join("crls")).build()?;
    let handle = client_cert.handle();
    let app = Router::new()
        .route("/", get(async |identity: ClientIdentity| identity.subject().to_string()))
        .layer(client_cert);
    let ask = async |client: &TestCertificate| -> Result<u16, Box<dyn Error>> {
        let request = gateway.forward(Request::new(Body::empty()), client);
        Ok(app.clone().oneshot(request).await?.status().as_u16())
    };

    let (alice, bob) = (old.client("alice").issue(), new.client("bob").issue());
    expect("only the old authority is known", [ask(&alice).await?, ask(&bob).await?], [200, 403])?;

    fs::write(directory.join("anchors.pem"), old.certificate().pem() + &new.certificate().pem())?;
    publish(&new, "new.crl")?;
    reload(&handle, directory)?;
    expect("both are known", [ask(&alice).await?, ask(&bob).await?], [200, 200])?;

    old.revoke(&alice);
    publish(&old, "old.crl")?;
    reload(&handle, directory)?;
    expect("alice is revoked", [ask(&alice).await?, ask(&bob).await?], [403, 200])?;

    fs::write(directory.join("anchors.pem"), "an unfinished upload")?;
    let error = reload(&handle, directory).err().ok_or("an unusable file was taken")?;
    println!("refused: {error}");
    expect("nothing has changed", [ask(&alice).await?, ask(&bob).await?], [403, 200])
}

fn expect(what: &str, found: [u16; 2], expected: [u16; 2]) -> Result<(), Box<dyn Error>> {
    let [alice, bob] = found;
    println!("{what}: alice {alice}, bob {bob}");
    if found == expected { Ok(()) } else { Err(format!("{what}: expected {expected:?}").into()) }
}
