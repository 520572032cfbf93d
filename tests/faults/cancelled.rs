//! Requests that are given up, at each place where they wait: nobody else is held up, and nothing stays taken.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tokio::sync::Semaphore;
use tower::{Layer as _, Service as _, ServiceExt as _, service_fn};
use tower_client_cert::{
    AsyncAccessRequest, AuthorizationError, ClientCertLayer, Fetch, FetchRequest, Fetched, FetchedOctets, Fetching,
    OcspResponder, RequireClientCertLayer,
};

use crate::scene::{self, builder, with_certificate};
use crate::support::pki::{AnswerShape, Minted, Pki, Shape};
use crate::world::CLIENT;

/// How often each part of the way waits before it goes on.
const WAITS: usize = 3;

async fn wait() {
    for _ in 0..WAITS {
        tokio::task::yield_now().await;
    }
}

/// Answers after a while.
#[derive(Clone, Debug)]
struct Hesitant {
    answer: Vec<u8>,
    calls: Arc<AtomicUsize>,
}

impl Fetch for Hesitant {
    fn fetch(&self, _: FetchRequest) -> Fetching<'_> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        Box::pin(async {
            wait().await;
            Ok(Fetched::Octets(FetchedOctets::new(self.answer.clone())))
        })
    }
}

async fn hesitant_authorizer(_: AsyncAccessRequest) -> Result<(), AuthorizationError> {
    wait().await;
    Ok(())
}

/// Polls a request of the client's so often, then gives it up. Tells whether it had ended before.
async fn given_up(layer: &ClientCertLayer, places: &Arc<Semaphore>, client: &Minted, polls: usize) -> bool {
    let inner = {
        let places = Arc::clone(places);
        service_fn(move |_: Request<Full<Bytes>>| {
            let places = Arc::clone(&places);
            async move {
                let _place = places.acquire().await.unwrap();
                wait().await;
                Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"handled"))))
            }
        })
    };
    let mut service = layer.layer(RequireClientCertLayer::asynchronous(hesitant_authorizer).layer(inner));
    let mut request = pin!(service.ready().await.unwrap().call(with_certificate(client)));
    for _ in 0..polls {
        if poll_fn(|context| Poll::Ready(request.as_mut().poll(context))).await.is_ready() {
            return true;
        }
        tokio::task::yield_now().await;
    }
    false
}

/// The most polls that a request takes: three parts that wait, and what lies between.
const MAX_POLLS: usize = 40;

#[tokio::test]
async fn a_request_given_up_at_any_wait_holds_up_nobody() {
    let pki = Pki::new();
    let client = pki.intermediate.issue(&Shape::partner().serial(CLIENT));
    let answer = AnswerShape::good(CLIENT).signed(&pki.intermediate, &pki.intermediate);
    let mut ended = 0;
    for polls in 0..MAX_POLLS {
        let fetcher = Hesitant { answer: answer.clone(), calls: Arc::default() };
        let asking = builder(&pki).ocsp(OcspResponder::at("http://ocsp.test/").unwrap()).ocsp_fetcher(fetcher.clone());
        let layer = asking.build().unwrap();
        let places = Arc::new(Semaphore::new(1));
        // Given up many times over, before anybody learnt anything, and while the first answer is on its way.
        for _ in 0..5 {
            ended += usize::from(given_up(&layer, &places, &client, polls).await);
        }
        assert_eq!(places.available_permits(), 1, "a place stays taken after {polls} polls");
        let asked = scene::ask(&layer, with_certificate(&client)).await;
        assert!(asked.identity().is_some(), "after {polls} polls: {:?}", asked.refusal());
        assert!(given_up(&layer, &places, &client, MAX_POLLS).await, "after {polls} polls a request does not end");
        let asks = fetcher.calls.load(Ordering::SeqCst);
        assert!(asks <= 2, "the responder was asked {asks} times for one certificate after {polls} polls");
    }
    assert!(ended > 0, "no request ended within {MAX_POLLS} polls: later waits were not reached");
}

#[tokio::test]
async fn hundreds_that_give_up_leave_room_for_the_next_client() {
    // More than may be under way with responders at a time.
    const CLIENTS: u8 = 200;
    let pki = Pki::new();
    let answer = AnswerShape::good(CLIENT).signed(&pki.intermediate, &pki.intermediate);
    let fetcher = Hesitant { answer, calls: Arc::default() };
    let asking = builder(&pki).ocsp(OcspResponder::at("http://ocsp.test/").unwrap()).ocsp_fetcher(fetcher);
    let layer = asking.build().unwrap();
    let places = Arc::new(Semaphore::new(1));
    for number in 0..CLIENTS {
        let other = pki.intermediate.issue(&Shape::partner().serial(&[0x0d, number]));
        assert!(!given_up(&layer, &places, &other, 1).await);
    }
    // What was asked for them ends, with an answer about somebody else.
    for _ in 0..usize::from(CLIENTS) * WAITS {
        tokio::task::yield_now().await;
    }
    let client = pki.intermediate.issue(&Shape::partner().serial(CLIENT));
    let asked = scene::ask(&layer, with_certificate(&client)).await;
    assert!(asked.identity().is_some(), "{:?}", asked.refusal());
}
