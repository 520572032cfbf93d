use std::sync::{Arc, Mutex, PoisonError};

use super::ClientCertConfig;
use super::sources::Reading;
use crate::error::ConfigError;
use crate::layer::{Blueprint, ClientCertLayer, Shared};

/// Where a layer came from, and what was read of it last.
#[derive(Debug)]
pub(super) struct DocumentBlueprint {
    config: ClientCertConfig,
    /// `None` where even the document could not be read.
    reading: Mutex<Option<Reading>>,
}

impl DocumentBlueprint {
    pub(super) fn build(config: &ClientCertConfig) -> Result<ClientCertLayer, ConfigError> {
        let mut first = Some(Arc::clone(&config.read));
        // A document that has changed since it was read is read again, as every file that it names.
        let next = || first.take().map_or_else(|| config.read.again().map(Arc::new), Ok);
        let (built, reading) = settled(next, |read| config.generation(&read, None));
        let blueprint = Self { config: config.clone(), reading: Mutex::new(reading) };
        ClientCertLayer::reloadable(built?, Box::new(blueprint))
    }
}

impl Blueprint for DocumentBlueprint {
    fn next(&self, before: &Shared) -> Result<Shared, ConfigError> {
        let config = &self.config;
        let (built, reading) = settled(|| config.read.again(), |read| config.generation(&read, Some(before)));
        *self.reading.lock().unwrap_or_else(PoisonError::into_inner) = reading;
        built
    }

    fn is_changed(&self) -> bool {
        let reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        reading.as_ref().is_none_or(|reading| !reading.is_current())
    }
}

/// Reads until nothing has changed between the first file and the last: what is built is of one moment, or not built.
fn settled<D, T>(
    mut read: impl FnMut() -> Result<D, ConfigError>,
    generation: impl Fn(D) -> (Result<T, ConfigError>, Reading),
) -> (Result<T, ConfigError>, Option<Reading>) {
    for _ in 0..MAX_READINGS {
        let (built, reading) = match read() {
            Ok(document) => generation(document),
            Err(error) => return (Err(error), None),
        };
        if reading.is_current() {
            return (built, Some(reading));
        }
    }
    (Err(ConfigError::Unsettled { readings: MAX_READINGS }), None)
}

/// How often files are read that change meanwhile.
const MAX_READINGS: usize = 3;
