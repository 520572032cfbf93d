//! The layer against suites and validators that others have made.

#![cfg(test)]

#[cfg(unix)]
mod cost;
mod differential;
mod layer;
mod limbo;
mod variants;

#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test crate uses another part of the support")]
mod support;
