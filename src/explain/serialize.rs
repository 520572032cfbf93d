//! Explanations for programs. Nothing here can be read back.

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::{Explanation, Step};
use crate::utc::Utc;

impl Serialize for Explanation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let verdict = match (self.rejection(), self.identity()) {
            (Some(_), _) => "refused",
            (None, Some(_)) => "accepted",
            (None, None) => "anonymous",
        };
        let mut explanation = serializer.serialize_struct("Explanation", 7)?;
        explanation.serialize_field("verdict", verdict)?;
        explanation.serialize_field("at", &Utc(self.at()).to_string())?;
        explanation.serialize_field("reason", &self.reason().map(crate::reason::Reason::code))?;
        explanation.serialize_field("status", &self.status().map(|status| status.as_u16()))?;
        explanation.serialize_field("ended_at", &self.ended_at().map(Step::check))?;
        explanation.serialize_field("steps", self.steps())?;
        explanation.serialize_field("identity", &self.identity())?;
        explanation.end()
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut step = serializer.serialize_struct("Step", 7)?;
        step.serialize_field("stage", self.stage().name())?;
        step.serialize_field("check", self.check())?;
        step.serialize_field("outcome", self.outcome().name())?;
        step.serialize_field("wanted", self.wanted())?;
        step.serialize_field("found", self.found())?;
        step.serialize_field("standard", self.standard())?;
        step.serialize_field("mend", &self.mend())?;
        step.end()
    }
}
