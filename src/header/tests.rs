use std::net::SocketAddr;

use http::{HeaderMap, HeaderName};

use super::*;
use crate::gateway::{Gateway, GatewayPeer, StatusFormat};

type Lines = [(&'static str, &'static str)];
type Found = Result<Option<Vec<u8>>, HeaderError>;

fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
    lines.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
}

/// The values in the order in which they are decoded.
fn find_all(gateway: &Gateway, lines: &Lines) -> Result<Option<Vec<Vec<u8>>>, HeaderError> {
    let mut map = HeaderMap::new();
    for (name, value) in lines {
        map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    let peer: SocketAddr = "10.0.0.1:1".parse().unwrap();
    let peer = TrustedPeer::by_place(Some(GatewayPeer::tcp(peer)), gateway).unwrap();
    let taken = TakenHeaders::take(&mut map, &gateway.forwarding().names());
    let raw = RawCertificate::find(peer, gateway.forwarding(), taken, 16)?;
    Ok(raw.map(|raw| {
        let values = std::iter::once(raw.leaf()).chain(raw.other_leaves()).chain(raw.chain());
        values.map(|value| value.bytes().to_vec()).collect()
    }))
}

fn find(lines: &Lines) -> Found {
    let gateway = Gateway::nginx(["10.0.0.0/8"]).unwrap().absent_value("(null)");
    find_all(&gateway, lines).map(|found| found.map(|values| values.concat()))
}

fn custom() -> Gateway {
    Gateway::custom("edge", ["10.0.0.0/8"]).unwrap().absent_value("(null)")
}

fn with_chain(encoding: Encoding) -> Gateway {
    custom().chain_header("x-client-cert-chain", encoding).unwrap()
}

#[test]
fn the_one_value_is_found_without_blanks_around_it() {
    assert_eq!(find(&[("x-client-cert", " MIIB\t")]).unwrap().unwrap(), b"MIIB");
}

#[test]
fn missing_empty_and_the_products_own_spelling_are_absent() {
    assert_eq!(find(&[]).unwrap(), None);
    for value in ["", "  ", "(null)", " (null) "] {
        assert_eq!(find(&[("x-client-cert", value)]).unwrap(), None, "{value:?}");
    }
}

#[test]
fn two_lines_are_refused_even_when_one_is_empty_or_both_are_equal() {
    for second in ["", "MIIB", "other"] {
        let lines = [("x-client-cert", "MIIB"), ("x-client-cert", second)];
        assert_eq!(find(&lines), Err(HeaderError::Repeated { lines: 2 }), "{second:?}");
    }
    let three = [("x-client-cert", ""); 3];
    assert_eq!(find(&three), Err(HeaderError::Repeated { lines: 3 }));
}

#[test]
fn a_comma_is_a_second_value() {
    assert_eq!(find(&[("x-client-cert", "MIIB, MIIC")]), Err(HeaderError::Merged));
    assert_eq!(find(&[("x-client-cert", "(null), MIIC")]), Err(HeaderError::Merged));
    assert_eq!(find(&[("x-client-cert", ",")]), Err(HeaderError::Merged));
}

#[test]
fn the_limit_is_the_last_length_that_passes() {
    assert!(find(&[("x-client-cert", "0123456789abcdef")]).unwrap().is_some());
    let refused = find(&[("x-client-cert", "0123456789abcdefg")]);
    assert_eq!(refused, Err(HeaderError::TooLarge { bytes: 17, max_bytes: 16 }));
}

#[test]
fn a_connection_field_that_names_the_header_is_refused_with_and_without_it() {
    for connection in ["x-client-cert", "close, X-Client-Cert", "X-CLIENT-CERT ,keep-alive"] {
        let with = [("connection", connection), ("x-client-cert", "MIIB")];
        assert_eq!(find(&with), Err(HeaderError::NamedByConnection), "{connection}");
        assert_eq!(find(&[("connection", connection)]), Err(HeaderError::NamedByConnection), "{connection}");
    }
    let second_line = [("connection", "close"), ("connection", "x-client-cert")];
    assert_eq!(find(&second_line), Err(HeaderError::NamedByConnection));
}

#[test]
fn other_connection_options_are_no_concern_here() {
    for connection in ["close", "x-client-cert-chain", "client-cert", "x-client-cer"] {
        assert!(find(&[("connection", connection), ("x-client-cert", "MIIB")]).unwrap().is_some(), "{connection}");
    }
}

#[test]
fn the_header_and_its_look_alikes_leave_the_request() {
    let mut map = headers(&[
        ("x-client-cert", "a"),
        ("x_client_cert", "b"),
        ("x.client-cert", "c"),
        ("x-client_cert", "d"),
        ("x-client-certs", "kept"),
        ("xclient-cert", "kept"),
        ("y-client-cert", "kept"),
    ]);
    map.append("x_client_cert", HeaderValue::from_static("again"));
    let taken = TakenHeaders::take(&mut map, &custom().forwarding().names());
    assert!(taken.is_present());
    assert_eq!(taken.look_alikes(), 3);
    assert_eq!(map.len(), 3);
    assert!(map.values().all(|value| value == "kept"));
}

#[test]
fn what_was_there_is_counted_by_lines_and_bytes() {
    let name = |name: &'static str| http::HeaderName::from_static(name);
    let mut map = headers(&[("x-client-cert", "abc"), ("x-client-cert", "de"), ("accept", "text/plain")]);
    let taken = TakenHeaders::take(&mut map, &custom().forwarding().names());
    assert_eq!(taken.lines_of(&name("x-client-cert")), Some((2, 5)));
    assert_eq!(taken.lines_of(&name("accept")), None);

    let taken = TakenHeaders::take(&mut map, &custom().forwarding().names());
    assert!(!taken.is_present());
    assert_eq!(taken.lines_of(&name("x-client-cert")), None);
}

#[test]
fn two_lines_with_an_ocsp_answer_are_refused_and_counted() {
    let gateway = custom().ocsp_answer_header("x-ocsp").unwrap();
    let one = [("x-client-cert", "a"), ("x-ocsp", "b")];
    assert_eq!(find_all(&gateway, &one).unwrap().unwrap(), [b"a".to_vec()]);
    let two = [("x-client-cert", "a"), ("x-ocsp", "b"), ("x-ocsp", "")];
    assert_eq!(find_all(&gateway, &two), Err(HeaderError::Repeated { lines: 2 }));
}

#[test]
fn a_look_alike_is_not_read_as_the_header() {
    assert_eq!(find(&[("x_client_cert", "MIIB")]).unwrap(), None);
}

#[test]
fn a_comma_is_no_second_value_where_the_encoding_is_a_list() {
    for encoding in [Encoding::DerBase64List, Encoding::Rfc9440List, Encoding::Xfcc(crate::XfccElement::Only)] {
        let gateway = custom().encoding(encoding);
        assert!(find_all(&gateway, &[("x-client-cert", "a,b")]).unwrap().is_some(), "{encoding:?}");
        let twice = [("x-client-cert", "a"), ("x-client-cert", "b")];
        assert_eq!(find_all(&gateway, &twice), Err(HeaderError::Repeated { lines: 2 }), "{encoding:?}");
    }
}

#[test]
fn only_a_list_of_byte_sequences_in_a_chain_header_spans_lines() {
    let lines = [("x-client-cert", "a"), ("x-client-cert-chain", "b,c"), ("x-client-cert-chain", "d")];
    let found = find_all(&with_chain(Encoding::Rfc9440List), &lines).unwrap().unwrap();
    assert_eq!(found, [b"a".to_vec(), b"b,c".to_vec(), b"d".to_vec()]);
    for encoding in [Encoding::Pem, Encoding::DerBase64, Encoding::DerBase64List, Encoding::DerBase64Concatenated] {
        let refused = find_all(&with_chain(encoding), &lines);
        assert_eq!(refused, Err(HeaderError::Repeated { lines: 2 }), "{encoding:?}");
    }
}

#[test]
fn a_chain_or_a_second_leaf_without_the_leaf_is_refused() {
    let gateway = with_chain(Encoding::Rfc9440List).other_leaf_header("x-other", Encoding::Auto).unwrap();
    for leaf in [None, Some(("x-client-cert", "")), Some(("x-client-cert", "(null)"))] {
        for companion in ["x-client-cert-chain", "x-other"] {
            let lines: Vec<_> = leaf.into_iter().chain([(companion, "b")]).collect();
            assert_eq!(find_all(&gateway, &lines), Err(HeaderError::LeafMissing), "{lines:?}");
        }
    }
}

#[test]
fn a_chain_that_is_absent_in_the_gateways_spelling_is_no_chain() {
    let gateway = custom().numbered_chain_headers("x-chain-", Encoding::Pem).unwrap();
    let absent = [("x-chain-0", "(null)"), ("x-chain-1", ""), ("x-chain-9", " ")];
    assert_eq!(find_all(&gateway, &absent), Ok(None));
    let some = [("x-client-cert", "a"), ("x-chain-1", "c"), ("x-chain-0", "b"), ("x-chain-2", "(null)")];
    assert_eq!(find_all(&gateway, &some).unwrap().unwrap().concat(), b"abc");
}

#[test]
fn a_number_past_the_last_of_a_numbered_chain_is_another_header() {
    let gateway = custom().numbered_chain_headers("x-chain-", Encoding::Pem).unwrap();
    assert_eq!(find_all(&gateway, &[("x-chain-10", "b"), ("x-chain-", "b"), ("x-chain-00", "b")]), Ok(None));
}

#[test]
fn headers_of_other_gateways_count_for_no_limit_of_this_one() {
    let (own, other) = (custom(), custom().header("x-other").unwrap());
    let fits = |value: &'static str| {
        let mut map = headers(&[("x-client-cert", value), ("x-other", "foreign")]);
        let names = own.forwarding().names().chain(other.forwarding().names());
        TakenHeaders::take(&mut map, &names).ensure_fits(own.forwarding(), 16)
    };
    assert_eq!(fits("0123456789abcdef"), Ok(()));
    assert_eq!(fits("0123456789abcdefg"), Err(HeaderError::TooLarge { bytes: 17, max_bytes: 16 }));
}

