//! A client with a certificate, and what must come of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sha2::{Digest as _, Sha256};

use crate::facts::Subject;
use crate::standing::{Begun, Expected, Standing};
use crate::support::pki::Minted;
use crate::support::tls::{Protocol, Sessions, TlsClient};
use crate::traffic::Front;

/// A client.
#[derive(Debug)]
pub(crate) struct Client {
    /// What it is, for the report.
    pub(crate) kind: &'static str,
    pub(crate) tls: TlsClient,
    /// The SHA-256 of its certificate; nothing for one without.
    pub(crate) fingerprint: String,
    standing: Arc<Standing>,
    /// Where nginx, which forwards the client's own certificate alone, makes another outcome of it.
    behind_nginx: Option<Expected>,
    /// What changes its standing.
    pub(crate) subject: Option<Subject>,
    has_gone: AtomicBool,
}

impl Client {
    /// One that shows this chain, its own certificate first.
    pub(crate) fn new(kind: &'static str, server_root: &Minted, chain: &[&Minted], standing: Standing) -> Self {
        Self {
            kind,
            tls: TlsClient::new(server_root, chain, Protocol::Http1, Sessions::Fresh),
            fingerprint: chain.first().map(|leaf| fingerprint(leaf.der())).unwrap_or_default(),
            standing: Arc::new(standing),
            behind_nginx: None,
            subject: None,
            has_gone: AtomicBool::new(false),
        }
    }

    pub(crate) fn but_behind_nginx(self, expected: Expected) -> Self {
        Self { behind_nginx: Some(expected), ..self }
    }

    pub(crate) fn about(self, subject: Subject) -> Self {
        Self { subject: Some(subject), ..self }
    }

    pub(crate) fn standing(&self) -> &Standing {
        &self.standing
    }

    /// What may come of a request for this path that begun then.
    pub(crate) fn expected(&self, front: Front, begun: Begun, path: &str) -> Vec<Expected> {
        let mut expected = match (front, self.behind_nginx) {
            (Front::Nginx, Some(expected)) => vec![expected],
            _ => self.standing.since(begun),
        };
        if path == ADMINISTRATION {
            for one in expected.iter_mut().filter(|one| **one == Expected::Accepted) {
                *one = Expected::Refused("rule-denied");
            }
        }
        expected
    }

    /// It asks no more.
    pub(crate) fn go(&self) {
        self.has_gone.store(true, Ordering::SeqCst);
    }

    pub(crate) fn has_gone(&self) -> bool {
        self.has_gone.load(Ordering::SeqCst)
    }
}

/// The SHA-256, as an identity writes it.
pub(crate) fn fingerprint(der: &[u8]) -> String {
    tower_client_cert::certificate::Fingerprint::new(Sha256::digest(der).into()).to_string()
}

/// A path that a rule keeps for others.
pub(crate) const ADMINISTRATION: &str = "/administration";
