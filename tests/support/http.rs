//! Raw HTTP/1.1 over real sockets, so that a test can send what no client library would.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::programs::skipped;

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    /// The first value of a header, by its lower-case name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").expect("an answer has a head");
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines
            .map(|line| {
                let (name, value) = line.split_once(':').unwrap();
                (name.to_ascii_lowercase(), value.trim().to_owned())
            })
            .collect();
        let mut answer = Self { status, headers, body: body.to_owned() };
        if answer.header("transfer-encoding") == Some("chunked") {
            answer.body = joined_chunks(body);
        }
        answer
    }
}

/// A request head with `Host` and `Connection: close`, and these header lines as they stand.
pub(crate) fn get(path: &str, header_lines: &[&str]) -> String {
    let mut request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", super::tls::SERVER_NAME);
    for line in header_lines {
        request.push_str(line);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    request
}

/// Sends bytes as they are and reads until the other side closes: the request has to ask for that.
pub(crate) async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, request: &[u8]) -> Answer {
    let exchanging = async {
        stream.write_all(request).await.unwrap();
        stream.flush().await.unwrap();
        let mut bytes = Vec::new();
        // TLS peers that close without saying so end the answer all the same.
        drop(stream.read_to_end(&mut bytes).await);
        Answer::parse(&bytes)
    };
    tokio::time::timeout(ANSWER_TIMEOUT, exchanging).await.expect("an answer comes in time")
}

/// Sends bytes over a new TCP connection.
pub(crate) async fn send(address: SocketAddr, request: &str) -> Answer {
    exchange(TcpStream::connect(address).await.unwrap(), request.as_bytes()).await
}

/// Sends bytes over a new TCP connection from an address of this machine; `None`, and told, where it has no such
/// address.
pub(crate) async fn send_from(source: IpAddr, address: SocketAddr, request: &str) -> Option<Answer> {
    let socket = if source.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }.unwrap();
    if socket.bind(SocketAddr::new(source, 0)).is_err() {
        skipped(&format!("this machine has no address {source}"));
        return None;
    }
    Some(exchange(socket.connect(address).await.unwrap(), request.as_bytes()).await)
}

fn joined_chunks(mut rest: &str) -> String {
    let mut body = String::new();
    while let Some((size, after)) = rest.split_once("\r\n") {
        let length = usize::from_str_radix(size.trim(), 16).unwrap();
        if length == 0 {
            break;
        }
        body.push_str(&after[..length]);
        rest = after[length..].trim_start_matches("\r\n");
    }
    body
}

const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
