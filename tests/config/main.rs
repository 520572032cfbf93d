//! Layers built from a file: what it says is in force, and what is wrong in it is told with its line and key.

#![cfg(test)]

mod advice;
mod algorithms;
#[cfg(not(all(feature = "https-client", feature = "ocsp")))]
mod features_missing;
#[cfg(all(feature = "https-client", feature = "ocsp"))]
mod fetching;
#[cfg(all(feature = "https-client", feature = "ocsp"))]
mod guide;
#[cfg(all(feature = "https-client", feature = "json-schema", feature = "ocsp"))]
mod leaves;
mod loading;
mod policy;
mod reload;
#[cfg(all(feature = "https-client", feature = "json-schema", feature = "ocsp"))]
mod rule_leaves;
mod rules;
#[cfg(all(feature = "https-client", feature = "json-schema", feature = "ocsp"))]
mod scenes;
#[cfg(feature = "json-schema")]
mod schema;
mod several;
mod stress;
mod world;
mod wrong;
mod wrong_as_a_whole;

#[path = "../pipeline/scene.rs"]
#[allow(dead_code, reason = "the scene is the pipeline's, and this crate uses another part of it")]
mod scene;

#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test crate uses another part of the support")]
mod support;
