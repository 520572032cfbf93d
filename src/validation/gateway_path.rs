//! The path of a gateway's own certificate, judged as that of a client.

use std::sync::Arc;
use std::time::SystemTime;

use rustls_pki_types::CertificateDer;

use super::{Breadth, Trust, ValidationError, ValidationOptions, paths_of};
use crate::certificate::Certificate;

/// Finds a path from a gateway's certificate to one of its own anchors. What is asked of clients beyond a valid path is
/// no concern here.
pub(crate) fn validate_gateway(
    end_entity: &Arc<Certificate>,
    candidates: &[CertificateDer<'_>],
    trust: &Trust,
    options: &ValidationOptions,
    now: SystemTime,
) -> Result<(), Box<ValidationError>> {
    let options = ValidationOptions {
        max_lifetime: None,
        required_policies: Vec::new(),
        only_issued_by: None,
        only_pinned: None,
        ..options.clone()
    };
    let presented = candidates.iter().map(|candidate| candidate.clone().into_owned()).collect();
    paths_of(end_entity, presented, trust, &options, None, Breadth::FirstPath, now).map(|_| ())
}
