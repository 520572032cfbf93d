//! The page: what is known of the caller, on what grounds.

use std::time::SystemTime;

use super::html::Html;
use crate::certificate::Certificate;
use crate::evidence::{Entry, Outcome};
use crate::identity::{ClientIdentity, TrustedBy};
use crate::layer::Refusal;
use crate::utc::Utc;

pub(super) fn known(identity: &ClientIdentity) -> Html {
    let certificate = identity.certificate();
    let subject = certificate.subject();
    let mut html = begin();
    html.markup("<header><span class=\"badge good\">known client</span><h1>");
    match subject.organization().or(subject.common_name()) {
        Some(name) => html.name(name),
        None => html.name(certificate.fingerprint()),
    };
    html.markup("</h1><p class=\"soft\">The gateway ").name(identity.gateway()).markup(" at <code>");
    html.text(identity.gateway_peer());
    html.markup("</code> vouches that the client holds the key. Everything else was checked here.</p></header>");
    section_certificate(&mut html, certificate, identity.clock().now());
    section_path(&mut html, identity);
    html.markup("<section><h2>What was checked</h2><table><thead><tr><th>Check</th><th>Outcome</th><th>By</th>");
    html.markup("<th>When</th></tr></thead><tbody>");
    identity.evidence().entries().iter().for_each(|entry| row(&mut html, entry));
    html.markup("</tbody></table></section>");
    end(html)
}

pub(super) fn anonymous(why: &str) -> Html {
    let mut html = begin();
    html.markup("<header><span class=\"badge\">anonymous</span><h1>No client certificate</h1><p>");
    html.text(why).markup("</p></header>");
    end(html)
}

pub(super) fn refused(refusal: &Refusal) -> Html {
    let rejection = refusal.rejection();
    let mut html = begin();
    html.markup("<header><span class=\"badge bad\">refused</span><h1>").text(rejection.reason()).markup("</h1><p>");
    html.text(rejection).markup("</p></header><section><h2>What to do</h2><p>");
    html.text(rejection.mend().unwrap_or("The log of the service has more under the reference below."));
    html.markup("</p><dl><dt>Stage</dt><dd>").text(rejection.stage()).markup("</dd><dt>Reference</dt><dd><code>");
    html.text(refusal.reference()).markup("</code></dd></dl></section>");
    end(html)
}

fn section_certificate(html: &mut Html, certificate: &Certificate, now: SystemTime) {
    html.markup("<section><h2>Certificate</h2><dl>");
    for attribute in certificate.subject().iter() {
        html.markup("<dt>");
        match attribute.key() {
            Some(key) => html.text(key),
            None => html.text(attribute.oid()),
        };
        html.markup("</dt><dd>");
        match attribute.text() {
            Some(text) => html.name(text),
            None => html.text("unreadable"),
        };
        html.markup("</dd>");
    }
    for name in certificate.alternative_names() {
        html.markup("<dt>Alternative name</dt><dd>").name(name).markup("</dd>");
    }
    html.markup("<dt>Valid</dt><dd>").text(Utc(certificate.not_before())).markup(" to ");
    html.text(Utc(certificate.not_after())).markup(" ");
    let seconds_left = certificate.not_after().duration_since(now).unwrap_or_default().as_secs();
    html.markup(if seconds_left < SOON_SECONDS { "<span class=\"badge warn\">" } else { "<span class=\"badge\">" });
    html.text(seconds_left / SECONDS_PER_DAY).markup(" days left</span></dd><dt>Issuer</dt><dd>");
    html.name(certificate.issuer()).markup("</dd><dt>Serial number</dt><dd><code>").text(certificate.serial());
    html.markup("</code></dd><dt>Purposes</dt><dd>");
    let purposes: Vec<_> = certificate.purposes().unwrap_or_default().iter().map(ToString::to_string).collect();
    html.text(purposes.join(", ")).markup("</dd><dt>Key</dt><dd>").text(certificate.public_key());
    html.markup("</dd><dt>SHA-256</dt><dd><code>")
        .text(certificate.fingerprint())
        .markup("</code></dd></dl></section>");
}

fn section_path(html: &mut Html, identity: &ClientIdentity) {
    html.markup("<section><h2>Trusted by</h2><ol>");
    for intermediate in identity.path().intermediates() {
        html.markup("<li>").name(intermediate.subject()).markup("</li>");
    }
    html.markup("<li>");
    match identity.trusted_by() {
        TrustedBy::Anchor(anchor) => {
            html.name(anchor.certificate().subject()).markup(" <span class=\"badge\">trust anchor");
            if let Some(label) = anchor.label() {
                html.markup(" \u{201c}").text(label).markup("\u{201d}");
            }
        }
        TrustedBy::Pin(pin) => {
            html.name(pin.name()).markup(" <span class=\"badge\">pin");
        }
    }
    html.markup("</span></li></ol></section>");
}

fn row(html: &mut Html, entry: &Entry) {
    html.markup("<tr><td>").text(entry.check.name()).markup("</td><td>");
    match &entry.outcome {
        Outcome::Passed { source, checked_at, next_update, .. } => {
            html.markup("<span class=\"badge good\">passed</span></td><td>").name(source).markup("</td><td>");
            html.text(Utc(*checked_at));
            if let Some(next_update) = next_update {
                html.markup("<br><span class=\"soft\">source good until ").text(Utc(*next_update)).markup("</span>");
            }
        }
        Outcome::Allowed { options, source, checked_at } => {
            html.markup("<span class=\"badge warn\">allowed</span></td><td>").name(source);
            html.markup("<br><span class=\"soft\">only by ").text(options).markup("</span></td><td>");
            html.text(Utc(*checked_at));
        }
        Outcome::Tolerated { why, source, checked_at, .. } => {
            html.markup("<span class=\"badge warn\">tolerated</span></td><td>").name(source);
            html.markup("<br><span class=\"soft\">").text(why).markup("</span></td><td>").text(Utc(*checked_at));
        }
        Outcome::Skipped { why } => {
            html.markup("<span class=\"badge\">skipped</span></td><td>").text(why).markup("</td><td>");
        }
        Outcome::NotConfigured => {
            html.markup("<span class=\"badge\">not configured</span></td><td></td><td>");
        }
    }
    html.markup("</td></tr>");
}

fn begin() -> Html {
    let mut html = Html::default();
    html.markup("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">");
    html.markup("<meta name=\"viewport\" content=\"width=device-width\"><title>Who am I?</title><style>");
    html.markup(STYLE).markup("</style></head><body><main>");
    html
}

fn end(mut html: Html) -> Html {
    html.markup("<footer>A certificate is public. That a request came from its holder rests on who may send the ");
    html.markup("certificate header to this service, and on nothing that this page can show.</footer>");
    html.markup("</main></body></html>\n");
    html
}

/// The style, as it stands in the page: its hash stands in the policy.
pub(super) const STYLE: &str = include_str!("style.css");

/// From when on a date is marked.
const SOON_SECONDS: u64 = 30 * SECONDS_PER_DAY;

const SECONDS_PER_DAY: u64 = 86_400;
