//! Options of the builder for how much work requests may make.

use super::ClientCertLayerBuilder;
use crate::error::ConfigError;

impl ClientCertLayerBuilder {
    /// The most bytes of all certificate headers of a gateway together. Default: 65,536. The server's own limits on
    /// headers may be lower.
    pub fn max_header_bytes(mut self, bytes: usize) -> Self {
        self.limits.header_bytes = bytes;
        self
    }

    /// The most certificates in one request, the client's included. Default: 10.
    pub fn max_certificates(mut self, certificates: usize) -> Self {
        self.limits.certificates = certificates;
        self
    }

    /// The most certificates that are validated at a time. Default: half of the processors, at least 1, so that a flood
    /// of new certificates leaves the other half to clients that are known, who never wait.
    ///
    /// Requests beyond it wait without a thread. Where [nothing is remembered](Self::remember_nothing), every request
    /// with a certificate is validated.
    pub fn max_concurrent_validations(mut self, validations: usize) -> Self {
        self.limits.concurrent_validations = Some(validations);
        self
    }

    /// The most requests that wait for their certificate to be validated; one beyond is refused with
    /// [`Reason::ValidationBusy`](crate::Reason::ValidationBusy). 0 lets none wait. Default: 1,024.
    pub fn max_waiting_validations(mut self, requests: usize) -> Self {
        self.limits.waiting_validations = requests;
        self
    }
}

/// A limit of nothing would refuse every certificate.
pub(super) fn check(builder: &ClientCertLayerBuilder) -> Result<(), ConfigError> {
    let limits = [
        ("max_header_bytes", builder.limits.header_bytes),
        ("max_certificates", builder.limits.certificates),
        ("max_concurrent_validations", builder.limits.concurrent_validations.unwrap_or(1)),
        ("max_depth", builder.validation.max_depth),
        ("max_ocsp_certificates", builder.ocsp.options.max_certificates),
    ];
    match limits.into_iter().find(|(_, limit)| *limit == 0) {
        Some((name, _)) => Err(ConfigError::Limit { name }),
        None => Ok(()),
    }
}
