//! Values that no correctly configured gateway sends. Each is one mistake away from a value that is accepted.

use super::encoders::{der_base64, pem, pem_escaped, pem_escaped_by_alb, pem_folded, rfc9440, sequence};
use super::{Encoding, EncodingError, MAX_CERTIFICATES, decode, decoded};
use crate::reason::{Reason, Stage};

/// 305 bytes of DER: base64 with plus signs, slashes and one padding character.
fn leaf() -> Vec<u8> {
    let mut content = vec![0xfb; 200];
    content.extend_from_slice(&[0xff; 101]);
    sequence(&content)
}

type Writer = fn(&[u8]) -> String;

fn assert_refused<V: AsRef<[u8]>>(encoding: Encoding, reason: Reason, cases: &[(&str, V)]) {
    assert_eq!(reason.stage(), Stage::Encoding);
    for (what, value) in cases {
        let refused = decoded(value, encoding).map_err(|error| error.reason());
        assert_eq!(refused, Err(reason), "{what}");
    }
}

#[test]
fn placeholders_are_refused_as_such_in_every_encoding() {
    let cases = [
        "{http.request.tls.client.certificate_der_base64}",
        ":{http.request.tls.client.certificate_der_base64}:",
        " {var_client_certificate}\t",
        "{}",
        "{{ client_cert }}",
        "%{SSL_CLIENT_CERT}",
        "%{SSL_CLIENT_CERT}s",
        "%{SSL_CLIENT_CERT}e",
        "%[ssl_c_der,base64]",
        ":%[ssl_c_der,base64]:",
        "%DOWNSTREAM_PEER_CERT%",
        "$ssl_client_escaped_cert",
        "${ssl_client_escaped_cert}",
        ":$client_cert_leaf:",
    ]
    .map(|value| (value, value));
    for encoding in [Encoding::Auto, Encoding::DerBase64, Encoding::Pem, Encoding::Rfc9440] {
        assert_refused(encoding, Reason::PlaceholderUnexpanded, &cases);
    }
}

#[test]
fn what_only_resembles_a_placeholder_is_not_called_one() {
    let cases = ["{", "}", "$", "$a b", "%", "%25", "{x}y", "$$", "[{\"Cert\":\"\"}]"].map(|value| (value, value));
    assert_refused(Encoding::Auto, Reason::EncodingUnrecognized, &cases);
}

#[test]
fn an_empty_value_is_refused_in_every_encoding() {
    for encoding in [Encoding::Auto, Encoding::DerBase64, Encoding::Pem, Encoding::Rfc9440] {
        assert_refused(encoding, Reason::EncodingUnrecognized, &[("nothing", ""), ("blanks", " \t ")]);
    }
}

#[test]
fn auto_does_not_guess() {
    let pem_value = pem_folded(&[leaf()], " ");
    assert_refused(
        Encoding::Auto,
        Reason::EncodingUnrecognized,
        &[
            ("(null)", "(null)".to_owned()),
            ("dash", "-".to_owned()),
            ("text before the begin line", format!("subject=CN=a {pem_value}")),
            ("lower-case begin line", pem_value.replace("-----BEGIN", "-----begin")),
            ("four dashes", pem_value[1..].to_owned()),
            ("six dashes", format!("-{pem_value}")),
            ("an end line first", format!("-----END CERTIFICATE-----{pem_value}")),
            ("escaped dashes", pem_value.replace('-', "%2D")),
            ("base64 of PEM", der_base64(pem(&[leaf()]).as_bytes())),
            ("hexadecimal DER", "308201fb".repeat(40)),
            ("XFCC", format!("Hash=00;Cert=\"{}\"", pem_escaped(&[leaf()]))),
            ("XFCC with the certificate first", format!("Cert=\"{}\"", pem_escaped(&[leaf()]))),
            ("quotes", format!("\"{}\"", der_base64(&leaf()))),
            ("a leading comma", format!(",{}", der_base64(&leaf()))),
            ("DER of less than 128 bytes", der_base64(&sequence(&[1; 64]))),
            ("DER of another type", der_base64(&[&[0x31], &leaf()[1..]].concat())),
        ],
    );
    assert_refused(Encoding::Auto, Reason::EncodingUnrecognized, &[("raw DER", leaf()), ("UTF-8", "ü".into())]);
}

