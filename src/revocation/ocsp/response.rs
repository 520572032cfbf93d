//! Reads an `OCSPResponse` (RFC 6960 section 4.2.1) without copying it.

use std::time::SystemTime;

use super::cert_id::CertId;
use crate::certificate::der::{Element, Elements, tag};
use crate::certificate::{CertificateError, Extension, Problem, read_time};
use crate::error::{OcspAnswerProblem, ResponderStatus};
use crate::revocation::signature::{Signed, whole_octets};
use crate::revocation::status::RevocationReason;

/// What one answer says. Its signature is not verified yet.
#[derive(Debug)]
pub(super) struct Response<'a> {
    pub(super) signed: Signed<'a>,
    pub(super) responder: ResponderId<'a>,
    pub(super) produced_at: SystemTime,
    pub(super) singles: Vec<SingleResponse<'a>>,
    pub(super) nonce: Option<Box<[u8]>>,
    /// Certificates beside the answer, as encoded. Nobody vouches for them.
    pub(super) certificates: Vec<&'a [u8]>,
}

/// How an answer names its signer.
#[derive(Clone, Copy, Debug)]
pub(super) enum ResponderId<'a> {
    /// The subject's name, as encoded.
    Name(&'a [u8]),
    /// The SHA-1 of the key.
    KeyHash(&'a [u8]),
}

/// The status of one certificate.
#[derive(Clone, Copy, Debug)]
pub(super) struct SingleResponse<'a> {
    pub(super) cert_id: CertId<'a>,
    pub(super) status: SingleStatus,
    pub(super) this_update: SystemTime,
    pub(super) next_update: Option<SystemTime>,
}

/// `CertStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SingleStatus {
    Good,
    Revoked { at: SystemTime, reason: Option<RevocationReason> },
    Unknown,
}

impl<'a> Response<'a> {
    pub(super) fn read(der: &'a [u8]) -> Result<Self, OcspAnswerProblem> {
        if der.len() > MAX_ANSWER_OCTETS {
            return Err(OcspAnswerProblem::TooLarge { limit_octets: MAX_ANSWER_OCTETS });
        }
        let mut outer = Elements::inside(ANSWER, tag::SEQUENCE, der)?;
        let status = outer.expect("response status", tag::ENUMERATED)?.content;
        let bytes = outer.optional("response bytes", tag::context_constructed(0))?;
        outer.finish(ANSWER)?;
        if status != SUCCESSFUL {
            return Err(OcspAnswerProblem::Status { status: ResponderStatus::from_content(status) });
        }
        let bytes = bytes.ok_or(OcspAnswerProblem::Empty)?;
        let mut typed = Elements::inside("response bytes", tag::SEQUENCE, bytes.content)?;
        if typed.expect("response type", tag::OBJECT_IDENTIFIER)?.content != BASIC {
            return Err(OcspAnswerProblem::TypeUnsupported);
        }
        let basic = typed.expect("response", tag::OCTET_STRING)?.content;
        typed.finish("response bytes")?;
        Self::read_basic(basic)
    }

    fn read_basic(der: &'a [u8]) -> Result<Self, OcspAnswerProblem> {
        let mut elements = Elements::inside(BASIC_ANSWER, tag::SEQUENCE, der)?;
        let data = elements.expect(DATA, tag::SEQUENCE)?;
        let algorithm = elements.expect("signature algorithm", tag::SEQUENCE)?.content;
        let signature = whole_octets("signature", elements.expect("signature", tag::BIT_STRING)?)?;
        let certificates = match elements.optional(CERTIFICATES, tag::context_constructed(0))? {
            Some(explicit) => read_certificates(explicit.content)?,
            None => Vec::new(),
        };
        elements.finish(BASIC_ANSWER)?;

        let mut elements = Elements::new(DATA, data.content);
        if let Some(version) = elements.optional("version", tag::context_constructed(0))? {
            // DER leaves the default out; some responders write it all the same.
            let content = Element::only("version", tag::INTEGER, version.content)?.content;
            if content != VERSION_1 {
                let found = content.first().copied().unwrap_or_default();
                return Err(CertificateError::new("version", Problem::Version { found }).into());
            }
        }
        let responder = ResponderId::read(elements.any()?)?;
        let produced_at = read_time("produced at", elements.expect("produced at", GENERALIZED_TIME)?)?;
        let singles = read_singles(elements.expect("responses", tag::SEQUENCE)?)?;
        let extensions = match elements.optional("response extensions", tag::context_constructed(1))? {
            Some(explicit) => read_extensions(explicit.content)?,
            None => Vec::new(),
        };
        elements.finish(DATA)?;
        let signed = Signed { octets: data.encoded, algorithm, signature };
        Ok(Self { signed, responder, produced_at, singles, nonce: read_nonce(&extensions), certificates })
    }
}

impl<'a> ResponderId<'a> {
    fn read(element: Element<'a>) -> Result<Self, CertificateError> {
        const FIELD: &str = "responder id";
        if element.tag == tag::context_constructed(1) {
            return Ok(Self::Name(Element::only(FIELD, tag::SEQUENCE, element.content)?.encoded));
        }
        if element.tag == tag::context_constructed(2) {
            return Ok(Self::KeyHash(Element::only(FIELD, tag::OCTET_STRING, element.content)?.content));
        }
        Err(CertificateError::new(FIELD, Problem::UnknownChoice { found: element.tag }))
    }
}

