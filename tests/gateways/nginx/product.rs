//! nginx in the scenes that every product is asked: names that imitate headers, copies of the victim's very value.

use tower_client_cert::Gateway;

use crate::page;
use crate::scenes::{Product, play};
use crate::started;

const NGINX: Product = Product {
    gateway: || Gateway::nginx(["127.0.0.1/32"]).unwrap(),
    start: |server, service| started::nginx(&page::block("nginx.md", "nginx", 0), server, service),
    header: "x-client-cert",
    connection_named: "Big Partner Foo SA",
    imitated_element: "Element SA",
};

#[tokio::test]
async fn every_client_is_who_it_is() {
    play(&NGINX).await;
}
