//! What each check wants and finds, in words, and which standard asks for it.

use std::sync::Arc;
use std::time::SystemTime;

use super::step::{Step, StepOutcome, shown};
use crate::authenticator::{Authenticator, Finding, InForce};
use crate::authorization::Presence;
use crate::certificate::Certificate;
use crate::encoding::ForwardedChain;
use crate::evidence::{Check, Entry, Outcome};
use crate::gateway::{AddressRange, Forwarding, Gateway};
use crate::header::TakenHeaders;
use crate::identity::ClientIdentity;
use crate::reason::Stage;
use crate::snapshot::Snapshot;
use crate::utc::Utc;
use crate::validation::{Trust, ValidatedPath, ValidationOptions, ValidationProblem};

/// The check of stage 6.
pub(super) const NAMES: &str = "names";

/// Every check of the line before it is walked: those that are configured are not reached yet.
pub(super) fn steps(authenticator: &Authenticator, in_force: InForce<'_>) -> Vec<Step> {
    let options = &authenticator.validation;
    let InForce { snapshot, sources, .. } = in_force;
    let asked = |is_configured| if is_configured { StepOutcome::NotReached } else { StepOutcome::NotConfigured };
    let of = |check: Check, outcome, wanted: String, standard| Step {
        outcome,
        wanted,
        standard,
        ..step(check.stage(), check.name())
    };
    let always = |check, wanted: &str, standard| of(check, asked(true), wanted.to_owned(), standard);
    let mut lifetime = String::from("any validity period");
    if let Some(limit) = options.max_lifetime {
        lifetime = format!("a validity period of at most {}", span(limit.as_secs()));
    }
    let has_lists = sources.has_lists();
    vec![
        of(Check::Sender, asked(true), wanted_sender(snapshot), "RFC 9440 section 4"),
        always(Check::Header, "exactly one certificate header", "RFC 9440 sections 2.2 to 2.4"),
        always(Check::Encoding, "a certificate in the encoding of the gateway", "RFC 7468, RFC 9440 section 2.1"),
        always(Check::Path, "a valid path to a trust anchor", "RFC 5280 section 6"),
        always(Check::Purpose, "clientAuth among the client's purposes", "RFC 5280 section 4.2.1.12"),
        always(
            Check::KeyUsage,
            "digitalSignature for clients, keyCertSign for authorities",
            "RFC 5280 section 4.2.1.3",
        ),
        always(
            Check::Key,
            "RSA of 2048 to 8192 bits, P-256, P-384, P-521 or Ed25519, within the key policy",
            "RFC 5280 section 4.1.2.7",
        ),
        of(Check::Lifetime, asked(options.max_lifetime.is_some()), lifetime, "RFC 5280 section 4.1.2.5"),
        of(
            Check::Policies,
            asked(!options.required_policies.is_empty()),
            "the required policies along the path".to_owned(),
            "RFC 5280 section 4.2.1.4",
        ),
        of(Check::Issuer, asked(options.only_issued_by.is_some()), "an authority of only_issued_by".to_owned(), ""),
        of(Check::Pin, asked(options.only_pinned.is_some()), "a pin of only_pinned".to_owned(), ""),
        of(
            Check::DenyList,
            asked(sources.has_deny_list()),
            "no certificate of the path on the deny-list".to_owned(),
            "",
        ),
        of(
            Check::Crl,
            asked(has_lists),
            "a current list of the issuer, and no certificate of the path on it".to_owned(),
            "RFC 5280 section 6.3",
        ),
        of(Check::Ocsp, asked(sources.has_ocsp()), "a current answer that says good".to_owned(), "RFC 6960"),
        Step {
            wanted: "names without a NUL inside".to_owned(),
            standard: "RFC 5280 sections 4.1.2.6 and 4.2.1.6",
            ..step(Stage::Identity, NAMES)
        },
    ]
}

/// A check that has not been reached.
pub(super) fn step(stage: Stage, check: &'static str) -> Step {
    Step {
        stage,
        check,
        outcome: StepOutcome::NotReached,
        wanted: String::new(),
        found: String::new(),
        standard: "",
        mend: None,
    }
}

