//! Who waits for a responder takes no place of the service inside.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::{Layer, Service, ServiceExt};
use tower_client_cert::{ClientCertLayer, OcspResponder};

use crate::responder::{Reply, Responder};
use crate::scene::{request, with_certificate};
use crate::support::pki::AnswerShape;
use crate::world::{CLIENT, World};

fn asking(world: &World, responder: Responder) -> ClientCertLayer {
    let at = OcspResponder::at("http://ocsp.test/").unwrap();
    world.builder().ocsp(at).ocsp_fetcher(responder).build().unwrap()
}

/// A service with so many places, one of which is taken by whoever is ready.
#[derive(Debug)]
struct Places {
    places: Arc<Semaphore>,
    place: Option<OwnedSemaphorePermit>,
}

impl Clone for Places {
    fn clone(&self) -> Self {
        Self { places: Arc::clone(&self.places), place: None }
    }
}

impl Service<Request<Full<Bytes>>> for Places {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        if self.place.is_none() {
            self.place = Arc::clone(&self.places).try_acquire_owned().ok();
        }
        if self.place.is_some() { Poll::Ready(Ok(())) } else { Poll::Pending }
    }

    fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future {
        assert!(self.place.take().is_some(), "called without having been ready");
        std::future::ready(Ok(Response::new(Full::default())))
    }
}

#[tokio::test]
async fn who_waits_holds_no_place_of_the_inner_service() {
    let world = World::new();
    let layer = asking(&world, Responder::new(|_| Reply::Silence));
    let places = Arc::new(Semaphore::new(1));
    let mut service = layer.layer(Places { places: Arc::clone(&places), place: None });
    let waiting = service.ready().await.unwrap().call(with_certificate(&world.client));
    assert_eq!(places.available_permits(), 1);
    let anonymous = service.ready().await.unwrap().call(request(&[])).await.unwrap();
    assert_eq!(anonymous.status(), 200);
    drop(waiting);
}

#[tokio::test]
async fn who_has_waited_goes_on_when_the_inner_service_is_ready() {
    let world = World::new();
    let good = AnswerShape::good(CLIENT).signed(&world.intermediate, &world.intermediate);
    let layer = asking(&world, Responder::answering(good));
    let places = Arc::new(Semaphore::new(1));
    let service = layer.layer(Places { places: Arc::clone(&places), place: None });
    let response = service.oneshot(with_certificate(&world.client)).await.unwrap();
    assert_eq!(response.status(), 200);
}
