//! The openssl program reads the same: subject, issuer, serial number, dates, fingerprint and alternative names.
//!
//! Skipped, with the reason printed, where there is no OpenSSL 3; an error instead if `REQUIRE_GATEWAYS` is `1`.

use std::io::{Write as _, stderr};
use std::net::IpAddr;
use std::process::Command;

use super::*;

#[test]
fn openssl_reads_the_same_fields() {
    if is_skipped() {
        return;
    }
    for (name, path) in all("read") {
        let certificate = try_read(&path).unwrap();
        let options = ["-subject", "-issuer", "-serial", "-dates", "-dateopt", "iso_8601", "-fingerprint", "-sha256"];
        let Some(theirs) = openssl(&path, &options) else {
            assert!(UNREADABLE.iter().any(|(file, _)| *file == name), "openssl cannot read {name}");
            continue;
        };
        let fingerprint: Fingerprint = value(&theirs, "sha256 Fingerprint=").parse().unwrap();
        assert_eq!(*certificate.fingerprint(), fingerprint, "{name}");
        assert_eq!(certificate.serial().to_string(), value(&theirs, "serial=").to_lowercase(), "{name}");
        assert_eq!(iso_8601(certificate.not_before()), value(&theirs, "notBefore="), "{name}");
        assert_eq!(iso_8601(certificate.not_after()), value(&theirs, "notAfter="), "{name}");
        assert_eq!(certificate.issuer().to_string(), value(&theirs, "issuer="), "{name}");
        let shown = certificate.subject().to_string();
        match SHOWN_OTHERWISE.iter().find(|(file, ..)| *file == name) {
            Some((_, ours, their, _)) => assert_eq!((&*shown, value(&theirs, "subject=")), (*ours, *their), "{name}"),
            None => assert_eq!(shown, value(&theirs, "subject="), "{name}"),
        }
    }
}

#[test]
fn openssl_reads_the_same_alternative_names() {
    if is_skipped() {
        return;
    }
    let mut compared = 0;
    for (name, path) in all("read") {
        let certificate = try_read(&path).unwrap();
        if certificate.alternative_names().is_empty() || NAMES_SHOWN_OTHERWISE.iter().any(|(file, _)| *file == name) {
            continue;
        }
        let theirs = openssl(&path, &["-ext", "subjectAltName"]).unwrap();
        compared += 1;
        let ours: Vec<_> = certificate.alternative_names().iter().map(as_openssl_shows).collect();
        assert_eq!(ours.join(", "), theirs.lines().nth(1).unwrap().trim(), "{name}");
    }
    assert!(compared >= 5, "compared {compared}");
}

#[test]
fn the_lists_of_differences_name_files_that_exist() {
    let names: Vec<_> = all("read").into_iter().map(|(name, _)| name).collect();
    let listed = UNREADABLE.map(|(file, _)| file).into_iter();
    let listed = listed.chain(SHOWN_OTHERWISE.map(|(file, ..)| file));
    for file in listed.chain(NAMES_SHOWN_OTHERWISE.map(|(file, _)| file)) {
        assert!(names.iter().any(|name| name == file), "{file}");
    }
}

fn as_openssl_shows(name: &AlternativeName) -> String {
    match name {
        AlternativeName::Dns(text) => format!("DNS:{text}"),
        AlternativeName::Email(text) => format!("email:{text}"),
        AlternativeName::Uri(text) => format!("URI:{text}"),
        AlternativeName::Ip(IpAddr::V4(address)) => format!("IP Address:{address}"),
        AlternativeName::Ip(IpAddr::V6(address)) => {
            let groups: Vec<_> = address.segments().iter().map(|group| format!("{group:X}")).collect();
            format!("IP Address:{}", groups.join(":"))
        }
        AlternativeName::DirectoryName(name) => {
            let parts = name.iter().map(|part| format!("/{}={}", part.key().unwrap(), part.text().unwrap()));
            format!("DirName:{}", parts.collect::<String>())
        }
        AlternativeName::UserPrincipalName(text) => format!("othername: UPN::{text}"),
        AlternativeName::OtherName { type_id, value_der } => {
            format!("othername: {type_id}::{}", String::from_utf8_lossy(&value_der[2..]))
        }
        AlternativeName::RegisteredId(oid) => format!("Registered ID:{oid}"),
        AlternativeName::X400Address(_) => "X400Name:<unsupported>".to_owned(),
        AlternativeName::EdiParty(_) => "EdiPartyName:<unsupported>".to_owned(),
    }
}

