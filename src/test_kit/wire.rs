//! Header values as the products write them. `tests/test_kit/` compares each with what was captured of its product.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::CertificateDer;

use super::certificate::pem;
use crate::certificate::Fingerprint;
use crate::encoding::{Encoding, XfccElement};
use crate::gateway::StatusFormat;

/// Writes the header with the client's certificate, which is the first of the chain; the others only where the encoding
/// takes them, or where `chain` says that PEM does.
pub(super) fn certificate(encoding: Encoding, product: &str, chain: &[CertificateDer<'_>]) -> String {
    let Some((leaf, above)) = chain.split_first() else { return String::new() };
    match encoding {
        Encoding::Auto | Encoding::Pem => chain.iter().map(|certificate| product_pem(product, certificate)).collect(),
        Encoding::DerBase64 | Encoding::DerBase64Concatenated => STANDARD.encode(leaf),
        Encoding::DerBase64List => joined(chain, ",", |certificate| STANDARD.encode(certificate)),
        Encoding::DerHex => leaf.iter().fold(String::new(), |text, octet| format!("{text}{octet:02X}")),
        Encoding::PemBase64 => STANDARD.encode(pem("CERTIFICATE", leaf)),
        Encoding::Rfc9440 | Encoding::Rfc9440List => byte_sequence(leaf),
        Encoding::Xfcc(element) => xfcc(element, leaf, above),
    }
}

/// Writes the one header with the rest of the chain; `None` where there is nothing to write.
pub(super) fn chain(encoding: Encoding, above: &[CertificateDer<'_>]) -> Option<String> {
    if above.is_empty() {
        return None;
    }
    Some(match encoding {
        Encoding::DerBase64Concatenated => {
            STANDARD.encode(above.iter().flat_map(|certificate| certificate.iter().copied()).collect::<Vec<_>>())
        }
        Encoding::Rfc9440 | Encoding::Rfc9440List => joined(above, ",", byte_sequence),
        Encoding::DerBase64List => joined(above, ",", |certificate| STANDARD.encode(certificate)),
        other => certificate(other, "", above),
    })
}

/// What a gateway says of a certificate that it found to be in order.
pub(super) fn verified(format: StatusFormat) -> &'static str {
    match format {
        StatusFormat::Boolean => "true",
        StatusFormat::OpensslCode => "0",
        StatusFormat::Verdict => "SUCCESS",
    }
}

fn product_pem(product: &str, certificate: &CertificateDer<'_>) -> String {
    let text = pem("CERTIFICATE", certificate);
    match product {
        // Obsolete line folding, undone by httpd; the last line feed is trimmed.
        "apache" => text.trim_end().replace('\n', " "),
        "apache-escaped" => text.replace(' ', "%20").replace('\n', "%0a"),
        "aws-alb-passthrough" | "aws-alb-verify" => escaped(&text, b"+/="),
        _ => escaped(&text, b""),
    }
}

/// Percent-encodes all but the unreserved characters of RFC 3986 section 2.3 and those of `safe`.
fn escaped(text: &str, safe: &[u8]) -> String {
    let is_kept = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || safe.contains(&byte);
    text.bytes().map(|byte| if is_kept(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn byte_sequence(certificate: &CertificateDer<'_>) -> String {
    format!(":{}:", STANDARD.encode(certificate))
}

/// The client's element at its place among those that the hops on the way would have written.
fn xfcc(element: XfccElement, leaf: &CertificateDer<'_>, above: &[CertificateDer<'_>]) -> String {
    let cert = escaped(&pem("CERTIFICATE", leaf), b"");
    let chain: String = above.iter().map(|certificate| escaped(&pem("CERTIFICATE", certificate), b"")).collect();
    let client = format!("Hash={};Cert=\"{cert}\";Chain=\"{cert}{chain}\"", Fingerprint::of(leaf));
    let (of, from_right) = match element {
        XfccElement::Only => (1, 1),
        XfccElement::First { of } => (of, of),
        XfccElement::Last { of } => (of, 1),
        XfccElement::FromRight { position, of } => (of, position),
    };
    let place = |right: usize| if right == from_right { client.clone() } else { HOP.to_owned() };
    (1..=of).rev().map(place).collect::<Vec<_>>().join(",")
}

fn joined(
    certificates: &[CertificateDer<'_>],
    separator: &str,
    write: impl Fn(&CertificateDer<'_>) -> String,
) -> String {
    certificates.iter().map(write).collect::<Vec<_>>().join(separator)
}

/// The element of a hop, about the hop before it, without the names behind which no element counts.
const HOP: &str = "By=spiffe://cluster.local/ns/test/sa/service;Hash=\
                   0000000000000000000000000000000000000000000000000000000000000000;Subject=\"\"";
