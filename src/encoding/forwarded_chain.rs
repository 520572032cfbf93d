use std::sync::Arc;
use std::time::SystemTime;

use rustls_pki_types::CertificateDer;

use super::{Encoding, EncodingError, decode};
use crate::certificate::Certificate;
use crate::evidence::{Check, Evidence, Outcome};
use crate::gateway::TrustedPeer;
use crate::header::RawCertificate;

/// Proof that the header of a gateway holds a certificate, with whatever else was forwarded for its path.
#[derive(Debug)]
pub(crate) struct ForwardedChain {
    pub(crate) peer: TrustedPeer,
    pub(crate) end_entity: Arc<Certificate>,
    /// Chosen by the client in most gateways' modes: candidates for the path, and nothing more.
    pub(crate) candidates: Vec<CertificateDer<'static>>,
    pub(crate) evidence: Evidence,
}

impl ForwardedChain {
    /// Decodes the header and reads the end entity.
    pub(crate) fn decode(
        raw: RawCertificate,
        encoding: Encoding,
        max_certificates: usize,
        now: SystemTime,
    ) -> Result<Self, EncodingError> {
        let mut certificates = decode(raw.bytes(), encoding, max_certificates)?.into_iter();
        let end_entity = certificates.next().ok_or(EncodingError::EncodingUnrecognized { first_byte: None })?;
        let end_entity = Certificate::from_der(end_entity).map_err(EncodingError::CertificateMalformed)?;
        let peer = raw.peer;
        let mut evidence = Evidence::default();
        evidence.add(Check::Sender, Outcome::passed(peer.proof(), now));
        evidence.add(Check::Header, Outcome::passed(peer.gateway(), now));
        evidence.add(Check::Encoding, Outcome::passed(peer.gateway(), now));
        Ok(Self { peer, end_entity: Arc::new(end_entity), candidates: certificates.collect(), evidence })
    }
}
