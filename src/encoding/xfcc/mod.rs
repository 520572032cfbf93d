//! Envoy's `x-forwarded-client-cert`, as text or as JSON.
//!
//! Hostile ground: Envoy writes the values of `URI`, `DNS` and `By` without quotes or escapes (envoyproxy/envoy#32945,
//! seen with 1.40), so that a name in the client's certificate can end its own element and begin another. Therefore:
//!
//! - certificates come from `Cert` and `Chain` alone; no other value is ever an identity;
//! - `Hash` must be there and match, because a `Cert` that was smuggled in follows the genuine `Hash`;
//! - a key that occurs once by its nature must not occur twice;
//! - the number of elements is exact, whichever of them counts: a smuggled element moves the others;
//! - no element of the text form counts behind one with such names: where a hop is left out, the number fits again.

mod element;
mod json;
mod text;

use super::EncodingError;
use super::certificates::Certificates;

/// Which element of an XFCC value is the client's.
///
/// Each hop that appends adds one element at the end, so the operator has to know how many hops do. Fewer or more
/// elements than expected are refused: an element too many may come from the client, or out of a name in its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum XfccElement {
    /// There is exactly one. For every Envoy that replaces the header (`SANITIZE_SET`).
    Only,
    /// The first of so many: the outermost hop's view.
    ///
    /// The outermost hop must replace what it was sent (`SANITIZE_SET`), or else the first element is the client's own
    /// work.
    First {
        /// How many elements there are, from 1 to 16.
        of: usize,
    },
    /// The last of so many: what the hop in front of the service saw.
    ///
    /// The elements before it must be free of `URI` and `DNS`, or else be JSON. In the text form Envoy writes those without
    /// quotes, so that a name in a certificate could write the last element where no hop in front has written one.
    Last {
        /// How many elements there are, from 1 to 16.
        of: usize,
    },
    /// The n-th from the right of so many; 1 is the last. Of the elements before it the same is asked as for
    /// [`Last`](Self::Last).
    FromRight {
        /// Its place, counted from the right, beginning with 1.
        position: usize,
        /// How many elements there are, from 1 to 16.
        of: usize,
    },
}

impl XfccElement {
    const fn expected_elements(self) -> usize {
        match self {
            Self::Only => 1,
            Self::First { of } | Self::Last { of } | Self::FromRight { of, .. } => of,
        }
    }

    /// Whether some value can have it.
    pub(crate) fn is_possible(self) -> bool {
        self.index().is_some() && (1..=MAX_ELEMENTS).contains(&self.expected_elements())
    }

    /// Its place from the left, from 0.
    const fn index(self) -> Option<usize> {
        match self {
            Self::Only | Self::First { .. } => Some(0),
            Self::Last { of } => of.checked_sub(1),
            Self::FromRight { position: 0, .. } => None,
            Self::FromRight { position, of } => of.checked_sub(position),
        }
    }
}

pub(super) fn decode(value: &[u8], element: XfccElement, certificates: &mut Certificates) -> Result<(), EncodingError> {
    let elements = if value.starts_with(b"[") { json::elements(value)? } else { text::elements(value)? };
    let (found, expected) = (elements.len(), element.expected_elements());
    let ambiguous = EncodingError::XfccElementAmbiguous { found, expected };
    let Some(index) = element.index().filter(|_| found == expected) else { return Err(ambiguous) };
    if elements.iter().take(index).any(|before| before.has_bare_names) {
        return Err(EncodingError::XfccContradictory {
            found: "names without quotes before it, which may have written it",
            expected: "JSON, or no URI and DNS in the elements before",
        });
    }
    elements.into_iter().nth(index).ok_or(ambiguous)?.add_to(certificates)
}

/// Most elements of one value: more hops than any set-up has.
const MAX_ELEMENTS: usize = 16;

/// Most pairs of one element: Envoy writes eight keys, of which `URI`, `DNS` and `By` repeat.
const MAX_PAIRS_PER_ELEMENT: usize = 1024;
