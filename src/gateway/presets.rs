//! One constructor per product, with what is known of it.

use super::{Gateway, IntoAddressRange};
use crate::encoding::Encoding;
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
        Ok(Self::custom("azure-application-gateway", ranges)?.encoding(Encoding::Pem))
    }

    /// nginx with `proxy_set_header X-Client-Cert $ssl_client_escaped_cert`.
    ///
    /// It forwards percent-encoded PEM of the leaf alone, and omits the header where there is no certificate. With
    /// `ssl_verify_client optional_no_ca` it validates no path.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn nginx<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        Ok(Self::custom("nginx", ranges)?.encoding(Encoding::Pem))
    }
}
