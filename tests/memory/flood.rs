//! More new certificates at a time than may be validated.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, Version};
use http_body_util::Full;
use rustls_pki_types::SignatureVerificationAlgorithm;
use tower::limit::ConcurrencyLimit;
use tower::{Layer as _, Service as _, ServiceExt as _, service_fn};
use tower_client_cert::{
    ClientCertLayer, ClientCertLayerBuilder, DenyList, Fault, Intermediates, Reason, RevocationLists, TrustAnchors,
};

use crate::meter::{HandClock, fingerprint};
use crate::scene::{self, Asked, ask, with_certificate};
use crate::support::held_up::{HeldUp, Holder};
use crate::support::pki::{ListShape, Minted, Pki, Shape, seconds};

/// A layer that validates one certificate at a time, and a client that it knows.
pub(crate) struct World {
    pub(crate) pki: Pki,
    pub(crate) clock: HandClock,
    pub(crate) algorithm: &'static HeldUp,
    algorithms: &'static [&'static dyn SignatureVerificationAlgorithm],
    known: Minted,
}

impl World {
    pub(crate) fn new() -> Self {
        let (algorithm, algorithms) = HeldUp::new();
        let pki = Pki::new();
        let known = pki.good();
        Self { pki, clock: HandClock::default(), algorithm, algorithms, known }
    }

    fn builder(&self) -> ClientCertLayerBuilder {
        scene::builder(&self.pki)
            .clock(self.clock.clone())
            .signature_algorithms(self.algorithms)
            .max_concurrent_validations(1)
    }

    /// So many requests may wait.
    pub(crate) fn layer(&self, waiting: usize) -> ClientCertLayer {
        self.acquainted(self.builder().max_waiting_validations(waiting))
    }

    fn acquainted(&self, builder: ClientCertLayerBuilder) -> ClientCertLayer {
        let layer = builder.build().unwrap();
        assert!(now(&mut asking(&layer, &self.known)).identity().is_some());
        layer
    }

    /// Does something while another new client is in the middle of its validation, which then goes on and ends well.
    pub(crate) fn while_one_is_validated<T>(&self, layer: &ClientCertLayer, then: impl FnOnce(Holder) -> T) -> T {
        let another = self.pki.good();
        let holder = self.algorithm.hold_the_next();
        thread::scope(|scope| {
            let validated = scope.spawn(|| assert!(now(&mut asking(layer, &another)).identity().is_some()));
            holder.wait_until_it_has_begun();
            let outcome = then(holder);
            validated.join().unwrap();
            outcome
        })
    }
}

/// The longest that a test waits to be woken.
const MAX_WAIT: Duration = Duration::from_secs(20);

pub(crate) type Asking<'a> = Pin<Box<dyn Future<Output = Asked> + 'a>>;

pub(crate) fn asking<'a>(layer: &'a ClientCertLayer, client: &Minted) -> Asking<'a> {
    requesting(layer, with_certificate(client))
}

fn requesting(layer: &ClientCertLayer, request: Request<Full<Bytes>>) -> Asking<'_> {
    Box::pin(ask(layer, request))
}

/// What comes of a request that need not wait.
pub(crate) fn now(asking: &mut Asking<'_>) -> Asked {
    let Poll::Ready(asked) = asking.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("the request waits")
    };
    asked
}

pub(crate) fn waits(asking: &mut Asking<'_>) -> bool {
    asking.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending()
}

/// Sleeps until it is woken. No runtime is needed for a wait.
struct Sleeper(thread::Thread);

impl Wake for Sleeper {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

pub(crate) fn in_time(mut asking: Asking<'_>) -> Asked {
    let (waker, start) = (Waker::from(Arc::new(Sleeper(thread::current()))), Instant::now());
    loop {
        match asking.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(asked) => return asked,
            Poll::Pending => thread::park_timeout(MAX_WAIT),
        }
        assert!(start.elapsed() < MAX_WAIT, "nobody wakes who waits");
    }
}

