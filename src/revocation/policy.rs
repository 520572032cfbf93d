use std::time::{Duration, SystemTime};

use super::status::{CertificateStatus, Standing};

/// What becomes of clients under one anchor when no current source says whether their certificate is revoked.
///
/// The default denies. A certificate that a source says is revoked is refused under every policy.
///
/// ```
/// use std::time::Duration;
/// use tower_client_cert::RevocationPolicy;
///
/// let a_day_late = RevocationPolicy::deny().allow_stale_for(Duration::from_secs(24 * 60 * 60));
/// # let _ = a_day_late;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a policy does nothing before it is given to the builder"]
pub struct RevocationPolicy {
    pub(super) no_source: Tolerance,
    pub(super) stale: Tolerance,
    pub(super) unavailable: Tolerance,
}

/// Which certificates of a path a source must say of that they are not revoked.
///
/// A certificate of the path that is on a list in force is refused in either scope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevocationScope {
    /// The client's own. The default: most private authorities publish no list for their intermediates.
    #[default]
    EndEntity,
    /// Every certificate but the anchor.
    WholePath,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tolerance {
    Always,
    Never,
    Within(Duration),
}

/// What a policy makes of a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(super) enum Ruling {
    /// A source says that the certificate is good.
    Passes,
    /// None does, and the policy lets it go on, for this reason.
    Tolerated(&'static str),
    Refused,
}

impl RevocationPolicy {
    /// Denies whatever is not known to be good.
    pub const fn deny() -> Self {
        Self { no_source: Tolerance::Never, stale: Tolerance::Never, unavailable: Tolerance::Never }
    }

    /// Lets a source that is past its next update speak for this long after it. The last signed answer counts: what it
    /// revokes is refused.
    pub const fn allow_stale_for(mut self, grace: Duration) -> Self {
        self.stale = Tolerance::Within(grace);
        self
    }

    /// Lets a source that is past its next update speak for ever. Whoever can keep new lists from arriving can then
    /// use a certificate that was revoked since.
    pub const fn allow_stale(mut self) -> Self {
        self.stale = Tolerance::Always;
        self
    }

    /// Accepts certificates that no source covers: revocation is then not checked for them, and the evidence says so.
    pub const fn allow_no_source(mut self) -> Self {
        self.no_source = Tolerance::Always;
        self
    }

    /// Accepts certificates of which no responder has ever given a usable answer, as long as none does. Whoever can keep a
    /// responder from answering can then use a certificate that was revoked, unless it was seen here before.
    ///
    /// For certificates seen before, the last answer speaks: see [`allow_stale_for`](Self::allow_stale_for).
    pub const fn allow_unavailable(mut self) -> Self {
        self.unavailable = Tolerance::Always;
        self
    }

    /// The last moment at which a source may speak that is past its next update, where there is one.
    pub(super) fn end_of_grace(self, next_update: SystemTime) -> Option<SystemTime> {
        match self.stale {
            Tolerance::Within(grace) => next_update.checked_add(grace),
            Tolerance::Always | Tolerance::Never => None,
        }
    }

    pub(super) fn rule(self, status: &CertificateStatus, now: SystemTime) -> Ruling {
        match status.standing {
            Standing::Good => Ruling::Passes,
            Standing::Revoked { .. } | Standing::Unknown => Ruling::Refused,
            Standing::Unavailable => match self.unavailable {
                Tolerance::Always => Ruling::Tolerated("no responder answers, and allow_unavailable is set"),
                Tolerance::Never | Tolerance::Within(_) => Ruling::Refused,
            },
            Standing::NoSource => match self.no_source {
                Tolerance::Always => Ruling::Tolerated("no source covers the certificate, and allow_no_source is set"),
                Tolerance::Never | Tolerance::Within(_) => Ruling::Refused,
            },
            Standing::Stale => match (self.stale, status.next_update) {
                (Tolerance::Always, _) => Ruling::Tolerated("the source is stale, and allow_stale is set"),
                (Tolerance::Within(grace), Some(next_update))
                    if now.duration_since(next_update).is_ok_and(|late| late <= grace) =>
                {
                    Ruling::Tolerated("the source is stale, within the grace of allow_stale_for")
                }
                _ => Ruling::Refused,
            },
        }
    }
}

impl Default for RevocationPolicy {
    fn default() -> Self {
        Self::deny()
    }
}

/// Which sources must say of a certificate that it is not revoked.
///
/// A certificate that any source says is revoked, or that a responder says it does not know, is refused in every mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevocationMode {
    /// A list and a responder. The default where both are configured.
    Both,
    /// A list. The default where only lists are configured.
    Crl,
    /// A list, and where none covers the certificate or it is stale, a responder.
    CrlFirst,
    /// A responder. The default where only responders or their answers are configured.
    Ocsp,
    /// A responder, and where it gives no answer that is good, a list.
    OcspFirst,
}

impl RevocationMode {
    pub(super) const fn asks_lists(self) -> bool {
        !matches!(self, Self::Ocsp)
    }

    pub(super) const fn asks_responders(self) -> bool {
        !matches!(self, Self::Crl)
    }
}
