//! Certificates whose turn to be validated comes too late.

use std::time::Duration;

use tower_client_cert::{Reason, Rejection};

use crate::flood::{World, asking, in_time, now, waits};
use crate::support::held_up::Holder;

#[test]
fn whose_turn_comes_too_late_is_refused_and_not_validated() {
    let world = World::new();
    let layer = world.layer(8);
    let clients = [world.pki.good(), world.pki.good(), world.pki.good()];
    let [mut early, mut late, mut latest] = clients.each_ref().map(|client| asking(&layer, client));
    world.while_one_is_validated(&layer, |holder| {
        assert!(waits(&mut early) && waits(&mut late));
        world.clock.set(1);
        assert!(waits(&mut latest));
        world.clock.set(5);
        holder.let_it_go_on();
    });
    assert!(in_time(early).identity().is_some(), "five seconds are not too long");
    world.clock.set(6);
    let Holder { begun, go_on } = world.algorithm.hold_the_next();
    drop(go_on);
    let refused = in_time(late);
    assert_eq!(refused.reason(), Some(Reason::ValidationBusy));
    assert!(refused.seen.is_none(), "the handler was called");
    assert_eq!((refused.status(), refused.header("retry-after")), (503, Some("5")));
    let rejection = refused.refusal().unwrap().rejection();
    assert_eq!(
        rejection.to_string(),
        "the certificate's turn came after 6000 ms, expected at most 5000 ms: 1 are validated at a time"
    );
    let Rejection::Busy(busy) = rejection else { panic!("{rejection:?}") };
    assert_eq!(busy.waited(), Some(Duration::from_secs(6)));
    assert!(begun.try_recv().is_err(), "it was validated all the same");
    assert!(in_time(latest).identity().is_some(), "who came later has time left");
    // What came too late says nothing of the certificate, and is not remembered.
    assert!(now(&mut asking(&layer, &clients[1])).identity().is_some());
}

#[test]
fn a_wait_is_not_too_long_for_a_header_that_was_validated_meanwhile_or_a_clock_that_was_set_back() {
    let world = World::new();
    world.clock.set(100);
    let layer = world.layer(8);
    let [client, other] = [world.pki.good(), world.pki.good()];
    let [mut first, mut second, mut third] = [&client, &client, &other].map(|client| asking(&layer, client));
    world.while_one_is_validated(&layer, |holder| {
        assert!(waits(&mut first) && waits(&mut second) && waits(&mut third));
        holder.let_it_go_on();
    });
    assert!(in_time(first).identity().is_some());
    world.clock.set(200);
    assert!(in_time(second).identity().is_some(), "its verdict is known by now");
    world.clock.set(0);
    assert!(in_time(third).identity().is_some());
}
