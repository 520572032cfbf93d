//! A Tower layer for axum and tonic services behind a TLS-terminating gateway. The gateway ends the client's TLS
//! connection and forwards the client's certificate in an HTTP header; this crate accepts that header **only from the
//! gateway's own addresses**, removes it from every request, decodes it, **validates the certificate again**, and hands
//! your handlers an identity.
//!
//! *A certificate is public, so the header is a bearer credential made of public data: whoever may send it through a
//! trusted address owns every identity. Validating again narrows the damage of a wrong gateway configuration. It never
//! repairs a wrong answer to "who sent this?".*
//!
//! | | Step | Proof | Refusal |
//! |---|---|---|---|
//! | 1 | who sent it: [`Gateway`], [`GatewayPeer`] | the connection is a gateway's: its own address or user, and every second factor | [`UntrustedPeer`] |
//! | 2 | which header | exactly one, removed | [`HeaderError`] |
//! | 3 | decode: [`Encoding`] | one certificate, and candidates for its path | [`EncodingError`] |
//! | 4 | validate: [`TrustAnchors`], [`Intermediates`], [`IssuedBy`] | a path to an anchor, in date, for clients | [`ValidationError`] |
//! | 5 | revocation: [`DenyList`], [`RevocationLists`], [`OcspAnswers`] | no certificate of a path is denied or revoked | [`RevocationError`] |
//! | 6 | identify: [`ClientIdentity`] | names that can be relied upon | [`IdentityError`] |
//! | 7 | authorize: [`RequireClientCertLayer`], [`Rule`], [`AccessTable`] | a certificate where one is required, and a rule that says yes | [`CertificateMissing`], [`AuthorizationError`] |
//!
//! [`ClientCertLayer`] is the way in; each refusal is a [`Rejection`] with a [`Reason`].
//!
//! # axum
//!
//! ```no_run
//! # #[cfg(feature = "axum")]
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use axum::{Router, routing::get};
//! use tower_client_cert::{ClientCertLayer, ClientIdentity, Gateway, GatewayPeer, TrustAnchors};
//!
//! async fn hello(identity: ClientIdentity) -> String {
//!     format!("hello {}", identity.subject().organization().unwrap_or("?"))
//! }
//!
//! let gateway = Gateway::azure_application_gateway(["10.1.0.0/24"])?;
//! let anchors = TrustAnchors::from_pem_file("partner-ca.pem")?.labelled("partner");
//! let client_cert = ClientCertLayer::builder(gateway, anchors).build()?;
//! let app = Router::new().route("/", get(hello)).layer(client_cert); // last, so that it is outermost
//! let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await?;
//! axum::serve(listener, app.into_make_service_with_connect_info::<GatewayPeer>()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # tonic
//!
//! ```no_run
//! # #[cfg(feature = "tonic")]
//! # async fn example(client_cert: tower_client_cert::ClientCertLayer, orders: tonic::service::Routes) -> Result<(), tonic::transport::Error> {
//! use tonic::transport::Server;
//! use tonic::{Request, Response, Status};
//! use tower_client_cert::tonic::ClientIdentityExt as _;
//!
//! async fn get(request: Request<()>) -> Result<Response<String>, Status> {
//!     let identity = request.client_identity()?;
//!     Ok(Response::new(identity.subject().to_string()))
//! }
//!
//! Server::builder().layer(client_cert).add_routes(orders).serve(([0, 0, 0, 0], 8080).into()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! Features add; none changes what is accepted.
//!
//! - `aws-lc-rs` (default) and `ring`: signature algorithms.
//! - `axum` (default) and `tonic`: the glue for these frameworks.
//! - `serde`: identities and evidence are serializable.
//! - `config`: a layer from one TOML file; access tables from any format of serde.
//! - `cli`: the program `client-cert`, which tells why a request was refused; `Inspection` in code.
//! - `json-schema`: the schema of that file.
//! - `regex`: regular expressions in rules.
//! - `ocsp`: answers of OCSP responders.
//! - `audit`: one record per decision, into a file or a sink.
//! - `whoami`: a page that shows the caller who it is, for axum.
//! - `fetch`: revocation lists come over the network, through a client of your own, and replicas share them.
//! - `http-client` and `https-client`: that client, with guards against addresses that must not be reached.
//! - `metrics`: the recorder of the crate of that name is told what is decided.
//! - `test-kit`: for your own tests, and missing from release builds.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod certificate;
pub mod evidence;

