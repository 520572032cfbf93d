//! What is probably not meant in revocation.

use std::time::{Duration, SystemTime};

use super::policy::{RevocationMode, Tolerance};
use super::{Revocation, RevocationListInForce};
use crate::advice::{Advice, AdviceCode};
use crate::certificate::Certificate;
use crate::escape::Escaped;
use crate::utc::Utc;
use crate::validation::{Trust, TrustAnchor};

impl Revocation {
    /// Whether anything is asked.
    pub(crate) fn is_checked(&self) -> bool {
        self.sources().mode(self.options()).is_some()
    }

    pub(crate) fn advise(&self, trusts: &[&Trust], now: SystemTime, advice: &mut Vec<Advice>) {
        let (sources, options) = (self.sources(), self.options());
        let lists = sources.lists_in_force();
        for list in &lists {
            if is_stale_soon(list, now) {
                let text = format!(
                    "{} is or will soon be stale, its next update is due at {}: clients are then refused; see that the \
                     next one arrives",
                    Escaped(list.name()),
                    Utc(list.next_update())
                );
                advice.push(Advice::new(AdviceCode::CrlExpires, text));
            }
        }
        #[cfg(feature = "ocsp")]
        if let Some(ocsp) = &sources.ocsp {
            ocsp.advise(trusts, options, sources.mode(options), advice);
        }
        #[cfg(feature = "fetch")]
        if sources.lists.as_ref().is_some_and(super::lists::Lists::follow_no_host) {
            let text = "lists are to be fetched from where certificates name them, and no host is allowed, so none is: name \
                        the hosts of the lists, or configure their addresses";
            advice.push(Advice::new(AdviceCode::CrlHostsMissing, text));
        }
        let asks_every_list = matches!(sources.mode(options), Some(RevocationMode::Both | RevocationMode::Crl));
        let are_awaited = sources.lists.as_ref().is_some_and(super::lists::Lists::are_awaited);
        if !asks_every_list || are_awaited {
            return;
        }
        for trust in trusts {
            for anchor in trust.anchors() {
                if options.policy_of(anchor).no_source == Tolerance::Never && !is_covered(anchor, trust, &lists) {
                    let text = format!(
                        "no revocation list of anchor \"{}\" or of an intermediate below it is in force: its clients are \
                         refused; add one, or say allow_no_source for its label",
                        Escaped(&anchor.name())
                    );
                    advice.push(Advice::new(AdviceCode::CrlMissing, text));
                }
            }
        }
    }
}

fn is_covered(anchor: &TrustAnchor, trust: &Trust, lists: &[RevocationListInForce]) -> bool {
    issuers_under(anchor, trust).any(|authority| lists.iter().any(|list| list.is_by(authority)))
}

/// An anchor, and the configured intermediates that it issued.
pub(super) fn issuers_under<'a>(anchor: &'a TrustAnchor, trust: &'a Trust) -> impl Iterator<Item = &'a Certificate> {
    let top = anchor.certificate();
    let below = trust.intermediates().iter().filter(|authority| authority.issuer().der() == top.subject().der());
    below.map(|authority| &**authority).chain([top])
}

/// In the last quarter of its time, and at most a day before its end.
fn is_stale_soon(list: &RevocationListInForce, now: SystemTime) -> bool {
    let period = list.next_update().duration_since(list.this_update()).unwrap_or_default();
    let notice = (period / 4).min(MAX_LIST_NOTICE);
    list.next_update().duration_since(now).map_or(true, |left| left < notice)
}

/// The longest before its end that a list is told of.
const MAX_LIST_NOTICE: Duration = Duration::from_secs(24 * 60 * 60);
