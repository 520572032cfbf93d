//! The fields of one certificate.

use std::fmt::Display;

use rustls_pki_types::CertificateDer;

use super::encoding::survives_every_single_form;
use super::{holds, is_one_line};
use crate::certificate::{Certificate, CertificateError};

/// Reads a certificate from DER, shows every field, and checks what came of it.
///
/// # Panics
///
/// When anything that must hold does not.
pub fn certificate(der: &[u8]) {
    let certificate = match Certificate::from_der(CertificateDer::from(der.to_vec())) {
        Ok(certificate) => certificate,
        Err(error) => return refused(&error),
    };
    assert_eq!(certificate.der(), der, "the certificate is not what was read");
    survives_every_single_form(der);
    names(&certificate);
    fields(&certificate);
}

fn names(certificate: &Certificate) {
    let der = certificate.der();
    for name in [certificate.subject(), certificate.issuer()] {
        shown(name, der);
        assert!(holds(der, name.der()), "a name that does not stand in the certificate");
    }
    for name in certificate.alternative_names() {
        shown(name, der);
    }
    // Debug output may show letters of any script, but nothing that moves a terminal's cursor.
    let debug = format!("{certificate:?} {:?} {:?}", certificate.subject(), certificate.alternative_names());
    assert!(!debug.chars().any(char::is_control), "control characters in debug output");
    if let Some(name) = certificate.name_with_nul() {
        shown(&name, der);
    }
}

fn fields(certificate: &Certificate) {
    let der = certificate.der();
    assert!((1..=3).contains(&certificate.version()), "version {}", certificate.version());
    shown(certificate.serial(), der);
    shown(certificate.public_key(), der);
    shown(certificate.signature_algorithm(), der);
    shown(certificate.fingerprint(), der);
    shown(certificate.public_key_fingerprint(), der);
    assert!(certificate.purposes().is_none_or(|purposes| !purposes.is_empty()), "purposes that are an empty list");
    let numbers = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        certificate.purposes(),
        certificate.key_usage(),
        certificate.basic_constraints(),
        certificate.subject_key_id(),
        certificate.authority_key_id(),
        certificate.policies(),
        certificate.not_before(),
        certificate.not_after(),
    );
    assert!(is_one_line(&numbers), "not one line: {numbers:?}");
    for extension in certificate.extensions() {
        let found = certificate.extension(&extension.oid);
        assert_eq!(found, Some(&*extension.value), "an extension is found under another name");
        assert!(holds(der, &extension.value), "an extension that does not stand in the certificate");
    }
    let further = [
        certificate.constrained_names().map(|_| ()),
        certificate.policy_extensions().map(|_| ()),
        certificate.signed_parts().map(|_| ()),
    ];
    further.iter().filter_map(|read| read.as_ref().err()).for_each(refused);
}

fn refused(error: &CertificateError) {
    let text = error.to_string();
    assert!(is_one_line(&text), "not one line: {text:?}");
    assert!(text.len() <= MAX_MESSAGE_BYTES, "a message of {} bytes", text.len());
}

fn shown(field: &impl Display, der: &[u8]) {
    let text = field.to_string();
    assert!(is_one_line(&text), "not one line: {text:?}");
    let limit = MAX_FIXED_TEXT_BYTES + der.len() * MAX_TEXT_BYTES_PER_OCTET;
    assert!(text.len() <= limit, "{} bytes of text out of {} octets", text.len(), der.len());
}

/// Length of a refusal's text: it holds fixed words, numbers and one object identifier.
const MAX_MESSAGE_BYTES: usize = 1024;
/// Length of a field's text besides what the certificate says: a fingerprint, a word for the kind of name.
const MAX_FIXED_TEXT_BYTES: usize = 256;
/// The most text that one octet can become: a character of one octet may be escaped as three of UTF-8, `\XX` each.
const MAX_TEXT_BYTES_PER_OCTET: usize = 12;
