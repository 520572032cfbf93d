//! What a health endpoint can say of a layer.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::certificate::Certificate;
use crate::escape::Escaped;
use crate::revocation::RevocationListInForce;
use crate::snapshot::Snapshot;
use crate::utc::Utc;
use crate::validation::is_in_date;

/// The state of what a layer judges by, at one moment; from
/// [`ClientCertHandle::readiness`](crate::ClientCertHandle::readiness).
///
/// A problem here is one of every replica that reads the same files, so that taking a replica out of service mends
/// nothing. Have a person told, and take out of service only what cannot serve anybody.
///
/// ```
/// use http::{Response, StatusCode};
/// use tower_client_cert::ClientCertHandle;
///
/// fn health(handle: &ClientCertHandle) -> Response<String> {
///     let readiness = handle.readiness();
///     let problems: Vec<_> = readiness.problems().iter().map(ToString::to_string).collect();
///     let mut response = Response::new(problems.join("\n"));
///     if !readiness.is_ready() {
///         *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
///     }
///     response
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Readiness {
    checked_at: SystemTime,
    trust_since: SystemTime,
    lists: Vec<RevocationListInForce>,
    problems: Vec<ReadinessProblem>,
    authorities: Vec<Arc<Certificate>>,
    unreachable: Vec<UnreachableSource>,
}

/// A responder, or a server of revocation lists, that gave nothing usable when it was last asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreachableSource {
    name: String,
    since: SystemTime,
    detail: String,
}

/// What somebody has to mend: clients that cannot be accepted whoever they are, or decisions that are not recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadinessProblem {
    /// Every anchor for the clients of a gateway is outside of its dates, so that no path can end there.
    AnchorsOutOfDate {
        /// The gateway's name.
        gateway: String,
    },
    /// Records of decisions cannot be written at present.
    AuditFailing {
        /// What keeps them from it.
        trouble: String,
    },
    /// A revocation list is past its next update, so that it says of no certificate that it is good.
    RevocationListStale {
        /// The list, as evidence and logs name it.
        name: String,
        /// When the next one was due.
        next_update: SystemTime,
    },
}

impl Readiness {
    pub(crate) fn new(
        snapshot: &Snapshot,
        authorities: Vec<Arc<Certificate>>,
        lists: Vec<RevocationListInForce>,
        audit_trouble: Option<String>,
        unreachable: Vec<UnreachableSource>,
        checked_at: SystemTime,
        clock_skew: Duration,
    ) -> Self {
        let without_anchors = snapshot.gateways.iter().filter(|member| {
            let mut anchors = member.trust.anchors().map(|anchor| anchor.certificate()).peekable();
            let is_good =
                |known: &Certificate| is_in_date(known.not_before(), known.not_after(), checked_at, clock_skew);
            anchors.peek().is_some() && !anchors.any(is_good)
        });
        let stale = lists.iter().filter(|list| list.next_update() <= checked_at);
        let problems = without_anchors
            .map(|member| ReadinessProblem::AnchorsOutOfDate { gateway: member.gateway.name().to_owned() })
            .chain(stale.map(|list| ReadinessProblem::RevocationListStale {
                name: list.name().to_owned(),
                next_update: list.next_update(),
            }))
            .chain(audit_trouble.map(|trouble| ReadinessProblem::AuditFailing { trouble }))
            .collect();
        Self { checked_at, trust_since: snapshot.since, lists, problems, authorities, unreachable }
    }

    /// Whether there is no problem.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.problems.is_empty()
    }

    /// Every problem there is.
    #[must_use]
    pub fn problems(&self) -> &[ReadinessProblem] {
        &self.problems
    }

    /// When this was looked at, by the layer's clock.
    #[must_use]
    pub fn checked_at(&self) -> SystemTime {
        self.checked_at
    }

    /// When the trust in force was put in force.
    #[must_use]
    pub fn trust_since(&self) -> SystemTime {
        self.trust_since
    }

    /// For how long the trust in force has been so.
    #[must_use]
    pub fn trust_age(&self) -> Duration {
        self.checked_at.duration_since(self.trust_since).unwrap_or_default()
    }

    /// The revocation lists in force.
    #[must_use]
    pub fn crls(&self) -> &[RevocationListInForce] {
        &self.lists
    }

    /// Responders and servers of lists that gave nothing usable when they were last asked, from what is known without asking
    /// anybody. It is no problem by itself: what was learnt before is in force until it is stale, and another replica
    /// would learn no more. New clients may be refused meanwhile, so have a person told.
    #[must_use]
    pub fn unreachable(&self) -> &[UnreachableSource] {
        &self.unreachable
    }

    /// The last second at which all anchors and configured intermediates are valid; `None` where there are pins alone.
    #[must_use]
    pub fn authorities_valid_until(&self) -> Option<SystemTime> {
        self.authorities.iter().map(|authority| authority.not_after()).min()
    }

    /// What ends when: anchors and configured intermediates, and the revocation lists in force; the soonest first.
    #[must_use]
    pub fn expiries(&self) -> Vec<Expiry> {
        let authority = |known: &Arc<Certificate>| Expiry {
            kind: ExpiryKind::Authority,
            name: format!("authority \"{}\"", Escaped(&known.subject().to_string())),
            at: known.not_after(),
        };
        let list = |known: &RevocationListInForce| Expiry {
            kind: ExpiryKind::RevocationList,
            name: Escaped(known.name()).to_string(),
            at: known.next_update(),
        };
        let mut expiries: Vec<_> = self.authorities.iter().map(authority).chain(self.lists.iter().map(list)).collect();
        expiries.sort_by(|one, other| one.at.cmp(&other.at).then_with(|| one.name.cmp(&other.name)));
        expiries
    }
}

