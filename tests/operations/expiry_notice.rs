//! The header that tells a client that its certificate expires soon.

use std::time::Duration;

use crate::scene::{ask, request, with_certificate};
use crate::support::pki::{Pki, Shape, days, seconds};
use crate::world::{DAY_SECONDS, builder};

#[tokio::test]
async fn a_client_is_told_within_the_time_and_not_before() {
    let pki = Pki::new();
    let layer = builder(&pki).warn_before_expiry(Duration::from_secs(30 * DAY_SECONDS)).build().unwrap();
    let soon = ask(&layer, with_certificate(&pki.issue(&Shape::partner().valid(days(-1), days(29))))).await;
    assert_eq!(soon.header("client-certificate-expires"), Some("2026-03-30T12:00:00Z"));
    assert_eq!(soon.header("cache-control"), Some("no-store"));
    let in_time = ask(&layer, with_certificate(&pki.issue(&Shape::partner().valid(days(-1), days(30))))).await;
    assert_eq!(in_time.header("client-certificate-expires"), None);
    assert_eq!(ask(&layer, request(&[])).await.header("client-certificate-expires"), None);
}

/// A skew of clocks lets it pass for a while.
#[tokio::test]
async fn a_client_is_told_still_after_its_certificate_has_expired() {
    let pki = Pki::new();
    let leaf = pki.issue(&Shape::partner().valid(days(-1), seconds(-10)));
    let layer = builder(&pki).clock_skew(Duration::from_secs(30)).warn_before_expiry(Duration::from_secs(1));
    let asked = ask(&layer.build().unwrap(), with_certificate(&leaf)).await;
    assert_eq!((asked.status(), asked.header("client-certificate-expires")), (200, Some("2026-03-01T11:59:50Z")));
}

#[tokio::test]
async fn nobody_is_told_by_default() {
    let pki = Pki::new();
    let soon = pki.issue(&Shape::partner().valid(days(-1), days(1)));
    let asked = ask(&builder(&pki).build().unwrap(), with_certificate(&soon)).await;
    assert_eq!(asked.header("client-certificate-expires"), None);
}
