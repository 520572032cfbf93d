//! One record per decision, for those who must answer later who asked for what.
//!
//! **Records** each request that passed the layer, with or without a certificate, each that was refused, by the layer, a
//! rule or an extractor, and what rules in shadow mode would have refused. A request that a rule refuses has two records:
//! it was accepted before.
//! **Loses** no verdict to its own troubles: a sink that fails or panics is counted and logged, and the request goes on,
//! unless [`Audit::required`] says that none may pass unrecorded.
//! **Holds personal data:** names, serial numbers and fingerprints of certificates, paths, and ids of requests;
//! [`Audit::pseudonyms`] and [`Audit::omit_paths`] leave them out.

mod about;
mod file;
mod file_writer;
mod note;
mod pseudonyms;
mod record;
mod replay;
mod request_ids;
mod serialize;

use std::error::Error;
use std::fmt::{self, Debug};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

pub(crate) use self::about::{About, Subject};
pub use self::file::AuditFile;
pub(crate) use self::note::Note;
use self::pseudonyms::Pseudonyms;
pub use self::record::{AuditDecision, AuditRecord};
pub use self::request_ids::RequestIds;

/// Takes audit records.
///
/// It is called in the course of a request, so it must not wait: it queues, and says so when it cannot. One that panics has
/// lost the record.
///
/// ```
/// use std::sync::mpsc::SyncSender;
///
/// use tower_client_cert::{AuditLost, AuditRecord, AuditSink};
///
/// #[derive(Debug)]
/// struct Channel(SyncSender<AuditRecord>);
///
/// impl AuditSink for Channel {
///     fn record(&self, record: AuditRecord) -> Result<(), AuditLost> {
///         self.0.try_send(record).map_err(|_| AuditLost::new("the channel is full"))
///     }
/// }
/// ```
pub trait AuditSink: Debug + Send + Sync + 'static {
    /// Takes a record, without waiting.
    ///
    /// # Errors
    ///
    /// [`AuditLost`] when it cannot; the record is then counted as lost.
    fn record(&self, record: AuditRecord) -> Result<(), AuditLost>;

    /// What keeps the sink from working at present, though it may still take records; `None` where nothing does. With
    /// [`Audit::required`] requests are refused for as long as there is some, and readiness shows it.
    fn trouble(&self) -> Option<String> {
        None
    }
}

/// Why a record was not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLost {
    why: String,
}

/// What is recorded, and where.
///
/// ```no_run
/// use tower_client_cert::{Audit, AuditFile, ClientCertLayer, Gateway, Secret, TrustAnchors};
///
/// let audit = Audit::new(AuditFile::open("/var/log/orders/clients.jsonl")?).pseudonyms(b"a key of at least 16 bytes")?;
/// let layer = ClientCertLayer::builder(Gateway::nginx(["10.1.0.7"])?, TrustAnchors::from_pem_file("partner-ca.pem")?)
///     .audit(audit)
///     .build()?;
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Audit {
    sink: Arc<dyn AuditSink>,
    need: Need,
    paths: Paths,
    requests: Requests,
    pseudonyms: Option<Arc<Pseudonyms>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    BestEffort,
    Required,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Paths {
    Kept,
    Omitted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Requests {
    Omitted,
    Recorded,
}

impl Audit {
    /// Records every decision into a sink. A record that is lost changes no verdict.
    #[must_use]
    pub fn new(sink: impl AuditSink) -> Self {
        Self {
            sink: Arc::new(sink),
            need: Need::BestEffort,
            paths: Paths::Kept,
            requests: Requests::Omitted,
            pseudonyms: None,
        }
    }

    /// Lets no request pass that could not be recorded: it is refused with
    /// [`Reason::AuditUnavailable`](crate::Reason::AuditUnavailable), 503. Default: it passes, and the loss is counted.
    ///
    /// A full disk then closes the service.
    #[must_use]
    pub fn required(self) -> Self {
        Self { need: Need::Required, ..self }
    }

    /// Leaves the path of the request out. Default: it is recorded, without its query.
    #[must_use]
    pub fn omit_paths(self) -> Self {
        Self { paths: Paths::Omitted, ..self }
    }

    /// Puts a pseudonym in place of the client's names, serial number and fingerprint, and leaves out every text that
    /// may hold them: the HMAC-SHA256 of issuer and subject, so that the records of one client, renewed certificates
    /// included, can be told to be so. Whoever has the key can find out whose a record is by trying names.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AuditKey`](crate::ConfigError::AuditKey) for a key of less than 16 bytes.
    pub fn pseudonyms(self, key: impl AsRef<[u8]>) -> Result<Self, crate::error::ConfigError> {
        Ok(Self { pseudonyms: Some(Arc::new(Pseudonyms::new(key.as_ref())?)), ..self })
    }

    /// Adds to each record what it takes to judge the request again: time, peer, method, path, and the lines of
    /// certificate headers and of `Connection`. Default: not, because these lines are the client's certificate. Secret
    /// headers of gateways are never recorded.
    #[must_use]
    pub fn record_requests(self) -> Self {
        Self { requests: Requests::Recorded, ..self }
    }

    pub(crate) fn is_required(&self) -> bool {
        self.need == Need::Required
    }

    /// What keeps the sink from working.
    pub(crate) fn trouble(&self) -> Option<String> {
        catch_unwind(AssertUnwindSafe(|| self.sink.trouble())).unwrap_or_else(|_| Some(PANICKED.to_owned()))
    }

    /// Hands a record to the sink.
    fn offer(&self, record: AuditRecord) -> Result<(), AuditLost> {
        catch_unwind(AssertUnwindSafe(|| self.sink.record(record))).unwrap_or_else(|_| Err(AuditLost::new(PANICKED)))
    }
}

impl AuditLost {
    /// Says why, for the log.
    #[must_use]
    pub fn new(why: impl Into<String>) -> Self {
        Self { why: why.into() }
    }
}

impl fmt::Display for AuditLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", crate::escape::Escaped(&self.why))
    }
}

impl Error for AuditLost {}

const PANICKED: &str = "the sink panicked";
