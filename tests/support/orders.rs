//! A unary gRPC service and its client, written by hand so that no protoc is needed.

use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::uri::PathAndQuery;
use hyper_util::rt::TokioIo;
use tonic::body::Body;
use tonic::metadata::{AsciiMetadataKey, AsciiMetadataValue};
use tonic::server::{NamedService, UnaryService};
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;
use tower::{Service, service_fn};

use super::tls::TlsClient;

/// The question.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct GetOrder {
    #[prost(string, tag = "1")]
    pub(crate) id: String,
}

/// The answer: for whom it is.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Order {
    #[prost(string, tag = "1")]
    pub(crate) organization: String,
}

/// The service `test.Orders` with the method `Get`, which does whatever the test says.
#[derive(Clone)]
pub(crate) struct Orders {
    get: Arc<Method>,
}

type Method = dyn Fn(&Request<GetOrder>) -> Result<String, Status> + Send + Sync;

impl Orders {
    /// `get` names the organization, or refuses.
    pub(crate) fn new<F>(get: F) -> Self
    where
        F: Fn(&Request<GetOrder>) -> Result<String, Status> + Send + Sync + 'static,
    {
        Self { get: Arc::new(get) }
    }
}

impl fmt::Debug for Orders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Orders")
    }
}

impl NamedService for Orders {
    const NAME: &'static str = "test.Orders";
}

impl<B> Service<http::Request<B>> for Orders
where
    B: http_body::Body + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>> + Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let service = self.clone();
        Box::pin(async move {
            if request.uri().path() != PATH {
                return Ok(Status::unimplemented("no such method").into_http());
            }
            let mut grpc = tonic::server::Grpc::new(ProstCodec::<Order, GetOrder>::default());
            Ok(grpc.unary(service, request).await)
        })
    }
}

impl UnaryService<GetOrder> for Orders {
    type Response = Order;
    type Future = Ready<Result<Response<Order>, Status>>;

    fn call(&mut self, request: Request<GetOrder>) -> Self::Future {
        ready((self.get)(&request).map(|organization| Response::new(Order { organization })))
    }
}

/// Calls `Get` with these headers and returns the organization.
pub(crate) async fn get(channel: Channel, headers: &[(&str, &str)]) -> Result<String, Status> {
    let mut request = Request::new(GetOrder { id: "1".to_owned() });
    for (name, value) in headers {
        let name = AsciiMetadataKey::from_bytes(name.as_bytes()).unwrap();
        request.metadata_mut().append(name, AsciiMetadataValue::try_from(*value).unwrap());
    }
    let calling = async {
        let mut grpc = tonic::client::Grpc::new(channel);
        grpc.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
        let codec = ProstCodec::<GetOrder, Order>::default();
        let answer: Response<Order> = grpc.unary(request, PathAndQuery::from_static(PATH), codec).await?;
        Ok(answer.into_inner().organization)
    };
    tokio::time::timeout(ANSWER_TIMEOUT, calling).await.expect("an answer comes in time")
}

/// A connection in plain HTTP/2.
pub(crate) async fn plain(address: SocketAddr) -> Channel {
    Endpoint::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap()
}

/// A connection through TLS.
pub(crate) async fn through_tls(client: &TlsClient, address: SocketAddr) -> Channel {
    let client = client.clone();
    let connector = service_fn(move |_: http::Uri| {
        let client = client.clone();
        async move { Ok::<_, Infallible>(TokioIo::new(client.connect(address).await)) }
    });
    // The scheme is http because tonic must not put TLS of its own around the connection.
    Endpoint::from_static("http://gateway.test").connect_with_connector(connector).await.unwrap()
}

const PATH: &str = "/test.Orders/Get";

const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
