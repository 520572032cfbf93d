//! Envoy, and what is built on it.

use super::super::facts::{
    AbsentForm, ChainForwarded, ClientCanDrop, GatewayFacts, KnownFrom, RemovesClientCopy, Validates,
};
use super::super::{Gateway, IntoAddressRange};
use super::XFCC;
use crate::encoding::{Encoding, XfccElement};
use crate::error::ConfigError;

impl Gateway {
    /// Envoy: `x-forwarded-client-cert` as text or JSON, with `cert` and, if wanted, `chain` among its details.
    ///
    /// Which element is the client's depends on the modes along the way. [`XfccElement::Only`] is right behind an Envoy with
    /// `forward_client_cert_details: SANITIZE_SET`; `APPEND_FORWARD` at the edge keeps what the client sent in front, and
    /// `ALWAYS_FORWARD_ONLY` is no gateway at all.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn envoy<R: IntoAddressRange>(
        ranges: impl IntoIterator<Item = R>,
        element: XfccElement,
    ) -> Result<Self, ConfigError> {
        Ok(Self::preset(&ENVOY, ranges)?.header(XFCC)?.encoding(Encoding::Xfcc(element)))
    }

    /// Envoy with a header of its own: `X-Client-Cert` from the formatter `%DOWNSTREAM_PEER_CERT%`, percent-encoded PEM.
    ///
    /// The formatter is empty without a certificate, and then `OVERWRITE_IF_EXISTS_OR_ADD` leaves the client's own header
    /// alone: `keep_empty_value: true` is needed.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn envoy_peer_cert<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        Ok(Self::preset(&ENVOY_PEER_CERT, ranges)?.encoding(Encoding::Pem))
    }

    /// Istio: `x-forwarded-client-cert` of its gateway, and of the sidecars that append to it.
    ///
    /// At a pod with a sidecar the first of two elements is the client's and the last is the gateway's own:
    /// `XfccElement::First { of: 2 }`. The sidecar's element has a `Cert` only where `proxyHeaders` says so.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn istio<R: IntoAddressRange>(
        ranges: impl IntoIterator<Item = R>,
        element: XfccElement,
    ) -> Result<Self, ConfigError> {
        Ok(Self::preset(&ISTIO, ranges)?.header(XFCC)?.encoding(Encoding::Xfcc(element)))
    }

    /// Contour with `forwardClientCertificate` and `cert: true`: `x-forwarded-client-cert` with one element.
    ///
    /// With `skipClientCertValidation: true` it validates nothing.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn contour<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        Ok(Self::preset(&CONTOUR, ranges)?.header(XFCC)?.encoding(Encoding::Xfcc(XfccElement::Only)))
    }
}

pub(super) const ENVOY: GatewayFacts = GatewayFacts {
    product: "envoy",
    validates: Validates::ByMode,
    removes_client_copy: RemovesClientCopy::WhereConfigured,
    absent_forms: &[AbsentForm::Missing],
    chain: ChainForwarded::WithLeaf,
    client_can_drop: ClientCanDrop::No,
    known_from: KnownFrom::RealProgram,
    page: "envoy.md",
};

pub(super) const ENVOY_PEER_CERT: GatewayFacts = GatewayFacts {
    product: "envoy-peer-cert",
    validates: Validates::ByMode,
    removes_client_copy: RemovesClientCopy::WhereConfigured,
    absent_forms: &[AbsentForm::Empty, AbsentForm::Missing],
    chain: ChainForwarded::None,
    client_can_drop: ClientCanDrop::No,
    known_from: KnownFrom::RealProgram,
    page: "envoy.md",
};

pub(super) const ISTIO: GatewayFacts = GatewayFacts {
    product: "istio",
    validates: Validates::ByMode,
    removes_client_copy: RemovesClientCopy::WhereConfigured,
    absent_forms: &[AbsentForm::Missing],
    chain: ChainForwarded::WithLeaf,
    client_can_drop: ClientCanDrop::No,
    known_from: KnownFrom::ProgramSource,
    page: "istio.md",
};

pub(super) const CONTOUR: GatewayFacts = GatewayFacts {
    product: "contour",
    validates: Validates::ByMode,
    removes_client_copy: RemovesClientCopy::Always,
    absent_forms: &[AbsentForm::Missing],
    chain: ChainForwarded::WithLeaf,
    client_can_drop: ClientCanDrop::No,
    known_from: KnownFrom::ProgramSource,
    page: "contour.md",
};