#[test]
fn the_limit_is_for_all_headers_together() {
    let gateway = with_chain(Encoding::Rfc9440List).status_header("x-verify", StatusFormat::Verdict).unwrap();
    let lines = [("x-client-cert", "0123456789"), ("x-client-cert-chain", "01"), ("x-verify", "NONE")];
    assert!(find_all(&gateway, &lines).unwrap().is_some());
    let lines = [lines[0], ("x-client-cert-chain", "0"), ("x-client-cert-chain", "01"), lines[2]];
    assert_eq!(find_all(&gateway, &lines), Err(HeaderError::TooLarge { bytes: 17, max_bytes: 16 }));
}

#[test]
fn a_connection_field_that_names_any_of_the_headers_is_refused() {
    let gateway = with_chain(Encoding::Rfc9440List)
        .status_header("x-verify", StatusFormat::Verdict)
        .unwrap()
        .other_leaf_header("x-other", Encoding::Auto)
        .unwrap();
    for name in ["x-client-cert", "X-Client-Cert-Chain", "X-Verify", "x-other"] {
        assert_eq!(find_all(&gateway, &[("connection", name)]), Err(HeaderError::NamedByConnection), "{name}");
    }
}

#[test]
fn a_reported_failure_refuses_and_nothing_else_in_the_status_header_counts() {
    let cases: [(StatusFormat, &[&str], &[&str]); 3] = [
        (
            StatusFormat::Verdict,
            &["FAILED", "FAILED:x", "failed:x", " FAILED "],
            &["SUCCESS", "NONE", "", "GENEROUS", "x FAILED", "FAIL", "1", "false"],
        ),
        (StatusFormat::OpensslCode, &["1", "18", "021", " 10 "], &["0", "00", "", "FAILED", "1x", "-1", "true"]),
        (StatusFormat::Boolean, &["false", "FALSE"], &["true", "", "0", "no", "falsehood"]),
    ];
    for (format, failures, others) in cases {
        let gateway = custom().status_header("x-verify", format).unwrap();
        for failure in failures {
            let refused = find_all(&gateway, &[("x-client-cert", "a"), ("x-verify", failure)]);
            assert_eq!(refused, Err(HeaderError::GatewayReportedFailure), "{format:?} {failure:?}");
        }
        for other in others {
            let lines = [("x-client-cert", "a"), ("x-verify", other)];
            assert!(find_all(&gateway, &lines).unwrap().is_some(), "{format:?} {other:?}");
            assert_eq!(find_all(&gateway, &[("x-verify", other)]), Ok(None), "{format:?} {other:?}");
        }
    }
}

