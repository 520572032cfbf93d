//! The whole layer from one TOML file.
//!
//! Everything that [`ClientCertLayerBuilder`] and [`Gateway`](crate::Gateway) can be told, but what is code: clocks,
//! signature algorithms, closures. Paths are relative to the directory of the file. Paths and secrets may stand in
//! environment variables, and secrets stand nowhere else than there or in files of their own.

mod blueprint;
mod build;
mod content;
mod document;
mod key;
mod locate;
#[cfg(feature = "json-schema")]
mod schema;
mod sources;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::blueprint::DocumentBlueprint;
use self::content::Content;
use self::document::Document;
use self::key::{Key, Mistake};
use self::sources::{Reading, Sources};
use crate::authorization::AccessDocument;
use crate::clock::{Clock, SystemClock};
use crate::error::{ConfigError, DocumentError, DocumentProblem, Origin};
use crate::layer::{ClientCertLayer, ClientCertLayerBuilder, Shared};

/// The configuration of one [`ClientCertLayer`], as a document.
///
/// ```no_run
/// use tower_client_cert::ClientCertConfig;
///
/// let client_cert = ClientCertConfig::from_file("client-cert.toml")?.build()?;
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
///
/// With what no document can hold:
///
/// ```no_run
/// use tower_client_cert::{ClientCertConfig, SystemClock};
///
/// let client_cert = ClientCertConfig::from_file("client-cert.toml")?
///     .clock(SystemClock)
///     .customized(|builder| builder.except(["/healthz"]))
///     .build()?;
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct ClientCertConfig {
    read: Arc<Read>,
    clock: Arc<dyn Clock>,
    customize: Customize,
}

/// What the program adds to the document.
type Customize = Arc<dyn Fn(ClientCertLayerBuilder) -> ClientCertLayerBuilder + Send + Sync>;

/// One document that was read, and where from.
#[derive(Debug)]
struct Read {
    origin: Origin,
    base: PathBuf,
    text: String,
    document: Document,
    rules: AccessDocument,
}

impl ClientCertConfig {
    /// Reads a file. The files that it names are read when the layer is built.
    ///
    /// # Errors
    ///
    /// [`ConfigError::File`] when it cannot be read, [`ConfigError::Document`] with line and key when it is no TOML, or
    /// has a key that is not known or a value of another kind than expected.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Read::file(path.as_ref()).map(Self::of)
    }

    /// Reads text; paths in it are relative to `base`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Document`], as from [`from_file`](Self::from_file).
    pub fn from_toml(text: &str, base: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Read::new(text.to_owned(), Origin::Memory, base.as_ref().to_owned()).map(Self::of)
    }

    /// The clock by which certificates are judged. Default: the system's.
    #[must_use]
    pub fn clock(self, clock: impl Clock) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// Sets on the builder what a document cannot hold. Called each time the layer is built, after the document. How
    /// responders are asked may be set whether the document names any or not.
    #[must_use]
    pub fn customized(
        self,
        customize: impl Fn(ClientCertLayerBuilder) -> ClientCertLayerBuilder + Send + Sync + 'static,
    ) -> Self {
        Self { customize: Arc::new(customize), ..self }
    }

    /// Reads the files that the document names, runs the tests of its rules, and builds the layer. A file with the document
    /// is read again where it has changed meanwhile.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Document`] with line and key for a value that cannot be used.
    pub fn build(&self) -> Result<ClientCertLayer, ConfigError> {
        DocumentBlueprint::build(self)
    }

    /// What a document says, and which files it was read from.
    fn generation(&self, read: &Read, before: Option<&Shared>) -> (Result<Shared, ConfigError>, Reading) {
        let sources = Sources::new(&read.base);
        if let Origin::File(path) = &read.origin {
            sources.note(path, Content::of_text(&read.text));
        }
        let built = build::builder(&read.document, &read.rules, &sources, &self.clock);
        let built = built.map_err(|mistake| read.located(mistake)).and_then(|builder| {
            let builder = (self.customize)(builder.shared_clock(Arc::clone(&self.clock)));
            // The program says how, and the document whom: today nobody, perhaps.
            #[cfg(feature = "ocsp")]
            let builder = builder.without_unused_ocsp_options();
            builder.generation(before).map_err(|problem| {
                let key = key_of(&problem, &read.document);
                read.located(Mistake { key, problem })
            })
        });
        (built, sources.into_reading())
    }

    fn of(read: Read) -> Self {
        Self { read: Arc::new(read), clock: Arc::new(SystemClock), customize: Arc::new(|builder| builder) }
    }
}

