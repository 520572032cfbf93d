use tracing::field::{DisplayValue, display};

use crate::escape::Escaped;
use crate::rejection::Rejection;
use crate::revocation::{RevocationProblem, RevocationReason};
use crate::utc::Utc;

/// What stage 5 found out of a certificate that it refuses, as fields of a line: nothing where another stage refuses.
#[derive(Debug, Default)]
pub(super) struct RevocationFields<'a> {
    pub(super) status: Option<&'static str>,
    /// Why its authority revoked it, in the standard's words.
    pub(super) reason: Option<&'static str>,
    pub(super) revoked_at: Option<DisplayValue<Utc>>,
    /// The list, the answer, or whoever was asked in vain.
    pub(super) source: Option<DisplayValue<Escaped<'a>>>,
    pub(super) this_update: Option<DisplayValue<Utc>>,
    pub(super) next_update: Option<DisplayValue<Utc>>,
}

impl<'a> RevocationFields<'a> {
    pub(super) fn of(rejection: &'a Rejection) -> Self {
        let Rejection::Revocation(error) = rejection else { return Self::default() };
        let (named, at) = (|source| Some(display(Escaped(source))), |time| display(Utc(time)));
        match error.problem() {
            RevocationProblem::DenyListed { .. } => Self { status: Some("deny-listed"), ..Self::default() },
            RevocationProblem::NoSource { .. } => Self { status: Some("no source"), ..Self::default() },
            RevocationProblem::Revoked { at: revoked_at, reason, source, this_update } => Self {
                status: Some("revoked"),
                reason: reason.map(RevocationReason::name),
                revoked_at: Some(at(*revoked_at)),
                source: named(source),
                this_update: this_update.map(at),
                next_update: None,
            },
            RevocationProblem::Stale { source, this_update, next_update } => Self {
                status: Some("stale"),
                source: named(source),
                this_update: this_update.map(at),
                next_update: next_update.map(at),
                ..Self::default()
            },
            RevocationProblem::Unavailable { source, .. } => {
                Self { status: Some("unavailable"), source: named(source), ..Self::default() }
            }
            RevocationProblem::Unknown { source, this_update } => Self {
                status: Some("unknown"),
                source: named(source),
                this_update: this_update.map(at),
                ..Self::default()
            },
        }
    }
}
