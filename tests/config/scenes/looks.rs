//! What is looked at in a scene.

use std::pin::Pin;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use tower_client_cert::{AdviceCode, ClientCertLayer};

use super::stage::{Stage, verdict};
use crate::scene::{Asked, ask, with_certificate};
use crate::support::held_up::HeldUp;
use crate::support::log::Log;
use crate::support::pki::Shape;

pub(crate) type Sent = Request<Full<Bytes>>;

/// Whatever takes its time, with a layer that was built.
pub(crate) type Watching<'a> = Pin<Box<dyn Future<Output = String> + 'a>>;

#[derive(Clone, Copy)]
pub(crate) enum Look {
    /// Whether advice of this code is given.
    Advice(AdviceCode),
    /// The verdict on a request.
    Asks(fn(&Stage) -> Sent),
    /// Whether a layer is built.
    Builds,
    /// The verdict on the partner while another client is in the middle of its validation.
    Crowded,
    /// The codes of advice that are logged.
    Logged,
    /// What a request shows.
    Shows(fn(&Stage) -> Sent, fn(&Asked) -> String),
    Watches(for<'a> fn(&'a Stage, &'a ClientCertLayer) -> Watching<'a>),
}

impl Look {
    pub(crate) async fn at(self, stage: &Stage, text: &str) -> String {
        match self {
            Self::Advice(code) => {
                let layer = stage.build(text);
                let is_told = layer.advice().iter().any(|advice| advice.code() == code);
                (if is_told { "told" } else { "quiet" }).to_owned()
            }
            Self::Asks(request) => verdict(&ask(&stage.build(text), request(stage)).await),
            Self::Builds => (if stage.try_build(text).is_ok() { "builds" } else { "does not build" }).to_owned(),
            Self::Crowded => crowded(stage, text).await,
            Self::Logged => {
                let log = Log::start();
                stage.build(text);
                let entries = log.start_up();
                let codes: Vec<_> = entries.iter().filter_map(|entry| entry.field("code")).collect();
                codes.join(" ")
            }
            Self::Shows(request, shown) => shown(&ask(&stage.build(text), request(stage)).await),
            Self::Watches(watch) => watch(stage, &stage.build(text)).await,
        }
    }
}

async fn crowded(stage: &Stage, text: &str) -> String {
    let (algorithm, algorithms) = HeldUp::new();
    stage.world.write(text);
    let config = stage.world.read().unwrap().customized(|builder| builder.signature_algorithms(algorithms));
    let layer = config.build().unwrap();
    let holder = algorithm.hold_the_next();
    let (other, another) = (layer.clone(), with_certificate(&stage.issue(&Shape::partner())));
    let validated = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert!(runtime.block_on(ask(&other, another)).identity().is_some());
    });
    holder.wait_until_it_has_begun();
    let seen = match tokio::time::timeout(LOOKS_AT_MOST, ask(&layer, stage.partner())).await {
        Ok(asked) => verdict(&asked),
        Err(_) => "waits".to_owned(),
    };
    holder.let_it_go_on();
    validated.join().unwrap();
    seen
}

/// Whether something comes about on the network of this machine, in a time that decides that it does not.
pub(crate) async fn comes(holds: impl Fn() -> bool) -> bool {
    within(LOOKS, holds).await
}

/// Waits for what must come about on the network of this machine.
pub(crate) async fn arrives(holds: impl Fn() -> bool) {
    assert!(within(20 * LOOKS, holds).await, "what was waited for did not come");
}

async fn within(looks: usize, holds: impl Fn() -> bool) -> bool {
    for _ in 0..looks {
        if holds() {
            return true;
        }
        tokio::time::sleep(PAUSE).await;
    }
    holds()
}

const LOOKS: usize = 160;

/// For what comes at once, or waits for as long as its default says, which is 5 seconds.
pub(crate) const LOOKS_AT_MOST: std::time::Duration = std::time::Duration::from_secs(2);

const PAUSE: std::time::Duration = std::time::Duration::from_millis(5);
