//! The program `client-cert`, run as its users run it.

#![cfg(test)]

mod advice;
mod check;
mod explain;
mod explain_text;
mod fetch_issuers;
mod inspect;
mod inspect_text;
mod layer;
mod network;
mod planted;
mod policy;
mod program;
mod readme;
mod replay;
#[cfg(target_os = "linux")]
mod streams;
mod world;

#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test crate uses another part of the support")]
mod support;
