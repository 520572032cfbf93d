//! An HTTP server that does what it is told, right or wrong, over real sockets.
//!
//! ```ignore
//! let server = FaultyServer::start(|request| match request.path.as_str() {
//!     "/good.crl" => Behaviour::ok("application/pkix-crl", &list),
//!     _ => Behaviour::Hang,
//! }).await;
//! ```

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A server on a port of the loopback address; ends with the value.
pub(crate) struct FaultyServer {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    answers: Arc<Mutex<Answers>>,
    accepting: JoinHandle<()>,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) method: String,
    /// With the query.
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// What a server does when it has read a request.
#[derive(Clone, Debug)]
pub(crate) enum Behaviour {
    /// Sends these octets as they are and closes.
    Send(Vec<u8>),
    /// Sends these octets as they are and keeps the connection open without another word.
    SendAndHang(Vec<u8>),
    /// Keeps the connection open without a word.
    Hang,
    /// Resets the connection.
    Reset,
    /// Sends these octets one by one, with a pause before each.
    Trickle(Vec<u8>, Duration),
    /// Sends a head, and then a body without an end.
    Endless,
}

type Answers = Box<dyn Fn(&Received) -> Behaviour + Send>;

impl FaultyServer {
    /// Starts on a free port of the loopback address.
    pub(crate) async fn start(answers: impl Fn(&Received) -> Behaviour + Send + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let answers: Arc<Mutex<Answers>> = Arc::new(Mutex::new(Box::new(answers)));
        let accepting = tokio::spawn(accept(listener, Arc::clone(&received), Arc::clone(&answers)));
        Self { address, received, answers, accepting }
    }

    /// Starts a server that does the same with every request.
    pub(crate) async fn always(behaviour: Behaviour) -> Self {
        Self::start(move |_| behaviour.clone()).await
    }

    /// From now on, does this.
    pub(crate) fn answer(&self, answers: impl Fn(&Received) -> Behaviour + Send + 'static) {
        *self.answers.lock().unwrap() = Box::new(answers);
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:port` and the path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Every request so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

impl Received {
    /// The first value of a header, by its lower-case name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    async fn read(stream: &mut TcpStream) -> Option<Self> {
        let mut octets = Vec::new();
        let head_end = loop {
            if let Some(end) = octets.windows(4).position(|window| window == b"\r\n\r\n") {
                break end;
            }
            if stream.read_buf(&mut octets).await.ok()? == 0 {
                return None;
            }
        };
        let head = String::from_utf8(octets[..head_end].to_vec()).unwrap();
        let mut lines = head.split("\r\n");
        let mut first = lines.next().unwrap().split(' ');
        let (method, path) = (first.next().unwrap().to_owned(), first.next().unwrap().to_owned());
        let headers: Vec<_> = lines
            .map(|line| {
                let (name, value) = line.split_once(':').unwrap();
                (name.to_ascii_lowercase(), value.trim().to_owned())
            })
            .collect();
        let mut request = Self { method, path, headers, body: octets.split_off(head_end + 4) };
        let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
        while request.body.len() < length {
            if stream.read_buf(&mut request.body).await.ok()? == 0 {
                return None;
            }
        }
        Some(request)
    }
}

impl Behaviour {
    /// A whole answer of status 200.
    pub(crate) fn ok(content_type: &str, body: &[u8]) -> Self {
        Self::answer("200 OK", &[("content-type", content_type)], body)
    }

    /// A whole answer with its length and these headers.
    pub(crate) fn answer(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Self {
        let length = body.len().to_string();
        let mut all = headers.to_vec();
        all.push(("content-length", &length));
        Self::raw(status, &all, body)
    }

    /// An answer with these headers alone, whatever they say of the body.
    pub(crate) fn raw(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Self {
        let mut octets = format!("HTTP/1.1 {status}\r\n").into_bytes();
        for (name, value) in headers {
            octets.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        octets.extend_from_slice(b"\r\n");
        octets.extend_from_slice(body);
        Self::Send(octets)
    }

    /// An answer that refers to another address.
    pub(crate) fn redirect(status: &str, to: &str) -> Self {
        Self::answer(status, &[("location", to)], b"")
    }

    /// The octets of an answer, to send part of them.
    pub(crate) fn octets(&self) -> &[u8] {
        match self {
            Self::Send(octets) | Self::SendAndHang(octets) | Self::Trickle(octets, _) => octets,
            Self::Hang | Self::Reset | Self::Endless => &[],
        }
    }

    async fn follow(self, stream: &mut TcpStream) -> std::io::Result<()> {
        match self {
            Self::Send(octets) => stream.write_all(&octets).await,
            Self::SendAndHang(octets) => {
                stream.write_all(&octets).await?;
                hang(stream).await
            }
            Self::Hang => hang(stream).await,
            Self::Reset => stream.set_zero_linger(),
            Self::Trickle(octets, pause) => {
                for octet in octets {
                    tokio::time::sleep(pause).await;
                    stream.write_all(&[octet]).await?;
                }
                Ok(())
            }
            Self::Endless => {
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n\r\n").await?;
                loop {
                    stream.write_all(&[b'0'; 16 * 1024]).await?;
                }
            }
        }
    }
}

/// Waits until the other side gives up.
async fn hang(stream: &mut TcpStream) -> std::io::Result<()> {
    while stream.read(&mut [0; 1024]).await? > 0 {}
    Ok(())
}

async fn accept(listener: TcpListener, received: Arc<Mutex<Vec<Received>>>, answers: Arc<Mutex<Answers>>) {
    let mut connections = JoinSet::new();
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (received, answers) = (Arc::clone(&received), Arc::clone(&answers));
        connections.spawn(async move {
            let Some(request) = Received::read(&mut stream).await else { return };
            let behaviour = (answers.lock().unwrap())(&request);
            received.lock().unwrap().push(request);
            // A client that has had enough is no failure of the server.
            drop(behaviour.follow(&mut stream).await);
        });
        while connections.try_join_next().is_some() {}
    }
}

impl Drop for FaultyServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl fmt::Debug for FaultyServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultyServer").field("address", &self.address).finish_non_exhaustive()
    }
}
