//! The scenes: who asks for what, on which way, and how that must be answered.

use std::iter;

use hyper::StatusCode;
use tower_client_cert::Reason;

use crate::client::{Answer, AnsweredBy, Client, Way};
use crate::gateway::{CERTIFICATE_HEADER, escaped_pem};
use crate::pki::{Credentials, PARTNER, Pki};

/// One request and the answer it must get.
pub(crate) struct Scene<'a> {
    pub(crate) title: &'static str,
    pub(crate) way: Way<'a>,
    pub(crate) path: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) expected: Answer,
}

pub(crate) fn all<'a>(pki: &'a Pki, client: &Client<'_>) -> Vec<Scene<'a>> {
    let mut scenes = honest_clients(pki);
    scenes.extend(bad_certificates(pki));
    scenes.extend(header_sent_by_a_client(pki));
    scenes.extend(header_past_the_gateway(pki, client));
    scenes.extend(broken_gateway(pki));
    scenes
}

fn honest_clients(pki: &Pki) -> Vec<Scene<'_>> {
    let clients = &pki.clients;
    vec![
        ask("public page, no certificate", anonymous(), PUBLIC).expect_text("hello stranger"),
        ask("public page, partner's certificate", with(&clients.partner), PUBLIC).expect_text(&hello(PARTNER)),
        ask("health probe of the gateway itself", Way::FromGatewayAddress, HEALTH).expect_text("healthy"),
        ask("restricted file, no certificate", anonymous(), RESTRICTED)
            .expect_refusal(StatusCode::UNAUTHORIZED, Reason::CertificateMissing),
        ask("restricted file, partner's certificate", with(&clients.partner), RESTRICTED).expect_text(SENSITIVE),
        ask("restricted file, other organization", with(&clients.other_partner), RESTRICTED).expect_denial(),
        ask("restricted file, partner's name in the common name", with(&clients.pretender), RESTRICTED).expect_denial(),
    ]
}

fn bad_certificates(pki: &Pki) -> Vec<Scene<'_>> {
    let clients = &pki.clients;
    let expect = |title, credentials, reason| {
        ask(title, with(credentials), RESTRICTED).expect_refusal(StatusCode::FORBIDDEN, reason)
    };
    vec![
        expect("certificate expired yesterday", &clients.expired, Reason::Expired),
        expect("certificate valid from tomorrow", &clients.not_yet_valid, Reason::NotYetValid),
        expect("certificate of a sibling authority", &clients.sibling, Reason::IssuerUnknown),
        expect("certificate with the right names, wrong authority", &clients.impostor, Reason::SignatureInvalid),
        expect("certificate self-signed with the right names", &clients.self_signed, Reason::IssuerUnknown),
        expect("certificate for TLS servers", &clients.server, Reason::NotForClientUse),
        expect("certificate for no purpose", &clients.purposeless, Reason::NotForClientUse),
        ask("public page, certificate expired yesterday", with(&clients.expired), PUBLIC)
            .expect_refusal(StatusCode::FORBIDDEN, Reason::Expired),
    ]
}

/// Certificates are public, so any client may know the partner's and write it into a header.
fn header_sent_by_a_client(pki: &Pki) -> Vec<Scene<'_>> {
    let forged = value(&pki.clients.partner);
    vec![
        ask("client sends the header itself", anonymous(), RESTRICTED)
            .header(CERTIFICATE_HEADER, &forged)
            .expect_refusal(StatusCode::UNAUTHORIZED, Reason::CertificateMissing),
        ask("client sends it spelled x_client_cert", anonymous(), RESTRICTED)
            .header("x_client_cert", &forged)
            .expect_refusal(StatusCode::UNAUTHORIZED, Reason::CertificateMissing),
        ask("client sends it beside its own certificate", with(&pki.clients.other_partner), RESTRICTED)
            .header(CERTIFICATE_HEADER, &forged)
            .expect_denial(),
    ]
}

fn header_past_the_gateway<'a>(pki: &'a Pki, client: &Client<'_>) -> Vec<Scene<'a>> {
    let forged = value(&pki.clients.partner);
    let mut scenes = Vec::new();
    if let Some(stranger) = client.stranger() {
        let way = Way::FromStranger(stranger);
        scenes.extend([
            ask("past the gateway: header from another address", way, RESTRICTED)
                .header(CERTIFICATE_HEADER, &forged)
                .expect_refusal(StatusCode::UNAUTHORIZED, Reason::CertificateMissing),
            ask("past the gateway: the same, public page", way, PUBLIC)
                .header(CERTIFICATE_HEADER, &forged)
                .expect_text("hello stranger"),
        ]);
    }
    // No mistake: the address is all the proof there is, so nothing but the gateway may reach the service from it.
    scenes.push(
        ask("past the gateway: header from the gateway's address", Way::FromGatewayAddress, RESTRICTED)
            .header(CERTIFICATE_HEADER, &forged)
            .expect_text(SENSITIVE),
    );
    scenes
}

