use std::fmt;

/// One check of an [`EffectivePolicy`](super::EffectivePolicy).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyEntry {
    key: String,
    check: &'static str,
    value: String,
    is_default: bool,
    allows: Option<&'static str>,
}

impl PolicyEntry {
    pub(super) fn new(key: String, check: &'static str, value: String) -> Self {
        Self { key, check, value, is_default: true, allows: None }
    }

    /// Its key, such as `validation.max_depth`.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What is checked.
    #[must_use]
    pub fn check(&self) -> &str {
        self.check
    }

    /// The value in force. Text from certificates stands in it as it is.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Whether it would be the same had nothing been said.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.is_default
    }

    /// What is given up by it, where it loosens a check.
    #[must_use]
    pub fn allows(&self) -> Option<&str> {
        self.allows
    }
}

impl fmt::Display for PolicyEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, super::markdown::Plain(&self.value))?;
        if self.is_default {
            f.write_str(" (default)")?;
        }
        match self.allows {
            Some(allows) => write!(f, " ! {allows}"),
            None => Ok(()),
        }
    }
}

/// Says more of an entry that was just begun.
#[derive(Debug)]
pub(crate) struct EntryWriter<'a>(Option<&'a mut PolicyEntry>);

impl<'a> EntryWriter<'a> {
    pub(super) fn of(entry: Option<&'a mut PolicyEntry>) -> Self {
        Self(entry)
    }

    /// It is another value than the default, if so.
    pub(crate) fn set_if(mut self, is_set: bool) -> Self {
        if let Some(entry) = &mut self.0 {
            entry.is_default = !is_set;
        }
        self
    }

    /// What is given up by it, if so.
    pub(crate) fn allows_if(mut self, loosens: bool, what: &'static str) -> Self {
        if let Some(entry) = &mut self.0
            && loosens
        {
            entry.allows = Some(what);
        }
        self
    }
}
