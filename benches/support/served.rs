//! A service in a process of its own, on a core of its own: axum or tonic, with the layer, with another one, or with none.

use std::env;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use http::Request;
use tokio::net::TcpListener;
use tonic::transport::server::{TcpConnectInfo, TcpIncoming};
use tower::util::MapRequestLayer;
use tower_client_cert::{ClientCertLayer, ClientCertLayerBuilder, GatewayPeer, Intermediates, TrustAnchors};
#[cfg(all(feature = "http-client", feature = "ocsp"))]
use tower_client_cert::{HttpFetcher, OcspResponder};

use super::authorities::{Authorities, builder};
use super::pki::Minted;
use super::processor::stay_on_core;
use super::scratch::Scratch;
use super::server_process::{ServerProcess, free_address};

/// What the service speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Axum,
    Tonic,
}

/// What stands around the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Around {
    Nothing,
    /// A layer that only inserts an extension.
    Extension,
    ClientCert,
}

/// What the process is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Service {
    pub(crate) protocol: Protocol,
    pub(crate) around: Around,
    pub(crate) threads: usize,
    pub(crate) max_remembered_clients: usize,
    /// `None` for the default.
    pub(crate) max_concurrent_validations: Option<usize>,
    /// Of OCSP, for every client.
    pub(crate) responder: Option<SocketAddr>,
}

/// A service that runs.
pub(crate) struct Served {
    process: ServerProcess,
    id: u32,
}

impl Service {
    /// Starts this program again, as the service. It trusts what `trust` has.
    pub(crate) fn start(self, trust: &Trust) -> Served {
        let address = free_address();
        let child = Command::new(env::current_exe().unwrap())
            .arg(SERVE)
            .args([format!("{:?}", self.protocol), format!("{:?}", self.around)])
            .args([self.threads, self.max_remembered_clients].map(|number| number.to_string()))
            .arg(self.max_concurrent_validations.map_or(String::new(), |number| number.to_string()))
            .arg(self.responder.map_or(String::new(), |responder| responder.to_string()))
            .arg(address.to_string())
            .arg(trust.0.path())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let id = child.id();
        let mut process = ServerProcess::new(address, child);
        assert!(process.accepts(MAX_POLLS), "the service did not begin to accept");
        Served { process, id }
    }

    async fn serve(self, address: SocketAddr, trust: &Path) {
        let pem = |name| fs::read_to_string(trust.join(name)).unwrap();
        let anchors = TrustAnchors::from_pem(pem(ANCHORS)).unwrap().labelled("bench");
        let mut client_cert = builder(anchors, Intermediates::from_pem(pem(INTERMEDIATES)).unwrap())
            .max_remembered_clients(self.max_remembered_clients)
            .max_remembered_bytes(usize::MAX);
        if let Some(validations) = self.max_concurrent_validations {
            client_cert = client_cert.max_concurrent_validations(validations);
        }
        if let Some(responder) = self.responder {
            client_cert = asking(client_cert, responder);
        }
        let client_cert = client_cert.build().unwrap();
        let listener = TcpListener::bind(address).await.unwrap();
        match self.protocol {
            Protocol::Axum => serve_axum(listener, self.around, client_cert).await,
            Protocol::Tonic => serve_tonic(listener, self.around, client_cert).await,
        }
    }
}

impl Served {
    pub(crate) fn address(&self) -> SocketAddr {
        self.process.address()
    }

    /// For how long its threads have run.
    pub(crate) fn cpu_time(&self) -> Duration {
        let threads = fs::read_dir(format!("/proc/{}/task", self.id)).unwrap();
        let times = threads.map(|thread| {
            let statistics = fs::read_to_string(thread.unwrap().path().join("schedstat")).unwrap();
            statistics.split(' ').next().unwrap().parse::<u64>().unwrap()
        });
        Duration::from_nanos(times.sum())
    }
}

/// Anchors and intermediates as files.
pub(crate) struct Trust(Scratch);

impl Trust {
    pub(crate) fn new(authorities: &Authorities, other_anchor: Option<&Minted>) -> Self {
        let scratch = Scratch::new("bench");
        scratch.write(
            ANCHORS,
            [Some(&authorities.root), other_anchor].into_iter().flatten().map(Minted::pem).collect::<String>(),
        );
        scratch.write(INTERMEDIATES, authorities.intermediates.iter().map(Minted::pem).collect::<String>());
        Self(scratch)
    }
}

