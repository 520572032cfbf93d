//! Why a request was refused: one stable code per reason, with the stage that found it, whose fault it is and the
//! default answer.

use std::fmt;

use http::StatusCode;

pub use crate::grpc_code::GrpcCode;
pub use crate::stage::{Fault, Stage};

/// Why a request was refused.
///
/// The [code](Self::code) is stable: it stands in logs, counters and dashboards, and never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Reason {
    /// The sender proved to be several gateways, and such requests are configured to be refused.
    SenderAmbiguous,
    /// The header came from where a gateway sends, without a second factor that is demanded there, and such requests
    /// are configured to be refused.
    SenderUnproven,
    /// The header came from an address that is no gateway, and such requests are configured to be refused.
    UntrustedPeer,

    /// The gateway says in a header of its own that the certificate failed its check.
    GatewayReportedFailure,
    /// The gateway sent two certificates where the encoding knows one value: a comma inside the header.
    HeaderMerged,
    /// A `Connection` header names the certificate header, so that a hop could drop it (RFC 9110 section 7.6.1).
    HeaderNamedByConnection,
    /// The certificate header is there more than once.
    HeaderRepeated,
    /// The certificate headers are larger than the limit.
    HeaderTooLarge,
    /// A chain, or a second header with the certificate, came without the certificate header (RFC 9440 section 2.3).
    LeafMissing,

    /// The value is not strict base64.
    Base64Malformed,
    /// The value is not an RFC 9440 byte sequence.
    ByteSequenceMalformed,
    /// The bytes are no X.509 certificate, or hold a field that cannot be read.
    CertificateMalformed,
    /// The bytes are not one DER value from the first to the last byte.
    DerMalformed,
    /// The value begins like no encoding that is accepted here.
    EncodingUnrecognized,
    /// The value is not hexadecimal digits in pairs.
    HexMalformed,
    /// Two headers that carry the client's certificate differ.
    LeafHeadersDiffer,
    /// The value is not PEM with certificates and nothing else.
    PemMalformed,
    /// A percent escape is incomplete, or stands for a byte that cannot occur in a certificate header.
    PercentEncodingMalformed,
    /// The gateway sent the name of a variable in place of its value.
    PlaceholderUnexpanded,
    /// More certificates than the limit.
    TooManyCertificates,
    /// An XFCC element contradicts itself.
    XfccContradictory,
    /// An XFCC value has another number of elements than expected.
    XfccElementAmbiguous,
    /// The value is no XFCC value.
    XfccMalformed,

    /// A signature of the path uses an algorithm or key that is not accepted.
    AlgorithmUnsupported,
    /// The client presented a certificate of a certification authority.
    CaCertificate,
    /// A certificate has a critical extension that cannot be honoured (RFC 5280 section 4.2).
    CriticalExtensionUnsupported,
    /// A certificate of the path is past its `notAfter`.
    Expired,
    /// The path is valid, but its issuer is not among those allowed.
    IssuerNotAllowed,
    /// A certificate of the path was issued by one that is no certification authority.
    IssuerNotCa,
    /// No path leads to a trust anchor.
    IssuerUnknown,
    /// A key of the path is on the list of keys known to be compromised.
    KeyDistrusted,
    /// A name in the path is outside the name constraints of an issuer, or they cannot be evaluated.
    NameConstraintViolated,
    /// The certificate was not issued for client authentication.
    NotForClientUse,
    /// A certificate of the path is before its `notBefore`.
    NotYetValid,
    /// The path is longer than an issuer or the limit allows.
    PathLengthExceeded,
    /// The search for a path was given up at its limit of work.
    PathTooComplex,
    /// A signature of the path does not match.
    SignatureInvalid,
    /// A certificate's `notBefore` is later than its `notAfter`.
    ValidityInvalid,
    /// A certificate is not of version 3.
    VersionUnsupported,
    /// A certificate of the path has a field in a form that path validation does not read.
    CertificateUnsupported,
    /// The issuer's name is that of a known authority, but not octet for octet.
    IssuerNameSpelling,
    /// A key of the path is of a kind or size that is not accepted.
    KeyUnacceptable,
    /// A key of the path may not be used for what it is used for (RFC 5280 section 4.2.1.3).
    KeyUsageUnsuitable,
    /// The certificate is valid for longer than the limit.
    LifetimeTooLong,
    /// An authority constrains names of a kind that cannot be evaluated.
    NameConstraintUnsupported,
    /// The path is valid, but the certificate is not among those pinned.
    NotPinned,
    /// The path has more authorities than the layer is set to allow.
    PathTooDeep,
    /// A certificate has a critical policy extension, and policy constraints are not evaluated.
    PolicyExtensionCritical,
    /// The policies that are required do not hold along the path.
    PolicyMissing,
    /// A certificate breaks a rule of the strict profile that its anchors ask for.
    ProfileViolated,
    /// The certificate has a SPIFFE ID that is malformed, or is not its only URI.
    SpiffeIdInvalid,
    /// No anchors are known for the trust domain of the SPIFFE ID.
    TrustDomainUnknown,

    /// A certificate or key of the path is on the operator's deny-list.
    DenyListed,
    /// No source says whether a certificate of the path is revoked.
    RevocationNoSource,
    /// The source that would say whether a certificate of the path is revoked is past its next update.
    RevocationStale,
    /// A certificate of the path was revoked.
    Revoked,

    /// A name in the certificate cannot serve as an identity.
    NameUnusable,

    /// A certificate is required and none was presented.
    CertificateMissing,

    /// The clock shows a time that cannot be compared with a certificate.
    ClockUnusable,
    /// An identity was asked for where no `ClientCertLayer` had run.
    LayerMissing,
    /// A `ClientCertLayer` stands inside another.
    LayerNested,
}