#[test]
fn broken_and_hostile_escapes_are_refused() {
    let value = pem_escaped(&[leaf()]);
    let end = "-----END%20CERTIFICATE-----";
    let cases = [
        ("encoded twice", value.replace('%', "%25")),
        ("one escape encoded twice", value.replacen("%2B", "%252B", 1)),
        ("one digit at the end", format!("{value}%0")),
        ("no digit at the end", format!("{value}%")),
        ("no hexadecimal digits", value.replacen("%0A", "%zz", 1)),
        ("one hexadecimal digit", value.replacen("%0A", "%0g", 1)),
        ("a sign for a digit", value.replacen("%0A", "%+A", 1)),
        ("NUL", value.replacen("%0A", "%00", 1)),
        ("NUL at the end", format!("{value}%00")),
        ("DEL", value.replacen("%0A", "%7F", 1)),
        ("vertical tab", value.replacen("%0A", "%0B", 1)),
        ("a byte outside ASCII", value.replacen(end, &format!("%80{end}"), 1)),
        ("UTF-8 outside ASCII", value.replacen(end, &format!("%C3%BC{end}"), 1)),
    ];
    assert_refused(Encoding::Pem, Reason::PercentEncodingMalformed, &cases);
    // The first begin line of a value that was encoded twice is still recognised as such.
    assert_refused(Encoding::Auto, Reason::PercentEncodingMalformed, &cases);
}

#[test]
fn only_the_escapes_that_base64_needs_are_undone_in_a_bare_value() {
    let value = der_base64(&leaf());
    let cases = [
        ("an escaped letter", value.replacen("MII", "MI%49", 1)),
        ("an escaped line break", format!("{value}%0A")),
        ("an escaped blank", value.replacen('+', "%20", 1)),
        ("encoded twice", value.replace('+', "%252B")),
        ("NUL", format!("{value}%00")),
        ("cut short", format!("{value}%3")),
    ];
    assert_refused(Encoding::DerBase64, Reason::PercentEncodingMalformed, &cases);
    assert_refused(Encoding::Auto, Reason::PercentEncodingMalformed, &cases);
}

#[test]
fn pem_with_anything_beside_certificates_is_refused() {
    let value = pem_folded(&[leaf()], " ");
    let lost = pem_folded(&[leaf()], "");
    let labelled = |label| pem(&[leaf()]).replace("CERTIFICATE", label).replace('\n', " ");
    let cases = [
        ("trusted certificate", labelled("TRUSTED CERTIFICATE")),
        ("old label", labelled("X509 CERTIFICATE")),
        ("request", labelled("CERTIFICATE REQUEST")),
        ("private key", labelled("PRIVATE KEY")),
        ("private key after a certificate", format!("{value}{}", labelled("EC PRIVATE KEY"))),
        ("lower-case label", labelled("certificate")),
        ("empty label", labelled("")),
        ("two blanks in the label line", value.replacen("BEGIN ", "BEGIN  ", 1)),
        ("plus sign for a blank", value.replace(' ', "+")),
        ("plus sign for a blank, rest escaped", pem_escaped(&[leaf()]).replace("%20", "+")),
        ("four dashes after the begin label", value.replacen("CERTIFICATE-----", "CERTIFICATE----", 1)),
        ("six dashes after the end label", format!("{lost}-")),
        ("four dashes after the end label", lost[..lost.len() - 1].to_owned()),
        ("six dashes before END", value.replace("-----END", "------END")),
        ("no end line", value.replace("-----END CERTIFICATE-----", "")),
        ("no end line before the next block", format!("{}{value}", value.replace("-----END CERTIFICATE-----", ""))),
        ("end line cut short", value.replace("-----END CERTIFICATE-----", "-----END CERTIF")),
        ("only a begin line", "-----BEGIN CERTIFICATE-----".to_owned()),
        ("another end label", value.replace("END CERTIFICATE", "END TRUSTED CERTIFICATE")),
        ("lower-case end", value.replace("-----END", "-----end")),
        ("a begin line in place of the end line", value.replace("-----END", "-----BEGIN")),
        ("text after the block", format!("{value}CN=a")),
        ("text between blocks", format!("{value}CN=a {value}")),
        ("comma between blocks", format!("{lost},{lost}")),
        ("semicolon after the block", format!("{lost};")),
        ("two blanks between blocks", format!("{value} {value}")),
        ("quote after the block", format!("{lost}\"")),
        ("bare DER after the block", format!("{value}{}", der_base64(&leaf()))),
    ];
    assert_refused(Encoding::Pem, Reason::PemMalformed, &cases);
    assert_refused(Encoding::Auto, Reason::PemMalformed, &cases);
    assert_refused(
        Encoding::Pem,
        Reason::PemMalformed,
        &[
            ("explanatory text first", format!("subject=CN=a {value}")),
            ("lower-case begin", value.replace("-----BEGIN", "-----begin")),
            ("four dashes first", value[1..].to_owned()),
            ("six dashes first", format!("-{value}")),
            ("an escaped percent begin", format!("%20%20{value}")),
            ("no PEM at all", der_base64(&leaf())),
            ("a byte sequence", rfc9440(&leaf())),
            ("quoted", format!("\"{lost}\"")),
        ],
    );
}

