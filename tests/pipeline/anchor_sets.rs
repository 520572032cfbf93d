//! Anchors that are given more than once, and anchors that cannot be used.

use std::time::Duration;

use tower_client_cert::certificate::ObjectIdentifier;
use tower_client_cert::{ConfigError, Gateway, Intermediates, IssuedBy, Place, Reason, Rejection, TrustAnchors};

use crate::scene::{Fixed, ask, with_anchors, with_certificate};
use crate::support::pki::{Minted, Shape, now, pem, seconds};
use crate::support::scratch::Scratch;

fn anchor(root: &Minted) -> TrustAnchors {
    TrustAnchors::from_der(root.der()).unwrap().labelled("ours")
}

async fn reason(anchors: TrustAnchors, client: &Minted) -> Option<Reason> {
    let asked = ask(&with_anchors(anchors).build().unwrap(), with_certificate(client)).await;
    assert_eq!(asked.reason().is_none(), asked.identity().is_some());
    asked.reason()
}

#[tokio::test]
async fn an_anchor_that_is_given_twice_allows_what_both_allow() {
    let root = Shape::authority("Root").self_signed();
    let other = Shape::authority("Other").self_signed();
    let client = root.issue(&Shape::partner().purposes(&[]));
    let strict = || anchor(&root);
    let lax = || anchor(&root).allow_missing_client_auth();
    let laxer = || lax().allow_missing_digital_signature();
    let beside = || anchor(&other).allow_missing_client_auth();
    assert_eq!(reason(lax(), &client).await, None);
    assert_eq!(reason(lax().and(lax()), &client).await, None);
    assert_eq!(reason(lax().and(laxer()), &client).await, None);
    for anchors in [lax().and(strict()), strict().and(lax()), laxer().and(beside()).and(strict()).and(laxer())] {
        assert_eq!(reason(anchors, &client).await, Some(Reason::NotForClientUse));
    }
    let elsewhere = anchor(&root).allow_missing_digital_signature();
    assert_eq!(
        reason(lax().and(elsewhere), &client).await,
        Some(Reason::NotForClientUse),
        "each allows something else"
    );
}

#[tokio::test]
async fn an_anchor_that_is_given_twice_is_strict_where_one_of_them_is() {
    let root = Shape::authority("Root").self_signed();
    let anonymous = root.issue(&Shape::partner().without_key_identifiers());
    let strict = || anchor(&root).strict_profile();
    assert_eq!(reason(anchor(&root).and(anchor(&root)), &anonymous).await, None);
    for anchors in [strict().and(anchor(&root)), anchor(&root).and(strict()), strict().and(strict())] {
        assert_eq!(reason(anchors, &anonymous).await, Some(Reason::ProfileViolated));
    }
}

#[test]
fn an_anchor_that_is_given_under_two_labels_builds_no_layer() {
    let root = Shape::authority("Root").self_signed();
    let unlabelled = TrustAnchors::from_der(root.der()).unwrap();
    for other in [unlabelled, TrustAnchors::from_der(root.der()).unwrap().labelled("theirs")] {
        let built = with_anchors(anchor(&root).and(other)).build();
        assert!(matches!(built, Err(ConfigError::AnchorLabels { .. })), "{built:?}");
    }
}

#[tokio::test]
async fn an_anchor_is_good_from_its_first_second_to_the_end_of_its_last() {
    let root = Shape::authority("Root").valid(seconds(-10), seconds(10)).self_signed();
    let client = root.issue(&Shape::partner());
    let second = Duration::from_secs(1);
    for (at, expected) in [
        (now() - 11 * second, Some(Reason::NotYetValid)),
        (now() - 10 * second, None),
        (now() + 10 * second, None),
        (now() + 10 * second + Duration::from_millis(999), None),
        (now() + 11 * second, Some(Reason::Expired)),
    ] {
        let asked =
            ask(&with_anchors(anchor(&root)).clock(Fixed(at)).build().unwrap(), with_certificate(&client)).await;
        assert_eq!(asked.reason(), expected, "{at:?}");
        if let Some(refusal) = asked.refusal() {
            let Rejection::Validation(error) = refusal.rejection() else { panic!("{refusal:?}") };
            assert_eq!(error.certificate().place(), Place::Anchor);
            assert_eq!(error.certificate().subject(), "CN=Root");
            assert!(error.mend().starts_with("configure the renewed certificate of the trust anchor"));
        }
    }
}

