//! Gateways: the bytes of each product, read by its constructor and compared with what was captured.

use std::fs;

use tower_client_cert::gateway_facts::GatewayFacts;
use tower_client_cert::test_kit::{TestAuthority, TestCertificate, TestGateway, assert_not_refused, assert_refused};
use tower_client_cert::{
    ClientCertLayer, Encoding, Gateway, GatewayPeer, Reason, StatusFormat, UnixPeers, XfccElement,
};

use crate::support::pki::{escaped_pem, pem};
use crate::support::products::{cases, fixtures, gateway_of};
use crate::{app, nginx, request, send};

#[tokio::test]
async fn every_product_s_constructor_accepts_what_the_kit_writes_for_it() {
    let (root, issuing, client) = world();
    for facts in GatewayFacts::ALL {
        let gateway = TestGateway::new(gateway_of(facts.product).unwrap());
        let builder = ClientCertLayer::builder(gateway.gateway(), root.anchors());
        let app = app(builder.intermediates(issuing.as_intermediates()).build().unwrap());
        assert_not_refused(&send(&app, gateway.forward(request(), &client)).await);
        assert_refused(&send(&app, gateway.forward_anonymous(request())).await, Reason::CertificateMissing);
        assert_refused(&send(&app, gateway.forge(request(), &client)).await, Reason::CertificateMissing);
    }
}

#[test]
fn every_product_s_header_is_written_as_its_fixture_has_it() {
    let (_, issuing, client) = world();
    for facts in GatewayFacts::ALL {
        let text = fs::read_to_string(fixtures().join(format!("{}.txt", facts.product))).unwrap();
        let (name, written) = {
            let headers = TestGateway::new(gateway_of(facts.product).unwrap()).headers(&client);
            let leaf = gateway_header(facts.product);
            (leaf.clone(), headers.get(leaf).unwrap().to_str().unwrap().to_owned())
        };
        let accepted = cases(&text).into_iter().filter(|(verdict, _)| *verdict == "Big Partner Foo SA");
        let captured: Vec<_> = accepted
            .flat_map(|(_, lines)| lines)
            .filter_map(|line| line.split_once(": "))
            .filter(|(header, _)| header.eq_ignore_ascii_case(&name))
            .map(|(_, value)| filled_in(value, &client, issuing.certificate()))
            .collect();
        assert!(captured.iter().any(|value| is_same_form(value, &written)), "{}: {written}", facts.product);
    }
}

#[test]
fn a_missing_certificate_is_said_as_each_product_says_it() {
    for facts in GatewayFacts::ALL {
        let gateway = gateway_of(facts.product).unwrap();
        let request = TestGateway::new(gateway).forward_anonymous(request());
        let sent: Vec<_> =
            request.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        let expected: &[(&str, &str)] = match facts.product {
            "apache" => &[("x-client-cert", "(null)")],
            "apache-escaped" | "azure-application-gateway" | "caddy" | "envoy-peer-cert" | "haproxy" => {
                &[("x-client-cert", "")]
            }
            "google-cloud-lb" | "rfc9440" => &[("client-cert", "")],
            "openshift" => &[("x-ssl-client-der", "")],
            _ => &[],
        };
        assert_eq!(sent, expected, "{}", facts.product);
    }
}

#[tokio::test]
async fn a_gateway_that_tells_its_own_verdict_tells_a_good_one_in_each_format() {
    let authority = TestAuthority::new("partner");
    let client = authority.client("orders-svc").issue();
    for (format, good) in
        [(StatusFormat::Boolean, "true"), (StatusFormat::OpensslCode, "0"), (StatusFormat::Verdict, "SUCCESS")]
    {
        let gateway = Gateway::nginx(["10.1.0.0/24"]).unwrap().status_header("x-client-verify", format).unwrap();
        let gateway = TestGateway::new(gateway);
        let app = app(ClientCertLayer::builder(gateway.gateway(), authority.anchors()).build().unwrap());
        let forwarded = gateway.forward(request(), &client);
        assert_eq!(forwarded.headers()["x-client-verify"], good);
        assert_not_refused(&send(&app, forwarded).await);
    }
}

#[tokio::test]
async fn chains_are_handed_on_where_the_product_hands_them_on() {
    let (root, _, client) = world();
    for product in ["envoy", "traefik", "haproxy", "apache", "aws-alb-passthrough", "rfc9440", "google-cloud-lb"] {
        let gateway = TestGateway::new(gateway_of(product).unwrap());
        let app = app(ClientCertLayer::builder(gateway.gateway(), root.anchors()).build().unwrap());
        assert_not_refused(&send(&app, gateway.forward(request(), &client)).await);
    }
    let app = app(ClientCertLayer::builder(nginx().gateway(), root.anchors()).build().unwrap());
    assert_refused(&send(&app, nginx().forward(request(), &client)).await, Reason::IssuerUnknown);
}