/// The question whether a certificate is required.
pub(super) fn presence(presence: &Presence) -> Step {
    let (outcome, wanted) = match presence {
        Presence::Optional => (StepOutcome::NotConfigured, "nothing: anonymous requests go on".to_owned()),
        Presence::Required { except } if except.is_empty() => (StepOutcome::NotReached, "a client".to_owned()),
        Presence::Required { except } => {
            (StepOutcome::NotReached, format!("a client, but for the paths {}", shown(except.join(", "))))
        }
    };
    Step { outcome, wanted, standard: "RFC 9110 section 15.5.2", ..step(Stage::Authorization, "presence") }
}

fn wanted_sender(snapshot: &Snapshot) -> String {
    let gateways = snapshot.gateways.iter().map(|member| {
        let ranges: Vec<_> = member.gateway.ranges().map(AddressRange::as_str).collect();
        let ranges = if ranges.is_empty() { "no address".to_owned() } else { ranges.join(", ") };
        format!("gateway \"{}\" at {ranges}", name_of(&member.gateway))
    });
    format!("a connection from {}", gateways.collect::<Vec<_>>().join(", or "))
}

pub(super) fn name_of(gateway: &Gateway) -> String {
    shown(gateway.name())
}

pub(super) fn wanted_header(forwarding: &Forwarding, max_bytes: usize) -> String {
    format!("one line of {}, {max_bytes} bytes at most with all that belongs to it", forwarding.leaf().name)
}

pub(super) fn found_header(forwarding: &Forwarding, taken: &TakenHeaders) -> String {
    let found: Vec<_> = forwarding
        .names()
        .filter_map(|name| taken.lines_of(name).map(|(lines, bytes)| (name, lines, bytes)))
        .map(|(name, lines, bytes)| match lines {
            1 => format!("{name} of {bytes} bytes"),
            _ => format!("{name} on {lines} lines of {bytes} bytes"),
        })
        .collect();
    if found.is_empty() { format!("no {}", forwarding.leaf().name) } else { found.join(", ") }
}

pub(super) fn wanted_encoding(forwarding: &Forwarding, max_certificates: usize) -> String {
    let encoding = forwarding.leaf().encoding.in_words();
    format!("{encoding}, {max_certificates} certificates at most")
}

pub(super) fn found_certificates(chain: &ForwardedChain) -> String {
    let ForwardedChain { end_entity, encoding, candidates } = chain;
    let subject = shown(end_entity.subject().to_string());
    let serial = end_entity.serial();
    let others = match candidates.len() {
        0 => "without others".to_owned(),
        more => format!("and {more} more"),
    };
    format!("the certificate of \"{subject}\", serial {serial}, {others}, in {}", encoding.in_words())
}

pub(super) fn wanted_path(trust: &Trust, options: &ValidationOptions, at: SystemTime) -> String {
    let mut names: Vec<_> = trust.anchors().map(|anchor| format!("\"{}\"", shown(anchor.name()))).collect();
    let more = names.len().saturating_sub(MAX_ANCHORS_NAMED);
    names.truncate(MAX_ANCHORS_NAMED);
    let mut anchors = names.join(", ");
    if more > 0 {
        anchors = format!("{anchors} and {more} more");
    }
    if anchors.is_empty() {
        "none, nothing but pinned certificates".clone_into(&mut anchors);
    }
    format!(
        "a path, valid at {}, of at most {} authorities, to one of the anchors {anchors}",
        Utc(at),
        options.max_depth
    )
}

pub(super) fn found_path(path: &ValidatedPath) -> String {
    let mut names = vec![format!("\"{}\"", shown(path.end_entity.subject().to_string()))];
    names.extend(path.intermediates.iter().map(|known| format!("\"{}\"", shown(known.subject().to_string()))));
    match path.anchor() {
        Some(anchor) => {
            names.push(format!("anchor \"{}\"", shown(anchor.name())));
            format!("{}, valid until {}", names.join(" < "), Utc(path.not_after()))
        }
        None => format!("{}, pinned as \"{}\"", names.join(" < "), shown(path.trusted_by_name())),
    }
}

