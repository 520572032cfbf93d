//! A server without a network, which gives what it is told to.

use std::sync::{Arc, Mutex};

#[cfg(feature = "ocsp")]
use tower_client_cert::{ClientCertLayerBuilder, OcspResponder};
use tower_client_cert::{Fetch, FetchError, FetchRequest, Fetched, FetchedOctets, Fetching};

/// Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Responder(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    answer: Option<Vec<u8>>,
    asked: usize,
}

impl Responder {
    pub(crate) fn answer(&self, octets: Vec<u8>) {
        self.0.lock().unwrap().answer = Some(octets);
    }

    #[cfg(feature = "ocsp")]
    pub(crate) fn fail(&self) {
        self.0.lock().unwrap().answer = None;
    }

    #[cfg(feature = "ocsp")]
    pub(crate) fn asked(&self) -> usize {
        self.0.lock().unwrap().asked
    }

    #[cfg(feature = "ocsp")]
    pub(crate) fn asked_by(&self, builder: ClientCertLayerBuilder) -> ClientCertLayerBuilder {
        builder.ocsp_fetcher(self.clone()).ocsp(OcspResponder::at("http://ocsp.example/").unwrap())
    }
}

impl Fetch for Responder {
    fn fetch(&self, _: FetchRequest) -> Fetching<'_> {
        let mut state = self.0.lock().unwrap();
        state.asked += 1;
        let octets = state.answer.clone().ok_or(FetchError::Broken);
        Box::pin(async { octets.map(|octets| Fetched::Octets(FetchedOctets::new(octets))) })
    }
}
