//! Proof of the sender beyond address ranges, and several gateways in one layer.

#![cfg(test)]

mod certificate;
mod configuration;
#[cfg(all(unix, feature = "tonic"))]
mod nginx;
mod proofs;
mod re_emission;
mod replacement;
mod secret;
mod several;
#[cfg(feature = "tonic")]
mod tls;
#[cfg(unix)]
mod unix;

#[path = "../pipeline/scene.rs"]
#[allow(dead_code, reason = "shared with the pipeline's tests, which use all of it")]
mod scene;
#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test crate uses another part of the support")]
mod support;
