use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use arc_swap::Guard;
use rustls_pki_types::SignatureVerificationAlgorithm;

#[cfg(feature = "fetch")]
use super::crl::{Added, Delivery, ListOrigin, VerifiedLists};
use super::crl::{ListTable, Question, RevocationListInForce, RevocationLists};
use super::current_sources::CurrentSources;
#[cfg(feature = "fetch")]
use super::fetch::FetchUrl;
use super::lists::Lists;
use super::ocsp::{Ocsp, OcspAnswers, OcspOptions};
#[cfg(feature = "ocsp")]
use super::ocsp::{OcspClientOptions, OcspWorld};
use super::policy::RevocationMode;
#[cfg(feature = "fetch")]
use super::schedule::{DistributionPoints, FetchedCrls};
use super::status::CertificateStatus;
use super::{DenyList, RevocationOptions};
use crate::certificate::Certificate;
use crate::error::ConfigError;
use crate::validation::{Breadth, IssuedBy, Trust, TrustAnchor};

/// What stage 5 judges by: the options, and the sources in force. The sources are replaced apart from trust, so that
/// new data redoes no path validation and reaches every identity that still asks.
#[derive(Debug)]
pub(crate) struct Revocation {
    options: RevocationOptions,
    sources: CurrentSources,
    /// Held while new sources are made from those in force.
    updating: Mutex<()>,
}

/// One generation of sources. Immutable; replaced as a whole.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    /// Which ones they are of those that were in force, counted up.
    pub(super) version: u64,
    pub(super) deny_list: Option<Arc<DenyList>>,
    pub(super) lists: Option<Lists>,
    pub(super) ocsp: Option<Arc<Ocsp>>,
}

/// Who may sign lists, by which algorithms, and the time.
pub(crate) struct Verifier<'a> {
    pub(crate) trusts: Vec<&'a Trust>,
    pub(crate) algorithms: &'a [&'a dyn SignatureVerificationAlgorithm],
    pub(crate) now: SystemTime,
}

impl Revocation {
    /// Loads every source. A list that is not in force is an error.
    pub(crate) fn new(
        options: RevocationOptions,
        deny_list: Option<DenyList>,
        lists: Option<ListSources>,
        ocsp: OcspSources,
        verifier: &Verifier<'_>,
        #[cfg(feature = "ocsp")] world: OcspWorld,
    ) -> Result<Self, ConfigError> {
        options.check_labels(verifier)?;
        let lists = lists.map(|lists| Lists::load(lists, verifier)).transpose()?;
        let ocsp = ocsp.load(
            verifier,
            #[cfg(feature = "ocsp")]
            world,
        )?;
        options.check_mode(lists.is_some(), ocsp.is_some())?;
        let sources = Sources { version: 0, deny_list: deny_list.map(Arc::new), lists, ocsp };
        Ok(Self { options, sources: CurrentSources::new(sources), updating: Mutex::new(()) })
    }

    /// Keeps of what comes before: lists in force that are fresher than what was loaded for them, and what OCSP has said
    /// against a certificate.
    pub(super) fn keep_fresher(&self, before: &Self, verifier: &Verifier<'_>) {
        let (known, mut sources) = (before.sources(), Sources::clone(&self.sources()));
        sources.lists = match (sources.lists.take(), &known.lists) {
            (Some(lists), Some(known)) => Some(lists.with_fresher(known, verifier)),
            (lists, _) => lists,
        };
        if let (Some(ocsp), Some(known)) = (&sources.ocsp, &known.ocsp) {
            ocsp.keep_objections(known, verifier.now);
        }
        self.sources.put(sources);
    }

    pub(super) fn options(&self) -> &RevocationOptions {
        &self.options
    }

    /// The sources that are in force, for the time of one request, which it costs less than [`sources`](Self::sources). It
    /// loads them once and keeps them to the end.
    pub(crate) fn in_force(&self) -> Guard<Arc<Sources>> {
        self.sources.load()
    }

