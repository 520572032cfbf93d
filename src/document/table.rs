//! Tables with named fields, and words out of a list.

use std::fmt;

use serde::Deserializer;
use serde::de::{Error, Visitor};

use super::nearest::nearest;

/// Declares a table with named fields, all of which may be missing. An unknown field is an error that names the nearest
/// one; serde's own names all of them.
macro_rules! table {
    ($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $kind:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Default)]
        #[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
        pub(crate) struct $name {
            $($(#[$field_meta])* pub(crate) $field: Option<$kind>,)*
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Fields;

                impl<'de> serde::de::Visitor<'de> for Fields {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a table")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                        const NAMES: &[&str] = &[$(stringify!($field)),*];
                        let mut table = $name::default();
                        while let Some(name) = map.next_key_seed(crate::document::Name(NAMES))? {
                            match name {
                                $(stringify!($field) => {
                                    if table.$field.is_some() {
                                        return Err(serde::de::Error::duplicate_field(name));
                                    }
                                    table.$field = Some(map.next_value()?);
                                })*
                                _ => {}
                            }
                        }
                        Ok(table)
                    }
                }

                deserializer.deserialize_map(Fields)
            }
        }
    };
}

pub(crate) use table;

/// Declares a list of words that a text must be one of. Another word is an error that names the nearest one.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$word_meta:meta])* $word:literal => $variant:ident),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
        pub(crate) enum $name {
            $($(#[$word_meta])* #[cfg_attr(feature = "json-schema", schemars(rename = $word))] $variant,)*
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                const WORDS: &[&str] = &[$($word),*];
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                match text.as_str() {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(serde::de::Error::custom(crate::document::unknown("word", &text, WORDS))),
                }
            }
        }
    };
}

pub(crate) use words;

/// One of these names.
pub(crate) struct Name(pub(crate) &'static [&'static str]);

impl<'de> serde::de::DeserializeSeed<'de> for Name {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = &'static str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, found: &str) -> Result<Self::Value, E> {
        let known = self.0.iter().find(|known| **known == found);
        known.copied().ok_or_else(|| E::custom(unknown("field", found, self.0)))
    }
}

/// What to say of a name that is not known: the nearest there is, or all of them.
pub(crate) fn unknown(kind: &str, found: &str, known: &[&str]) -> String {
    let shown = crate::escape::Escaped(found);
    match nearest(found, known) {
        Some(nearest) => format!("unknown {kind} `{shown}`, the nearest is `{nearest}`"),
        None => format!("unknown {kind} `{shown}`, expected one of {}", known.join(", ")),
    }
}
