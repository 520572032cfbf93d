//! OCSP answers, and a responder that fails as it is told to.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use std::task::{Context, Waker};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tower_client_cert::certificate::Purpose;
use tower_client_cert::test_kit::{
    OcspFault, TestAuthority, TestClock, TestOcspResponder, assert_not_refused, assert_refused,
};
use tower_client_cert::{
    Fetch as _, FetchError, FetchRequest, FetchUrl, KeyKind, OcspAnswers, Reason, RevocationReason,
};

use crate::contents::dates;
use crate::support::pki::element;
use crate::support::programs;
use crate::support::scratch::Scratch;
use crate::{app, builder, nginx, request, send};

#[tokio::test]
async fn an_answer_tells_what_the_authority_knows() {
    let clock = TestClock::at_unix_seconds(1_772_366_400);
    let authority = TestAuthority::with_clock("partner", &clock);
    let (client, stolen) = (authority.client("orders-svc").issue(), authority.client("stolen").issue());
    authority.revoke_for(&stolen, RevocationReason::KeyCompromise);
    for (answer, client, reason) in [
        (authority.ocsp_answer(&client), &client, None),
        (authority.ocsp_answer(&client).without_next_update(), &client, None),
        (authority.ocsp_answer(&client).unknown(), &client, Some(Reason::RevocationUnknown)),
        (authority.ocsp_answer(&client).issued_ago(2 * DAY), &client, Some(Reason::RevocationStale)),
        (authority.ocsp_answer(&client), &stolen, Some(Reason::RevocationNoSource)),
        (authority.ocsp_answer(&stolen), &stolen, Some(Reason::Revoked)),
    ] {
        let layer = builder(&authority).ocsp_answers(answer.sign()).clock(clock.clone()).build().unwrap();
        let answer = send(&app(layer), nginx().forward(request(), client)).await;
        reason.map_or_else(|| assert_not_refused(&answer), |reason| assert_refused(&answer, reason));
    }
}

#[tokio::test]
async fn a_delegate_signs_for_its_authority_and_nobody_else_does() {
    let authority = TestAuthority::new("partner");
    let client = authority.client("orders-svc").issue();
    let delegate = authority.client("responder").purposes([Purpose::OCSP_SIGNING]).issue();
    let layer = builder(&authority).ocsp_answers(authority.ocsp_answer(&client).signed_by(&delegate).sign());
    assert_not_refused(&send(&app(layer.build().unwrap()), nginx().forward(request(), &client)).await);

    let stranger = TestAuthority::new("partner").client("responder").purposes([Purpose::OCSP_SIGNING]).issue();
    for other in [&client, &stranger] {
        let layer = builder(&authority).ocsp_answers(authority.ocsp_answer(&client).signed_by(other).sign());
        layer.build().unwrap_err();
    }
}

#[tokio::test]
async fn openssl_asks_the_responder_and_believes_it() {
    let Some(openssl) = programs::require("openssl") else { return };
    let authority = TestAuthority::new("partner");
    let (client, stolen) = (authority.client("orders-svc").issue(), authority.client("stolen").issue());
    authority.revoke(&stolen);
    let responder = TestOcspResponder::new(&authority);

    let scratch = Scratch::new("kit-ocsp");
    let issuer = scratch.write("issuer.pem", authority.certificate().pem());
    let run = |arguments: &[&OsStr]| Command::new(&openssl).arg("ocsp").args(arguments).output().unwrap();
    let o = |text: &'static str| OsStr::new(text);
    for (certificate, word) in [(&client, "good"), (&stolen, "revoked")] {
        let certificate = scratch.write("certificate.pem", certificate.pem());
        let asked = scratch.path().join("request.der");
        let about = [o("-issuer"), issuer.as_os_str(), o("-cert"), certificate.as_os_str()];
        let made = run(&[&about[..], &[o("-reqout"), asked.as_os_str()]].concat());
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));

        for request in [posted(&asked), by_path(&asked)] {
            let answer = fetched(&responder, request).await.unwrap();
            let answer = scratch.write("answer.der", answer);
            let believed = [o("-VAfile"), issuer.as_os_str(), o("-respin"), answer.as_os_str()];
            let (nonce, status) = ([o("-reqin"), asked.as_os_str()], [o("-no_nonce")]);
            for with in [[&believed[..], &nonce].concat(), [&believed[..], &about, &status].concat()] {
                let verified = run(&with);
                let said = [verified.stdout, verified.stderr].concat();
                let said = String::from_utf8_lossy(&said);
                assert!(said.contains("Response verify OK") && !said.to_lowercase().contains("nonce"), "{said}");
                assert!(!with.contains(&status[0]) || said.contains(word), "{said}");
            }
        }
    }
    assert_eq!(responder.asked(), 4);
}

