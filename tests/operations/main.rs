//! What the person on call sees: metrics, audit records, readiness, and the documents about them.

#![cfg(test)]

mod audit;
mod audit_file;
mod audit_sink;
mod browser;
mod expiry_notice;
mod handbook;
mod metrics;
#[cfg(feature = "ocsp")]
mod metrics_page;
mod readiness;
#[cfg(feature = "fetch")]
mod responders;
mod whoami;
mod world;

#[path = "../pipeline/scene.rs"]
#[allow(dead_code, reason = "the scene is the pipeline's, and this crate uses another part of it")]
mod scene;

#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test crate uses another part of the support")]
mod support;
