use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use http::{HeaderMap, HeaderName, HeaderValue, Request};
use rustls_pki_types::CertificateDer;

use super::certificate::TestCertificate;
use super::{must, wire};
use crate::encoding::Encoding;
use crate::gateway::facts::{AbsentForm, ChainForwarded};
use crate::gateway::{Gateway, GatewayPeer};

/// Does to requests what a gateway does: writes the client's certificate as that product writes it, and comes from the
/// gateway's address.
///
/// ```
/// use http::Request;
/// use tower_client_cert::Gateway;
/// use tower_client_cert::test_kit::{TestAuthority, TestGateway};
///
/// let gateway = TestGateway::new(Gateway::nginx(["10.1.0.0/24"])?);
/// let client = TestAuthority::new("partner").client("orders-svc").issue();
/// let request = gateway.forward(Request::get("/orders").body(())?, &client);
/// assert!(request.headers()["x-client-cert"].to_str()?.starts_with("-----BEGIN%20CERTIFICATE-----%0A"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Give the layer [`gateway()`](Self::gateway), so that both speak of the same. Second factors, a secret for example,
/// are yours to add to the request.
#[derive(Clone, Debug)]
pub struct TestGateway {
    gateway: Gateway,
    peer: GatewayPeer,
}

impl TestGateway {
    /// Comes from the first address of the gateway's first range.
    ///
    /// # Panics
    ///
    /// If the gateway has no range: then tell by [`at`](Self::at) where it comes from.
    #[must_use]
    #[track_caller]
    pub fn new(gateway: Gateway) -> Self {
        let first = gateway.ranges().next().and_then(|range| range.network().hosts().next());
        let address = must(first.ok_or(NO_RANGE), "no address to come from");
        Self::at(gateway, GatewayPeer::tcp(SocketAddr::new(address, PORT)))
    }

    /// Comes from this peer, whether or not the gateway is known by it.
    #[must_use]
    pub fn at(gateway: Gateway, peer: GatewayPeer) -> Self {
        Self { gateway, peer }
    }

    /// The gateway, for the layer under test.
    #[must_use]
    pub fn gateway(&self) -> Gateway {
        self.gateway.clone()
    }

    /// Hands on a request of a client that presented this certificate and its chain. Whatever stood in the gateway's
    /// headers is replaced.
    #[must_use]
    pub fn forward<B>(&self, request: Request<B>, client: &TestCertificate) -> Request<B> {
        self.hand_on(request, self.headers(client))
    }

    /// Hands on a request of a client without a certificate, and says so as the product does: by no header, an empty
    /// one, or a spelling of its own.
    #[must_use]
    pub fn forward_anonymous<B>(&self, request: Request<B>) -> Request<B> {
        self.hand_on(request, self.absent_headers())
    }

    /// The same request from somebody who is not the gateway and writes the header himself, from 192.0.2.66.
    /// A service must take him for anonymous.
    #[must_use]
    pub fn forge<B>(&self, request: Request<B>, client: &TestCertificate) -> Request<B> {
        let mut request = self.forward(request, client);
        request.extensions_mut().insert(GatewayPeer::tcp(SocketAddr::new(STRANGER, PORT)));
        request
    }

    /// The headers that the gateway would send for this client.
    #[must_use]
    pub fn headers(&self, client: &TestCertificate) -> HeaderMap {
        let forwarding = self.gateway.forwarding();
        let product = self.gateway.facts().map_or("", |facts| facts.product);
        let chain = client.chain();
        let (leaf, above) = chain.split_at(1.min(chain.len()));

        let header = forwarding.leaf();
        let holds_chain = match self.gateway.facts() {
            Some(facts) => facts.chain == ChainForwarded::WithLeaf,
            // PEM of an unknown product: most send the one certificate.
            None => matches!(header.encoding, Encoding::DerBase64List),
        };
        let written = if holds_chain { &chain } else { leaf };
        let mut headers = HeaderMap::new();
        put(&mut headers, &header.name, &wire::certificate(header.encoding, product, written));
        self.put_chain(&mut headers, product, above);
        if let Some(status) = forwarding.status() {
            put(&mut headers, &status.name, wire::verified(status.format));
        }
        headers
    }

    /// One header with everything, or numbered ones with a certificate each.
    fn put_chain(&self, headers: &mut HeaderMap, product: &str, above: &[CertificateDer<'_>]) {
        if let [only] = self.gateway.forwarding().chain() {
            if let Some(value) = wire::chain(only.encoding, above) {
                put(headers, &only.name, &value);
            }
            return;
        }
        for (header, certificate) in self.gateway.forwarding().chain().iter().zip(above) {
            put(headers, &header.name, &wire::certificate(header.encoding, product, std::slice::from_ref(certificate)));
        }
    }

    fn absent_headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let forms = self.gateway.facts().map_or(&[][..], |facts| facts.absent_forms);
        let said = forms.iter().find_map(|form| match form {
            AbsentForm::Spelled(text) => Some(*text),
            AbsentForm::Empty => Some(""),
            AbsentForm::Missing => None,
        });
        if let Some(text) = said {
            put(&mut headers, &self.gateway.forwarding().leaf().name, text);
        }
        headers
    }

    fn hand_on<B>(&self, mut request: Request<B>, headers: HeaderMap) -> Request<B> {
        for name in self.gateway.forwarding().names() {
            request.headers_mut().remove(name);
        }
        request.headers_mut().extend(headers);
        request.extensions_mut().insert(self.peer);
        request
    }
}

#[track_caller]
fn put(headers: &mut HeaderMap, name: &HeaderName, value: &str) {
    headers.insert(name.clone(), must(HeaderValue::from_str(value), "no header value"));
}

/// Any port: a gateway is known by its address.
const PORT: u16 = 50_000;
/// TEST-NET-1 (RFC 5737).
const STRANGER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 66));
const NO_RANGE: &str = "the gateway has no range of addresses";
