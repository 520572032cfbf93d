//! nginx, and what is built on it.

use super::super::facts::{
    AbsentForm, ChainForwarded, ClientCanDrop, GatewayFacts, KnownFrom, RemovesClientCopy, Validates,
};
use super::super::{Gateway, IntoAddressRange, StatusFormat};
use crate::encoding::Encoding;
use crate::error::ConfigError;

impl Gateway {
    /// nginx with `proxy_set_header X-Client-Cert $ssl_client_escaped_cert`.
    ///
    /// It forwards percent-encoded PEM of the leaf alone, and omits the header where there is no certificate. With
    /// `ssl_verify_client optional_no_ca` it validates no path.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn nginx<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        Ok(Self::preset(&NGINX, ranges)?.encoding(Encoding::Pem))
    }

    /// ingress-nginx with `auth-tls-pass-certificate-to-upstream: "true"`: `ssl-client-cert` in percent-encoded PEM.
    ///
    /// A failure in its `ssl-client-verify` refuses early. A host without `auth-tls-secret`, or with the annotation switched
    /// off, passes on whatever the client sent.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn ingress_nginx<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        Self::preset(&INGRESS_NGINX, ranges)?
            .header("ssl-client-cert")?
            .encoding(Encoding::Pem)
            .status_header("ssl-client-verify", StatusFormat::Verdict)
    }

    /// Kong's plugin `tls-metadata-headers`: `X-Client-Cert` in percent-encoded PEM.
    ///
    /// It validates nothing; neither does `tls-handshake-modifier`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn kong<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        Ok(Self::preset(&KONG, ranges)?.encoding(Encoding::Pem))
    }
}

pub(super) const NGINX: GatewayFacts = GatewayFacts {
    product: "nginx",
    validates: Validates::ByMode,
    removes_client_copy: RemovesClientCopy::WhereConfigured,
    absent_forms: &[AbsentForm::Missing],
    chain: ChainForwarded::None,
    client_can_drop: ClientCanDrop::No,
    known_from: KnownFrom::RealProgram,
    page: "nginx.md",
};

pub(super) const INGRESS_NGINX: GatewayFacts = GatewayFacts {
    product: "ingress-nginx",
    validates: Validates::ByMode,
    removes_client_copy: RemovesClientCopy::WhereConfigured,
    absent_forms: &[AbsentForm::Missing],
    chain: ChainForwarded::None,
    client_can_drop: ClientCanDrop::No,
    known_from: KnownFrom::ProgramSource,
    page: "ingress-nginx.md",
};

pub(super) const KONG: GatewayFacts = GatewayFacts {
    product: "kong",
    validates: Validates::No,
    removes_client_copy: RemovesClientCopy::Undocumented,
    absent_forms: &[AbsentForm::Missing],
    chain: ChainForwarded::None,
    client_can_drop: ClientCanDrop::Undocumented,
    known_from: KnownFrom::Documentation,
    page: "kong.md",
};