impl Read {
    fn file(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path).map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
        let base = path.parent().unwrap_or(Path::new("")).to_owned();
        Self::new(text, Origin::File(path.to_owned()), base)
    }

    /// The same document as it is now.
    fn again(&self) -> Result<Self, ConfigError> {
        match &self.origin {
            Origin::File(path) => Self::file(path),
            Origin::Directory(_) | Origin::Memory | Origin::Url(_) => {
                Self::new(self.text.clone(), self.origin.clone(), self.base.clone())
            }
        }
    }

    fn new(text: String, origin: Origin, base: PathBuf) -> Result<Self, ConfigError> {
        match toml::from_str::<Document>(&text) {
            Ok(mut document) => {
                let rules = AccessDocument::of(document.rule.take(), document.otherwise.take(), document.test.take());
                Ok(Self { origin, base, text, document, rules })
            }
            Err(error) => {
                let offset = error.span().map(|span| span.start);
                let place = offset.map(|offset| locate::place_of(&text, offset));
                let key = offset.and_then(|offset| locate::key_at(&text, offset)).map(|key| key.to_string());
                // Not the error's own text, which shows the line: it could hold what was meant to be secret.
                let problem = DocumentProblem::Unreadable(error.message().to_owned());
                let place = place.map(|place| (place.line, place.column));
                Err(DocumentError { origin, place, key, problem }.into())
            }
        }
    }

    fn located(&self, Mistake { key, problem }: Mistake) -> ConfigError {
        let place = locate::place_of_key(&self.text, &key).map(|place| (place.line, place.column));
        let key = Some(key.to_string()).filter(|key| !key.is_empty());
        DocumentError { origin: self.origin.clone(), place, key, problem: DocumentProblem::Value(Box::new(problem)) }
            .into()
    }
}

/// The key of what only shows when the layer is built as a whole.
fn key_of(problem: &ConfigError, document: &Document) -> Key {
    match problem {
        ConfigError::AnchorLabels { .. } | ConfigError::Certificate { .. } | ConfigError::NoCertificates { .. } => {
            Key::top("anchors")
        }
        ConfigError::Advice { .. } => Key::top("advice").field("strict"),
        ConfigError::ClockSkew { .. } => Key::top("validation").field("clock_skew_seconds"),
        ConfigError::ExceptWithoutRequired => Key::top("requests").field("except"),
        ConfigError::ExceptedPath { value } => {
            let paths = document.requests.iter().flat_map(|table| &table.except).flat_map(|paths| &paths.0);
            let key = Key::top("requests").field("except");
            paths.into_iter().position(|path| path == value).map_or(key.clone(), |index| key.index(index))
        }
        ConfigError::Limit { name: "max_depth" } => Key::top("validation").field("max_depth"),
        ConfigError::Limit { name: name @ ("max_remembered_clients" | "max_remembered_bytes") } => {
            Key::top("memory").field(name)
        }
        ConfigError::Limit { name: "max_verdict_age" } => Key::top("memory").field("max_verdict_age_seconds"),
        ConfigError::Limit { name: name @ "max_ocsp_certificates" } => Key::top("revocation").field(name),
        ConfigError::Limit { name } => Key::top("limits").field(name),
        ConfigError::NoFetcher => Key::top("revocation").field("ocsp"),
        ConfigError::Responder { url, .. } => {
            let responders = document.revocation.iter().flat_map(|table| &table.ocsp).flatten();
            let key = Key::top("revocation").field("ocsp");
            let place = responders.into_iter().position(|responder| responder.url.as_ref() == Some(url));
            place.map_or(key.clone(), |index| key.index(index).field("url"))
        }
        ConfigError::PinLabels { .. } => Key::top("pinned"),
        ConfigError::OcspAnswers { .. } => Key::top("revocation").field("ocsp_answers"),
        ConfigError::RevocationMode { .. } => Key::top("revocation").field("mode"),
        ConfigError::RevocationLists { .. } => Key::top("revocation").field("crls"),
        ConfigError::Sender(_) => Key::top("gateway"),
        ConfigError::UnknownAnchorLabel { label, .. } => key_of_label(label, document),
        _ => Key::default(),
    }
}

/// Where an anchor is named by a label that none has.
fn key_of_label(label: &str, document: &Document) -> Key {
    let table = document.revocation.as_ref();
    let key = Key::top("revocation");
    if table.and_then(|table| table.policy.as_ref()).is_some_and(|policies| policies.contains_key(label)) {
        return key.field("policy").field(label);
    }
    let mut responders = table.and_then(|table| table.ocsp.as_ref()).into_iter().flatten();
    match responders.position(|responder| responder.issuer.as_deref() == Some(label)) {
        Some(index) => key.field("ocsp").index(index).field("issuer"),
        None => Key::top("validation").field("only_issued_by"),
    }
}

impl fmt::Debug for ClientCertConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the text: it may be long, and somebody may have written into a comment what has no place there.
        f.debug_struct("ClientCertConfig")
            .field("origin", &self.read.origin)
            .field("document", &self.read.document)
            .field("rules", &self.read.rules)
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}
