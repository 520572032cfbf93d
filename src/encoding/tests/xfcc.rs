//! Envoy's header: what it writes, and what names in certificates and clients in front make of it.

use proptest::prelude::*;

use super::encoders::{der_base64, hash, pem, pem_escaped, sequence, xfcc_json, xfcc_text};
use super::{Encoding, decoded};
use crate::XfccElement;
use crate::reason::Reason;

const ONLY: Encoding = Encoding::Xfcc(XfccElement::Only);

fn chain() -> Vec<Vec<u8>> {
    vec![sequence(&[0xfb; 301]), sequence(&[0xff; 200])]
}

fn victim() -> Vec<u8> {
    sequence(&[9; 222])
}

fn refused(value: impl AsRef<[u8]>, encoding: Encoding) -> Option<Reason> {
    decoded(value, encoding).err().map(|error| error.reason())
}

fn first_of(value: &str, element: XfccElement) -> Result<Vec<u8>, Reason> {
    decoded(value, Encoding::Xfcc(element)).map(|mut chain| chain.remove(0)).map_err(|error| error.reason())
}

#[test]
fn an_element_as_envoy_writes_it_is_decoded() {
    let subject = r#";Subject="CN=\C3\9Cn\C3\AFcode,O=Acme \"Quoted\"\; Sub\, Co\=1\\";URI=spiffe://example.test/a"#;
    for further in ["", subject, r#";Subject="";URI="#, ";DNS=a.test;DNS=b.test;Issuer=\"CN=x\"", ";"] {
        assert_eq!(decoded(xfcc_text(&chain(), further), ONLY), Ok(chain()), "{further}");
    }
}

#[test]
fn the_json_form_is_decoded() {
    let object = xfcc_json(&chain());
    assert_eq!(decoded(format!("[{object}]"), ONLY), Ok(chain()));
    assert_eq!(decoded(format!("[ {} ]", object.replace("\":", "\" : ").replace(",\"", " , \"")), ONLY), Ok(chain()));
    assert_eq!(decoded(format!("[{}]", object.replace('/', "\\/")), ONLY), Ok(chain()));
}

#[test]
fn certificate_or_chain_alone_is_enough_beside_the_hash() {
    let (leaf, hash) = (chain().remove(0), hash(&chain()[0]));
    let value = format!("Hash={hash};Cert=\"{}\"", pem_escaped(&[&leaf]));
    assert_eq!(decoded(value, ONLY), Ok(vec![leaf]));
    let value = format!("hash={};CHAIN=\"{}\"", hash.to_uppercase(), pem_escaped(&chain()));
    assert_eq!(decoded(value, ONLY), Ok(chain()));
    let value = format!("Hash={hash};Cert=\"{}\";", pem(&chain()[..1]).replace('\n', " "));
    assert_eq!(decoded(value, ONLY), Ok(chain()[..1].to_vec()), "as in the page of Container Apps");
}

#[test]
fn the_element_that_counts_is_the_one_the_operator_named() {
    let values: Vec<_> = (0..3).map(|number| xfcc_text(&[sequence(&[number; 130])], ";Subject=\"CN=a\"")).collect();
    let leaf = |number: u8| Ok(sequence(&[number; 130]));
    let text = values.join(",");
    let json: Vec<_> = (0..3).map(|number| xfcc_json(&[sequence(&[number; 130])])).collect();
    for value in [text, values.join(", "), format!("[{}]", json.join(","))] {
        assert_eq!(first_of(&value, XfccElement::First { of: 3 }), leaf(0));
        assert_eq!(first_of(&value, XfccElement::Last { of: 3 }), leaf(2));
        assert_eq!(first_of(&value, XfccElement::FromRight { position: 1, of: 3 }), leaf(2));
        assert_eq!(first_of(&value, XfccElement::FromRight { position: 2, of: 3 }), leaf(1));
        assert_eq!(first_of(&value, XfccElement::FromRight { position: 3, of: 3 }), leaf(0));
    }
}