#[test]
fn known_clients_go_on_while_new_ones_wait_and_then_pass() {
    let world = World::new();
    let layer = world.layer(1);
    let second = world.pki.good();
    let mut waiting = asking(&layer, &second);
    world.while_one_is_validated(&layer, |holder| {
        assert!(waits(&mut waiting));
        assert!(now(&mut asking(&layer, &world.known)).identity().is_some());
        assert!(now(&mut requesting(&layer, scene::request(&[]))).is_anonymous());
        assert!(waits(&mut waiting));
        holder.let_it_go_on();
    });
    let asked = in_time(waiting);
    assert_eq!(asked.identity().unwrap().fingerprint(), &fingerprint(&second));
}

#[test]
fn whoever_comes_beyond_the_queue_is_refused_and_reaches_no_handler() {
    let world = World::new();
    let layer = world.layer(1);
    let clients = [world.pki.good(), world.pki.good()];
    world.while_one_is_validated(&layer, |holder| {
        let mut waiting = asking(&layer, &clients[0]);
        assert!(waits(&mut waiting));

        let refused = now(&mut asking(&layer, &clients[1]));
        assert_eq!(refused.reason(), Some(Reason::ValidationBusy));
        assert!(refused.seen.is_none(), "the handler was called");
        assert_eq!((refused.status(), refused.header("retry-after")), (503, Some("5")));
        assert_eq!(refused.header("cache-control"), Some("no-store"));
        let rejection = refused.refusal().unwrap().rejection();
        assert_eq!(rejection.fault(), Fault::Service);
        let text = "1 certificates are being validated and 1 requests wait for that, which are the limits";
        assert_eq!(rejection.to_string(), text);
        assert!(rejection.mend().unwrap().contains("max_waiting_validations"));
        assert!(waits(&mut waiting), "a refusal took the place of one who waits");

        let mut grpc = with_certificate(&clients[1]);
        *grpc.method_mut() = Method::POST;
        *grpc.version_mut() = Version::HTTP_2;
        grpc.headers_mut().insert("content-type", "application/grpc".parse().unwrap());
        let refused = now(&mut requesting(&layer, grpc));
        assert_eq!((refused.status(), refused.header("grpc-status")), (200, Some("14")));
        assert!(refused.seen.is_none(), "the handler was called");
        holder.let_it_go_on();
        assert!(in_time(waiting).identity().is_some());
    });
    assert_eq!(layer.handle().counts().refused(Reason::ValidationBusy), 2);
    // What was refused for lack of a place says nothing of the certificate, and is not remembered.
    assert!(now(&mut asking(&layer, &clients[1])).identity().is_some());
}

#[test]
fn with_no_queue_nobody_waits() {
    let world = World::new();
    let layer = world.layer(0);
    world.while_one_is_validated(&layer, |holder| {
        let asked = now(&mut asking(&layer, &world.pki.good()));
        assert_eq!(asked.reason(), Some(Reason::ValidationBusy));
        holder.let_it_go_on();
    });
}

#[test]
fn who_gives_up_frees_its_place_in_the_queue_and_inside() {
    let world = World::new();
    let layer = world.layer(1);
    let clients = [world.pki.good(), world.pki.good(), world.pki.good()];
    world.while_one_is_validated(&layer, |holder| {
        let mut first = asking(&layer, &clients[0]);
        assert!(waits(&mut first));
        drop(first);
        let mut second = asking(&layer, &clients[1]);
        assert!(waits(&mut second), "the place in the queue was not freed");
        let refused = now(&mut asking(&layer, &clients[2]));
        assert_eq!(refused.reason(), Some(Reason::ValidationBusy));
        holder.let_it_go_on();
        // Whether it is its turn by now or not.
        drop(second);
    });
    assert!(now(&mut asking(&layer, &clients[2])).identity().is_some(), "the place inside was not freed");
}

