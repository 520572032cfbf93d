use std::error::Error;
use std::fmt;

use crate::reason::Reason;

/// Why the headers of a gateway cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderError {
    /// The gateway's status header reports a certificate that failed.
    GatewayReportedFailure,
    /// A chain, or a second header with the certificate, came without the certificate header.
    LeafMissing,
    /// One line with several values.
    Merged,
    /// A `Connection` field names one of the headers.
    NamedByConnection,
    /// Several field lines.
    Repeated {
        /// How many.
        lines: usize,
    },
    /// The values are over the limit together.
    TooLarge {
        /// Length of the values in bytes.
        bytes: usize,
        /// The limit in bytes.
        max_bytes: usize,
    },
}

impl HeaderError {
    /// What the operator can do about it, in one sentence.
    #[must_use]
    pub fn mend(&self) -> &'static str {
        match self {
            Self::GatewayReportedFailure => {
                "look into the gateway's log for what failed; the client needs a certificate that the gateway accepts too"
            }
            Self::LeafMissing => "set all certificate headers of the gateway by the same rule, on every route",
            Self::Merged | Self::Repeated { .. } => {
                "let the gateway replace the header, not append to it; with several gateways one behind the other, let the \
                 inner one pass the header on only from the outer one"
            }
            Self::NamedByConnection => {
                "let the gateway drop the client's Connection header; if no gateway sends it, somebody is trying"
            }
            Self::TooLarge { .. } => "let the gateway send fewer certificates, or raise max_header_bytes",
        }
    }

    pub(crate) fn reason(&self) -> Reason {
        match self {
            Self::GatewayReportedFailure => Reason::GatewayReportedFailure,
            Self::LeafMissing => Reason::LeafMissing,
            Self::Merged => Reason::HeaderMerged,
            Self::NamedByConnection => Reason::HeaderNamedByConnection,
            Self::Repeated { .. } => Reason::HeaderRepeated,
            Self::TooLarge { .. } => Reason::HeaderTooLarge,
        }
    }
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GatewayReportedFailure => f.write_str(
                "gateway reports that the client certificate failed its own check, expected none or a success",
            ),
            Self::LeafMissing => f.write_str(
                "chain or second certificate header came without the certificate header, expected both or neither",
            ),
            Self::Merged => f.write_str(
                "certificate header holds a comma, expected one value: the gateway must replace what the client sent",
            ),
            Self::NamedByConnection => {
                f.write_str("connection field names a certificate header, by which a hop could be made to drop it")
            }
            Self::Repeated { lines } => write!(
                f,
                "certificate header on {lines} lines, expected one: the gateway must replace what the client sent"
            ),
            Self::TooLarge { bytes, max_bytes } => {
                write!(f, "certificate headers of {bytes} bytes, the limit is {max_bytes}")
            }
        }
    }
}

impl Error for HeaderError {}
