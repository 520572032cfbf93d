//! Which certificates the search for a path may use. Chosen before any signature is checked, because who sends the
//! header chooses most of them.

use std::sync::Arc;

use rustls_pki_types::CertificateDer;

use super::{MAX_INTERMEDIATES, Trust};
use crate::certificate::Certificate;

/// The candidates for the path of one end entity: those whose name is asked for, each once.
#[derive(Debug)]
pub(super) struct Candidates {
    certificates: Vec<Arc<Certificate>>,
}

impl Candidates {
    /// Chooses among what the operator configured and what was forwarded.
    ///
    /// A forwarded certificate that cannot be read is left out: webpki is laxer, but what we cannot read we cannot check.
    pub(super) fn choose(forwarded: Vec<CertificateDer<'static>>, end_entity: &Certificate, trust: &Trust) -> Self {
        let mut offered: Vec<(Source, Arc<Certificate>)> =
            trust.intermediates().iter().map(|known| (Source::Configured, Arc::clone(known))).collect();
        for der in forwarded {
            let is_known =
                der.as_ref() == end_entity.der() || offered.iter().any(|(_, known)| known.der() == der.as_ref());
            if !is_known && let Ok(certificate) = Certificate::from_der(der) {
                offered.push((Source::Forwarded, Arc::new(certificate)));
            }
        }
        Self { certificates: reachable(end_entity, offered) }
    }

    pub(super) fn certificates(&self) -> &[Arc<Certificate>] {
        &self.certificates
    }

    /// The same in the form that webpki takes.
    pub(super) fn ders(&self) -> Vec<CertificateDer<'_>> {
        self.certificates.iter().map(|certificate| CertificateDer::from(certificate.der())).collect()
    }

    /// The certificate that webpki hands back.
    pub(super) fn find(&self, der: &[u8]) -> Option<&Arc<Certificate>> {
        self.certificates.iter().find(|certificate| certificate.der() == der)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Configured,
    Forwarded,
}

/// Follows names upwards from the end entity, as far as a path can reach. Certificates off that way would be read again
/// at every step of the search.
fn reachable(end_entity: &Certificate, mut offered: Vec<(Source, Arc<Certificate>)>) -> Vec<Arc<Certificate>> {
    let mut chosen: Vec<Arc<Certificate>> = Vec::new();
    let mut names = vec![end_entity.issuer().der().to_vec()];
    for _ in 0..MAX_INTERMEDIATES {
        let mut next = Vec::new();
        for name in names {
            let mut forwarded = 0;
            let is_named = |(_, offer): &mut (Source, Arc<Certificate>)| offer.subject().der() == name;
            for (source, certificate) in offered.extract_if(.., is_named) {
                if source == Source::Forwarded {
                    forwarded += 1;
                    if forwarded > MAX_FORWARDED_PER_NAME {
                        continue;
                    }
                }
                next.push(certificate.issuer().der().to_vec());
                chosen.push(certificate);
            }
        }
        names = next;
    }
    chosen
}

/// Forwarded certificates of one name. More than one is usual while an authority changes its key or is cross-certified.
const MAX_FORWARDED_PER_NAME: usize = 4;
