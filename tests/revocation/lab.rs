//! The lab from end to end, through a real nginx, with an authority of the openssl program: a certificate that works is
//! revoked, the news of it arrive, fail to arrive, and arrive again.
//!
//! The clock is the machine's, which openssl's dates are of, and is put forward by hand.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tower_client_cert::{
    ClientCertHandle, ClientCertLayer, ClientCertLayerBuilder, ClientIdentity, Gateway, HttpFetcher, Intermediates,
    OcspResponder, RevocationPolicy, TrustAnchors,
};

use crate::support::axum_server;
use crate::support::clock::Ahead;
use crate::support::http::{self, Answer};
use crate::support::log::Log;
use crate::support::nginx::Nginx;
use crate::support::openssl_database::OpensslDatabase;
use crate::support::openssl_ocsp::OpensslOcsp;
use crate::support::pki::{Minted, Shape};
use crate::support::scratch::Scratch;
use crate::support::tls::{Protocol, SERVER_NAME, Sessions, TlsClient};
use crate::world::World;

#[tokio::test]
async fn a_revocation_arrives_with_the_next_list_and_no_late_list_lifts_it() {
    let lab = Lab::new();
    let Some(authority) = OpensslDatabase::new(&lab.world.intermediate) else { return };
    let [first, second, third] = lab.clients();
    let scratch = Scratch::new("lab");
    let put = |hours| scratch.write("issuing.crl", authority.list(hours));
    let layer = lab.builder().crls(put(LIST_HOURS)).build().unwrap();
    let handle = layer.handle();
    let Some(front) = Front::start(serve(layer).await) else { return };
    front.answers(&[(&first, 200), (&second, 200)]).await;

    authority.revoke(&first, "keyCompromise");
    put(LIST_HOURS);
    front.answers(&[(&first, 200)]).await;
    handle.reload_crls().unwrap();
    let log = Log::start();
    front.answers(&[(&first, 403), (&second, 200)]).await;
    tells_of_the_revoked(&log, "4a010203", "keyCompromise", "crl number 0x02 of CN=Test Intermediate issued ");

    // No list comes any more: who was good goes on within the grace, and who was revoked does not.
    lab.clock.forward(LIST_HOURS_SECONDS);
    front.answers(&[(&first, 403), (&second, 200), (&third, 200)]).await;
    assert_eq!(handle.counts().revocation_allowed(), 2);
    lab.clock.forward(GRACE.as_secs() + 1);
    front.answers(&[(&first, 403), (&second, 503), (&third, 503)]).await;
    assert_eq!(log.with("reason", "revocation-stale").len(), 2);
    assert!(front.get(&second).await.header("retry-after").is_some());

    // The list that comes at last knows what happened meanwhile.
    authority.revoke(&third, "superseded");
    put(10 * LIST_HOURS);
    handle.reload_crls().unwrap();
    front.answers(&[(&first, 403), (&second, 200), (&third, 403)]).await;
    assert_eq!(handle.counts().revocation_allowed(), 2, "it is good again, not tolerated");
    tells_of_the_revoked(&log, "4a010205", "superseded", "crl number 0x03 of CN=Test Intermediate issued ");
}

