//! A layer whose lists come over the network, on a paused runtime.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tower_client_cert::{
    ClientCertLayer, ClientCertLayerBuilder, Counts, Fetch, FetchError, FetchRequest, FetchValidators, Fetched,
    FetchedCrls, FetchedOctets, Fetching, Intermediates, TrustAnchors,
};

use crate::pipeline::{self, Asked};
use crate::support::clock::RuntimeClock;
use crate::support::pki::{ListShape, Minted, Pki, Shape, days};

pub(crate) const URL: &str = "http://crl.example/issuing.crl";

pub(crate) const CLIENT: &[u8] = &[0x4a, 0x01, 0x02, 0x03];

/// An authority, one of its clients, and the servers of its lists.
pub(crate) struct World {
    pub(crate) root: Minted,
    pub(crate) intermediate: Minted,
    pub(crate) client: Minted,
    pub(crate) network: Network,
    pub(crate) clock: RuntimeClock,
}

/// What is served by address, and what was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Network {
    served: Arc<Mutex<HashMap<String, Served>>>,
    asked: Arc<Mutex<Vec<FetchRequest>>>,
}

#[derive(Clone, Debug)]
pub(crate) enum Served {
    Octets(Vec<u8>),
    /// With a validator, which is honoured.
    Tagged(Vec<u8>, &'static str),
    /// Whatever is known is still right.
    AlwaysUnchanged,
    Failure,
    Hang,
}

impl Network {
    pub(crate) fn serve(&self, served: Served) {
        self.serve_at(URL, served);
    }

    pub(crate) fn serve_at(&self, url: &str, served: Served) {
        self.served.lock().unwrap().insert(url.to_owned(), served);
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    pub(crate) fn requests(&self) -> Vec<FetchRequest> {
        self.asked.lock().unwrap().clone()
    }
}

impl Fetch for Network {
    fn fetch(&self, request: FetchRequest) -> Fetching<'_> {
        let served = self.served.lock().unwrap().get(request.url().as_str()).cloned();
        self.asked.lock().unwrap().push(request.clone());
        Box::pin(async move {
            match served {
                Some(Served::Octets(octets)) => Ok(Fetched::Octets(FetchedOctets::new(octets))),
                Some(Served::Tagged(_, tag)) if request.known().and_then(FetchValidators::entity_tag) == Some(tag) => {
                    Ok(Fetched::Unchanged)
                }
                Some(Served::Tagged(octets, tag)) => {
                    let validators = FetchValidators::new(Some(tag), None);
                    Ok(Fetched::Octets(FetchedOctets::new(octets).with_validators(validators)))
                }
                Some(Served::AlwaysUnchanged) => Ok(Fetched::Unchanged),
                Some(Served::Hang) => std::future::pending().await,
                Some(Served::Failure) | None => Err(FetchError::Status { status: 500 }),
            }
        })
    }
}

impl World {
    pub(crate) fn new() -> Self {
        let Pki { root, intermediate } = Pki::new();
        let client = intermediate.issue(&Shape::partner().serial(CLIENT));
        Self { root, intermediate, client, network: Network::default(), clock: RuntimeClock::new() }
    }

    pub(crate) fn builder(&self) -> ClientCertLayerBuilder {
        let anchors = TrustAnchors::from_der(self.root.der()).unwrap().labelled("ours");
        pipeline::with_anchors(anchors)
            .intermediates(Intermediates::from_der(self.intermediate.der()).unwrap())
            .clock(self.clock)
    }

    /// Lists from [`URL`], looked for every hour.
    pub(crate) fn crls(&self) -> FetchedCrls {
        FetchedCrls::new(self.network.clone(), [URL]).unwrap()
    }

    pub(crate) fn layer(&self) -> ClientCertLayer {
        self.builder().fetched_crls(self.crls()).build().unwrap()
    }

    /// Serves a list of the intermediate.
    pub(crate) fn publish(&self, list: &ListShape) {
        self.network.serve(Served::Octets(self.intermediate.sign_list(list)));
    }

    pub(crate) async fn ask(&self, layer: &ClientCertLayer) -> Asked {
        pipeline::ask(layer, pipeline::with_certificate(&self.client)).await
    }
}

/// A list issued today with this number.
pub(crate) fn numbered(number: u64) -> ListShape {
    ListShape::new().number(number).issued(days(-1), days(7))
}

/// Waits until the layer has counted what is asked for; a paused runtime passes the time.
pub(crate) async fn until(layer: &ClientCertLayer, reached: impl Fn(&Counts) -> bool) {
    until_true(|| reached(&layer.handle().counts())).await;
}

/// Waits until something holds, for a day of paused time at most.
pub(crate) async fn until_true(holds: impl Fn() -> bool) {
    for _ in 0..86_400 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("what was waited for did not come within a day");
}

/// Lets time pass, and everything happen that is due in it.
pub(crate) async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
}
