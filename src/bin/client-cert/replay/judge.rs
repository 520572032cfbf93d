use std::convert::Infallible;
use std::future::ready;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use http::{Request, Response};
use tower::{Layer as _, Service as _, service_fn};
use tower_client_cert::{Authentication, ClientIdentity, Clock, Refusal};

use super::record::Record;
use super::verdict::Judged;
use crate::at::At;
use crate::network::{Networked, Reach};
use crate::trouble::Trouble;

/// The layer of one configuration, by the time of each record.
pub(super) struct Judge {
    networked: Networked,
    moment: Moment,
}

/// The time of the record that is judged.
#[derive(Clone, Debug, Default)]
struct Moment(Arc<Mutex<Option<SystemTime>>>);

/// The client that a handler would see.
#[derive(Clone)]
struct Seen(Option<ClientIdentity>);

impl Judge {
    pub(super) fn new(config: &Path) -> Result<Self, Trouble> {
        let moment = Moment::default();
        Ok(Self { networked: Networked::build(config, moment.clone(), Reach::Nobody)?, moment })
    }

    /// Sends the request through the layer.
    pub(super) fn judge(&self, record: &Record, at: Option<SystemTime>) -> Judged {
        self.moment.set(at);
        let handler = service_fn(|request| ready(Ok::<_, Infallible>(seen(&request))));
        let mut service = self.networked.layer.layer(handler);
        let Ok(response) = self.networked.wait(service.call(record.request()));
        match (response.extensions().get::<Refusal>(), response.extensions().get::<Seen>()) {
            (Some(refusal), _) => Judged {
                verdict: "refused",
                reason: Some(refusal.rejection().reason().code()),
                status: Some(refusal.status().as_u16()),
                ..Judged::anonymous()
            },
            (None, Some(Seen(Some(identity)))) => Judged {
                verdict: "accepted",
                gateway: Some(identity.gateway().to_owned()),
                anchor: identity.anchor_label().map(str::to_owned),
                subject: Some(identity.subject().to_string()),
                ..Judged::anonymous()
            },
            (None, _) => Judged::anonymous(),
        }
    }

    /// How many addresses would have been asked.
    pub(super) fn not_asked(&self) -> usize {
        self.networked.asked().len()
    }
}

/// A handler that hands back the client it saw.
fn seen(request: &Request<()>) -> Response<String> {
    let identity = request.extensions().get::<Authentication>().and_then(|found| found.identity().cloned());
    let mut response = Response::new(String::new());
    response.extensions_mut().insert(Seen(identity));
    response
}

impl Moment {
    fn set(&self, at: Option<SystemTime>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }
}

impl Clock for Moment {
    fn now(&self) -> SystemTime {
        At(*self.0.lock().unwrap_or_else(PoisonError::into_inner)).now()
    }
}
