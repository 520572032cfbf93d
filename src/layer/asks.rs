use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::authenticator::Finding;
use crate::identity::KnownClient;

/// Counts how often anybody has asked who sent a request.
#[derive(Clone, Debug)]
pub(super) enum Asks {
    /// One count for all requests of a client, so that none of them needs memory for its own.
    OfClient(Arc<KnownClient>),
    OfAnonymous(Arc<AtomicUsize>),
}

/// Whether anybody has asked since a certain moment.
#[derive(Debug)]
pub(super) struct AsksSince {
    asks: Asks,
    before: usize,
}

impl Asks {
    pub(super) fn about(finding: &Finding) -> Self {
        match finding {
            Finding::Client(identity) => Self::OfClient(identity.known()),
            Finding::Anonymous(_) => Self::OfAnonymous(Arc::default()),
        }
    }

    pub(super) fn note(&self) {
        // Whoever asks and whoever reads do so in the course of one request, which orders the two.
        self.count().fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn since_now(&self) -> AsksSince {
        AsksSince { before: self.count().load(Ordering::Relaxed), asks: self.clone() }
    }

    fn count(&self) -> &AtomicUsize {
        match self {
            Self::OfClient(client) => client.asks(),
            Self::OfAnonymous(asks) => asks,
        }
    }
}

impl AsksSince {
    /// Where requests of one client overlap, those of the others count too.
    pub(super) fn is_any(&self) -> bool {
        self.asks.count().load(Ordering::Relaxed) != self.before
    }
}
