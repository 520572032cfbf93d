//! A TLS-terminating gateway in small: what Azure Application Gateway does to a request, and no more.
//!
//! It asks for a client certificate, takes any or none (as in passthrough mode), replaces `X-Client-Cert` by the
//! certificate of the connection and passes the request on over plain HTTP. Whether the certificate is any good is left
//! to the service.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::Result;
use crate::pki::Pki;

/// The gateway, serving in the background.
pub(crate) struct Gateway {
    address: SocketAddr,
}

impl Gateway {
    /// Listens on a free port of 127.0.0.1 and passes requests on to `service`.
    pub(crate) async fn start(pki: &Pki, service: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        tokio::spawn(accept(listener, TlsAcceptor::from(Arc::new(tls(pki)?)), service));
        Ok(Self { address })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

/// The value that Application Gateway's `{var_client_certificate}` expands to: PEM in lines of 64 characters, and
/// everything but the unreserved characters of RFC 3986 section 2.3 percent-encoded.
pub(crate) fn escaped_pem(certificate: &CertificateDer<'_>) -> String {
    let mut pem = String::from("-----BEGIN CERTIFICATE-----");
    for (position, character) in STANDARD.encode(certificate).chars().enumerate() {
        if position % 64 == 0 {
            pem.push('\n');
        }
        pem.push(character);
    }
    pem.push_str("\n-----END CERTIFICATE-----\n");
    pem.chars().map(escaped).collect()
}

fn escaped(character: char) -> String {
    match character {
        'A'..='Z' | 'a'..='z' | '0'..='9' | '-' | '.' | '_' | '~' => character.to_string(),
        _ => format!("%{:02X}", u32::from(character)),
    }
}

async fn accept(listener: TcpListener, tls: TlsAcceptor, service: SocketAddr) {
    while let Ok((connection, _)) = listener.accept().await {
        let tls = tls.clone();
        tokio::spawn(async move {
            // A handshake or connection that fails is the client's affair.
            let Ok(connection) = tls.accept(connection).await else { return };
            let certificate =
                connection.get_ref().1.peer_certificates().and_then(|chain| chain.first()).map(escaped_pem);
            let forward = service_fn(|request| forward(request, certificate.clone(), service));
            let _ended =
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(connection), forward).await;
        });
    }
}

async fn forward(
    mut request: Request<Incoming>,
    certificate: Option<String>,
    service: SocketAddr,
) -> Result<Response<BoxBody<Bytes, hyper::Error>>> {
    rewrite(request.headers_mut(), certificate)?;
    if let Ok(response) = send(request, service).await {
        return Ok(response.map(BodyExt::boxed));
    }
    let nothing = Empty::new().map_err(|never| match never {}).boxed();
    Ok(Response::builder().status(StatusCode::BAD_GATEWAY).body(nothing)?)
}

/// Removes what the client said about certificates, then says what the handshake showed.
fn rewrite(headers: &mut HeaderMap, certificate: Option<String>) -> Result<()> {
    headers.remove(CERTIFICATE_HEADER);
    // RFC 9110 section 7.6.1: Connection concerns one hop; passed on, a client could have a later hop drop the header.
    headers.remove(header::CONNECTION);
    if let Some(certificate) = certificate {
        headers.insert(CERTIFICATE_HEADER, HeaderValue::try_from(certificate)?);
    }
    Ok(())
}

async fn send(request: Request<Incoming>, service: SocketAddr) -> Result<Response<Incoming>> {
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(TcpStream::connect(service).await?)).await?;
    tokio::spawn(connection);
    Ok(sender.send_request(request).await?)
}

fn tls(pki: &Pki) -> Result<ServerConfig> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Arc::new(TakeAny { provider: Arc::clone(&provider) });
    Ok(ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier)
        .with_single_cert(pki.gateway.chain(), pki.gateway.private_key())?)
}

/// Takes any client certificate or none, but still has the client prove that it holds the key: the one check that
/// nobody behind the gateway can make up for.
#[derive(Debug)]
struct TakeAny {
    provider: Arc<CryptoProvider>,
}

impl ClientCertVerifier for TakeAny {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> std::result::Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// The header that a rewrite rule of the gateway sets.
pub(crate) const CERTIFICATE_HEADER: &str = "x-client-cert";
