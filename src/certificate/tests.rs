use super::*;

fn minted() -> Certificate {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut parameters = rcgen::CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(rcgen::DnType::OrganizationName, "Big Partner Foo SA");
    Certificate::from_der(parameters.self_signed(&key).unwrap().der().clone()).unwrap()
}

#[test]
fn debug_shows_subject_serial_and_fingerprint_and_no_der() {
    let certificate = minted();
    let shown = format!("{certificate:?}");
    let expected = format!(
        "Certificate {{ subject: O=Big Partner Foo SA, serial: {}, fingerprint: {}, .. }}",
        certificate.serial(),
        certificate.fingerprint()
    );
    assert_eq!(shown, expected);
}

#[test]
fn a_minted_certificate_has_no_nul_and_few_extensions() {
    let certificate = minted();
    assert_eq!(certificate.name_with_nul(), None);
    assert_eq!(certificate.certificate_der().as_ref(), certificate.der());
    let extension = certificate.extensions().first().unwrap();
    assert_eq!(extension.oid.as_str(), "2.5.29.17");
    assert!(!extension.is_critical);
}
