//! A subscriber that keeps events for assertions.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// The events of the current thread since [`Log::start`].
///
/// Async tests see their events only on a current-thread runtime, which is what `#[tokio::test]` makes.
#[derive(Debug)]
pub(crate) struct Log {
    entries: Entries,
}

/// One event: fields and message as text.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) level: Level,
    pub(crate) target: String,
    pub(crate) message: String,
    pub(crate) fields: BTreeMap<String, String>,
}

type Entries = Arc<Mutex<Vec<Entry>>>;

/// Installs the subscriber of the whole process, which hands each thread its own events.
///
/// tracing remembers for each place in the code whether anybody listens. A test that reaches such a place before the
/// first subscriber is there can leave it deaf for a later test, so whatever makes events in a test calls this first.
pub(crate) fn prepare() {
    static PREPARED: Once = Once::new();
    PREPARED.call_once(|| {
        tracing::subscriber::set_global_default(Registry::default().with(Capture)).unwrap();
    });
}

thread_local! {
    static LISTENING: RefCell<Option<Entries>> = const { RefCell::new(None) };
}

impl Log {
    pub(crate) fn start() -> Self {
        prepare();
        let entries = Entries::default();
        LISTENING.set(Some(Arc::clone(&entries)));
        Self { entries }
    }

    /// Everything this crate has said so far about requests.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let mut entries = self.of_this_crate();
        entries.retain(|entry| !START_UP.contains(&entry.message.as_str()));
        entries
    }

    /// What it said when layers were built.
    pub(crate) fn start_up(&self) -> Vec<Entry> {
        let mut entries = self.of_this_crate();
        entries.retain(|entry| START_UP.contains(&entry.message.as_str()));
        entries
    }

    fn of_this_crate(&self) -> Vec<Entry> {
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
}

impl Drop for Log {
    fn drop(&mut self) {
        LISTENING.set(None);
    }
}

impl Entry {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }
}

struct Capture;

impl<S: Subscriber> Layer<S> for Capture {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let Some(entries) = LISTENING.with_borrow(Clone::clone) else { return };
        let mut texts = Texts(BTreeMap::new());
        event.record(&mut texts);
        let mut fields = texts.0;
        entries.lock().unwrap().push(Entry {
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

const START_UP: [&str; 2] = ["advice", "gateway trusted"];
