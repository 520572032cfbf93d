//! What a gateway writes besides the one header with the end entity.

use super::{Gateway, StatusFormat};
use crate::encoding::Encoding;
use crate::error::ConfigError;
use crate::escape::Escaped;

impl Gateway {
    /// A header with the rest of the chain, which this gateway sends beside the certificate.
    ///
    /// Candidates for the path and nothing more: they vanish when a TLS session is resumed behind many gateways, and a
    /// client chooses them. A chain without the certificate is refused. Several lines are understood where the encoding
    /// is [`Encoding::Rfc9440List`]. Replaces an earlier choice.
    ///
    /// # Errors
    ///
    /// [`ConfigError::HeaderName`] as in [`header`](Self::header), and for a name that another header of this gateway
    /// has, or that differs from it only in `_` or `.` for `-`.
    pub fn chain_header(mut self, name: &str, encoding: Encoding) -> Result<Self, ConfigError> {
        self.forwarding.set_chain_header(name, encoding)?;
        Ok(self)
    }

    /// Headers with one certificate of the chain each, named by a prefix and a number from 0 to 9, as Apache httpd
    /// makes them of `SSL_CLIENT_CERT_CHAIN_n`. Otherwise like [`chain_header`](Self::chain_header).
    ///
    /// # Errors
    ///
    /// [`ConfigError::HeaderName`] as in [`chain_header`](Self::chain_header).
    pub fn numbered_chain_headers(mut self, prefix: &str, encoding: Encoding) -> Result<Self, ConfigError> {
        self.forwarding.set_numbered_chain_headers(prefix, encoding)?;
        Ok(self)
    }

    /// A second header with the same certificate. It is never read in place of the first: when it is there, the first
    /// has to be there too and both must carry the same certificate, or else the request is refused.
    ///
    /// # Errors
    ///
    /// [`ConfigError::HeaderName`] as in [`chain_header`](Self::chain_header).
    pub fn other_leaf_header(mut self, name: &str, encoding: Encoding) -> Result<Self, ConfigError> {
        self.forwarding.add_other_leaf_header(name, encoding)?;
        Ok(self)
    }

    /// A header with an OCSP answer about the certificate, as base64 of DER, which this gateway fetched or was sent in the TLS
    /// handshake (stapled, RFC 6066 section 8).
    ///
    /// It is verified like an answer from anywhere else, so that what a gateway sends here can be outdated and nothing worse.
    /// One that cannot be verified, or is past its next update, says nothing, and the certificate is judged by what else is
    /// known. From then on OCSP is one of the sources of the layer, for clients of every gateway. Default: none is read.
    ///
    /// # Errors
    ///
    /// [`ConfigError::HeaderName`] as in [`chain_header`](Self::chain_header).
    pub fn ocsp_answer_header(mut self, name: &str) -> Result<Self, ConfigError> {
        self.forwarding.set_ocsp_answer_header(name)?;
        Ok(self)
    }

    /// A header in which the gateway tells the outcome of its own check.
    ///
    /// It can only take trust away: a failure refuses the request with
    /// [`Reason::GatewayReportedFailure`](crate::Reason::GatewayReportedFailure). A success skips nothing, and its absence
    /// means nothing. Default: none is read.
    ///
    /// # Errors
    ///
    /// [`ConfigError::HeaderName`] as in [`chain_header`](Self::chain_header).
    pub fn status_header(mut self, name: &str, format: StatusFormat) -> Result<Self, ConfigError> {
        self.forwarding.set_status_header(name, format)?;
        Ok(self)
    }

    /// Makes sure that it does not look for an element of XFCC that no value has, which would refuse every client.
    pub(crate) fn check_elements(&self) -> Result<(), ConfigError> {
        let forwarding = &self.forwarding;
        let headers = std::iter::once(forwarding.leaf()).chain(forwarding.other_leaves()).chain(forwarding.chain());
        for header in headers {
            if let Encoding::Xfcc(element) = header.encoding
                && !element.is_possible()
            {
                let problem = format!(
                    "gateway \"{}\" looks for XfccElement::{element:?}, which no value has: expected one of 1 to 16 elements, \
                     counted from 1",
                    Escaped(self.name())
                );
                return Err(ConfigError::Contradiction { problem });
            }
        }
        Ok(())
    }
}