#[test]
fn base64_that_is_not_strict_is_refused_inside_pem() {
    let value = pem_folded(&[leaf()], " ");
    let alb = pem_escaped_by_alb(&[leaf()]);
    assert_refused(
        Encoding::Auto,
        Reason::Base64Malformed,
        &[
            ("six dashes after the begin label", value.replacen("CERTIFICATE-----", "CERTIFICATE------", 1)),
            ("headers of old PEM", value.replacen("----- MI", "----- Proc-Type: 4,ENCRYPTED MI", 1)),
            ("two blanks for a line break", value.replacen("----- MI", "-----  MI", 1)),
            ("an empty line", pem_escaped(&[leaf()]).replacen("%0AMI", "%0A%0AMI", 1)),
            ("a carriage return alone", pem_escaped(&[leaf()]).replacen("%0AMI", "%0DMI", 1)),
            ("plus signs read as blanks", alb.replace('+', " ")),
            ("base64url", value.replace('+', "_")),
            ("missing padding", value.replace('=', "")),
            ("extra padding", value.replace('=', "==")),
            ("padding in the middle", value.replacen("MII", "MI=", 1)),
            ("bits after the end", value.replace("//8=", "//9=")),
            ("one character short", value.replace("//8=", "//8")),
            ("comma", value.replacen("MI", "MI,", 1)),
        ],
    );
    let mut with_nul = value.clone().into_bytes();
    with_nul[40] = 0;
    let mut with_del = value.clone().into_bytes();
    with_del[40] = 0x7f;
    let mut with_latin = value.into_bytes();
    with_latin[40] = 0xfc;
    assert_refused(
        Encoding::Auto,
        Reason::Base64Malformed,
        &[("NUL", with_nul), ("DEL", with_del), ("non-ASCII", with_latin)],
    );
}

