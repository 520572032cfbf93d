//! What stands in certificates, lists and answers, to the octet.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tower_client_cert::certificate::{Certificate, Fingerprint};
use tower_client_cert::test_kit::{TestAuthority, TestClock, TestIdentity};
use tower_client_cert::{RevocationReason, TrustAnchors};
use x509_cert::crl::CertificateList;
use x509_cert::der::Decode as _;

/// Noon of 2026-03-01.
const NOW_SECONDS: u64 = 1_772_366_400;
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn authority() -> TestAuthority {
    TestAuthority::with_clock("partner", &TestClock::at_unix_seconds(NOW_SECONDS))
}

/// Every date in DER, in order and as written: with two digits of the year or with four.
pub(crate) fn dates(der: &[u8]) -> Vec<String> {
    let is_date = |text: &[u8]| matches!(text, [digits @ .., b'Z'] if digits.iter().all(u8::is_ascii_digit));
    let at = |start: usize| {
        let length = match der.get(start..start + 2)? {
            [0x17, 13] => 13,
            [0x18, 15] => 15,
            _ => return None,
        };
        let text = der.get(start + 2..start + 2 + length).filter(|text| is_date(text))?;
        Some(String::from_utf8(text.to_vec()).unwrap())
    };
    (0..der.len()).filter_map(at).collect()
}

/// The certificate of an authority, as the crate reads it.
fn read(authority: &TestAuthority) -> Certificate {
    let anchors = TrustAnchors::from_der(authority.certificate().der()).unwrap();
    Certificate::clone(anchors.as_slice()[0].certificate())
}

#[test]
fn what_is_issued_begins_a_day_ago_or_now_and_lasts_as_long_as_it_says() {
    let authority = authority();
    let client = authority.client("orders-svc").issue();
    assert_eq!(dates(client.der()), ["260228120000Z", "260530120000Z"], "90 days");
    for made in [&authority, &authority.intermediate("issuing")] {
        assert_eq!(dates(made.certificate().der()), ["260228120000Z", "360227120000Z"], "ten years of 365 days");
    }

    let list = || authority.revocation_list();
    assert_eq!(dates(&list().to_der()), ["260301120000Z", "260308120000Z"], "a week");
    assert_eq!(dates(&list().next_update_in(HOUR).to_der()), ["260301120000Z", "260301130000Z"]);
    assert_eq!(dates(&list().issued_ago(2 * DAY).to_der()), ["260227120000Z", "260306120000Z"]);

    let answer = || authority.ocsp_answer(&client);
    let [now, soon, next] = ["20260301120000Z", "20260301130000Z", "20260302120000Z"];
    assert_eq!(dates(&answer().to_der()), [now, now, next], "a day");
    assert_eq!(dates(&answer().next_update_in(HOUR).to_der()), [now, now, soon]);
    assert_eq!(dates(&answer().without_next_update().to_der()), [now, now]);
    let [then, due] = ["20260227120000Z", "20260228120000Z"];
    assert_eq!(dates(&answer().issued_ago(2 * DAY).to_der()), [then, then, due]);

    authority.revoke_for(&client, RevocationReason::KeyCompromise);
    assert_eq!(dates(&list().to_der())[2..], ["260301120000Z"]);
    assert_eq!(dates(&answer().to_der()), [now, now, now, next], "revoked now, as of now");
}

/// RFC 5280 section 4.1.2.5.
#[test]
fn years_have_two_digits_until_2049_and_four_from_then_on() {
    let at = |seconds: u64| UNIX_EPOCH + Duration::from_secs(seconds);
    let authority = authority();
    for (from, to, written) in [
        (0, 946_684_799, ["700101000000Z", "991231235959Z"]),
        (946_684_800, 2_524_607_999, ["000101000000Z", "491231235959Z"]),
        (2_524_607_999, 2_524_608_000, ["491231235959Z", "20500101000000Z"]),
        (4_102_444_800, 253_402_300_799, ["21000101000000Z", "99991231235959Z"]),
    ] {
        let issued = authority.client("orders-svc").valid(at(from), at(to)).issue();
        assert_eq!(dates(issued.der()), written);
    }
}

#[test]
fn what_no_certificate_can_say_is_no_date_of_one() {
    let authority = authority();
    let now = UNIX_EPOCH + Duration::from_secs(NOW_SECONDS);
    let issue = |from: SystemTime, to: SystemTime| {
        let failed = catch_unwind(AssertUnwindSafe(|| authority.client("orders-svc").valid(from, to).issue()));
        failed.expect_err("it was issued").downcast_ref::<String>().unwrap().clone()
    };
    let what = "test kit: no date from 1970 to 9999";
    assert_eq!(issue(UNIX_EPOCH - HOUR, now), format!("{what}: 3600 s before 1970"));
    let far = UNIX_EPOCH + Duration::from_secs(253_402_300_800);
    assert_eq!(issue(now, far), format!("{what}: 253402300800 s after 1970"));
}

/// RFC 5280 section 4.1.2.2: positive, not zero, and at most 20 octets.
#[test]
fn serial_numbers_are_positive_and_of_one_length() {
    let authority = authority();
    let first = authority.client("orders-svc").issue();
    let serials: BTreeSet<Vec<u8>> = (0..64)
        .map(|_| {
            let client = authority.client("orders-svc").same_key_as(&first).issue();
            let identity = TestIdentity::unverified(&client).identity().unwrap();
            assert_eq!(identity.serial().as_octets(), client.serial(), "no zero stands before it");
            client.serial().to_vec()
        })
        .collect();
    assert_eq!(serials.len(), 64);
    for serial in serials {
        assert!(serial.len() == 16 && (0x40..0x80).contains(&serial[0]), "{serial:x?}");
    }
}

/// RFC 5280 sections 4.2.1.1 and 4.2.1.2, with the hash of RFC 7093 section 2.
#[test]
fn certificates_and_lists_name_keys_by_the_same_160_bits_of_a_hash() {
    let subject_key = |key: &[u8]| [&[0x04, 20], key].concat();
    let issuer_key = |key: &[u8]| [&[0x30, 22, 0x80, 20], key].concat();
    let bits = |fingerprint: &Fingerprint| fingerprint.as_octets()[..20].to_vec();
    let (of_subject, of_issuer) = ("2.5.29.14".parse().unwrap(), "2.5.29.35".parse().unwrap());

    let root = authority();
    let issuing = root.intermediate("issuing");
    let client = TestIdentity::unverified(&issuing.client("orders-svc").issue()).identity().unwrap();
    let (root, above) = (read(&root), read(&issuing));
    for (certificate, issuer) in [(&root, &root), (&above, &root), (client.certificate(), &above)] {
        let (own, of) = (bits(certificate.public_key_fingerprint()), bits(issuer.public_key_fingerprint()));
        assert_eq!(certificate.extension(&of_subject), Some(&*subject_key(&own)));
        assert_eq!(certificate.extension(&of_issuer), Some(&*issuer_key(&of)));
    }

    for number in [1, 2] {
        let list: CertificateList = CertificateList::from_der(&issuing.revocation_list().to_der()).unwrap();
        let extensions: Vec<_> = list
            .tbs_cert_list
            .crl_extensions
            .iter()
            .flatten()
            .map(|known| (known.extn_id.to_string(), known.critical, known.extn_value.as_bytes().to_vec()))
            .collect();
        let key = issuer_key(&bits(above.public_key_fingerprint()));
        let number = vec![0x02, 1, number];
        assert_eq!(extensions, [("2.5.29.35".to_owned(), false, key), ("2.5.29.20".to_owned(), false, number)]);
    }
}
