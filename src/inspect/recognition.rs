use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::encoding::{Encoding, EncodingError, XfccElement, decode_value};

/// A value that one of the encodings reads.
pub(super) struct Recognized {
    pub(super) encoding: Encoding,
    pub(super) certificates: Vec<CertificateDer<'static>>,
}

/// Tries every encoding, the narrower ones first; of those that fail, the error is told of the one that the value
/// begins like.
pub(super) fn recognize(value: &[u8]) -> Result<Recognized, EncodingError> {
    for encoding in ENCODINGS {
        if let Ok(certificates) = decode_value(value, encoding, MAX_CERTIFICATES) {
            return Ok(Recognized { encoding, certificates });
        }
    }
    if let Some(recognized) = several_elements(value) {
        return Ok(recognized);
    }
    let encoding = likely(value.trim_ascii());
    let certificates = decode_value(value, encoding, MAX_CERTIFICATES)?;
    Ok(Recognized { encoding, certificates })
}

/// One DER certificate.
pub(super) fn der(content: &[u8]) -> Result<Vec<CertificateDer<'static>>, EncodingError> {
    use std::fmt::Write as _;

    // Through the reader of hexadecimal digits, so that DER is judged in the one place where it always is.
    let mut digits = String::with_capacity(content.len() * 2);
    for byte in content {
        let _ = write!(digits, "{byte:02x}");
    }
    decode_value(digits.as_bytes(), Encoding::DerHex, 1)
}

/// Every block of certificates, whatever stands around them. One that cannot be read is not passed over: it may be the
/// client's.
pub(super) fn pem(content: &[u8]) -> Result<Vec<CertificateDer<'static>>, EncodingError> {
    let windows = content.windows(BEGIN.len()).enumerate();
    let begins: Vec<_> = windows.filter(|(_, window)| *window == BEGIN).map(|(start, _)| start).collect();
    let ends = begins.iter().skip(1).copied().chain([content.len()]);
    let block = |(start, end): (usize, usize)| {
        let read = content.get(start..end).map(CertificateDer::from_pem_slice);
        read.and_then(Result::ok).ok_or(EncodingError::PemMalformed {
            offset_bytes: start,
            found: "a block that cannot be read",
            expected: "lines of base64, and END CERTIFICATE",
        })
    };
    begins.iter().copied().zip(ends).map(block).collect()
}

/// XFCC of several hops: the certificates of every element that has some and could count, outermost first.
fn several_elements(value: &[u8]) -> Option<Recognized> {
    let only = decode_value(value, Encoding::Xfcc(XfccElement::Only), MAX_CERTIFICATES);
    let Err(EncodingError::XfccElementAmbiguous { found: of, .. }) = only else { return None };
    let element = |position| XfccElement::FromRight { position, of };
    let read = |position| decode_value(value, Encoding::Xfcc(element(position)), MAX_CERTIFICATES).ok();
    let certificates: Vec<_> = (1..=of).rev().filter_map(read).flatten().collect();
    let encoding = Encoding::Xfcc(XfccElement::First { of });
    (!certificates.is_empty()).then_some(Recognized { encoding, certificates })
}

fn likely(value: &[u8]) -> Encoding {
    let has = |text: &[u8]| value.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text));
    match value {
        [b':', ..] if value.contains(&b',') => Encoding::Rfc9440List,
        [b':', ..] => Encoding::Rfc9440,
        [b'M', b'I', ..] if value.contains(&b',') => Encoding::DerBase64List,
        [b'L', b'S', b'0', b't', ..] => Encoding::PemBase64,
        [b'[', ..] => Encoding::Xfcc(XfccElement::Only),
        _ if value.iter().all(u8::is_ascii_hexdigit) => Encoding::DerHex,
        _ if has(b"hash=") || has(b"cert=") => Encoding::Xfcc(XfccElement::Only),
        [b'%', ..] | [b'-', b'-', ..] => Encoding::Pem,
        _ if value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')) => {
            Encoding::DerBase64
        }
        _ => Encoding::Auto,
    }
}

/// A single value before a list of one, and what one reader alone takes before the rest.
const ENCODINGS: [Encoding; 9] = [
    Encoding::Rfc9440,
    Encoding::Rfc9440List,
    Encoding::Pem,
    Encoding::DerBase64,
    Encoding::DerBase64List,
    Encoding::DerBase64Concatenated,
    Encoding::PemBase64,
    Encoding::DerHex,
    Encoding::Xfcc(XfccElement::Only),
];

/// RFC 7468 section 2.
const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
/// More than the layer takes, so that one certificate too many can be shown.
const MAX_CERTIFICATES: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_no_encoding_reads_is_taken_for_the_one_that_it_begins_like() {
        for (value, expected) in [
            (":MIIB:", Encoding::Rfc9440),
            (":MIIB:, :MIIB:", Encoding::Rfc9440List),
            ("MIIB", Encoding::DerBase64),
            ("MIIB,MIIB", Encoding::DerBase64List),
            ("AAEC,AAEC", Encoding::Auto),
            ("AA+/==", Encoding::DerBase64),
            ("AA_-", Encoding::Auto),
            ("LS0tLS1C", Encoding::PemBase64),
            ("[{}]", Encoding::Xfcc(XfccElement::Only)),
            ("By=x;Hash=00", Encoding::Xfcc(XfccElement::Only)),
            ("By=x;CERT=00", Encoding::Xfcc(XfccElement::Only)),
            ("By=x;Ha=00", Encoding::Auto),
            ("3082aF", Encoding::DerHex),
            ("3082ag", Encoding::DerBase64),
            ("%2D%2D", Encoding::Pem),
            ("-----BEGIN", Encoding::Pem),
            ("-BEGIN", Encoding::Auto),
            ("{http.request.tls}", Encoding::Auto),
        ] {
            assert_eq!(likely(value.as_bytes()), expected, "{value}");
        }
    }
}