/// The form of `-dateopt iso_8601`, such as `2026-03-01 00:00:00Z`.
fn iso_8601(time: SystemTime) -> String {
    crate::utc::Utc(time).to_string().replace('T', " ")
}

fn is_skipped() -> bool {
    let version = Command::new("openssl").arg("version").output().map(|output| output.stdout).unwrap_or_default();
    if version.starts_with(b"OpenSSL 3.") {
        return false;
    }
    let is_required = std::env::var_os("REQUIRE_GATEWAYS").is_some_and(|value| value == "1");
    assert!(!is_required, "no program `openssl` of version 3 found");
    // Not by `eprintln!`, which the harness keeps to itself as long as the test passes.
    stderr().write_all(b"skipped: no program `openssl` of version 3 found\n").unwrap();
    true
}

/// What `openssl x509` prints; nothing if it cannot read the file.
fn openssl(path: &Path, options: &[&str]) -> Option<String> {
    let mut command = Command::new("openssl");
    command.args(["x509", "-inform", "DER", "-noout", "-nameopt", "RFC2253", "-in"]).arg(path).args(options);
    let output = command.output().unwrap();
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[track_caller]
fn value<'a>(output: &'a str, label: &str) -> &'a str {
    output.lines().find_map(|line| line.strip_prefix(label)).unwrap_or_else(|| panic!("no {label} in {output}"))
}

/// OpenSSL refuses the whole certificate for the content of one string; this crate keeps the value as octets, equal to
/// nothing, because CAs do write such values into attributes that nobody asks for.
const UNREADABLE: [(&str, &str); 10] = [
    ("bmp-string-odd-length", "half a character"),
    ("bmp-string-surrogates", "surrogates are not part of UCS-2"),
    ("general-string", "not a type of a directory string"),
    ("two-organizations-one-undecodable", "malformed UTF-8"),
    ("universal-string-beyond-unicode", "not a character"),
    ("universal-string-odd-length", "not a whole number of characters"),
    ("utf8-string-malformed", "malformed UTF-8"),
    ("utf8-string-overlong", "malformed UTF-8"),
    ("value-is-an-integer", "not a string"),
    ("visible-string", "not a type of a directory string"),
];

/// File, what this crate shows, what OpenSSL shows, and why.
const SHOWN_OTHERWISE: [(&str, &str, &str, &str); 2] = [
    (
        "printable-string-non-ascii",
        "CN=#13065AFC72696368,O=Big Partner Foo SA",
        "CN=Z\\C3\\BCrich,O=Big Partner Foo SA",
        "OpenSSL reads octets above 7f in a PrintableString as Latin-1, which the type does not allow",
    ),
    (
        "teletex-string-undecodable",
        "CN=#1404611B2862,O=Big Partner Foo SA",
        "CN=a\\1B(b,O=Big Partner Foo SA",
        "OpenSSL reads TeletexString as Latin-1 even where it switches to another character set",
    ),
];

/// OpenSSL dumps the extension as octets, or writes a line break as it stands.
const NAMES_SHOWN_OTHERWISE: [(&str, &str); 7] = [
    ("san-dir-with-nul", "NUL is shown as \\x00"),
    ("san-dns-with-nul", "OpenSSL refuses NUL in a name"),
    ("san-email-with-nul", "OpenSSL refuses NUL in a name"),
    ("san-upn-of-another-string-type", "OpenSSL refuses other types than UTF8String"),
    ("san-upn-with-nul", "OpenSSL refuses NUL in a name"),
    ("san-uri-with-nul", "OpenSSL refuses NUL in a name"),
    ("san-with-line-break", "the line break splits the output"),
];
