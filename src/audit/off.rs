//! In place of `audit` where the feature is off: there is never an audit, and the compiler leaves out what would ask it.

mod about;

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use http::{HeaderName, Request};

pub(crate) use self::about::{About, Subject};
use crate::rejection::Rejection;

/// No value of this exists.
#[derive(Clone, Debug)]
pub(crate) enum Audit {}

/// No value of this exists.
#[derive(Debug)]
pub(crate) enum Note {}

/// No value of this exists.
#[derive(Debug)]
pub(crate) enum AuditLost {}

impl Audit {
    pub(crate) fn note<'n, B>(
        &self,
        _: &Request<B>,
        _: impl Iterator<Item = &'n HeaderName>,
        _: SystemTime,
    ) -> Arc<Note> {
        match *self {}
    }

    pub(crate) fn passed(&self, _: About<'_>) -> Result<(), AuditLost> {
        match *self {}
    }

    pub(crate) fn refused(&self, _: &Rejection, _: &Arc<str>, _: About<'_>) -> Result<(), AuditLost> {
        match *self {}
    }

    pub(crate) fn would_refuse(&self, _: &Rejection, _: About<'_>) -> Result<(), AuditLost> {
        match *self {}
    }

    pub(crate) fn is_required(&self) -> bool {
        match *self {}
    }

    pub(crate) fn trouble(&self) -> Option<String> {
        match *self {}
    }
}

impl fmt::Display for AuditLost {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}
