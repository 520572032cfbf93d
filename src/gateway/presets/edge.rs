//! Google Cloud, Cloudflare, Akamai, and the standard.

use super::super::facts::{
    AbsentForm, ChainForwarded, ClientCanDrop, GatewayFacts, KnownFrom, RemovesClientCopy, Validates,
};
use super::super::{Gateway, IntoAddressRange, StatusFormat};
use crate::encoding::Encoding;
use crate::error::ConfigError;

impl Gateway {
    /// Google Cloud load balancer with custom request headers `Client-Cert: {client_cert_leaf}`, `Client-Cert-Chain:
    /// {client_cert_chain}` and `Client-Cert-Chain-Verified: {client_cert_chain_verified}`.
    ///
    /// With `ALLOW_INVALID_OR_MISSING_CLIENT_CERT` it forwards whatever the client presents. A certificate that is too large
    /// arrives as an empty header.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn google_cloud_lb<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        Self::preset(&GOOGLE_CLOUD_LB, ranges)?
            .header("client-cert")?
            .encoding(Encoding::Rfc9440)
            .chain_header("client-cert-chain", Encoding::Rfc9440List)?
            .status_header("client-cert-chain-verified", StatusFormat::Boolean)
    }

    /// Cloudflare with `client_certificate_forwarding`: `Cf-Client-Cert-Der-Base64` with bare base64 of the leaf.
    ///
    /// Its documentation says both that the header comes with every request and that it comes with the first of a connection:
    /// a missing one is a missing certificate. Transform rules for `Client-Cert` are [`rfc9440`](Self::rfc9440).
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn cloudflare<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        Ok(Self::preset(&CLOUDFLARE, ranges)?.header("cf-client-cert-der-base64")?.encoding(Encoding::DerBase64))
    }

    /// Akamai with the behaviour `enforceMtlsSettings`: `Akamai-CC-DER` with an RFC 9440 byte sequence.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn akamai<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        Ok(Self::preset(&AKAMAI, ranges)?.header("akamai-cc-der")?.encoding(Encoding::Rfc9440))
    }

    /// Any gateway that keeps to RFC 9440: `Client-Cert`, and `Client-Cert-Chain` over any number of lines.
    ///
    /// The standard obliges it to remove what the client sent (section 4). An empty header and an empty byte sequence (`::`)
    /// are understood as no certificate. Sent by CloudFront in passthrough mode and by transform rules of Cloudflare; the
    /// latter need a further rule that removes what the client sent.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn rfc9440<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        Self::preset(&RFC9440, ranges)?
            .header("client-cert")?
            .encoding(Encoding::Rfc9440)
            .absent_value("::")
            .chain_header("client-cert-chain", Encoding::Rfc9440List)
    }
}

pub(super) const GOOGLE_CLOUD_LB: GatewayFacts = GatewayFacts {
    product: "google-cloud-lb",
    validates: Validates::ByMode,
    removes_client_copy: RemovesClientCopy::WhereConfigured,
    absent_forms: &[AbsentForm::Empty, AbsentForm::Missing],
    chain: ChainForwarded::WithoutLeaf,
    client_can_drop: ClientCanDrop::Undocumented,
    known_from: KnownFrom::Documentation,
    page: "google-cloud-lb.md",
};

pub(super) const CLOUDFLARE: GatewayFacts = GatewayFacts {
    product: "cloudflare",
    validates: Validates::ByMode,
    removes_client_copy: RemovesClientCopy::Undocumented,
    absent_forms: &[AbsentForm::Missing],
    chain: ChainForwarded::None,
    client_can_drop: ClientCanDrop::Undocumented,
    known_from: KnownFrom::Documentation,
    page: "cloudflare.md",
};

pub(super) const AKAMAI: GatewayFacts = GatewayFacts {
    product: "akamai",
    validates: Validates::ByMode,
    removes_client_copy: RemovesClientCopy::Undocumented,
    absent_forms: &[AbsentForm::Missing],
    chain: ChainForwarded::None,
    client_can_drop: ClientCanDrop::Undocumented,
    known_from: KnownFrom::Documentation,
    page: "akamai.md",
};

pub(super) const RFC9440: GatewayFacts = GatewayFacts {
    product: "rfc9440",
    validates: Validates::ByMode,
    removes_client_copy: RemovesClientCopy::WhereConfigured,
    absent_forms: &[AbsentForm::Missing, AbsentForm::Empty, AbsentForm::Spelled("::")],
    chain: ChainForwarded::WithoutLeaf,
    client_can_drop: ClientCanDrop::Undocumented,
    known_from: KnownFrom::Documentation,
    page: "rfc9440.md",
};
