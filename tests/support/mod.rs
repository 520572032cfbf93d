//! What the integration tests share: a PKI minted at a fixed time, a log to look into, clients and servers.

#[cfg(feature = "axum")]
pub(crate) mod axum_server;
pub(crate) mod chromium;
pub(crate) mod clock;
pub(crate) mod faulty_server;
pub(crate) mod held_up;
pub(crate) mod http;
#[cfg(feature = "axum")]
pub(crate) mod inside;
pub(crate) mod log;
pub(crate) mod nginx;
pub(crate) mod openssl_ca;
pub(crate) mod openssl_database;
pub(crate) mod openssl_ocsp;
pub(crate) mod orders;
pub(crate) mod pki;
pub(crate) mod products;
pub(crate) mod programs;
pub(crate) mod scratch;
pub(crate) mod server_process;
pub(crate) mod signature_meter;
pub(crate) mod tls;
#[cfg(feature = "fetch")]
pub(crate) mod told_store;
pub(crate) mod wire;
