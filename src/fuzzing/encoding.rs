//! Stage 3: bytes to certificates.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::CertificateDer;

use super::is_one_line;
use crate::certificate::der::{Element, tag};
use crate::encoding::{Encoding, EncodingError, XfccElement, decode_value};

/// Decodes a value and checks what came of it.
///
/// # Panics
///
/// When anything that must hold does not.
pub fn encoding(value: &[u8], encoding: Encoding) {
    let decoded = decode_value(value, encoding, MAX_CERTIFICATES);
    let padded = [b"\t ", value, b" \t"].concat();
    assert_eq!(decode_value(&padded, encoding, MAX_CERTIFICATES), decoded, "blanks around the value count");
    match decoded {
        Ok(certificates) => accepted(value, encoding, &certificates),
        Err(error) => refused(&error),
    }
}

/// Decodes Envoy's text form under every way to pick an element.
///
/// # Panics
///
/// When anything that must hold does not.
pub fn xfcc_text(value: &[u8]) {
    if !is_json(value) {
        xfcc(value);
    }
}

/// Decodes Envoy's JSON form under every way to pick an element.
///
/// # Panics
///
/// When anything that must hold does not.
pub fn xfcc_json(value: &[u8]) {
    if is_json(value) {
        xfcc(value);
    }
}

fn is_json(value: &[u8]) -> bool {
    value.trim_ascii_start().starts_with(b"[")
}

fn xfcc(value: &[u8]) {
    let picks = [
        XfccElement::Only,
        XfccElement::First { of: 2 },
        XfccElement::FromRight { position: 2, of: 2 },
        XfccElement::Last { of: 2 },
        XfccElement::FromRight { position: 1, of: 2 },
    ];
    let [only, first, second_from_right, last, first_from_right] = picks.map(|pick| {
        encoding(value, Encoding::Xfcc(pick));
        decode_value(value, Encoding::Xfcc(pick), MAX_CERTIFICATES)
    });
    assert_eq!(first, second_from_right, "the first of two is the second from the right");
    assert_eq!(last, first_from_right, "the last of two is the first from the right");
    assert!(only.is_err() || (first.is_err() && last.is_err()), "one element and two elements at once");
    for number in [XfccElement::First { of: 0 }, XfccElement::FromRight { position: 0, of: 1 }] {
        assert!(decode_value(value, Encoding::Xfcc(number), MAX_CERTIFICATES).is_err(), "no element was picked");
    }
}

fn accepted(value: &[u8], encoding: Encoding, certificates: &[CertificateDer<'_>]) {
    let count = certificates.len();
    assert!((1..=MAX_CERTIFICATES).contains(&count), "{count} certificates");
    // Base64 takes four bytes for three, and every other form takes more.
    let decoded_bytes: usize = certificates.iter().map(|certificate| certificate.len()).sum();
    assert!(decoded_bytes * 4 <= value.len() * 3, "{decoded_bytes} bytes out of {}", value.len());
    assert_eq!(
        decode_value(value, encoding, count - 1),
        Err(EncodingError::TooManyCertificates { max_certificates: count - 1 }),
        "the limit is not kept"
    );
    for certificate in certificates {
        one_sequence(certificate);
        survives_every_single_form(certificate);
    }
    survives_every_list_form(certificates);
    if encoding == Encoding::Auto {
        let named = [Encoding::Rfc9440, Encoding::Pem, Encoding::DerBase64];
        let agreeing = named
            .iter()
            .filter(|named| decode_value(value, **named, MAX_CERTIFICATES).is_ok_and(|others| others == certificates));
        assert_eq!(agreeing.count(), 1, "exactly one encoding stands behind what auto picked");
    }
}

/// Judged by the reader of certificates, which is another one than stage 3's.
fn one_sequence(der: &[u8]) {
    let element = Element::only("fuzzed", tag::SEQUENCE, der);
    assert!(element.is_ok_and(|element| !element.content.is_empty()), "not one sequence from end to end");
}

/// Written again in any form, it is the same certificate.
pub(super) fn survives_every_single_form(der: &[u8]) {
    let base64 = STANDARD.encode(der);
    let hex = der.iter().fold(String::new(), |digits, byte| digits + &format!("{byte:02x}"));
    let pem = pem(der);
    for (text, encoding) in [
        (format!(":{base64}:"), Encoding::Rfc9440),
        (format!(":{base64}:"), Encoding::Auto),
        (STANDARD.encode(&pem), Encoding::PemBase64),
        (escaped(&pem), Encoding::Pem),
        (escaped(&pem), Encoding::Auto),
        (pem.replace('\n', " "), Encoding::Pem),
        (base64, Encoding::DerBase64),
        (hex, Encoding::DerHex),
    ] {
        let again = decode_value(text.as_bytes(), encoding, 1);
        assert_eq!(again, Ok(vec![CertificateDer::from(der)]), "{encoding:?} reads another certificate");
    }
}

fn survives_every_list_form(chain: &[CertificateDer<'_>]) {
    let joined = |separator: &str, write: fn(&[u8]) -> String| {
        chain.iter().map(|der| write(der)).collect::<Vec<_>>().join(separator)
    };
    let concatenated: Vec<u8> = chain.iter().flat_map(|der| der.iter().copied()).collect();
    for (text, encoding) in [
        (joined(",", |der| STANDARD.encode(der)), Encoding::DerBase64List),
        (joined(", ", |der| format!(":{}:", STANDARD.encode(der))), Encoding::Rfc9440List),
        (joined("", |der| escaped(&pem(der))), Encoding::Pem),
        (STANDARD.encode(concatenated), Encoding::DerBase64Concatenated),
    ] {
        let again = decode_value(text.as_bytes(), encoding, MAX_CERTIFICATES);
        assert!(again.is_ok_and(|again| again == chain), "{encoding:?} reads another chain");
    }
}

fn refused(error: &EncodingError) {
    let shown = error.to_string();
    assert!(is_one_line(&shown), "not one line: {shown:?}");
    assert!(is_one_line(&format!("{error:?}")), "not one line: {error:?}");
    assert!(shown.len() <= MAX_MESSAGE_BYTES, "a message of {} bytes", shown.len());
}

fn pem(der: &[u8]) -> String {
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der))
}

fn escaped(pem: &str) -> String {
    let escape = |character: char| match character {
        '\n' => "%0A".to_owned(),
        ' ' => "%20".to_owned(),
        '+' => "%2B".to_owned(),
        '/' => "%2F".to_owned(),
        '=' => "%3D".to_owned(),
        other => other.to_string(),
    };
    pem.chars().map(escape).collect()
}

/// Certificates in one value: fewer than the default, so that the limit is met more often.
const MAX_CERTIFICATES: usize = 4;
/// Length of a refusal's text: it holds fixed words and numbers, and nothing of the value.
const MAX_MESSAGE_BYTES: usize = 256;