#[tokio::test]
async fn a_gateway_of_one_s_own_is_played_in_every_encoding() {
    let authority = TestAuthority::new("partner");
    let client = authority.client("orders-svc").issue();
    for encoding in [
        Encoding::Auto,
        Encoding::DerBase64,
        Encoding::DerBase64Concatenated,
        Encoding::DerBase64List,
        Encoding::DerHex,
        Encoding::Pem,
        Encoding::PemBase64,
        Encoding::Rfc9440,
        Encoding::Xfcc(XfccElement::First { of: 3 }),
        Encoding::Xfcc(XfccElement::FromRight { position: 2, of: 3 }),
        Encoding::Xfcc(XfccElement::Last { of: 2 }),
    ] {
        let own = Gateway::custom("edge", ["2001:db8::/64"]).unwrap().header("x-edge-cert").unwrap().encoding(encoding);
        let gateway = TestGateway::new(own);
        let app = app(ClientCertLayer::builder(gateway.gateway(), authority.anchors()).build().unwrap());
        assert_not_refused(&send(&app, gateway.forward(request(), &client)).await);
    }
}

#[tokio::test]
async fn a_header_that_the_client_wrote_is_replaced_as_the_gateway_would() {
    let authority = TestAuthority::new("partner");
    let app = app(crate::builder(&authority).build().unwrap());
    let mut forged = request();
    let value = nginx().headers(&TestAuthority::new("evil").client("admin").issue());
    forged.headers_mut().extend(value);
    let answer = send(&app, nginx().forward(forged, &authority.client("orders-svc").issue())).await;
    assert_eq!(crate::text(answer).await, "CN=orders-svc");
}

#[tokio::test]
async fn a_gateway_at_a_unix_socket_is_known_by_its_user() {
    let authority = TestAuthority::new("partner");
    let client = authority.client("orders-svc").issue();
    let beside = Gateway::custom("sidecar", [""; 0]).unwrap().unix_socket(UnixPeers::uid(33));
    for (uid, is_known) in [(33, true), (34, false)] {
        let gateway = TestGateway::at(beside.clone(), GatewayPeer::unix(Some(uid)));
        let app = app(ClientCertLayer::builder(gateway.gateway(), authority.anchors()).build().unwrap());
        let answer = send(&app, gateway.forward(request(), &client)).await;
        assert_eq!(answer.status().is_success(), is_known, "{uid}");
    }
}

#[test]
#[should_panic(expected = "the gateway has no range of addresses")]
fn a_gateway_without_a_range_has_to_be_told_where_it_is() {
    drop(TestGateway::new(Gateway::custom("nowhere", [""; 0]).unwrap()));
}

fn world() -> (TestAuthority, TestAuthority, TestCertificate) {
    let root = TestAuthority::new("root");
    let issuing = root.intermediate("issuing");
    let client = issuing.client("orders-svc").organization("Big Partner Foo SA").issue();
    (root, issuing, client)
}

/// The name of the header with the leaf, from the product's own fixture: the first line that has a leaf in it.
fn gateway_header(product: &str) -> String {
    let text = fs::read_to_string(fixtures().join(format!("{product}.txt"))).unwrap();
    let line = text.lines().find(|line| line.contains("{leaf ") && !line.starts_with('#')).unwrap();
    line.split_once(": ").unwrap().0.to_owned()
}

/// The fixtures' own forms, of the kit's certificates.
fn filled_in(value: &str, leaf: &TestCertificate, issuing: &TestCertificate) -> String {
    use base64::Engine as _;
    let base64 = |der: &[u8]| base64::engine::general_purpose::STANDARD.encode(der);
    let mut filled = value.to_owned();
    for (name, der) in [("leaf", leaf.der()), ("intermediate", issuing.der())] {
        for (form, written) in [
            ("byte-sequence", format!(":{}:", base64(der))),
            ("der-base64", base64(der)),
            ("hash", leaf.fingerprint().to_string()),
            ("pem-escaped", escaped_pem(der)),
            ("pem-escaped-alb", escaped_pem(der).replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")),
            ("pem-escaped-apache", pem(der).replace(' ', "%20").replace('\n', "%0a")),
            ("pem-folded", pem(der).replace('\n', " ")),
        ] {
            filled = filled.replace(&format!("{{{name} {form}}}"), &written);
        }
    }
    filled
}

/// XFCC has details around the certificate that differ from client to client; everything else is the same to the byte.
fn is_same_form(captured: &str, written: &str) -> bool {
    if !captured.contains("Cert=") {
        return captured.trim() == written;
    }
    ["Hash=", "Cert=\"", "Chain=\""].iter().all(|key| {
        let detail =
            |text: &str| text.split_once(key).map(|(_, rest)| rest.split([';', '"']).next().unwrap().to_owned());
        detail(captured) == detail(written)
    })
}