pub(super) fn found_keys(path: &ValidatedPath) -> String {
    let authorities =
        path.intermediates.iter().map(Arc::as_ref).chain(path.anchor().map(|anchor| anchor.certificate()));
    let keys: Vec<_> =
        std::iter::once(&*path.end_entity).chain(authorities).map(|known| known.public_key().to_string()).collect();
    keys.join(" < ")
}

pub(super) fn found_names(identity: &ClientIdentity) -> String {
    let subject = shown(identity.subject().to_string());
    match identity.alternative_names().len() {
        0 => format!("\"{subject}\""),
        names => format!("\"{subject}\" and {names} alternative names"),
    }
}

pub(super) fn found_client(finding: &Finding) -> String {
    match finding {
        Finding::Anonymous(_) => "an anonymous request".to_owned(),
        Finding::Client(identity) => format!("the client \"{}\"", shown(identity.subject().to_string())),
    }
}

/// What a check found, by the entry that it left in the evidence.
pub(super) fn of_outcome(entry: &Entry, end_entity: &Certificate) -> (StepOutcome, String) {
    let dated = |source: &str, next_update: &Option<SystemTime>| match next_update {
        Some(next_update) => format!("{}, next update at {}", shown(source), Utc(*next_update)),
        None => shown(source),
    };
    match &entry.outcome {
        Outcome::Passed { source, next_update, .. } if entry.check.stage() == Stage::Revocation => {
            (StepOutcome::Passed, dated(source, next_update))
        }
        Outcome::Passed { source, .. } => (StepOutcome::Passed, found_in(entry.check, end_entity, source)),
        Outcome::Allowed { options, source, .. } => {
            (StepOutcome::Allowed, format!("{}, allowed by {options}", found_in(entry.check, end_entity, source)))
        }
        Outcome::Tolerated { why, source, next_update, .. } => {
            (StepOutcome::Tolerated, format!("{}: {}", dated(source, next_update), shown(why)))
        }
        Outcome::Skipped { why } => (StepOutcome::Skipped, shown(why)),
        Outcome::NotConfigured => (StepOutcome::NotConfigured, String::new()),
    }
}

fn found_in(check: Check, end_entity: &Certificate, source: &str) -> String {
    match check {
        Check::Purpose => match end_entity.purposes() {
            Some(purposes) => purposes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            None => "no extended key usage".to_owned(),
        },
        Check::KeyUsage => end_entity.key_usage().map_or_else(|| "no key usage".to_owned(), |usage| usage.to_string()),
        Check::Lifetime => {
            let lifetime = end_entity.not_after().duration_since(end_entity.not_before()).unwrap_or_default();
            span(lifetime.as_secs())
        }
        _ => shown(source),
    }
}

/// The check of validation that a problem is of.
pub(super) fn check_of(problem: &ValidationProblem) -> Check {
    match problem {
        ValidationProblem::IssuerNotAllowed { .. } => Check::Issuer,
        ValidationProblem::KeyUnacceptable { .. } => Check::Key,
        ValidationProblem::KeyUsageUnsuitable { .. } => Check::KeyUsage,
        ValidationProblem::LifetimeTooLong { .. } => Check::Lifetime,
        ValidationProblem::NotForClientUse { .. } => Check::Purpose,
        ValidationProblem::NotPinned => Check::Pin,
        ValidationProblem::PolicyMissing { .. } => Check::Policies,
        _ => Check::Path,
    }
}

/// A span of time in its largest whole unit.
pub(super) fn span(seconds: u64) -> String {
    let unit = |size: u64, name: &str| match seconds / size {
        1 => format!("1 {name}"),
        count => format!("{count} {name}s"),
    };
    match seconds {
        0..120 => unit(1, "second"),
        120..7_200 => unit(60, "minute"),
        7_200..172_800 => unit(3_600, "hour"),
        _ => unit(86_400, "day"),
    }
}

/// Anchors that are named before the rest is only counted.
const MAX_ANCHORS_NAMED: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_told_in_the_largest_unit_of_which_there_are_two() {
        for (seconds, expected) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (119, "119 seconds"),
            (120, "2 minutes"),
            (7_199, "119 minutes"),
            (7_200, "2 hours"),
            (172_799, "47 hours"),
            (172_800, "2 days"),
            (700_000_000, "8101 days"),
        ] {
            assert_eq!(span(seconds), expected, "{seconds}");
        }
    }
}
