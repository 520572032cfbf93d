//! What stands in the log, and what must not.

use tracing::Level;

use tower_client_cert::{Gateway, Reason};

use crate::scene::{GATEWAY, ask, builder, request, request_from, with_certificate};
use crate::support::clock::Moved;
use crate::support::log::{Entry, Log};
use crate::support::pki::{Pki, Shape, days};

fn only(entries: &[Entry]) -> &Entry {
    let [entry] = entries else { panic!("{entries:?}") };
    entry
}

#[tokio::test]
async fn an_accepted_client_is_one_debug_event_with_the_certificates_fields() {
    let pki = Pki::new();
    let leaf = pki.issue(&Shape::partner().serial(&[0xab, 0x01]).valid(days(-1), days(1)));
    let log = Log::start();
    ask(&builder(&pki).build().unwrap(), with_certificate(&leaf)).await;
    let entries = log.entries();
    let entry = only(&entries);
    assert_eq!((entry.level, entry.message.as_str()), (Level::DEBUG, "client certificate accepted"));
    assert_eq!(entry.target, "tower_client_cert");
    for (field, text) in [
        ("gateway.address", GATEWAY),
        ("tls.client.subject", "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH"),
        ("tls.client.issuer", "CN=Test Intermediate"),
        ("tls.client.x509.serial_number", "ab01"),
        ("tls.client.not_before", "2026-02-28T12:00:00Z"),
        ("tls.client.not_after", "2026-03-02T12:00:00Z"),
    ] {
        assert_eq!(entry.field(field), Some(text), "{field}: {entry:?}");
    }
    let sha256 = entry.field("tls.client.hash.sha256").unwrap();
    assert_eq!(sha256.len(), 64);
    assert!(sha256.bytes().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte)), "{sha256}");
}

#[tokio::test]
async fn a_refused_client_is_named_with_what_was_found_and_wanted() {
    let pki = Pki::new();
    let leaf = pki.issue(&Shape::partner().valid(days(-60), days(-30)));
    let log = Log::start();
    ask(&builder(&pki).build().unwrap(), with_certificate(&leaf)).await;
    let entries = log.entries();
    let entry = only(&entries);
    assert_eq!((entry.level, entry.message.as_str()), (Level::WARN, "client certificate refused"));
    assert_eq!(entry.field("gateway.address"), Some(GATEWAY));
    assert_eq!(entry.field("tls.client.subject"), Some("CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH"));
    let detail = entry.field("detail").unwrap();
    assert!(detail.ends_with("expired at 2026-01-30T12:00:00Z, now 2026-03-01T12:00:00Z"), "{detail}");
}

#[tokio::test]
async fn an_unknown_issuer_is_told_with_its_name_and_key_id() {
    let (pki, foreign) = (Pki::new(), Shape::authority("Foreign Root").self_signed());
    let log = Log::start();
    let asked = ask(&builder(&pki).build().unwrap(), with_certificate(&foreign.issue(&Shape::partner()))).await;
    assert_eq!(asked.reason(), Some(Reason::IssuerUnknown));
    let entries = log.entries();
    let detail = only(&entries).field("detail").unwrap();
    assert!(detail.contains("CN=Foreign Root"), "{detail}");
    assert!(detail.contains(" with key id "), "{detail}");
}

#[tokio::test]
async fn the_purposes_of_a_certificate_for_something_else_are_told() {
    let pki = Pki::new();
    let log = Log::start();
    ask(&builder(&pki).build().unwrap(), with_certificate(&pki.issue(&Shape::server("a.test")))).await;
    let entries = log.entries();
    let detail = only(&entries).field("detail").unwrap();
    assert!(detail.contains("serverAuth") && detail.ends_with("expected clientAuth"), "{detail}");
}