    /// The sources that are in force.
    pub(crate) fn sources(&self) -> Arc<Sources> {
        self.sources.load_full()
    }

    pub(crate) fn replace_deny_list(&self, deny_list: DenyList) {
        let _held = self.updating.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sources = Sources::clone(&self.sources());
        sources.deny_list = Some(Arc::new(deny_list));
        self.sources.put(sources);
    }

    /// Puts lists in force in place of those that are. Nothing goes back in time: a list in force that is fresher than
    /// what was loaded for it stays. Where some cannot be used, the others come into force, everything that was in
    /// force stays beside, and the error names the former.
    pub(crate) fn replace_lists(&self, places: RevocationLists, verifier: &Verifier<'_>) -> Result<(), ConfigError> {
        let _held = self.updating.lock().unwrap_or_else(PoisonError::into_inner);
        self.put_in_force(places, verifier)
    }

    /// Reads the lists in force again, from where they were read before.
    pub(crate) fn reload_lists(&self, verifier: &Verifier<'_>) -> Result<(), ConfigError> {
        let _held = self.updating.lock().unwrap_or_else(PoisonError::into_inner);
        match &self.sources().lists {
            Some(lists) => self.put_in_force(lists.places().clone(), verifier),
            None => Ok(()),
        }
    }

    /// Reads and verifies the lists again under other trust, with the certificates that their issuers have there. On an
    /// error, everything stays as it is.
    pub(crate) fn verify_again(&self, verifier: &Verifier<'_>) -> Result<(), ConfigError> {
        self.options.check_labels(verifier)?;
        let _held = self.updating.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sources = Sources::clone(&self.sources());
        if let Some(lists) = &mut sources.lists {
            *lists = lists.load_again(verifier)?;
        }
        self.sources.put(sources);
        Ok(())
    }

    /// Puts lists in force that came over the network, where they are fresher than those that are. Whatever comes, no list
    /// in force goes without a fresher one of the same issuer, key and scope.
    #[cfg(feature = "fetch")]
    pub(crate) fn add_fetched(&self, octets: &[u8], delivery: &Delivery, verifier: &Verifier<'_>) -> Added {
        let mut authorities = verifier.authorities();
        authorities.extend(delivery.issuer.clone());
        let found = VerifiedLists::verify(octets, delivery, &authorities, verifier.algorithms, verifier.now);
        let _held = self.updating.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sources = Sources::clone(&self.sources());
        let Some(lists) = &mut sources.lists else {
            return Added::default();
        };
        let added = lists.add_fetched(found);
        if !added.fresh.is_empty() {
            self.sources.put(sources);
        }
        added
    }

    /// Reads OCSP answers again, from where they were read before.
    pub(crate) fn reload_answers(&self, verifier: &Verifier<'_>) -> Result<(), ConfigError> {
        let _held = self.updating.lock().unwrap_or_else(PoisonError::into_inner);
        let sources = self.sources();
        let Some((ocsp, places)) = sources.ocsp.as_ref().and_then(|ocsp| Some((ocsp, ocsp.places()?))) else {
            return Ok(());
        };
        let errors = ocsp.load(places, verifier);
        // The same sources say something else now.
        self.sources.put(Sources::clone(&sources));
        if errors.is_empty() { Ok(()) } else { Err(ConfigError::OcspAnswers { errors }) }
    }

    /// Asks responders about every certificate that is due.
    #[cfg(feature = "ocsp")]
    pub(crate) async fn refresh_answers(&self) {
        let sources = self.sources();
        if let Some(ocsp) = &sources.ocsp {
            ocsp.refresh().await;
        }
    }

    fn put_in_force(&self, places: RevocationLists, verifier: &Verifier<'_>) -> Result<(), ConfigError> {
        let mut sources = Sources::clone(&self.sources());
        let (lists, errors) = sources.lists.unwrap_or_default().replaced_by(places, verifier);
        sources.lists = Some(lists);
        self.sources.put(sources);
        if errors.is_empty() { Ok(()) } else { Err(ConfigError::RevocationLists { errors }) }
    }
}

