//! What conditions want, for denials.

use std::fmt;

use super::condition::{Condition, Whose};
use super::text_pattern::Values;
use crate::certificate::ObjectIdentifier;

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute { of, oid, pattern } => write!(f, "{of} {} {pattern}", Key(oid)),
            Self::Certificate(pin) => write!(f, "certificate {pin}"),
            Self::ClientAddress { ranges, .. } => write!(f, "client address in {ranges}"),
            Self::DirectoryName { name, values } => write!(f, "directory name {name}{}", Among(*values)),
            Self::Dns(pattern) => write!(f, "dns name {pattern}"),
            Self::Email(pattern) => write!(f, "e-mail address {pattern}"),
            Self::Evidence(condition) => condition.fmt(f),
            Self::ExtensionDer { oid, der } => write!(f, "extension {oid} with {} certain octets", der.len()),
            Self::ExtensionText { oid, pattern } => write!(f, "extension {oid} {pattern}"),
            Self::Gateway(name) => write!(f, "gateway \"{name}\""),
            Self::Ip { ranges, values } => write!(f, "ip address in {ranges}{}", Among(*values)),
            Self::IssuedBy(authority) => write!(f, "issued by {authority}"),
            Self::Name { of, name } => write!(f, "{of} {name}"),
            Self::Policy(oid) => write!(f, "policy {oid}"),
            Self::PublicKey(fingerprint) => write!(f, "public key {fingerprint}"),
            Self::Purpose(purpose) => write!(f, "purpose {purpose}"),
            Self::RemainingLifetime { at_least } => write!(f, "at least {} s left to live", at_least.as_secs()),
            Self::Serial(pattern) => pattern.fmt(f),
            Self::SpiffeId(pattern) => write!(f, "SPIFFE ID {pattern}"),
            Self::TotalLifetime { at_most } => write!(f, "at most {} s of life in all", at_most.as_secs()),
            Self::Uri(pattern) => write!(f, "uri {pattern}"),
            Self::UserPrincipalName(pattern) => write!(f, "user principal name {pattern}"),
        }
    }
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Issuer => "issuer",
            Self::Subject => "subject",
        })
    }
}

/// The short name of an attribute type, else the object identifier.
pub(super) struct Key<'a>(pub(super) &'a ObjectIdentifier);

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.attribute_key().unwrap_or(self.0.as_str()))
    }
}

struct Among(Values);

impl fmt::Display for Among {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0 == Values::Any { " among its values" } else { "" })
    }
}