#[tokio::test]
async fn a_revocation_arrives_with_the_next_answer_and_an_outage_is_survived_by_known_clients_alone() {
    let lab = Lab::new();
    let issuer = &lab.world.intermediate;
    let Some(authority) = OpensslDatabase::new(issuer) else { return };
    let Some(responder) = OpensslOcsp::start(issuer, issuer, &["-nmin", ANSWER_MINUTES]).await else { return };
    let [first, second, third] = lab.clients();
    let fourth = lab.client(6);
    for client in [&first, &second, &third, &fourth] {
        authority.enter(client);
    }
    responder.enter_all(&authority.index());
    let layer = lab
        .builder()
        .ocsp(OcspResponder::at(responder.url()).unwrap())
        .ocsp_fetcher(HttpFetcher::new().allow_targets("127.0.0.1").unwrap())
        .ocsp_refresh_interval(INTERVAL)
        .build()
        .unwrap();
    let handle = layer.handle();
    let Some(front) = Front::start(serve(layer).await) else { return };
    for _ in 0..3 {
        front.answers(&[(&first, 200), (&second, 200), (&fourth, 200)]).await;
    }
    assert_eq!(responder.asked(), 3, "who is known asks nobody");

    authority.revoke(&first, "keyCompromise");
    responder.enter_all(&authority.index());
    front.answers(&[(&first, 200)]).await;
    lab.later(INTERVAL, &handle).await;
    let log = Log::start();
    front.answers(&[(&first, 403), (&second, 200)]).await;
    tells_of_the_revoked(&log, "4a010203", "keyCompromise", "ocsp answer of CN=Test Intermediate issued ");

    responder.stop();
    lab.later(INTERVAL, &handle).await;
    front.answers(&[(&first, 403), (&second, 200), (&third, 503), (&fourth, 200)]).await;
    assert!(front.get(&third).await.header("retry-after").is_some());
    let refused = log.with("reason", "revocation-unavailable");
    assert!(refused.iter().all(|line| line.field("tls.client.x509.serial_number") == Some("4a010205")), "{refused:?}");
    assert_eq!(
        (refused.len(), handle.counts().revocation_allowed()),
        (2, 0),
        "the answers of those who go on are good"
    );
    lab.later(ANSWER_LIFE, &handle).await;
    front.answers(&[(&first, 403), (&second, 200), (&third, 503), (&fourth, 200)]).await;
    assert_eq!(handle.counts().revocation_allowed(), 2);
    lab.later(GRACE, &handle).await;
    front.answers(&[(&first, 403), (&second, 503), (&third, 503), (&fourth, 503)]).await;

    // Revoked while nobody could know.
    authority.revoke(&third, "superseded");
    authority.revoke(&fourth, "cessationOfOperation");
    responder.enter_all(&authority.index());
    responder.resume(&["-ndays", "2"]);
    lab.clock.forward(LONGEST_PAUSE.as_secs());
    front.answers(&[(&third, 403)]).await;
    // The others are asked about in the background, without a request or a call.
    front.becomes(&second, 503, 200).await;
    front.becomes(&fourth, 503, 403).await;
    front.answers(&[(&first, 403), (&second, 200), (&third, 403), (&fourth, 403)]).await;
    assert_eq!(handle.counts().revocation_allowed(), 2, "it is good again, not tolerated");
    tells_of_the_revoked(&log, "4a010206", "cessationOfOperation", "ocsp answer of CN=Test Intermediate issued ");

    // An index that was set back lifts nothing.
    responder.enter(&["4A010203", "4A010204", "4A010205", "4A010206"].map(|serial| (serial, None)));
    lab.later(INTERVAL, &handle).await;
    front.answers(&[(&first, 403), (&second, 200), (&third, 403), (&fourth, 403)]).await;
}

/// An authority with clients, and the time.
struct Lab {
    world: World,
    clock: Ahead,
}

impl Lab {
    fn new() -> Self {
        Self { world: World::new(), clock: Ahead::default() }
    }

    fn client(&self, last_octet: u8) -> Minted {
        self.world.intermediate.issue(&Shape::partner().serial(&[0x4a, 1, 2, last_octet]))
    }

    fn clients(&self) -> [Minted; 3] {
        [3, 4, 5].map(|last_octet| self.client(last_octet))
    }

    fn builder(&self) -> ClientCertLayerBuilder {
        let anchors = TrustAnchors::from_der(self.world.root.der()).unwrap().labelled("ours");
        ClientCertLayer::builder(Gateway::nginx(["127.0.0.1"]).unwrap(), anchors)
            .intermediates(Intermediates::from_der(self.world.intermediate.der()).unwrap())
            .revocation_policy("ours", RevocationPolicy::deny().allow_stale_for(GRACE))
            .clock(self.clock.clone())
    }

