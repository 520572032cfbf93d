//! Behind a sidecar: the gateway is a process on the same machine that connects through a Unix socket. It has no
//! address; the kernel tells as which user it runs.
//!
//! `cargo run --example unix_socket --features test-kit`

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

#[cfg(not(unix))]
fn main() {
    println!("there are no Unix sockets on this system");
}

#[cfg(unix)]
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    unix::main().await
}

#[cfg(unix)]
mod unix {
    use std::error::Error;
    use std::os::unix::fs::MetadataExt as _;
    use std::path::Path;

    use axum::Router;
    use axum::routing::get;
    use http_body_util::{BodyExt as _, Empty};
    use hyper::Request;
    use hyper::body::Bytes;
    use hyper_util::rt::TokioIo;
    use tokio::net::{UnixListener, UnixStream};
    use tower_client_cert::test_kit::{TestAuthority, TestCertificate, TestGateway};
    use tower_client_cert::{ClientCertLayer, ClientIdentity, Gateway, GatewayPeer, UnixPeers};

    pub(super) async fn main() -> Result<(), Box<dyn Error>> {
        let directory = std::env::temp_dir().join(format!("tower-client-cert-socket-{}", std::process::id()));
        std::fs::create_dir(&directory)?;
        let outcome = play(&directory).await;
        std::fs::remove_dir_all(&directory)?;
        outcome
    }

    async fn play(directory: &Path) -> Result<(), Box<dyn Error>> {
        // A real sidecar has a user of its own, such as 33 for www-data; here it is the user who runs the example.
        let own_uid = directory.metadata()?.uid();
        for (uid, expected) in [(own_uid, "hello orders-svc"), (own_uid + 1, "hello stranger")] {
            let socket = directory.join(format!("orders-{uid}.sock"));
            let authority = TestAuthority::new("partner-ca");
            let sidecar = Gateway::custom("sidecar", [""; 0])?.unix_socket(UnixPeers::uid(uid));
            let client_cert = ClientCertLayer::builder(sidecar.clone(), authority.anchors()).build()?;

            let app = Router::new().route("/", get(hello)).layer(client_cert);
            let service = app.into_make_service_with_connect_info::<GatewayPeer>();
            let listener = UnixListener::bind(&socket)?;
            tokio::spawn(async move { axum::serve(listener, service).await });

            let sidecar = TestGateway::at(sidecar, GatewayPeer::unix(Some(uid)));
            let found = ask(&socket, &sidecar, &authority.client("orders-svc").issue()).await?;
            println!("{found:16} where the user {uid} is believed, and {own_uid} connects");
            if found != expected {
                return Err(format!("expected {expected:?}").into());
            }
        }
        Ok(())
    }

    async fn hello(identity: Option<ClientIdentity>) -> String {
        let name = identity.as_ref().and_then(|identity| identity.subject().common_name());
        format!("hello {}", name.unwrap_or("stranger"))
    }

    /// What the sidecar does with a request of this client.
    async fn ask(socket: &Path, sidecar: &TestGateway, client: &TestCertificate) -> Result<String, Box<dyn Error>> {
        let connection = TokioIo::new(UnixStream::connect(socket).await?);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(connection).await?;
        tokio::spawn(connection);
        let request = Request::get("/").header("host", "localhost").body(Empty::<Bytes>::new())?;
        let answer = sender.send_request(sidecar.forward(request, client)).await?;
        Ok(String::from_utf8(answer.into_body().collect().await?.to_bytes().to_vec())?)
    }
}
