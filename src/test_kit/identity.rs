use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::SystemTime;

use bytes::Bytes;
use http::{Extensions, HeaderMap, Request, Response};
use http_body::Body;
use tower::{Layer, Service, ServiceExt as _, service_fn};

use super::authority::TestAuthority;
use super::certificate::TestCertificate;
use super::gateway::TestGateway;
use super::must;
use crate::clock::Clock;
use crate::gateway::{Gateway, GatewayPeer};
use crate::identity::ClientIdentity;
use crate::layer::{Authentication, ClientCert, ClientCertLayer, Refusal};

/// A client that handlers can be tried with, although no gateway sent a certificate and nobody configured any trust.
///
/// There is no back door behind it: the certificate goes through the whole line of a layer of its own, which trusts the
/// very authority that issued it. What no layer would accept, an expired certificate for example, is no test identity
/// either. In logs and evidence its gateway is called `test-kit, nothing was verified`.
///
/// A handler of axum:
///
/// ```
/// # #[cfg(feature = "axum")]
/// # fn example() {
/// use axum::{Router, routing::get};
/// use tower_client_cert::ClientIdentity;
/// use tower_client_cert::test_kit::{TestAuthority, TestIdentity};
///
/// let partner = TestAuthority::new("partner").client("orders-svc").issue();
/// let app: Router = Router::new()
///     .route("/", get(async |identity: ClientIdentity| identity.subject().to_string()))
///     .layer(TestIdentity::unverified(&partner).layer());
/// # }
/// ```
///
/// Anything else that reads the extensions of a request, such as a method of tonic:
///
/// ```
/// use tower_client_cert::test_kit::{TestAuthority, TestIdentity};
///
/// let partner = TestAuthority::new("partner").client("orders-svc").issue();
/// let mut request = http::Request::new(());
/// TestIdentity::unverified(&partner).insert_into(request.extensions_mut());
/// ```
#[derive(Clone, Debug)]
pub struct TestIdentity {
    layer: ClientCertLayer,
    sent: HeaderMap,
    gateway: TestGateway,
    authentication: Authentication,
}

impl TestIdentity {
    /// The client of this certificate. Its authority is trusted for nothing but being named.
    ///
    /// # Panics
    ///
    /// If the certificate is not in order; the text has the reason.
    #[must_use]
    #[track_caller]
    pub fn unverified(certificate: &TestCertificate) -> Self {
        let authorities: Vec<_> = certificate.authorities().collect();
        let root = must(authorities.last().ok_or("a root is no client"), "no identity");
        let gateway = gateway();
        let mut builder = ClientCertLayer::builder(gateway.gateway(), root.anchors()).clock(Shared(root.clock()));
        for authority in &authorities {
            builder = builder.intermediates(authority.as_intermediates());
        }
        let layer = must(builder.build(), "no identity");
        Self::of(layer, gateway.headers(certificate), gateway)
    }

    /// A client without a certificate: extractors find that a layer ran, and nobody.
    #[must_use]
    pub fn anonymous() -> Self {
        let gateway = gateway();
        let builder = ClientCertLayer::builder(gateway.gateway(), TestAuthority::new("nobody").anchors());
        Self::of(must(builder.build(), "no identity"), HeaderMap::new(), gateway)
    }

    #[track_caller]
    fn of(layer: ClientCertLayer, sent: HeaderMap, gateway: TestGateway) -> Self {
        let mut request = gateway.forward_anonymous(Request::new(()));
        request.headers_mut().extend(sent.clone());
        let authentication = authentication(&layer, request);
        Self { layer, sent, gateway, authentication }
    }

    /// The identity, as an argument for whatever takes one. `None` for an [`anonymous`](Self::anonymous) client.
    #[must_use]
    pub fn identity(&self) -> Option<ClientIdentity> {
        self.authentication.identity().cloned()
    }

    /// Puts the client into the extensions of a request, where extractors look for it.
    pub fn insert_into(&self, extensions: &mut Extensions) {
        extensions.insert(self.authentication.clone());
    }

    /// A layer in place of [`ClientCertLayer`]: every request is this client's. Certificate headers of the request are
    /// removed.
    #[must_use]
    pub fn layer(&self) -> TestIdentityLayer {
        TestIdentityLayer { identity: self.clone() }
    }
}

/// Makes every request a [`TestIdentity`]'s.
#[derive(Clone, Debug)]
pub struct TestIdentityLayer {
    identity: TestIdentity,
}

impl<S> Layer<S> for TestIdentityLayer {
    type Service = TestIdentityService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        TestIdentityService { inner: self.identity.layer.layer(inner), identity: self.identity.clone() }
    }
}

/// The service made by [`TestIdentityLayer`].
#[derive(Clone, Debug)]
pub struct TestIdentityService<S> {
    inner: ClientCert<S>,
    identity: TestIdentity,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for TestIdentityService<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>> + Clone,
    ResBody: Body<Data = Bytes>,
{
    type Response = <ClientCert<S> as Service<Request<ReqBody>>>::Response;
    type Error = S::Error;
    type Future = <ClientCert<S> as Service<Request<ReqBody>>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let mut request = self.identity.gateway.forward_anonymous(request);
        request.headers_mut().extend(self.identity.sent.clone());
        self.inner.call(request)
    }
}

/// What a layer hands to the service behind it.
#[track_caller]
fn authentication(layer: &ClientCertLayer, request: Request<()>) -> Authentication {
    let handler = service_fn(|request: Request<()>| {
        let mut response = Response::new(String::new());
        *response.extensions_mut() = request.extensions().clone();
        std::future::ready(Ok::<_, Infallible>(response))
    });
    let mut answer = pin!(layer.layer(handler).oneshot(request));
    let Poll::Ready(Ok(response)) = answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        super::fail("the layer waits, although nothing is to be fetched".to_owned())
    };
    let refusal = response.extensions().get::<Refusal>().map(|refusal| refusal.rejection().to_string());
    let found = response.extensions().get::<Authentication>().cloned();
    must(found.ok_or_else(|| refusal.unwrap_or_default()), "no layer accepts this certificate")
}

fn gateway() -> TestGateway {
    let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let gateway = Gateway::custom("test-kit, nothing was verified", ["127.0.0.1/32"]);
    TestGateway::at(must(gateway, "no gateway"), GatewayPeer::tcp(here))
}

/// An authority's clock, as a layer takes it.
#[derive(Debug)]
struct Shared(Arc<dyn Clock>);

impl Clock for Shared {
    fn now(&self) -> SystemTime {
        self.0.now()
    }
}