#[test]
fn another_number_of_elements_than_expected_is_refused() {
    let one = xfcc_text(&chain(), "");
    let two = format!("{one},{one}");
    let json = format!("[{0},{0}]", xfcc_json(&chain()));
    let cases = [
        (&two, XfccElement::Only),
        (&json, XfccElement::Only),
        (&two, XfccElement::First { of: 1 }),
        (&two, XfccElement::Last { of: 3 }),
        (&one, XfccElement::First { of: 2 }),
        (&one, XfccElement::Last { of: 2 }),
        (&one, XfccElement::Last { of: 0 }),
        (&two, XfccElement::FromRight { position: 1, of: 3 }),
        (&two, XfccElement::FromRight { position: 0, of: 2 }),
        (&two, XfccElement::FromRight { position: 3, of: 2 }),
    ];
    for (value, element) in cases {
        assert_eq!(first_of(value, element), Err(Reason::XfccElementAmbiguous), "{element:?}");
    }
}

/// Envoy writes URIs of the client's certificate as they are: whoever can have one issued writes into the header.
#[test]
fn what_is_smuggled_in_by_a_name_is_never_the_identity() {
    let cert = |der: &[u8]| format!("Cert=\"{}\"", pem_escaped(&[der]));
    let smuggled = [
        (";URI=spiffe://x;URI=spiffe://example.test/admin".to_owned(), None),
        (format!(";URI=spiffe://x;{}", cert(&victim())), Some(Reason::XfccMalformed)),
        (format!(";URI=spiffe://x;Hash={}", hash(&victim())), Some(Reason::XfccMalformed)),
        (format!(";URI=x;chain=\"{}\"", pem_escaped(&[victim()])), Some(Reason::XfccMalformed)),
        (format!(";URI=spiffe://x,Hash={};{}", hash(&victim()), cert(&victim())), Some(Reason::XfccElementAmbiguous)),
        (",Hash=00;URI=spiffe://admin".to_owned(), Some(Reason::XfccElementAmbiguous)),
        (r#";URI=spiffe://x";Subject="CN=a""#.to_owned(), Some(Reason::XfccMalformed)),
    ];
    for (further, reason) in &smuggled {
        assert_eq!(refused(xfcc_text(&chain(), further), ONLY), *reason, "{further}");
    }
    for (further, _) in &smuggled {
        let behind_another_hop = format!("{},{}", xfcc_text(&chain(), further), xfcc_text(&[sequence(&[1; 140])], ""));
        let found = first_of(&behind_another_hop, XfccElement::First { of: 2 });
        assert!(found.is_err() || found == Ok(chain().remove(0)), "{further}");
    }
}

/// Where a hop is left out that adds an element, an element that is smuggled in makes the number right again.
#[test]
fn no_element_counts_that_a_name_before_it_may_have_written() {
    let victims = format!("Hash={};Cert=\"{}\"", hash(&victim()), pem_escaped(&[victim()]));
    let names = [
        ";URI=spiffe://x",
        ";URI=",
        ";DNS=a.test",
        ";URI=\"spiffe://x\"",
        ";DNS=a.test;Issuer=\"CN=a\"",
        ";Later=a",
        ";Subject=CN=a",
        ";Issuer=CN=a",
    ];
    for further in names {
        let two = format!("{},{victims}", xfcc_text(&chain(), further));
        let three = format!("{two},{}", xfcc_text(&chain(), ""));
        assert_eq!(first_of(&two, XfccElement::First { of: 2 }), Ok(chain().remove(0)), "{further}");
        for (value, element) in [
            (&two, XfccElement::Last { of: 2 }),
            (&two, XfccElement::FromRight { position: 1, of: 2 }),
            (&three, XfccElement::FromRight { position: 2, of: 3 }),
            (&three, XfccElement::Last { of: 3 }),
        ] {
            assert_eq!(first_of(value, element), Err(Reason::XfccContradictory), "{further} {element:?}");
        }
    }
}

#[test]
fn names_behind_the_element_that_counts_or_in_json_are_no_concern() {
    let (first, names) = (xfcc_text(&[victim()], ";Subject=\"CN=a\""), ";URI=spiffe://x;DNS=a.test");
    let behind = format!("{first},{}", xfcc_text(&chain(), names));
    assert_eq!(first_of(&behind, XfccElement::Last { of: 2 }), Ok(chain().remove(0)));
    let json = format!("[{},{}]", xfcc_json(&[victim()]), xfcc_json(&chain()));
    assert_eq!(first_of(&json, XfccElement::Last { of: 2 }), Ok(chain().remove(0)));
}

#[test]
fn a_certificate_smuggled_into_an_element_without_one_does_not_match_its_hash() {
    let victims = pem_escaped(&[victim()]);
    for key in ["Cert", "Chain"] {
        let value = format!("Hash={};URI=spiffe://x;{key}=\"{victims}\"", hash(&chain()[0]));
        assert_eq!(refused(value, ONLY), Some(Reason::XfccContradictory), "{key}");
    }
}

#[test]
fn an_element_that_contradicts_itself_is_refused() {
    let (leaf, issuer) = (pem_escaped(&chain()[..1]), pem_escaped(&chain()[1..]));
    let both = pem_escaped(&chain());
    let own = hash(&chain()[0]);
    let cases = [
        ("no hash", format!("Cert=\"{leaf}\"")),
        ("an empty hash", format!("Hash=;Cert=\"{leaf}\"")),
        ("the hash of the issuer", format!("Hash={};Cert=\"{leaf}\";Chain=\"{both}\"", hash(&chain()[1]))),
        ("a hash cut short", format!("Hash={};Cert=\"{leaf}\"", &own[..62])),
        ("a hash with colons", format!("Hash={};Cert=\"{leaf}\"", "ab:".repeat(32).trim_end_matches(':'))),
        ("a chain without the leaf", format!("Hash={own};Cert=\"{leaf}\";Chain=\"{issuer}\"")),
        ("a chain in another order", format!("Hash={own};Cert=\"{leaf}\";Chain=\"{issuer}{leaf}\"")),
        ("two certificates under Cert", format!("Hash={own};Cert=\"{both}\"")),
        ("neither", format!("Hash={own};Subject=\"CN=a\";URI=spiffe://a")),
    ];
    for (what, value) in cases {
        assert_eq!(refused(value, ONLY), Some(Reason::XfccContradictory), "{what}");
    }
}

#[test]
fn text_that_is_no_element_is_refused() {
    let one = xfcc_text(&chain(), "");
    let leaf = pem_escaped(&chain()[..1]);
    let cases = [
        ("no equals sign", "Hash".to_owned()),
        ("a flag", format!("{one};Flag")),
        ("no key", "=a".to_owned()),
        ("a blank in front of a key", format!("Hash={}; Cert=\"{leaf}\"", hash(&chain()[0]))),
        ("a blank in front of the equals sign", one.replacen("Hash=", "Hash =", 1)),
        ("no end quote", one[..one.len() - 1].to_owned()),
        ("an escaped end quote", format!("{}\\\"", &one[..one.len() - 1])),
        ("text after a quote", one.replacen("\";Chain", "\"x;Chain", 1)),
        ("a quote inside a value", one.replacen("spiffe://", "spiffe:\"//", 1)),
        ("two semicolons", one.replacen(';', ";;", 1)),
        ("a comma at the end", format!("{one},")),
        ("a comma at the beginning", format!(",{one}")),
        ("two commas", format!("{one},,{one}")),
        ("a key twice", format!("{one};Subject=\"a\";subject=\"a\"")),
        ("a certificate twice, the same", format!("{one};Cert=\"{leaf}\"")),
        ("more elements than any number of hops", vec!["a=b"; 17].join(",")),
        ("more pairs than any element has", format!("{one}{}", ";a=b".repeat(1100))),
        ("bare base64, as gorouter sends under the same name", der_base64(&chain()[0])),
        ("PEM, as others send under the same name", leaf.clone()),
    ];
    for (what, value) in cases {
        assert_eq!(refused(value, ONLY), Some(Reason::XfccMalformed), "{what}");
    }
    assert_eq!(
        refused(format!("Hash=a;Cert=\"{}\"", leaf.replace('%', "%25")), ONLY),
        Some(Reason::PercentEncodingMalformed)
    );
    assert_eq!(refused("Hash=a;Cert=x", ONLY), Some(Reason::PemMalformed));
}

#[test]
fn json_of_another_shape_is_refused() {
    let object = xfcc_json(&chain());
    let twice = |key: &str| format!("[{},\"{key}\":\"\"}}]", &object[..object.len() - 1]);
    let cases = [
        ("an object", object.clone()),
        ("no end", format!("[{object}")),
        ("text after the end", format!("[{object}]]")),
        ("an empty array", "[]".to_owned()),
        ("an empty object", "[{}]".to_owned()),
        ("a comma at the end", format!("[{object},]")),
        ("a number", "[{\"hash\":1}]".to_owned()),
        ("null", "[{\"cert\":null}]".to_owned()),
        ("a nested object", "[{\"cert\":{}}]".to_owned()),
        ("a nested array", "[{\"chain\":[[\"\"]]}]".to_owned()),
        ("a certificate in an array", "[{\"cert\":[\"\",\"\"]}]".to_owned()),
        ("deep nesting", "[".repeat(60_000)),
        ("a key twice", twice("cert")),
        ("a key twice in another case", twice("Hash")),
        ("an escaped key", object.replacen("\"cert\"", "\"c\\u0065rt\"", 1)),
        ("an escape in a certificate that PEM does not need", format!("[{}]", object.replacen("MII", "\\u004dII", 1))),
        ("a string without an end", "[{\"hash\":\"".to_owned()),
        ("a control character", "[{\"hash\":\"\u{1}\"}]".to_owned()),
    ];
    for (what, value) in cases {
        let encoding = ONLY;
        let value = if what == "an escaped key" { format!("[{value}]") } else { value };
        if what == "an object" {
            assert_eq!(refused(value, encoding), Some(Reason::PlaceholderUnexpanded), "{what}");
            continue;
        }
        assert_eq!(refused(value, encoding), Some(Reason::XfccMalformed), "{what}");
    }
}

#[test]
fn json_is_compared_with_itself_as_text_is() {
    let object = xfcc_json(&chain());
    let cases = [
        ("another hash", object.replace(&hash(&chain()[0]), &hash(&victim()))),
        ("an escaped hash", object.replacen("\"hash\":\"", "\"hash\":\"\\u0030", 1)),
        ("no hash", object.replacen("\"hash\"", "\"digest\"", 1)),
        (
            "another certificate",
            xfcc_json(&[victim()]).replacen("\"chain\"", "\"x\"", 1).replace(&hash(&victim()), &hash(&chain()[0])),
        ),
    ];
    for (what, value) in cases {
        assert_eq!(refused(format!("[{value}]"), ONLY), Some(Reason::XfccContradictory), "{what}");
    }
}

#[test]
fn auto_never_picks_xfcc() {
    for value in [xfcc_text(&chain(), ""), format!("[{}]", xfcc_json(&chain()))] {
        assert_eq!(refused(value, Encoding::Auto), Some(Reason::EncodingUnrecognized));
    }
}

proptest! {
    #[test]
    fn a_chain_survives_both_forms(contents in proptest::collection::vec(
        proptest::collection::vec(any::<u8>(), 1..300), 1..6,
    )) {
        let chain: Vec<_> = contents.iter().map(|content| sequence(content)).collect();
        prop_assert_eq!(decoded(xfcc_text(&chain, ";Subject=\"\""), ONLY), Ok(chain.clone()));
        prop_assert_eq!(decoded(format!("[{}]", xfcc_json(&chain)), ONLY), Ok(chain));
    }

    #[test]
    fn no_uri_makes_another_certificate_the_identity(uri in "([;,\"=\\\\ a]|URI=|Hash=|Cert=|Chain=|x){0,12}") {
        let value = xfcc_text(&chain(), &format!(";URI={uri}"));
        if let Ok(found) = decoded(&value, ONLY) {
            prop_assert_eq!(found, chain());
        }
    }

    #[test]
    fn nothing_that_resembles_xfcc_makes_the_decoder_panic(
        value in "(\\[|\\]|\\{|\\}|\"|\\\\|:|,|;|=|Hash|Cert|cert|chain| |a|\\\\n|%0A|-----BEGIN CERTIFICATE-----){0,30}"
    ) {
        for element in [XfccElement::Only, XfccElement::Last { of: 2 }] {
            let _verdict = decoded(&value, Encoding::Xfcc(element));
        }
    }
}
