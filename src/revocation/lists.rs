use std::sync::Arc;
use std::time::SystemTime;

#[cfg(feature = "fetch")]
use super::crl::{Added, VerifiedLists};
use super::crl::{ListTable, Question, RevocationLists};
#[cfg(feature = "fetch")]
use super::fetch::FetchUrl;
use super::open::OpenQuestion;
#[cfg(feature = "fetch")]
use super::schedule::{DistributionPoints, Look, Named, PointPlace};
use super::sources::{ListSources, Verifier};
use super::status::CertificateStatus;
#[cfg(feature = "fetch")]
use super::status::Standing;
use crate::error::{ConfigError, RevocationListError};

/// Lists in force, and where they come from.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    pub(super) table: Arc<ListTable>,
    /// Those of the table that came over the network.
    fetched: Arc<ListTable>,
    sources: ListSources,
}

impl Lists {
    pub(super) fn load(sources: ListSources, verifier: &Verifier<'_>) -> Result<Self, ConfigError> {
        let (table, errors) = verifier.load(&sources.places);
        if !errors.is_empty() {
            return Err(ConfigError::RevocationLists { errors });
        }
        Ok(Self { table: Arc::new(table), fetched: Arc::default(), sources })
    }

    /// The same, read and verified again under other trust.
    pub(super) fn load_again(&self, verifier: &Verifier<'_>) -> Result<Self, ConfigError> {
        Ok(Self::load(self.sources.clone(), verifier)?.with_fresher(self, verifier))
    }

    /// Where the files among them are.
    pub(super) fn places(&self) -> &RevocationLists {
        &self.sources.places
    }

    /// Keeps what was in force and is fresher, and what came over the network from where lists are still fetched.
    pub(super) fn with_fresher(self, before: &Self, verifier: &Verifier<'_>) -> Self {
        let mut table = Arc::unwrap_or_clone(self.table);
        table.keep_fresher(&before.table);
        #[cfg(feature = "fetch")]
        let known = &Arc::new(before.fetched.only_from(|origin| self.sources.include(origin)));
        #[cfg(not(feature = "fetch"))]
        let known = &before.fetched;
        let fetched = verifier.again(known);
        table.keep_all(&fetched);
        Self { table: Arc::new(table), fetched, sources: self.sources }
    }

    /// The lists of these places instead. Nothing goes back in time; where some cannot be used, everything that was in force
    /// stays beside.
    pub(super) fn replaced_by(
        self,
        places: RevocationLists,
        verifier: &Verifier<'_>,
    ) -> (Self, Vec<RevocationListError>) {
        let (mut table, errors) = verifier.load(&places);
        if errors.is_empty() {
            table.keep_fresher(&self.table);
        } else {
            table.keep_all(&self.table);
        }
        table.keep_all(&self.fetched);
        let mut sources = self.sources;
        sources.places = places;
        (Self { table: Arc::new(table), fetched: self.fetched, sources }, errors)
    }

    /// Puts lists in force that came over the network, where they are fresher than those that are.
    #[cfg(feature = "fetch")]
    pub(super) fn add_fetched(&mut self, found: VerifiedLists) -> Added {
        let mut table = ListTable::clone(&self.table);
        let mut fetched = ListTable::clone(&self.fetched);
        let added = table.add_fetched(&mut fetched, found);
        if !added.fresh.is_empty() {
            (self.table, self.fetched) = (Arc::new(table), Arc::new(fetched));
        }
        added
    }

    /// What the lists say of a certificate, and whether a list may still come for which the client can wait.
    #[cfg(not(feature = "fetch"))]
    pub(super) fn consult(
        &self,
        question: &Question<'_>,
        now: SystemTime,
    ) -> (CertificateStatus, Option<OpenQuestion>) {
        (self.table.status(question, now), None)
    }

    /// What the lists say of a certificate, and whether a list may still come for which the client can wait.
    #[cfg(feature = "fetch")]
    pub(super) fn consult(
        &self,
        question: &Question<'_>,
        now: SystemTime,
    ) -> (CertificateStatus, Option<OpenQuestion>) {
        let status = self.table.status(question, now);
        if self.sources.points.is_empty() {
            return (status, None);
        }
        let is_settled = match status.standing {
            Standing::Good => !self.table.is_covered_from_distribution_point(question, now),
            Standing::NoSource | Standing::Stale => false,
            Standing::Revoked { .. } | Standing::Unavailable | Standing::Unknown => true,
        };
        let address = |points: &Arc<DistributionPoints>| points.address(question.certificate);
        let named = || self.sources.points.iter().find_map(|points| Some((points, address(points)?)));
        let Some((points, url)) = (if is_settled { None } else { named() }) else {
            return (status, None);
        };
        let place = || PointPlace { url: url.clone(), issuer: Arc::new(question.issuer.clone()) };
        let named = points.named(&url, question);
        if status.standing != Standing::NoSource {
            // There is a list, so nobody waits; the next one is looked for.
            if matches!(named, Named::Unknown) {
                points.look_after(place());
            }
            return (status, None);
        }
        let (detail, open): (Arc<str>, _) = match named {
            Named::Known(Look::Came) => {
                ("sent no list that covers the certificate".into(), Some(OpenQuestion::list_again(points, place())))
            }
            Named::Known(Look::Failed(detail)) => (detail, None),
            Named::Known(Look::Open) | Named::Unknown => {
                ("was not asked yet".into(), Some(OpenQuestion::first_list(points, place())))
            }
            Named::TooMany => ("is one address too many to be looked after".into(), None),
        };
        let (standing, source) = (Standing::Unavailable, Some(url.as_str().into()));
        (CertificateStatus { standing, source, detail: Some(detail), ..status }, open)
    }

    /// Whether lists may come of which nothing is known yet: from a configured address that has given none, or from one that
    /// certificates name. Whose list that will be, nobody knows.
    #[cfg(feature = "fetch")]
    pub(super) fn are_awaited(&self) -> bool {
        let has_given_none = |url: &FetchUrl| !self.fetched.has_any_from(url);
        !self.sources.points.is_empty() || self.sources.addresses.iter().any(has_given_none)
    }

    #[cfg(not(feature = "fetch"))]
    #[expect(clippy::unused_self, reason = "as with addresses")]
    pub(super) fn are_awaited(&self) -> bool {
        false
    }

    /// Whether addresses in certificates are followed to no host at all.
    #[cfg(feature = "fetch")]
    pub(super) fn follow_no_host(&self) -> bool {
        self.sources.points.iter().any(|points| points.hosts().is_empty())
    }

    /// Where they are read from; not which are in force, which changes of itself.
    pub(super) fn describe(&self) -> Option<String> {
        Some(self.sources.places.to_string()).filter(|places| !places.is_empty())
    }
}
