//! Real gateways in front of a real service.
//!
//! A gateway's program that is missing is a reason to skip, told on standard error; with `REQUIRE_GATEWAYS=1` it is a
//! failure.

#![cfg(test)]

mod apache;
mod auth_request;
mod caddy;
mod envoy;
mod haproxy;
mod header_sizes;
mod nginx;
mod page;
mod running;
mod scenes;
mod service;
mod started;
mod wire_forms;

#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test crate uses another part of the support")]
mod support;
