//! In place of `meters` where the feature `metrics` is off: nothing is told, and the compiler leaves out every call.

use std::time::SystemTime;

use super::Replaced;
use crate::identity::ClientIdentity;
use crate::readiness::Readiness;
use crate::reason::Reason;

pub(super) fn describe() {}

pub(super) fn accepted(_: &ClientIdentity, _: impl FnOnce() -> SystemTime) {}

pub(super) fn revocation_allowed(_: &str) {}

pub(super) fn anonymous(_: Option<&str>) {}

pub(super) fn refused(_: Reason, _: Option<&str>) {}

pub(super) fn shadow_denied(_: Reason) {}

pub(super) fn audit_lost() {}

pub(super) fn untrusted_header() {}

pub(super) fn look_alikes(_: u64) {}

pub(super) fn foreign_headers(_: u64, _: &str) {}

pub(super) fn stapled_refused(_: &str) {}

#[cfg(feature = "fetch")]
pub(super) fn crl_fetched(_: &'static str) {}

#[cfg(feature = "fetch")]
pub(super) fn store_failed() {}

#[cfg(feature = "ocsp")]
pub(super) fn ocsp_asked(_: std::time::Duration, _: bool) {}

pub(super) fn replaced(_: Replaced, _: bool) {}

pub(super) fn timed<T>(validate: impl FnOnce() -> T) -> T {
    validate()
}

pub(super) fn judged(_: bool) {}

pub(super) fn in_force(_: &Readiness, _: bool) {}