#[test]
fn those_who_wait_come_in_the_order_of_their_arrival() {
    let world = World::new();
    let layer = world.layer(8);
    let clients = [world.pki.good(), world.pki.good(), world.pki.good()];
    let mut all = clients.each_ref().map(|client| asking(&layer, client));
    world.while_one_is_validated(&layer, |holder| {
        assert!(all.iter_mut().all(waits));
        holder.let_it_go_on();
    });
    // It is the first one's turn: nobody passes it, who waits or comes now.
    let [mut first, mut second, mut third] = all;
    assert!(waits(&mut third) && waits(&mut second) && waits(&mut asking(&layer, &world.pki.good())));
    for client in [&mut first, &mut second, &mut third] {
        assert!(now(client).identity().is_some());
    }
}

#[test]
fn a_header_that_is_validated_while_another_request_with_it_waits_is_validated_once() {
    let world = World::new();
    let layer = world.layer(8);
    let new = world.pki.good();
    let [mut first, mut second] = [asking(&layer, &new), asking(&layer, &new)];
    world.while_one_is_validated(&layer, |holder| {
        assert!(waits(&mut first) && waits(&mut second));
        holder.let_it_go_on();
    });
    assert!(now(&mut first).identity().is_some());
    let Holder { begun, go_on } = world.algorithm.hold_the_next();
    drop(go_on);
    assert!(now(&mut second).identity().is_some());
    assert!(begun.try_recv().is_err(), "it was validated again");
}

#[test]
fn the_bound_holds_where_nothing_is_remembered() {
    let world = World::new();
    let layer = world.acquainted(world.builder().remember_nothing().max_waiting_validations(1));
    let mut known = asking(&layer, &world.known);
    world.while_one_is_validated(&layer, |holder| {
        assert!(waits(&mut known));
        let refused = now(&mut asking(&layer, &world.known));
        assert_eq!(refused.reason(), Some(Reason::ValidationBusy));
        holder.let_it_go_on();
    });
    assert!(in_time(known).identity().is_some());
}

#[test]
fn what_happens_to_dates_and_revocation_during_the_wait_counts() {
    let world = World::new();
    let serial = [0x4a];
    let list = |list: &ListShape| RevocationLists::from_octets(world.pki.intermediate.sign_list(list));
    let layer = world.acquainted(world.builder().max_waiting_validations(8).crls(list(&ListShape::new().number(1))));
    let (denied, revoked) = (world.pki.good(), world.pki.issue(&Shape::partner().serial(&serial)));
    let expiring = world.pki.issue(&Shape::partner().valid(seconds(-10), seconds(2)));
    let mut all = [&denied, &revoked, &expiring].map(|client| asking(&layer, client));
    world.while_one_is_validated(&layer, |holder| {
        assert!(all.iter_mut().all(waits));
        layer.handle().replace_deny_list(DenyList::new().certificate(fingerprint(&denied)));
        layer.handle().replace_crls(list(&ListShape::new().number(2).revoke(&serial))).unwrap();
        world.clock.set(3);
        holder.let_it_go_on();
    });
    let reasons = all.map(|asking| in_time(asking).reason());
    assert_eq!(reasons, [Some(Reason::DenyListed), Some(Reason::Revoked), Some(Reason::Expired)]);
}

#[test]
fn who_waits_is_judged_by_the_trust_it_came_under_and_the_next_one_by_its_own() {
    let world = World::new();
    let layer = world.layer(8);
    let client = world.pki.good();
    let mut before = asking(&layer, &client);
    let mut after = None;
    world.while_one_is_validated(&layer, |holder| {
        assert!(waits(&mut before));
        let others = Pki::new();
        let anchors = TrustAnchors::from_der(others.root.der()).unwrap();
        layer.handle().replace(anchors, Intermediates::default()).unwrap();
        let mut next = asking(&layer, &client);
        assert!(waits(&mut next));
        after = Some(next);
        holder.let_it_go_on();
    });
    assert!(in_time(before).identity().is_some());
    assert_eq!(in_time(after.unwrap()).reason(), Some(Reason::IssuerUnknown));
}

