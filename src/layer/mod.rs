//! The Tower layer.
//!
//! A request passes when, and only when, one of these holds:
//!
//! 1. Its peer is a gateway, it carries exactly one certificate header, and the certificate passes every configured
//!    check. Handlers see a [`ClientIdentity`](crate::ClientIdentity).
//! 2. Its peer is a gateway, it carries no certificate, and none is required. Handlers see that it is anonymous.
//! 3. Its peer is no gateway and no certificate is required. Whatever it claimed was removed unread; handlers see that
//!    it is anonymous.
//!
//! # Deployment caveat
//!
//! Add the layer last, so that it is outermost: nothing inside then sees the raw header. A layer that overwrites
//! `ConnectInfo` with an address from `X-Forwarded-For` must not stand outside of it, because the client chooses that
//! address.

mod advice;
mod asks;
mod authentication;
#[cfg(feature = "fetch")]
mod background;
mod builder;
mod client_cert_future;
mod effective;
mod explain;
mod future;
mod handle;
mod in_force;
mod limit_options;
mod marks;
mod memory_options;
mod operation_options;
mod peer_address;
mod protocol;
mod refusal;
#[cfg(feature = "config")]
mod reload;
mod replacement;
mod require;
mod response_body;
mod revocation_options;
mod service;
mod validation_options;
#[cfg(feature = "config")]
mod watcher;

use std::sync::Arc;

use tower::Layer;

pub use self::authentication::Authentication;
pub use self::builder::ClientCertLayerBuilder;
pub use self::client_cert_future::ClientCertFuture;
pub use self::future::ResponseFuture;
pub use self::handle::ClientCertHandle;
use self::in_force::InForce;
#[cfg(feature = "axum")]
pub(crate) use self::protocol::Protocol;
pub use self::refusal::Refusal;
#[cfg(any(feature = "axum", feature = "tonic"))]
pub(crate) use self::refusal::Refusals;
#[cfg(feature = "config")]
pub(crate) use self::reload::Blueprint;
#[cfg(feature = "config")]
pub use self::reload::Reload;
pub use self::replacement::TrustReplacement;
pub use self::require::{
    AccessTableHandle, AuthenticatedUser, RequireAccountLayer, RequireClientCert, RequireClientCertAsync,
    RequireClientCertAsyncFuture, RequireClientCertAsyncLayer, RequireClientCertLayer,
};
pub use self::response_body::ResponseBody;
pub use self::service::ClientCert;
#[cfg(feature = "config")]
pub(crate) use self::service::Shared;
#[cfg(feature = "config")]
pub use self::watcher::ReloadWatcher;
use crate::error::ConfigError;
use crate::gateway::Gateway;
use crate::validation::TrustAnchors;

/// Turns the certificate header of a gateway into a [`ClientIdentity`](crate::ClientIdentity), or refuses the request.
///
/// With every default:
///
/// ```no_run
/// use tower_client_cert::{ClientCertLayer, Gateway, TrustAnchors};
///
/// let gateway = Gateway::azure_application_gateway(["10.1.0.0/24"])?;
/// let anchors = TrustAnchors::from_pem_file("partner-ca.pem")?;
/// let client_cert = ClientCertLayer::builder(gateway, anchors).build()?;
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
///
/// For a service that only clients of one authority may reach, with a health page for the gateway's probe:
///
/// ```no_run
/// use tower_client_cert::{ClientCertLayer, Gateway, Intermediates, IssuedBy, TrustAnchors};
///
/// let gateway = Gateway::nginx(["10.1.0.7"])?;
/// let anchors = TrustAnchors::from_pem_file("roots.pem")?
///     .labelled("roots")
///     .and(TrustAnchors::from_pem_file("partner-ca.pem")?.labelled("partner"));
/// let client_cert = ClientCertLayer::builder(gateway, anchors)
///     .intermediates(Intermediates::from_pem_file("partner-issuers.pem")?)
///     .only_issued_by([IssuedBy::label("partner")])
///     .required()
///     .except(["/healthz"])
///     .build()?;
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ClientCertLayer {
    in_force: Arc<InForce>,
}

impl ClientCertLayer {
    /// Starts with who may send certificates, and where their paths may end.
    pub fn builder(gateway: Gateway, anchors: TrustAnchors) -> ClientCertLayerBuilder {
        ClientCertLayerBuilder::new(gateway, anchors)
    }

    /// A handle that replaces trust at run time and reads counts.
    #[must_use]
    pub fn handle(&self) -> ClientCertHandle {
        ClientCertHandle::new(Arc::clone(&self.in_force))
    }

    /// Puts the first generation in force, and begins what goes on beside requests.
    #[cfg_attr(
        not(feature = "fetch"),
        expect(clippy::unnecessary_wraps, reason = "what begins with the feature can fail")
    )]
    fn start(in_force: InForce) -> Result<Self, ConfigError> {
        let in_force = Arc::new(in_force);
        #[cfg(feature = "fetch")]
        in_force.start_fetching()?;
        Ok(Self { in_force })
    }

    /// A layer that can be reloaded.
    #[cfg(feature = "config")]
    pub(crate) fn reloadable(first: Shared, blueprint: Box<dyn Blueprint>) -> Result<Self, ConfigError> {
        Self::start(InForce::reloadable(first, blueprint))
    }
}

impl<S> Layer<S> for ClientCertLayer {
    type Service = ClientCert<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ClientCert::new(inner, Arc::clone(&self.in_force))
    }
}
