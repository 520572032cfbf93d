use serde::{Deserialize, Deserializer};

use super::AccessTable;
use super::builder::{self, AccessTableBuilder};
use super::document_rule::{RuleTable, problem};
use super::document_test::TestTable;
use super::line::{Access, Mode, Place};
use super::methods::Methods;
use crate::advice::Advice;
use crate::authorization::path::PathPattern;
use crate::clock::Clock;
use crate::document::table;
use crate::error::ConfigError;
use crate::validation::TrustAnchors;

/// An access table as data: the rules, and tests of them in the same document.
///
/// serde reads it from any format; [`from_toml`](Self::from_toml) tells lines in errors. The fields of one `[[rule]]`
/// must all hold; several rules of one path are alternatives. The guide on rules lists every field.
///
/// ```
/// use tower_client_cert::{AccessDocument, AccessTable, SystemClock};
///
/// let document = AccessDocument::from_toml(
///     r#"
///     [[rule]]
///     path = "/healthz"
///     public = true
///
///     [[rule]]
///     path = "/restricted/**"
///     methods = ["GET"]
///     organization = "Big Partner Foo SA"
///     issued_by = "carc-i101l"
///
///     [[test]]
///     path = "/restricted/sensitive.txt"
///     subject = "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH"
///     issued_by = "carc-i101l"
///     expect = "allow"
///
///     [[test]]
///     path = "/restricted/sensitive.txt"
///     subject = "CN=evil,O=Stranger AG"
///     issued_by = "carc-i101l"
///     expect = "deny"
///     "#,
/// )?;
/// let table: AccessTable = document.build(&SystemClock)?;
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Debug)]
pub struct AccessDocument(Document);

table! {
    /// The document as it stands.
    Document { rule: Vec<RuleTable>, otherwise: RuleTable, test: Vec<TestTable> }
}

impl AccessDocument {
    /// Reads TOML.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AccessDocument`] with line and column; for an unknown field also the nearest one there is.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|error| ConfigError::AccessDocument { problem: error.to_string() })
    }

    /// Runs the tests, and builds the table when all pass.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AccessTests`] with every test that went otherwise than expected, and the errors of
    /// [`AccessTableBuilder`].
    pub fn build(&self, clock: &dyn Clock) -> Result<AccessTable, ConfigError> {
        let failures = self.run_tests(clock)?;
        if failures.is_empty() {
            return Ok(self.builder()?.build());
        }
        Err(ConfigError::AccessTests { failures })
    }

    /// Runs the tests, and tells which went otherwise than expected.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Pattern`] for rules and tests that cannot be read.
    pub fn run_tests(&self, clock: &dyn Clock) -> Result<Vec<String>, ConfigError> {
        let table = self.builder()?.build();
        let mut failures = Vec::new();
        for (index, test) in self.0.test.iter().flatten().enumerate() {
            let failure = test.failure(&table, clock)?;
            failures.extend(failure.map(|failure| format!("{} {failure}", test.label(index + 1))));
        }
        Ok(failures)
    }

    /// Tells what is probably not meant; see [`AccessTableBuilder::lint`].
    ///
    /// # Errors
    ///
    /// [`ConfigError::Pattern`] for rules that cannot be read.
    pub fn lint(&self, anchors: &TrustAnchors, clock: &dyn Clock) -> Result<Vec<Advice>, ConfigError> {
        Ok(self.builder()?.lint(anchors, clock))
    }

    pub(crate) fn of(rule: Option<Vec<RuleTable>>, otherwise: Option<RuleTable>, test: Option<Vec<TestTable>>) -> Self {
        Self(Document { rule, otherwise, test })
    }

    /// Whether it says nothing at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.rule.is_none() && self.0.otherwise.is_none() && self.0.test.is_none()
    }

    /// The first rule or test that cannot be read: its field, its place in the list, and why.
    pub(crate) fn first_problem(&self, clock: &dyn Clock) -> Option<(&'static str, Option<usize>, ConfigError)> {
        for (index, rule) in self.0.rule.iter().flatten().enumerate() {
            if let Err(problem) = add(AccessTable::builder(), rule) {
                return Some(("rule", Some(index), problem));
            }
        }
        let table = match self.builder() {
            Ok(builder) => builder.build(),
            Err(problem) => return Some(("otherwise", None, problem)),
        };
        let mut tests = self.0.test.iter().flatten().enumerate();
        tests.find_map(|(index, test)| test.failure(&table, clock).err().map(|problem| ("test", Some(index), problem)))
    }

    fn builder(&self) -> Result<AccessTableBuilder, ConfigError> {
        let mut builder = AccessTable::builder();
        for (index, rule) in self.0.rule.iter().flatten().enumerate() {
            builder = add(builder, rule).map_err(|error| ConfigError::AccessDocument {
                problem: match &rule.name {
                    Some(name) => format!("rule {} \"{name}\": {error}", index + 1),
                    None => format!("rule {}: {error}", index + 1),
                },
            })?;
        }
        let Some(rule) = &self.0.otherwise else { return Ok(builder) };
        if rule.stands_somewhere() || rule.mode.is_some() {
            let text = "has path, template, grpc, methods or mode, expected none: it is for every path without a rule, \
                        by every method";
            return Err(problem("otherwise", text));
        }
        Ok(match access(rule, "otherwise")? {
            Access::Anyone => builder.allow_anyone_otherwise(),
            Access::Clients(rule) => builder.otherwise(rule),
        })
    }
}

fn add(builder: AccessTableBuilder, rule: &RuleTable) -> Result<AccessTableBuilder, ConfigError> {
    let place = match (&rule.path, &rule.template, &rule.grpc) {
        (Some(path), None, None) => Place::Path(PathPattern::new(path)?),
        (None, Some(template), None) => Place::Template(template.as_str().into()),
        (None, None, Some(name)) => Place::Path(builder::grpc_pattern(name)?),
        _ => return Err(problem("rule", "has none or several of path, template and grpc, expected exactly one")),
    };
    let methods = match (&rule.methods, &rule.grpc) {
        (Some(_), Some(_)) => return Err(problem("rule", "has methods beside grpc, which is always POST")),
        (Some(methods), None) => Methods::these(&methods.0)?,
        (None, Some(_)) => Methods::these(["POST"])?,
        (None, None) => Methods::All,
    };
    let mode = match rule.mode.as_deref() {
        None | Some("enforced") => Mode::Enforced,
        Some("shadow") => Mode::Shadow,
        Some(other) => return Err(problem(other, "is no mode, expected \"enforced\" or \"shadow\"")),
    };
    Ok(builder.line(place, methods, access(rule, "rule")?, mode))
}

/// Who may, by a rule that is called so.
fn access(rule: &RuleTable, called: &str) -> Result<Access, ConfigError> {
    match (rule.public, rule.asked()?) {
        (Some(true), Some(_)) => Err(problem(called, "is public and asks for something too")),
        (Some(true), None) => Ok(Access::Anyone),
        _ => Ok(Access::Clients(rule.to_named_rule()?)),
    }
}

impl<'de> Deserialize<'de> for AccessDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Document::deserialize(deserializer).map(Self)
    }
}
