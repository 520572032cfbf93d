//! A client that stage 5 refuses is told so: never that it has no certificate, whatever asks for one further inside.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use tower::{Layer as _, ServiceExt as _, service_fn};
use tower_client_cert::{
    ClientCertLayerBuilder, DenyList, OcspAnswers, Reason, Refusal, RequireClientCertLayer, RevocationLists, Rule,
};

use crate::scene::{as_grpc, with_certificate};
use crate::support::pki::{AnswerShape, ListShape, Minted, Status, days};
use crate::world::{CLIENT, World, ask};

type Case = (Reason, u16, Box<dyn Fn(&World) -> ClientCertLayerBuilder>);

fn with_list(world: &World, signer: &Minted, list: &ListShape) -> ClientCertLayerBuilder {
    world.builder().crls(RevocationLists::from_octets(signer.sign_list(list)))
}

/// Each reason of the stage that needs no network, with its answer and a layer that refuses for it.
async fn cases(world: &World) -> Vec<Case> {
    let asked = ask(&world.builder().build().unwrap(), &world.client).await;
    let fingerprint = *asked.identity().unwrap().fingerprint();
    let list = |reason, status, list: ListShape| -> Case {
        (reason, status, Box::new(move |world| with_list(world, &world.intermediate, &list)))
    };
    vec![
        (
            Reason::DenyListed,
            403,
            Box::new(move |world| world.builder().deny_list(DenyList::new().certificate(fingerprint))),
        ),
        list(Reason::Revoked, 403, ListShape::new().revoke(CLIENT)),
        list(Reason::RevocationStale, 503, ListShape::new().issued(days(-9), days(-2))),
        (Reason::RevocationNoSource, 503, Box::new(|world| with_list(world, &world.root, &ListShape::new()))),
        (
            Reason::RevocationUnknown,
            403,
            Box::new(|world| {
                let unknown =
                    AnswerShape::new(CLIENT, Status::Unknown).signed(&world.intermediate, &world.intermediate);
                world.builder().ocsp_answers(OcspAnswers::from_octets(unknown))
            }),
        ),
    ]
}

#[tokio::test]
async fn what_stage_5_refuses_is_never_reported_as_missing() {
    let world = World::new();
    for (reason, status, builder) in cases(&world).await {
        for is_required in [false, true] {
            let builder = if is_required { builder(&world).required() } else { builder(&world) };
            let layer = builder.build().unwrap();
            let called = Arc::new(AtomicUsize::new(0));
            let counting = Arc::clone(&called);
            let handler = service_fn(move |_: Request<Full<Bytes>>| {
                counting.fetch_add(1, Ordering::SeqCst);
                async { Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())) }
            });
            // A rule that asks for a certificate stands inside, and one that asks for none.
            let guarded = RequireClientCertLayer::rule(Rule::organization("Big Partner Foo SA")).layer(handler);
            let service = layer.layer(guarded);
            let response = service.clone().oneshot(with_certificate(&world.client)).await.unwrap();
            let found = response.extensions().get::<Refusal>().unwrap().rejection().reason();
            assert_eq!((found, response.status().as_u16()), (reason, status), "{is_required}");
            assert_eq!(response.headers().get("www-authenticate"), None, "{reason}: nobody is asked for a certificate");
            let body = String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap();
            assert!(!body.contains("required") && !body.contains("missing"), "{reason}: {body}");

            let response = service.oneshot(as_grpc(with_certificate(&world.client))).await.unwrap();
            let code = if status == 503 { "14" } else { "16" };
            assert_eq!(response.headers()["grpc-status"], code, "{reason}");
            assert_eq!(called.load(Ordering::SeqCst), 0, "{reason}: the handler was called");
            let counts = layer.handle().counts();
            assert_eq!((counts.refused(reason), counts.refused(Reason::CertificateMissing)), (2, 0), "{reason}");
            assert_eq!(counts.anonymous(), 0, "{reason}");
        }
    }
}
