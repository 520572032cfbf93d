//! HAProxy, and what is built on it.

use super::super::facts::{
    AbsentForm, ChainForwarded, ClientCanDrop, GatewayFacts, KnownFrom, RemovesClientCopy, Validates,
};
use super::super::{Gateway, IntoAddressRange, StatusFormat};
use crate::encoding::Encoding;
use crate::error::ConfigError;

impl Gateway {
    /// HAProxy with `http-request set-header X-Client-Cert %[ssl_c_der,base64]`, and the chain in `X-Client-Cert-Chain` with
    /// `%[ssl_c_chain_der,base64]`.
    ///
    /// An empty header means that there was no certificate. The chain is empty when a session is resumed.
    /// `http-request add-header` would leave the client's own value in front; the second line is refused.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn haproxy<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        Self::preset(&HAPROXY, ranges)?
            .encoding(Encoding::DerBase64)
            .chain_header("x-client-cert-chain", Encoding::DerBase64Concatenated)
    }

    /// The router of Red Hat's `OpenShift`: `X-SSL-Client-DER` with bare base64 of the leaf.
    ///
    /// A number other than 0 in `X-SSL-Client-Verify` refuses early; 0 also stands for no certificate and means nothing.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn openshift<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        Self::preset(&OPENSHIFT, ranges)?
            .header("x-ssl-client-der")?
            .encoding(Encoding::DerBase64)
            .status_header("x-ssl-client-verify", StatusFormat::OpensslCode)
    }
}

pub(super) const HAPROXY: GatewayFacts = GatewayFacts {
    product: "haproxy",
    validates: Validates::ByMode,
    removes_client_copy: RemovesClientCopy::WhereConfigured,
    absent_forms: &[AbsentForm::Empty, AbsentForm::Missing],
    chain: ChainForwarded::WithoutLeaf,
    client_can_drop: ClientCanDrop::No,
    known_from: KnownFrom::RealProgram,
    page: "haproxy.md",
};

pub(super) const OPENSHIFT: GatewayFacts = GatewayFacts {
    product: "openshift",
    validates: Validates::ByMode,
    removes_client_copy: RemovesClientCopy::Always,
    absent_forms: &[AbsentForm::Empty, AbsentForm::Missing],
    chain: ChainForwarded::None,
    client_can_drop: ClientCanDrop::No,
    known_from: KnownFrom::ProgramSource,
    page: "openshift.md",
};
