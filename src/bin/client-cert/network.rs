//! A layer of a configuration, and what it asks of the network on its way.

use std::fmt;
use std::future::Future;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use serde::Serialize;
use tokio::runtime::{Builder, Runtime};
use tower_client_cert::{
    ClientCertConfig, ClientCertLayer, Clock, Fetch, FetchError, FetchRequest, FetchUrl, Fetched, Fetching, SystemClock,
};

use super::trouble::Trouble;

/// Whether responders and servers of lists are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// As the layer asks them.
    Network,
    /// Nobody is asked. What would have to be asked counts as not to be had.
    Nobody,
}

/// A layer, and the runtime that it lives in.
pub(crate) struct Networked {
    pub(crate) layer: ClientCertLayer,
    runtime: Runtime,
    asked: Asked,
}

/// One question, and what came of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Question {
    /// The check that it was asked for.
    #[serde(skip)]
    pub(crate) check: &'static str,
    pub(crate) address: String,
    /// What came; or that nobody was asked.
    pub(crate) came: String,
    /// How long it took; `None` where nobody was asked.
    pub(crate) milliseconds: Option<u64>,
}

impl Networked {
    /// Builds the layer, and sees to it that every list at a configured address was looked for once.
    pub(crate) fn build(config: &Path, clock: impl Clock, reach: Reach) -> Result<Self, Trouble> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(Trouble::input)?;
        let asked = Asked::default();
        let log = asked.clone();
        let config = ClientCertConfig::from_file(config).map_err(|error| Trouble::config(&error))?.clock(clock);
        let config = config.customized(move |builder| {
            let log = log.clone();
            builder.fetch_through(move |client| Watched { client, reach, asked: log.clone() })
        });
        let entered = runtime.enter();
        let layer = config.build().map_err(|error| Trouble::config(&error))?;
        drop(entered);
        let networked = Self { layer, runtime, asked };
        let handle = networked.layer.handle();
        // What has not come by then has not come for a service either, and is told as missing.
        let _ = networked.wait(async { tokio::time::timeout(FIRST_LOOKS, handle.crls_looked_for()).await });
        Ok(networked)
    }

    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// What was asked so far, each address once for each check.
    pub(crate) fn asked(&self) -> Vec<Question> {
        self.asked.lock().clone()
    }
}

impl Question {
    /// In one line.
    pub(crate) fn in_words(&self) -> String {
        match self.milliseconds {
            Some(milliseconds) => format!("asked: {}: {}, in {milliseconds} ms", self.address, self.came),
            None => format!("{}: {}", self.came, self.address),
        }
    }
}

/// The questions, for whoever asks them and whoever tells them.
#[derive(Clone, Debug, Default)]
struct Asked(Arc<Mutex<Vec<Question>>>);

impl Asked {
    fn lock(&self) -> MutexGuard<'_, Vec<Question>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, question: Question) {
        let mut asked = self.lock();
        let is_known = asked.iter().any(|known| known.check == question.check && known.address == question.address);
        if !is_known && asked.len() < MAX_QUESTIONS {
            asked.push(question);
        }
    }
}

/// The client of the configuration, watched or kept from asking.
#[derive(Debug)]
struct Watched {
    client: Arc<dyn Fetch>,
    reach: Reach,
    asked: Asked,
}

impl Fetch for Watched {
    fn fetch(&self, request: FetchRequest) -> Fetching<'_> {
        Box::pin(async move {
            let check = if request.accepted_content_types().contains(&OCSP_RESPONSE) { "ocsp" } else { "crl" };
            let address = request.url().as_str().to_owned();
            let began = SystemClock.now();
            let (fetched, took) = match self.reach {
                Reach::Network => (self.client.fetch(request).await, Some(since(began))),
                Reach::Nobody => (Err(FetchError::other(NobodyAsked)), None),
            };
            let came = match &fetched {
                Ok(Fetched::Octets(octets)) => format!("{} octets came", octets.octets().len()),
                Ok(_) => "nothing new came".to_owned(),
                Err(error) => error.to_string(),
            };
            let milliseconds = took.map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
            self.asked.note(Question { check, address, came, milliseconds });
            fetched
        })
    }

    fn check(&self, url: &FetchUrl) -> Result<(), FetchError> {
        self.client.check(url)
    }

    fn describe(&self) -> String {
        self.client.describe()
    }

    fn allowed_targets(&self) -> Vec<String> {
        self.client.allowed_targets()
    }

    fn max_running(&self) -> Option<usize> {
        self.client.max_running()
    }
}

/// Nothing where the machine's clock was set back meanwhile.
fn since(began: SystemTime) -> Duration {
    SystemClock.now().duration_since(began).unwrap_or_default()
}

/// Why nothing came.
#[derive(Debug)]
struct NobodyAsked;

impl fmt::Display for NobodyAsked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("offline, not asked")
    }
}

impl std::error::Error for NobodyAsked {}

/// RFC 6960 appendix C.2.
const OCSP_RESPONSE: &str = "application/ocsp-response";
/// Longer than a fetch may take by default.
const FIRST_LOOKS: Duration = Duration::from_secs(65);
/// Questions that are told of.
const MAX_QUESTIONS: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(asked: &Asked, check: &'static str, address: &str) -> usize {
        asked.note(Question { check, address: address.to_owned(), came: String::new(), milliseconds: None });
        asked.lock().len()
    }

    #[test]
    fn an_address_is_told_once_for_each_check_up_to_128() {
        let asked = Asked::default();
        let told: Vec<_> = [("ocsp", "a"), ("crl", "a"), ("crl", "b"), ("crl", "a"), ("ocsp", "a"), ("ocsp", "b")]
            .into_iter()
            .map(|(check, address)| noted(&asked, check, address))
            .collect();
        assert_eq!(told, [1, 2, 3, 3, 3, 4]);
        let more: Vec<_> = (0..200).map(|number| noted(&asked, "crl", &number.to_string())).collect();
        assert_eq!(more.last(), Some(&128));
        assert_eq!(noted(&asked, "crl", "a"), 128);
    }
}
