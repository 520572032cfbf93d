//! What is remembered between requests, through the real layer: what it saves, and that it changes no answer.

#![cfg(test)]

mod changes;
mod concurrency;
mod evidence;
mod flood;
mod hits;
mod late;
mod meter;
mod octets;
mod random_pkis;
mod refusals;
mod signatures;
mod time;

#[path = "../pipeline/scene.rs"]
#[allow(dead_code, reason = "the scene is the pipeline's, and this crate uses another part of it")]
mod scene;

#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test crate uses another part of the support")]
mod support;
