//! No octets make the reader panic, and what it does read is what the certificate says.

use proptest::prelude::*;

use super::*;

fn read_and_show(der: Vec<u8>) {
    let Ok(certificate) = Certificate::from_der(CertificateDer::from(der)) else {
        return;
    };
    let shown = format!(
        "{certificate:?} {} {} {} {} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        certificate.subject(),
        certificate.issuer(),
        certificate.public_key(),
        certificate.signature_algorithm(),
        certificate.alternative_names(),
        certificate.purposes(),
        certificate.key_usage(),
        certificate.basic_constraints(),
        certificate.subject_key_id(),
        certificate.authority_key_id(),
        certificate.serial(),
        certificate.name_with_nul(),
    );
    assert!(shown.is_ascii());
    assert!(certificate.alternative_names().iter().all(|name| name.to_string().is_ascii()));
}

fn fixture() -> impl Strategy<Value = Vec<u8>> {
    let files: Vec<_> = [all("read"), all("refused")].concat();
    prop::sample::select(files).prop_map(|(_, path)| std::fs::read(path).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_octets_never_panic(
        mut der in fixture(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        for (at, octet) in changes {
            if !der.is_empty() {
                let at = at.index(der.len());
                der[at] = octet;
            }
        }
        read_and_show(der);
    }

    #[test]
    fn cut_and_joined_octets_never_panic(
        mut der in fixture(),
        cut in any::<prop::sample::Index>(),
        mut tail in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        der.truncate(cut.index(der.len() + 1));
        der.append(&mut tail);
        read_and_show(der);
    }

    #[test]
    fn arbitrary_octets_never_panic(der in prop::collection::vec(any::<u8>(), 0..200)) {
        read_and_show(der);
    }
}

#[test]
fn every_certificate_cut_short_is_refused() {
    let der = read("san-every-kind").der().to_vec();
    for length in 0..der.len() {
        assert!(Certificate::from_der(CertificateDer::from(der[..length].to_vec())).is_err(), "{length} octets");
    }
}

/// A second reader agrees on every certificate that it reads at all.
#[test]
fn the_x509_cert_crate_reads_the_same_fields() {
    use x509_cert::der::{Decode as _, Encode as _};

    let mut compared = 0;
    for (name, path) in all("read") {
        let certificate = try_read(&path).unwrap();
        let Ok(other) = x509_cert::Certificate::from_der(certificate.der()) else {
            continue;
        };
        let other = other.tbs_certificate();
        compared += 1;
        assert_eq!(certificate.serial().as_octets(), other.serial_number().as_bytes(), "{name}");
        assert_eq!(certificate.not_after(), other.validity().not_after.to_system_time(), "{name}");
        let key_info = other.subject_public_key_info().to_der().unwrap();
        assert_eq!(*certificate.public_key_fingerprint(), Fingerprint::of(&key_info), "{name}");
        let extensions = other.extensions().map_or(0, Vec::len);
        assert_eq!(certificate.extensions().len(), extensions, "{name}");
        if name != "multi-valued-rdn-unsorted" {
            assert_eq!(certificate.subject().der(), other.subject().to_der().unwrap(), "{name}");
        }
    }
    assert!(compared > 60, "compared {compared}");
}
