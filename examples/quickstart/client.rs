//! The clients' side: one request over one new connection, through the gateway or straight to the service.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tower_client_cert::Reason;

use crate::Result;
use crate::gateway::Gateway;
use crate::pki::{Credentials, Pki};
use crate::service::Service;

/// Asks the gateway or the service, and notes who answered.
pub(crate) struct Client<'a> {
    gateway: &'a Gateway,
    service: &'a Service,
    gateway_issuers: Arc<RootCertStore>,
    stranger: Option<Stranger>,
}

/// How a request reaches the service.
#[derive(Clone, Copy)]
pub(crate) enum Way<'a> {
    /// From the gateway's address, without the gateway's doing: a health probe, or whoever else sits there.
    FromGatewayAddress,
    /// From an address that is no gateway.
    FromStranger(Stranger),
    /// Over TLS, with or without a client certificate.
    ThroughGateway(Option<&'a Credentials>),
}

/// An address of this machine that is no gateway, and where the service is reached from there.
#[derive(Clone, Copy)]
pub(crate) struct Stranger {
    pub(crate) address: IpAddr,
    pub(crate) service: SocketAddr,
}

/// How a request was answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) by: AnsweredBy,
}

/// Who gave the answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum AnsweredBy {
    /// A handler, with this text.
    Handler(String),
    /// The layer or an extractor, for this reason.
    Layer(Reason),
}

impl<'a> Client<'a> {
    pub(crate) fn new(pki: &Pki, gateway: &'a Gateway, service: &'a Service) -> Result<Self> {
        let mut gateway_issuers = RootCertStore::empty();
        gateway_issuers.add(pki.gateway_issuer.der().clone())?;
        Ok(Self { gateway, service, gateway_issuers: Arc::new(gateway_issuers), stranger: Stranger::find(service) })
    }

    /// The address that plays the stranger, if this machine has one.
    pub(crate) fn stranger(&self) -> Option<Stranger> {
        self.stranger
    }

    pub(crate) async fn get(&self, path: &str, way: Way<'_>, headers: &[(&str, String)]) -> Result<Answer> {
        match way {
            Way::FromGatewayAddress => {
                let service = self.service.address();
                self.exchange(connect(IpAddr::V4(Ipv4Addr::LOCALHOST), service).await?, path, headers).await
            }
            Way::FromStranger(stranger) => {
                self.exchange(connect(stranger.address, stranger.service).await?, path, headers).await
            }
            Way::ThroughGateway(credentials) => {
                let connector = TlsConnector::from(Arc::new(self.tls(credentials)?));
                let connection = TcpStream::connect(self.gateway.address()).await?;
                let name = ServerName::from(self.gateway.address().ip());
                self.exchange(connector.connect(name, connection).await?, path, headers).await
            }
        }
    }

    async fn exchange<C>(&self, connection: C, path: &str, headers: &[(&str, String)]) -> Result<Answer>
    where
        C: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let mut request = Request::get(path).header(header::HOST, "localhost");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(connection)).await?;
        tokio::spawn(connection);
        let (response, body) = sender.send_request(request.body(Empty::<Bytes>::new())?).await?.into_parts();
        let text = Limited::new(body, MAX_ANSWER_BYTES).collect().await?.to_bytes();
        let by = match self.service.take_reason() {
            Some(reason) => AnsweredBy::Layer(reason),
            None => AnsweredBy::Handler(String::from_utf8(text.to_vec())?),
        };
        Ok(Answer { status: response.status, by })
    }

    fn tls(&self, credentials: Option<&Credentials>) -> Result<ClientConfig> {
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(Arc::clone(&self.gateway_issuers));
        Ok(match credentials {
            Some(credentials) => config.with_client_auth_cert(credentials.chain(), credentials.private_key())?,
            None => config.with_no_client_auth(),
        })
    }
}

impl Stranger {
    /// All of 127.0.0.0/8 is this machine on Linux and Windows; macOS has 127.0.0.1 alone, so there `::1` is the stranger.
    fn find(service: &Service) -> Option<Self> {
        let second = Self { address: IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)), service: service.address() };
        if bind(second.address).is_ok() {
            return Some(second);
        }
        Some(Self { address: IpAddr::V6(Ipv6Addr::LOCALHOST), service: service.ipv6_address()? })
    }
}

async fn connect(from: IpAddr, to: SocketAddr) -> Result<TcpStream> {
    Ok(bind(from)?.connect(to).await?)
}

fn bind(address: IpAddr) -> Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.bind(SocketAddr::new(address, 0))?;
    Ok(socket)
}

/// Bytes of an answer that are read; every page here is one line.
const MAX_ANSWER_BYTES: usize = 4096;
