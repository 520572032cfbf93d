//! tonic services and single gRPC methods.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpListener;
use tonic::Code;
use tonic::body::Body;
use tonic::server::NamedService;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tower::{Layer as _, Service};
use tower_client_cert::test_kit::TestCertificate;
use tower_client_cert::{
    AccessTable, AsyncAccessRequest, AuthorizationError, AuthorizerUnavailable, ClientCertLayer, ClientIdentity,
    Denial, Gateway, RequireClientCertLayer, Rule,
};

use crate::scene::{Scene, gateway, partner};
use crate::support::orders::{self, Orders};

/// The usual layer, for connections from this machine.
fn client_cert(scene: &Scene) -> ClientCertLayer {
    scene.builder(Gateway::nginx(["127.0.0.1"]).unwrap()).build().unwrap()
}

fn handled() -> Orders {
    Orders::new(|_| Ok("handled".to_owned()))
}

async fn serve(scene: &Scene, require: RequireClientCertLayer) -> SocketAddr {
    serve_guarded(scene, require.layer(handled())).await
}

async fn serve_guarded<S>(scene: &Scene, service: S) -> SocketAddr
where
    S: Service<http::Request<Body>, Error = Infallible> + NamedService + Clone + Send + Sync + 'static,
    S::Response: axum::response::IntoResponse,
    S::Future: Send,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = Server::builder().layer(client_cert(scene)).add_service(service);
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    address
}

async fn call(address: SocketAddr, certificate: Option<&TestCertificate>) -> Result<String, Code> {
    call_with(address, certificate, &[]).await
}

async fn call_with(
    address: SocketAddr,
    certificate: Option<&TestCertificate>,
    metadata: &[(&str, &str)],
) -> Result<String, Code> {
    let forwarded = certificate.map(|certificate| gateway().headers(certificate)).unwrap_or_default();
    let forwarded = forwarded.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
    let headers: Vec<_> = forwarded.chain(metadata.iter().copied()).collect();
    orders::get(orders::plain(address).await, &headers).await.map_err(|status| status.code())
}

#[tokio::test]
async fn one_service_of_a_tonic_server_is_guarded_by_a_rule() {
    let scene = Scene::new();
    let address = serve(&scene, RequireClientCertLayer::rule(partner())).await;
    assert_eq!(call(address, Some(&scene.partner)).await.as_deref(), Ok("handled"));
    assert_eq!(call(address, Some(&scene.stranger)).await, Err(Code::PermissionDenied));
    assert_eq!(call(address, None).await, Err(Code::Unauthenticated));
}

#[tokio::test]
async fn single_methods_are_guarded_by_a_table() {
    let scene = Scene::new();
    let get_alone = AccessTable::builder().grpc("test.Orders/Get", partner()).unwrap().build();
    let address = serve(&scene, RequireClientCertLayer::table(get_alone)).await;
    assert_eq!(call(address, Some(&scene.partner)).await.as_deref(), Ok("handled"));
    assert_eq!(call(address, Some(&scene.stranger)).await, Err(Code::PermissionDenied));
    let but_get = AccessTable::builder().grpc("test.Orders", partner()).unwrap();
    let but_get = but_get.grpc("test.Orders/Get", Rule::nobody()).unwrap().build();
    let address = serve(&scene, RequireClientCertLayer::table(but_get)).await;
    assert_eq!(call(address, Some(&scene.partner)).await, Err(Code::PermissionDenied));
}

/// Only for the tenant of the account, and only this method.
async fn only_own_tenant(request: AsyncAccessRequest) -> Result<(), AuthorizationError> {
    tokio::task::yield_now().await;
    let access = request.access();
    let tenant = access.account::<&'static str>().copied();
    if access.path() == "/test.Orders/Get" && tenant.is_some() && access.header("x-tenant") == tenant {
        return Ok(());
    }
    Err(Denial::new("the own tenant", access.header("x-tenant").unwrap_or("none")).into())
}

async fn tenant_of(identity: ClientIdentity) -> Result<&'static str, AuthorizationError> {
    match identity.subject().organization() {
        Some("Big Partner Foo SA") => Ok("foo"),
        Some("Stranger AG") => Err(Denial::new("a tenant", "none").into()),
        _ => Err(AuthorizerUnavailable::new("database down").into()),
    }
}

#[tokio::test]
async fn a_service_is_guarded_by_a_remembered_account_and_an_authorizer_that_waits() {
    let scene = Scene::new();
    let account = RequireClientCertLayer::account(tenant_of).remember(Duration::from_secs(60), 10);
    let guarded = account.layer(RequireClientCertLayer::asynchronous(only_own_tenant).layer(handled()));
    let address = serve_guarded(&scene, guarded).await;
    for (why, certificate, metadata, expected) in [
        ("nobody", None, &[("x-tenant", "foo")][..], Err(Code::Unauthenticated)),
        ("a stranger", Some(&scene.stranger), &[("x-tenant", "foo")], Err(Code::PermissionDenied)),
        ("no database", Some(&scene.nobody()), &[("x-tenant", "foo")], Err(Code::Unavailable)),
        ("no tenant", Some(&scene.partner), &[], Err(Code::PermissionDenied)),
        ("another tenant", Some(&scene.partner), &[("x-tenant", "bar")], Err(Code::PermissionDenied)),
        ("two tenants", Some(&scene.partner), &[("x-tenant", "foo"), ("x-tenant", "foo")], Err(Code::PermissionDenied)),
        ("its own", Some(&scene.partner), &[("x-tenant", "foo")], Ok("handled".to_owned())),
        ("another again", Some(&scene.partner), &[("x-tenant", "bar")], Err(Code::PermissionDenied)),
    ] {
        assert_eq!(call_with(address, certificate, metadata).await, expected, "{why}");
    }
}