impl<'a> SingleResponse<'a> {
    fn read(element: Element<'a>) -> Result<Self, OcspAnswerProblem> {
        let mut elements = Elements::new(SINGLE, element.content);
        let cert_id = CertId::read(elements.expect(SINGLE, tag::SEQUENCE)?)?;
        let status = SingleStatus::read(elements.any()?)?;
        let this_update = read_time("this update", elements.expect("this update", GENERALIZED_TIME)?)?;
        let next_update = match elements.optional("next update", tag::context_constructed(0))? {
            Some(explicit) => {
                Some(read_time("next update", Element::only("next update", GENERALIZED_TIME, explicit.content)?)?)
            }
            None => None,
        };
        if let Some(explicit) = elements.optional("single extensions", tag::context_constructed(1))? {
            read_extensions(explicit.content)?;
        }
        elements.finish(SINGLE)?;
        Ok(Self { cert_id, status, this_update, next_update })
    }
}

impl SingleStatus {
    fn read(element: Element<'_>) -> Result<Self, CertificateError> {
        const FIELD: &str = "certificate status";
        let is_empty = element.content.is_empty();
        match element.tag {
            found if found == tag::context(0) && is_empty => Ok(Self::Good),
            found if found == tag::context(2) && is_empty => Ok(Self::Unknown),
            found if found == tag::context_constructed(1) => {
                let mut elements = Elements::new(FIELD, element.content);
                let at = read_time("revocation time", elements.expect("revocation time", GENERALIZED_TIME)?)?;
                let reason = match elements.optional("revocation reason", tag::context_constructed(0))? {
                    Some(explicit) => {
                        let code = Element::only("revocation reason", tag::ENUMERATED, explicit.content)?.content;
                        code.first().copied().and_then(RevocationReason::from_code)
                    }
                    None => None,
                };
                elements.finish(FIELD)?;
                Ok(Self::Revoked { at, reason })
            }
            found => Err(CertificateError::new(FIELD, Problem::UnknownChoice { found })),
        }
    }
}

fn read_singles(sequence: Element<'_>) -> Result<Vec<SingleResponse<'_>>, OcspAnswerProblem> {
    let mut elements = Elements::new("responses", sequence.content);
    let mut singles = Vec::new();
    while !elements.is_empty() {
        if singles.len() == MAX_SINGLE_RESPONSES {
            return Err(CertificateError::new("responses", Problem::TooMany { limit: MAX_SINGLE_RESPONSES }).into());
        }
        singles.push(SingleResponse::read(elements.expect(SINGLE, tag::SEQUENCE)?)?);
    }
    Ok(singles)
}

fn read_certificates(encoded: &[u8]) -> Result<Vec<&[u8]>, CertificateError> {
    let mut elements = Elements::inside(CERTIFICATES, tag::SEQUENCE, encoded)?;
    let mut certificates = Vec::new();
    while !elements.is_empty() {
        if certificates.len() == MAX_CERTIFICATES {
            return Err(CertificateError::new(CERTIFICATES, Problem::TooMany { limit: MAX_CERTIFICATES }));
        }
        certificates.push(elements.expect(CERTIFICATES, tag::SEQUENCE)?.encoded);
    }
    Ok(certificates)
}

/// A critical extension that is not understood refuses the answer (RFC 6960 section 4.4).
fn read_extensions(encoded: &[u8]) -> Result<Vec<Extension<&[u8]>>, OcspAnswerProblem> {
    let extensions = Extension::read_all(encoded)?;
    match extensions.iter().find(|extension| extension.is_critical && extension.oid != *NONCE) {
        Some(extension) => {
            Err(OcspAnswerProblem::CriticalExtensionUnsupported { extension: extension.oid.to_string() })
        }
        None => Ok(extensions),
    }
}

/// Some responders leave the inner OCTET STRING out; such a nonce equals none that was sent.
fn read_nonce(extensions: &[Extension<&[u8]>]) -> Option<Box<[u8]>> {
    let value = extensions.iter().find(|extension| extension.oid == *NONCE)?.value;
    Some(Element::only("nonce", tag::OCTET_STRING, value).map_or(value, |nonce| nonce.content).into())
}

const ANSWER: &str = "ocsp response";
const BASIC_ANSWER: &str = "basic ocsp response";
const DATA: &str = "response data";
const SINGLE: &str = "single response";
const CERTIFICATES: &str = "certificates";
const SUCCESSFUL: &[u8] = &[0];
const VERSION_1: &[u8] = &[0];
const GENERALIZED_TIME: u8 = 0x18;
/// id-pkix-ocsp-basic, 1.3.6.1.5.5.7.48.1.1.
const BASIC: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01];
/// id-pkix-ocsp-nonce.
const NONCE: &str = "1.3.6.1.5.5.7.48.1.2";
/// Octets of one answer.
pub(crate) const MAX_ANSWER_OCTETS: usize = 64 * 1024;
/// Certificates whose status one answer tells.
const MAX_SINGLE_RESPONSES: usize = 256;
/// Certificates beside one answer.
const MAX_CERTIFICATES: usize = 8;
