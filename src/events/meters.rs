//! What is told to the recorder of the crate `metrics`, where one is installed.
//!
//! Labels are bounded by the configuration: names of gateways, labels of anchors, codes of reasons. Nothing of a
//! client is ever a label. Points in time are gauges in seconds since 1970, so that an age is right whenever it is read.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use super::Replaced;
use crate::clock::Stopwatch;
use crate::identity::ClientIdentity;
use crate::readiness::Readiness;
use crate::reason::Reason;
use crate::revocation::RevocationListInForce;

/// Tells the recorder what the numbers mean.
pub(super) fn describe() {
    for metric in METRICS {
        let (name, unit, text) = (metric.name, metric.unit, metric.text);
        match metric.kind {
            Kind::Counter => describe_counter!(name, unit, text),
            Kind::Gauge => describe_gauge!(name, unit, text),
            Kind::Histogram => describe_histogram!(name, unit, text),
        }
    }
}

pub(super) fn accepted(identity: &ClientIdentity, now: impl FnOnce() -> SystemTime) {
    let now = now();
    decided("accepted", "none", "none", Some(identity.gateway()));
    let anchor = identity.anchor_label().unwrap_or("none").to_owned();
    let left = identity.not_after().duration_since(now).unwrap_or_default();
    histogram!(CLIENT_EXPIRY_DAYS, "anchor" => anchor).record(left.as_secs_f64() / SECONDS_PER_DAY);
    if let Some(issued_at) = identity.ocsp_answered_at() {
        histogram!(OCSP_ANSWER_AGE).record(now.duration_since(issued_at).unwrap_or_default().as_secs_f64());
    }
}

pub(super) fn revocation_allowed(gateway: &str) {
    counter!(REVOCATION_ALLOWED, "gateway" => gateway.to_owned()).increment(1);
}

pub(super) fn anonymous(gateway: Option<&str>) {
    decided("anonymous", "none", "none", gateway);
}

pub(super) fn refused(reason: Reason, gateway: Option<&str>) {
    decided("refused", reason.code(), reason.stage().name(), gateway);
}

pub(super) fn shadow_denied(reason: Reason) {
    counter!(SHADOW_DENIALS, "reason" => reason.code()).increment(1);
}

pub(super) fn audit_lost() {
    counter!(AUDIT_LOST).increment(1);
}

pub(super) fn untrusted_header() {
    counter!(UNTRUSTED_HEADERS).increment(1);
}

pub(super) fn look_alikes(removed: u64) {
    counter!(LOOK_ALIKE_HEADERS).increment(removed);
}

pub(super) fn foreign_headers(removed: u64, gateway: &str) {
    counter!(FOREIGN_HEADERS, "gateway" => gateway.to_owned()).increment(removed);
}

pub(super) fn stapled_refused(gateway: &str) {
    counter!(STAPLED_REFUSED, "gateway" => gateway.to_owned()).increment(1);
}

#[cfg(feature = "fetch")]
pub(super) fn crl_fetched(result: &'static str) {
    counter!(CRL_FETCHES, "result" => result).increment(1);
}

#[cfg(feature = "fetch")]
pub(super) fn store_failed() {
    counter!(STORE_FAILURES).increment(1);
}

#[cfg(feature = "ocsp")]
pub(super) fn ocsp_asked(took: Duration, is_answered: bool) {
    let result = if is_answered { "answered" } else { "failed" };
    histogram!(OCSP_SECONDS, "result" => result).record(took.as_secs_f64());
}

pub(super) fn replaced(what: Replaced, is_done: bool) {
    let result = if is_done { "done" } else { "failed" };
    counter!(REPLACEMENTS, "what" => what.name(), "result" => result).increment(1);
}

pub(super) fn timed<T>(validate: impl FnOnce() -> T) -> T {
    let stopwatch = Stopwatch::start();
    let outcome = validate();
    histogram!(VALIDATION_SECONDS).record(stopwatch.elapsed().as_secs_f64());
    outcome
}

pub(super) fn judged(is_validated: bool) {
    let source = if is_validated { "validation" } else { "memory" };
    counter!(VERDICTS, "source" => source).increment(1);
}

/// Gauges keep what they were last told: where there are no lists any more, their dates become `NaN`, which is neither
/// before nor after any time, so that nobody is called for a list that is gone.
pub(super) fn in_force(readiness: &Readiness, had_lists: bool) {
    gauge!(TRUST_SINCE).set(seconds(readiness.trust_since()));
    if let Some(earliest) = readiness.authorities_valid_until() {
        gauge!(AUTHORITY_NOT_AFTER).set(seconds(earliest));
    }
    let lists = readiness.crls();
    gauge!(CRLS).set(number(lists.len()));
    gauge!(CRL_ENTRIES).set(lists.iter().map(|list| number(list.entries())).fold(0.0, |sum, entries| sum + entries));
    if had_lists || !lists.is_empty() {
        let oldest = lists.iter().map(RevocationListInForce::this_update).min();
        gauge!(CRL_THIS_UPDATE).set(oldest.map_or(f64::NAN, seconds));
        let earliest = lists.iter().map(RevocationListInForce::next_update).min();
        gauge!(CRL_NEXT_UPDATE).set(earliest.map_or(f64::NAN, seconds));
    }
}

fn decided(outcome: &'static str, reason: &'static str, stage: &'static str, gateway: Option<&str>) {
    let gateway = gateway.unwrap_or("none").to_owned();
    counter!(DECISIONS, "outcome" => outcome, "reason" => reason, "stage" => stage, "gateway" => gateway).increment(1);
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn seconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs_f64()
}

struct Metric {
    name: &'static str,
    kind: Kind,
    unit: Unit,
    text: &'static str,
}