#[tokio::test]
async fn values_from_certificates_are_escaped_and_cut() {
    let pki = Pki::new();
    let nasty = "evil\n2026-03-01 WARN forged\u{1b}[2J\u{202e}";
    let five_thousand = "x".repeat(5_000);
    for name in [nasty, &five_thousand] {
        for shape in [Shape::client(name), Shape::client(name).valid(days(-60), days(-30))] {
            let log = Log::start();
            ask(&builder(&pki).build().unwrap(), with_certificate(&pki.issue(&shape))).await;
            let entries = log.entries();
            let entry = only(&entries);
            for (field, text) in &entry.fields {
                assert!(text.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{field}: {text:?}");
                assert!(text.len() < 2_000, "{field} has {} bytes", text.len());
            }
        }
    }
}

#[tokio::test]
async fn no_byte_of_the_header_is_logged() {
    let pki = Pki::new();
    let good = pki.good().escaped_pem();
    let secret = "c2VjcmV0IHNlY3JldCBzZWNyZXQ";
    let private_key = format!("-----BEGIN%20PRIVATE%20KEY-----%0A{secret}%0A-----END%20PRIVATE%20KEY-----%0A");
    let broken = good.replacen("%0AMII", &format!("%0A!{secret}MII"), 1);
    let label = good.replace("CERTIFICATE", secret);
    for value in
        [&private_key, &broken, &label, &format!("{good},{secret}"), &format!("{{{secret}}}"), &secret.to_owned()]
    {
        let log = Log::start();
        let asked = ask(&builder(&pki).build().unwrap(), request(&[("x-client-cert", value)])).await;
        assert!(asked.seen.is_none());
        let everything = log.everything() + &format!("{:?} {}", asked.refusal(), asked.body);
        assert!(!everything.contains("c2Vjc"), "{everything}");
        assert!(!everything.contains(&good[40..80]), "{everything}");
    }
}

#[tokio::test]
async fn refusals_of_one_reason_are_limited_and_the_rest_is_counted() {
    let pki = Pki::new();
    let layer = builder(&pki).build().unwrap();
    let log = Log::start();
    for _ in 0..50 {
        ask(&layer, request(&[("x-client-cert", "garbage")])).await;
    }
    let shown = log.entries().len();
    assert!((1..50).contains(&shown), "{shown} events");
    // Another reason has a budget of its own.
    ask(&layer, request(&[("connection", "x-client-cert")])).await;
    assert_eq!(log.entries().len(), shown + 1);
    let counts = layer.handle().counts();
    let total: u64 = Reason::ALL.iter().map(|reason| counts.refused(*reason)).sum();
    assert_eq!(total, 51);
}

#[tokio::test]
async fn ten_seconds_after_the_first_they_are_shown_again_with_how_many_were_not() {
    let clock = Moved::default();
    let layer = builder(&Pki::new()).clock(clock.clone()).build().unwrap();
    let log = Log::start();
    for (forward, asked, shown) in [(0, 25, 20), (9, 1, 20), (1, 2, 22)] {
        clock.forward(forward);
        for _ in 0..asked {
            ask(&layer, request(&[("x-client-cert", "garbage")])).await;
        }
        assert_eq!(log.entries().len(), shown);
    }
    let suppressed: Vec<_> =
        log.entries()[19..].iter().map(|entry| entry.field("suppressed").unwrap().to_owned()).collect();
    assert_eq!(suppressed, ["0", "6", "0"]);
}

#[tokio::test]
async fn attempts_from_elsewhere_are_limited_and_counted() {
    let layer = builder(&Pki::new()).build().unwrap();
    let log = Log::start();
    for _ in 0..50 {
        ask(&layer, request_from("192.0.2.1", &[("x-client-cert", "forged")])).await;
    }
    let shown: Vec<_> = log.entries().into_iter().filter(|entry| entry.level == Level::WARN).collect();
    assert!((1..50).contains(&shown.len()), "{} events", shown.len());
    assert_eq!(shown[0].field("gateway.address"), Some("192.0.2.1"));
    assert_eq!(layer.handle().counts().untrusted_headers(), 50);
}

#[tokio::test]
async fn look_alikes_are_counted_and_warned_about() {
    let layer = builder(&Pki::new()).build().unwrap();
    let log = Log::start();
    let asked = ask(&layer, request(&[("x_client_cert", "a"), ("x-client_cert", "b"), ("x.client.cert", "c")])).await;
    assert!(asked.seen.unwrap().headers.is_empty());
    assert_eq!(layer.handle().counts().look_alikes(), 3);
    assert_eq!(log.entries().iter().filter(|entry| entry.level == Level::WARN).count(), 1);
}

#[tokio::test]
async fn an_anonymous_request_is_no_warning() {
    let layer = builder(&Pki::new()).build().unwrap();
    let log = Log::start();
    ask(&layer, request(&[])).await;
    assert!(log.entries().iter().all(|entry| entry.level >= Level::DEBUG), "{:?}", log.entries());
    assert_eq!(layer.handle().counts().anonymous(), 1);
}

#[test]
fn each_gateway_is_named_when_the_layer_is_built_with_what_is_known_of_it() {
    let log = Log::start();
    let another = Gateway::custom("edge\u{1b}[2J", ["192.0.2.0/28"]).unwrap();
    let apache = Gateway::apache(["198.51.100.0/28"]).unwrap();
    builder(&Pki::new()).gateway(another).gateway(apache).build().unwrap();
    let mut entries = log.start_up();
    entries.retain(|entry| entry.message == "gateway trusted");
    assert_eq!(entries.len(), 3, "{entries:?}");
    assert!(entries.iter().all(|entry| entry.level == Level::INFO));
    assert_eq!(entries[0].field("product"), Some("nginx"));
    assert_eq!(entries[0].field("client_can_drop"), Some("no"));
    assert_eq!(entries[1].field("product"), None);
    assert!(!entries[1].field("gateway").unwrap().contains('\u{1b}'));
    for (field, text) in [
        ("gateway", "apache"),
        ("validates", "by mode"),
        ("removes_client_copy", "where configured"),
        ("client_can_drop", "yes"),
        ("page", "apache.md"),
    ] {
        assert_eq!(entries[2].field(field), Some(text), "{field}");
    }
    assert!(log.entries().is_empty());
}
