//! From the document to the builder.

mod certificates;
mod gateway;
#[cfg_attr(not(feature = "http-client"), path = "no_http.rs")]
mod http;
#[cfg_attr(not(feature = "ocsp"), path = "no_ocsp.rs")]
mod ocsp;
mod options;
mod revocation;
mod sender;

pub(super) use self::options::builder;