/// What a gateway sends that is set up wrongly, or that somebody found a way through.
fn broken_gateway(pki: &Pki) -> Vec<Scene<'_>> {
    let good = value(&pki.clients.partner);
    let other = value(&pki.clients.other_partner);
    let half = good.split_inclusive("%0A").take(PEM_LINES_OF_HALF).collect::<String>();
    let oversized: String = iter::repeat_n('A', OVERSIZED_BYTES).collect();
    let send = |title, value: &str| ask(title, Way::FromGatewayAddress, RESTRICTED).header(CERTIFICATE_HEADER, value);
    vec![
        send("gateway sends the header twice", &good)
            .header(CERTIFICATE_HEADER, &other)
            .expect_refusal(StatusCode::BAD_REQUEST, Reason::HeaderRepeated),
        send("gateway merges two certificates by a comma", &format!("{good},{other}"))
            .expect_refusal(StatusCode::BAD_REQUEST, Reason::HeaderMerged),
        send("gateway lets Connection name the header", &good)
            .header("connection", CERTIFICATE_HEADER)
            .expect_refusal(StatusCode::BAD_REQUEST, Reason::HeaderNamedByConnection),
        send("gateway sends garbage", "@@ no certificate @@")
            .expect_refusal(StatusCode::BAD_REQUEST, Reason::PemMalformed),
        send("gateway sends the variable's name, not its value", "{var_client_certificate}")
            .expect_refusal(StatusCode::BAD_REQUEST, Reason::PlaceholderUnexpanded),
        send("gateway sends half a certificate", &half).expect_refusal(StatusCode::BAD_REQUEST, Reason::PemMalformed),
        send("gateway sends 80 KiB", &oversized)
            .expect_refusal(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, Reason::HeaderTooLarge),
        send("gateway sends an empty header: no certificate", "")
            .expect_refusal(StatusCode::UNAUTHORIZED, Reason::CertificateMissing),
        ask("gateway sends garbage, public page", Way::FromGatewayAddress, PUBLIC)
            .header(CERTIFICATE_HEADER, "@@ no certificate @@")
            .expect_refusal(StatusCode::BAD_REQUEST, Reason::PemMalformed),
    ]
}

fn ask<'a>(title: &'static str, way: Way<'a>, path: &'static str) -> Question<'a> {
    Question { title, way, path, headers: Vec::new() }
}

/// A scene whose answer is yet to be named.
struct Question<'a> {
    title: &'static str,
    way: Way<'a>,
    path: &'static str,
    headers: Vec<(&'static str, String)>,
}

impl<'a> Question<'a> {
    fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    fn expect_text(self, text: &str) -> Scene<'a> {
        self.expect(StatusCode::OK, AnsweredBy::Handler(text.to_owned()))
    }

    /// The certificate is good, and the rule of the route says no to that organization.
    fn expect_denial(self) -> Scene<'a> {
        self.expect_refusal(StatusCode::FORBIDDEN, Reason::RuleDenied)
    }

    fn expect_refusal(self, status: StatusCode, reason: Reason) -> Scene<'a> {
        self.expect(status, AnsweredBy::Layer(reason))
    }

    fn expect(self, status: StatusCode, by: AnsweredBy) -> Scene<'a> {
        let Self { title, way, path, headers } = self;
        Scene { title, way, path, headers, expected: Answer { status, by } }
    }
}

fn anonymous<'a>() -> Way<'a> {
    Way::ThroughGateway(None)
}

fn with(credentials: &Credentials) -> Way<'_> {
    Way::ThroughGateway(Some(credentials))
}

fn value(credentials: &Credentials) -> String {
    escaped_pem(credentials.certificate.der())
}

fn hello(organization: &str) -> String {
    format!("hello {organization}")
}

const PUBLIC: &str = "/";
const HEALTH: &str = "/healthz";
const RESTRICTED: &str = "/restricted/sensitive.txt";
const SENSITIVE: &str = "sensitive text for Big Partner Foo SA";
const OVERSIZED_BYTES: usize = 80 * 1024;
/// Lines of PEM that are sent of a certificate of about fourteen.
const PEM_LINES_OF_HALF: usize = 7;
