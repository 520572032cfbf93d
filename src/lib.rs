//! Tower layer that accepts a client certificate forwarded by a TLS-terminating gateway, validates it again and hands
//! handlers an identity.

mod encoding;
mod escape;
mod reason;
mod utc;

pub mod certificate;

pub use encoding::{Encoding, EncodingError};
pub use reason::{Fault, GrpcCode, Reason, Stage};
