use super::line::{Access, Line, Mode, Place};
use super::methods::Methods;
use super::tree::Tree;
use super::{AccessTable, Rule};
use crate::authorization::path::PathPattern;
use crate::error::ConfigError;

/// Collects the lines of an [`AccessTable`]; made by [`AccessTable::builder`].
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is built before build()"]
pub struct AccessTableBuilder {
    lines: Vec<Line>,
    pub(super) otherwise: Option<Access>,
}

impl AccessTableBuilder {
    /// Lets everybody ask for a path, without a certificate too.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Pattern`] for a path that can match no request.
    pub fn public(self, path: impl AsRef<str>) -> Result<Self, ConfigError> {
        let place = Place::Path(PathPattern::new(path.as_ref())?);
        Ok(self.line(place, Methods::All, Access::Anyone, Mode::Enforced))
    }

    /// Lets clients for whom the rule holds ask for a path, by every method that has no line of its own.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Pattern`] for a path that can match no request.
    pub fn path(self, path: impl AsRef<str>, rule: Rule) -> Result<Self, ConfigError> {
        let place = Place::Path(PathPattern::new(path.as_ref())?);
        Ok(self.line(place, Methods::All, Access::Clients(rule), Mode::Enforced))
    }

    /// Lets clients for whom the rule holds ask for a path by these methods. GET covers HEAD.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Pattern`] for a path that can match no request, and for what is no method.
    pub fn methods<M: AsRef<str>>(
        self,
        methods: impl IntoIterator<Item = M>,
        path: impl AsRef<str>,
        rule: Rule,
    ) -> Result<Self, ConfigError> {
        let place = Place::Path(PathPattern::new(path.as_ref())?);
        Ok(self.line(place, Methods::these(methods)?, Access::Clients(rule), Mode::Enforced))
    }

    /// Lets clients for whom the rule holds call a gRPC method, such as `orders.v1.Orders/Cancel`, or every method of a
    /// service without a line of its own, such as `orders.v1.Orders`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Pattern`] for what is no name of a service or method.
    pub fn grpc(self, name: impl AsRef<str>, rule: Rule) -> Result<Self, ConfigError> {
        let place = Place::Path(grpc_pattern(name.as_ref())?);
        Ok(self.line(place, Methods::these(["POST"])?, Access::Clients(rule), Mode::Enforced))
    }

    /// Lets clients for whom the rule holds ask for a route of the framework, named by its template as the framework
    /// spells it, such as `/accounts/{user}` in axum.
    pub fn template(self, template: impl AsRef<str>, rule: Rule) -> Self {
        let place = Place::Template(template.as_ref().into());
        self.line(place, Methods::All, Access::Clients(rule), Mode::Enforced)
    }

    /// Rehearses the last line: what it would refuse is logged and counted. Broader paths that are enforced stay so;
    /// where no enforced line covers the path, the request passes.
    pub fn shadow(mut self) -> Self {
        if let Some(line) = self.lines.last_mut() {
            line.mode = Mode::Shadow;
        }
        self
    }

    /// Asks this rule of requests for paths that no line covers. Default: they are denied.
    pub fn otherwise(self, rule: Rule) -> Self {
        Self { otherwise: Some(Access::Clients(rule)), ..self }
    }

    /// Lets everybody through to paths that no line covers, without a certificate too.
    pub fn allow_anyone_otherwise(self) -> Self {
        Self { otherwise: Some(Access::Anyone), ..self }
    }

    /// Builds the table.
    #[must_use]
    pub fn build(self) -> AccessTable {
        let mut table = AccessTable {
            tree: Tree::default(),
            templates: std::collections::BTreeMap::new(),
            otherwise: self.otherwise,
            has_shadow: self.lines.iter().any(|line| line.mode == Mode::Shadow),
        };
        for line in self.lines {
            match line.place.clone() {
                Place::Path(pattern) => table.tree.insert(&pattern, line),
                Place::Template(template) => table.templates.entry(template).or_default().push(line),
            }
        }
        table
    }

    pub(super) fn lines(&self) -> &[Line] {
        &self.lines
    }

    pub(super) fn line(mut self, place: Place, methods: Methods, access: Access, mode: Mode) -> Self {
        let number = self.lines.len() + 1;
        self.lines.push(Line { place, methods, access, mode, number });
        self
    }
}

/// The path of a gRPC call is `/service/method`.
pub(super) fn grpc_pattern(name: &str) -> Result<PathPattern, ConfigError> {
    let (service, method) = name.split_once('/').unwrap_or((name, "*"));
    let is_identifier = |text: &str| {
        text.split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
    };
    if is_identifier(service) && (method == "*" || (is_identifier(method) && !method.contains('.'))) {
        return PathPattern::new(&format!("/{service}/{method}"));
    }
    let problem = "is no gRPC method, expected package.Service/Method or package.Service".to_owned();
    Err(ConfigError::Pattern { value: name.to_owned(), problem })
}
