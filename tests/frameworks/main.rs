//! The layer inside axum and tonic, over real sockets.

#![cfg(test)]

mod axum_app;
mod listeners;
mod one_port;
mod served;
mod tonic_server;

#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test crate uses another part of the support")]
mod support;
