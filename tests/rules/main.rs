//! Rules and access tables inside axum and tonic: who gets in, what the answer is, what the log tells.

#![cfg(test)]

mod accounts;
mod answers;
mod bound_token;
#[cfg(feature = "config")]
mod documents;
mod evidence;
mod grpc;
#[cfg(feature = "config")]
mod guide;
mod hostile_paths;
mod operators;
mod panics;
mod readiness;
mod routers;
mod scene;
mod waiting;

#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test crate uses another part of the support")]
mod support;