#[test]
fn a_failure_beside_no_certificate_counts_where_the_gateway_tells_it_from_none() {
    let refuses = |format, value| {
        let gateway = custom().status_header("x-verify", format).unwrap();
        find_all(&gateway, &[("x-verify", value)]) == Err(HeaderError::GatewayReportedFailure)
    };
    assert!(refuses(StatusFormat::Verdict, "FAILED:expired"));
    assert!(refuses(StatusFormat::OpensslCode, "10"));
    assert!(!refuses(StatusFormat::Boolean, "false"));
}

#[test]
fn one_of_several_status_lines_is_enough_to_refuse() {
    let gateway = custom().status_header("x-verify", StatusFormat::Verdict).unwrap();
    let lines = [("x-client-cert", "a"), ("x-verify", "SUCCESS"), ("x-verify", "FAILED")];
    assert_eq!(find_all(&gateway, &lines), Err(HeaderError::GatewayReportedFailure));
}

#[test]
fn headers_of_another_gateway_leave_the_request_and_are_not_read() {
    let (own, other) = (custom(), custom().header("x_client_cert").unwrap());
    let mut map = headers(&[("x-client-cert", "a"), ("x_client_cert", "a much longer value"), ("x.client.cert", "b")]);
    let names = own.forwarding().names().chain(other.forwarding().names());
    let taken = TakenHeaders::take(&mut map, &names);
    assert!(map.is_empty());
    assert_eq!(taken.look_alikes(), 1);
    let peer: SocketAddr = "10.0.0.1:1".parse().unwrap();
    let peer = TrustedPeer::by_place(Some(GatewayPeer::tcp(peer)), &own).unwrap();
    let raw = RawCertificate::find(peer, own.forwarding(), taken, 16).unwrap().unwrap();
    assert_eq!(raw.leaf().bytes(), b"a");
}
