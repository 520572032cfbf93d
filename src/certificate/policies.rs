//! Certificate policies, as far as they are evaluated.

use super::der::{Elements, tag};
use super::error::{CertificateError, Problem};
use super::extension::Extension;
use super::object_identifier::ObjectIdentifier;

/// What the policy extensions of one certificate say (RFC 5280 sections 4.2.1.4, 4.2.1.5 and 4.2.1.14).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Policies {
    /// The policies that are asserted, anyPolicy among them.
    pub(crate) asserted: Vec<ObjectIdentifier>,
    /// How many certificates may follow below in which anyPolicy still counts; `None` is no limit.
    pub(crate) inhibit_any_policy: Option<u32>,
    /// Policies are mapped to others.
    pub(crate) has_mappings: bool,
}

impl Policies {
    pub(super) fn read(asserted: &[ObjectIdentifier], extensions: &[Extension]) -> Result<Self, CertificateError> {
        let mut policies = Self { asserted: asserted.to_vec(), ..Self::default() };
        for extension in extensions {
            match extension.oid.as_str() {
                "2.5.29.33" => policies.has_mappings = true,
                "2.5.29.54" => policies.inhibit_any_policy = Some(read_count(&extension.value)?),
                _ => {}
            }
        }
        Ok(policies)
    }
}

/// `SkipCerts`, an INTEGER from 0; nobody needs more than one octet.
fn read_count(value: &[u8]) -> Result<u32, CertificateError> {
    const FIELD: &str = "inhibit anyPolicy";
    let mut elements = Elements::new(FIELD, value);
    let count = elements.expect(FIELD, tag::INTEGER)?;
    elements.finish(FIELD)?;
    match count.content {
        [count @ 0..=0x7f] => Ok(u32::from(*count)),
        _ => Err(CertificateError::new(FIELD, Problem::Integer)),
    }
}
