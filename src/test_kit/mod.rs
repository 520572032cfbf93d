//! For the tests of services that use this crate: authorities, certificates, gateways and clients, all in memory.
//!
//! A service with a rule, tested without a gateway:
//!
//! ```
//! # #[cfg(feature = "axum")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use axum::{Router, body::Body, http::Request, routing::get};
//! # use tower::ServiceExt as _;
//! # use tower_client_cert::test_kit::{TestAuthority, TestGateway, assert_not_refused, assert_refused};
//! # use tower_client_cert::{ClientCertLayer, Gateway, Reason, RequireClientCertLayer, Rule};
//! # fn app(client_cert: ClientCertLayer) -> Router {
//! #     let partner = RequireClientCertLayer::rule(Rule::organization("Big Partner Foo SA"));
//! #     Router::new().route("/orders", get(async || "orders").layer(partner)).layer(client_cert)
//! # }
//! let authority = TestAuthority::new("partner");
//! let gateway = TestGateway::new(Gateway::nginx(["10.1.0.0/24"])?);
//! let app = app(ClientCertLayer::builder(gateway.gateway(), authority.anchors()).build()?);
//! for (organization, refused) in [("Big Partner Foo SA", None), ("Somebody Else", Some(Reason::RuleDenied))] {
//!     let client = authority.client("orders-svc").organization(organization).issue();
//!     let request = gateway.forward(Request::get("/orders").body(Body::empty())?, &client);
//!     let answer = app.clone().oneshot(request).await?;
//!     refused.map_or_else(|| assert_not_refused(&answer), |reason| assert_refused(&answer, reason));
//! }
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "axum"))]
//! # fn main() {}
//! ```
//!
//! The guide is `docs/testing.md` of the repository.
//!
//! # It is not in your release
//!
//! The feature `test-kit` belongs into `[dev-dependencies]`. Wherever else it gets switched on, nothing follows from
//! it:
//!
//! - This module exists in builds with debug assertions alone. In a release build, code that names it does not compile.
//!   To test in release mode, set `RUSTFLAGS="--cfg tower_client_cert_test_kit"`.
//! - Nothing outside of this module knows of the feature. It takes the same way through the layer as everybody: there
//!   is no door to an identity but the whole line, and [`TestIdentity`] goes through it with trust of its own.
//! - Its keys are made anew in each process. There is none that somebody could trust by mistake.
//!
//! # Panics
//!
//! What cannot be set up fails the test at the line that asked for it, with the reason.

mod asserts;
mod authority;
mod builder;
mod certificate;
mod clock;
mod der;
mod gateway;
mod identity;
mod key;
mod ocsp_answer;
#[cfg(feature = "fetch")]
mod ocsp_responder;
mod revocation_list;
mod wire;

use std::fmt::Display;

#[cfg(feature = "tonic")]
pub use self::asserts::assert_status_refused;
pub use self::asserts::{assert_not_refused, assert_refused};
pub use self::authority::TestAuthority;
pub use self::builder::TestCertificateBuilder;
pub use self::certificate::TestCertificate;
pub use self::clock::TestClock;
pub use self::gateway::TestGateway;
pub use self::identity::{TestIdentity, TestIdentityLayer, TestIdentityService};
pub use self::ocsp_answer::TestOcspAnswer;
#[cfg(feature = "fetch")]
pub use self::ocsp_responder::{OcspFault, TestOcspResponder};
pub use self::revocation_list::TestRevocationList;

/// The value, or the end of the test.
#[track_caller]
fn must<T>(result: Result<T, impl Display>, what: &str) -> T {
    result.unwrap_or_else(|error| fail(format!("{what}: {error}")))
}

/// Fails the test.
#[track_caller]
#[expect(clippy::panic, clippy::needless_pass_by_value, reason = "how a test fails; callers have the text made")]
fn fail(text: String) -> ! {
    panic!("test kit: {text}")
}
