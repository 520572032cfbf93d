//! Stage 7: may they do this.
//!
//! **Decides** whether a request may go on without a certificate, and whether a client with one may have what it asks
//! for: by [`Rule`]s, by closures, or by an [`AccessTable`] of paths.
//! **Trusts** the identity of stage 6, its evidence, and the method and path of the request. Values that the client
//! chooses, such as headers, only where a rule names them.
//! **Refuses** absence where a certificate is required; whatever a rule does not clearly allow; under an access table
//! every path without a rule, every method without one, and every path that has more than one reading.
//! **Standard:** RFC 9110 section 15.5.2 (status 401); RFC 3986 section 6.2.2 (normal form of paths); RFC 8705 (tokens
//! bound to certificates, clients known by certificates).
//!
//! Nothing here is remembered: rules run on every request, whatever is known of the certificate.

mod access_request;
mod account_lookup;
mod async_access_request;
mod async_authorizer;
mod authorizer;
mod denial;
mod error;
mod oauth_client;
mod path;
mod presence;
mod rule;
#[cfg(any(test, feature = "config"))]
mod sample;
mod table;
#[cfg(test)]
mod tests;
mod token_binding;

pub use self::access_request::AccessRequest;
pub(crate) use self::access_request::{Parameters, RequestFacts, RequestValues};
pub use self::account_lookup::AccountLookup;
pub use self::async_access_request::AsyncAccessRequest;
pub(crate) use self::async_access_request::HeldRequest;
pub use self::async_authorizer::AsyncAuthorizer;
pub use self::authorizer::{Authorizer, IntoDecision};
pub use self::denial::Denial;
pub use self::error::{AuthorizationError, AuthorizerUnavailable};
pub use self::oauth_client::{PresentedCertificate, RegisteredKeys, TlsClientAuth};
pub use self::path::PathProblem;
pub use self::presence::CertificateMissing;
pub(crate) use self::presence::{Absence, Presence};
#[cfg(any(fuzzing, test))]
pub(crate) use self::rule::Truth;
pub use self::rule::{DistinguishedNamePattern, DnsPattern, RequestValue, Rule, TextPattern};
#[cfg(feature = "config")]
pub use self::table::AccessDocument;
pub use self::table::{AccessTable, AccessTableBuilder};
#[cfg(feature = "config")]
pub(crate) use self::table::{RuleTable, TestTable, authority};
pub use self::token_binding::{Thumbprint, TokenBindingError, TokenClaims};