#[derive(Clone, Copy)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

macro_rules! metrics {
    ($($name:ident = $text:literal: $kind:ident in $unit:ident, $meaning:literal;)*) => {
        $(const $name: &str = $text;)*

        /// Every metric there is.
        const METRICS: &[Metric] = &[
            $(Metric { name: $name, kind: Kind::$kind, unit: Unit::$unit, text: $meaning },)*
        ];
    };
}

metrics! {
    DECISIONS = "client_cert_decisions_total": Counter in Count,
        "Decisions by outcome, reason, stage and gateway. A request that a rule refuses was accepted before.";
    REVOCATION_ALLOWED = "client_cert_revocation_allowed_total": Counter in Count,
        "Accepted requests without a current revocation status, which a policy allowed.";
    SHADOW_DENIALS = "client_cert_shadow_denials_total": Counter in Count,
        "Requests that passed and that a rule in shadow mode would refuse.";
    UNTRUSTED_HEADERS = "client_cert_untrusted_headers_total": Counter in Count,
        "Certificate headers removed because their sender is no gateway.";
    LOOK_ALIKE_HEADERS = "client_cert_look_alike_headers_total": Counter in Count,
        "Headers removed whose names differ from the certificate header's only in separators.";
    FOREIGN_HEADERS = "client_cert_foreign_headers_total": Counter in Count,
        "Certificate headers removed that belong to another gateway than the one that sent them.";
    STAPLED_REFUSED = "client_cert_stapled_refused_total": Counter in Count,
        "OCSP answers in headers of gateways that could not be used, the same one again after 10 seconds.";
    AUDIT_LOST = "client_cert_audit_lost_total": Counter in Count,
        "Decisions that the audit has no record of.";
    CRL_FETCHES = "client_cert_crl_fetches_total": Counter in Count,
        "Looks for a revocation list over the network or in a store, by result: fresh, unchanged, failed, refused.";
    STORE_FAILURES = "client_cert_store_failures_total": Counter in Count,
        "Failed accesses to the store of revocation data that replicas share.";
    REPLACEMENTS = "client_cert_replacements_total": Counter in Count,
        "Replacements of trust and of revocation data, done and failed.";
    CLIENT_EXPIRY_DAYS = "client_cert_client_expiry_days": Histogram in Count,
        "Days until the certificate of an accepted client expires, per request, by label of its anchor.";
    VERDICTS = "client_cert_verdicts_total": Counter in Count,
        "Verdicts on certificate headers, by validation or from memory.";
    VALIDATION_SECONDS = "client_cert_validation_seconds": Histogram in Seconds,
        "Time to decode and validate one certificate header.";
    OCSP_SECONDS = "client_cert_ocsp_seconds": Histogram in Seconds,
        "Time of one question to an OCSP responder, by result: answered, failed.";
    OCSP_ANSWER_AGE = "client_cert_ocsp_answer_age_seconds": Histogram in Seconds,
        "Age of the OCSP answer behind an accepted request.";
    TRUST_SINCE = "client_cert_trust_since_timestamp_seconds": Gauge in Seconds,
        "When the trust in force was put in force.";
    AUTHORITY_NOT_AFTER = "client_cert_authority_not_after_timestamp_seconds": Gauge in Seconds,
        "When the first of the anchors and configured intermediates expires.";
    CRLS = "client_cert_crls": Gauge in Count,
        "Revocation lists in force.";
    CRL_ENTRIES = "client_cert_crl_entries": Gauge in Count,
        "Entries on all revocation lists in force.";
    CRL_THIS_UPDATE = "client_cert_crl_oldest_this_update_timestamp_seconds": Gauge in Seconds,
        "When the oldest of the revocation lists in force was issued.";
    CRL_NEXT_UPDATE = "client_cert_crl_earliest_next_update_timestamp_seconds": Gauge in Seconds,
        "When the first of the revocation lists in force goes stale.";
}

const SECONDS_PER_DAY: f64 = 86_400.0;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::METRICS;

    /// Names of metrics as they stand in a text, without what Prometheus appends to histograms.
    fn named_in(file: &str) -> BTreeSet<String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(file);
        let text = fs::read_to_string(path).unwrap();
        let is_of_name = |character: char| character.is_ascii_lowercase() || character == '_';
        text.match_indices("client_cert_")
            .filter(|(start, _)| !text[..*start].ends_with(is_of_name))
            .map(|(start, _)| text[start..].split(|character| !is_of_name(character)).next().unwrap())
            .map(|name| name.strip_suffix("_bucket").or(name.strip_suffix("_count")).unwrap_or(name).to_owned())
            .collect()
    }

    fn all() -> BTreeSet<String> {
        METRICS.iter().map(|metric| metric.name.to_owned()).collect()
    }

    #[test]
    fn the_dashboard_shows_every_metric_and_no_other() {
        assert_eq!(named_in("operations/grafana-dashboard.json"), all());
    }

    #[test]
    fn the_alerts_name_metrics_that_exist() {
        let named = named_in("operations/prometheus-alerts.yml");
        assert!(named.len() > 5 && named.is_subset(&all()), "{:?}", named.difference(&all()));
    }

    #[test]
    fn the_handbook_explains_every_metric_and_no_other() {
        assert_eq!(named_in("operations.md"), all());
    }

    #[test]
    fn names_end_as_their_kind_and_unit_ask() {
        for metric in METRICS {
            let ends_in_total = metric.name.ends_with("_total");
            assert_eq!(ends_in_total, matches!(metric.kind, super::Kind::Counter), "{}", metric.name);
            assert_eq!(metric.name.ends_with("_seconds"), metric.unit == super::Unit::Seconds, "{}", metric.name);
        }
    }
}
