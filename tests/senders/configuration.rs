//! What cannot be built.

use tower_client_cert::{
    ConfigError, Gateway, GatewayCertificateMatcher, GatewayCertificateName, SenderProblem, SenderProof, UnixPeers,
};

use crate::proofs::{OTHER_SECRET, SECRET, anchors, builder, secret};
use crate::support::pki::{Pki, Shape};

fn gateway(name: &str, range: &str) -> Gateway {
    Gateway::custom(name, [range]).unwrap()
}

fn with_secret(name: &str, header: &str, value: &str) -> Gateway {
    gateway(name, "10.1.0.0/24").secret_header(header, secret(value)).unwrap()
}

fn problem(first: Gateway, second: Gateway) -> Option<SenderProblem> {
    let pki = Pki::new();
    match builder(first, &pki).gateway(second).build() {
        Ok(_) => None,
        Err(ConfigError::Sender(problem)) => Some(problem),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn overlapping_ranges_are_refused_whichever_is_wider_and_whoever_comes_first() {
    for [first, second] in [
        ["10.1.0.0/24", "10.1.0.0/24"],
        ["10.0.0.0/8", "10.1.0.7"],
        ["10.1.0.7", "10.0.0.0/8"],
        ["::ffff:10.0.0.0/104", "10.1.0.0/16"],
        ["2001:db8::/32", "2001:db8:1::/48"],
    ] {
        let Some(SenderProblem::Overlap { gateways, place }) = problem(gateway("a", first), gateway("b", second))
        else {
            panic!("{first} {second}")
        };
        assert_eq!(gateways, ["a", "b"]);
        assert!(first.ends_with(&place) || place == "10.0.0.0/8" || place == "10.1.0.7/32", "{place}");
    }
}

#[test]
fn ranges_apart_are_fine_and_so_are_gateways_without_any() {
    for [first, second] in [["10.1.0.0/24", "10.1.1.0/24"], ["10.0.0.0/8", "2001:db8::/32"], ["10.1.0.1", "10.1.0.2"]] {
        assert_eq!(problem(gateway("a", first), gateway("b", second)), None, "{first} {second}");
    }
    let nowhere = |name| Gateway::custom(name, [""; 0]).unwrap();
    assert_eq!(problem(nowhere("a"), nowhere("b")), None);
    let anywhere = gateway("b", "192.0.2.1").allow_any_address();
    assert!(matches!(problem(gateway("a", "10.1.0.1"), anywhere), Some(SenderProblem::Overlap { .. })));
}

#[test]
fn a_second_factor_tells_gateways_apart_only_where_each_has_one_of_its_own() {
    let bare = gateway("b", "10.1.0.0/24");
    let overlap = |first, second| matches!(problem(first, second), Some(SenderProblem::Overlap { .. }));
    assert!(!overlap(with_secret("a", "x-secret", SECRET), with_secret("b", "x-secret", OTHER_SECRET)));
    assert!(!overlap(with_secret("a", "x-one", SECRET), with_secret("b", "x-two", SECRET)));

    assert!(overlap(with_secret("a", "x-secret", SECRET), bare.clone()));
    assert!(overlap(bare, with_secret("a", "x-secret", SECRET)));
    assert!(overlap(with_secret("a", "x-secret", SECRET), with_secret("b", "x-secret", SECRET)));
    let more = with_secret("b", "x-secret", SECRET).secret_header("x-two", secret(OTHER_SECRET)).unwrap();
    assert!(overlap(with_secret("a", "x-secret", SECRET), more));
    let rotating = gateway("b", "10.1.0.0/24").secret_header("x-secret", secret(OTHER_SECRET).or(secret(SECRET)));
    assert!(overlap(with_secret("a", "x-secret", SECRET), rotating.unwrap()));
}

#[test]
fn a_way_that_overlaps_is_found_behind_others() {
    let shared = SenderProof::addresses(["10.1.0.0/24"]).unwrap();
    let second = gateway("b", "192.0.2.1").or(shared.secret_header("x-secret", secret(SECRET)).unwrap());
    assert!(matches!(problem(gateway("a", "10.1.0.0/24"), second), Some(SenderProblem::Overlap { .. })));
}

#[test]
fn unix_sockets_overlap_by_user_and_never_with_addresses() {
    let unix = |name, peers| Gateway::custom(name, [""; 0]).unwrap().unix_socket(peers);
    let overlap = |first, second| matches!(problem(first, second), Some(SenderProblem::Overlap { .. }));
    assert!(overlap(unix("a", UnixPeers::uid(33)), unix("b", UnixPeers::anyone_with_access())));
    assert!(overlap(unix("a", UnixPeers::uids([1, 33])), unix("b", UnixPeers::uid(33))));
    assert!(!overlap(unix("a", UnixPeers::uid(33)), unix("b", UnixPeers::uid(34))));
    let anywhere = Gateway::custom("b", [""; 0]).unwrap().allow_any_address();
    assert!(!overlap(unix("a", UnixPeers::anyone_with_access()), anywhere));
}

#[test]
fn certificates_tell_gateways_apart_by_authority_or_by_name() {
    let (internal, foreign) = (Shape::authority("Internal").self_signed(), Shape::authority("Foreign").self_signed());
    let known_as = |authority, dns: &str| {
        GatewayCertificateMatcher::named(anchors(authority), [GatewayCertificateName::dns(dns)]).unwrap()
    };
    let certified = |name, matcher| gateway(name, "10.1.0.0/24").certificate(matcher);
    let overlap = |first, second| {
        matches!(problem(certified("a", first), certified("b", second)), Some(SenderProblem::Overlap { .. }))
    };
    assert!(!overlap(known_as(&internal, "one"), known_as(&internal, "two")));
    assert!(!overlap(known_as(&internal, "one"), known_as(&foreign, "one")));
    assert!(overlap(known_as(&internal, "one"), known_as(&internal, "one")));
    let any = GatewayCertificateMatcher::any_issued_under(anchors(&internal)).unwrap();
    assert!(overlap(known_as(&internal, "one"), any.clone()));
    let secret = with_secret("b", "x-secret", SECRET);
    assert_eq!(problem(certified("a", any), secret), None);
}

#[test]
fn gateways_of_one_name_are_refused_even_where_their_ranges_are_apart() {
    let problem = problem(gateway("edge", "10.1.0.1"), gateway("edge", "10.1.0.2"));
    assert_eq!(problem, Some(SenderProblem::SameName { name: "edge".to_owned() }));
}

#[test]
fn a_secret_header_that_carries_a_certificate_too_is_refused() {
    let secret_in = |header: &str| gateway("a", "10.1.0.1").secret_header(header, secret(SECRET)).unwrap();
    let other = || gateway("b", "10.1.0.2").header("x-other-cert").unwrap();
    for header in ["x-client-cert", "X-Other-Cert"] {
        assert!(matches!(problem(secret_in(header), other()), Some(SenderProblem::SecretHeader { .. })), "{header}");
        assert!(matches!(problem(other(), secret_in(header)), Some(SenderProblem::SecretHeader { .. })), "{header}");
    }
    for name in ["host", "authorization", "x secret", ""] {
        let refused = gateway("a", "10.1.0.1").secret_header(name, secret(SECRET));
        assert!(matches!(refused, Err(ConfigError::HeaderName { .. })), "{name}");
    }
}

#[test]
fn a_matcher_without_a_name_is_refused() {
    let authority = Shape::authority("Internal").self_signed();
    let made = GatewayCertificateMatcher::named(anchors(&authority), []);
    assert!(matches!(made, Err(ConfigError::Sender(SenderProblem::NoCertificateNames))));
}

#[test]
fn clients_authorities_may_not_stand_for_every_gateway() {
    let pki = Pki::new();
    let any = |authority| GatewayCertificateMatcher::any_issued_under(anchors(authority)).unwrap();
    let internal = Shape::authority("Internal").self_signed();
    let build = |matcher| builder(gateway("edge", "10.1.0.1").certificate(matcher), &pki).build();
    assert!(build(any(&internal)).is_ok());
    // The clients' own authority, and the root above it, under which a client's certificate is valid as well.
    for authority in [&pki.intermediate, &pki.root] {
        let Err(ConfigError::Sender(SenderProblem::AnchorShared { gateway, subject })) = build(any(authority)) else {
            panic!()
        };
        assert_eq!(gateway, "edge");
        assert!(subject.starts_with("CN=Test "), "{subject}");
    }
    let name = [GatewayCertificateName::dns("edge.test")];
    assert!(build(GatewayCertificateMatcher::named(anchors(&pki.root), name).unwrap()).is_ok());
    // Another gateway's clients count too.
    let other = gateway("other", "10.1.0.2").anchors(anchors(&internal));
    let first = gateway("edge", "10.1.0.1").certificate(any(&internal));
    assert!(matches!(problem(first, other), Some(SenderProblem::AnchorShared { .. })));
}

#[test]
fn messages_name_the_gateways_and_the_mend() {
    let shown = |problem: Option<SenderProblem>| ConfigError::from(problem.unwrap()).to_string();
    assert_eq!(
        shown(problem(gateway("a", "10.1.0.0/24"), gateway("b", "10.1.0.7"))),
        "gateways \"a\" and \"b\" may both send from 10.1.0.0/24, and whatever proves the one proves the other: give \
         each a second factor of its own, such as secret_header(), or separate ranges"
    );
}