#[test]
fn base64_that_is_not_strict_is_refused_bare_and_between_colons() {
    let value = der_base64(&leaf());
    assert!(value.ends_with("//8=") && value.contains('+'));
    let cases = [
        ("inner blank", format!("{} {}", &value[..60], &value[60..])),
        ("inner tab", format!("{}\t{}", &value[..60], &value[60..])),
        ("blank for a plus sign", value.replace('+', " ")),
        ("base64url", value.replace('+', "-").replace('/', "_")),
        ("one character of base64url", value.replacen('+', "-", 1)),
        ("missing padding", value.replace('=', "")),
        ("extra padding", format!("{value}=")),
        ("padding in the middle", value.replacen("MII", "MI=", 1)),
        ("more base64 after the padding", format!("{value}{value}")),
        ("bits after the end", value.replace("//8=", "//9=")),
        ("one character too many", format!("{value}A")),
        ("comma", format!("{value},{value}")),
        ("comma and blank", format!("{value}, {value}")),
        ("trailing comma", format!("{value},")),
        ("dot", value.replacen("MI", "MI.", 1)),
        ("NUL", value.replacen("MI", "MI\0", 1)),
        ("DEL", value.replacen("MI", "MI\x7f", 1)),
        ("non-ASCII", value.replacen("MI", "MIü", 1)),
    ];
    assert_refused(Encoding::Auto, Reason::Base64Malformed, &cases);
    assert_refused(Encoding::DerBase64, Reason::Base64Malformed, &cases);
    let between_colons = cases.map(|(what, value)| (what, format!(":{value}:")));
    assert_refused(Encoding::Auto, Reason::Base64Malformed, &between_colons);
    let escaped = value.replace('=', "%3D");
    assert_refused(Encoding::Auto, Reason::Base64Malformed, &[("escape in a byte sequence", format!(":{escaped}:"))]);
    assert_refused(Encoding::DerBase64, Reason::Base64Malformed, &[("PEM", pem_folded(&[leaf()], " "))]);
    assert_refused(Encoding::DerBase64, Reason::Base64Malformed, &[("byte sequence", rfc9440(&leaf()))]);
}

#[test]
fn what_is_not_one_byte_sequence_alone_is_refused() {
    let value = rfc9440(&leaf());
    let cases = [
        ("one colon", ":".to_owned()),
        ("an empty byte sequence", "::".to_owned()),
        ("three colons", ":::".to_owned()),
        ("no colon at the end", value[..value.len() - 1].to_owned()),
        ("two colons at the end", format!("{value}:")),
        ("two colons at the beginning", format!(":{value}")),
        ("a parameter", format!("{value};a=1")),
        ("a parameter after a blank", format!("{value}; a")),
        ("a semicolon", format!("{value};")),
        ("a second member", format!("{value}, {value}")),
        ("a second member without a comma", format!("{value}{value}")),
        ("a comma", format!("{value},")),
        ("text after the end", format!("{value}A")),
        ("text after a blank", format!("{value} A")),
        ("NUL after the end", format!("{value}\0")),
    ];
    assert_refused(Encoding::Rfc9440, Reason::ByteSequenceMalformed, &cases);
    assert_refused(Encoding::Auto, Reason::ByteSequenceMalformed, &cases);
    assert_refused(
        Encoding::Rfc9440,
        Reason::ByteSequenceMalformed,
        &[
            ("no colon at the beginning", value[1..].to_owned()),
            ("quotes", format!("\"{value}\"")),
            ("PEM", pem_escaped(&[leaf()])),
        ],
    );
}

#[test]
fn what_is_not_one_sequence_from_end_to_end_is_refused() {
    let content = [1; 200];
    let with_head = |head: &[u8]| [head, &content].concat();
    let cases = [
        ("a byte after the end", [leaf(), vec![0]].concat()),
        ("a second sequence after the end", [leaf(), leaf()].concat()),
        ("a byte missing", leaf()[..leaf().len() - 1].to_vec()),
        ("indefinite length", [with_head(&[0x30, 0x80]), vec![0, 0]].concat()),
        ("length in one byte more than needed", with_head(&[0x30, 0x82, 0, 200])),
        ("long form of a short length", [&[0x30, 0x81, 0x7f][..], &[1; 0x7f]].concat()),
        ("length zero in long form", vec![0x30, 0x81, 0]),
        ("length of five bytes", with_head(&[0x30, 0x85, 0, 0, 0, 0, 200])),
        ("length of 127 bytes", with_head(&[0x30, 0xff])),
        ("largest length of four bytes", with_head(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff])),
        ("SET", [&[0x31], &leaf()[1..]].concat()),
        ("primitive with the number of SEQUENCE", [&[0x10], &leaf()[1..]].concat()),
        ("OCTET STRING", [&[0x04], &leaf()[1..]].concat()),
        ("context tag", [&[0xa0], &leaf()[1..]].concat()),
        ("a tag alone", vec![0x30]),
        ("an incomplete length", vec![0x30, 0x82, 0x01]),
        ("an empty sequence", vec![0x30, 0]),
        ("end-of-contents", vec![0, 0]),
    ];
    let ways: [(Encoding, Writer); 4] = [
        (Encoding::DerBase64, der_base64),
        (Encoding::Rfc9440, rfc9440),
        (Encoding::Pem, |der| pem_escaped(&[der])),
        (Encoding::Pem, |der| pem_escaped(&[&leaf()[..], der])),
    ];
    for (encoding, write) in ways {
        let values: Vec<_> = cases.iter().map(|(what, der)| (*what, write(der))).collect();
        assert_refused(encoding, Reason::DerMalformed, &values);
    }
}

