//! Clients over connections that are kept: each sends its next request when the last one was answered.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use http::HeaderValue;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tonic::metadata::MetadataValue;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

/// How long each request took.
pub(crate) type Latencies = Vec<Duration>;

/// HTTP/1.1 connections.
pub(crate) struct Http1Load {
    connections: Vec<Connection>,
    /// Requests, in the order in which they are sent; whichever connection is free takes the next.
    requests: Rc<Vec<Vec<u8>>>,
    next: Rc<std::cell::Cell<usize>>,
    status: &'static str,
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Http1Load {
    /// Requests with these headers, each of which is to be answered with a status that begins like this.
    pub(crate) async fn connect(
        address: SocketAddr,
        connections: usize,
        headers: &[HeaderValue],
        status: &'static str,
    ) -> Self {
        let mut open = Vec::new();
        for _ in 0..connections {
            let stream = TcpStream::connect(address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            open.push(Connection { stream, buffer: Vec::with_capacity(4096) });
        }
        let requests = headers.iter().map(request).collect();
        Self { connections: open, requests: Rc::new(requests), next: Rc::default(), status }
    }

    /// For so long; at least one request for each connection.
    pub(crate) async fn run(&mut self, time: Duration) -> Latencies {
        let end = Instant::now() + time;
        let mut tasks = JoinSet::new();
        let local = tokio::task::LocalSet::new();
        for mut connection in self.connections.drain(..) {
            let (requests, next, status) = (Rc::clone(&self.requests), Rc::clone(&self.next), self.status);
            tasks.spawn_local_on(
                async move {
                    let mut latencies = Vec::new();
                    loop {
                        let place = next.get();
                        next.set((place + 1) % requests.len());
                        let start = Instant::now();
                        connection.exchange(&requests[place], status).await;
                        latencies.push(start.elapsed());
                        if Instant::now() >= end {
                            return (connection, latencies);
                        }
                    }
                },
                &local,
            );
        }
        let all = local.run_until(tasks.join_all()).await;
        let (connections, latencies): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        self.connections = connections;
        latencies.concat()
    }
}

impl Connection {
    async fn exchange(&mut self, request: &[u8], status: &str) {
        self.stream.write_all(request).await.unwrap();
        self.buffer.clear();
        loop {
            assert_ne!(self.stream.read_buf(&mut self.buffer).await.unwrap(), 0, "the service closed a connection");
            if length_of_answer(&self.buffer).is_some_and(|length| self.buffer.len() >= length) {
                break;
            }
        }
        let found = String::from_utf8_lossy(&self.buffer[..self.buffer.len().min(64)]);
        assert!(found.starts_with("HTTP/1.1 ") && found[9..].starts_with(status), "{found}");
    }
}

/// Its head, where it is whole, and the body that the head announces.
fn length_of_answer(bytes: &[u8]) -> Option<usize> {
    let head = memchr::memmem::find(bytes, b"\r\n\r\n")?;
    let at = memchr::memmem::find(&bytes[..head], b"content-length: ").unwrap();
    let digits = bytes[at + 16..].iter().take_while(|byte| byte.is_ascii_digit());
    let body = digits.fold(0, |length, digit| length * 10 + usize::from(digit - b'0'));
    Some(head + 4 + body)
}

fn request(header: &HeaderValue) -> Vec<u8> {
    let head = b"GET / HTTP/1.1\r\nhost: api.example\r\naccept: */*\r\nuser-agent: curl/8\r\nx-request-id: 42\r\nx-client-cert: ";
    [head, header.as_bytes(), b"\r\n\r\n"].concat()
}

/// Unary calls over HTTP/2.
pub(crate) struct TonicLoad {
    channels: Vec<Channel>,
    headers: Rc<Vec<MetadataValue<tonic::metadata::Ascii>>>,
    calls: usize,
}

impl TonicLoad {
    pub(crate) async fn connect(
        address: SocketAddr,
        connections: usize,
        calls: usize,
        headers: &[HeaderValue],
    ) -> Self {
        let mut channels = Vec::new();
        for _ in 0..connections {
            let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
            channels.push(endpoint.tcp_nodelay(true).connect().await.unwrap());
        }
        let headers = headers.iter().map(|header| MetadataValue::try_from(header.as_bytes()).unwrap()).collect();
        Self { channels, headers: Rc::new(headers), calls }
    }

    /// So many calls at a time on each connection, for so long.
    pub(crate) async fn run(&mut self, time: Duration) -> Latencies {
        let end = Instant::now() + time;
        let local = tokio::task::LocalSet::new();
        let mut tasks = JoinSet::new();
        let next = Rc::new(std::cell::Cell::new(0));
        for channel in self.channels.iter().flat_map(|channel| std::iter::repeat_n(channel, self.calls)) {
            let (mut client, headers, next) =
                (HealthClient::new(channel.clone()), Rc::clone(&self.headers), Rc::clone(&next));
            tasks.spawn_local_on(
                async move {
                    let mut latencies = Vec::new();
                    while Instant::now() < end {
                        let place: usize = next.get();
                        next.set((place + 1) % headers.len());
                        let mut request = tonic::Request::new(HealthCheckRequest { service: String::new() });
                        request.metadata_mut().insert("x-client-cert", headers[place].clone());
                        let start = Instant::now();
                        client.check(request).await.unwrap();
                        latencies.push(start.elapsed());
                    }
                    latencies
                },
                &local,
            );
        }
        local.run_until(tasks.join_all()).await.concat()
    }
}