/// Serves, and does not return, where this process was started for that.
pub(crate) fn serve_if_told() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [serve, protocol, around, threads, clients, validations, responder, address, trust] = arguments.as_slice()
    else {
        return;
    };
    if serve != SERVE {
        return;
    }
    stay_on_core(SERVICE_CORE);
    let service = Service {
        protocol: if protocol == "Axum" { Protocol::Axum } else { Protocol::Tonic },
        around: match around.as_str() {
            "Nothing" => Around::Nothing,
            "Extension" => Around::Extension,
            _ => Around::ClientCert,
        },
        threads: threads.parse().unwrap(),
        max_remembered_clients: clients.parse().unwrap(),
        max_concurrent_validations: validations.parse().ok(),
        responder: responder.parse().ok(),
    };
    let mut runtime = match service.threads {
        1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = runtime.worker_threads(service.threads).enable_all().build().unwrap();
    runtime.block_on(service.serve(address.parse().unwrap(), &PathBuf::from(trust)));
}

/// Renews answers so often that questions are always under way.
#[cfg(all(feature = "http-client", feature = "ocsp"))]
fn asking(builder: ClientCertLayerBuilder, responder: SocketAddr) -> ClientCertLayerBuilder {
    let fetcher = HttpFetcher::new().allow_targets("127.0.0.1").unwrap();
    builder
        .ocsp(OcspResponder::at(format!("http://{responder}/")).unwrap())
        .ocsp_fetcher(fetcher.max_concurrent(QUESTIONS_AT_A_TIME, QUESTIONS_AT_A_TIME))
        .ocsp_refresh_interval(REFRESH_INTERVAL)
}

#[cfg(not(all(feature = "http-client", feature = "ocsp")))]
fn asking(_: ClientCertLayerBuilder, _: SocketAddr) -> ClientCertLayerBuilder {
    panic!("only a bench with the features http-client and ocsp has a responder")
}

async fn serve_axum(listener: TcpListener, around: Around, client_cert: ClientCertLayer) {
    let app = Router::new().route("/", get(async || "hello"));
    let app = match around {
        Around::Nothing => app,
        Around::Extension => app.layer(MapRequestLayer::new(with_an_extension)),
        Around::ClientCert => app.layer(client_cert),
    };
    axum::serve(listener, app.into_make_service_with_connect_info::<GatewayPeer>()).await.unwrap();
}

/// Each of the three is told the peer by the same small layer, so that the crate's feature `tonic` is not needed.
async fn serve_tonic(listener: TcpListener, around: Around, client_cert: ClientCertLayer) {
    let (_reporter, health) = tonic_health::server::health_reporter();
    let mut server = tonic::transport::Server::builder().layer(MapRequestLayer::new(with_its_peer));
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    match around {
        Around::Nothing => server.add_service(health).serve_with_incoming(incoming).await,
        Around::Extension => {
            let mut server = server.layer(MapRequestLayer::new(with_an_extension));
            server.add_service(health).serve_with_incoming(incoming).await
        }
        Around::ClientCert => server.layer(client_cert).add_service(health).serve_with_incoming(incoming).await,
    }
    .unwrap();
}

fn with_an_extension<B>(mut request: Request<B>) -> Request<B> {
    request.extensions_mut().insert(One(1));
    request
}

fn with_its_peer<B>(mut request: Request<B>) -> Request<B> {
    let connection = request.extensions().get::<TcpConnectInfo>().unwrap();
    let peer = GatewayPeer::tcp(connection.remote_addr().unwrap());
    request.extensions_mut().insert(peer);
    request
}

#[derive(Clone, Copy)]
#[expect(dead_code, reason = "it only has to be inserted")]
struct One(u64);

const SERVE: &str = "serve";
const ANCHORS: &str = "anchors.pem";
const INTERMEDIATES: &str = "intermediates.pem";
/// The core of the service; the client takes the next one.
const SERVICE_CORE: usize = 0;
pub(crate) const CLIENT_CORE: usize = 1;
/// As many as the crate has under way.
#[cfg(all(feature = "http-client", feature = "ocsp"))]
const QUESTIONS_AT_A_TIME: usize = 64;
#[cfg(all(feature = "http-client", feature = "ocsp"))]
const REFRESH_INTERVAL: Duration = Duration::from_secs(2);
/// At 40 a second.
const MAX_POLLS: usize = 400;
