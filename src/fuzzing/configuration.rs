//! A configuration file, the layer that it makes, and its effective policy.

use std::cell::Cell;
use std::convert::Infallible;
use std::path::Path;
use std::pin::pin;

use http::{Request, Response};
use tower::{Layer as _, Service as _, service_fn};

use super::poll::PollOnce as _;
use super::world::InForce;
use crate::config::ClientCertConfig;
use crate::error::ConfigError;
use crate::layer::{Authentication, ClientCertLayer};

/// Reads a file, builds the layer where it names no file but one of the fixtures, and sends a request from nowhere.
///
/// # Panics
///
/// When anything that must hold does not.
pub fn configuration(text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/odd");
    let config = match ClientCertConfig::from_toml(text, &folder) {
        Ok(config) => config.clock(InForce),
        Err(error) => return refused(&error, text),
    };
    // Files of the machine that fuzzes are no input.
    if !stays_in_the_folder(text) {
        return;
    }
    match config.build() {
        Ok(layer) => built(&layer),
        Err(error) => refused(&error, text),
    }
}

fn built(layer: &ClientCertLayer) {
    let page = layer.handle().policy().to_string();
    assert!(page.len() > MIN_POLICY_BYTES, "a policy of {} bytes", page.len());
    let identified = Cell::new(false);
    let mut service = layer.layer(service_fn(|request: Request<()>| {
        let authentication = request.extensions().get::<Authentication>();
        identified.set(authentication.is_some_and(|authentication| authentication.identity().is_some()));
        async { Ok::<_, Infallible>(Response::new(String::new())) }
    }));
    drop(pin!(service.call(Request::new(()))).poll_once());
    assert!(!identified.get(), "an identity from nowhere");
}

/// Whether no text in it can be a path to elsewhere: a slash stands between digits alone, as in an address range, and
/// nothing is escaped or taken from the environment.
fn stays_in_the_folder(text: &str) -> bool {
    let slashes = text.as_bytes().windows(3).filter(|window| window.get(1) == Some(&b'/'));
    let mut outer = slashes.map(|window| window.first().zip(window.last()));
    let between_digits =
        outer.all(|sides| sides.is_some_and(|(before, after)| before.is_ascii_digit() && after.is_ascii_digit()));
    between_digits && !["\\", "..", "env"].iter().any(|word| text.contains(word))
}

fn refused(error: &ConfigError, text: &str) {
    let message = error.to_string();
    let limit = MAX_MESSAGE_BYTES + text.len() * MAX_MESSAGE_BYTES_PER_BYTE;
    assert!(message.len() <= limit, "a message of {} bytes about {}", message.len(), text.len());
}

/// Length of a refusal's text: fixed words, and what stands in the document.
const MAX_MESSAGE_BYTES: usize = 8192;
const MAX_MESSAGE_BYTES_PER_BYTE: usize = 16;
/// The policy of the smallest layer is longer.
const MIN_POLICY_BYTES: usize = 1000;
