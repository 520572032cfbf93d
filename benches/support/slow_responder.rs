//! An OCSP responder over real sockets that takes its time.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use time::OffsetDateTime;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::pki::{AnswerShape, Minted};

/// Says of every certificate that it is good, after as long as it is told; runs on the current runtime.
pub(crate) struct SlowResponder {
    address: SocketAddr,
    milliseconds: Arc<AtomicU64>,
    asked: Arc<AtomicUsize>,
}

impl SlowResponder {
    /// Without a pause at first.
    pub(crate) async fn start(issuer: &'static Minted) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (milliseconds, asked) = (Arc::<AtomicU64>::default(), Arc::<AtomicUsize>::default());
        let responder = Self { address, milliseconds: Arc::clone(&milliseconds), asked: Arc::clone(&asked) };
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (milliseconds, asked) = (Arc::clone(&milliseconds), Arc::clone(&asked));
                tokio::spawn(async move {
                    asked.fetch_add(1, Ordering::Relaxed);
                    answer(stream, issuer, &milliseconds).await;
                });
            }
        });
        responder
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on, takes so long for each answer.
    pub(crate) fn takes(&self, time: Duration) {
        self.milliseconds.store(u64::try_from(time.as_millis()).unwrap(), Ordering::Relaxed);
    }

    /// Questions so far.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

/// Whoever asks may go away before there is an answer.
async fn answer(mut stream: TcpStream, issuer: &Minted, milliseconds: &AtomicU64) -> Option<()> {
    let mut request = Vec::new();
    while !is_whole(&request) {
        if stream.read_buf(&mut request).await.ok()? == 0 {
            return None;
        }
    }
    tokio::time::sleep(Duration::from_millis(milliseconds.load(Ordering::Relaxed))).await;
    // Without extensions, the serial number is the end of a request.
    let now = OffsetDateTime::now_utc();
    let shape = AnswerShape::good(&request[request.len() - SERIAL_OCTETS..]);
    let body = shape.issued(now - time::Duration::MINUTE, Some(now + time::Duration::DAY)).signed(issuer, issuer);
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/ocsp-response\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(&[head.into_bytes(), body].concat()).await.ok()
}

/// Whether the head is there, and the body that it announces.
fn is_whole(request: &[u8]) -> bool {
    let Some(head) = memchr::memmem::find(request, b"\r\n\r\n") else { return false };
    let text = std::str::from_utf8(&request[..head]).unwrap().to_ascii_lowercase();
    let length = text.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap();
    request.len() == head + 4 + length.parse::<usize>().unwrap()
}

/// Of every client of the benches.
const SERIAL_OCTETS: usize = 20;
