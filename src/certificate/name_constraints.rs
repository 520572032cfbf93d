//! Name constraints: which kinds of names they speak of.

use super::der::{Element, Elements, tag};
use super::error::{CertificateError, Problem};
use super::extension::Extension;

/// The kinds of names that an authority constrains (RFC 5280 section 4.2.1.10), permitted and excluded together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ConstrainedNames {
    kinds: u16,
}

impl ConstrainedNames {
    pub(super) fn read(extension: &Extension) -> Result<Self, CertificateError> {
        let mut lists = Elements::inside(FIELD, tag::SEQUENCE, &extension.value)?;
        let mut names = Self::default();
        for list in [tag::context_constructed(0), tag::context_constructed(1)] {
            if let Some(subtrees) = lists.optional(FIELD, list)? {
                names.read_subtrees(subtrees)?;
            }
        }
        lists.finish(FIELD)?;
        Ok(names)
    }

    fn read_subtrees(&mut self, subtrees: Element<'_>) -> Result<(), CertificateError> {
        let mut elements = Elements::new(FIELD, subtrees.content);
        let mut count = 0;
        while !elements.is_empty() {
            if count == MAX_SUBTREES {
                return Err(CertificateError::new(FIELD, Problem::TooMany { limit: MAX_SUBTREES }));
            }
            let base = Elements::new(FIELD, elements.expect(FIELD, tag::SEQUENCE)?.content).any()?;
            self.kinds |= 1 << (base.tag & CHOICE);
            count += 1;
        }
        Ok(())
    }

    /// Tells whether directory names, and with them subjects, are constrained.
    pub(crate) const fn directory_names(self) -> bool {
        self.has(4)
    }

    /// Tells whether e-mail addresses are constrained.
    pub(crate) const fn emails(self) -> bool {
        self.has(1)
    }

    /// Tells whether URIs are constrained.
    pub(crate) const fn uris(self) -> bool {
        self.has(6)
    }

    /// Tells whether other names, user principal names among them, are constrained.
    pub(crate) const fn other_names(self) -> bool {
        self.has(0)
    }

    /// The number of the choice in `GeneralName`.
    const fn has(self, choice: u8) -> bool {
        self.kinds & (1 << choice) != 0
    }
}

const FIELD: &str = "name constraints";
/// The bits of a context tag that tell which choice of `GeneralName` it is; there are 9, so 4 bits are enough.
const CHOICE: u8 = 0x0f;
/// Subtrees in one list.
const MAX_SUBTREES: usize = 4096;
