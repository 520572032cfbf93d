//! A real nginx that proves itself as `docs/senders.md` sets it up.

use std::os::unix::fs::MetadataExt as _;

use axum::Router;
use axum::routing::get;
use tokio::net::UnixListener;
use tower_client_cert::{Gateway, GatewayPeer, UnixPeers};

use crate::proofs::{OTHER_SECRET, SECRET, layer, secret};
use crate::support::http::{self, Answer};
use crate::support::nginx::Nginx;
use crate::support::pki::{Minted, Pki, Shape};
use crate::support::scratch::Scratch;
use crate::support::tls::{Protocol, SERVER_NAME, Sessions, TlsClient};
use crate::tls::{House, serve_axum, who};

const PAGE: &str = include_str!("../../docs/senders.md");

const CLIENT: &str = "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH";

/// A running nginx and what a client needs to talk to it.
struct Front {
    nginx: Nginx,
    root: Minted,
}

impl Front {
    /// Starts nginx with the page's block, changed as told; `own` is its certificate towards the service.
    fn start(own: &Minted, changes: &[(&str, &str)]) -> Option<Self> {
        let root = Shape::authority("Gateway Root").self_signed();
        let server = root.issue(&Shape::server(SERVER_NAME));
        let files = [
            ("server.pem", server.pem()),
            ("server.key", server.key_pem()),
            ("edge.pem", own.pem()),
            ("edge.key", own.key_pem()),
        ];
        let (_, after) = PAGE.split_once("```nginx\n").expect("the page has a block for nginx");
        let mut location = after.split_once("```").expect("the block ends").0.replace("/etc/nginx/tls/", "");
        for (from, to) in changes {
            assert!(location.contains(from), "the page has no {from}");
            location = location.replace(from, to);
        }
        let nginx = Nginx::start(&files, |port| {
            format!(
                "server {{ listen 127.0.0.1:{port} ssl; ssl_certificate server.pem; ssl_certificate_key server.key; \
                 ssl_verify_client optional_no_ca; {location} }}"
            )
        })?;
        Some(Self { nginx, root })
    }

    async fn get(&self, client: Option<&Minted>, header_lines: &[&str]) -> Answer {
        let chain: Vec<_> = client.into_iter().collect();
        let client = TlsClient::new(&self.root, &chain, Protocol::Http1, Sessions::Fresh);
        let stream = client.connect(self.nginx.address()).await;
        http::exchange(stream, http::get("/", header_lines).as_bytes()).await
    }
}

/// Demands the page's secret, and that the header is read from nginx alone.
fn with_secret(gateway: Gateway) -> Gateway {
    gateway.secret_header("x-edge-secret", secret(SECRET)).unwrap()
}

async fn knows_its_clients(front: &Front, pki: &Pki) {
    let (client, forged) =
        (pki.good(), format!("X-Client-Cert: {}", pki.issue(&Shape::client("forged")).escaped_pem()));
    let secret = format!("X-Edge-Secret: {OTHER_SECRET}");
    for (presented, lines, expected) in [
        (Some(&client), &[][..], CLIENT),
        (None, &[], "nobody"),
        (Some(&client), &[secret.as_str()], CLIENT),
        (Some(&client), &[forged.as_str()], CLIENT),
        (None, &[forged.as_str(), &secret], "nobody"),
    ] {
        let answer = front.get(presented, lines).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, expected), "{}", front.nginx.error_log());
    }
}

#[tokio::test]
async fn nginx_with_address_secret_and_certificate_is_the_gateway_and_nothing_less_is() {
    let (house, pki) = (House::new(), Pki::new());
    let service = serve_axum(&house, layer(with_secret(house.gateway()), &pki)).await;
    let address = ("127.0.0.1:8443", service.to_string());
    let Some(front) = Front::start(&house.edge, &[(address.0, &address.1)]) else { return };
    knows_its_clients(&front, &pki).await;

    let (client, secret) = (pki.good(), format!("X-Edge-Secret: {SECRET}"));
    let other_machine = Front::start(&house.other, &[(address.0, &address.1)]).unwrap();
    assert_eq!(other_machine.get(Some(&client), &[]).await.body, "nobody");
    let other_secret = Front::start(&house.edge, &[(address.0, &address.1), (SECRET, OTHER_SECRET)]).unwrap();
    assert_eq!(other_secret.get(Some(&client), &[&secret]).await.body, "nobody");
}

#[tokio::test]
async fn nginx_over_a_unix_socket_is_the_gateway_where_its_user_is_the_one_listed() {
    let (house, pki, scratch) = (House::new(), Pki::new(), Scratch::new("senders"));
    let own_uid = std::fs::metadata(scratch.path()).unwrap().uid();
    for (name, uid) in [("own", own_uid), ("other", own_uid + 1)] {
        let path = scratch.path().join(name);
        let listener = UnixListener::bind(&path).unwrap();
        let gateway = with_secret(Gateway::nginx([""; 0]).unwrap().unix_socket(UnixPeers::uid(uid)));
        let app = Router::new().route("/", get(who)).layer(layer(gateway, &pki));
        let server = axum::serve(listener, app.into_make_service_with_connect_info::<GatewayPeer>());
        tokio::spawn(async move { server.await });

        let upstream = format!("http://unix:{}:", path.display());
        let Some(front) = Front::start(&house.edge, &[("https://127.0.0.1:8443", &upstream)]) else { return };
        if uid == own_uid {
            knows_its_clients(&front, &pki).await;
        } else {
            assert_eq!(front.get(Some(&pki.good()), &[]).await.body, "nobody");
        }
    }
}
