//! Why a header value is not a list of certificates.

use std::error::Error;
use std::fmt;

use crate::certificate::CertificateError;
use crate::reason::Reason;

/// Why a header value is not a list of certificates.
///
/// Tells what was found and what was expected, and where, but never any of the value itself beyond its first byte: it may
/// hold a private key that was pasted into the wrong place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodingError {
    /// The base64 of a certificate is not strict.
    #[non_exhaustive]
    Base64Malformed {
        /// Where, in bytes of this certificate's base64 without line breaks and escapes.
        offset_bytes: usize,
        /// What is there.
        found: &'static str,
    },
    /// The value is not an RFC 9440 byte sequence.
    #[non_exhaustive]
    ByteSequenceMalformed {
        /// Where, in bytes of the value.
        offset_bytes: usize,
        /// What is there.
        found: &'static str,
        /// What should be there.
        expected: &'static str,
    },
    /// The DER is no X.509 certificate, or holds a field that cannot be read.
    CertificateMalformed(CertificateError),
    /// The bytes are not one DER value from the first to the last byte.
    #[non_exhaustive]
    DerMalformed {
        /// How many bytes there are.
        length_bytes: usize,
        /// What they are.
        found: &'static str,
    },
    /// The value begins like no encoding that is accepted here.
    #[non_exhaustive]
    EncodingUnrecognized {
        /// The first byte; none if the value is empty.
        first_byte: Option<u8>,
    },
    /// The value is not hexadecimal digits in pairs.
    #[non_exhaustive]
    HexMalformed {
        /// Where, in bytes of the value.
        offset_bytes: usize,
        /// What is there.
        found: &'static str,
    },
    /// Two headers that carry the client's certificate carry different ones.
    LeafHeadersDiffer,
    /// The value is not PEM with certificates and nothing else.
    #[non_exhaustive]
    PemMalformed {
        /// Where, in bytes of the value after percent-decoding.
        offset_bytes: usize,
        /// What is there.
        found: &'static str,
        /// What should be there.
        expected: &'static str,
    },
    /// A percent escape is incomplete, or stands for a byte that cannot occur in the encoding.
    #[non_exhaustive]
    PercentEncodingMalformed {
        /// Where the escape begins, in bytes of the value.
        offset_bytes: usize,
        /// What is wrong with it.
        found: &'static str,
    },
    /// The value is the name of a variable that the gateway did not replace.
    #[non_exhaustive]
    PlaceholderUnexpanded {
        /// How long the name is.
        length_bytes: usize,
    },
    /// There are more certificates than the limit.
    #[non_exhaustive]
    TooManyCertificates {
        /// The limit.
        max_certificates: usize,
    },
    /// An XFCC element says one thing in one place and another in the next, lacks what it is compared by, or may be the work
    /// of a name in a certificate.
    #[non_exhaustive]
    XfccContradictory {
        /// What is there.
        found: &'static str,
        /// What should be there.
        expected: &'static str,
    },
    /// An XFCC value has another number of elements than the operator said, so that none can be picked.
    #[non_exhaustive]
    XfccElementAmbiguous {
        /// How many elements there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// The value is no XFCC value.
    #[non_exhaustive]
    XfccMalformed {
        /// Where, in bytes of the value.
        offset_bytes: usize,
        /// What is there.
        found: &'static str,
        /// What should be there.
        expected: &'static str,
    },
}

