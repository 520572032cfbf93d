//! What must be refused, each for its own reason.

use super::*;

#[test]
fn every_malformed_certificate_is_refused_for_its_own_reason() {
    let files = all("refused");
    let names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, REASONS.map(|(name, _)| name), "files and table differ");
    for ((name, path), (_, reason)) in files.iter().zip(REASONS) {
        match try_read(path) {
            Ok(certificate) => panic!("{name} was read: {certificate:?}"),
            Err(error) => assert_eq!(error.to_string(), reason, "{name}"),
        }
    }
}

#[test]
fn an_error_names_the_field_and_has_no_source() {
    let error = try_read(&fixtures("refused").join("san-ip-5-octets.der")).unwrap_err();
    assert_eq!(error.field(), "subject alternative name");
    assert!(std::error::Error::source(&error).is_none());
}

const REASONS: [(&str, &str); 56] = [
    ("authority-key-identifier-malformed", "authority key identifier: 3 octets too many"),
    ("basic-constraints-malformed", "basic constraints: boolean that is neither 00 nor ff"),
    ("critical-neither-true-nor-false", "extensions: boolean that is neither 00 nor ff"),
    ("date-missing", "validity: ends too early"),
    ("date-on-30-february", "not after: date before 1970 or not in the form of rfc 5280 section 4.1.2.5"),
    ("date-with-fraction", "not after: date before 1970 or not in the form of rfc 5280 section 4.1.2.5"),
    ("date-with-offset", "not before: date before 1970 or not in the form of rfc 5280 section 4.1.2.5"),
    ("date-without-seconds", "not before: date before 1970 or not in the form of rfc 5280 section 4.1.2.5"),
    ("duplicate-san", "extensions: extension 2.5.29.17 occurs more than once"),
    ("duplicate-unknown-extension", "extensions: extension 1.2.3 occurs more than once"),
    ("empty", "certificate: ends too early"),
    ("extension-without-value", "extensions: ends too early"),
    ("extensions-in-version-1", "extensions: present in a certificate of version 1, expected version 3"),
    ("extensions-in-version-2", "extensions: present in a certificate of version 2, expected version 3"),
    ("indefinite-length", "certificate: length that is indefinite, too large or not in its shortest form"),
    ("key-missing", "subject public key info: ends too early"),
    ("key-usage-malformed", "key usage: malformed bit string"),
    ("length-not-shortest", "certificate: length that is indefinite, too large or not in its shortest form"),
    ("not-a-sequence", "certificate: found tag 31, expected 30"),
    ("purpose-is-no-identifier", "extended key usage: found tag 0c, expected 06"),
    ("purposes-empty", "extended key usage: is empty, expected at least one element"),
    ("rsa-modulus-too-large", "subject public key info: 2049 octets, expected at most 2048"),
    ("rsa-negative-modulus", "subject public key info: integer that is empty, too large or not in its shortest form"),
    ("san-dir-without-name", "subject alternative name: ends too early"),
    ("san-dns-constructed", "subject alternative name: found tag a2, which is none of the choices"),
    ("san-dns-empty", "subject alternative name: is empty, expected text"),
    ("san-dns-non-ascii", "subject alternative name: text that is not ascii"),
    ("san-empty", "subject alternative name: is empty, expected at least one element"),
    ("san-ip-5-octets", "subject alternative name: ip address of 5 octets, expected 4 or 16"),
    ("san-ip-8-octets", "subject alternative name: ip address of 8 octets, expected 4 or 16"),
    ("san-ip-empty", "subject alternative name: ip address of 0 octets, expected 4 or 16"),
    ("san-other-without-value", "subject alternative name: ends too early"),
    ("san-registered-id-malformed", "subject alternative name: malformed object identifier"),
    ("san-too-many", "subject alternative name: more than 1024 elements"),
    ("san-trailing-octets", "subject alternative name: 2 octets too many"),
    ("san-unknown-choice", "subject alternative name: found tag 89, which is none of the choices"),
    ("san-upn-malformed", "subject alternative name: text that is not utf-8"),
    ("serial-empty", "serial number: integer that is empty, too large or not in its shortest form"),
    ("serial-of-22-octets", "serial number: 22 octets, expected at most 21"),
    ("serial-padded", "serial number: integer that is empty, too large or not in its shortest form"),
    ("signature-algorithms-differ", "signature algorithm: differs inside and outside of the signed part"),
    ("signature-with-bad-unused-bits", "signature: malformed bit string"),
    ("subject-key-identifier-malformed", "subject key identifier: ends too early"),
    ("subject-rdn-empty", "subject: is empty, expected at least one element"),
    ("subject-rdn-is-a-sequence", "subject: found tag 30, expected 31"),
    ("subject-too-many-in-one-rdn", "subject: more than 32 elements"),
    ("subject-too-many-rdns", "subject: more than 64 elements"),
    ("subject-type-malformed", "subject: malformed object identifier"),
    ("subject-value-missing", "subject: ends too early"),
    ("subject-value-twice", "subject: 3 octets too many"),
    ("too-large", "certificate: 66339 octets, expected at most 65535"),
    ("too-many-extensions", "extensions: more than 100 elements"),
    ("trailing-octet", "certificate: 1 octets too many"),
    ("trailing-octet-in-tbs", "certificate: 2 octets too many"),
    ("unique-id-in-version-1", "issuer unique identifier: present in a certificate of version 1, expected version 2"),
    ("version-4", "version: found 3, expected 0, 1 or 2"),
];
