//! nginx as `docs/gateways/nginx.md` sets it up.

mod arrival;
mod front;
mod grpc;
mod http;
mod product;
mod scenes;
mod service;
