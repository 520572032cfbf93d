//! Access tables: which rule guards which path.

mod builder;
#[cfg(feature = "config")]
mod document;
#[cfg(feature = "config")]
mod document_rule;
#[cfg(feature = "config")]
mod document_test;
#[cfg(feature = "config")]
mod document_text;
mod line;
mod lint;
mod methods;
mod tree;

use std::collections::BTreeMap;

pub use self::builder::AccessTableBuilder;
#[cfg(feature = "config")]
pub use self::document::AccessDocument;
#[cfg(feature = "config")]
pub(crate) use self::document_rule::{RuleTable, authority};
#[cfg(feature = "config")]
pub(crate) use self::document_test::TestTable;
use self::line::{Access, Line, Place};
use self::tree::{Lookup, Tree};
use super::AuthorizationError;
use super::access_request::{Facts, Parameters, RequestFacts};
use super::denial::Denial;
use super::path::{check_normal_form, segments};
use super::rule::{Rule, Truth};

/// Who may ask for which path by which method, as a table of rules.
///
/// The most specific path that matches decides, alone: from left to right, a segment as it is goes before `{name}` and
/// `*`, and those before `**`. A route of the framework that is named by its template goes before every path. Among the
/// lines of that path, those that name the method go before those that do not; one of them must hold. A line for GET
/// covers HEAD. A path without a line is denied, unless [`AccessTableBuilder::otherwise`] says otherwise; a method
/// without a line is denied, whatever stands at broader paths.
///
/// The path is the one that the client sent, inside nested routers too. A path that is not in normal form is refused
/// before it is matched: see [`PathProblem`](crate::PathProblem).
///
/// ```
/// use tower_client_cert::{AccessTable, Rule};
///
/// let partner = || Rule::organization("Big Partner Foo SA").and(Rule::issued_by("carc-i101l"));
/// let table = AccessTable::builder()
///     .public("/healthz")?
///     .path("/restricted/**", partner())?
///     .methods(["DELETE"], "/restricted/**", partner().and(Rule::organizational_unit("Operations")))?
///     .grpc("orders.v1.Orders/Cancel", partner())?
///     .build();
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Debug)]
pub struct AccessTable {
    tree: Tree,
    templates: BTreeMap<Box<str>, Vec<Line>>,
    otherwise: Option<Access>,
    has_shadow: bool,
}

/// What a table says to a request that passes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Passed {
    /// What a line in shadow mode would have said.
    pub(crate) shadow: Option<AuthorizationError>,
}

impl AccessTable {
    /// Starts a table that denies everything.
    pub fn builder() -> AccessTableBuilder {
        AccessTableBuilder::default()
    }

    /// Every line, by its number.
    pub(crate) fn every_line(&self) -> Vec<&Line> {
        let mut lines: Vec<_> = self.templates.values().flatten().collect();
        self.tree.collect(&mut lines);
        lines.sort_by_key(|line| line.number);
        lines
    }

    pub(crate) fn has_otherwise(&self) -> bool {
        self.otherwise.is_some()
    }

    /// Who may ask for paths that no line names, and whether that is everybody.
    pub(crate) fn described_otherwise(&self) -> (String, bool) {
        match &self.otherwise {
            None => ("denied".to_owned(), false),
            Some(Access::Anyone) => ("everybody".to_owned(), true),
            Some(Access::Clients(rule)) => (rule.to_string(), false),
        }
    }

    /// Judges a request; without facts it is anonymous, and `missing` says why.
    pub(crate) fn judge<'a>(
        &'a self,
        request: RequestFacts<'a>,
        facts: Option<Facts<'a>>,
        missing: impl Fn() -> AuthorizationError,
    ) -> Result<Passed, AuthorizationError> {
        check_normal_form(request.path)?;
        let enforced = self.lines(&request, Lookup::Enforced);
        let rehearsed = if self.has_shadow { self.lines(&request, Lookup::Shadow) } else { None };
        let question = Question { request, facts, missing: &missing };
        match (enforced, &self.otherwise) {
            (Some(lines), _) => question.any_of(lines, Lookup::Enforced)?,
            (None, Some(access)) => question.access(access, request)?,
            // A table that is only rehearsed refuses nothing on the paths that it names.
            (None, None) if rehearsed.is_some() => {}
            (None, None) => return Err(no_line(&request, "path").into()),
        }
        Ok(Passed { shadow: rehearsed.and_then(|lines| question.any_of(lines, Lookup::Shadow).err()) })
    }

    fn lines(&self, request: &RequestFacts<'_>, lookup: Lookup) -> Option<&[Line]> {
        let template = match request.parameters {
            Parameters::Template(template) => self.templates.get(template),
            Parameters::None | Parameters::Pattern(_) => None,
        };
        template
            .filter(|lines| lines.iter().any(|line| lookup.wants(line)))
            .map(Vec::as_slice)
            .or_else(|| self.tree.find(segments(request.path), lookup))
    }
}

struct Question<'a, M> {
    request: RequestFacts<'a>,
    facts: Option<Facts<'a>>,
    missing: &'a M,
}

impl<'a, M: Fn() -> AuthorizationError> Question<'a, M> {
    /// Whether one of the lines that fit the method best holds.
    fn any_of(&self, lines: &'a [Line], lookup: Lookup) -> Result<(), AuthorizationError> {
        let method = self.request.method;
        let wanted = || lines.iter().filter(|line| lookup.wants(line));
        let best = wanted().filter_map(|line| line.methods.fit(method)).max();
        let Some(best) = best else {
            return Err(no_line(&self.request, "method").into());
        };
        let fitting = || wanted().filter(|line| line.methods.fit(method) == Some(best));
        // Denials are put into words only where no line holds.
        if fitting().any(|line| self.lets_through(line)) {
            return Ok(());
        }
        match fitting().next() {
            Some(line) => self.line(line),
            None => Err(no_line(&self.request, "method").into()),
        }
    }

    fn lets_through(&self, line: &'a Line) -> bool {
        match (&line.access, self.facts) {
            (Access::Anyone, _) => true,
            (Access::Clients(_), None) => false,
            (Access::Clients(rule), Some(facts)) => {
                rule.judge(&facts.with_request(self.request_at(line))) == Truth::Yes
            }
        }
    }

    fn line(&self, line: &'a Line) -> Result<(), AuthorizationError> {
        self.access(&line.access, self.request_at(line)).map_err(|error| named(error, line))
    }

    /// The request with the parameters of the line's path.
    fn request_at(&self, line: &'a Line) -> RequestFacts<'a> {
        let parameters = match &line.place {
            Place::Path(pattern) => Parameters::Pattern(pattern),
            Place::Template(template) => Parameters::Template(template),
        };
        RequestFacts { parameters, ..self.request }
    }

    fn access(&self, access: &Access, request: RequestFacts<'a>) -> Result<(), AuthorizationError> {
        match (access, self.facts) {
            (Access::Anyone, _) => Ok(()),
            (Access::Clients(_), None) => Err((self.missing)()),
            (Access::Clients(rule), Some(facts)) => Ok(rule.check(&facts.with_request(request))?),
        }
    }
}

fn named(error: AuthorizationError, line: &Line) -> AuthorizationError {
    match error {
        AuthorizationError::Denied(denial) => denial.by_rule(line.to_string()).into(),
        other => other,
    }
}

fn no_line(request: &RequestFacts<'_>, what: &str) -> Denial {
    Denial::new(
        format!("a line of the access table for this {what}"),
        format!("none for {} {}", request.method, request.path),
    )
}
