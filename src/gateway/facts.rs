//! What is known of gateway products beside the format of their header.

use std::fmt;

use super::Gateway;
use super::presets;

/// What is known of a product beside the format of its header: what it leaves to the service, and what a client can do
/// about the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GatewayFacts {
    /// The product, which is also the gateway's name unless another is given.
    pub product: &'static str,
    /// Whether it validates the certificate before it forwards it. This crate validates it again in any case.
    pub validates: Validates,
    /// Whether it removes a certificate header that the client sent itself.
    pub removes_client_copy: RemovesClientCopy,
    /// How it says that there was no certificate.
    pub absent_forms: &'static [AbsentForm],
    /// What it forwards besides the end entity.
    pub chain: ChainForwarded,
    /// Whether a client can make it drop the header although there was a certificate.
    pub client_can_drop: ClientCanDrop,
    /// Where this knowledge comes from.
    pub known_from: KnownFrom,
    /// The page about it, in `docs/gateways` of the repository.
    pub page: &'static str,
}

/// Whether a gateway validates the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Validates {
    /// Some of its modes do, others forward whatever the client presents.
    ByMode,
    /// It does not.
    No,
}

/// Whether a gateway removes a certificate header that the client sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RemovesClientCopy {
    /// It does.
    Always,
    /// Its vendor does not say.
    Undocumented,
    /// It does where its configuration says so for this very route, and passes it on everywhere else.
    WhereConfigured,
}

/// A way to say that there was no certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AbsentForm {
    /// An empty header.
    Empty,
    /// No header.
    Missing,
    /// This text.
    Spelled(&'static str),
}

/// What a gateway forwards besides the end entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChainForwarded {
    /// Nothing: intermediates belong into the configuration.
    None,
    /// The chain, the end entity first.
    WithLeaf,
    /// The chain in headers of its own, without the end entity.
    WithoutLeaf,
}

/// Whether a client can make a gateway drop the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientCanDrop {
    /// No.
    No,
    /// Nobody says.
    Undocumented,
    /// Yes: a missing certificate must never be worth more than an unwanted one.
    Yes,
}

/// Where the knowledge about a product comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KnownFrom {
    /// The vendor's documentation, and values that users published.
    Documentation,
    /// The program's source.
    ProgramSource,
    /// The program itself, in front of this crate in its tests.
    RealProgram,
}

impl GatewayFacts {
    /// The facts behind every constructor of [`Gateway`] that is named after a product.
    pub const ALL: &'static [&'static Self] = presets::FACTS;
}

impl Gateway {
    /// What is known of the product; `None` for a [`custom`](Self::custom) gateway.
    #[must_use]
    pub fn facts(&self) -> Option<&'static GatewayFacts> {
        self.facts
    }
}

impl fmt::Display for Validates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ByMode => "by mode",
            Self::No => "no",
        })
    }
}

impl fmt::Display for RemovesClientCopy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Always => "always",
            Self::Undocumented => "not documented",
            Self::WhereConfigured => "where configured",
        })
    }
}

impl fmt::Display for AbsentForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("empty"),
            Self::Missing => f.write_str("missing"),
            Self::Spelled(text) => write!(f, "`{text}`"),
        }
    }
}

impl fmt::Display for ChainForwarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::WithLeaf => "leaf first",
            Self::WithoutLeaf => "without leaf",
        })
    }
}

impl fmt::Display for ClientCanDrop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::No => "no",
            Self::Undocumented => "not documented",
            Self::Yes => "yes",
        })
    }
}

impl fmt::Display for KnownFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Documentation => "from documentation",
            Self::ProgramSource => "from the program's source",
            Self::RealProgram => "tested against the real program",
        })
    }
}
