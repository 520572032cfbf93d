//! What the benches share: authorities with clients, requests of them, the clock of the processor, and what is written
//! down for `benches/report`.

pub(crate) mod authorities;
pub(crate) mod chance;
pub(crate) mod first_sight;
pub(crate) mod load;
pub(crate) mod measures;
pub(crate) mod processor;
pub(crate) mod requests;
#[cfg(feature = "axum")]
pub(crate) mod served;
pub(crate) mod slow_responder;

#[path = "../../tests/support/pki/mod.rs"]
pub(crate) mod pki;

#[path = "../../tests/support/scratch.rs"]
pub(crate) mod scratch;

#[path = "../../tests/support/server_process.rs"]
pub(crate) mod server_process;

#[path = "../../tests/support/signature_meter.rs"]
pub(crate) mod signature_meter;
