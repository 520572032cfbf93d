//! Apache httpd.

use super::super::facts::{
    AbsentForm, ChainForwarded, ClientCanDrop, GatewayFacts, KnownFrom, RemovesClientCopy, Validates,
};
use super::super::{Gateway, IntoAddressRange};
use crate::encoding::Encoding;
use crate::error::ConfigError;

impl Gateway {
    /// Apache httpd with `RequestHeader set X-Client-Cert "%{SSL_CLIENT_CERT}s"`: PEM with blanks for line breaks.
    ///
    /// `(null)` means that there was no certificate. The chain comes in `X-Client-Cert-Chain-0` and following, one
    /// certificate each, and vanishes when a session is resumed. A client that names the header in `Connection` makes httpd
    /// drop it, so that a missing certificate must never be worth more than an unwanted one.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn apache<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        Self::preset(&APACHE, ranges)?
            .encoding(Encoding::Pem)
            .absent_value("(null)")
            .numbered_chain_headers("x-client-cert-chain-", Encoding::Pem)
    }

    /// Apache httpd with `RequestHeader set X-Client-Cert "expr=%{escape:%{SSL_CLIENT_CERT}}"`: PEM with escaped line breaks.
    ///
    /// An empty header means that there was no certificate. Otherwise like [`apache`](Self::apache), without the chain.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn apache_escaped<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        Ok(Self::preset(&APACHE_ESCAPED, ranges)?.encoding(Encoding::Pem))
    }
}

pub(super) const APACHE: GatewayFacts = GatewayFacts {
    product: "apache",
    validates: Validates::ByMode,
    removes_client_copy: RemovesClientCopy::WhereConfigured,
    absent_forms: &[AbsentForm::Spelled("(null)"), AbsentForm::Empty, AbsentForm::Missing],
    chain: ChainForwarded::WithoutLeaf,
    client_can_drop: ClientCanDrop::Yes,
    known_from: KnownFrom::RealProgram,
    page: "apache.md",
};

pub(super) const APACHE_ESCAPED: GatewayFacts = GatewayFacts {
    product: "apache-escaped",
    validates: Validates::ByMode,
    removes_client_copy: RemovesClientCopy::WhereConfigured,
    absent_forms: &[AbsentForm::Empty, AbsentForm::Missing],
    chain: ChainForwarded::None,
    client_can_drop: ClientCanDrop::Yes,
    known_from: KnownFrom::RealProgram,
    page: "apache.md",
};
