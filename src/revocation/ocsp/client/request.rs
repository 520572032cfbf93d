//! What a responder is asked (RFC 6960 section 4.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::encode::{explicit, octet_string, sequence};
use super::responder::{OcspMethod, OcspNonce};
use super::subject::Subject;
use crate::certificate::CertificateError;
use crate::der_writer::object_identifier;
use crate::revocation::fetch::{AllowedHosts, FetchRequest, FetchUrl};
use crate::revocation::ocsp::answer::ExpectedNonce;
use crate::revocation::ocsp::cert_id::IssuerHashes;
use crate::revocation::ocsp::response::MAX_ANSWER_OCTETS;

/// A nonce that was sent, and whether it must come back.
#[derive(Debug)]
pub(super) struct Nonce {
    octets: [u8; NONCE_OCTETS],
    kind: OcspNonce,
}

impl Nonce {
    /// Draws one where the responder is to be sent one.
    pub(super) fn draw(kind: OcspNonce) -> Result<Self, getrandom::Error> {
        let mut octets = [0; NONCE_OCTETS];
        if kind != OcspNonce::Off {
            getrandom::fill(&mut octets)?;
        }
        Ok(Self { octets, kind })
    }

    pub(super) fn expected(&self) -> ExpectedNonce<'_> {
        match self.kind {
            OcspNonce::Off => ExpectedNonce::Ignored,
            OcspNonce::Prefer => ExpectedNonce::ExactlyOrNone(&self.octets),
            OcspNonce::Require => ExpectedNonce::Exactly(&self.octets),
        }
    }
}

/// The encoded `OCSPRequest` for one certificate.
pub(super) fn encode(subject: &Subject, nonce: &Nonce) -> Result<Vec<u8>, CertificateError> {
    let cert_id = IssuerHashes::of(&subject.issuer)?.cert_id(subject.asking.hash, &subject.serial);
    let list = sequence(&[&sequence(&[&cert_id])]);
    let extensions = match nonce.kind {
        OcspNonce::Off => Vec::new(),
        OcspNonce::Prefer | OcspNonce::Require => {
            let value = octet_string(&octet_string(&nonce.octets));
            explicit(2, &sequence(&[&sequence(&[&object_identifier(NONCE_IDENTIFIER), &value])]))
        }
    };
    Ok(sequence(&[&sequence(&[&list, &extensions])]))
}

/// How it is sent.
pub(super) fn fetch_request(subject: &Subject, encoded: &[u8], hosts: Option<&AllowedHosts>) -> FetchRequest {
    let get = match subject.asking.method {
        OcspMethod::Get => get_url(&subject.url, encoded, hosts).map(FetchRequest::get),
        OcspMethod::Post => None,
    };
    get.unwrap_or_else(|| FetchRequest::post(subject.url.clone(), REQUEST_TYPE, encoded))
        .content_types(RESPONSE_TYPES)
        .with_max_octets(MAX_ANSWER_OCTETS)
}

/// RFC 6960 appendix A.1: the base64 of the request, escaped, below the responder's address.
fn get_url(base: &FetchUrl, encoded: &[u8], hosts: Option<&AllowedHosts>) -> Option<FetchUrl> {
    let mut url = String::from(base.as_str().trim_end_matches('/'));
    url.push('/');
    for character in STANDARD.encode(encoded).chars() {
        match character {
            '+' => url.push_str("%2B"),
            '/' => url.push_str("%2F"),
            '=' => url.push_str("%3D"),
            _ => url.push(character),
        }
    }
    if url.len() > MAX_GET_OCTETS {
        return None;
    }
    match hosts {
        Some(hosts) => hosts.admit(&url).ok(),
        None => FetchUrl::configured(&url).ok(),
    }
}

const REQUEST_TYPE: &str = "application/ocsp-request";
const RESPONSE_TYPES: &[&str] = &["application/ocsp-response"];
/// RFC 9654 section 2.1: clients should send 32 octets.
const NONCE_OCTETS: usize = 32;
/// id-pkix-ocsp-nonce.
const NONCE_IDENTIFIER: &str = "1.3.6.1.5.5.7.48.1.2";
/// RFC 5019 section 5: an address that is longer is not sent as GET.
const MAX_GET_OCTETS: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> FetchUrl {
        FetchUrl::configured(text).unwrap()
    }

    #[test]
    fn the_base64_of_a_request_is_escaped_below_the_address() {
        for (base, octets, expected) in [
            ("http://ocsp.test/", &[0xfb, 0xff, 0xfe][..], "http://ocsp.test/%2B%2F%2F%2B"),
            ("http://ocsp.test", &[0, 1], "http://ocsp.test/AAE%3D"),
            ("http://ocsp.test/a//", &[0], "http://ocsp.test/a/AA%3D%3D"),
        ] {
            assert_eq!(get_url(&url(base), octets, None), Some(url(expected)));
        }
        let hosts = AllowedHosts::new(["aia.test"]).unwrap();
        assert_eq!(get_url(&url("http://aia.test/"), &[0; 3], Some(&hosts)), Some(url("http://aia.test/AAAA")));
        assert_eq!(get_url(&url("http://other.test/"), &[0; 3], Some(&hosts)), None);
    }

    #[test]
    fn an_address_of_more_than_255_octets_is_none() {
        // 15 octets stand before 240 of base64, or 16.
        for (path, is_one) in [("abc", true), ("abcd", false)] {
            let found = get_url(&url(&format!("http://o.t/{path}/")), &[0; 180], None);
            let expected = is_one.then(|| format!("http://o.t/{path}/{}", "A".repeat(240)));
            assert_eq!(found.map(|found| found.as_str().to_owned()), expected);
        }
    }
}
