use std::net::SocketAddr;

use super::*;
use crate::error::HeaderNameProblem;

fn judge(peer: &str, gateway: &Gateway) -> Result<String, UntrustedPeer> {
    let address: SocketAddr = peer.parse().unwrap();
    TrustedPeer::by_place(Some(GatewayPeer::tcp(address)), gateway).map(|trusted| trusted.proof().to_string())
}

#[test]
fn an_address_in_a_range_is_the_gateway() {
    let gateway = Gateway::nginx(["10.1.0.0/24", "2001:db8::/48"]).unwrap();
    assert_eq!(judge("10.1.0.4:5", &gateway).unwrap(), "10.1.0.0/24");
    assert_eq!(judge("[2001:db8::7]:5", &gateway).unwrap(), "2001:db8::/48");
}

#[test]
fn an_address_outside_every_range_is_not_the_gateway() {
    let gateway = Gateway::nginx(["10.1.0.0/24", "2001:db8::/48"]).unwrap();
    for peer in ["10.1.1.4:5", "[2001:db9::7]:5", "[::1]:5"] {
        assert!(matches!(judge(peer, &gateway), Err(UntrustedPeer::OutsideRanges { .. })), "{peer}");
    }
}

#[test]
fn an_ipv4_mapped_peer_is_compared_as_ipv4() {
    let gateway = Gateway::nginx(["10.1.0.0/24"]).unwrap();
    assert_eq!(judge("[::ffff:10.1.0.4]:5", &gateway).unwrap(), "10.1.0.0/24");
    assert!(judge("[::ffff:10.2.0.4]:5", &gateway).is_err());
}

#[test]
fn a_mapped_range_covers_the_ipv4_peer_and_nothing_else() {
    let gateway = Gateway::nginx(["::ffff:10.0.0.0/104"]).unwrap();
    assert!(judge("10.1.0.4:5", &gateway).is_ok());
    assert!(judge("11.1.0.4:5", &gateway).is_err());
}

#[test]
fn embedded_ipv4_forms_other_than_mapped_are_not_folded() {
    let gateway = Gateway::nginx(["10.1.0.0/24"]).unwrap();
    for peer in ["[::10.1.0.4]:5", "[64:ff9b::10.1.0.4]:5", "[2002:0a01:0004::]:5"] {
        assert!(judge(peer, &gateway).is_err(), "{peer}");
    }
}

#[test]
fn a_scoped_address_is_not_the_gateway() {
    let gateway = Gateway::nginx(["fe80::/64"]).unwrap();
    assert!(matches!(judge("[fe80::1%3]:5", &gateway), Err(UntrustedPeer::ScopedAddress { .. })));
    assert!(judge("[fe80::1]:5", &gateway).is_ok());
}

#[test]
fn an_empty_list_trusts_nobody() {
    let gateway = Gateway::nginx([""; 0]).unwrap();
    for peer in ["127.0.0.1:5", "[::1]:5", "0.0.0.0:5"] {
        assert!(judge(peer, &gateway).is_err(), "{peer}");
    }
}

#[test]
fn no_address_and_unix_sockets_are_not_the_gateway_even_where_any_address_is_allowed() {
    let gateway = Gateway::nginx([""; 0]).unwrap().allow_any_address();
    assert!(judge("203.0.113.9:5", &gateway).is_ok());
    assert!(judge("[2001:db8::1]:5", &gateway).is_ok());
    assert!(matches!(TrustedPeer::by_place(None, &gateway), Err(UntrustedPeer::NoAddress)));
    let unix = TrustedPeer::by_place(Some(GatewayPeer::unix(Some(0))), &gateway);
    assert!(matches!(unix, Err(UntrustedPeer::UnixSocket { .. })));
}

#[test]
fn header_names_that_every_request_needs_are_refused() {
    for name in ["host", "Host", "CONNECTION", "x client cert", "", "x-client-cert:", "authorization"] {
        let refused = Gateway::nginx(["10.0.0.0/8"]).unwrap().header(name);
        assert!(
            matches!(refused, Err(ConfigError::HeaderName { value, problem: HeaderNameProblem::Unusable }) if value == name),
            "{name}"
        );
    }
}

#[test]
fn absent_spellings_are_compared_whole() {
    let gateway = Gateway::nginx(["10.0.0.0/8"]).unwrap().absent_value(" (null) ");
    assert!(gateway.forwarding().means_absent(b""));
    assert!(gateway.forwarding().means_absent(b"(null)"));
    for value in ["(null),x", "(NULL)", "-", "null"] {
        assert!(!gateway.forwarding().means_absent(value.as_bytes()), "{value}");
    }
}

#[test]
fn presets_expect_pem_in_the_default_header() {
    for gateway in [Gateway::nginx(["10.0.0.0/8"]), Gateway::azure_application_gateway(["10.0.0.0/8"])] {
        let gateway = gateway.unwrap();
        assert_eq!(gateway.forwarding().leaf().name, "x-client-cert");
        assert_eq!(gateway.forwarding().leaf().encoding, Encoding::Pem);
    }
    let renamed = Gateway::nginx(["10.0.0.0/8"]).unwrap().named("edge");
    assert_eq!(renamed.name(), "edge");
}

#[test]
fn headers_of_one_gateway_have_names_of_their_own() {
    let gateway = || Gateway::custom("edge", ["10.0.0.0/8"]).unwrap();
    let taken = |refused: Result<Gateway, ConfigError>| {
        matches!(refused, Err(ConfigError::HeaderName { problem: HeaderNameProblem::Taken, .. }))
    };
    for name in ["x-client-cert", "X-Client-Cert", "x_client_cert", "x.client.cert"] {
        assert!(taken(gateway().chain_header(name, Encoding::Rfc9440List)), "{name}");
        assert!(taken(gateway().other_leaf_header(name, Encoding::Pem)), "{name}");
        assert!(taken(gateway().status_header(name, StatusFormat::Verdict)), "{name}");
    }
    assert!(taken(gateway().numbered_chain_headers("x-c-", Encoding::Pem).unwrap().header("X-C-7")));
    assert!(taken(gateway().status_header("x-s", StatusFormat::Verdict).unwrap().header("x_s")));
    let again = gateway().header("x-client-cert").unwrap().chain_header("x-chain", Encoding::Pem).unwrap();
    assert!(again.chain_header("x-chain", Encoding::Rfc9440List).is_ok(), "a choice may be replaced");
}
