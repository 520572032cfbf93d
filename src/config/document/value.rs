//! Paths and secrets, which may stand elsewhere than in the file.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::document::{TextOr, table};

/// A path, relative to the directory of the file; or the variable that holds one.
pub(in crate::config) type PathValue = TextOr<VariableTable>;

table! {
    /// An environment variable.
    VariableTable {
        /// Its name.
        env: String,
    }
}

table! {
    /// Where a secret is: exactly one of both.
    SecretTable {
        /// The environment variable that holds it.
        env: String,
        /// The file that holds it.
        file: PathValue,
    }
}

/// Where a secret is. The secret itself has no place in the file, and an error must not repeat it.
#[derive(Debug)]
pub(in crate::config) struct SecretValue(pub(in crate::config) SecretTable);

impl<'de> Deserialize<'de> for SecretValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Place;

        impl<'de> Visitor<'de> for Place {
            type Value = SecretValue;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }

            fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
                Err(misplaced())
            }

            fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
                Err(misplaced())
            }

            fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
                Err(misplaced())
            }

            fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
                Err(misplaced())
            }

            fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
                Err(misplaced())
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                SecretTable::deserialize(MapAccessDeserializer::new(map)).map(SecretValue)
            }
        }

        deserializer.deserialize_any(Place)
    }
}

/// Without the value, whatever it is: a number can be a secret.
fn misplaced<E: Error>() -> E {
    E::custom(format_args!("a secret has no place in this file, expected {EXPECTED}"))
}

#[cfg(feature = "json-schema")]
impl schemars::JsonSchema for SecretValue {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        SecretTable::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        generator.subschema_for::<SecretTable>()
    }
}

const EXPECTED: &str = "{ env = \"NAME\" } or { file = \"path\" }";
