//! Reads the fields of one table of a document, whatever the format.

use std::fmt;

use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Declares a table with named fields, all of which may be missing. An unknown field is an error that names the nearest
/// one; serde's own names all of them.
macro_rules! table {
    ($(#[$meta:meta])* $name:ident { $($field:ident: $kind:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Default)]
        pub(super) struct $name {
            $(pub(super) $field: Option<$kind>,)*
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
                        while let Some(name) = map.next_key_seed(crate::authorization::table::fields::Name(NAMES))? {
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

pub(super) use table;

/// One of these names.
pub(super) struct Name(pub(super) &'static [&'static str]);

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
        if let Some(known) = self.0.iter().find(|known| **known == found) {
            return Ok(known);
        }
        let shown = crate::escape::Escaped(found);
        let nearest = self.0.iter().min_by_key(|known| distance(known, found));
        Err(match nearest.filter(|known| distance(known, found) <= MAX_DISTANCE) {
            Some(nearest) => E::custom(format_args!("unknown field `{shown}`, the nearest is `{nearest}`")),
            None => E::custom(format_args!("unknown field `{shown}`, expected one of {}", self.0.join(", "))),
        })
    }
}

/// One value, or a list of them.
#[derive(Clone, Debug)]
pub(super) struct OneOrMany<T>(pub(super) Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Values<T>(std::marker::PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Values<T> {
            type Value = OneOrMany<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value or a list of values")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                T::deserialize(serde::de::value::StrDeserializer::new(text)).map(|value| OneOrMany(vec![value]))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(|value| OneOrMany(vec![value]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
                let mut values = Vec::new();
                while values.len() < MAX_VALUES {
                    match sequence.next_element()? {
                        Some(value) => values.push(value),
                        None => return Ok(OneOrMany(values)),
                    }
                }
                match sequence.next_element::<IgnoredAny>()? {
                    Some(_) => Err(A::Error::custom(format_args!("more than {MAX_VALUES} values in one list"))),
                    None => Ok(OneOrMany(values)),
                }
            }
        }

        deserializer.deserialize_any(Values(std::marker::PhantomData))
    }
}

/// How many letters must be added, taken away or replaced. Both texts are cut: names of fields are short.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(MAX_COMPARED_CHARACTERS).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, character) in one.chars().take(MAX_COMPARED_CHARACTERS).enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        let mut next = vec![left];
        for (place, compared) in other.iter().enumerate() {
            let above = row.get(place + 1).copied().unwrap_or(left);
            let replaced = diagonal + usize::from(character != *compared);
            left = replaced.min(above + 1).min(left + 1);
            next.push(left);
            diagonal = above;
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

/// Letters by which a misspelt field may differ from the one that is proposed.
const MAX_DISTANCE: usize = 4;
/// Letters of a field that are compared.
const MAX_COMPARED_CHARACTERS: usize = 48;
/// Values of one list.
const MAX_VALUES: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_levenshtein() {
        for (one, other, letters) in [
            ("", "", 0),
            ("a", "", 1),
            ("organization", "organisation", 1),
            ("path", "paht", 2),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!((distance(one, other), distance(other, one)), (letters, letters), "{one} {other}");
        }
    }
}
