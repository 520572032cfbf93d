//! What breaks around the layer, or inside of it: after each fault the next good request is answered as ever.
//!
//! Faults of responders and stores are in `tests/revocation/` and `tests/fetching/`, those of authorizers in
//! `tests/rules/panics.rs`, those of audit in `tests/operations/`.

#![cfg(test)]

mod cancelled;
mod clock;
mod closures;
mod descriptors;
mod disk;
mod limits;
mod reload;
mod streams;

#[path = "../pipeline/scene.rs"]
#[allow(dead_code, reason = "the scene is the pipeline's, and this crate uses another part of it")]
mod scene;
#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test crate uses another part of the support")]
mod support;
#[path = "../config/world.rs"]
#[allow(dead_code, reason = "the world is that of the tests of the configuration, and this crate uses a part of it")]
mod world;
