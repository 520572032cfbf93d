//! Clients of an authorization server that authenticate by certificate (RFC 8705 section 2).

use std::collections::HashMap;

use rustls_pki_types::CertificateDer;

use super::rule::{DistinguishedNamePattern, DnsPattern, Rule, TextPattern};
use super::token_binding::Thumbprint;
use crate::certificate::{Certificate, CertificateError, Fingerprint};
use crate::error::ConfigError;

/// The metadata of a client with `tls_client_auth`: which one field of its certificate it is known by (RFC 8705
/// section 2.1.2).
///
/// ```
/// use tower_client_cert::{Rule, TlsClientAuth};
///
/// let metadata = TlsClientAuth { san_dns: Some("client.example".into()), ..TlsClientAuth::default() };
/// let rule: Rule = metadata.to_rule()?;
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the five fields of the standard, of which exactly one is given")]
pub struct TlsClientAuth {
    /// `tls_client_auth_subject_dn`: the subject, as RFC 4514 text.
    pub subject_dn: Option<String>,
    /// `tls_client_auth_san_dns`: a DNS name.
    pub san_dns: Option<String>,
    /// `tls_client_auth_san_uri`: a URI.
    pub san_uri: Option<String>,
    /// `tls_client_auth_san_ip`: an IP address.
    pub san_ip: Option<String>,
    /// `tls_client_auth_san_email`: an e-mail address.
    pub san_email: Option<String>,
}

impl TlsClientAuth {
    /// The rule that holds for the client. The name must be among the certificate's names of its kind, and exactly one
    /// field must be given, as the standard says.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Pattern`] when not exactly one field is given, or when it is not of its kind.
    pub fn to_rule(&self) -> Result<Rule, ConfigError> {
        let refuse =
            |problem: &str| ConfigError::Pattern { value: "tls_client_auth".to_owned(), problem: problem.to_owned() };
        match (&self.subject_dn, &self.san_dns, &self.san_uri, &self.san_ip, &self.san_email) {
            (Some(subject), None, None, None, None) => subject.parse::<DistinguishedNamePattern>().map(Rule::subject),
            (None, Some(dns), None, None, None) if dns.contains('*') => {
                Err(refuse("has a wildcard in san_dns, expected one name"))
            }
            (None, Some(dns), None, None, None) => Ok(Rule::dns(DnsPattern::new(dns)?.any_value())),
            (None, None, Some(uri), None, None) => Ok(Rule::uri(TextPattern::exact(uri).any_value())),
            (None, None, None, Some(ip), None) if ip.contains('/') => {
                Err(refuse("has a range in san_ip, expected one address"))
            }
            (None, None, None, Some(ip), None) => Rule::any_ip([ip]),
            (None, None, None, None, Some(email)) => Ok(Rule::email(TextPattern::exact(email).any_value())),
            _ => Err(refuse("has none or several of its five fields, expected exactly one (RFC 8705 section 2.1.2)")),
        }
    }
}

/// A certificate that was presented and read, and **not** validated: all that is known is that the gateway saw a proof
/// of possession of its key.
///
/// It is for clients known by the certificate itself, such as self-signed ones (RFC 8705 section 2.2). It has no names
/// to read, and is of no use where a [`ClientIdentity`](crate::ClientIdentity) is asked for.
///
/// ```compile_fail
/// fn asks_for_a_validated_client(_: tower_client_cert::ClientIdentity) {}
///
/// fn cannot_pass(presented: tower_client_cert::PresentedCertificate) {
///     asks_for_a_validated_client(presented);
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PresentedCertificate {
    thumbprint: Thumbprint,
    public_key: Fingerprint,
}

impl PresentedCertificate {
    /// Reads DER.
    ///
    /// # Errors
    ///
    /// [`CertificateError`] for what is no certificate.
    pub fn from_der(der: impl AsRef<[u8]>) -> Result<Self, CertificateError> {
        let certificate = Certificate::from_der(CertificateDer::from(der.as_ref().to_vec()))?;
        Ok(Self {
            thumbprint: Thumbprint::from_fingerprint(*certificate.fingerprint()),
            public_key: *certificate.public_key_fingerprint(),
        })
    }

    /// The thumbprint, for comparison with a token's `cnf`.
    #[must_use]
    pub fn thumbprint(&self) -> Thumbprint {
        self.thumbprint
    }

    /// The SHA-256 of the public key.
    #[must_use]
    pub fn public_key_fingerprint(&self) -> &Fingerprint {
        &self.public_key
    }
}

/// The public keys of clients with `self_signed_tls_client_auth` (RFC 8705 section 2.2): each key belongs to one
/// client, and a client may have several, as while it rotates them.
#[derive(Clone, Debug, Default)]
pub struct RegisteredKeys {
    clients: HashMap<Fingerprint, String>,
}

impl RegisteredKeys {
    /// Registers a key for a client.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Pattern`] for a key that another client has registered: it could claim to be either.
    pub fn register(mut self, client_id: impl Into<String>, public_key: Fingerprint) -> Result<Self, ConfigError> {
        let client_id = client_id.into();
        match self.clients.insert(public_key, client_id.clone()) {
            Some(other) if other != client_id => Err(ConfigError::Pattern {
                value: client_id,
                problem: format!("has the key {public_key}, which another client has registered"),
            }),
            _ => Ok(self),
        }
    }

    /// The client to whom the certificate's key is registered. It must also be the client that the request names.
    #[must_use]
    pub fn client_of(&self, presented: &PresentedCertificate) -> Option<&str> {
        self.clients.get(presented.public_key_fingerprint()).map(String::as_str)
    }
}