impl Sources {
    /// How many paths have to be found: every one where something could be revoked, since one revoked certificate on
    /// any of them refuses.
    pub(crate) fn breadth(&self) -> Breadth {
        let has_deny_list = self.deny_list.as_ref().is_some_and(|list| !list.is_empty());
        if has_deny_list || self.lists.is_some() || self.ocsp.is_some() {
            Breadth::EveryPath
        } else {
            Breadth::FirstPath
        }
    }

    /// Which sources are asked; `None` where there is none.
    pub(super) fn mode(&self, options: &RevocationOptions) -> Option<RevocationMode> {
        let usual = match (self.lists.is_some(), self.ocsp.is_some()) {
            (false, false) => return None,
            (true, false) => RevocationMode::Crl,
            (false, true) => RevocationMode::Ocsp,
            (true, true) => RevocationMode::Both,
        };
        Some(options.mode.unwrap_or(usual))
    }

    /// Whether a source says of a certificate, of whatever scope, that it is revoked or not known to its responder.
    pub(super) fn objection(&self, question: &Question<'_>, now: SystemTime) -> Option<CertificateStatus> {
        let listed = self.lists.as_ref().and_then(|lists| lists.table.revocation(question, now));
        listed.or_else(|| self.ocsp.as_ref().and_then(|ocsp| ocsp.objection(question, now)))
    }

    /// Whether a certificate beside the path may not be relied upon.
    pub(super) fn forbids(&self, question: &Question<'_>, now: SystemTime) -> bool {
        let is_denied = |list: &Arc<DenyList>| list.find(question.certificate, Some(question.issuer)).is_some();
        self.deny_list.as_ref().is_some_and(is_denied) || self.objection(question, now).is_some()
    }

    /// Whether a deny-list is configured, an empty one too.
    pub(crate) fn has_deny_list(&self) -> bool {
        self.deny_list.is_some()
    }

    /// Whether revocation lists are configured.
    pub(crate) fn has_lists(&self) -> bool {
        self.lists.is_some()
    }

    /// Whether responders or their answers are configured.
    pub(crate) fn has_ocsp(&self) -> bool {
        self.ocsp.is_some()
    }

    /// The revocation lists in force.
    pub(crate) fn lists_in_force(&self) -> Vec<RevocationListInForce> {
        self.lists.as_ref().map(|lists| lists.table.in_force()).unwrap_or_default()
    }
}

impl Verifier<'_> {
    pub(super) fn load(&self, places: &RevocationLists) -> (ListTable, Vec<crate::error::RevocationListError>) {
        ListTable::load(places, &self.authorities(), self.algorithms, self.now)
    }

    /// Lists that came over the network, under the authorities of now.
    pub(super) fn again(&self, fetched: &Arc<ListTable>) -> Arc<ListTable> {
        Arc::new(fetched.under(&self.authorities(), self.algorithms))
    }

    /// Whoever may have issued a list, or the certificates an answer is about: anchors and configured intermediates, each
    /// once.
    pub(crate) fn authorities(&self) -> Vec<Arc<Certificate>> {
        let anchors = self.anchors().map(|anchor| anchor.shared_certificate());
        let intermediates = self.trusts.iter().flat_map(|trust| trust.intermediates()).map(Arc::clone);
        let mut authorities: Vec<Arc<Certificate>> = Vec::new();
        for certificate in anchors.chain(intermediates) {
            if !authorities.iter().any(|known| known.fingerprint() == certificate.fingerprint()) {
                authorities.push(certificate);
            }
        }
        authorities
    }

    fn anchors(&self) -> impl Iterator<Item = &Arc<TrustAnchor>> {
        self.trusts.iter().flat_map(|trust| trust.anchors())
    }
}