#[test]
fn an_empty_pem_block_is_refused() {
    // Caddy from 2.11.2 fills `certificate_pem` so when there is no certificate.
    let empty = "-----BEGIN CERTIFICATE----- -----END CERTIFICATE-----";
    assert_refused(Encoding::Auto, Reason::DerMalformed, &[("empty block", empty)]);
}

#[test]
fn one_certificate_more_than_the_limit_is_refused() {
    let chain: Vec<_> = (0..11).map(|number| sequence(&[number; 130])).collect();
    assert_eq!(chain.len(), MAX_CERTIFICATES + 1);
    let refused = decoded(pem_escaped(&chain), Encoding::Auto);
    assert_eq!(refused, Err(EncodingError::TooManyCertificates { max_certificates: 10 }));
}

#[test]
fn what_comes_after_the_limit_is_not_looked_at() {
    let chain: Vec<_> = (0..10).map(|number| sequence(&[number; 130])).collect();
    let value = format!("{}-----BEGIN CERTIFICATE-----!", pem_folded(&chain, " "));
    assert_refused(Encoding::Auto, Reason::TooManyCertificates, &[("garbage as the eleventh", value)]);
}

#[test]
fn a_limit_of_zero_refuses_every_certificate() {
    for value in [der_base64(&leaf()), rfc9440(&leaf()), pem_escaped(&[leaf()])] {
        let refused = decode(value.as_bytes(), Encoding::Auto, 0);
        assert_eq!(refused, Err(EncodingError::TooManyCertificates { max_certificates: 0 }));
    }
}

#[test]
fn errors_say_what_was_found_and_where_and_show_nothing_of_the_value() {
    let key = "-----BEGIN PRIVATE KEY-----MC4CAQAwSECRET-----END PRIVATE KEY-----";
    for (value, text) in [
        (key, "PEM has a begin line with another label at byte 0, expected a begin line with the label CERTIFICATE"),
        (
            "MIIBSECRET-A",
            "base64 of a certificate has a character of the base64url alphabet at byte 10, expected the standard alphabet \
             with padding and without blanks",
        ),
        (
            ":MIIBSECRET",
            "byte sequence of RFC 9440 has the end of the value at byte 11, expected a colon that ends the byte sequence",
        ),
        ("MIIB", "3 decoded bytes are an incomplete length, expected one DER sequence from the first to the last byte"),
        (
            "\u{1b}SECRET",
            "header value begins with '\\x1b', expected ':' (RFC 9440), '-----BEGIN' (PEM) or 'MI' (base64 of DER)",
        ),
        ("", "header value is empty, expected a certificate"),
        (
            "MI%252B",
            "percent sign at byte 2 is an escaped percent sign, as after encoding twice, expected an escape of a \
             character of the encoding",
        ),
        (
            "{secret}",
            "header value is the name of a variable (8 bytes) that the gateway did not replace, expected its value",
        ),
    ] {
        let error = decoded(value, Encoding::Auto).unwrap_err();
        assert_eq!(error.to_string(), text);
        assert!(!format!("{error:?}").to_lowercase().contains("secret"));
    }
    let error = EncodingError::TooManyCertificates { max_certificates: 10 };
    assert_eq!(error.to_string(), "more certificates than the limit, expected at most 10");
}
