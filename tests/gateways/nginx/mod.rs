//! nginx as `docs/gateways/nginx.md` sets it up.

mod arrival;
mod front;
