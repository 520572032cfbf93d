//! Builds the layer from a file with everything in it, prints what is in force, and reloads it.
//!
//! `cargo run --example from_config --features config,https-client,ocsp`

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::error::Error;
use std::fs;
use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType, IsCa, KeyIdMethod,
    KeyPair, KeyUsagePurpose, SerialNumber,
};
use time::{Duration, OffsetDateTime};
use tower_client_cert::{ClientCertConfig, ClientCertHandle};

// What is fetched is fetched on this runtime.
#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::temp_dir().join(format!("client-cert-example-{}", std::process::id()));
    fs::create_dir_all(directory.join("crls"))?;
    let outcome = run(&directory);
    fs::remove_dir_all(&directory)?;
    outcome
}

fn run(directory: &Path) -> Result<(), Box<dyn Error>> {
    write_files(directory)?;
    let client_cert = ClientCertConfig::from_file(directory.join("client-cert.toml"))?.build()?;
    let handle = client_cert.handle();
    for advice in client_cert.advice() {
        println!("advice: {advice}");
    }
    for entry in handle.policy().entries().iter().filter(|entry| !entry.is_default()) {
        println!("{entry}");
    }

    // A mistake in the file changes nothing.
    let text = fs::read_to_string(directory.join("client-cert.toml"))?;
    fs::write(directory.join("client-cert.toml"), text.replace("max_depth = 3", "max_dept = 3"))?;
    println!("{}", handle.reload().err().ok_or("the mistake was taken")?);
    expect_depth(&handle, "3")?;
    fs::write(directory.join("client-cert.toml"), text.replace("max_depth = 3", "max_depth = 2"))?;
    handle.reload()?;
    expect_depth(&handle, "2")
}

fn expect_depth(handle: &ClientCertHandle, expected: &str) -> Result<(), Box<dyn Error>> {
    let policy = handle.policy();
    let entry = policy.entry("validation.max_depth").ok_or("the policy has no depth")?;
    println!("in force: {entry}");
    if entry.value() == expected { Ok(()) } else { Err(format!("expected a depth of {expected}").into()) }
}

/// The files that the configuration names.
fn write_files(directory: &Path) -> Result<(), Box<dyn Error>> {
    let root = CertifiedIssuer::self_signed(authority("CARC I101L Root"), KeyPair::generate()?)?;
    let issuer = CertifiedIssuer::signed_by(authority("CARC I101L"), KeyPair::generate()?, &root)?;
    let mesh = CertifiedIssuer::self_signed(authority("Mesh"), KeyPair::generate()?)?;
    let now = OffsetDateTime::now_utc();
    let list = CertificateRevocationListParams {
        this_update: now - Duration::hours(1),
        next_update: now + Duration::days(7),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    fs::write(directory.join("crls/issuer.crl"), list.signed_by(&issuer)?.der())?;
    fs::write(directory.join("root.pem"), root.pem())?;
    fs::write(directory.join("issuer.pem"), issuer.pem())?;
    fs::write(directory.join("mesh.pem"), mesh.pem())?;
    fs::write(directory.join("denied"), "# nobody yet\n")?;
    fs::write(directory.join("edge.secret"), "5f0c8ad1-2b7e-4c11-9d0a\n")?;
    fs::write(directory.join("client-cert.toml"), include_str!("client-cert.toml"))?;
    Ok(())
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}
