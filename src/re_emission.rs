//! The clean pair for the next service behind this one.
//!
//! **Standard:** RFC 9440 sections 2.2 (`Client-Cert`), 2.3 (`Client-Cert-Chain`) and 2.4 (what came in under these names
//! is removed first).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::CONNECTION;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::certificate::Certificate;
use crate::gateway::is_same_or_look_alike;
use crate::header::{HeaderError, is_listed};
use crate::identity::ClientIdentity;

/// Whether the next service is handed the certificate again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ReEmission {
    /// No header leaves the layer.
    #[default]
    Off,
    /// `Client-Cert` and `Client-Cert-Chain` leave the layer, made anew from the path that was validated.
    Rfc9440,
}

impl ReEmission {
    /// Removes whatever came in under the names of the pair, and their look-alikes; then adds the pair of a client.
    pub(crate) fn apply(self, headers: &mut HeaderMap, identity: Option<&ClientIdentity>) -> Result<(), HeaderError> {
        if self == Self::Off {
            return Ok(());
        }
        let copies: Vec<_> = headers
            .keys()
            .filter(|name| PAIR.iter().any(|of_pair| is_same_or_look_alike(name, of_pair)))
            .cloned()
            .collect();
        for name in copies {
            headers.remove(name);
        }
        let Some(identity) = identity else {
            return Ok(());
        };
        // A client could make the next hop drop what is added here (RFC 9110 section 7.6.1).
        let lists_pair = |connection| PAIR.iter().any(|name| is_listed(connection, name));
        if headers.get_all(CONNECTION).iter().any(lists_pair) {
            return Err(HeaderError::NamedByConnection);
        }
        let path = identity.path();
        add(headers, CLIENT_CERT, &byte_sequence(path.end_entity()));
        // The anchor is left out: whoever validates again has it already.
        if !path.intermediates().is_empty() {
            let chain: Vec<_> = path.intermediates().iter().map(|authority| byte_sequence(authority)).collect();
            add(headers, CLIENT_CERT_CHAIN, &chain.join(", "));
        }
        Ok(())
    }
}

fn add(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    // Base64, colons, commas and blanks: every such text is a value.
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

/// RFC 9651 section 4.1.8.
fn byte_sequence(certificate: &Certificate) -> String {
    format!(":{}:", STANDARD.encode(certificate.der()))
}

const PAIR: [HeaderName; 2] = [CLIENT_CERT, CLIENT_CERT_CHAIN];

const CLIENT_CERT: HeaderName = HeaderName::from_static("client-cert");

const CLIENT_CERT_CHAIN: HeaderName = HeaderName::from_static("client-cert-chain");
