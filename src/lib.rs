//! Tower layer that accepts a client certificate forwarded by a TLS-terminating gateway, validates it again and hands
//! handlers an identity.

pub mod certificate;
pub mod evidence;

mod authenticator;
mod authorization;
#[cfg(feature = "axum")]
mod axum;
mod clock;
mod encoding;
mod error;
mod escape;
mod events;
mod gateway;
mod header;
mod identity;
mod layer;
mod reason;
mod rejection;
mod revocation;
mod snapshot;
#[cfg(feature = "tonic")]
pub mod tonic;
mod utc;
mod validation;

pub use authorization::CertificateMissing;
pub use clock::{Clock, SystemClock};
pub use encoding::{Encoding, EncodingError};
pub use error::{AddressRangeProblem, CertificateProblem, ConfigError, Origin, PemProblem};
pub use events::Counts;
pub use gateway::{AddressRange, Gateway, GatewayPeer, IntoAddressRange, UntrustedPeer};
pub use header::HeaderError;
pub use identity::{CertificationPath, ClientIdentity, IdentityError};
pub use layer::{
    Authentication, ClientCert, ClientCertHandle, ClientCertLayer, ClientCertLayerBuilder, Refusal, ResponseBody,
    ResponseFuture,
};
pub use reason::{Fault, GrpcCode, Reason, Stage};
pub use rejection::{Rejection, SetupError};
pub use validation::{
    Intermediates, IssuedBy, PathCertificate, Place, TrustAnchor, TrustAnchors, ValidationError, ValidationProblem,
};
