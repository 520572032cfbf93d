//! Paths as the client sent them: the normal form, and patterns.

mod normal_form;
mod pattern;

pub use self::normal_form::PathProblem;
pub(crate) use self::normal_form::check_normal_form;
pub(crate) use self::pattern::{PathPattern, Segment, decoded, segments, template_parameter};
