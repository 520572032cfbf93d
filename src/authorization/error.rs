use std::error::Error;
use std::fmt;

use super::denial::Denial;
use super::path::PathProblem;
use super::presence::CertificateMissing;
use super::token_binding::TokenBindingError;
use crate::gateway::UntrustedPeer;
use crate::reason::Reason;

/// Why a request was not authorized.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthorizationError {
    /// A certificate is required and none was presented.
    CertificateMissing(CertificateMissing),
    /// A rule or another authorizer said no.
    Denied(Denial),
    /// The path has more than one reading, so no access table can judge it.
    PathNotNormal(PathProblem),
    /// The token is not bound to the certificate.
    TokenNotBound(TokenBindingError),
    /// The authorizer could not reach a decision.
    Unavailable(AuthorizerUnavailable),
}

/// An [`AsyncAuthorizer`](crate::AsyncAuthorizer) or [`AccountLookup`](crate::AccountLookup) could not reach a decision,
/// such as for want of its database, or an authorizer panicked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizerUnavailable {
    why: String,
}

impl AuthorizerUnavailable {
    /// Says why, for the log.
    #[must_use]
    pub fn new(why: impl Into<String>) -> Self {
        Self { why: why.into() }
    }
}

impl AuthorizationError {
    /// Why the sender was not believed, where that is why there is no certificate.
    #[must_use]
    pub fn untrusted_peer(&self) -> Option<&UntrustedPeer> {
        match self {
            Self::CertificateMissing(missing) => missing.untrusted_peer(),
            _ => None,
        }
    }

    /// What the operator can do about it, in one sentence; `None` where the text says it.
    #[must_use]
    pub fn mend(&self) -> Option<&'static str> {
        match self {
            Self::CertificateMissing(missing) => match missing.untrusted_peer() {
                Some(peer) => peer.mend(),
                None => Some(
                    "let the gateway ask the client for a certificate and forward it; paths for everybody belong into \
                     except, or into public lines of the access table",
                ),
            },
            Self::Denied(_) => Some("if the client is meant to pass, change the rule; otherwise this refusal is right"),
            Self::PathNotNormal(_) => Some("let the client ask for the path in normal form (RFC 3986 section 6.2.2)"),
            Self::TokenNotBound(_) => Some("let the client ask for a token with the certificate that it presents here"),
            Self::Unavailable(_) => Some("look into the log of what the authorizer asks"),
        }
    }

    pub(crate) fn reason(&self) -> Reason {
        match self {
            Self::CertificateMissing(_) => Reason::CertificateMissing,
            Self::Denied(_) => Reason::RuleDenied,
            Self::PathNotNormal(_) => Reason::PathNotNormal,
            Self::TokenNotBound(_) => Reason::TokenNotBound,
            Self::Unavailable(_) => Reason::AuthorizerUnavailable,
        }
    }
}

impl fmt::Display for AuthorizationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CertificateMissing(error) => error.fmt(f),
            Self::Denied(error) => error.fmt(f),
            Self::PathNotNormal(error) => error.fmt(f),
            Self::TokenNotBound(error) => error.fmt(f),
            Self::Unavailable(error) => error.fmt(f),
        }
    }
}

impl Error for AuthorizationError {}

impl fmt::Display for AuthorizerUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "authorizer unavailable: {}", crate::escape::Escaped(&self.why))
    }
}

impl Error for AuthorizerUnavailable {}

macro_rules! from_kind {
    ($($error:ty => $variant:ident),* $(,)?) => {
        $(impl From<$error> for AuthorizationError {
            fn from(error: $error) -> Self {
                Self::$variant(error)
            }
        })*
    };
}

from_kind! {
    AuthorizerUnavailable => Unavailable,
    CertificateMissing => CertificateMissing,
    Denial => Denied,
    PathProblem => PathNotNormal,
    TokenBindingError => TokenNotBound,
}
