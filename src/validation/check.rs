use super::allowance::Allowance;
use super::error::ValidationError;

/// How a check of a path ended: passed, passed only because an option allows it, or refused.
pub(super) type Checked = Result<Option<Allowance>, Box<ValidationError>>;

/// What a check may be loosened for.
pub(super) trait SubjectOfCheck {
    /// Whether the operator has loosened this rule for it.
    fn allows(&self, allowance: Allowance) -> bool;
}
