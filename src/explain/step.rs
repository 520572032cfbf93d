use std::fmt;

use crate::escape::Escaped;
use crate::reason::Stage;

/// One check of an [`Explanation`](crate::Explanation): what was wanted, what was found, and how it ended.
///
/// Texts may hold names from certificates; they are escaped and safe for a terminal.
#[derive(Clone, Debug)]
pub struct Step {
    pub(super) stage: Stage,
    pub(super) check: &'static str,
    pub(super) outcome: StepOutcome,
    pub(super) wanted: String,
    pub(super) found: String,
    pub(super) standard: &'static str,
    pub(super) mend: Option<String>,
}

/// How a [`Step`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StepOutcome {
    /// There was nothing to check: the gateway sent no certificate.
    Absent,
    /// It passed only because an option loosens it.
    Allowed,
    /// It did not pass; the line ends here.
    Failed,
    /// It is not configured.
    NotConfigured,
    /// The line ended before, or it cannot be told apart from the check of the same stage that failed.
    NotReached,
    /// It passed.
    Passed,
    /// It is configured and does not apply to this certificate.
    Skipped,
    /// It did not pass, and a policy for that case lets the request go on.
    Tolerated,
}

impl Step {
    /// The stage that the check belongs to.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// The check's name: that of its [`Check`](crate::evidence::Check) where it has one, else `names`,
    /// `re-emission`, `presence` or `access-table`.
    #[must_use]
    pub fn check(&self) -> &'static str {
        self.check
    }

    /// How it ended.
    #[must_use]
    pub fn outcome(&self) -> StepOutcome {
        self.outcome
    }

    /// What was wanted, in words.
    #[must_use]
    pub fn wanted(&self) -> &str {
        &self.wanted
    }

    /// What was found, in words; empty where the check was not reached.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }

    /// The standard that asks for the check, with its section; empty where the operator alone does.
    #[must_use]
    pub fn standard(&self) -> &'static str {
        self.standard
    }

    /// How to mend it; `None` where it passed, or the text says all there is.
    #[must_use]
    pub fn mend(&self) -> Option<&str> {
        self.mend.as_deref()
    }

    /// Whether the line ended here without a client.
    #[must_use]
    pub fn is_end(&self) -> bool {
        matches!(self.outcome, StepOutcome::Absent | StepOutcome::Failed)
    }
}

impl StepOutcome {
    /// The outcome's name as it stands in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Allowed => "allowed",
            Self::Failed => "failed",
            Self::NotConfigured => "not configured",
            Self::NotReached => "not reached",
            Self::Passed => "passed",
            Self::Skipped => "skipped",
            Self::Tolerated => "tolerated",
        }
    }
}

impl fmt::Display for StepOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} {}", self.stage, self.check, self.outcome)?;
        if self.is_end() {
            write!(f, ": wanted {}, found {}", self.wanted, self.found)?;
        }
        Ok(())
    }
}

/// Text of others, escaped and cut.
pub(super) fn shown(text: impl AsRef<str>) -> String {
    Escaped(text.as_ref()).to_string()
}
