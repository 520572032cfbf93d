//! The lab from end to end, through a real nginx: a certificate that works is revoked, the responder goes away and comes back.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tower_client_cert::{
    ClientCertLayer, ClientIdentity, Gateway, GatewayPeer, HttpFetcher, Intermediates, OcspResponder, RevocationPolicy,
    TrustAnchors,
};

use crate::support::http::{self, Answer};
use crate::support::nginx::Nginx;
use crate::support::openssl_ocsp::OpensslOcsp;
use crate::support::pki::{Minted, Shape};
use crate::support::tls::{Protocol, SERVER_NAME, Sessions, TlsClient};
use crate::world::World;

const FIRST: &str = "4A010203";
const SECOND: &str = "4A010204";
const THIRD: &str = "4A010205";

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

    /// Asks until the answer has this status; what it was at last.
    async fn get_until(&self, client: &Minted, status: u16) -> u16 {
        for _ in 0..MAX_POLLS {
            if self.get(client).await.status == status {
                return status;
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        self.get(client).await.status
    }
}

async fn serve(layer: ClientCertLayer) -> SocketAddr {
    let who = get(|identity: ClientIdentity| async move { identity.subject().to_string() });
    let app = Router::new().route("/", who).layer(layer);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = axum::serve(listener, app.into_make_service_with_connect_info::<GatewayPeer>());
    tokio::spawn(async move { server.await });
    address
}

#[tokio::test]
async fn a_revocation_arrives_and_an_outage_of_the_responder_is_survived_by_known_clients_alone() {
    let world = World::new();
    let client = |serial: &[u8]| world.intermediate.issue(&Shape::partner().serial(serial));
    let (first, second, third) = (client(&[0x4a, 1, 2, 3]), client(&[0x4a, 1, 2, 4]), client(&[0x4a, 1, 2, 5]));
    let Some(responder) = OpensslOcsp::start(&world.intermediate, &world.intermediate, &["-nmin", "60"]).await else {
        return;
    };
    responder.enter(&[(FIRST, None), (SECOND, None), (THIRD, None)]);
    let anchors = TrustAnchors::from_der(world.root.der()).unwrap().labelled("ours");
    let layer = ClientCertLayer::builder(Gateway::nginx(["127.0.0.1"]).unwrap(), anchors)
        .intermediates(Intermediates::from_der(world.intermediate.der()).unwrap())
        .ocsp(OcspResponder::at(responder.url()).unwrap())
        .ocsp_fetcher(HttpFetcher::new().allow_targets("127.0.0.1").unwrap())
        .ocsp_refresh_interval(Duration::from_secs(1))
        .revocation_policy("ours", RevocationPolicy::deny().allow_stale_for(Duration::from_secs(60)))
        .build()
        .unwrap();
    let Some(front) = Front::start(serve(layer).await) else { return };

    assert_eq!(front.get(&first).await.status, 200, "{}", front.nginx.error_log());
    assert_eq!(front.get(&second).await.status, 200);

    responder.enter(&[(FIRST, Some("keyCompromise")), (SECOND, None), (THIRD, None)]);
    assert_eq!(front.get_until(&first, 403).await, 403);
    assert_eq!(front.get(&second).await.status, 200);

    responder.stop();
    assert_eq!(front.get_until(&third, 503).await, 503);
    for _ in 0..5 {
        assert_eq!(front.get(&second).await.status, 200);
        assert_eq!(front.get(&first).await.status, 403);
    }
    assert!(front.get(&third).await.header("retry-after").is_some());

    // Revoked while nobody could know.
    responder.enter(&[(FIRST, None), (SECOND, None), (THIRD, Some("superseded"))]);
    responder.resume();
    assert_eq!(front.get_until(&third, 403).await, 403);
    assert_eq!(front.get(&second).await.status, 200);
    assert_eq!(front.get(&first).await.status, 403, "an index that was set back lifts no revocation");
}

/// Failures are remembered for ten seconds, and pauses around the fetcher may add to that.
const MAX_POLLS: usize = 400;
const POLL_INTERVAL: Duration = Duration::from_millis(100);
