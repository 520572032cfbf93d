//! What comes over the network: fetchers against servers that misbehave, lists on a schedule, stores that lie.

#![cfg(test)]

mod answers;
mod reachable;
mod tls;

#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test crate uses another part of the support")]
mod support;
