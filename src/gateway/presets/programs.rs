//! Traefik, Caddy and gorouter.

use super::super::facts::{
    AbsentForm, ChainForwarded, ClientCanDrop, GatewayFacts, KnownFrom, RemovesClientCopy, Validates,
};
use super::super::{Gateway, IntoAddressRange};
use super::XFCC;
use crate::encoding::Encoding;
use crate::error::ConfigError;

impl Gateway {
    /// Traefik's middleware `passTLSClientCert` with `pem: true`: `X-Forwarded-Tls-Client-Cert` with the chain the client sent,
    /// bare base64 joined by commas.
    ///
    /// The middleware leaves a client's own header alone where there is no certificate. It is the entry point that removes it,
    /// from everybody but the addresses in `forwardedHeaders.trustedIPs`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn traefik<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        Ok(Self::preset(&TRAEFIK, ranges)?.header("x-forwarded-tls-client-cert")?.encoding(Encoding::DerBase64List))
    }

    /// Caddy with `header_up X-Client-Cert {tls_client_certificate_der_base64}`: bare base64 of the leaf.
    ///
    /// Before version 2.11.2 it sends the name of the placeholder where there was no certificate, which is refused; the page
    /// shows how to leave the header out then.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn caddy<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        Ok(Self::preset(&CADDY, ranges)?.encoding(Encoding::DerBase64))
    }

    /// Cloud Foundry's gorouter with `forwarded_client_cert: sanitize_set`: `X-Forwarded-Client-Cert`, which here is bare base64
    /// of the leaf and not Envoy's form.
    ///
    /// Its default `always_forward` passes on whatever the client sent.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn cloud_foundry_gorouter<R: IntoAddressRange>(
        ranges: impl IntoIterator<Item = R>,
    ) -> Result<Self, ConfigError> {
        Ok(Self::preset(&CLOUD_FOUNDRY_GOROUTER, ranges)?.header(XFCC)?.encoding(Encoding::DerBase64))
    }
}

pub(super) const TRAEFIK: GatewayFacts = GatewayFacts {
    product: "traefik",
    validates: Validates::ByMode,
    removes_client_copy: RemovesClientCopy::WhereConfigured,
    absent_forms: &[AbsentForm::Missing],
    chain: ChainForwarded::WithLeaf,
    client_can_drop: ClientCanDrop::No,
    known_from: KnownFrom::ProgramSource,
    page: "traefik.md",
};

pub(super) const CADDY: GatewayFacts = GatewayFacts {
    product: "caddy",
    validates: Validates::ByMode,
    removes_client_copy: RemovesClientCopy::WhereConfigured,
    absent_forms: &[AbsentForm::Empty, AbsentForm::Missing],
    chain: ChainForwarded::None,
    client_can_drop: ClientCanDrop::No,
    known_from: KnownFrom::RealProgram,
    page: "caddy.md",
};

pub(super) const CLOUD_FOUNDRY_GOROUTER: GatewayFacts = GatewayFacts {
    product: "cloud-foundry-gorouter",
    validates: Validates::ByMode,
    removes_client_copy: RemovesClientCopy::WhereConfigured,
    absent_forms: &[AbsentForm::Missing],
    chain: ChainForwarded::None,
    client_can_drop: ClientCanDrop::No,
    known_from: KnownFrom::ProgramSource,
    page: "cloud-foundry-gorouter.md",
};
