use std::sync::Arc;

use crate::certificate::Certificate;
use crate::error::ConfigError;
use crate::escape::Escaped;
use crate::revocation::crl::Question;
use crate::revocation::fetch::FetchUrl;
use crate::revocation::ocsp::cert_id::CertIdHash;
use crate::validation::{IssuedBy, one_certificate};

/// A responder that is asked about certificates, and how (RFC 6960).
///
/// ```
/// use tower_client_cert::{OcspNonce, OcspResponder};
///
/// let usual = OcspResponder::at("http://ocsp.partner.example/")?;
/// let careful = OcspResponder::at("http://ocsp.other.example/")?.for_issuer("other").nonce(OcspNonce::Require);
/// # let _ = (usual, careful);
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a responder is asked only when it is given to the builder"]
pub struct OcspResponder {
    pub(super) url: FetchUrl,
    pub(super) asking: Asking,
    issuer: Option<IssuedBy>,
}

/// How a responder is asked, and whom it is believed.
#[derive(Clone, Debug, Default)]
pub(super) struct Asking {
    pub(super) certificate: Option<Arc<Certificate>>,
    pub(super) hash: CertIdHash,
    pub(super) nonce: OcspNonce,
    pub(super) method: OcspMethod,
}

/// Whether requests carry a nonce of 32 octets, by which an answer is known to be made for this very request (RFC 9654).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OcspNonce {
    /// None is sent, and answers may be days old: most large responders hand out prepared ones. The default.
    #[default]
    Off,
    /// One is sent. An answer with another one is refused, an answer without one is not.
    Prefer,
    /// One is sent, and an answer must repeat it.
    Require,
}

/// How a request is sent (RFC 6960 appendix A.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OcspMethod {
    /// In the path of a GET request, which caches can answer; as POST where the address would exceed 255 octets (RFC 5019
    /// section 5).
    Get,
    /// In the body of a POST request. The default.
    #[default]
    Post,
}

impl PartialEq for OcspResponder {
    fn eq(&self, other: &Self) -> bool {
        let certificate = |responder: &Self| responder.asking.certificate.as_ref().map(|known| *known.fingerprint());
        let asking = |responder: &Self| {
            let Asking { hash, nonce, method, .. } = responder.asking;
            (hash, nonce, method)
        };
        (&self.url, &self.issuer) == (&other.url, &other.issuer)
            && certificate(self) == certificate(other)
            && asking(self) == asking(other)
    }
}

impl OcspResponder {
    /// The responder at an `http` or `https` address, asked about every certificate.
    ///
    /// # Errors
    ///
    /// [`ConfigError::FetchUrl`] for what is no such address.
    pub fn at(url: impl AsRef<str>) -> Result<Self, ConfigError> {
        Ok(Self { url: FetchUrl::configured(url)?, asking: Asking::default(), issuer: None })
    }

    /// Asks it about certificates of one issuer alone. A label stands for every certificate of a path to the anchor with
    /// that label; a fingerprint or subject for the certificates that this authority issued. Of several responders, the
    /// first that fits is asked. Default: every certificate.
    pub fn for_issuer(mut self, issuer: impl Into<IssuedBy>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Believes answers only where they are signed with the key of this certificate, PEM or DER, whoever issued it (RFC
    /// 6960 section 4.2.2.2). Default: the issuer itself, and whom it delegated.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for what is not exactly one certificate.
    pub fn signed_by(mut self, certificate: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        self.asking.certificate = Some(Arc::new(one_certificate(certificate.as_ref())?));
        Ok(self)
    }

    /// Whether requests carry a nonce. Default: [`OcspNonce::Off`].
    pub fn nonce(mut self, nonce: OcspNonce) -> Self {
        self.asking.nonce = nonce;
        self
    }

    /// By which hash certificates are named. Default: [`CertIdHash::Sha1`].
    pub fn cert_id_hash(mut self, hash: CertIdHash) -> Self {
        self.asking.hash = hash;
        self
    }

    /// How requests are sent. Default: [`OcspMethod::Post`].
    pub fn method(mut self, method: OcspMethod) -> Self {
        self.asking.method = method;
        self
    }

    /// As it stands in the effective policy.
    pub(super) fn describe(&self) -> String {
        let Asking { certificate, hash, nonce, method } = &self.asking;
        let issuer = self.issuer.as_ref().map_or_else(|| "every certificate".to_owned(), ToString::to_string);
        let signer = certificate.as_ref().map_or_else(
            || "the issuer or whom it delegated".to_owned(),
            |known| format!("certificate {}", known.fingerprint()),
        );
        format!(
            "{} about {issuer}, by {method:?}, named by {hash:?}, nonce {nonce:?}, signed by {signer}",
            Escaped(self.url.as_str())
        )
    }

    /// The issuer it is asked about, where it is not asked about all.
    pub(super) fn issuer(&self) -> Option<&IssuedBy> {
        self.issuer.as_ref()
    }

    pub(super) fn is_for(&self, question: &Question<'_>, anchor_label: Option<&str>) -> bool {
        self.is_for_any(anchor_label, std::iter::once(question.issuer))
    }

    /// Whether it is asked about certificates of one of these issuers, below the anchor with this label.
    pub(in crate::revocation::ocsp) fn is_for_any<'a>(
        &self,
        anchor_label: Option<&str>,
        issuers: impl Iterator<Item = &'a Certificate>,
    ) -> bool {
        self.issuer.as_ref().is_none_or(|issuer| issuer.is_among(anchor_label, issuers))
    }
}

#[cfg(test)]
#[cfg(feature = "aws-lc-rs")]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    /// What was answered is kept over a reload where the same responders are asked and believed.
    #[test]
    fn two_responders_are_the_same_where_everything_is_that_is_set_of_them() {
        let certificate = || CertificateParams::default().self_signed(&KeyPair::generate().unwrap()).unwrap();
        let (one, two) = (certificate(), certificate());
        let usual = || OcspResponder::at("http://ocsp.test/").unwrap();
        let all = [
            usual(),
            OcspResponder::at("http://ocsp.test/other").unwrap(),
            usual().for_issuer("ours"),
            usual().for_issuer("theirs"),
            usual().signed_by(one.pem()).unwrap(),
            usual().signed_by(two.pem()).unwrap(),
            usual().nonce(OcspNonce::Prefer),
            usual().cert_id_hash(CertIdHash::Sha256),
            usual().method(OcspMethod::Get),
        ];
        for (place, responder) in all.iter().enumerate() {
            for (other_place, other) in all.iter().enumerate() {
                assert_eq!(*responder == other.clone(), place == other_place, "{place} and {other_place}");
            }
        }
        assert_eq!(usual().signed_by(one.pem()).unwrap(), usual().signed_by(one.der()).unwrap());
    }
}
