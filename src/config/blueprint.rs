use std::sync::{Mutex, PoisonError};

use super::sources::Reading;
use super::{ClientCertConfig, Read};
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
        let (built, reading) = settled(|| {
            let (built, reading) = config.generation(&config.read, None);
            (built, Some(reading))
        });
        let blueprint = Self { config: config.clone(), reading: Mutex::new(reading) };
        ClientCertLayer::reloadable(built?, Box::new(blueprint))
    }
}

impl Blueprint for DocumentBlueprint {
    fn next(&self, before: &Shared) -> Result<Shared, ConfigError> {
        let (built, reading) = settled(|| match Read::again(&self.config.read) {
            Ok(read) => {
                let (built, reading) = self.config.generation(&read, Some(before));
                (built, Some(reading))
            }
            Err(error) => (Err(error), None),
        });
        *self.reading.lock().unwrap_or_else(PoisonError::into_inner) = reading;
        built
    }

    fn is_changed(&self) -> bool {
        let reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        reading.as_ref().is_none_or(|reading| !reading.is_current())
    }
}

/// Reads until nothing has changed between the first file and the last: what is built is of one moment, or not built.
fn settled<T>(
    read: impl Fn() -> (Result<T, ConfigError>, Option<Reading>),
) -> (Result<T, ConfigError>, Option<Reading>) {
    for _ in 0..MAX_READINGS {
        let (built, reading) = read();
        if reading.as_ref().is_none_or(Reading::is_current) {
            return (built, reading);
        }
    }
    (Err(ConfigError::Unsettled { readings: MAX_READINGS }), None)
}

/// How often files are read that change meanwhile.
const MAX_READINGS: usize = 3;
