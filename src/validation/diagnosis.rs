//! Finds the reason to show for a refusal. Runs after the verdict and cannot change it.

use std::sync::Arc;
use std::time::SystemTime;

use rustls_pki_types::CertificateDer;
use webpki::Error;

use super::error::{Place, ValidationError, ValidationProblem as Problem};
use super::purpose;
use super::trust::Trust;
use crate::certificate::{Certificate, ObjectIdentifier};

/// What there was to build a path from.
pub(super) struct Diagnosis<'a> {
    pub(super) end_entity: &'a Certificate,
    pub(super) candidates: &'a [CertificateDer<'a>],
    pub(super) trust: &'a Trust,
    pub(super) now: SystemTime,
}

/// A certificate that was looked at.
struct Node {
    place: Place,
    certificate: Arc<Certificate>,
}

impl Diagnosis<'_> {
    /// Puts webpki's error into our words, and finds the certificate it speaks of.
    pub(super) fn of(&self, error: &Error) -> ValidationError {
        let nodes = self.nodes();
        let end_entity = |problem| ValidationError::new(problem, Place::EndEntity, self.end_entity);
        // The first certificate with the defect; the end entity where none has it by our reading.
        let first = |has: &dyn Fn(&Node) -> bool, problem: &dyn Fn(&Certificate) -> Problem| {
            nodes.iter().find(|node| has(node)).map_or_else(
                || end_entity(problem(self.end_entity)),
                |node| ValidationError::new(problem(&node.certificate), node.place, &node.certificate),
            )
        };
        let now = self.now;
        match error {
            Error::CaUsedAsEndEntity => end_entity(Problem::CaCertificate),
            Error::CertDistrusted => end_entity(Problem::KeyDistrusted),
            Error::CertExpired { .. } => first(&|node| node.certificate.not_after() < now, &|certificate| {
                Problem::Expired { not_after: certificate.not_after(), now }
            }),
            Error::CertNotValidYet { .. } => first(&|node| node.certificate.not_before() > now, &|certificate| {
                Problem::NotYetValid { not_before: certificate.not_before(), now }
            }),
            Error::EndEntityUsedAsCa => {
                first(&|node| node.is_issuer() && !is_ca(&node.certificate), &|_| Problem::IssuerNotCa)
            }
            Error::EmptyEkuExtension | Error::RequiredEkuNotFoundContext(_) => {
                first(&Node::is_for_other_purposes, &not_for_client_use)
            }
            Error::InvalidCertValidity => {
                first(&|node| node.certificate.not_before() > node.certificate.not_after(), &|_| {
                    Problem::ValidityInvalid
                })
            }
            Error::InvalidSignatureForPublicKey | Error::SignatureAlgorithmMismatch => {
                end_entity(Problem::SignatureInvalid { issuer: self.end_entity.issuer().to_string() })
            }
            Error::InvalidNetworkMaskConstraint
            | Error::MalformedDnsIdentifier
            | Error::MalformedNameConstraint
            | Error::NameConstraintViolation => end_entity(Problem::NameConstraintViolated),
            Error::MaximumNameConstraintComparisonsExceeded
            | Error::MaximumPathBuildCallsExceeded
            | Error::MaximumSignatureChecksExceeded => end_entity(Problem::PathTooComplex),
            Error::MaximumPathDepthExceeded => end_entity(Problem::PathLengthExceeded { allowed: None }),
            Error::PathLenConstraintViolated => {
                first(&|node| node.is_issuer() && path_len(&node.certificate).is_some(), &|certificate| {
                    Problem::PathLengthExceeded { allowed: path_len(certificate) }
                })
            }
            Error::UnknownIssuer => Self::unknown_issuer(&nodes).unwrap_or_else(|| end_entity(Problem::Malformed)),
            Error::UnsupportedCertVersion => first(&|node| node.certificate.version() != 3, &|certificate| {
                Problem::VersionUnsupported { version: certificate.version() }
            }),
            Error::UnsupportedCriticalExtension => {
                first(&|node| unsupported_extension(&node.certificate).is_some(), &|certificate| {
                    Problem::CriticalExtensionUnsupported { extension: unsupported_extension(certificate) }
                })
            }
            Error::UnsupportedSignatureAlgorithmContext(context) => {
                self.unsupported_algorithm(&nodes, &context.signature_algorithm_id)
            }
            Error::UnsupportedSignatureAlgorithmForPublicKeyContext(context) => {
                self.unsupported_algorithm(&nodes, &context.signature_algorithm_id)
            }
            _ => end_entity(Problem::Malformed),
        }
    }

    /// The end entity, and above it one certificate per name, as far as names lead.
    fn nodes(&self) -> Vec<Node> {
        let mut nodes: Vec<Node> =
            vec![Node { place: Place::EndEntity, certificate: Arc::new(self.end_entity.clone()) }];
        let mut below = CertificateDer::from(self.end_entity.der());
        for _ in 0..=super::MAX_INTERMEDIATES {
            let Ok(parsed) = webpki::EndEntityCert::try_from(&below) else { break };
            if let Some(anchor) = self.anchor_named(parsed.issuer()) {
                nodes.push(Node { place: Place::Anchor, certificate: anchor });
                break;
            }
            let Some(next) = self.candidate_named(parsed.issuer(), &nodes) else { break };
            below = CertificateDer::from(next.der().to_vec());
            nodes.push(Node { place: Place::Intermediate, certificate: Arc::new(next) });
        }
        nodes
    }

    fn anchor_named(&self, name: &[u8]) -> Option<Arc<Certificate>> {
        let place = self.trust.webpki_anchors().iter().position(|anchor| anchor.subject.as_ref() == name)?;
        self.trust.anchors().get(place).map(|anchor| anchor.shared_certificate())
    }

    fn candidate_named(&self, name: &[u8], known: &[Node]) -> Option<Certificate> {
        let named = |der: &&CertificateDer<'_>| {
            webpki::EndEntityCert::try_from(*der).is_ok_and(|parsed| parsed.subject() == name)
                && !known.iter().any(|node| node.certificate.der() == der.as_ref())
        };
        let der = self.candidates.iter().find(named)?;
        Certificate::from_der(der.clone().into_owned()).ok()
    }

    fn unknown_issuer(nodes: &[Node]) -> Option<ValidationError> {
        let last = nodes.iter().rev().find(|node| node.place != Place::Anchor)?;
        let certificate = &last.certificate;
        let problem = Problem::IssuerUnknown {
            issuer: certificate.issuer().to_string(),
            key_id: certificate.authority_key_id().map(ToString::to_string),
            self_issued: certificate.is_self_issued(),
        };
        Some(ValidationError::new(problem, last.place, certificate))
    }

    fn unsupported_algorithm(&self, nodes: &[Node], algorithm_identifier: &[u8]) -> ValidationError {
        let oid = leading_oid(algorithm_identifier);
        let uses = |node: &&Node| oid.as_ref() == Some(node.certificate.signature_algorithm().oid());
        let (place, certificate) = nodes
            .iter()
            .find(uses)
            .map_or((Place::EndEntity, self.end_entity), |node| (node.place, node.certificate.as_ref()));
        let problem = Problem::AlgorithmUnsupported { signature: certificate.signature_algorithm().to_string() };
        ValidationError::new(problem, place, certificate)
    }
}

