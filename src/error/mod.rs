//! Everything that can be wrong while a layer is built or its trust is replaced.

mod certificate_source;
mod display;
mod document;
mod fetch_url;
mod ocsp_answer;
mod revocation_list;
mod sender;

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

pub use self::certificate_source::{CertificateProblem, Origin, PemProblem};
pub use self::document::{DocumentError, DocumentProblem};
pub use self::fetch_url::FetchUrlProblem;
pub use self::ocsp_answer::{OcspAnswerError, OcspAnswerProblem, ResponderStatus};
pub use self::revocation_list::{RevocationListError, RevocationListProblem};
pub use self::sender::{SecretOrigin, SecretProblem, SenderProblem};
use crate::advice::Advice;
use crate::certificate::Fingerprint;

/// Why a configuration cannot be used. Each message names the value and how to mend it.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConfigError {
    /// A key of pseudonyms in audit records that is too short.
    AuditKey {
        /// Its length.
        bytes: usize,
        /// The least there has to be.
        min_bytes: usize,
    },
    /// A document of access rules that cannot be read.
    AccessDocument {
        /// What is wrong with it, and where.
        problem: String,
    },
    /// Tests in a document of access rules that went otherwise than expected.
    AccessTests {
        /// One sentence for each.
        failures: Vec<String>,
    },
    /// Advice that is configured to be an error.
    Advice {
        /// Each of it; never empty.
        advice: Vec<Advice>,
    },
    /// An address range of a gateway.
    AddressRange {
        /// The range as given.
        value: String,
        /// What is wrong with it.
        problem: AddressRangeProblem,
    },
    /// The same anchor was given twice under different labels, or given a second label.
    AnchorLabels {
        /// The anchor's subject.
        subject: String,
        /// The two labels.
        labels: [Option<String>; 2],
    },
    /// A certificate that cannot be read or cannot serve its purpose.
    Certificate {
        /// Where it came from.
        origin: Origin,
        /// Its place there, counted from 1.
        position: usize,
        /// What is wrong with it.
        problem: CertificateProblem,
    },
    /// An allowance for clocks that is too large.
    ClockSkew {
        /// The allowance as given.
        skew: Duration,
        /// The most there may be.
        limit: Duration,
    },
    /// Two choices where one is expected, or none, or one that cannot be.
    Contradiction {
        /// What was found and what was expected.
        problem: String,
    },
    /// A line of a deny-list that names no certificate, key, or issuer with serial number.
    DenyListEntry {
        /// Where it came from.
        origin: Origin,
        /// The line, counted from 1.
        line: usize,
        /// The line as given.
        value: String,
    },
    /// A configuration document.
    Document(Box<DocumentError>),
    /// An environment variable that is not set, or not text.
    EnvironmentVariable {
        /// Its name.
        name: String,
    },
    /// `except` without `required`.
    ExceptWithoutRequired,
    /// A path in `except` that no request can have.
    ExceptedPath {
        /// The path as given.
        value: String,
    },
    /// A key of a document for which this build of the crate has no code.
    FeatureMissing {
        /// The feature that has it.
        feature: &'static str,
    },
    /// An interval between fetches.
    FetchInterval {
        /// The interval as given.
        interval: Duration,
        /// The least there may be.
        least: Duration,
    },
    /// An address to fetch from, or a host that such addresses may have.
    FetchUrl {
        /// The address as given.
        value: String,
        /// What is wrong with it.
        problem: FetchUrlProblem,
    },
    /// A file or directory that cannot be read.
    File {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A header name.
    HeaderName {
        /// The name as given.
        value: String,
        /// What is wrong with it.
        problem: HeaderNameProblem,
    },
    /// A size of RSA keys that no policy can ask for.
    KeySize {
        /// The size as given.
        bits: usize,
    },
    /// A limit of nothing.
    Limit {
        /// The limit's name.
        name: &'static str,
    },
    /// No signature algorithms: neither of the features `aws-lc-rs` and `ring`, and none given.
    NoAlgorithms,
    /// No certificate where at least one is needed.
    NoCertificates {
        /// Where they were looked for.
        origin: Origin,
    },
    /// A layer that was not built from a document cannot be read again.
    NotFromDocument,
    /// OCSP answers that are not in force.
    OcspAnswers {
        /// Each of them; never empty.
        errors: Vec<OcspAnswerError>,
    },
    /// Responders to ask and nothing to ask them with.
    NoFetcher,
    /// It is said how responders are asked, and there is none to ask.
    NoResponder {
        /// The option that says it.
        option: &'static str,
    },
    /// A responder that the fetcher can never reach.
    Responder {
        /// Its address.
        url: String,
        /// Why.
        problem: String,
    },
    /// A pattern of a rule.
    Pattern {
        /// The pattern as given.
        value: String,
        /// What is wrong with it, and what was expected.
        problem: String,
    },
    /// Something is to be fetched in the background, and there is no tokio runtime to do it.
    NoRuntime,
    /// PEM that cannot be read.
    Pem {
        /// Where it came from.
        origin: Origin,
        /// What is wrong with it.
        problem: PemProblem,
    },
    /// The same pin was given twice under different labels, or given a second label.
    PinLabels {
        /// What is pinned.
        fingerprint: Fingerprint,
        /// The two labels.
        labels: [Option<String>; 2],
    },
    /// A gateway, or several together, that cannot be told from others.
    Sender(SenderProblem),
    /// A mode of revocation that asks a source which is not configured.
    RevocationMode {
        /// What is missing.
        missing: &'static str,
    },
    /// Revocation lists that are not in force.
    RevocationLists {
        /// Each of them; never empty.
        errors: Vec<RevocationListError>,
    },
    /// A status that is no refusal.
    Status {
        /// The status as given.
        value: u16,
    },
    /// The system gives no thread.
    Thread {
        /// Why.
        source: io::Error,
    },
    /// A trust domain that no SPIFFE ID can have.
    TrustDomain {
        /// The trust domain as given.
        value: String,
    },
    /// Files that were replaced again and again while they were read.
    Unsettled {
        /// How often they were read.
        readings: usize,
    },
    /// An issuer restriction or revocation policy that names no anchor.
    UnknownAnchorLabel {
        /// The label as given.
        label: String,
        /// The labels there are.
        known: Vec<String>,
    },
}

