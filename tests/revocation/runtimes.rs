//! What becomes of questions to responders when the runtime ends that they are asked on.

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tower_client_cert::{ClientCertLayer, OcspResponder, Reason};

use crate::responder::{Reply, Responder};
use crate::support::clock::Moved;
use crate::support::pki::{AnswerShape, days};
use crate::world::{CLIENT, World, ask};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

fn asking(world: &World, responder: &Responder, clock: &Moved) -> ClientCertLayer {
    let at = OcspResponder::at("http://ocsp.test/").unwrap();
    world.builder().ocsp(at).ocsp_fetcher(responder.clone()).clock(clock.clone()).build().unwrap()
}

fn good(world: &World) -> Vec<u8> {
    let shape = AnswerShape::good(CLIENT).issued(days(0), Some(days(6)));
    shape.signed(&world.intermediate, &world.intermediate)
}

#[test]
fn a_question_that_ends_with_its_runtime_is_a_failure_and_holds_up_no_later_one() {
    let world = World::new();
    let (responder, clock) = (Responder::new(|_| Reply::Silence), Moved::default());
    let layer = asking(&world, &responder, &clock);
    let ended = runtime();
    ended.block_on(async {
        let mut asked = pin!(ask(&layer, &world.client));
        assert!(asked.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        while responder.calls() == 0 {
            tokio::task::yield_now().await;
        }
    });
    drop(ended);
    assert_eq!(layer.handle().counts().ocsp_failures(), 1);
    runtime().block_on(async {
        let asked = ask(&layer, &world.client).await;
        assert_eq!(asked.reason(), Some(Reason::RevocationUnavailable));
        let detail = asked.refusal().unwrap().rejection().to_string();
        assert!(detail.contains("was not heard to the end"), "{detail}");
        responder.now_answers(good(&world));
        clock.set(10);
        assert!(ask(&layer, &world.client).await.identity().is_some());
    });
}

#[test]
fn answers_are_renewed_on_the_next_runtime_when_the_first_has_ended() {
    let world = World::new();
    let (responder, clock) = (Responder::answering(good(&world)), Moved::default());
    let layer = runtime().block_on(async {
        let layer = asking(&world, &responder, &clock);
        assert!(ask(&layer, &world.client).await.identity().is_some());
        layer
    });
    runtime().block_on(async {
        clock.set(60 * 60);
        assert!(ask(&layer, &world.client).await.identity().is_some());
        tokio::time::sleep(Duration::from_secs(11)).await;
        assert_eq!(responder.calls(), 2);
    });
}
