//! What is probably not meant, each with a stable code and a sentence.

mod code;
mod public_roots;

use std::fmt;

pub use self::code::AdviceCode;
pub(crate) use self::public_roots::is_public_root;

/// Something in a configuration that works and is probably not meant.
///
/// From [`ClientCertLayer::advice`](crate::ClientCertLayer::advice) and
/// [`AccessTableBuilder::lint`](crate::AccessTableBuilder::lint). A layer logs its own when it is built and reloaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    code: AdviceCode,
    text: String,
}

impl Advice {
    pub(crate) fn new(code: AdviceCode, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    /// What kind of advice it is.
    #[must_use]
    pub fn code(&self) -> AdviceCode {
        self.code
    }

    /// What it is about, and what to do.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.text)
    }
}

impl std::error::Error for Advice {}

#[cfg(feature = "serde")]
impl serde::Serialize for Advice {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut advice = serializer.serialize_struct("Advice", 2)?;
        advice.serialize_field("code", self.code.code())?;
        advice.serialize_field("text", &self.text)?;
        advice.end()
    }
}
