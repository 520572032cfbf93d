//! What can be wrong with the proof of who sends.

use std::fmt;
use std::path::PathBuf;

use crate::escape::Escaped;

/// Why a gateway, or several of them together, cannot be told from others.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SenderProblem {
    /// Every certificate under an anchor is taken for the gateway's, and clients have theirs under the same anchor.
    AnchorShared {
        /// The gateway.
        gateway: String,
        /// The anchor's subject.
        subject: String,
    },
    /// A matcher of gateway certificates that names none.
    NoCertificateNames,
    /// Two gateways have the same name.
    SameName {
        /// The name.
        name: String,
    },
    /// Two gateways may send from the same place, and whatever proves the one proves the other.
    Overlap {
        /// The gateways.
        gateways: [String; 2],
        /// The place of the first that the second has too, or a part of it.
        place: String,
    },
    /// A secret that cannot be used.
    Secret {
        /// Where it was looked for.
        origin: SecretOrigin,
        /// What is wrong with it.
        problem: SecretProblem,
    },
    /// A secret header that is a certificate header too.
    SecretHeader {
        /// The header.
        name: String,
    },
    /// No gateway has this name.
    UnknownGateway {
        /// The name as given.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
}

/// Where a secret comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretOrigin {
    /// An environment variable, by name.
    Environment(String),
    /// A file.
    File(PathBuf),
    /// Text handed in by the program.
    Memory,
}

/// What is wrong with a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretProblem {
    /// It holds nothing but blanks.
    Empty,
    /// It holds characters that no header value can have, such as line breaks.
    NotAHeaderValue,
    /// It is longer than a secret can be.
    TooLong {
        /// The limit in bytes.
        max_bytes: usize,
    },
    /// It is so short that it can be guessed.
    TooShort {
        /// Its length in bytes.
        bytes: usize,
        /// The least length in bytes.
        min_bytes: usize,
    },
    /// There is no such variable.
    Unset,
}

impl fmt::Display for SenderProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AnchorShared { gateway, subject } => write!(
                f,
                "every certificate under \"{}\" is taken for that of gateway \"{}\", but clients are accepted under it \
                 too and would be taken for the gateway: name the gateway's certificate, or give it an authority of its own",
                Escaped(subject),
                Escaped(gateway)
            ),
            Self::NoCertificateNames => {
                f.write_str("matcher of gateway certificates names none, so that no gateway would ever be believed")
            }
            Self::SameName { name } => {
                write!(f, "two gateways are named \"{}\": tell them apart with named()", Escaped(name))
            }
            Self::Overlap { gateways: [first, second], place } => write!(
                f,
                "gateways \"{}\" and \"{}\" may both send from {place}, and whatever proves the one proves the other: \
                 give each a second factor of its own, such as secret_header(), or separate ranges",
                Escaped(first),
                Escaped(second)
            ),
            Self::Secret { origin, problem } => write!(f, "secret from {origin} {problem}"),
            Self::SecretHeader { name } => write!(f, "secret header {name} carries the certificate of a gateway too"),
            Self::UnknownGateway { name, known } => {
                write!(f, "no gateway is named \"{}\"; the names are: ", Escaped(name))?;
                known.iter().enumerate().try_for_each(|(position, known)| {
                    write!(f, "{}\"{}\"", if position == 0 { "" } else { ", " }, Escaped(known))
                })
            }
        }
    }
}

impl fmt::Display for SecretOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "environment variable {}", Escaped(name)),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Memory => f.write_str("the text handed in"),
        }
    }
}

impl fmt::Display for SecretProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty"),
            Self::NotAHeaderValue => f.write_str("holds a line break or another character that no header can carry"),
            Self::TooLong { max_bytes } => write!(f, "is longer than {max_bytes} bytes"),
            Self::TooShort { bytes, min_bytes } => {
                write!(f, "has {bytes} bytes, expected {min_bytes} or more that nobody can guess")
            }
            Self::Unset => f.write_str("is not set, or not text"),
        }
    }
}