impl UnreachableSource {
    #[cfg(feature = "fetch")]
    pub(crate) fn new(name: String, since: SystemTime, detail: String) -> Self {
        Self { name, since, detail }
    }

    /// The host of a responder, or the address of a list.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When it gave nothing usable for the first time since it last gave something.
    #[must_use]
    pub fn since(&self) -> SystemTime {
        self.since
    }

    /// What came in place of something usable, the last time.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl fmt::Display for UnreachableSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, since, detail } = self;
        write!(f, "{} has given nothing usable since {}: {}", Escaped(name), Utc(*since), Escaped(detail))
    }
}

/// Something that ends unless it is renewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    kind: ExpiryKind,
    name: String,
    at: SystemTime,
}

/// What it is that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExpiryKind {
    /// The certificate of an anchor or a configured intermediate.
    Authority,
    /// A revocation list, which its issuer replaces often.
    RevocationList,
}

impl Expiry {
    /// What kind of thing it is.
    #[must_use]
    pub fn kind(&self) -> ExpiryKind {
        self.kind
    }

    /// What it is, escaped: an authority by its subject, a revocation list as logs name it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The last second of a certificate, or the next update of a list.
    #[must_use]
    pub fn at(&self) -> SystemTime {
        self.at
    }
}

impl ReadinessProblem {
    /// Every code there is.
    pub const CODES: &'static [&'static str] = &["anchors-out-of-date", "audit-failing", "revocation-list-stale"];

    /// The stable code, in kebab case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AnchorsOutOfDate { .. } => "anchors-out-of-date",
            Self::AuditFailing { .. } => "audit-failing",
            Self::RevocationListStale { .. } => "revocation-list-stale",
        }
    }
}

impl fmt::Display for ReadinessProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AnchorsOutOfDate { gateway } => {
                write!(f, "no anchor for clients of the gateway {} is within its dates", Escaped(gateway))
            }
            Self::AuditFailing { trouble } => write!(f, "audit records cannot be written: {}", Escaped(trouble)),
            Self::RevocationListStale { name, next_update } => {
                write!(f, "{} is stale, its next update was due at {}", Escaped(name), Utc(*next_update))
            }
        }
    }
}

#[cfg(feature = "serde")]
mod serialize {
    use serde::ser::SerializeStruct as _;
    use serde::{Serialize, Serializer};

    use super::{Readiness, ReadinessProblem, UnreachableSource};
    use crate::revocation::RevocationListInForce;
    use crate::utc::Utc;

    impl Serialize for Readiness {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut readiness = serializer.serialize_struct("Readiness", 8)?;
            readiness.serialize_field("ready", &self.is_ready())?;
            readiness.serialize_field("checked_at", &Utc(self.checked_at).to_string())?;
            readiness.serialize_field("trust_since", &Utc(self.trust_since).to_string())?;
            readiness.serialize_field("trust_age_seconds", &self.trust_age().as_secs())?;
            let valid_until = self.authorities_valid_until().map(|time| Utc(time).to_string());
            readiness.serialize_field("authorities_valid_until", &valid_until)?;
            readiness.serialize_field("crls", self.crls())?;
            readiness.serialize_field("unreachable", self.unreachable())?;
            readiness.serialize_field("problems", self.problems())?;
            readiness.end()
        }
    }

    impl Serialize for UnreachableSource {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut source = serializer.serialize_struct("UnreachableSource", 3)?;
            source.serialize_field("name", self.name())?;
            source.serialize_field("since", &Utc(self.since()).to_string())?;
            source.serialize_field("detail", self.detail())?;
            source.end()
        }
    }

    impl Serialize for ReadinessProblem {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut problem = serializer.serialize_struct("ReadinessProblem", 2)?;
            problem.serialize_field("code", self.code())?;
            problem.serialize_field("detail", &self.to_string())?;
            problem.end()
        }
    }

    impl Serialize for RevocationListInForce {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut list = serializer.serialize_struct("RevocationListInForce", 4)?;
            list.serialize_field("name", self.name())?;
            list.serialize_field("entries", &self.entries())?;
            list.serialize_field("this_update", &Utc(self.this_update()).to_string())?;
            list.serialize_field("next_update", &Utc(self.next_update()).to_string())?;
            list.end()
        }
    }
}
