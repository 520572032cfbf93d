use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, IgnoredAny, IntoDeserializer as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// One value, or a list of them.
#[derive(Clone, Debug)]
pub(crate) struct OneOrMany<T>(pub(crate) Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Values<T>(std::marker::PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Values<T> {
            type Value = OneOrMany<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value or a list of values")
            }

            // What is no value of this kind is told by the kind itself, which may be a secret.
            fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
                one(value.into_deserializer())
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
                one(value.into_deserializer())
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
                one(value.into_deserializer())
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
                one(value.into_deserializer())
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                one(text.into_deserializer())
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                one(MapAccessDeserializer::new(map))
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

fn one<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<OneOrMany<T>, D::Error> {
    T::deserialize(value).map(|value| OneOrMany(vec![value]))
}

#[cfg(feature = "json-schema")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for OneOrMany<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("OneOrMany_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let one = generator.subschema_for::<T>();
        schemars::json_schema!({ "anyOf": [one, { "type": "array", "items": one, "maxItems": MAX_VALUES }] })
    }
}

/// Values of one list.
const MAX_VALUES: usize = 10_000;
