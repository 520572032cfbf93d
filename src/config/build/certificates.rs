//! Anchors, intermediates and pins.

use std::fs;
use std::path::PathBuf;

use crate::certificate::Fingerprint;
use crate::config::document::{AnchorsTable, CertificatesTable, PathValue, PinnedBesideTable, PinnedTable};
use crate::config::key::{At as _, Key, Mistake, contradiction};
use crate::config::sources::Sources;
use crate::document::OneOrMany;
use crate::error::ConfigError;
use crate::validation::{Intermediates, PinnedCertificates, TrustAnchors};

/// An option of a set of anchors.
type AnchorOption = fn(TrustAnchors) -> TrustAnchors;

/// Where certificates are.
enum Place<'a> {
    Directory(PathBuf, Key),
    File(PathBuf, Key),
    Pem(&'a str, Key),
}

pub(super) fn anchors(tables: &[AnchorsTable], key: &Key, sources: &Sources<'_>) -> Result<TrustAnchors, Mistake> {
    let mut all = TrustAnchors::none();
    for (index, table) in tables.iter().enumerate() {
        all = all.and(anchor_set(table, &key.index(index), sources)?);
    }
    Ok(all)
}

fn anchor_set(table: &AnchorsTable, key: &Key, sources: &Sources<'_>) -> Result<TrustAnchors, Mistake> {
    let place = place(table.file.as_ref(), table.directory.as_ref(), table.pem.as_deref(), key, sources)?;
    let mut anchors = place.anchors()?;
    if let Some(label) = &table.label {
        anchors = anchors.labelled(label);
    }
    if let Some(comment) = &table.comment {
        anchors = anchors.commented(comment);
    }
    if let Some(trust_domain) = &table.trust_domain {
        anchors = anchors.for_trust_domain(trust_domain).at(&key.field("trust_domain"))?;
    }
    let options: [(Option<bool>, AnchorOption); 6] = [
        (table.strict_profile, TrustAnchors::strict_profile),
        (table.allow_any_purpose, TrustAnchors::allow_any_purpose),
        (table.allow_missing_client_auth, TrustAnchors::allow_missing_client_auth),
        (table.allow_missing_digital_signature, TrustAnchors::allow_missing_digital_signature),
        (table.allow_uneven_rsa_size, TrustAnchors::allow_uneven_rsa_size),
        (table.allow_v1_anchor, TrustAnchors::allow_v1_anchor),
    ];
    Ok(options.into_iter().filter(|(set, _)| *set == Some(true)).fold(anchors, |anchors, (_, option)| option(anchors)))
}

pub(super) fn intermediates(
    tables: &[CertificatesTable],
    key: &Key,
    sources: &Sources<'_>,
) -> Result<Intermediates, Mistake> {
    let mut all = Intermediates::default();
    for (index, table) in tables.iter().enumerate() {
        let key = key.index(index);
        let place = place(table.file.as_ref(), table.directory.as_ref(), table.pem.as_deref(), &key, sources)?;
        all = all.and(match place {
            Place::Directory(path, key) => Intermediates::from_directory(path).at(&key)?,
            Place::File(path, key) => Intermediates::from_pem_file(path).at(&key)?,
            Place::Pem(text, key) => Intermediates::from_pem(text).at(&key)?,
        });
    }
    Ok(all)
}

/// The authorities of servers.
#[cfg(all(feature = "https-client", any(feature = "aws-lc-rs", feature = "ring")))]
pub(super) fn https_roots(
    tables: &[CertificatesTable],
    key: &Key,
    sources: &Sources<'_>,
) -> Result<TrustAnchors, Mistake> {
    let mut all = TrustAnchors::none();
    for (index, table) in tables.iter().enumerate() {
        let place =
            place(table.file.as_ref(), table.directory.as_ref(), table.pem.as_deref(), &key.index(index), sources)?;
        all = all.and(place.anchors()?);
    }
    Ok(all)
}

/// The content of a file with one certificate.
pub(super) fn certificate_file(path: &PathValue, key: &Key, sources: &Sources<'_>) -> Result<Vec<u8>, Mistake> {
    let path = sources.path(path, key)?;
    fs::read(&path).map_err(|source| ConfigError::File { path, source }).at(key)
}

impl Place<'_> {
    fn anchors(self) -> Result<TrustAnchors, Mistake> {
        match self {
            Place::Directory(path, key) => TrustAnchors::from_directory(path).at(&key),
            Place::File(path, key) => TrustAnchors::from_pem_file(path).at(&key),
            Place::Pem(text, key) => TrustAnchors::from_pem(text).at(&key),
        }
    }
}

fn place<'a>(
    file: Option<&PathValue>,
    directory: Option<&PathValue>,
    pem: Option<&'a str>,
    key: &Key,
    sources: &Sources<'_>,
) -> Result<Place<'a>, Mistake> {
    match (file, directory, pem) {
        (Some(file), None, None) => {
            let key = key.field("file");
            Ok(Place::File(sources.path(file, &key)?, key))
        }
        (None, Some(directory), None) => {
            let key = key.field("directory");
            Ok(Place::Directory(sources.path(directory, &key)?, key))
        }
        (None, None, Some(text)) => Ok(Place::Pem(text, key.field("pem"))),
        _ => contradiction(key, "has none or several of file, directory and pem, expected exactly one"),
    }
}

/// Pins that are accepted in place of a path.
pub(super) fn pinned(table: &PinnedTable, key: &Key) -> Result<PinnedCertificates, Mistake> {
    let mut pinned = pins(table.certificates.as_ref(), table.public_keys.as_ref(), key)?;
    if pinned.as_slice().is_empty() {
        return contradiction(key, "names nothing, expected certificates or public_keys");
    }
    if let Some(label) = &table.label {
        pinned = pinned.labelled(label);
    }
    if table.allow_expired == Some(true) {
        pinned = pinned.allow_expired();
    }
    if table.allow_ca_certificate == Some(true) {
        pinned = pinned.allow_ca_certificate();
    }
    Ok(pinned)
}

/// Pins that are required beside a path; of none, nobody has one.
pub(super) fn pinned_beside(table: &PinnedBesideTable, key: &Key) -> Result<PinnedCertificates, Mistake> {
    pins(table.certificates.as_ref(), table.public_keys.as_ref(), key)
}

fn pins(
    certificates: Option<&OneOrMany<String>>,
    public_keys: Option<&OneOrMany<String>>,
    key: &Key,
) -> Result<PinnedCertificates, Mistake> {
    let certificates = fingerprints(certificates, &key.field("certificates"))?;
    let public_keys = fingerprints(public_keys, &key.field("public_keys"))?;
    Ok(PinnedCertificates::certificates(certificates).and(PinnedCertificates::public_keys(public_keys)))
}

pub(super) fn fingerprints(texts: Option<&OneOrMany<String>>, key: &Key) -> Result<Vec<Fingerprint>, Mistake> {
    let texts = texts.iter().flat_map(|texts| &texts.0).enumerate();
    texts.map(|(index, text)| fingerprint(text).at(&key.index(index))).collect()
}

fn fingerprint(text: &str) -> Result<Fingerprint, ConfigError> {
    let problem = |error: crate::certificate::ParseFingerprintError| format!("cannot be used: {error}");
    text.parse().map_err(|error| ConfigError::Pattern { value: text.to_owned(), problem: problem(error) })
}