mod advice;
#[cfg_attr(not(feature = "audit"), path = "audit/off.rs")]
mod audit;
mod authenticator;
mod authorization;
#[cfg(feature = "axum")]
mod axum;
mod clock;
#[cfg(feature = "config")]
mod config;
#[allow(dead_code, reason = "written with where rules are tried, responders asked or services tested, each a feature")]
mod der_writer;
#[cfg(feature = "config")]
mod document;
#[cfg(doctest)]
mod documents;
mod encoding;
mod error;
mod escape;
mod events;
mod explain;
#[cfg(any(fuzzing, test))]
#[doc(hidden)]
pub mod fuzzing;
mod gate;
mod gateway;
mod grpc_code;
mod header;
mod horizon;
mod identity;
#[cfg(feature = "cli")]
mod inspect;
mod keyed_hash;
mod layer;
mod policy;
mod re_emission;
mod readiness;
mod reason;
mod rejection;
mod revocation;
mod snapshot;
mod stage;
#[cfg(all(
    feature = "test-kit",
    any(feature = "aws-lc-rs", feature = "ring"),
    any(debug_assertions, tower_client_cert_test_kit)
))]
pub mod test_kit;
#[cfg(feature = "tonic")]
pub mod tonic;
mod utc;
mod validation;
mod verdict_cache;
#[cfg(feature = "whoami")]
pub mod whoami;

pub use advice::{Advice, AdviceCode};
#[cfg(feature = "audit")]
pub use audit::{Audit, AuditDecision, AuditFile, AuditLost, AuditRecord, AuditSink, RequestIds};
#[cfg(feature = "config")]
pub use authorization::AccessDocument;
pub use authorization::{
    AccessRequest, AccessTable, AccessTableBuilder, AccountLookup, AsyncAccessRequest, AsyncAuthorizer,
    AuthorizationError, Authorizer, AuthorizerUnavailable, CertificateMissing, Denial, DistinguishedNamePattern,
    DnsPattern, IntoDecision, PathProblem, PresentedCertificate, RegisteredKeys, RequestValue, Rule, TextPattern,
    Thumbprint, TlsClientAuth, TokenBindingError, TokenClaims,
};
pub use clock::{Clock, SystemClock};
#[cfg(feature = "config")]
pub use config::ClientCertConfig;
pub use encoding::{Encoding, EncodingError, XfccElement};
pub use error::{
    AddressRangeProblem, CertificateProblem, ConfigError, DocumentError, DocumentProblem, FetchUrlProblem,
    HeaderNameProblem, OcspAnswerError, OcspAnswerProblem, Origin, PemProblem, ResponderStatus, RevocationListError,
    RevocationListProblem, SecretOrigin, SecretProblem, SenderProblem,
};
pub use events::Counts;
pub use explain::{Explanation, Step, StepOutcome};
pub use gateway::facts as gateway_facts;
pub use gateway::{
    AddressRange, Gateway, GatewayCertificate, GatewayCertificateError, GatewayCertificateMatcher,
    GatewayCertificateName, GatewayPeer, IntoAddressRange, SecondFactorError, Secret, SecretHeaderError, SenderProof,
    StatusFormat, UnixPeers, UntrustedPeer,
};
pub use header::HeaderError;
pub use identity::{CertificationPath, ClientIdentity, IdentityError, TrustedBy};
#[cfg(feature = "cli")]
pub use inspect::{FieldContent, InspectedCertificate, InspectedField, InspectedHeaders, Inspection, Trip};
pub use layer::{
    AccessTableHandle, AuthenticatedUser, Authentication, ClientCert, ClientCertFuture, ClientCertHandle,
    ClientCertLayer, ClientCertLayerBuilder, Refusal, RequireAccountLayer, RequireClientCert, RequireClientCertAsync,
    RequireClientCertAsyncFuture, RequireClientCertAsyncLayer, RequireClientCertLayer, ResponseBody, ResponseFuture,
    TrustReplacement,
};
#[cfg(feature = "config")]
pub use layer::{Reload, ReloadWatcher};
pub use policy::{EffectivePolicy, PolicyEntry};
pub use readiness::{Expiry, ExpiryKind, Readiness, ReadinessProblem, UnreachableSource};
pub use reason::{Fault, GrpcCode, Reason, Stage};
pub use rejection::{Rejection, SetupError};
#[cfg(feature = "http-client")]
pub use revocation::HttpFetcher;
#[cfg(feature = "fetch")]
pub use revocation::{
    AllowedHosts, DirectoryStore, Fetch, FetchError, FetchPost, FetchRequest, FetchUrl, FetchValidators, Fetched,
    FetchedCrls, FetchedOctets, Fetching, GuardedFetch, RevocationStore, StoreError, StoreKey, Storing,
};
#[cfg(feature = "ocsp")]
pub use revocation::{CertIdHash, OcspMethod, OcspNonce, OcspResponder};
pub use revocation::{
    DenyList, DenyListMatch, OcspAnswers, RevocationError, RevocationListInForce, RevocationLists, RevocationMode,
    RevocationPolicy, RevocationProblem, RevocationReason, RevocationScope,
};
pub use validation::{
    Intermediates, IssuedBy, KeyKind, KeyPolicy, PathCertificate, Pin, PinKind, PinnedCertificates, Place,
    RequiredPolicies, TrustAnchor, TrustAnchors, ValidationBusy, ValidationError, ValidationProblem,
};
