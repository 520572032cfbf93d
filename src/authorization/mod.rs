//! Stage 7: may they do this.
//!
//! **Decides** whether a request may go on without a certificate. Everything finer is asked of the
//! [`ClientIdentity`](crate::ClientIdentity) by the handler.
//! **Trusts** the identity of stage 6, and its absence.
//! **Refuses** absence where a certificate is required; paths are excepted one by one, byte for byte.
//! **Standard:** RFC 9110 section 15.5.2 (status 401).

mod presence;

pub use self::presence::CertificateMissing;
pub(crate) use self::presence::{Absence, Presence};
