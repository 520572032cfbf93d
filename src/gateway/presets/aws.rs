//! Amazon Web Services.

use super::super::facts::{
    AbsentForm, ChainForwarded, ClientCanDrop, GatewayFacts, KnownFrom, RemovesClientCopy, Validates,
};
use super::super::{Gateway, IntoAddressRange};
use crate::encoding::Encoding;
use crate::error::ConfigError;

impl Gateway {
    /// AWS Application Load Balancer in mutual TLS *passthrough*: `X-Amzn-Mtls-Clientcert` with the whole chain the client
    /// sent, percent-encoded PEM.
    ///
    /// It validates nothing. The other mode's header beside it has to carry the same certificate.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn aws_alb_passthrough<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        Self::preset(&AWS_ALB_PASSTHROUGH, ranges)?
            .header(PASSTHROUGH)?
            .encoding(Encoding::Pem)
            .other_leaf_header(VERIFY, Encoding::Pem)
    }

    /// AWS Application Load Balancer in mutual TLS *verify*: `X-Amzn-Mtls-Clientcert-Leaf`, percent-encoded PEM.
    ///
    /// It may be told to ignore expiry. The other mode's header beside it has to carry the same certificate.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn aws_alb_verify<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        Self::preset(&AWS_ALB_VERIFY, ranges)?
            .header(VERIFY)?
            .encoding(Encoding::Pem)
            .other_leaf_header(PASSTHROUGH, Encoding::Pem)
    }

    /// Amazon CloudFront with viewer mutual TLS *required* or *optional*: `CloudFront-Viewer-Cert-Pem`, percent-encoded PEM.
    ///
    /// Its *passthrough* mode sends `Client-Cert` and `Client-Cert-Chain`: [`rfc9440`](Self::rfc9440).
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn cloudfront<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        Ok(Self::preset(&CLOUDFRONT, ranges)?.header("cloudfront-viewer-cert-pem")?.encoding(Encoding::Pem))
    }
}

/// The header of the mode *passthrough*.
const PASSTHROUGH: &str = "x-amzn-mtls-clientcert";

/// The header of the mode *verify*.
const VERIFY: &str = "x-amzn-mtls-clientcert-leaf";

pub(super) const AWS_ALB_PASSTHROUGH: GatewayFacts = GatewayFacts {
    product: "aws-alb-passthrough",
    validates: Validates::No,
    removes_client_copy: RemovesClientCopy::Undocumented,
    absent_forms: &[AbsentForm::Missing],
    chain: ChainForwarded::WithLeaf,
    client_can_drop: ClientCanDrop::Undocumented,
    known_from: KnownFrom::Documentation,
    page: "aws-alb.md",
};

pub(super) const AWS_ALB_VERIFY: GatewayFacts = GatewayFacts {
    product: "aws-alb-verify",
    validates: Validates::ByMode,
    removes_client_copy: RemovesClientCopy::Undocumented,
    absent_forms: &[AbsentForm::Missing],
    chain: ChainForwarded::None,
    client_can_drop: ClientCanDrop::Undocumented,
    known_from: KnownFrom::Documentation,
    page: "aws-alb.md",
};

pub(super) const CLOUDFRONT: GatewayFacts = GatewayFacts {
    product: "cloudfront",
    validates: Validates::ByMode,
    removes_client_copy: RemovesClientCopy::Undocumented,
    absent_forms: &[AbsentForm::Missing],
    chain: ChainForwarded::None,
    client_can_drop: ClientCanDrop::Undocumented,
    known_from: KnownFrom::Documentation,
    page: "cloudfront.md",
};
