//! Clients with all kinds of certificates, the same for HTTP and gRPC.

use crate::support::pki::{Minted, Pki, Shape, days};

/// A client, and what the service has to make of it.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) name: &'static str,
    pub(super) certificate: Option<Minted>,
    pub(super) expected: Result<&'static str, &'static str>,
}

/// Every client; `Ok` is the organization, `Err` the reason of the refusal.
pub(super) fn scenes(pki: &Pki) -> Vec<Scene> {
    let refused = |name, certificate, reason| Scene { name, certificate: Some(certificate), expected: Err(reason) };
    let foreign = Pki::new();
    let unknown_root = Shape::authority("Unknown Root").self_signed();
    vec![
        Scene { name: "good", certificate: Some(pki.good()), expected: Ok("Big Partner Foo SA") },
        Scene { name: "none", certificate: None, expected: Err("certificate-missing") },
        refused("expired", pki.issue(&Shape::partner().valid(days(-60), days(-30))), "expired"),
        refused("not yet valid", pki.issue(&Shape::partner().valid(days(50 * 365), days(60 * 365))), "not-yet-valid"),
        refused("foreign authority with the same names", foreign.good(), "signature-invalid"),
        refused("unknown authority", unknown_root.issue(&Shape::partner()), "issuer-unknown"),
        refused("self-signed", Shape::partner().self_signed(), "issuer-unknown"),
        refused("certificate of a server", pki.issue(&Shape::server("service.test")), "not-for-client-use"),
        refused("certificate of an authority", pki.issue(&Shape::partner().made_authority()), "ca-certificate"),
    ]
}
