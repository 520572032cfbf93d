use std::fmt;

use super::methods::Methods;
use crate::authorization::path::PathPattern;
use crate::authorization::rule::Rule;

/// One line of an access table: who may ask for a path by some methods.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) place: Place,
    pub(crate) methods: Methods,
    pub(crate) access: Access,
    pub(crate) mode: Mode,
    /// Its number among the lines of the table, from 1.
    pub(crate) number: usize,
}

/// What a line is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path(PathPattern),
    /// A route of the framework, such as `/accounts/{user}`, as the framework spells it.
    Template(Box<str>),
}

/// Who may.
#[derive(Clone, Debug)]
pub(crate) enum Access {
    /// Everybody, without a certificate too.
    Anyone,
    /// Clients for whom the rule holds.
    Clients(Rule),
}

/// Whether a no of the line refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Enforced,
    Shadow,
}

impl Line {
    /// As it stands in the effective policy.
    pub(crate) fn described(&self) -> String {
        let who = match &self.access {
            Access::Anyone => "everybody".to_owned(),
            Access::Clients(rule) => rule.to_string(),
        };
        let name = match &self.access {
            Access::Clients(rule) => rule.name(),
            Access::Anyone => None,
        };
        let name = name.map(|name| format!("\"{}\": ", crate::escape::Escaped(name))).unwrap_or_default();
        let mode = if self.is_shadow() { ", rehearsed" } else { "" };
        format!("{name}{}, {}{mode}: {who}", self.place, self.methods)
    }

    pub(crate) fn is_public(&self) -> bool {
        matches!(self.access, Access::Anyone)
    }

    pub(crate) fn is_shadow(&self) -> bool {
        self.mode == Mode::Shadow
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.number)?;
        if let Access::Clients(rule) = &self.access
            && let Some(name) = rule.name()
        {
            write!(f, " \"{}\"", crate::escape::Escaped(name))?;
        }
        write!(f, " ({}, {})", self.place, self.methods)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(pattern) => pattern.fmt(f),
            Self::Template(template) => write!(f, "template {}", crate::escape::Escaped(template)),
        }
    }
}
