//! Pinned certificates and keys, in place of a path and beside one.

use std::time::Duration;

use rcgen::{ExtendedKeyUsagePurpose, KeyUsagePurpose};
use sha2::Digest as _;
use tower_client_cert::certificate::Fingerprint;
use tower_client_cert::evidence::{Check, Outcome};
use tower_client_cert::{
    ClientCertLayerBuilder, ConfigError, IssuedBy, KeyKind, KeyPolicy, PinKind, PinnedCertificates, Reason,
    RequiredPolicies, TrustAnchors, TrustReplacement, TrustedBy,
};

use crate::scene::{Asked, Fixed, ask, builder, with_anchors, with_certificate};
use crate::support::clock::Moved;
use crate::support::pki::{Minted, Pki, Shape, days, now, seconds};

fn of_certificate(minted: &Minted) -> PinnedCertificates {
    PinnedCertificates::certificates([Fingerprint::new(sha2::Sha256::digest(minted.der()).into())])
}

fn of_key(minted: &Minted) -> PinnedCertificates {
    PinnedCertificates::public_keys([Fingerprint::new(sha2::Sha256::digest(minted.public_key_der()).into())])
}

/// A layer that knows pins and nothing else.
fn pins_alone(pinned: PinnedCertificates) -> ClientCertLayerBuilder {
    with_anchors(TrustAnchors::none()).trust_pinned(pinned)
}

async fn asked(builder: ClientCertLayerBuilder, minted: &Minted) -> Asked {
    ask(&builder.build().unwrap(), with_certificate(minted)).await
}

#[tokio::test]
async fn a_pinned_self_signed_certificate_is_accepted_and_says_so() {
    let partner = Shape::partner().self_signed();
    let asked = asked(pins_alone(of_certificate(&partner).labelled("foo")), &partner).await;
    let identity = asked.identity().unwrap();
    let TrustedBy::Pin(pin) = identity.trusted_by() else { panic!("{identity:?}") };
    assert_eq!((pin.label(), pin.kind()), (Some("foo"), PinKind::Certificate));
    assert!(identity.path().anchor().is_none() && identity.path().issuer().is_none());
    assert_eq!(identity.anchor_label(), None);
    assert!(identity.has_vouched_names());
    assert!(identity.evidence().passed(Check::Pin));
    assert!(!identity.evidence().passed(Check::Path));
    assert!(matches!(identity.evidence().outcome(Check::Path), Some(Outcome::Skipped { .. })));
}

#[tokio::test]
async fn what_a_pin_passes_over_is_skipped_where_it_is_configured_and_never_passed_in_silence() {
    let partner = Shape::partner().self_signed();
    let outcomes = async |builder: ClientCertLayerBuilder| {
        let asked = asked(builder, &partner).await;
        let evidence = asked.identity().unwrap().evidence().clone();
        [Check::Lifetime, Check::Policies, Check::Issuer].map(|check| evidence.outcome(check).cloned())
    };
    let plain = || pins_alone(of_certificate(&partner));
    for outcome in outcomes(plain()).await {
        assert!(matches!(outcome, Some(Outcome::NotConfigured)), "{outcome:?}");
    }
    let pki = Pki::new();
    let asking = with_anchors(TrustAnchors::from_der(pki.root.der()).unwrap().labelled("ours"))
        .trust_pinned(of_certificate(&partner))
        .max_lifetime(Duration::from_secs(1))
        .require_policies(RequiredPolicies::any(["1.2.3.4".parse().unwrap()]))
        .only_issued_by([IssuedBy::label("ours")]);
    for outcome in outcomes(asking).await {
        assert!(matches!(outcome, Some(Outcome::Skipped { .. })), "{outcome:?}");
    }
}

#[tokio::test]
async fn names_are_not_vouched_for_where_the_key_alone_is_pinned() {
    let partner = Shape::partner().self_signed();
    let asked = asked(pins_alone(of_key(&partner)), &partner).await;
    assert!(!asked.identity().unwrap().has_vouched_names());
    let pki = Pki::new();
    let with_path = ask(&builder(&pki).build().unwrap(), with_certificate(&pki.good())).await;
    assert!(with_path.identity().unwrap().has_vouched_names());
}

#[tokio::test]
async fn any_of_several_pins_will_do_and_no_other_certificate() {
    let (old, new, stranger) =
        (Shape::partner().self_signed(), Shape::partner().self_signed(), Shape::partner().self_signed());
    let pins = || of_certificate(&old).and(of_key(&new));
    assert!(asked(pins_alone(pins()), &old).await.identity().is_some());
    assert!(asked(pins_alone(pins()), &new).await.identity().is_some());
    assert_eq!(asked(pins_alone(pins()), &stranger).await.reason(), Some(Reason::IssuerUnknown));
}

