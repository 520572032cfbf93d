use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls_pki_types::SignatureVerificationAlgorithm;

use super::answer::{AnswerAges, Expected, ExpectedNonce, VerifiedAnswer, verify_each};
use super::cert_id::IssuerHashes;
use super::files;
use super::response::Response;
use super::state::CertificateKey;
use crate::certificate::Certificate;
use crate::error::{ConfigError, OcspAnswerError, OcspAnswerProblem, Origin};
use crate::validation::one_certificate;

/// OCSP answers that somebody else fetched: files, directories, octets in memory. They are read and verified when the
/// layer is built, and again at each reload.
///
/// A file holds one DER answer, as `openssl ocsp -respout` writes it. Of a directory, every file is read whose name ends in
/// `.ocsp`, `.ors` or `.der`.
///
/// ```no_run
/// use tower_client_cert::OcspAnswers;
///
/// let answers = OcspAnswers::at("answers").and(OcspAnswers::at("partner.ocsp"));
/// ```
#[derive(Clone, Debug)]
pub struct OcspAnswers {
    places: Vec<Source>,
}

#[derive(Clone, Debug)]
struct Source {
    place: Place,
    /// Where there is one, nobody else's answers count.
    responder: Option<Arc<Certificate>>,
}

#[derive(Clone, Debug)]
enum Place {
    Octets(Arc<[u8]>),
    Path(PathBuf),
}

impl OcspAnswers {
    /// A file or a directory.
    #[must_use]
    pub fn at(path: impl AsRef<Path>) -> Self {
        Self::from_place(Place::Path(path.as_ref().to_owned()))
    }

    /// One DER answer.
    #[must_use]
    pub fn from_octets(octets: impl Into<Vec<u8>>) -> Self {
        Self::from_place(Place::Octets(octets.into().into()))
    }

    fn from_place(place: Place) -> Self {
        Self { places: vec![Source { place, responder: None }] }
    }

    /// Believes answers of this set only where they are signed with the key of this certificate, PEM or DER, whoever issued
    /// it (RFC 6960 section 4.2.2.2, "trusted responder"). Default: the issuer itself, and whom it delegated.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for what is not exactly one certificate.
    pub fn signed_by(mut self, certificate: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let certificate = Arc::new(one_certificate(certificate.as_ref())?);
        for source in &mut self.places {
            source.responder = Some(Arc::clone(&certificate));
        }
        Ok(self)
    }

    /// As they stand in the effective policy.
    pub(super) fn describe(&self) -> String {
        crate::policy::listed(self.places.iter().map(|source| {
            let place = match &source.place {
                Place::Octets(_) => "memory".to_owned(),
                Place::Path(path) => path.display().to_string(),
            };
            match &source.responder {
                Some(responder) => format!("{place} (signed by {})", responder.fingerprint()),
                None => place,
            }
        }))
    }

    /// Adds the answers of another set.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.places.extend(others.places);
        self
    }

    /// Everything that can be verified, and everything that cannot.
    pub(super) fn load(&self, judge: &FileJudge<'_>) -> (Vec<(CertificateKey, VerifiedAnswer)>, Vec<OcspAnswerError>) {
        let (mut found, mut errors) = (Vec::new(), Vec::new());
        for Source { place, responder } in &self.places {
            let mut encoded = Vec::new();
            match place {
                Place::Octets(octets) => encoded.push((Origin::Memory, octets.to_vec())),
                Place::Path(path) => files::read_path(path, &mut encoded, &mut errors),
            }
            for (origin, der) in encoded {
                match judge.verify(&der, responder.as_deref()) {
                    Ok(answers) => found.extend(answers),
                    Err(problem) => errors.push(OcspAnswerError { origin, problem }),
                }
            }
        }
        (found, errors)
    }
}

/// Who may be the issuer that an answer speaks for, and the time.
pub(super) struct FileJudge<'a> {
    pub(super) authorities: &'a [Arc<Certificate>],
    pub(super) algorithms: &'a [&'a dyn SignatureVerificationAlgorithm],
    pub(super) now: std::time::SystemTime,
    pub(super) ages: AnswerAges,
}

impl FileJudge<'_> {
    fn verify(
        &self,
        der: &[u8],
        responder: Option<&Certificate>,
    ) -> Result<Vec<(CertificateKey, VerifiedAnswer)>, OcspAnswerProblem> {
        let response = Response::read(der)?;
        let mut found = Vec::new();
        for authority in self.authorities {
            let hashes = IssuerHashes::of(authority)?;
            if !response.singles.iter().any(|single| single.cert_id.is_issued_by(&hashes)) {
                continue;
            }
            let expected = Expected {
                issuer: authority,
                responder,
                algorithms: self.algorithms,
                now: self.now,
                ages: self.ages,
                nonce: ExpectedNonce::Ignored,
            };
            for (serial, answer) in verify_each(der, &expected)? {
                found.push((CertificateKey::new(authority, serial), answer));
            }
        }
        if found.is_empty() {
            return Err(OcspAnswerProblem::IssuerUnknown);
        }
        Ok(found)
    }
}

macro_rules! from_path {
    ($($path:ty),*) => {
        $(impl From<$path> for OcspAnswers {
            fn from(path: $path) -> Self {
                Self::at(path)
            }
        })*
    };
}

from_path!(&str, String, &Path, PathBuf);