#[tokio::test]
async fn a_clock_skew_moves_both_ends_of_an_anchor_and_no_further() {
    let root = Shape::authority("Root").valid(seconds(-10), seconds(10)).self_signed();
    let client = root.issue(&Shape::partner());
    let second = Duration::from_secs(1);
    for (at, expected) in [
        (now() - 41 * second, Some(Reason::NotYetValid)),
        (now() - 40 * second, None),
        (now() + 40 * second, None),
        (now() + 41 * second, Some(Reason::Expired)),
    ] {
        let layer = with_anchors(anchor(&root)).clock(Fixed(at)).clock_skew(30 * second).build().unwrap();
        assert_eq!(ask(&layer, with_certificate(&client)).await.reason(), expected, "{at:?}");
    }
}

#[test]
fn a_certificate_that_cannot_be_an_anchor_is_told_by_its_place_in_the_file() {
    let root = Shape::authority("Root").self_signed();
    let client = root.issue(&Shape::partner());
    let file = [root.pem(), "text between blocks\n".to_owned(), client.pem()].concat();
    let error = with_anchors(TrustAnchors::from_pem(&file).unwrap()).build().unwrap_err();
    let ConfigError::Certificate { position, .. } = error else { panic!("{error:?}") };
    assert_eq!(position, 2);
    let error = TrustAnchors::from_pem([root.pem(), pem(&[0x30, 0x00])].concat()).unwrap_err();
    let ConfigError::Certificate { position, .. } = error else { panic!("{error:?}") };
    assert_eq!(position, 2);
}

#[test]
fn blocks_of_other_kinds_among_anchors_are_counted_and_refused() {
    let root = Shape::authority("Root").self_signed();
    let file = [root.pem(), root.key_pem(), root.pem(), root.key_pem()].concat();
    let error = TrustAnchors::from_pem(&file).unwrap_err().to_string();
    assert!(error.contains('2') && !error.contains('4'), "{error}");
    assert!(TrustAnchors::from_pem([root.pem(), root.pem()].concat()).is_ok());
}

#[cfg(unix)]
#[test]
fn a_directory_is_read_whole_or_not_at_all() {
    let (root, scratch) = (Shape::authority("Root").self_signed(), Scratch::new("anchors"));
    scratch.write("root.PEM", root.pem());
    scratch.write("notes.txt", "passed over");
    scratch.write(".hidden.pem", "passed over");
    std::fs::create_dir(scratch.path().join("older.pem")).unwrap();
    let loaded = || TrustAnchors::from_directory(scratch.path());
    assert_eq!(loaded().unwrap().as_slice().len(), 1);
    let dangling = scratch.path().join("partner.pem");
    std::os::unix::fs::symlink("/nonexistent/partner.pem", &dangling).unwrap();
    let expect_file = |error| matches!(error, ConfigError::File { path, .. } if path == dangling);
    assert!(expect_file(loaded().unwrap_err()));
    assert!(expect_file(Intermediates::from_directory(scratch.path()).unwrap_err()));
}

#[test]
fn the_labels_there_are_are_told_once_each_however_many_gateways_share_them() {
    let anchors = |name| TrustAnchors::from_der(Shape::authority(name).self_signed().der()).unwrap().labelled(name);
    let built = with_anchors(anchors("one").and(anchors("two")))
        .gateway(Gateway::custom("other", ["10.2.0.0/24"]).unwrap())
        .only_issued_by([IssuedBy::label("three")])
        .build();
    let Err(ConfigError::UnknownAnchorLabel { label, known }) = built else { panic!("{built:?}") };
    assert_eq!((label.as_str(), known), ("three", vec!["one".to_owned(), "two".to_owned()]));
}

#[test]
fn an_issuer_is_named_by_its_label_in_the_policy() {
    let root = Shape::authority("Root").self_signed();
    let oid: ObjectIdentifier = "2.5.29.32.7".parse().unwrap();
    let layer = with_anchors(anchor(&root))
        .only_issued_by([IssuedBy::label("ours")])
        .require_policies(tower_client_cert::RequiredPolicies::any([oid]))
        .build()
        .unwrap();
    let page = layer.handle().policy().to_markdown();
    assert!(page.contains("ours") && page.contains("any of 2.5.29.32.7"), "{page}");
}
