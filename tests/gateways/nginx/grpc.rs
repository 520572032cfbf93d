//! gRPC: client - TLS, HTTP/2 - nginx - tonic with the layer.

use tonic::{Code, Status};

use super::front::{Block, Front};
use super::scenes::scenes;
use super::service::{self, ANSWERED_BY, REASON};
use crate::support::orders;
use crate::support::pki::{Minted, Pki, Shape};
use crate::support::tls::{Protocol, Sessions};

async fn started(pki: &Pki) -> Option<Front> {
    let service = service::tonic(pki).await;
    Front::start(Block::Grpc, service)
}

async fn get(front: &Front, chain: &[&Minted], headers: &[(&str, &str)]) -> Result<String, Status> {
    let client = front.client(chain, Protocol::Http2, Sessions::Fresh);
    let channel = orders::through_tls(&client, front.address()).await;
    orders::get(channel, headers).await
}

fn header<'a>(status: &'a Status, name: &str) -> Option<&'a str> {
    status.metadata().get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn every_client_is_answered_by_the_service_with_the_right_reason() {
    let pki = Pki::new();
    let Some(front) = started(&pki).await else { return };
    for scene in scenes(&pki) {
        let chain: Vec<&Minted> = scene.certificate.iter().collect();
        match (get(&front, &chain, &[]).await, scene.expected) {
            (Ok(organization), Ok(expected)) => assert_eq!(organization, expected, "{}", scene.name),
            (Err(status), Err(expected)) => {
                assert_eq!(header(&status, ANSWERED_BY), Some("service"), "{}: {status:?}", scene.name);
                assert_eq!(status.code(), Code::Unauthenticated, "{}", scene.name);
                assert!(status.message().contains("(reference "), "{}", scene.name);
                // The layer lets nobody's request through, and it is the method that asks for an identity.
                let expected_reason = scene.certificate.is_some().then_some(expected);
                assert_eq!(header(&status, REASON), expected_reason, "{}", scene.name);
            }
            (found, expected) => panic!("{}: {found:?}, expected {expected:?}", scene.name),
        }
    }
}

#[tokio::test]
async fn a_client_that_writes_the_header_itself_gains_nothing() {
    let pki = Pki::new();
    let Some(front) = started(&pki).await else { return };
    let other = pki.issue(&Shape::client("svc").organization("Another SA"));
    let victim = pki.good().escaped_pem();
    for name in ["x-client-cert", "x_client_cert", "x.client.cert"] {
        for headers in [&[(name, victim.as_str())][..], &[(name, &victim), (name, &victim)]] {
            let status = get(&front, &[], headers).await.unwrap_err();
            assert_eq!(status.code(), Code::Unauthenticated, "{name}");
            assert_eq!(header(&status, ANSWERED_BY), Some("service"), "{name}: {status:?}");
            assert_eq!(get(&front, &[&other], headers).await.unwrap(), "Another SA", "{name}");
        }
    }
}
