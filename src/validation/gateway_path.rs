//! The path of a gateway's own certificate, judged as that of a client.

use std::sync::Arc;
use std::time::SystemTime;

use rustls_pki_types::CertificateDer;

use super::{Search, Trust, ValidationError, ValidationOptions};
use crate::certificate::Certificate;

/// Finds a path from a gateway's certificate to one of its own anchors. The restriction of clients' issuers is no
/// concern here.
pub(crate) fn validate_gateway(
    end_entity: &Arc<Certificate>,
    candidates: &[CertificateDer<'_>],
    trust: &Trust,
    options: &ValidationOptions,
    now: SystemTime,
) -> Result<(), Box<ValidationError>> {
    let options = ValidationOptions { only_issued_by: None, ..options.clone() };
    Search { end_entity, candidates, trust, options: &options, now }.path().map(|_| ())
}
