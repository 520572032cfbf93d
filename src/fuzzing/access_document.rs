//! An access table as a document, asked by a client without a certificate and by one with.

use std::cell::Cell;
use std::convert::Infallible;
use std::pin::pin;

use http::{Request, Response, Uri};
use tower::{Layer as _, Service as _, service_fn};

use super::poll::PollOnce as _;
use super::world::{InForce, World};
use crate::authorization::AccessDocument;
use crate::clock::Clock;
use crate::layer::{AccessTableHandle, RequireClientCertLayer};

/// Reads a document, builds its table, and asks it.
///
/// # Panics
///
/// When anything that must hold does not.
pub fn access_document(text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else { return };
    let Some(table) = table(text) else { return };
    // Letters of a key may be written as escapes.
    let names_no_exception = !["public", "shadow", "\\"].iter().any(|word| text.contains(word));
    for path in paths(text) {
        let passed = anonymous_passes(&table, &path);
        assert!(!(passed && names_no_exception), "a client without a certificate passes at {path}");
    }
}

fn table(text: &str) -> Option<AccessTableHandle> {
    let clock: &dyn Clock = &InForce;
    let document = match AccessDocument::from_toml(text) {
        Ok(document) => document,
        Err(error) => return refused(&error.to_string(), text),
    };
    match document.build(clock) {
        Ok(table) => Some(AccessTableHandle::new(table)),
        Err(error) => refused(&error.to_string(), text),
    }
}

fn refused(message: &str, text: &str) -> Option<AccessTableHandle> {
    let limit = MAX_MESSAGE_BYTES + text.len() * MAX_MESSAGE_BYTES_PER_BYTE;
    assert!(message.len() <= limit, "a message of {} bytes about {}", message.len(), text.len());
    None
}

/// Paths that the document may speak of, and some that it does not.
fn paths(text: &str) -> impl Iterator<Item = Uri> {
    let quoted = text.split('"').filter(|part| part.starts_with('/')).take(MAX_PATHS);
    quoted.chain(["/", "/restricted", "/a/b/c", "//", "/%2e%2e/"]).filter_map(|path| path.parse().ok())
}

fn anonymous_passes(table: &AccessTableHandle, path: &Uri) -> bool {
    let has_passed = Cell::new(false);
    let handler = service_fn(|_: Request<()>| {
        has_passed.set(true);
        async { Ok::<_, Infallible>(Response::new(String::new())) }
    });
    let inner = RequireClientCertLayer::table(table.clone()).layer(handler);
    let mut request = Request::new(());
    *request.uri_mut() = path.clone();
    let response = pin!(World::shared().layer.layer(inner).call(request)).poll_once();
    drop(response);
    has_passed.get()
}

/// Length of a refusal's text: fixed words, and for each line of the document what stands there.
const MAX_MESSAGE_BYTES: usize = 8192;
const MAX_MESSAGE_BYTES_PER_BYTE: usize = 16;
const MAX_PATHS: usize = 16;
