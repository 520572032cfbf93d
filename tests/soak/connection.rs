//! HTTP/1.1 to a gateway or to the service, over connections that are kept.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpSocket;

use crate::server::{ANSWERED_BY, REASON};
use crate::support::tls::{SERVER_NAME, TlsClient};

/// A connection, made when it is needed.
#[derive(Debug)]
pub(crate) struct Connection {
    to: SocketAddr,
    way: Way,
    sender: Option<SendRequest<Empty<Bytes>>>,
}

/// How a connection is made.
#[derive(Clone, Debug)]
enum Way {
    Tls(TlsClient),
    /// Without TLS, from this address.
    Plain(IpAddr),
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The reason of the refusal, `none` without one; `None` where it was not the service that answered.
    pub(crate) reason: Option<String>,
    pub(crate) body: String,
}

/// Header lines of a request.
pub(crate) type Lines = [(&'static str, String)];

impl Connection {
    pub(crate) fn tls(to: SocketAddr, client: &TlsClient) -> Self {
        Self { to, way: Way::Tls(client.clone()), sender: None }
    }

    pub(crate) fn plain(to: SocketAddr, from: impl Into<IpAddr>) -> Self {
        Self { to, way: Way::Plain(from.into()), sender: None }
    }

    /// Asks; once more over a new connection where the kept one was closed meanwhile.
    ///
    /// # Errors
    ///
    /// In words, where there is no answer.
    pub(crate) async fn ask(&mut self, path: &str, lines: &Lines) -> Result<Answer, String> {
        let was_kept = self.sender.is_some();
        match tokio::time::timeout(ANSWER_TIMEOUT, self.try_to_ask(path, lines)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) if was_kept => {
                self.sender = None;
                match tokio::time::timeout(ANSWER_TIMEOUT, self.try_to_ask(path, lines)).await {
                    Ok(Ok(answer)) => Ok(answer),
                    Ok(Err(error)) => Err(self.given_up(error)),
                    Err(_) => Err(self.given_up("no answer in time".to_owned())),
                }
            }
            Ok(Err(error)) => Err(self.given_up(error)),
            Err(_) => Err(self.given_up("no answer in time".to_owned())),
        }
    }

    fn given_up(&mut self, error: String) -> String {
        self.sender = None;
        error
    }

    async fn try_to_ask(&mut self, path: &str, lines: &Lines) -> Result<Answer, String> {
        let words = |error: hyper::Error| error.to_string();
        let mut sender = match self.sender.take() {
            Some(sender) => sender,
            None => self.connect().await?,
        };
        sender.ready().await.map_err(words)?;
        let mut request = Request::get(path).header("host", SERVER_NAME).body(Empty::new()).unwrap();
        for (name, value) in lines {
            request.headers_mut().append(HeaderName::from_static(name), HeaderValue::try_from(value).unwrap());
        }
        let response = sender.send_request(request).await.map_err(words)?;
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let reason = header(ANSWERED_BY).and_then(|_| header(REASON));
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.map_err(words)?.to_bytes();
        self.sender = Some(sender);
        Ok(Answer { status, reason, body: String::from_utf8_lossy(&body).into_owned() })
    }

    async fn connect(&self) -> Result<SendRequest<Empty<Bytes>>, String> {
        match &self.way {
            Way::Tls(client) => {
                let stream = client.try_connect(self.to).await.map_err(|error| error.to_string())?;
                handshake(stream).await
            }
            Way::Plain(from) => {
                let socket = TcpSocket::new_v4().unwrap();
                socket.bind(SocketAddr::new(*from, 0)).map_err(|error| error.to_string())?;
                handshake(socket.connect(self.to).await.map_err(|error| error.to_string())?).await
            }
        }
    }
}

async fn handshake<S>(stream: S) -> Result<SendRequest<Empty<Bytes>>, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    // How it ends is seen by whoever asks next.
    tokio::spawn(async move { drop(connection.await) });
    Ok(sender)
}

/// Far more than the gateways have patience for.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(600);