    /// Lets time pass, and what is due then be renewed.
    async fn later(&self, time: Duration, handle: &ClientCertHandle) {
        self.clock.forward(time.as_secs() + 1);
        handle.refresh_ocsp_answers().await;
    }
}

/// The last line of a revoked client has everything that Apache's has.
fn tells_of_the_revoked(log: &Log, serial: &str, reason: &str, source: &str) {
    let lines = log.with("tls.client.x509.serial_number", serial);
    let line = lines.iter().rfind(|line| line.message == "client certificate refused").unwrap();
    for (field, text) in [
        ("reason", "revoked"),
        ("revocation.status", "revoked"),
        ("revocation.reason", reason),
        ("tls.client.subject", "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH"),
        ("tls.client.issuer", "CN=Test Intermediate"),
        ("tls.client.not_before", "2026-01-30T12:00:00Z"),
        ("tls.client.not_after", "2046-02-24T12:00:00Z"),
    ] {
        assert_eq!(line.field(field), Some(text), "{field}: {line:?}");
    }
    assert!(line.field("revocation.source").unwrap().starts_with(source), "{line:?}");
    for date in ["revocation.revoked_at", "revocation.this_update"] {
        assert!(line.field(date).unwrap().ends_with('Z'), "{date}: {line:?}");
    }
}

/// nginx in front of the service.
struct Front {
    nginx: Nginx,
    root: Minted,
}

impl Front {
    fn start(service: SocketAddr) -> Option<Self> {
        let root = Shape::authority("Gateway Root").self_signed();
        let server = root.issue(&Shape::server(SERVER_NAME));
        let files = [("server.pem", server.pem()), ("server.key", server.key_pem())];
        let nginx = Nginx::start(&files, |port| {
            format!(
                "server {{ listen 127.0.0.1:{port} ssl; ssl_certificate server.pem; ssl_certificate_key server.key; \
                 ssl_verify_client optional_no_ca; location / {{ proxy_pass http://{service}; \
                 proxy_set_header X-Client-Cert $ssl_client_escaped_cert; }} }}"
            )
        })?;
        Some(Self { nginx, root })
    }

    async fn get(&self, client: &Minted) -> Answer {
        let client = TlsClient::new(&self.root, &[client], Protocol::Http1, Sessions::Fresh);
        let stream = client.connect(self.nginx.address()).await;
        http::exchange(stream, http::get("/", &[]).as_bytes()).await
    }

    /// One request of each client, one after the other.
    #[track_caller]
    fn answers(&self, expected: &[(&Minted, u16)]) -> impl Future<Output = ()> {
        let place = std::panic::Location::caller();
        async move {
            for (number, (client, status)) in expected.iter().enumerate() {
                let answer = self.get(client).await;
                assert_eq!(answer.status, *status, "client {number} at {place}: {}", self.nginx.error_log());
            }
        }
    }

    /// Asks until the answer has the one status; every answer before has the other.
    async fn becomes(&self, client: &Minted, before: u16, status: u16) {
        for _ in 0..MAX_POLLS {
            let found = self.get(client).await.status;
            if found == status {
                return;
            }
            assert_eq!(found, before, "{}", self.nginx.error_log());
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        panic!("it did not become {status}");
    }
}

async fn serve(layer: ClientCertLayer) -> SocketAddr {
    let who = get(|identity: ClientIdentity| async move { identity.subject().to_string() });
    axum_server::serve(Router::new().route("/", who).layer(layer)).await
}

const LIST_HOURS: u32 = 2;
const LIST_HOURS_SECONDS: u64 = 2 * 60 * 60;
const GRACE: Duration = Duration::from_secs(30 * 60);
const INTERVAL: Duration = Duration::from_secs(10 * 60);
const ANSWER_MINUTES: &str = "60";
const ANSWER_LIFE: Duration = Duration::from_secs(60 * 60);
/// Of the background after failures, and of the guard around the fetcher.
const LONGEST_PAUSE: Duration = Duration::from_secs(400);

/// The background looks at least every ten seconds what is due.
const MAX_POLLS: usize = 400;
const POLL_INTERVAL: Duration = Duration::from_millis(50);
