//! Stage 3: from the bytes of a header value to certificates in DER.
//!
//! **Decides** which bytes of the value are certificates, and in which order: the end entity first, then whatever else
//! the gateway sent as candidates for the path.
//!
//! **Trusts** nothing but the configured [`Encoding`]. The name of the header says nothing about what is in it, and
//! [`Encoding::Auto`] looks at the first bytes alone.
//!
//! **Refuses** everything that has two readings: text around PEM blocks, labels other than `CERTIFICATE`, base64 that
//! is not canonical, BER, bytes after the end, escapes of escapes, names of variables in place of their values, XFCC that
//! contradicts itself or has another number of elements than expected, more certificates than the limit. A plus sign is a plus sign, never a blank.
//!
//! **Standards**: RFC 3986 section 2.1 (percent-encoding), RFC 7468 sections 2 and 5 (PEM), RFC 4648 sections 3 and 4
//! (base64), RFC 9440 section 2.1 with RFC 9651 section 3.3.5 (byte sequence), X.690 section 10.1 (DER lengths).
//!
//! **Example**, one certificate as four gateways send it:
//!
//! ```text
//! -----BEGIN%20CERTIFICATE-----%0AMIIB...%3D%3D%0A-----END%20CERTIFICATE-----%0A
//! -----BEGIN CERTIFICATE----- MIIB...== -----END CERTIFICATE-----
//! MIIB...==
//! :MIIB...==:
//! ```

mod certificates;
mod der;
mod der_base64;
mod der_hex;
mod error;
mod forwarded_chain;
mod pem;
mod pem_base64;
mod percent;
mod placeholder;
mod rfc9440;
#[cfg(test)]
mod tests;
mod xfcc;

pub use error::EncodingError;
pub(crate) use forwarded_chain::ForwardedChain;

use certificates::Certificates;
pub(crate) use certificates::base64;
pub use xfcc::XfccElement;

/// How a gateway writes the client certificate into its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// Whichever of the other encodings the first bytes of the value announce: a colon for [`Rfc9440`](Self::Rfc9440),
    /// `-----BEGIN` for [`Pem`](Self::Pem), `MI` for [`DerBase64`](Self::DerBase64).
    ///
    /// For gateways whose operator chooses the encoding and may change it. Where the product fixes it, name it.
    Auto,
    /// Base64 of the DER certificate in one line, without markers.
    ///
    /// Sent by Azure App Service, IIS ARR, HAProxy (`%[ssl_c_der,base64]`), Caddy (`certificate_der_base64`), Red Hat's
    /// router (`X-SSL-Client-DER`), Cloud Foundry's gorouter and Cloudflare (`Cf-Client-Cert-Der-Base64`).
    DerBase64,
    /// Base64 of several DER certificates one after the other, without anything between them.
    ///
    /// Sent by HAProxy as the chain without the end entity (`%[ssl_c_chain_der,base64]`).
    DerBase64Concatenated,
    /// Like [`DerBase64`](Self::DerBase64), several certificates joined by commas, the end entity first.
    ///
    /// Sent by Traefik. The escapes `%2B`, `%2F` and `%3D` of Traefik before 2.9.2 are undone once, as they are in
    /// [`DerBase64`](Self::DerBase64).
    DerBase64List,
    /// Hexadecimal digits of the DER certificate. Sent by policies of Azure API Management that were copied from one another
    /// (`GetRawCertDataString()`). Never picked by [`Auto`](Self::Auto).
    DerHex,
    /// PEM, percent-encoded wholly or in part, or with its line breaks turned into blanks, tabs, CRLF or nothing.
    /// Several blocks are the end entity first, then candidates for the path.
    ///
    /// Sent by Azure Application Gateway, nginx (`$ssl_client_escaped_cert`), ingress-nginx, Kong, Envoy
    /// (`%DOWNSTREAM_PEER_CERT%`), Apache httpd, AWS ALB, CloudFront and F5 iRules.
    Pem,
    /// Base64 of PEM text, as Apache httpd's `%{base64:...}` makes it. Never picked by [`Auto`](Self::Auto).
    PemBase64,
    /// A byte sequence of structured fields: base64 of the DER certificate between two colons.
    ///
    /// Sent by Google Cloud load balancers, Cloudflare and CloudFront as `Client-Cert`, and by Akamai as
    /// `Akamai-CC-DER`.
    Rfc9440,
    /// A list of such byte sequences, which may span several lines: the form of `Client-Cert-Chain`.
    Rfc9440List,
    /// Envoy's `x-forwarded-client-cert` as text or as JSON, and which of its elements is the client's. Never picked by
    /// [`Auto`](Self::Auto).
    Xfcc(XfccElement),
}