/// What is wrong with an address range.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AddressRangeProblem {
    /// It covers every address.
    Everything,
    /// It has bits set to the right of its prefix.
    HostBits {
        /// The range without them.
        network: IpNet,
    },
    /// It is an IPv4-mapped IPv6 range wider than `/96`.
    MappedTooWide,
    /// It is no range.
    Unparsable,
}

/// What is wrong with a header name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderNameProblem {
    /// Another header of the gateway has the name, or one that differs only in `_` or `.` for `-`.
    Taken,
    /// It is no field name (RFC 9110 section 5.1), or a field that HTTP itself or every service needs.
    Unusable,
}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Document(error) => error.source(),
            Self::File { source, .. } | Self::Thread { source } => Some(source),
            _ => None,
        }
    }
}

impl From<DocumentError> for ConfigError {
    fn from(error: DocumentError) -> Self {
        Self::Document(Box::new(error))
    }
}

impl From<SenderProblem> for ConfigError {
    fn from(problem: SenderProblem) -> Self {
        Self::Sender(problem)
    }
}

impl fmt::Display for AddressRangeProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str(
                "covers every address: name the gateway's own range, or say allow_any_address() if that is meant",
            ),
            Self::HostBits { network } => {
                write!(f, "has bits set beyond its prefix: write {network}, or a single address without a prefix")
            }
            Self::MappedTooWide => {
                f.write_str("is an IPv4-mapped range wider than /96, which mixes address families: write it as IPv4")
            }
            Self::Unparsable => f.write_str("is no network: write it like 10.1.0.0/24 or 2001:db8::/48"),
        }
    }
}

impl fmt::Display for HeaderNameProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Taken => "is or looks like another header of the same gateway: give each its own",
            Self::Unusable => "cannot carry a certificate: use a field name of its own, such as x-client-cert",
        })
    }
}
