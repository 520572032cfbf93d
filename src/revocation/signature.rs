//! Verifies signatures on lists and answers.

use rustls_pki_types::SignatureVerificationAlgorithm;

use crate::certificate::der::Element;
use crate::certificate::{Certificate, CertificateError, Problem};

/// Signed octets with their signature.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signed<'a> {
    pub(super) octets: &'a [u8],
    /// The content of the `AlgorithmIdentifier`.
    pub(super) algorithm: &'a [u8],
    pub(super) signature: &'a [u8],
}

/// Why a signature does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SignatureProblem {
    /// No algorithm that is accepted fits signature and key.
    AlgorithmUnsupported,
    /// It was made by another key, or over other octets.
    Invalid,
}

impl<'a> Signed<'a> {
    /// The signature on a certificate.
    pub(super) fn certificate(certificate: &'a Certificate) -> Result<Self, CertificateError> {
        let parts = certificate.signed_parts()?;
        Ok(Self { octets: parts.message, algorithm: parts.algorithm, signature: parts.signature })
    }

    /// Whether the key of a certificate made the signature.
    pub(super) fn verify(
        &self,
        signer: &Certificate,
        algorithms: &[&dyn SignatureVerificationAlgorithm],
    ) -> Result<(), SignatureProblem> {
        let signer = signer.signed_parts().map_err(|_| SignatureProblem::Invalid)?;
        let mut verdict = Err(SignatureProblem::AlgorithmUnsupported);
        for algorithm in algorithms {
            let fits = algorithm.signature_alg_id().as_ref() == self.algorithm
                && algorithm.public_key_alg_id().as_ref() == signer.key_algorithm;
            if !fits {
                continue;
            }
            match algorithm.verify_signature(signer.key, self.octets, self.signature) {
                Ok(()) => return Ok(()),
                Err(_) => verdict = Err(SignatureProblem::Invalid),
            }
        }
        verdict
    }
}

/// The octets of a BIT STRING without unused bits, as signatures and keys are.
pub(super) fn whole_octets<'a>(field: &'static str, element: Element<'a>) -> Result<&'a [u8], CertificateError> {
    match element.content {
        [0, octets @ ..] => Ok(octets),
        _ => Err(CertificateError::new(field, Problem::BitString)),
    }
}

#[cfg(test)]
#[cfg(feature = "aws-lc-rs")]
mod tests {
    use rcgen::{CertificateParams, KeyPair, SigningKey as _};
    use rustls_pki_types::{AlgorithmIdentifier, alg_id};

    use super::*;
    use crate::validation::DEFAULT_ALGORITHMS;

    #[test]
    fn a_signature_holds_under_the_very_algorithm_that_it_names_and_over_its_own_octets() {
        let key = KeyPair::generate().unwrap();
        let issuer = CertificateParams::default().self_signed(&key).unwrap();
        let issuer = Certificate::from_der(issuer.der().clone()).unwrap();
        let signature = key.sign(b"list").unwrap();
        let verified = |algorithm: AlgorithmIdentifier, octets: &[u8]| {
            let signed = Signed { octets, algorithm: algorithm.as_ref(), signature: &signature };
            signed.verify(&issuer, DEFAULT_ALGORITHMS)
        };
        assert_eq!(verified(alg_id::ECDSA_SHA256, b"list"), Ok(()));
        assert_eq!(verified(alg_id::ECDSA_SHA256, b"lisp"), Err(SignatureProblem::Invalid));
        assert_eq!(verified(alg_id::ECDSA_SHA384, b"list"), Err(SignatureProblem::Invalid));
        assert_eq!(verified(alg_id::RSA_PKCS1_SHA256, b"list"), Err(SignatureProblem::AlgorithmUnsupported));
    }
}