#[tokio::test]
async fn every_fault_is_one_until_the_responder_recovers() {
    let Some(openssl) = programs::require("openssl") else { return };
    let authority = TestAuthority::new("partner");
    let client = authority.client("orders-svc").issue();
    let scratch = Scratch::new("kit-faults");
    let issuer = scratch.write("issuer.pem", authority.certificate().pem());
    let certificate = scratch.write("certificate.pem", client.pem());
    let asked = scratch.path().join("request.der");
    let arguments = [OsStr::new("ocsp"), OsStr::new("-issuer"), issuer.as_os_str(), OsStr::new("-cert")];
    let rest = [certificate.as_os_str(), OsStr::new("-reqout"), asked.as_os_str()];
    assert!(Command::new(openssl).args(arguments).args(rest).status().unwrap().success());

    let responder = TestOcspResponder::new(&authority);
    for (fault, reason) in [
        (OcspFault::Stale, Some(Reason::RevocationStale)),
        (OcspFault::Unknown, Some(Reason::RevocationUnknown)),
        (OcspFault::AnotherCertificate, Some(Reason::RevocationNoSource)),
        (OcspFault::BrokenSignature, None),
        (OcspFault::Garbage, None),
        (OcspFault::TryLater, None),
    ] {
        responder.fail(fault);
        let answers = OcspAnswers::from_octets(fetched(&responder, posted(&asked)).await.unwrap());
        let layer = builder(&authority).ocsp_answers(answers).build();
        match reason {
            Some(reason) => {
                let answer = send(&app(layer.unwrap()), nginx().forward(request(), &client)).await;
                assert_refused(&answer, reason);
            }
            None => assert!(layer.is_err(), "{fault:?}"),
        }
    }
    responder.fail(OcspFault::Unreachable);
    let refused = fetched(&responder, posted(&asked)).await;
    assert!(matches!(refused, Err(FetchError::Connect { .. })), "{refused:?}");
    responder.fail(OcspFault::TimedOut);
    let late = fetched(&responder, posted(&asked)).await;
    assert!(matches!(late, Err(FetchError::TimedOut { .. })), "{late:?}");

    responder.recover();
    let answers = OcspAnswers::from_octets(fetched(&responder, posted(&asked)).await.unwrap());
    let layer = builder(&authority).ocsp_answers(answers).build().unwrap();
    assert_not_refused(&send(&app(layer), nginx().forward(request(), &client)).await);
}

#[tokio::test]
async fn what_is_no_request_is_answered_as_such() {
    let responder = TestOcspResponder::new(&TestAuthority::new("partner"));
    let answer = fetched(&responder, FetchRequest::get(url("nothing"))).await.unwrap();
    assert_eq!(answer, [0x30, 3, 0x0a, 1, 1]);
}

/// Ed25519 makes one signature of the same octets, so that nothing differs but the fault.
#[tokio::test]
async fn a_signature_is_broken_in_its_last_bit_alone() {
    let root = TestAuthority::with_clock("root", &TestClock::at_unix_seconds(1_772_366_400));
    let authority = root.authority("issuing").key(KeyKind::Ed25519).issue_authority();
    let responder = TestOcspResponder::new(&authority);
    for last in 0..16 {
        let ask = async || fetched(&responder, asking(&[0x4a, last])).await.unwrap();
        responder.recover();
        let mut right = ask().await;
        assert_eq!(right, ask().await);
        *right.last_mut().unwrap() ^= 1;
        responder.fail(OcspFault::BrokenSignature);
        assert_eq!(ask().await, right, "{last}");
    }
}

#[tokio::test]
async fn an_answer_about_another_certificate_is_about_the_next_serial_number_or_the_one_before() {
    let responder = TestOcspResponder::new(&TestAuthority::new("partner"));
    let integer = |last: u8| [&[2, 16][..], &[0x4a; 15], &[last]].concat();
    for (last, other) in [(0, 1), (1, 0), (2, 3), (3, 2), (0xff, 0xfe)] {
        let ask = async || fetched(&responder, asking(&integer(last)[2..])).await.unwrap();
        let names = |answer: &[u8], last| answer.windows(18).any(|octets| octets == integer(last));
        responder.recover();
        assert!(names(&ask().await, last));
        responder.fail(OcspFault::AnotherCertificate);
        let answer = ask().await;
        assert!(names(&answer, other) && !names(&answer, last), "{last}");
    }
}

#[tokio::test]
async fn a_stale_answer_was_followed_by_the_next_a_day_ago_and_one_that_never_comes_is_awaited() {
    let clock = TestClock::at_unix_seconds(1_772_366_400);
    let responder = TestOcspResponder::new(&TestAuthority::with_clock("partner", &clock));
    responder.fail(OcspFault::Stale);
    let stale = fetched(&responder, asking(&[0x4a])).await.unwrap();
    assert_eq!(dates(&stale), ["20260227120000Z", "20260227120000Z", "20260228120000Z"]);

    responder.fail(OcspFault::NeverAnswers);
    let mut answer = responder.fetch(asking(&[0x4a]));
    assert!(answer.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert_eq!(responder.asked(), 2, "and counted");
}

/// A question about a serial number, with hashes of an issuer that the kit's responder does not look at.
fn asking(serial: &[u8]) -> FetchRequest {
    let sequence = |parts: &[&[u8]]| element(0x30, &parts.concat());
    let (algorithm, hash) =
        (element(0x06, &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01]), element(0x04, &[7; 32]));
    let about = sequence(&[&sequence(&[&algorithm]), &hash, &hash, &element(0x02, serial)]);
    let request = (0..4).fold(about, |inside, _| sequence(&[&inside]));
    FetchRequest::post(url(""), "application/ocsp-request", request)
}

async fn fetched(responder: &TestOcspResponder, request: FetchRequest) -> Result<Vec<u8>, FetchError> {
    Ok(responder.fetch(request).await?.into_octets()?.octets().to_vec())
}

fn posted(request: &Path) -> FetchRequest {
    FetchRequest::post(url(""), "application/ocsp-request", std::fs::read(request).unwrap())
}

fn by_path(request: &Path) -> FetchRequest {
    let encoded = STANDARD.encode(std::fs::read(request).unwrap());
    FetchRequest::get(url(&encoded.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")))
}

fn url(path: &str) -> FetchUrl {
    FetchUrl::configured(format!("http://ocsp.partner.example/{path}")).unwrap()
}

const DAY: Duration = Duration::from_secs(24 * 3600);
