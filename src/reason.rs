//! Why a request was refused: one stable code per reason, with the stage that found it, whose fault it is and the
//! default answer.

use std::fmt;

use http::StatusCode;

pub use crate::grpc_code::GrpcCode;
pub use crate::stage::{Fault, Stage};

/// Makes the enum, the list of all and the two look-ups from one table: stage, variant, code.
macro_rules! reasons {
    ($($stage:ident { $($(#[doc = $doc:literal])* $variant:ident => $code:literal,)* })*) => {
        /// Why a request was refused.
        ///
        /// The [code](Self::code) is stable: it stands in logs, counters and dashboards, and never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Reason {
            $($($(#[doc = $doc])* $variant,)*)*
        }

        impl Reason {
            /// Every reason there is, in the order of the stages.
            pub const ALL: &'static [Self] = &[$($(Self::$variant,)*)*];

            /// The stable code, in kebab case.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $($(Self::$variant => $code,)*)*
                }
            }

            /// The stage that refuses for this reason.
            #[must_use]
            pub const fn stage(self) -> Stage {
                match self {
                    $($(Self::$variant)|* => Stage::$stage,)*
                }
            }
        }
    };
}

reasons! {
    Gateway {
        /// The sender proved to be several gateways, and such requests are configured to be refused.
        SenderAmbiguous => "sender-ambiguous",
        /// The header came from where a gateway sends, without a second factor that is demanded there, and such requests
        /// are configured to be refused.
        SenderUnproven => "sender-unproven",
        /// The header came from an address that is no gateway, and such requests are configured to be refused.
        UntrustedPeer => "untrusted-peer",
    }
    Header {
        /// The gateway says in a header of its own that the certificate failed its check.
        GatewayReportedFailure => "gateway-reported-failure",
        /// The gateway sent two certificates where the encoding knows one value: a comma inside the header.
        HeaderMerged => "header-merged",
        /// A `Connection` header names the certificate header, so that a hop could drop it (RFC 9110 section 7.6.1).
        HeaderNamedByConnection => "header-named-by-connection",
        /// The certificate header is there more than once.
        HeaderRepeated => "header-repeated",
        /// The certificate headers are larger than the limit.
        HeaderTooLarge => "header-too-large",
        /// A chain, or a second header with the certificate, came without the certificate header (RFC 9440 section 2.3).
        LeafMissing => "leaf-missing",
    }
    Encoding {
        /// The value is not strict base64.
        Base64Malformed => "base64-malformed",
        /// The value is not an RFC 9440 byte sequence.
        ByteSequenceMalformed => "byte-sequence-malformed",
        /// The bytes are no X.509 certificate, or hold a field that cannot be read.
        CertificateMalformed => "certificate-malformed",
        /// The bytes are not one DER value from the first to the last byte.
        DerMalformed => "der-malformed",
        /// The value begins like no encoding that is accepted here.
        EncodingUnrecognized => "encoding-unrecognized",
        /// The value is not hexadecimal digits in pairs.
        HexMalformed => "hex-malformed",
        /// Two headers that carry the client's certificate differ.
        LeafHeadersDiffer => "leaf-headers-differ",
        /// The value is not PEM with certificates and nothing else.
        PemMalformed => "pem-malformed",
        /// A percent escape is incomplete, or stands for a byte that cannot occur in a certificate header.
        PercentEncodingMalformed => "percent-encoding-malformed",
        /// The gateway sent the name of a variable in place of its value.
        PlaceholderUnexpanded => "placeholder-unexpanded",
        /// More certificates than the limit.
        TooManyCertificates => "too-many-certificates",
        /// An XFCC element contradicts itself.
        XfccContradictory => "xfcc-contradictory",
        /// An XFCC value has another number of elements than expected.
        XfccElementAmbiguous => "xfcc-element-ambiguous",
        /// The value is no XFCC value.
        XfccMalformed => "xfcc-malformed",
    }
    Validation {
        /// A signature of the path uses an algorithm or key that is not accepted.
        AlgorithmUnsupported => "algorithm-unsupported",
        /// The client presented a certificate of a certification authority.
        CaCertificate => "ca-certificate",
        /// A certificate of the path has a field in a form that path validation does not read.
        CertificateUnsupported => "certificate-unsupported",
        /// A certificate has a critical extension that cannot be honoured (RFC 5280 section 4.2).
        CriticalExtensionUnsupported => "critical-extension-unsupported",
        /// A certificate of the path is past its `notAfter`.
        Expired => "expired",
        /// The issuer's name is that of a known authority, but not octet for octet.
        IssuerNameSpelling => "issuer-name-spelling",
        /// The path is valid, but its issuer is not among those allowed.
        IssuerNotAllowed => "issuer-not-allowed",
        /// A certificate of the path was issued by one that is no certification authority.
        IssuerNotCa => "issuer-not-ca",
        /// No path leads to a trust anchor.
        IssuerUnknown => "issuer-unknown",
        /// A key of the path is on the list of keys known to be compromised.
        KeyDistrusted => "key-distrusted",
        /// A key of the path is of a kind or size that is not accepted.
        KeyUnacceptable => "key-unacceptable",
        /// A key of the path may not be used for what it is used for (RFC 5280 section 4.2.1.3).
        KeyUsageUnsuitable => "key-usage-unsuitable",
        /// The certificate is valid for longer than the limit.
        LifetimeTooLong => "lifetime-too-long",
        /// An authority constrains names of a kind that cannot be evaluated.
        NameConstraintUnsupported => "name-constraint-unsupported",
        /// A name in the path is outside the name constraints of an issuer.
        NameConstraintViolated => "name-constraint-violated",
        /// The certificate was not issued for client authentication.
        NotForClientUse => "not-for-client-use",
        /// The path is valid, but the certificate is not among those pinned.
        NotPinned => "not-pinned",
        /// A certificate of the path is before its `notBefore`.
        NotYetValid => "not-yet-valid",
        /// The path is longer than an issuer or the limit allows.
        PathLengthExceeded => "path-length-exceeded",
        /// The search for a path was given up at its limit of work.
        PathTooComplex => "path-too-complex",
        /// The path has more authorities than the layer is set to allow.
        PathTooDeep => "path-too-deep",
        /// A certificate has a critical policy extension, and policy constraints are not evaluated.
        PolicyExtensionCritical => "policy-extension-critical",
        /// The policies that are required do not hold along the path.
        PolicyMissing => "policy-missing",
        /// A certificate breaks a rule of the strict profile that its anchors ask for.
        ProfileViolated => "profile-violated",
        /// A signature of the path does not match.
        SignatureInvalid => "signature-invalid",
        /// The certificate has a SPIFFE ID that is malformed, or is not its only URI.
        SpiffeIdInvalid => "spiffe-id-invalid",
        /// No anchors are known for the trust domain of the SPIFFE ID.
        TrustDomainUnknown => "trust-domain-unknown",
        /// As many certificates as the limit allows are being validated, and as many requests wait for that, or this one has
        /// waited for too long.
        ValidationBusy => "validation-busy",
        /// A certificate's `notBefore` is later than its `notAfter`.
        ValidityInvalid => "validity-invalid",
        /// A certificate is not of version 3.
        VersionUnsupported => "version-unsupported",
    }
    Revocation {
        /// A certificate or key of the path is on the operator's deny-list.
        DenyListed => "deny-listed",
        /// No source says whether a certificate of the path is revoked.
        RevocationNoSource => "revocation-no-source",
        /// The source that would say whether a certificate of the path is revoked is past its next update.
        RevocationStale => "revocation-stale",
        /// The responder that would say whether a certificate of the path is revoked gives no answer.
        RevocationUnavailable => "revocation-unavailable",
        /// The responder says that it does not know a certificate of the path.
        RevocationUnknown => "revocation-unknown",
        /// A certificate of the path was revoked.
        Revoked => "revoked",
    }
    Identity {
        /// A name in the certificate cannot serve as an identity.
        NameUnusable => "name-unusable",
    }
    Authorization {
        /// An authorizer could not reach a decision.
        AuthorizerUnavailable => "authorizer-unavailable",
        /// A certificate is required and none was presented.
        CertificateMissing => "certificate-missing",
        /// The path has more than one reading, so no access table can judge it.
        PathNotNormal => "path-not-normal",
        /// A rule or another authorizer said no.
        RuleDenied => "rule-denied",
        /// The token is not bound to the client's certificate (RFC 8705 section 3).
        TokenNotBound => "token-not-bound",
    }
    Setup {
        /// No request may pass unrecorded, and this one could not be recorded.
        AuditUnavailable => "audit-unavailable",
        /// The clock shows a time that cannot be compared with a certificate.
        ClockUnusable => "clock-unusable",
        /// An identity was asked for where no `ClientCertLayer` had run.
        LayerMissing => "layer-missing",
        /// A `ClientCertLayer` stands inside another.
        LayerNested => "layer-nested",
    }
}

impl Reason {
    /// Whose mistake it is, as far as one request can tell.
    #[must_use]
    pub const fn fault(self) -> Fault {
        match self {
            Self::GatewayReportedFailure => Fault::Client,
            Self::AuthorizerUnavailable
            | Self::RevocationNoSource
            | Self::RevocationStale
            | Self::RevocationUnavailable
            | Self::ValidationBusy => Fault::Service,
            _ => match self.stage() {
                Stage::Gateway | Stage::Header | Stage::Encoding => Fault::Gateway,
                Stage::Validation | Stage::Revocation | Stage::Identity | Stage::Authorization => Fault::Client,
                Stage::Setup => Fault::Service,
            },
        }
    }

    /// The status of the answer unless overridden: 401 for no certificate, 400 for malformed or ambiguous input, 431
    /// for too large (RFC 6585 section 5), 403 for a certificate presented and refused, 503 where nothing says whether it
    /// is revoked and where too many wait to be validated, 500 for a wrong set-up.
    #[must_use]
    pub const fn default_status(self) -> StatusCode {
        match self {
            Self::GatewayReportedFailure => StatusCode::FORBIDDEN,
            // RFC 8705 section 3: a token bound to another certificate is an invalid token.
            Self::CertificateMissing | Self::TokenNotBound => StatusCode::UNAUTHORIZED,
            Self::PathNotNormal => StatusCode::BAD_REQUEST,
            Self::HeaderTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::AuditUnavailable
            | Self::AuthorizerUnavailable
            | Self::RevocationNoSource
            | Self::RevocationStale
            | Self::RevocationUnavailable
            | Self::ValidationBusy => StatusCode::SERVICE_UNAVAILABLE,
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
            Self::CertificateMissing | Self::GatewayReportedFailure | Self::TokenNotBound => GrpcCode::UNAUTHENTICATED,
            Self::PathNotNormal => GrpcCode::INVALID_ARGUMENT,
            Self::HeaderTooLarge => GrpcCode::RESOURCE_EXHAUSTED,
            Self::AuditUnavailable
            | Self::AuthorizerUnavailable
            | Self::RevocationNoSource
            | Self::RevocationStale
            | Self::RevocationUnavailable
            | Self::ValidationBusy => GrpcCode::UNAVAILABLE,
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What a reason says, unless it says what its stage says.
    const OWN: &[(Reason, Fault, u16, GrpcCode)] = &[
        (Reason::GatewayReportedFailure, Fault::Client, 403, GrpcCode::UNAUTHENTICATED),
        (Reason::HeaderTooLarge, Fault::Gateway, 431, GrpcCode::RESOURCE_EXHAUSTED),
        (Reason::ValidationBusy, Fault::Service, 503, GrpcCode::UNAVAILABLE),
        (Reason::RevocationNoSource, Fault::Service, 503, GrpcCode::UNAVAILABLE),
        (Reason::RevocationStale, Fault::Service, 503, GrpcCode::UNAVAILABLE),
        (Reason::RevocationUnavailable, Fault::Service, 503, GrpcCode::UNAVAILABLE),
        (Reason::AuthorizerUnavailable, Fault::Service, 503, GrpcCode::UNAVAILABLE),
        (Reason::CertificateMissing, Fault::Client, 401, GrpcCode::UNAUTHENTICATED),
        (Reason::PathNotNormal, Fault::Client, 400, GrpcCode::INVALID_ARGUMENT),
        (Reason::TokenNotBound, Fault::Client, 401, GrpcCode::UNAUTHENTICATED),
        (Reason::AuditUnavailable, Fault::Service, 503, GrpcCode::UNAVAILABLE),
    ];

    fn of_stage(stage: Stage) -> (Fault, u16, GrpcCode) {
        match stage {
            Stage::Gateway => (Fault::Gateway, 403, GrpcCode::UNAUTHENTICATED),
            Stage::Header | Stage::Encoding => (Fault::Gateway, 400, GrpcCode::INVALID_ARGUMENT),
            Stage::Validation | Stage::Revocation => (Fault::Client, 403, GrpcCode::UNAUTHENTICATED),
            Stage::Identity => (Fault::Client, 400, GrpcCode::INVALID_ARGUMENT),
            Stage::Authorization => (Fault::Client, 403, GrpcCode::PERMISSION_DENIED),
            Stage::Setup => (Fault::Service, 500, GrpcCode::INTERNAL),
        }
    }

    #[test]
    fn every_reason_says_what_its_stage_says_but_for_those_listed() {
        for &reason in Reason::ALL {
            let own = OWN.iter().find(|(listed, ..)| *listed == reason);
            let expected =
                own.map_or_else(|| of_stage(reason.stage()), |&(_, fault, status, code)| (fault, status, code));
            let found = (reason.fault(), reason.default_status().as_u16(), reason.default_grpc_code());
            assert_eq!(found, expected, "{reason}");
        }
    }
}
