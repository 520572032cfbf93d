//! The service, in a process of its own.

use std::env;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::IntoResponse as _;
use axum::routing::get;
use http::{HeaderMap, Response, StatusCode};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tower_client_cert::{Audit, AuditFile, ClientCertConfig, ClientIdentity, GatewayPeer};

use crate::comparison::{Comparison, Way};
use crate::control::{Control, control};
use crate::request_clock::RequestClock;
use crate::support::server_process::{ServerProcess, free_address};
use crate::world::{FULL_WAY, REAL_WAY, World};

/// A service that runs; ends with the value.
#[derive(Debug)]
pub(crate) struct Server {
    process: ServerProcess,
    id: u32,
    control: SocketAddr,
}

/// What the process is told.
#[derive(Debug)]
pub(crate) struct Settings {
    address: SocketAddr,
    control: SocketAddr,
    directory: PathBuf,
}

/// What the service says of itself, and does when it is told.
#[derive(Clone, Debug)]
pub(crate) struct Operated {
    pub(crate) comparison: Arc<Comparison>,
    pub(crate) metrics: PrometheusHandle,
    pub(crate) audit: AuditFile,
    pub(crate) directory: PathBuf,
}

impl Server {
    /// Starts this program again, as the service of that world.
    pub(crate) fn start(world: &World) -> Self {
        let (address, control) = (free_address(), free_address());
        let child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "serve", "--ignored", "--nocapture"])
            .env(ADDRESSES, format!("{address} {control}"))
            .env(DIRECTORY, world.directory.path())
            // glibc: what one thread has freed serves the others, so that memory that is taken is memory that is used.
            .env("MALLOC_ARENA_MAX", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let id = child.id();
        let mut process = ServerProcess::new(address, child);
        assert!(process.accepts(MAX_POLLS), "the service did not begin to accept");
        Self { process, id, control }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.process.address()
    }

    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    pub(crate) fn control(&self) -> Control {
        Control::new(self.control)
    }
}

impl Settings {
    pub(crate) fn from_env() -> Option<Self> {
        let addresses = env::var(ADDRESSES).ok()?;
        let (address, control) = addresses.split_once(' ')?;
        Some(Self {
            address: address.parse().ok()?,
            control: control.parse().ok()?,
            directory: env::var_os(DIRECTORY)?.into(),
        })
    }

    /// Serves as long as the process lives.
    pub(crate) async fn serve(self) {
        // Events are written out, as in production, and go nowhere.
        tracing_subscriber::fmt().with_writer(std::io::sink).init();
        let metrics = PrometheusBuilder::new().install_recorder().unwrap();
        let audit = AuditFile::open(self.directory.join(AUDIT)).unwrap();
        let file = |name| ClientCertConfig::from_file(self.directory.join(name)).unwrap().clock(RequestClock);
        let recorded = audit.clone();
        let real = file(REAL_WAY).customized(move |builder| builder.audit(Audit::new(recorded.clone())));
        let comparison = Arc::new(Comparison::new(way(&real).await, way(&file(FULL_WAY)).await));
        let directory = self.directory.clone();
        let operated = Operated { comparison: Arc::clone(&comparison), metrics, audit, directory };
        let controlled = TcpListener::bind(self.control).await.unwrap();
        tokio::spawn(async move { axum::serve(controlled, control(operated)).await });

        let app = Router::new().fallback(Comparison::answer).with_state(comparison);
        let listener = TcpListener::bind(self.address).await.unwrap();
        axum::serve(listener, app.into_make_service_with_connect_info::<GatewayPeer>()).await.unwrap();
    }
}

/// The handler inside of a layer, when its lists were looked for.
async fn way(config: &ClientCertConfig) -> Way {
    let layer = config.build().unwrap();
    let handle = layer.handle();
    handle.crls_looked_for().await;
    Way { app: Router::new().fallback(get(seen)).layer(layer), handle }
}

/// Says for whom it answered, and leaves the identity for the comparison; refuses to answer where a header with a
/// certificate is still there.
async fn seen(headers: HeaderMap, identity: Option<ClientIdentity>) -> Response<axum::body::Body> {
    let holds_certificate = |value: &[u8]| value.windows(3).any(|letters| letters == b"MII");
    if let Some((name, _)) = headers.iter().find(|(_, value)| holds_certificate(value.as_bytes())) {
        return (StatusCode::INTERNAL_SERVER_ERROR, format!("{name} reached the handler")).into_response();
    }
    let mut response = identity.as_ref().map_or(String::new(), |one| one.fingerprint().to_string()).into_response();
    if let Some(identity) = identity {
        response.extensions_mut().insert(identity);
    }
    response
}

/// The header by which an answer of the service is told from one of a gateway.
pub(crate) const ANSWERED_BY: &str = "x-answered-by";

/// The header that shows the reason, which clients are not told.
pub(crate) const REASON: &str = "x-reason";

/// The file of the audit.
pub(crate) const AUDIT: &str = "audit.jsonl";

/// How long the audit may take to be written in the end.
pub(crate) const MAX_FLUSH_TIME: Duration = Duration::from_secs(10);

const ADDRESSES: &str = "TOWER_CLIENT_CERT_SOAK_ADDRESSES";
const DIRECTORY: &str = "TOWER_CLIENT_CERT_SOAK_DIRECTORY";

/// At 40 a second.
const MAX_POLLS: usize = 1200;
