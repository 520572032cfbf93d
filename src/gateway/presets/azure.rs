//! Microsoft Azure and IIS.

use super::super::facts::{
    AbsentForm, ChainForwarded, ClientCanDrop, GatewayFacts, KnownFrom, RemovesClientCopy, Validates,
};
use super::super::{Gateway, IntoAddressRange};
use super::XFCC;
use crate::encoding::{Encoding, XfccElement};
use crate::error::ConfigError;

impl Gateway {
    /// Azure Application Gateway v2 with a rewrite rule that sets `X-Client-Cert` to `{var_client_certificate}`.
    ///
    /// It forwards percent-encoded PEM of the leaf alone, so issuing intermediates belong into the configuration. In
    /// passthrough mode it validates nothing. Every other listener of the gateway must empty the header by a rule of
    /// its own; a listener without one passes on whatever the client sent.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn azure_application_gateway<R: IntoAddressRange>(
        ranges: impl IntoIterator<Item = R>,
    ) -> Result<Self, ConfigError> {
        Ok(Self::preset(&AZURE_APPLICATION_GATEWAY, ranges)?.encoding(Encoding::Pem))
    }

    /// Azure App Service and Functions: `X-ARR-ClientCert` with bare base64 of the leaf.
    ///
    /// It validates nothing. Whether it removes a client's own header in the mode *Ignore* is not documented: use it with
    /// client certificates switched on.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn azure_app_service<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        Ok(Self::preset(&AZURE_APP_SERVICE, ranges)?.header("x-arr-clientcert")?.encoding(Encoding::DerBase64))
    }

    /// Azure Container Apps: `X-Forwarded-Client-Cert` in Envoy's form with one element.
    ///
    /// It validates nothing, and calls from inside Azure's networks have come without a certificate although one was
    /// required: treat a missing header as a missing certificate, always.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn azure_container_apps<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        Ok(Self::preset(&AZURE_CONTAINER_APPS, ranges)?.header(XFCC)?.encoding(Encoding::Xfcc(XfccElement::Only)))
    }

    /// IIS with Application Request Routing: `X-ARR-ClientCert` with bare base64 of the leaf.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn iis_arr<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        Ok(Self::preset(&IIS_ARR, ranges)?.header("x-arr-clientcert")?.encoding(Encoding::DerBase64))
    }
}

pub(super) const AZURE_APPLICATION_GATEWAY: GatewayFacts = GatewayFacts {
    product: "azure-application-gateway",
    validates: Validates::ByMode,
    removes_client_copy: RemovesClientCopy::WhereConfigured,
    absent_forms: &[AbsentForm::Missing, AbsentForm::Empty],
    chain: ChainForwarded::None,
    client_can_drop: ClientCanDrop::Undocumented,
    known_from: KnownFrom::Documentation,
    page: "azure-application-gateway.md",
};

pub(super) const AZURE_APP_SERVICE: GatewayFacts = GatewayFacts {
    product: "azure-app-service",
    validates: Validates::No,
    removes_client_copy: RemovesClientCopy::Undocumented,
    absent_forms: &[AbsentForm::Missing],
    chain: ChainForwarded::None,
    client_can_drop: ClientCanDrop::Undocumented,
    known_from: KnownFrom::Documentation,
    page: "azure-app-service.md",
};

pub(super) const AZURE_CONTAINER_APPS: GatewayFacts = GatewayFacts {
    product: "azure-container-apps",
    validates: Validates::No,
    removes_client_copy: RemovesClientCopy::Undocumented,
    absent_forms: &[AbsentForm::Missing],
    chain: ChainForwarded::WithLeaf,
    client_can_drop: ClientCanDrop::Undocumented,
    known_from: KnownFrom::Documentation,
    page: "azure-container-apps.md",
};

pub(super) const IIS_ARR: GatewayFacts = GatewayFacts {
    product: "iis-arr",
    validates: Validates::ByMode,
    removes_client_copy: RemovesClientCopy::Undocumented,
    absent_forms: &[AbsentForm::Missing],
    chain: ChainForwarded::None,
    client_can_drop: ClientCanDrop::Undocumented,
    known_from: KnownFrom::Documentation,
    page: "iis-arr.md",
};