#[tokio::test]
async fn a_pin_makes_no_authority_of_its_certificate() {
    let partner = Shape::authority("Partner").usages(&[]).self_signed();
    let below = partner.issue(&Shape::partner());
    let layer = || pins_alone(of_certificate(&partner).and(of_key(&partner)).allow_ca_certificate());
    assert!(asked(layer(), &partner).await.identity().is_some());
    assert_eq!(asked(layer(), &below).await.reason(), Some(Reason::IssuerUnknown));
}

#[tokio::test]
async fn a_pin_excuses_neither_dates_nor_use_nor_authority() {
    use ExtendedKeyUsagePurpose::ServerAuth;
    for (shape, reason, mend) in [
        (Shape::partner().valid(days(-60), days(-1)), Reason::Expired, "allow_expired() on the pins"),
        (Shape::partner().valid(days(1), days(60)), Reason::NotYetValid, "clock_skew"),
        (Shape::partner().made_authority(), Reason::CaCertificate, "allow_ca_certificate() on the pins"),
        (Shape::partner().purposes(&[ServerAuth]), Reason::NotForClientUse, "clientAuth or without purposes"),
        (
            Shape::partner().usages(&[KeyUsagePurpose::KeyAgreement]),
            Reason::KeyUsageUnsuitable,
            "digitalSignature or without key usage",
        ),
        (
            Shape::partner().critical_extension(&[1, 2, 3], &[5, 0]),
            Reason::CriticalExtensionUnsupported,
            "not critical",
        ),
    ] {
        let partner = shape.self_signed();
        let asked = asked(pins_alone(of_certificate(&partner)), &partner).await;
        assert_eq!(asked.reason(), Some(reason));
        let told = asked.refusal().unwrap().rejection().mend().unwrap();
        assert!(told.contains(mend) && !told.contains("anchor"), "{reason}: {told}");
    }
    let partner = Shape::partner().self_signed();
    let without = KeyPolicy::default().without(KeyKind::P256);
    let asked = asked(pins_alone(of_certificate(&partner)).key_policy(without), &partner).await;
    assert_eq!(asked.reason(), Some(Reason::KeyUnacceptable));
    assert!(asked.refusal().unwrap().rejection().mend().unwrap().contains("pin that one"));
}

#[tokio::test]
async fn a_pin_counts_from_the_first_second_of_its_certificate_to_the_end_of_its_last() {
    let partner = Shape::partner().valid(seconds(-10), seconds(10)).self_signed();
    let second = Duration::from_secs(1);
    for (at, expected) in [
        (now() - 10 * second - Duration::from_millis(1), Some(Reason::NotYetValid)),
        (now() - 10 * second, None),
        (now() + 10 * second, None),
        (now() + 10 * second + Duration::from_millis(999), None),
        (now() + 11 * second, Some(Reason::Expired)),
    ] {
        assert_eq!(asked(pins_alone(of_certificate(&partner)).clock(Fixed(at)), &partner).await.reason(), expected);
    }
    let of_one_second = Shape::partner().valid(seconds(0), seconds(0)).self_signed();
    assert!(asked(pins_alone(of_certificate(&of_one_second)), &of_one_second).await.identity().is_some());
}

#[tokio::test]
async fn a_clock_skew_moves_both_ends_of_a_pin_and_no_further() {
    let partner = Shape::partner().valid(seconds(-100), seconds(100)).self_signed();
    for (millis, expected) in [
        (-130_001, Some(Reason::NotYetValid)),
        (-130_000, None),
        (-100_001, None),
        (0, None),
        (101_000, None),
        (130_999, None),
        (131_000, Some(Reason::Expired)),
    ] {
        let moved = Duration::from_millis(i64::unsigned_abs(millis));
        let at = if millis < 0 { now() - moved } else { now() + moved };
        let layer = pins_alone(of_certificate(&partner)).clock(Fixed(at)).clock_skew(Duration::from_secs(30));
        assert_eq!(asked(layer, &partner).await.reason(), expected, "{millis}");
    }
}

#[tokio::test]
async fn an_identity_is_still_valid_for_as_long_as_a_new_request_would_be_let_in() {
    let partner = Shape::partner().valid(seconds(-100), seconds(100)).self_signed();
    let skew = Duration::from_secs(30);
    let strict = || pins_alone(of_certificate(&partner));
    let cases = [
        (strict(), [true, true, false, false]),
        (strict().clock_skew(skew), [true, true, true, false]),
        (pins_alone(of_certificate(&partner).allow_expired()), [true; 4]),
    ];
    for (builder, expected) in cases {
        let clock = Moved::default();
        let layer = builder.clock(clock.clone()).build().unwrap();
        let identity = ask(&layer, with_certificate(&partner)).await.identity().cloned().unwrap();
        for (seconds, still_valid) in [0, 100, 130, 131].into_iter().zip(expected) {
            clock.set(seconds);
            assert_eq!(identity.still_valid(), still_valid, "after {seconds} s");
            let anew = ask(&layer, with_certificate(&partner)).await;
            assert_eq!(anew.identity().is_some(), still_valid, "after {seconds} s");
        }
    }
}