impl Node {
    fn is_issuer(&self) -> bool {
        self.place == Place::Intermediate
    }

    fn is_for_other_purposes(&self) -> bool {
        match self.place {
            Place::EndEntity => !purpose::is_for_clients(&self.certificate),
            Place::Intermediate => !purpose::may_issue_for_clients(&self.certificate),
            Place::Anchor => false,
        }
    }
}

/// The refusal of a certificate that does not name clientAuth.
pub(super) fn not_for_client_use(certificate: &Certificate) -> Problem {
    let purposes = certificate.purposes().map(|purposes| purposes.iter().map(ToString::to_string).collect());
    Problem::NotForClientUse { purposes }
}

/// The object identifier with which an `AlgorithmIdentifier` begins.
fn leading_oid(algorithm_identifier: &[u8]) -> Option<ObjectIdentifier> {
    let (&[_tag, length], rest) = algorithm_identifier.split_first_chunk()?;
    ObjectIdentifier::from_content(rest.get(..usize::from(length))?)
}

fn is_ca(certificate: &Certificate) -> bool {
    certificate.basic_constraints().is_some_and(|constraints| constraints.is_ca())
}

fn path_len(certificate: &Certificate) -> Option<u32> {
    certificate.basic_constraints().and_then(|constraints| constraints.path_len())
}

fn unsupported_extension(certificate: &Certificate) -> Option<String> {
    certificate
        .extensions()
        .iter()
        .find(|extension| extension.is_critical && !SUPPORTED_EXTENSIONS.contains(&extension.oid.as_str()))
        .map(|extension| extension.oid.to_string())
}

/// The extensions that webpki evaluates: key usage, subject alternative name, basic constraints, name constraints, CRL
/// distribution points, extended key usage.
const SUPPORTED_EXTENSIONS: &[&str] = &["2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.30", "2.5.29.31", "2.5.29.37"];