/// Where lists come from, as configured.
#[derive(Clone, Debug)]
pub(crate) struct ListSources {
    pub(crate) places: RevocationLists,
    /// Addresses that certificates name.
    #[cfg(feature = "fetch")]
    pub(crate) points: Vec<Arc<DistributionPoints>>,
    /// Addresses that the operator wrote down.
    #[cfg(feature = "fetch")]
    pub(crate) addresses: Vec<FetchUrl>,
}

impl ListSources {
    /// `None` where there are no lists and none can come.
    #[cfg(feature = "fetch")]
    pub(crate) fn of(places: Option<RevocationLists>, fetched: &[FetchedCrls]) -> Option<Self> {
        let points = fetched.iter().filter_map(FetchedCrls::points).map(Arc::clone).collect();
        let places = places.or_else(|| (!fetched.is_empty()).then(RevocationLists::nowhere))?;
        let addresses = fetched.iter().flat_map(FetchedCrls::urls).cloned().collect();
        Some(Self { places, points, addresses })
    }
}

#[cfg(feature = "fetch")]
impl ListSources {
    /// Whether lists are read or fetched from there.
    pub(super) fn include(&self, origin: &ListOrigin) -> bool {
        match origin {
            ListOrigin::Address(url) => self.addresses.contains(url),
            ListOrigin::DistributionPoint(url) => self.points.iter().any(|points| points.hosts().contain(url)),
            ListOrigin::File => true,
        }
    }
}

impl Default for ListSources {
    fn default() -> Self {
        Self {
            places: RevocationLists::nowhere(),
            #[cfg(feature = "fetch")]
            points: Vec::new(),
            #[cfg(feature = "fetch")]
            addresses: Vec::new(),
        }
    }
}

/// Where OCSP answers come from, as configured.
#[derive(Clone, Debug, Default)]
pub(crate) struct OcspSources {
    pub(crate) options: OcspOptions,
    pub(crate) answers: Option<OcspAnswers>,
    /// Whether a gateway sends answers beside certificates.
    pub(crate) are_stapled: bool,
    #[cfg(feature = "ocsp")]
    pub(crate) client: OcspClientOptions,
}

impl OcspSources {
    fn load(
        self,
        verifier: &Verifier<'_>,
        #[cfg(feature = "ocsp")] world: OcspWorld,
    ) -> Result<Option<Arc<Ocsp>>, ConfigError> {
        let mut ocsp = self.are_stapled.then(|| Ocsp::new(self.options.clone()));
        if let Some(answers) = self.answers {
            let loaded = Ocsp::new(self.options.clone());
            let errors = loaded.load(answers, verifier);
            if !errors.is_empty() {
                return Err(ConfigError::OcspAnswers { errors });
            }
            ocsp = Some(loaded);
        }
        #[cfg(feature = "ocsp")]
        if self.client.is_configured() {
            self.client.check_labels(&verifier.anchors().map(Arc::clone).collect::<Vec<_>>())?;
            let asking = ocsp.unwrap_or_else(|| Ocsp::new(self.options)).with_client(self.client, world)?;
            let asking = Arc::new(asking);
            asking.ensure_refreshed();
            return Ok(Some(asking));
        }
        #[cfg(feature = "ocsp")]
        self.client.check_is_unset()?;
        Ok(ocsp.map(Arc::new))
    }
}

impl RevocationOptions {
    /// A mode that asks what is not there would refuse everybody.
    fn check_mode(&self, has_lists: bool, has_ocsp: bool) -> Result<(), ConfigError> {
        let missing = match self.mode {
            Some(mode) if mode.asks_lists() && !has_lists => "revocation lists",
            Some(mode) if mode.asks_responders() && !has_ocsp => "OCSP responders or answers",
            _ => return Ok(()),
        };
        Err(ConfigError::RevocationMode { missing })
    }

    /// A policy for a label that no anchor has would never apply, and nobody would know.
    fn check_labels(&self, verifier: &Verifier<'_>) -> Result<(), ConfigError> {
        let anchors: Vec<_> = verifier.anchors().map(Arc::clone).collect();
        self.policies.keys().try_for_each(|label| IssuedBy::label(label).check_label(&anchors))
    }
}