impl Reason {
    /// Every reason there is.
    pub const ALL: &'static [Self] = &[
        Self::SenderAmbiguous,
        Self::SenderUnproven,
        Self::UntrustedPeer,
        Self::GatewayReportedFailure,
        Self::HeaderMerged,
        Self::HeaderNamedByConnection,
        Self::HeaderRepeated,
        Self::HeaderTooLarge,
        Self::LeafMissing,
        Self::Base64Malformed,
        Self::ByteSequenceMalformed,
        Self::CertificateMalformed,
        Self::DerMalformed,
        Self::EncodingUnrecognized,
        Self::HexMalformed,
        Self::LeafHeadersDiffer,
        Self::PemMalformed,
        Self::PercentEncodingMalformed,
        Self::PlaceholderUnexpanded,
        Self::TooManyCertificates,
        Self::XfccContradictory,
        Self::XfccElementAmbiguous,
        Self::XfccMalformed,
        Self::AlgorithmUnsupported,
        Self::CaCertificate,
        Self::CriticalExtensionUnsupported,
        Self::Expired,
        Self::IssuerNotAllowed,
        Self::IssuerNotCa,
        Self::IssuerUnknown,
        Self::KeyDistrusted,
        Self::NameConstraintViolated,
        Self::NotForClientUse,
        Self::NotYetValid,
        Self::PathLengthExceeded,
        Self::PathTooComplex,
        Self::SignatureInvalid,
        Self::ValidityInvalid,
        Self::VersionUnsupported,
        Self::CertificateUnsupported,
        Self::IssuerNameSpelling,
        Self::KeyUnacceptable,
        Self::KeyUsageUnsuitable,
        Self::LifetimeTooLong,
        Self::NameConstraintUnsupported,
        Self::NotPinned,
        Self::PathTooDeep,
        Self::PolicyExtensionCritical,
        Self::PolicyMissing,
        Self::ProfileViolated,
        Self::SpiffeIdInvalid,
        Self::TrustDomainUnknown,
        Self::DenyListed,
        Self::RevocationNoSource,
        Self::RevocationStale,
        Self::Revoked,
        Self::NameUnusable,
        Self::CertificateMissing,
        Self::ClockUnusable,
        Self::LayerMissing,
        Self::LayerNested,
    ];

    /// The stable code, in kebab case.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::SenderAmbiguous => "sender-ambiguous",
            Self::SenderUnproven => "sender-unproven",
            Self::UntrustedPeer => "untrusted-peer",
            Self::GatewayReportedFailure => "gateway-reported-failure",
            Self::HeaderMerged => "header-merged",
            Self::HeaderNamedByConnection => "header-named-by-connection",
            Self::HeaderRepeated => "header-repeated",
            Self::HeaderTooLarge => "header-too-large",
            Self::LeafMissing => "leaf-missing",
            Self::Base64Malformed => "base64-malformed",
            Self::ByteSequenceMalformed => "byte-sequence-malformed",
            Self::CertificateMalformed => "certificate-malformed",
            Self::DerMalformed => "der-malformed",
            Self::EncodingUnrecognized => "encoding-unrecognized",
            Self::HexMalformed => "hex-malformed",
            Self::LeafHeadersDiffer => "leaf-headers-differ",
            Self::PemMalformed => "pem-malformed",
            Self::PercentEncodingMalformed => "percent-encoding-malformed",
            Self::PlaceholderUnexpanded => "placeholder-unexpanded",
            Self::TooManyCertificates => "too-many-certificates",
            Self::XfccContradictory => "xfcc-contradictory",
            Self::XfccElementAmbiguous => "xfcc-element-ambiguous",
            Self::XfccMalformed => "xfcc-malformed",
            Self::AlgorithmUnsupported => "algorithm-unsupported",
            Self::CaCertificate => "ca-certificate",
            Self::CriticalExtensionUnsupported => "critical-extension-unsupported",
            Self::Expired => "expired",
            Self::IssuerNotAllowed => "issuer-not-allowed",
            Self::IssuerNotCa => "issuer-not-ca",
            Self::IssuerUnknown => "issuer-unknown",
            Self::KeyDistrusted => "key-distrusted",
            Self::NameConstraintViolated => "name-constraint-violated",
            Self::NotForClientUse => "not-for-client-use",
            Self::NotYetValid => "not-yet-valid",
            Self::PathLengthExceeded => "path-length-exceeded",
            Self::PathTooComplex => "path-too-complex",
            Self::SignatureInvalid => "signature-invalid",
            Self::ValidityInvalid => "validity-invalid",
            Self::VersionUnsupported => "version-unsupported",
            Self::CertificateUnsupported => "certificate-unsupported",
            Self::IssuerNameSpelling => "issuer-name-spelling",
            Self::KeyUnacceptable => "key-unacceptable",
            Self::KeyUsageUnsuitable => "key-usage-unsuitable",
            Self::LifetimeTooLong => "lifetime-too-long",
            Self::NameConstraintUnsupported => "name-constraint-unsupported",
            Self::NotPinned => "not-pinned",
            Self::PathTooDeep => "path-too-deep",
            Self::PolicyExtensionCritical => "policy-extension-critical",
            Self::PolicyMissing => "policy-missing",
            Self::ProfileViolated => "profile-violated",
            Self::SpiffeIdInvalid => "spiffe-id-invalid",
            Self::TrustDomainUnknown => "trust-domain-unknown",
            Self::DenyListed => "deny-listed",
            Self::RevocationNoSource => "revocation-no-source",
            Self::RevocationStale => "revocation-stale",
            Self::Revoked => "revoked",
            Self::NameUnusable => "name-unusable",
            Self::CertificateMissing => "certificate-missing",
            Self::ClockUnusable => "clock-unusable",
            Self::LayerMissing => "layer-missing",
            Self::LayerNested => "layer-nested",
        }
    }

    /// The stage that refuses for this reason.
    #[must_use]
    pub const fn stage(self) -> Stage {
        match self {
            Self::SenderAmbiguous | Self::SenderUnproven | Self::UntrustedPeer => Stage::Gateway,
            Self::GatewayReportedFailure
            | Self::HeaderMerged
            | Self::HeaderNamedByConnection
            | Self::HeaderRepeated
            | Self::HeaderTooLarge
            | Self::LeafMissing => Stage::Header,
            Self::Base64Malformed
            | Self::ByteSequenceMalformed
            | Self::CertificateMalformed
            | Self::DerMalformed
            | Self::EncodingUnrecognized
            | Self::HexMalformed
            | Self::LeafHeadersDiffer
            | Self::PemMalformed
            | Self::PercentEncodingMalformed
            | Self::PlaceholderUnexpanded
            | Self::TooManyCertificates
            | Self::XfccContradictory
            | Self::XfccElementAmbiguous
            | Self::XfccMalformed => Stage::Encoding,
            Self::AlgorithmUnsupported
            | Self::CaCertificate
            | Self::CriticalExtensionUnsupported
            | Self::Expired
            | Self::IssuerNotAllowed
            | Self::IssuerNotCa
            | Self::IssuerUnknown
            | Self::KeyDistrusted
            | Self::NameConstraintViolated
            | Self::NotForClientUse
            | Self::NotYetValid
            | Self::PathLengthExceeded
            | Self::PathTooComplex
            | Self::SignatureInvalid
            | Self::ValidityInvalid
            | Self::VersionUnsupported
            | Self::CertificateUnsupported
            | Self::IssuerNameSpelling
            | Self::KeyUnacceptable
            | Self::KeyUsageUnsuitable
            | Self::LifetimeTooLong
            | Self::NameConstraintUnsupported
            | Self::NotPinned
            | Self::PathTooDeep
            | Self::PolicyExtensionCritical
            | Self::PolicyMissing
            | Self::ProfileViolated
            | Self::SpiffeIdInvalid
            | Self::TrustDomainUnknown => Stage::Validation,
            Self::DenyListed | Self::RevocationNoSource | Self::RevocationStale | Self::Revoked => Stage::Revocation,
            Self::NameUnusable => Stage::Identity,
            Self::CertificateMissing => Stage::Authorization,
            Self::ClockUnusable | Self::LayerMissing | Self::LayerNested => Stage::Setup,
        }
    }

    /// Whose mistake it is, as far as one request can tell.
    #[must_use]
    pub const fn fault(self) -> Fault {
        match self {
            Self::GatewayReportedFailure => Fault::Client,
            Self::RevocationNoSource | Self::RevocationStale => Fault::Service,
            _ => match self.stage() {
                Stage::Gateway | Stage::Header | Stage::Encoding => Fault::Gateway,
                Stage::Validation | Stage::Revocation | Stage::Identity | Stage::Authorization => Fault::Client,
                Stage::Setup => Fault::Service,
            },
        }
    }

    /// The status of the answer unless overridden: 401 for no certificate, 400 for malformed or ambiguous input, 431
    /// for too large (RFC 6585 section 5), 403 for a certificate presented and refused, 503 where nothing says whether it
    /// is revoked, 500 for a wrong set-up.
    #[must_use]
    pub const fn default_status(self) -> StatusCode {
        match self {
            Self::CertificateMissing => StatusCode::UNAUTHORIZED,
            Self::GatewayReportedFailure => StatusCode::FORBIDDEN,
            Self::HeaderTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::RevocationNoSource | Self::RevocationStale => StatusCode::SERVICE_UNAVAILABLE,
            _ => match self.stage() {
                Stage::Header | Stage::Encoding | Stage::Identity => StatusCode::BAD_REQUEST,
                Stage::Gateway | Stage::Validation | Stage::Revocation | Stage::Authorization => StatusCode::FORBIDDEN,
                Stage::Setup => StatusCode::INTERNAL_SERVER_ERROR,
            },
        }
    }

    /// The gRPC code of the answer unless overridden.
    #[must_use]
    pub const fn default_grpc_code(self) -> GrpcCode {
        match self {
            Self::CertificateMissing | Self::GatewayReportedFailure => GrpcCode::UNAUTHENTICATED,
            Self::HeaderTooLarge => GrpcCode::RESOURCE_EXHAUSTED,
            Self::RevocationNoSource | Self::RevocationStale => GrpcCode::UNAVAILABLE,
            _ => match self.stage() {
                Stage::Header | Stage::Encoding | Stage::Identity => GrpcCode::INVALID_ARGUMENT,
                Stage::Gateway | Stage::Validation | Stage::Revocation => GrpcCode::UNAUTHENTICATED,
                Stage::Authorization => GrpcCode::PERMISSION_DENIED,
                Stage::Setup => GrpcCode::INTERNAL,
            },
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