#[tokio::test]
async fn what_is_allowed_for_a_pin_stands_in_the_evidence() {
    let partner = Shape::partner().made_authority().valid(days(-60), days(-1)).self_signed();
    let pins = of_certificate(&partner).allow_expired().allow_ca_certificate();
    let asked = asked(pins_alone(pins), &partner).await;
    let Some(Outcome::Allowed { options, .. }) = asked.identity().unwrap().evidence().outcome(Check::Pin) else {
        panic!("{asked:?}");
    };
    assert_eq!(&**options, "allow_expired, allow_ca_certificate");
}

#[tokio::test]
async fn a_pin_beside_a_path_replaces_nothing_of_the_path() {
    let pki = Pki::new();
    let (known, other, self_signed) = (pki.good(), pki.good(), Shape::partner().self_signed());
    let layer = || builder(&pki).only_pinned(of_certificate(&known).and(of_certificate(&self_signed)));
    let accepted = asked(layer(), &known).await;
    assert!(matches!(accepted.identity().unwrap().trusted_by(), TrustedBy::Anchor(_)));
    assert!(accepted.identity().unwrap().evidence().passed(Check::Pin));
    assert_eq!(asked(layer(), &other).await.reason(), Some(Reason::NotPinned));
    assert_eq!(asked(layer(), &self_signed).await.reason(), Some(Reason::IssuerUnknown));
}

#[tokio::test]
async fn replaced_pins_count_from_the_next_request_on() {
    let (old, new) = (Shape::partner().self_signed(), Shape::partner().self_signed());
    let layer = pins_alone(of_certificate(&old)).build().unwrap();
    layer.handle().replace_all(TrustReplacement::new().trust_pinned(of_certificate(&new))).unwrap();
    assert_eq!(ask(&layer, with_certificate(&old)).await.reason(), Some(Reason::IssuerUnknown));
    assert!(ask(&layer, with_certificate(&new)).await.identity().is_some());
}

#[test]
fn a_layer_that_could_accept_nobody_is_not_built() {
    assert!(with_anchors(TrustAnchors::none()).build().is_err());
    assert!(pins_alone(PinnedCertificates::default()).build().is_err());
}

#[test]
fn a_second_label_on_pins_that_have_one_builds_no_layer() {
    let partner = Shape::partner().self_signed();
    let pin = || of_certificate(&partner);
    let built = |pinned| with_anchors(TrustAnchors::none()).trust_pinned(pinned).build();
    let error = built(pin().labelled("first").labelled("second")).unwrap_err();
    let fingerprint = Fingerprint::new(sha2::Sha256::digest(partner.der()).into());
    assert_eq!(
        error.to_string(),
        format!("pin {fingerprint} is given twice, labelled \"first\" and \"second\": give it once, with one label")
    );
    let others = of_key(&Shape::partner().self_signed());
    let wrong = [
        others.clone().and(pin().labelled("first").labelled("second")),
        pin().labelled("first").and(pin().labelled("second")),
        pin().labelled("first").and(pin()),
    ];
    let pki = Pki::new();
    for pinned in wrong {
        assert!(matches!(built(pinned.clone()), Err(ConfigError::PinLabels { .. })), "{pinned:?}");
        // Where they are required beside a path, too.
        let beside = builder(&pki).only_pinned(pinned).build();
        assert!(matches!(beside, Err(ConfigError::PinLabels { .. })), "{beside:?}");
    }
    // What labels somebody, and what says the same again, is meant.
    built(pin().labelled("first").and(others).labelled("rest")).unwrap();
    built(pin().labelled("first").labelled("first")).unwrap();
    built(pin().labelled("first").and(pin().labelled("first"))).unwrap();
    built(pin().labelled("certificate").and(of_key(&partner).labelled("key"))).unwrap();
}

#[tokio::test]
async fn a_pin_that_is_given_twice_allows_what_both_allow() {
    let expired = Shape::partner().valid(days(-60), days(-30)).self_signed();
    let pin = || of_certificate(&expired);
    for pinned in [pin().allow_expired().and(pin()), pin().and(pin().allow_expired())] {
        assert_eq!(asked(pins_alone(pinned), &expired).await.reason(), Some(Reason::Expired));
    }
    let both = pin().allow_expired().and(pin().allow_expired());
    assert!(asked(pins_alone(both), &expired).await.identity().is_some());
}

#[test]
fn a_pin_goes_by_its_label_or_by_its_fingerprint() {
    let fingerprint: Fingerprint = "ab".repeat(32).parse().unwrap();
    let name = |pins: PinnedCertificates| pins.as_slice()[0].name();
    let pins = || PinnedCertificates::certificates([fingerprint]);
    assert_eq!(name(pins()), fingerprint.to_string());
    assert_eq!(name(pins().labelled("foo")), "foo");
}
