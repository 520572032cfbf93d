//! The whole line through the real layer: requests with real certificates in, answers, log and what the handler saw
//! out.

#![cfg(test)]

mod acceptance;
mod anchor_sets;
mod anonymity;
mod answers;
mod beyond_webpki;
mod elements;
mod explained_steps;
mod explanations;
mod keys;
mod log_content;
mod odd_certificates;
mod options;
mod path;
mod path_reasons;
mod pins;
mod reasons;
mod reload;
mod revocation_reasons;
mod scene;
mod sloppy_authorities;
mod strictness;
mod trust_domains;

#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test crate uses another part of the support")]
mod support;