impl EncodingError {
    /// What the operator can do about it, in one sentence.
    #[must_use]
    pub fn mend(&self) -> &'static str {
        match self {
            Self::Base64Malformed { .. }
            | Self::ByteSequenceMalformed { .. }
            | Self::EncodingUnrecognized { .. }
            | Self::HexMalformed { .. }
            | Self::PemMalformed { .. }
            | Self::PercentEncodingMalformed { .. }
            | Self::XfccMalformed { .. } => {
                "compare the encoding that is configured with what the gateway sends: `client-cert inspect` names the \
                 encoding of a value"
            }
            Self::CertificateMalformed(_) => "have the certificate issued in the profile of RFC 5280",
            Self::DerMalformed { .. } => {
                "look for what cuts the header or adds to it on the way: limits of the gateway, or a script"
            }
            Self::LeafHeadersDiffer => "let the gateway set both headers by the same rule, on every route",
            Self::PlaceholderUnexpanded { .. } => {
                "mend the variable's name in the gateway's configuration, or give its text as absent_value if that is how \
                 it says that there is no certificate"
            }
            Self::TooManyCertificates { .. } => "let the gateway send fewer certificates, or raise max_certificates",
            Self::XfccContradictory { .. } => {
                "let the gateway replace the header (SANITIZE_SET), not forward or append to it"
            }
            Self::XfccElementAmbiguous { .. } => {
                "let the gateway replace the header (SANITIZE_SET), or say which element is the client's with XfccElement"
            }
        }
    }

    /// The reason that stands for this error in answers, logs and counters.
    pub(crate) const fn reason(&self) -> Reason {
        match self {
            Self::Base64Malformed { .. } => Reason::Base64Malformed,
            Self::ByteSequenceMalformed { .. } => Reason::ByteSequenceMalformed,
            Self::CertificateMalformed(_) => Reason::CertificateMalformed,
            Self::DerMalformed { .. } => Reason::DerMalformed,
            Self::EncodingUnrecognized { .. } => Reason::EncodingUnrecognized,
            Self::HexMalformed { .. } => Reason::HexMalformed,
            Self::LeafHeadersDiffer => Reason::LeafHeadersDiffer,
            Self::PemMalformed { .. } => Reason::PemMalformed,
            Self::PercentEncodingMalformed { .. } => Reason::PercentEncodingMalformed,
            Self::PlaceholderUnexpanded { .. } => Reason::PlaceholderUnexpanded,
            Self::TooManyCertificates { .. } => Reason::TooManyCertificates,
            Self::XfccContradictory { .. } => Reason::XfccContradictory,
            Self::XfccElementAmbiguous { .. } => Reason::XfccElementAmbiguous,
            Self::XfccMalformed { .. } => Reason::XfccMalformed,
        }
    }
}

impl fmt::Display for EncodingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base64Malformed { offset_bytes, found } => write!(
                f,
                "base64 of a certificate has {found} at byte {offset_bytes}, expected the standard alphabet with padding \
                 and without blanks"
            ),
            Self::ByteSequenceMalformed { offset_bytes, found, expected } => {
                write!(f, "byte sequence of RFC 9440 has {found} at byte {offset_bytes}, expected {expected}")
            }
            Self::CertificateMalformed(problem) => write!(f, "client certificate cannot be read: {problem}"),
            Self::DerMalformed { length_bytes, found } => write!(
                f,
                "{length_bytes} decoded bytes are {found}, expected one DER sequence from the first to the last byte"
            ),
            Self::EncodingUnrecognized { first_byte: None } => {
                f.write_str("header value is empty, expected a certificate")
            }
            Self::EncodingUnrecognized { first_byte: Some(byte) } => write!(
                f,
                "header value begins with '{}', expected ':' (RFC 9440), '-----BEGIN' (PEM) or 'MI' (base64 of DER)",
                byte.escape_ascii()
            ),
            Self::HexMalformed { offset_bytes, found } => {
                write!(f, "hexadecimal certificate has {found} at byte {offset_bytes}, expected digits in pairs")
            }
            Self::LeafHeadersDiffer => f.write_str(
                "two headers that carry the client certificate differ, expected the same certificate in both",
            ),
            Self::PemMalformed { offset_bytes, found, expected } => {
                write!(f, "PEM has {found} at byte {offset_bytes}, expected {expected}")
            }
            Self::PercentEncodingMalformed { offset_bytes, found } => write!(
                f,
                "percent sign at byte {offset_bytes} is {found}, expected an escape of a character of the encoding"
            ),
            Self::PlaceholderUnexpanded { length_bytes } => write!(
                f,
                "header value is the name of a variable ({length_bytes} bytes) that the gateway did not replace, \
                 expected its value"
            ),
            Self::TooManyCertificates { max_certificates } => {
                write!(f, "more certificates than the limit, expected at most {max_certificates}")
            }
            Self::XfccContradictory { found, expected } => {
                write!(f, "XFCC element has {found}, expected {expected}")
            }
            Self::XfccElementAmbiguous { found, expected } => write!(
                f,
                "XFCC value has {found} element(s), expected exactly {expected}: the gateway must replace what it was sent"
            ),
            Self::XfccMalformed { offset_bytes, found, expected } => {
                write!(f, "XFCC value has {found} at byte {offset_bytes}, expected {expected}")
            }
        }
    }
}

impl Error for EncodingError {}
