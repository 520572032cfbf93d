//! A subscriber that keeps events for assertions.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// The events of the current thread since [`Log::start`].
///
/// Async tests see their events only on a current-thread runtime, which is what `#[tokio::test]` makes.
#[derive(Debug)]
pub(crate) struct Log {
    entries: Arc<Mutex<Vec<Entry>>>,
    _guard: DefaultGuard,
}

/// One event: fields and message as text.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) level: Level,
    pub(crate) target: String,
    pub(crate) message: String,
    pub(crate) fields: BTreeMap<String, String>,
}

impl Log {
    pub(crate) fn start() -> Self {
        let entries = Arc::new(Mutex::new(Vec::new()));
        let subscriber = Registry::default().with(Capture { entries: Arc::clone(&entries) });
        Self { entries, _guard: tracing::subscriber::set_default(subscriber) }
    }

    /// Everything this crate has said so far.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let mut entries = self.entries.lock().unwrap().clone();
        entries.retain(|entry| entry.target.starts_with("tower_client_cert"));
        entries
    }

    /// The events whose field `name` has exactly this text.
    pub(crate) fn with(&self, name: &str, text: &str) -> Vec<Entry> {
        let mut entries = self.entries();
        entries.retain(|entry| entry.field(name) == Some(text));
        entries
    }

    /// Every text of every event of every crate, to look for what must not be there.
    pub(crate) fn everything(&self) -> String {
        format!("{:?}", self.entries.lock().unwrap())
    }

    pub(crate) fn clear(&self) {
        self.entries.lock().unwrap().clear();
    }
}

impl Entry {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }
}

struct Capture {
    entries: Arc<Mutex<Vec<Entry>>>,
}

impl<S: Subscriber> Layer<S> for Capture {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut texts = Texts(BTreeMap::new());
        event.record(&mut texts);
        let mut fields = texts.0;
        self.entries.lock().unwrap().push(Entry {
            level: *event.metadata().level(),
            target: event.metadata().target().to_owned(),
            message: fields.remove("message").unwrap_or_default(),
            fields,
        });
    }
}

struct Texts(BTreeMap<String, String>);

impl Visit for Texts {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
}