impl Encoding {
    /// The encoding in words, for reports.
    pub(crate) const fn in_words(self) -> &'static str {
        match self {
            Self::Auto => "PEM, base64 of DER or an RFC 9440 byte sequence, whichever the first bytes announce",
            Self::DerBase64 => "base64 of DER in one line",
            Self::DerBase64Concatenated => "base64 of several DER certificates one after the other",
            Self::DerBase64List => "base64 of DER, several joined by commas",
            Self::DerHex => "hexadecimal digits of DER",
            Self::Pem => "PEM, escaped or folded into one line",
            Self::PemBase64 => "base64 of PEM text",
            Self::Rfc9440 => "an RFC 9440 byte sequence",
            Self::Rfc9440List => "a list of RFC 9440 byte sequences",
            Self::Xfcc(_) => "Envoy's x-forwarded-client-cert",
        }
    }

    /// Whether a comma separates values of this encoding, rather than two values that were merged.
    pub(crate) const fn is_list(self) -> bool {
        matches!(self, Self::DerBase64List | Self::Rfc9440List | Self::Xfcc(_))
    }

    /// Whether values of this encoding may be spread over several field lines.
    pub(crate) const fn spans_lines(self) -> bool {
        matches!(self, Self::Rfc9440List)
    }
}

/// Decodes a header value into certificates, the end entity first where it is one with the end entity; at least one.
/// Returns the encoding that it is in, which is the one asked for unless that was [`Encoding::Auto`].
///
/// Blanks and tabs around the value are no part of it. Whether the value means "no certificate" is for the caller to
/// settle first.
///
/// # Errors
///
/// Every variant of [`EncodingError`]. What was added before an error must not be used.
fn decode(value: &[u8], encoding: Encoding, certificates: &mut Certificates) -> Result<Encoding, EncodingError> {
    let value = trimmed(value);
    if value.is_empty() {
        return Err(EncodingError::EncodingUnrecognized { first_byte: None });
    }
    if placeholder::is_placeholder(value) {
        return Err(EncodingError::PlaceholderUnexpanded { length_bytes: value.len() });
    }

    match encoding {
        Encoding::Auto => return decode(value, announced(value)?, certificates),
        Encoding::DerBase64 => der_base64::decode(value, certificates),
        Encoding::DerBase64Concatenated => der_base64::decode_concatenated(value, certificates),
        Encoding::DerBase64List => der_base64::decode_list(value, certificates),
        Encoding::DerHex => der_hex::decode(value, certificates),
        Encoding::Pem => pem::decode(value, certificates),
        Encoding::PemBase64 => pem_base64::decode(value, certificates),
        Encoding::Rfc9440 => rfc9440::decode(value, certificates),
        Encoding::Rfc9440List => rfc9440::decode_list(value, certificates),
        Encoding::Xfcc(element) => xfcc::decode(value, element, certificates),
    }?;
    Ok(encoding)
}

/// As the line does it, for a request with this one value: the door for `inspect`, tests and fuzz targets.
#[cfg(any(fuzzing, test, feature = "cli"))]
pub(crate) fn decode_value(
    value: &[u8],
    encoding: Encoding,
    max_certificates: usize,
) -> Result<Vec<rustls_pki_types::CertificateDer<'static>>, EncodingError> {
    let mut certificates = Certificates::with_limit(max_certificates);
    decode(value, encoding, &mut certificates)?;
    Ok(certificates.into_vec())
}

/// The encoding that the first bytes announce.
fn announced(value: &[u8]) -> Result<Encoding, EncodingError> {
    if value.starts_with(b":") {
        return Ok(Encoding::Rfc9440);
    }
    // Not the whole begin line: another label shall be refused as such, not as an unknown encoding.
    if value.starts_with(b"-----BEGIN") {
        return Ok(Encoding::Pem);
    }
    // A SEQUENCE of 128 bytes or more, which every certificate is: 0x30 0x8_.
    if value.starts_with(b"MI") {
        return Ok(Encoding::DerBase64);
    }
    Err(EncodingError::EncodingUnrecognized { first_byte: value.first().copied() })
}

/// The value without the optional whitespace around it (RFC 9110 section 5.6.3).
fn trimmed(value: &[u8]) -> &[u8] {
    let is_text = |byte: &u8| !matches!(byte, b' ' | b'\t');
    let Some(first) = value.iter().position(is_text) else { return &[] };
    let Some(last) = value.iter().rposition(is_text) else { return &[] };
    value.get(first..=last).unwrap_or_default()
}
