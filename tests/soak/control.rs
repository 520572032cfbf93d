//! How the service is told what to do, on a port of its own, and says how it is.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tower_client_cert::{ClientCertHandle, ConfigError, DenyList};

use crate::connection::Connection;
use crate::panics;
use crate::server::{MAX_FLUSH_TIME, Operated};
use crate::world::{DENIED_BY_HAND, FULL_WAY, REAL_WAY};

/// The operator's end of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Control(SocketAddr);

/// How the service is.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Condition {
    pub(crate) compared: u64,
    pub(crate) recorded: u64,
    pub(crate) during_changes: u64,
    pub(crate) overtaken: u64,
    pub(crate) held_asked: u64,
    pub(crate) held_ended: u64,
    pub(crate) differences: u64,
    pub(crate) panics: u64,
    pub(crate) audit_lost: u64,
    /// Whether all records are written: found out at the end alone.
    pub(crate) is_audit_written: bool,
}

/// What came of a change.
pub(crate) type Outcome = Result<(), String>;

impl Control {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self(address)
    }

    pub(crate) async fn reload(self) -> Outcome {
        self.get(RELOAD).await
    }

    pub(crate) async fn reload_lists(self) -> Outcome {
        self.get(RELOAD_LISTS).await
    }

    pub(crate) async fn reload_answers(self) -> Outcome {
        self.get(RELOAD_ANSWERS).await
    }

    /// Puts the file for it in force as the deny-list, by the handle.
    pub(crate) async fn deny_by_hand(self) -> Outcome {
        self.get(DENY_BY_HAND).await
    }

    /// Reads the page of metrics, as Prometheus does; says how long it is.
    pub(crate) async fn scrape(self) -> usize {
        self.get(SCRAPE).await
    }

    pub(crate) async fn condition(self) -> Condition {
        self.get(CONDITION).await
    }

    /// Waits until the audit is written.
    pub(crate) async fn finish(self) -> Condition {
        self.get(FINISH).await
    }

    async fn get<T: DeserializeOwned>(self, path: &str) -> T {
        let answer = Connection::plain(self.0, Ipv4Addr::LOCALHOST).ask(path, &[]).await.unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }
}

/// The service's end of it.
pub(crate) fn control(operated: Operated) -> Router {
    Router::new()
        .route(RELOAD, get(reload))
        .route(RELOAD_LISTS, get(reload_lists))
        .route(RELOAD_ANSWERS, get(reload_answers))
        .route(DENY_BY_HAND, get(deny_by_hand))
        .route(SCRAPE, get(async |State(operated): State<Operated>| json(&operated.metrics.render().len())))
        .route(CONDITION, get(async |State(operated): State<Operated>| json(&operated.condition())))
        .route(FINISH, get(finish))
        .with_state(operated)
}

async fn reload(State(operated): State<Operated>) -> String {
    json(&operated.comparison.change(|handle| told(handle.reload())).await)
}

async fn reload_lists(State(operated): State<Operated>) -> String {
    json(&operated.comparison.change(|handle| told(handle.reload_crls())).await)
}

async fn reload_answers(State(operated): State<Operated>) -> String {
    json(&operated.comparison.change(|handle| told(handle.reload_ocsp_answers())).await)
}

async fn deny_by_hand(State(operated): State<Operated>) -> String {
    let file = operated.directory.join(DENIED_BY_HAND);
    let deny = |handle: &ClientCertHandle| {
        handle.replace_deny_list(DenyList::from_file(&file).map_err(|error| error.to_string())?);
        Ok(())
    };
    json(&operated.comparison.change(deny).await)
}

async fn finish(State(operated): State<Operated>) -> String {
    let audit = operated.audit.clone();
    let is_audit_written = tokio::task::spawn_blocking(move || audit.flush(MAX_FLUSH_TIME)).await.unwrap();
    json(&Condition { is_audit_written, ..operated.condition() })
}

impl Operated {
    fn condition(&self) -> Condition {
        let counts = &self.comparison.counts;
        let read = |count: &AtomicU64| count.load(Ordering::SeqCst);
        Condition {
            compared: read(&counts.compared),
            recorded: read(&counts.recorded),
            during_changes: read(&counts.during_changes),
            overtaken: read(&counts.overtaken),
            held_asked: read(&counts.held_asked),
            held_ended: read(&counts.held_ended),
            differences: read(&counts.differences),
            panics: panics::counted(),
            audit_lost: self.audit.lost(),
            is_audit_written: false,
        }
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

/// In words that are the same for both ways, which are set up by files of two names.
fn told(outcome: Result<(), ConfigError>) -> Outcome {
    outcome.map_err(|error| error.to_string().replace(FULL_WAY, REAL_WAY))
}

const RELOAD: &str = "/reload";
const RELOAD_LISTS: &str = "/reload-lists";
const RELOAD_ANSWERS: &str = "/reload-answers";
const DENY_BY_HAND: &str = "/deny-by-hand";
const SCRAPE: &str = "/scrape";
const CONDITION: &str = "/condition";
const FINISH: &str = "/finish";
