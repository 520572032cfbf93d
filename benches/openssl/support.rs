//! What this bench shares with those of the crate.

#[path = "../support/authorities.rs"]
pub(crate) mod authorities;
#[path = "../support/chance.rs"]
pub(crate) mod chance;
#[path = "../support/first_sight.rs"]
pub(crate) mod first_sight;
#[path = "../../tests/support/pki/mod.rs"]
pub(crate) mod pki;
#[path = "../support/processor.rs"]
pub(crate) mod processor;
#[path = "../support/requests.rs"]
pub(crate) mod requests;
