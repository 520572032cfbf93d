//! tonic's routes inside an axum router: HTTP and gRPC side by side on one port.

use axum::Router;
use axum::routing::get as route_get;
use tonic::Code;
use tonic::service::Routes;
use tower_client_cert::ClientIdentity;

use crate::served::{builder, get, layer, serve};
use crate::support::http;
use crate::support::pki::{Pki, Shape, days};
use crate::tonic_server::{call, restricted};

async fn page(identity: ClientIdentity) -> String {
    identity.subject().organization().unwrap_or("?").to_owned()
}

fn app() -> Router {
    Routes::new(restricted()).into_axum_router().route("/page", route_get(page).post(page))
}

#[tokio::test]
async fn both_know_their_clients_and_answer_in_their_own_protocol() {
    let pki = Pki::new();
    let address = serve(app().layer(layer(&pki))).await;
    let (good, expired) = (pki.good(), pki.issue(&Shape::partner().valid(days(-60), days(-30))));
    assert_eq!(get(address, "/page", Some(&good)).await.body, "Big Partner Foo SA");
    assert_eq!(call(address, Some(&good)).await.unwrap(), "Big Partner Foo SA");
    assert_eq!(get(address, "/page", None).await.status, 401);
    assert_eq!(call(address, None).await.unwrap_err().code(), Code::Unauthenticated);
    assert_eq!(get(address, "/page", Some(&expired)).await.status, 403);
    assert_eq!(call(address, Some(&expired)).await.unwrap_err().code(), Code::Unauthenticated);
}

#[tokio::test]
async fn a_http_1_request_that_claims_grpc_gets_the_401_and_not_200() {
    let pki = Pki::new();
    let required = serve(app().layer(builder(&pki).required().build().unwrap())).await;
    let extracted = serve(app().layer(layer(&pki))).await;
    for (address, path) in [(required, "/page"), (required, "/test.Orders/Get"), (extracted, "/page")] {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/grpc\r\n\
             Content-Length: 0\r\n\r\n"
        );
        let answer = http::send(address, &request).await;
        assert_eq!((answer.status, answer.header("grpc-status")), (401, None), "{path}");
    }
}

#[tokio::test]
async fn a_method_without_the_layer_beside_a_page_with_it_is_internal() {
    let pki = Pki::new();
    let pages = Router::new().route("/page", route_get(page)).layer(layer(&pki));
    let address = serve(Routes::new(restricted()).into_axum_router().merge(pages)).await;
    assert_eq!(get(address, "/page", Some(&pki.good())).await.status, 200);
    assert_eq!(call(address, Some(&pki.good())).await.unwrap_err().code(), Code::Internal);
}
