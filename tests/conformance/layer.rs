//! One certificate with its candidates through one layer, from the header to the handler.

use std::convert::Infallible;
use std::fmt::{self, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer, ServiceExt, service_fn};
use tower_client_cert::{
    Authentication, ClientCertLayer, ClientCertLayerBuilder, ConfigError, Gateway, GatewayPeer, Refusal, TrustAnchors,
};

use crate::support::clock::Fixed;

/// What the layer made of a certificate.
pub(crate) enum Verdict {
    /// The handler was called with an identity.
    Accepted,
    /// The layer could not be built with these anchors.
    NotBuilt(String),
    /// The handler was not called.
    Refused { reason: &'static str, text: String },
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted => f.write_str("accepted"),
            Self::NotBuilt(why) => write!(f, "not built: {why}"),
            Self::Refused { reason, text } => write!(f, "{reason}: {text}"),
        }
    }
}

impl Verdict {
    pub(crate) fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted)
    }
}

/// A layer that takes a large header, at a fixed time. It has no room for verdicts that accept, so that paths are judged
/// every time.
pub(crate) fn builder(anchors: TrustAnchors, now: SystemTime) -> ClientCertLayerBuilder {
    let gateway = Gateway::nginx(["10.1.0.0/24"]).unwrap();
    ClientCertLayer::builder(gateway, anchors)
        .clock(Fixed(now))
        .max_certificates(MAX_CERTIFICATES)
        .max_header_bytes(MAX_HEADER_BYTES)
        .max_remembered_bytes(1)
}

/// Anchors from several DER certificates.
pub(crate) fn anchors<'a>(ders: impl IntoIterator<Item = &'a [u8]>) -> Result<TrustAnchors, ConfigError> {
    TrustAnchors::from_pem(ders.into_iter().map(pem).collect::<String>())
}

/// Whether a layer can be built with these anchors.
pub(crate) fn can_be_built(anchors: TrustAnchors, now: SystemTime) -> bool {
    builder(anchors, now).build().is_ok()
}

/// Sends the chain, leaf first, through the layer. Gives the CPU time of that too.
pub(crate) fn send<'a>(
    builder: Result<ClientCertLayerBuilder, ConfigError>,
    chain: impl IntoIterator<Item = &'a [u8]>,
) -> (Verdict, Duration) {
    let layer = match builder.and_then(ClientCertLayerBuilder::build) {
        Ok(layer) => layer,
        Err(error) => return (Verdict::NotBuilt(error.to_string()), Duration::ZERO),
    };
    let handler = service_fn(|request: Request<Full<Bytes>>| async move {
        let is_client = request.extensions().get::<Authentication>().is_some_and(|found| found.identity().is_some());
        Ok::<_, Infallible>(
            Response::builder().extension(HasIdentity(is_client)).body(Full::<Bytes>::default()).unwrap(),
        )
    });
    let header: String = chain.into_iter().map(escaped_pem).collect();
    let request = || {
        let mut request = Request::new(Full::<Bytes>::default());
        request.headers_mut().insert("x-client-cert", header.parse().unwrap());
        request.extensions_mut().insert(GatewayPeer::tcp(SocketAddr::from(([10, 1, 0, 4], 50_000))));
        request
    };

    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let before = cpu_time();
    let response = runtime.block_on(layer.layer(handler).oneshot(request())).unwrap();
    let spent = cpu_time().checked_sub(before).unwrap();
    let verdict = verdict_of(&response);
    // The second time, the signatures of authorities are remembered, and refusals as a whole.
    let response = runtime.block_on(layer.layer(handler).oneshot(request())).unwrap();
    assert_eq!(verdict_of(&response).to_string(), verdict.to_string());
    (verdict, spent)
}

fn verdict_of<B>(response: &Response<B>) -> Verdict {
    match response.extensions().get::<HasIdentity>() {
        Some(HasIdentity(true)) => Verdict::Accepted,
        Some(HasIdentity(false)) => Verdict::Refused { reason: "anonymous", text: String::new() },
        None => {
            let rejection = response.extensions().get::<Refusal>().unwrap().rejection();
            Verdict::Refused { reason: rejection.reason().code(), text: rejection.to_string() }
        }
    }
}

#[derive(Clone, Copy)]
struct HasIdentity(bool);

fn pem(der: &[u8]) -> String {
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der))
}

fn escaped_pem(der: &[u8]) -> String {
    let mut escaped = String::new();
    for byte in pem(der).bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' => escaped.push(char::from(byte)),
            _ => write!(escaped, "%{byte:02X}").unwrap(),
        }
    }
    escaped
}

/// The time that this thread has run, which does not depend on what else the machine does.
#[cfg(unix)]
fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

/// `cost` alone wants to know it, and is left out here.
#[cfg(not(unix))]
fn cpu_time() -> Duration {
    Duration::ZERO
}

/// Authorities on the longest path there can be, the anchor included.
pub(crate) const MAX_DEPTH: usize = 7;
const MAX_CERTIFICATES: usize = 200;
const MAX_HEADER_BYTES: usize = 4 * 1024 * 1024;
