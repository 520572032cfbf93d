use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::{EffectivePolicy, PolicyEntry};

impl Serialize for EffectivePolicy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut policy = serializer.serialize_struct("EffectivePolicy", 2)?;
        policy.serialize_field("fingerprint", &self.fingerprint().to_string())?;
        policy.serialize_field("entries", &self.entries)?;
        policy.end()
    }
}

impl Serialize for PolicyEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entry = serializer.serialize_struct("PolicyEntry", 5)?;
        entry.serialize_field("key", self.key())?;
        entry.serialize_field("check", self.check())?;
        entry.serialize_field("value", self.value())?;
        entry.serialize_field("is_default", &self.is_default())?;
        entry.serialize_field("allows", &self.allows())?;
        entry.end()
    }
}