#[test]
fn who_waits_holds_no_place_of_the_service_inside() {
    let world = World::new();
    let layer = world.layer(1);
    let handler = service_fn(|_: Request<Full<Bytes>>| {
        std::future::ready(Ok::<_, std::convert::Infallible>(Response::new(Full::<Bytes>::default())))
    });
    let mut service = layer.layer(ConcurrencyLimit::new(handler, 1));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut waiting = world.while_one_is_validated(&layer, |holder| {
        runtime.block_on(async { service.ready().await.unwrap() });
        let mut waiting = Box::pin(service.call(with_certificate(&world.pki.good())));
        assert!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        let known = runtime.block_on(service.clone().oneshot(with_certificate(&world.known))).unwrap();
        assert_eq!(known.status(), StatusCode::OK);
        holder.let_it_go_on();
        waiting
    });
    assert_eq!(runtime.block_on(&mut waiting).unwrap().status(), StatusCode::OK);
}

#[cfg(feature = "ocsp")]
#[test]
fn who_has_waited_for_its_turn_waits_for_a_responder_next() {
    use tower_client_cert::evidence::{Check, Outcome};
    use tower_client_cert::{Fetch, FetchRequest, Fetching, OcspResponder, RevocationPolicy};

    /// Outside of a runtime nobody is asked.
    #[derive(Debug)]
    struct Nobody;

    impl Fetch for Nobody {
        fn fetch(&self, _: FetchRequest) -> Fetching<'_> {
            unreachable!()
        }
    }

    let world = World::new();
    let responder = OcspResponder::at("http://ocsp.test/").unwrap();
    let anchors = TrustAnchors::from_der(world.pki.root.der()).unwrap().labelled("ours");
    let builder = scene::with_anchors(anchors)
        .intermediates(Intermediates::from_der(world.pki.intermediate.der()).unwrap())
        .clock(world.clock.clone())
        .signature_algorithms(world.algorithms)
        .max_concurrent_validations(1)
        .ocsp(responder)
        .ocsp_fetcher(Nobody)
        .revocation_policy("ours", RevocationPolicy::deny().allow_unavailable());
    let layer = world.acquainted(builder);
    let client = world.pki.good();
    let mut waiting = asking(&layer, &client);
    world.while_one_is_validated(&layer, |holder| {
        assert!(waits(&mut waiting));
        holder.let_it_go_on();
    });
    let asked = in_time(waiting);
    let outcome = asked.identity().unwrap().evidence().outcome(Check::Ocsp).unwrap();
    assert!(matches!(outcome, Outcome::Tolerated { .. }), "{outcome:?}");
}

#[test]
fn the_limits_stand_in_the_policy_and_none_is_nothing() {
    let world = World::new();
    let value = |layer: &ClientCertLayer, key: &str| {
        let policy = layer.handle().policy();
        let entry = policy.entry(key).unwrap();
        (entry.value().to_owned(), entry.is_default())
    };
    let (concurrent, waiting) = ("limits.max_concurrent_validations", "limits.max_waiting_validations");
    let usual = scene::builder(&world.pki).build().unwrap();
    assert_eq!(value(&usual, concurrent), ("half of the processors".to_owned(), true));
    assert_eq!(value(&usual, waiting), ("1024".to_owned(), true));
    let set = world.layer(7);
    assert_eq!(value(&set, concurrent), ("1".to_owned(), false));
    assert_eq!(value(&set, waiting), ("7".to_owned(), false));
    // More than any semaphore holds.
    let most = scene::builder(&world.pki).max_concurrent_validations(usize::MAX).max_waiting_validations(usize::MAX);
    assert!(now(&mut asking(&most.build().unwrap(), &world.known)).identity().is_some());
    let none = scene::builder(&world.pki).max_concurrent_validations(0).build();
    assert!(none.unwrap_err().to_string().contains("max_concurrent_validations"));
}
