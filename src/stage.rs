//! The stages of the line, and whose mistake a refusal is.

use std::fmt;

/// The part of the line that a [`Reason`](crate::Reason) belongs to, in the order in which a request meets them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Stage {
    /// 1: who sent it.
    Gateway,
    /// 2: which header.
    Header,
    /// 3: from header bytes to certificates.
    Encoding,
    /// 4: path, dates, purpose, issuer.
    Validation,
    /// 5: deny-list, CRL, OCSP.
    Revocation,
    /// 6: who the client is.
    Identity,
    /// 7: may they do this.
    Authorization,
    /// The service itself is set up wrongly.
    Setup,
}

/// Whose mistake a refusal is, as far as one request can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The client presented nothing, or something that is not acceptable.
    Client,
    /// The gateway, or somebody in its place, sent what no correctly configured gateway sends.
    Gateway,
    /// The service is set up wrongly, or cannot decide now.
    Service,
}

impl Stage {
    /// The stage's name as it stands in logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Header => "header",
            Self::Encoding => "encoding",
            Self::Validation => "validation",
            Self::Revocation => "revocation",
            Self::Identity => "identity",
            Self::Authorization => "authorization",
            Self::Setup => "setup",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
