//! What comes over the network: fetchers against servers that misbehave, lists on a schedule, stores that lie.

#![cfg(test)]

mod answers;
mod directory;
mod distribution_points;
mod kept_lists;
mod reachable;
mod redis;
mod scene;
mod schedule;
mod stores;
mod tls;

#[path = "../pipeline/scene.rs"]
#[allow(dead_code, reason = "the scene is the pipeline's, and this crate uses another part of it")]
mod pipeline;

#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test crate uses another part of the support")]
mod support;
