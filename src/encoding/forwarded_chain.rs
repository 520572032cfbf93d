use std::sync::Arc;

use rustls_pki_types::CertificateDer;

use super::certificates::Certificates;
use super::{Encoding, EncodingError, decode};
use crate::certificate::Certificate;
use crate::header::RawCertificate;

/// Proof that the header of a gateway holds a certificate, with whatever else was forwarded for its path.
#[derive(Debug)]
pub(crate) struct ForwardedChain {
    pub(crate) end_entity: Arc<Certificate>,
    /// How the end entity was written.
    pub(crate) encoding: Encoding,
    /// Chosen by the client in most gateways' modes: candidates for the path, and nothing more.
    pub(crate) candidates: Vec<CertificateDer<'static>>,
}

impl ForwardedChain {
    /// Decodes the headers and reads the end entity. What comes of it depends on nothing but the values.
    pub(crate) fn decode(raw: &RawCertificate, max_certificates: usize) -> Result<Self, EncodingError> {
        let mut certificates = Certificates::with_limit(max_certificates);
        let encoding = decode(raw.leaf().bytes(), raw.leaf().encoding, &mut certificates)?;
        for value in raw.chain() {
            decode(value.bytes(), value.encoding, &mut certificates)?;
        }
        let mut candidates = certificates.into_vec().into_iter();
        let end_entity = candidates.next().ok_or(EncodingError::EncodingUnrecognized { first_byte: None })?;
        for value in raw.other_leaves() {
            let mut others = Certificates::with_limit(max_certificates);
            decode(value.bytes(), value.encoding, &mut others)?;
            if others.into_vec().first() != Some(&end_entity) {
                return Err(EncodingError::LeafHeadersDiffer);
            }
        }
        let candidates = without_repetition(candidates, &end_entity);
        let end_entity = Certificate::from_der(end_entity).map_err(EncodingError::CertificateMalformed)?;
        Ok(Self { end_entity: Arc::new(end_entity), encoding, candidates })
    }
}

/// Each candidate once, and none that is the end entity: some gateways put it in front of their chain header too.
fn without_repetition(
    candidates: impl Iterator<Item = CertificateDer<'static>>,
    end_entity: &CertificateDer<'_>,
) -> Vec<CertificateDer<'static>> {
    // Few enough to be compared with one another: the limit of certificates has been applied.
    let mut distinct = Vec::new();
    for candidate in candidates {
        if candidate != *end_entity && !distinct.contains(&candidate) {
            distinct.push(candidate);
        }
    }
    distinct
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_candidate_that_is_repeated_or_the_end_entity_is_left_out() {
        let certificate = |octet: u8| CertificateDer::from(vec![octet]);
        let forwarded = [1, 2, 3, 2, 1, 3].map(certificate);
        assert_eq!(without_repetition(forwarded.into_iter(), &certificate(1)), [2, 3].map(certificate));
    }
}
