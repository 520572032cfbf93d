//! Options of the builder for what is remembered between requests.

use std::time::Duration;

use super::ClientCertLayerBuilder;
use crate::error::ConfigError;
use crate::verdict_cache::MemoryLimits;

impl ClientCertLayerBuilder {
    /// The most certificate headers that are remembered with what was found out about them. Default: 20,000.
    ///
    /// More clients than that are served all the same: some of them are then validated anew at each request.
    pub fn max_remembered_clients(self, clients: usize) -> Self {
        self.with_memory(|limits| limits.clients = clients)
    }

    /// The most bytes that the remembered headers may take, with what was found out about them. Default: 100,663,296
    /// (96 MiB). A client takes its header and about 2.6 KiB.
    pub fn max_remembered_bytes(self, bytes: usize) -> Self {
        self.with_memory(|limits| limits.bytes = bytes)
    }

    /// For how long a certificate is not validated again while nothing changes. Default: 5 minutes.
    ///
    /// It bounds nothing that matters to trust. New anchors, deny-lists and revocation lists count from the next request
    /// on, and so do the dates of every certificate.
    pub fn max_verdict_age(self, age: Duration) -> Self {
        self.with_memory(|limits| limits.max_age = age)
    }

    /// Validates the certificate of every request from the beginning. Default: what was found out is remembered.
    pub fn remember_nothing(mut self) -> Self {
        self.memory = None;
        self
    }

    fn with_memory(mut self, change: impl FnOnce(&mut MemoryLimits)) -> Self {
        change(self.memory.get_or_insert_default());
        self
    }
}

/// A limit of nothing is no limit that anybody means.
pub(super) fn check(limits: Option<MemoryLimits>) -> Result<(), ConfigError> {
    let Some(MemoryLimits { clients, bytes, max_age }) = limits else {
        return Ok(());
    };
    let limits = [
        ("max_remembered_clients", clients == 0),
        ("max_remembered_bytes", bytes == 0),
        ("max_verdict_age", max_age.is_zero()),
    ];
    match limits.into_iter().find(|(_, is_zero)| *is_zero) {
        Some((name, _)) => Err(ConfigError::Limit { name }),
        None => Ok(()),
    }
}
