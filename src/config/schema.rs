//! The JSON Schema of the document, made from the types that read it.

use schemars::generate::SchemaSettings;
use schemars::json_schema;
use schemars::transform::{RecursiveTransform, Transform as _};

use super::ClientCertConfig;
use super::document::Document;

impl ClientCertConfig {
    /// The JSON Schema (draft 2020-12) of the document, for editors and checks in a pipeline.
    #[must_use]
    pub fn json_schema() -> String {
        let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Document>();
        RecursiveTransform(without_null).transform(&mut schema);
        let otherwise = schema.pointer_mut("/properties/otherwise").and_then(|property| property.as_object_mut());
        if let Some(otherwise) = otherwise {
            let of_a_place = ["grpc", "methods", "mode", "path", "template"];
            let of_a_place = of_a_place.map(|key| json_schema!({ "required": [key] }));
            otherwise.insert("not".to_owned(), json_schema!({ "anyOf": of_a_place }).to_value());
        }
        schema.insert("title".to_owned(), "client-cert.toml".into());
        format!("{:#}\n", schema.to_value())
    }
}

/// A field that may be left out is not one that may be null, which TOML does not know.
fn without_null(schema: &mut schemars::Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(kinds) = object.get_mut("type").and_then(|kind| kind.as_array_mut()) {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    let alternatives = object.get_mut("anyOf").and_then(|alternatives| alternatives.as_array_mut());
    if let Some(alternatives) = alternatives {
        alternatives.retain(|alternative| alternative.get("type").is_none_or(|kind| kind != "null"));
        if let [only] = alternatives.as_slice()
            && let Some(only) = only.as_object().cloned()
        {
            object.remove("anyOf");
            object.extend(only);
        }
    }
}
