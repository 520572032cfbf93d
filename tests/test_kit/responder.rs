//! A service whose layer asks the kit's responder, as it asks one over the network in production.

use std::time::Duration;

use tower_client_cert::test_kit::{
    OcspFault, TestAuthority, TestClock, TestOcspResponder, assert_not_refused, assert_refused,
};
use tower_client_cert::{ClientCertLayer, OcspResponder, Reason};

use crate::{app, builder, nginx, request, send};

const HOUR: Duration = Duration::from_secs(60 * 60);

fn asking(responder: &TestOcspResponder, authority: &TestAuthority, clock: &TestClock) -> ClientCertLayer {
    builder(authority)
        .clock(clock.clone())
        .ocsp(OcspResponder::at("http://ocsp.partner.example/").unwrap())
        .ocsp_fetcher(responder.clone())
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_client_is_refused_after_the_refresh_that_follows_its_revocation() {
    let clock = TestClock::at_unix_seconds(1_772_366_400);
    let authority = TestAuthority::with_clock("partner", &clock);
    let responder = TestOcspResponder::new(&authority);
    let layer = asking(&responder, &authority, &clock);
    let client = authority.client("orders-svc").issue();

    for _ in 0..3 {
        assert_not_refused(&send(&app(layer.clone()), nginx().forward(request(), &client)).await);
    }
    assert_eq!(responder.asked(), 1, "asked on the first sight alone");

    authority.revoke(&client);
    assert_not_refused(&send(&app(layer.clone()), nginx().forward(request(), &client)).await);
    clock.advance(HOUR);
    layer.handle().refresh_ocsp_answers().await;
    assert_refused(&send(&app(layer), nginx().forward(request(), &client)).await, Reason::Revoked);
}

#[tokio::test]
async fn whatever_the_responder_does_wrong_nobody_new_passes_and_everybody_known_goes_on() {
    for (fault, reason) in [
        (OcspFault::AnotherCertificate, Reason::RevocationUnavailable),
        (OcspFault::BrokenSignature, Reason::RevocationUnavailable),
        (OcspFault::Garbage, Reason::RevocationUnavailable),
        (OcspFault::Stale, Reason::RevocationUnavailable),
        (OcspFault::TimedOut, Reason::RevocationUnavailable),
        (OcspFault::TryLater, Reason::RevocationUnavailable),
        (OcspFault::Unreachable, Reason::RevocationUnavailable),
        (OcspFault::Unknown, Reason::RevocationUnknown),
    ] {
        let clock = TestClock::at_unix_seconds(1_772_366_400);
        let authority = TestAuthority::with_clock("partner", &clock);
        let responder = TestOcspResponder::new(&authority);
        let layer = asking(&responder, &authority, &clock);
        let (known, new) = (authority.client("known").issue(), authority.client("new").issue());
        assert_not_refused(&send(&app(layer.clone()), nginx().forward(request(), &known)).await);

        responder.fail(fault);
        assert_refused(&send(&app(layer.clone()), nginx().forward(request(), &new)).await, reason);
        assert_not_refused(&send(&app(layer), nginx().forward(request(), &known)).await);
    }
}
