//! A list for fuzzing: what was read, and whether it would be believed.

use std::sync::Arc;
use std::time::SystemTime;

use rustls_pki_types::SignatureVerificationAlgorithm;

use super::list::List;
use super::lists::Numbering;
use super::parse::ParsedList;
use crate::certificate::{Certificate, DistinguishedName};
use crate::error::RevocationListProblem;

/// A list that can be read.
#[derive(Debug)]
pub(crate) struct ProbedList<'a> {
    pub(crate) signed: &'a [u8],
    pub(crate) issuer: DistinguishedName,
    pub(crate) entries: usize,
    /// Octets that the entries take in memory.
    pub(crate) heap_octets: usize,
    /// Whether the probed serial number is on it.
    pub(crate) revokes: bool,
    pub(crate) verified: Result<(), RevocationListProblem>,
}

impl<'a> ProbedList<'a> {
    pub(crate) fn read(
        der: &'a [u8],
        serial: &[u8],
        authority: &Arc<Certificate>,
        algorithms: &[&dyn SignatureVerificationAlgorithm],
        now: SystemTime,
    ) -> Result<Self, RevocationListProblem> {
        let parsed = ParsedList::read(der)?;
        let authorities = std::slice::from_ref(authority);
        Ok(Self {
            signed: parsed.signed,
            entries: parsed.serials.len(),
            heap_octets: parsed.serials.heap_octets(),
            revokes: parsed.serials.find(serial).is_some(),
            issuer: parsed.issuer,
            verified: List::verified(der, authorities, algorithms, Numbering::Required, now).map(|_| ()),
        })
    }
}
