//! What the layer itself makes of a request, from the same configuration.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer, ServiceExt, service_fn};
use tower_client_cert::{Authentication, ClientCertConfig, ClientCertLayer, GatewayPeer, Reason, Refusal};

use crate::support::clock::Fixed;
use crate::world::Asked;

/// What came of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Accepted,
    Anonymous,
    Refused(Reason, u16),
}

/// Sends the request through the layer that the file configures.
pub(crate) async fn ask(config: &Path, asked: &Asked) -> Answer {
    send(&read(config).build().unwrap(), asked).await
}

/// The configuration under the fixed clock.
pub(crate) fn read(config: &Path) -> ClientCertConfig {
    ClientCertConfig::from_file(config).unwrap().clock(Fixed::usual())
}

/// Sends the request through this layer.
pub(crate) async fn send(layer: &ClientCertLayer, asked: &Asked) -> Answer {
    let mut request = Request::builder().method(asked.method).uri(asked.path);
    for (name, value) in &asked.lines {
        request = request.header(name, value);
    }
    let mut request = request.body(Full::<Bytes>::default()).unwrap();
    let peer = SocketAddr::new(asked.peer.parse().unwrap(), 50_000);
    request.extensions_mut().insert(GatewayPeer::tcp(peer));
    let handler = service_fn(|request: Request<Full<Bytes>>| async move {
        let is_client = request.extensions().get::<Authentication>().unwrap().identity().is_some();
        let mut response = Response::new(Full::<Bytes>::default());
        response.extensions_mut().insert(is_client);
        Ok::<_, Infallible>(response)
    });
    let response = layer.layer(handler).oneshot(request).await.unwrap();
    match (response.extensions().get::<Refusal>(), response.extensions().get::<bool>()) {
        (Some(refusal), _) => Answer::Refused(refusal.rejection().reason(), refusal.status().as_u16()),
        (None, Some(true)) => Answer::Accepted,
        (None, _) => Answer::Anonymous,
    }
}
