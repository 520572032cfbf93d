use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use crate::certificate::{Certificate, Fingerprint};
use crate::revocation::crl::{Question, named_addresses};
use crate::revocation::fetch::{AllowedHosts, FetchUrl};

/// Addresses of lists that certificates of valid paths name, on hosts that the operator allowed.
#[derive(Debug)]
pub(crate) struct DistributionPoints {
    hosts: AllowedHosts,
    wait: Duration,
    points: Mutex<HashMap<PointKey, Arc<Point>>>,
    /// To whoever looks after them.
    wanted: mpsc::UnboundedSender<Arc<Point>>,
    /// For whoever looks after them.
    to_look_after: Mutex<Option<mpsc::UnboundedReceiver<Arc<Point>>>>,
}

/// An address that is looked after, and what has come of it.
#[derive(Debug)]
pub(crate) struct Point {
    pub(super) place: PointPlace,
    look: watch::Sender<Look>,
}

/// An address, and the issuer of the certificates that name it, as a path proved it.
#[derive(Clone, Debug)]
pub(crate) struct PointPlace {
    pub(crate) url: FetchUrl,
    pub(crate) issuer: Arc<Certificate>,
}

/// What came of the last look at an address.
#[derive(Clone, Debug)]
pub(crate) enum Look {
    /// Lists that can be used.
    Came,
    /// Why nothing that can be used.
    Failed(Arc<str>),
    /// It was not looked at yet.
    Open,
}

/// How it stands with the address that a certificate names.
#[derive(Debug)]
pub(crate) enum Named {
    /// It is looked after.
    Known(Look),
    /// As many are looked after as may be.
    TooMany,
    /// It can be looked after.
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct PointKey {
    url: FetchUrl,
    issuer_key: Fingerprint,
}

impl DistributionPoints {
    pub(in crate::revocation) fn hosts(&self) -> &AllowedHosts {
        &self.hosts
    }

    pub(super) fn new(hosts: AllowedHosts, wait: Duration) -> Self {
        let (wanted, receiver) = mpsc::unbounded_channel();
        Self { hosts, wait, points: Mutex::default(), wanted, to_look_after: Mutex::new(Some(receiver)) }
    }

    /// The addresses that are to be looked after, one after the other; `None` where somebody does already.
    pub(super) fn to_look_after(&self) -> Option<mpsc::UnboundedReceiver<Arc<Point>>> {
        self.to_look_after.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The first address that a certificate names on an allowed host.
    pub(crate) fn address(&self, certificate: &Certificate) -> Option<FetchUrl> {
        named_addresses(certificate).into_iter().find_map(|address| self.hosts.admit(&address).ok())
    }

    pub(crate) fn named(&self, url: &FetchUrl, question: &Question<'_>) -> Named {
        let points = self.points();
        let key = PointKey { url: url.clone(), issuer_key: *question.issuer.public_key_fingerprint() };
        match points.get(&key) {
            Some(point) => Named::Known(point.look.borrow().clone()),
            None if points.len() >= MAX_POINTS => Named::TooMany,
            None => Named::Unknown,
        }
    }

    /// Sees to it that an address is looked after; `None` where as many are as may be.
    pub(crate) fn look_after(&self, place: PointPlace) -> Option<Arc<Point>> {
        let mut points = self.points();
        let key = PointKey::of(&place);
        if let Some(known) = points.get(&key) {
            return Some(Arc::clone(known));
        }
        if points.len() >= MAX_POINTS {
            return None;
        }
        let point = Arc::new(Point { place, look: watch::Sender::new(Look::Open) });
        points.insert(key, Arc::clone(&point));
        // Where nobody looks after them any more, whoever waits gives up.
        drop(self.wanted.send(Arc::clone(&point)));
        Some(point)
    }

    /// Leaves an address alone, until a certificate names it again.
    pub(super) fn leave(&self, point: &Arc<Point>) {
        let mut points = self.points();
        let key = PointKey::of(&point.place);
        if points.get(&key).is_some_and(|known| Arc::ptr_eq(known, point)) {
            points.remove(&key);
        }
    }

    /// Sees to it that an address is looked after; waits until it was looked at once, and no longer than is configured from
    /// now on.
    pub(crate) fn first_look(&self, place: PointPlace) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        let point = self.look_after(place)?;
        // Outside of a runtime there is no clock to wait by.
        Handle::try_current().ok()?;
        let (wait, mut look) = (self.wait, point.look.subscribe());
        let looked = timeout(wait, async move { drop(look.wait_for(|look| !matches!(look, Look::Open)).await) });
        Some(Box::pin(async move {
            if looked.await.is_err() {
                point.give_up(wait);
            }
        }))
    }

    fn points(&self) -> MutexGuard<'_, HashMap<PointKey, Arc<Point>>> {
        self.points.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PointKey {
    fn of(place: &PointPlace) -> Self {
        Self { url: place.url.clone(), issuer_key: *place.issuer.public_key_fingerprint() }
    }
}

impl Point {
    pub(super) fn looked(&self, look: Look) {
        self.look.send_replace(look);
    }

    /// Notes that nothing came for as long as a client waits, so that nobody else waits for it. Looking goes on.
    fn give_up(&self, after: Duration) {
        self.look.send_if_modified(|look| {
            let is_open = matches!(look, Look::Open);
            if is_open {
                *look = Look::Failed(format!("sent no list within {} ms", after.as_millis()).into());
            }
            is_open
        });
    }
}

/// Addresses that are looked after for one set of hosts.
pub(super) const MAX_POINTS: usize = 256;
