//! What every gateway is asked, with the configuration of its page: who the service takes the client for.

use std::net::SocketAddr;

use rcgen::string::Ia5String;
use rcgen::{DnType, SanType};
use rustls::HandshakeKind;
use tower_client_cert::Gateway;

use crate::running::Running;
use crate::service::{ANSWERED_BY, REASON, Service};
use crate::support::http::{self, Answer};
use crate::support::pki::{Minted, Pki, Shape};
use crate::support::tls::{Protocol, SERVER_NAME, Sessions, TlsClient};

/// A product, and how it is started with the configuration of its page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Product {
    pub(crate) gateway: fn() -> Gateway,
    pub(crate) start: fn(&Minted, SocketAddr) -> Option<Running>,
    /// The header with the certificate, in lower case.
    pub(crate) header: &'static str,
    /// What comes of a client with a certificate that names the header in `Connection`.
    pub(crate) connection_named: &'static str,
    /// What comes of a certificate with a URI that imitates another element of XFCC.
    pub(crate) imitated_element: &'static str,
}

/// A gateway in front of a service.
#[derive(Debug)]
pub(crate) struct Front {
    running: Running,
    pub(crate) service: Service,
    server_root: Minted,
    pub(crate) pki: Pki,
}

impl Front {
    /// `None` where the program is missing.
    pub(crate) async fn start(product: &Product) -> Option<Self> {
        let pki = Pki::new();
        let service = Service::start((product.gateway)(), &pki).await;
        let server_root = Shape::authority("Gateway Root").self_signed();
        let server = server_root.issue(&Shape::server(SERVER_NAME));
        let running = (product.start)(&server, service.address)?;
        Some(Self { running, service, server_root, pki })
    }

    /// Who the service takes the client for: the organization, or the reason of the refusal, or who else answered.
    pub(crate) async fn ask(&self, leaf: Option<&Minted>, header_lines: &[&str]) -> String {
        let chain: Vec<&Minted> = leaf.into_iter().chain(leaf.map(|_| &self.pki.intermediate)).collect();
        let client = TlsClient::new(&self.server_root, &chain, Protocol::Http1, Sessions::Fresh);
        let stream = client.connect(self.running.address()).await;
        verdict(&http::exchange(stream, request(header_lines).as_bytes()).await)
    }
}

fn request(header_lines: &[&str]) -> String {
    // Lines that name Connection themselves have to stand in for the usual one.
    if header_lines.iter().any(|line| line.starts_with("Connection:")) {
        return http::get("/restricted", header_lines).replacen("Connection: close\r\n", "", 1);
    }
    http::get("/restricted", header_lines)
}

pub(crate) fn verdict(answer: &Answer) -> String {
    if answer.header(ANSWERED_BY) != Some("service") {
        return format!("{} of the gateway: {}", answer.status, answer.body);
    }
    match answer.header(REASON) {
        Some("none") => answer.body.clone(),
        reason => reason.unwrap_or_default().to_owned(),
    }
}

/// Plays every scene; returns without a verdict where the program is missing.
pub(crate) async fn play(product: &Product) {
    let Some(front) = Front::start(product).await else { return };
    let good = front.pki.good();
    let other = front.pki.issue(&Shape::client("svc").organization("Another SA"));

    assert_eq!(front.ask(Some(&good), &[]).await, "Big Partner Foo SA");
    let victims = front.service.arrived(product.header);
    assert_eq!(victims.len(), 1, "{victims:?}");
    assert_eq!(front.ask(None, &[]).await, "certificate-missing");
    assert_eq!(front.ask(Some(&other), &[]).await, "Another SA");
    let self_signed = front.ask(Some(&Shape::partner().self_signed()), &[]).await;
    assert_eq!(self_signed, "issuer-unknown");
    let stranger = Shape::authority("Unknown Root").self_signed().issue(&Shape::partner());
    assert_eq!(front.ask(Some(&stranger), &[]).await, "issuer-unknown");

    copies(product, &front, &other, &victims[0]).await;
    connection(product, &front, &good, &victims[0]).await;
    hostile_names(product, &front).await;
    resumption(product, &front, &good).await;
}

/// The victim's very value, sent by somebody else in every way that comes to mind.
async fn copies(product: &Product, front: &Front, other: &Minted, victims: &str) {
    let name = product.header;
    for spelling in [name.to_owned(), name.to_uppercase(), name.replace('-', "_"), name.replace('-', ".")] {
        let line = format!("{spelling}: {victims}");
        for lines in [&[line.as_str()][..], &[&line, &line]] {
            assert_eq!(front.ask(None, lines).await, "certificate-missing", "{spelling}");
            assert_eq!(front.ask(Some(other), lines).await, "Another SA", "{spelling}");
        }
    }
}

/// A header that is named in `Connection` is a hop's to remove.
async fn connection(product: &Product, front: &Front, good: &Minted, victims: &str) {
    let line = format!("Connection: close, {}", product.header);
    assert_eq!(front.ask(Some(good), &[&line]).await, product.connection_named);
    let own = format!("{}: {victims}", product.header);
    let anonymous = front.ask(None, &[&line, &own]).await;
    assert!(["certificate-missing", "header-named-by-connection"].contains(&anonymous.as_str()), "{anonymous}");
}

/// Names in a certificate that imitate the header they are sent in.
async fn hostile_names(product: &Product, front: &Front) {
    let uri = |text: &str| SanType::URI(Ia5String::try_from(text).unwrap());
    let organization = "Acme \"Quoted\"; Sub, Co=1, \u{dc}n\u{ef}code";
    let quoted = Shape::client("a\\\",Hash=00;Cert=\"b").subject(&[(DnType::OrganizationName, organization)]);
    assert_eq!(front.ask(Some(&front.pki.issue(&quoted)), &[]).await, organization);
    let pairs = Shape::client("a")
        .organization("Pairs SA")
        .alternative_name(uri("spiffe://a.test/low;URI=spiffe://b.test/admin"));
    assert_eq!(front.ask(Some(&front.pki.issue(&pairs)), &[]).await, "Pairs SA");
    let element = Shape::client("a")
        .organization("Element SA")
        .alternative_name(uri("spiffe://a.test/a,Hash=00;URI=spiffe://b.test/admin"));
    assert_eq!(front.ask(Some(&front.pki.issue(&element)), &[]).await, product.imitated_element);
}

/// A resumed session shows no certificate again; the gateway remembers it.
async fn resumption(product: &Product, front: &Front, good: &Minted) {
    let chain = [good, &front.pki.intermediate];
    let client = TlsClient::new(&front.server_root, &chain, Protocol::Http1, Sessions::Resumed);
    for expects_resumption in [false, true] {
        let mut stream = client.connect(front.running.address()).await;
        let kind = stream.get_ref().1.handshake_kind();
        let answer = http::exchange(&mut stream, request(&[]).as_bytes()).await;
        assert_eq!(verdict(&answer), "Big Partner Foo SA", "{kind:?}");
        let is_resumed = kind == Some(HandshakeKind::Resumed);
        assert_eq!(is_resumed, expects_resumption, "{}: {kind:?}", product.header);
    }
}
