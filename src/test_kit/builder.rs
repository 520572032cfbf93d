use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use rustls_pki_types::CertificateDer;

use super::authority::TestAuthority;
use super::certificate::TestCertificate;
use super::der::{self, Criticality, element, explicit, extension, integer, known_oid, oid, sequence, tag};
use super::key::TestKey;
use super::must;
use super::revocation_list::key_identifier;
use crate::certificate::{Fingerprint, ObjectIdentifier, Purpose};
use crate::validation::KeyKind;

/// A certificate to be; made by [`TestAuthority::client`] and [`TestAuthority::authority`].
///
/// ```
/// use std::time::Duration;
///
/// use tower_client_cert::KeyKind;
/// use tower_client_cert::certificate::Purpose;
/// use tower_client_cert::test_kit::TestAuthority;
///
/// let day = Duration::from_secs(24 * 3600);
/// let authority = TestAuthority::new("partner");
/// let odd = authority
///     .client("orders-svc")
///     .organization("Big Partner Foo SA")
///     .organization("Another SA") // a second organization, not another one
///     .uri("spiffe://partner.example/orders")
///     .purposes([Purpose::SERVER_AUTH])
///     .key(KeyKind::P384);
/// let expired = authority.client("orders-svc").valid_from_to_ago(60 * day, 30 * day).issue();
/// # let _ = odd.issue();
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is issued before issue()"]
pub struct TestCertificateBuilder {
    name: String,
    issuer: Option<TestAuthority>,
    now: SystemTime,
    subject: Vec<(ObjectIdentifier, String)>,
    alternative_names: Vec<Vec<u8>>,
    purposes: Vec<Purpose>,
    authority: Option<PathLength>,
    not_before: SystemTime,
    not_after: SystemTime,
    serial: Option<Vec<u8>>,
    key: KeyKind,
    held_key: Option<Arc<TestKey>>,
    extensions: Vec<Vec<u8>>,
}

/// How many authorities may follow; `None` for any number.
type PathLength = Option<u8>;

impl TestCertificateBuilder {
    pub(super) fn client(common_name: &str, issuer: &TestAuthority, now: SystemTime) -> Self {
        Self {
            purposes: vec![Purpose::CLIENT_AUTH],
            not_after: now + CLIENT_LIFETIME,
            ..Self::bare(common_name, Some(issuer), now)
        }
    }

    pub(super) fn authority(common_name: &str, issuer: Option<&TestAuthority>, now: SystemTime) -> Self {
        Self { authority: Some(None), ..Self::bare(common_name, issuer, now) }
    }

    fn bare(common_name: &str, issuer: Option<&TestAuthority>, now: SystemTime) -> Self {
        Self {
            name: common_name.to_owned(),
            issuer: issuer.cloned(),
            now,
            subject: vec![(ObjectIdentifier::known(COMMON_NAME), common_name.to_owned())],
            alternative_names: Vec::new(),
            purposes: Vec::new(),
            authority: None,
            not_before: now - DAY,
            not_after: now + AUTHORITY_LIFETIME,
            serial: None,
            key: KeyKind::P256,
            held_key: None,
            extensions: Vec::new(),
        }
    }

    /// Adds an organization (O) to the subject.
    pub fn organization(self, value: &str) -> Self {
        self.attribute("O", value)
    }

    /// Adds an organizational unit (OU) to the subject.
    pub fn organizational_unit(self, value: &str) -> Self {
        self.attribute("OU", value)
    }

    /// Adds an attribute to the subject, behind those that are there: by short name such as `C` or as dotted text.
    ///
    /// # Panics
    ///
    /// For a name that is neither.
    #[track_caller]
    pub fn attribute(mut self, kind: &str, value: &str) -> Self {
        let known =
            ObjectIdentifier::of_attribute(kind).ok_or("no short name of an attribute and no object identifier");
        self.subject.push((must(known, kind), value.to_owned()));
        self
    }

    /// Leaves the subject empty, the common name included; attributes that are added later count.
    pub fn without_subject(mut self) -> Self {
        self.subject.clear();
        self
    }

    /// Adds a DNS name.
    pub fn dns(mut self, name: &str) -> Self {
        self.alternative_names.push(der::dns_name(name));
        self
    }

    /// Adds an e-mail address.
    pub fn email(mut self, address: &str) -> Self {
        self.alternative_names.push(der::email(address));
        self
    }

    /// Adds an IP address.
    pub fn ip(mut self, address: impl Into<IpAddr>) -> Self {
        self.alternative_names.push(der::ip(address.into()));
        self
    }

    /// Adds a URI, such as a SPIFFE ID.
    pub fn uri(mut self, uri: &str) -> Self {
        self.alternative_names.push(der::uri(uri));
        self
    }

    /// Adds a Microsoft user principal name.
    pub fn user_principal_name(mut self, name: &str) -> Self {
        let value = explicit(0, &element(tag::UTF8_STRING, name.as_bytes()));
        self.alternative_names.push(element(0xa0, &[known_oid("1.3.6.1.4.1.311.20.2.3"), value].concat()));
        self
    }

    /// Replaces the purposes (extended key usage); none leaves the extension out.
    pub fn purposes(mut self, purposes: impl IntoIterator<Item = Purpose>) -> Self {
        self.purposes = purposes.into_iter().collect();
        self
    }

    /// Replaces the dates.
    pub fn valid(mut self, not_before: SystemTime, not_after: SystemTime) -> Self {
        (self.not_before, self.not_after) = (not_before, not_after);
        self
    }

    /// Replaces the dates by two in the past, counted back from the authority's clock: an expired certificate.
    pub fn valid_from_to_ago(self, not_before: Duration, not_after: Duration) -> Self {
        let now = self.now;
        self.valid(now - not_before, now - not_after)
    }

    /// Sets the serial number, big-endian. By default it differs from every other of the process.
    pub fn serial(mut self, octets: &[u8]) -> Self {
        self.serial = Some(octets.to_vec());
        self
    }

    /// The kind of key that is made; RSA keys have 2048 bits. `P521` and `Rsa` need the feature `aws-lc-rs`.
    pub fn key(mut self, kind: KeyKind) -> Self {
        self.key = kind;
        self
    }

    /// Takes the key of another certificate: a renewal that keeps the key.
    pub fn same_key_as(mut self, other: &TestCertificate) -> Self {
        self.held_key = Some(Arc::clone(&other.key));
        self
    }

    /// Of an authority: how many authorities may follow below it.
    pub fn path_length(mut self, authorities: u8) -> Self {
        self.authority = Some(Some(authorities));
        self
    }

    /// Where revocation lists are published (cRLDistributionPoints).
    pub fn crl_distribution_point(self, uri: &str) -> Self {
        let name = explicit(0, &explicit(0, &der::uri(uri)));
        self.extension("2.5.29.31", &sequence(&[sequence(&[name])]))
    }

    /// Where the authority answers OCSP requests (authorityInfoAccess).
    pub fn ocsp_url(self, uri: &str) -> Self {
        let access = sequence(&[known_oid("1.3.6.1.5.5.7.48.1"), der::uri(uri)]);
        self.extension("1.3.6.1.5.5.7.1.1", &sequence(&[access]))
    }

    /// Adds an extension that is not critical, with this DER as its value.
    ///
    /// # Panics
    ///
    /// For text that is no object identifier.
    #[track_caller]
    pub fn extension(self, dotted: &str, value_der: &[u8]) -> Self {
        self.any_extension(dotted, Criticality::NotCritical, value_der)
    }

    /// Adds a critical extension, with this DER as its value.
    ///
    /// # Panics
    ///
    /// For text that is no object identifier.
    #[track_caller]
    pub fn critical_extension(self, dotted: &str, value_der: &[u8]) -> Self {
        self.any_extension(dotted, Criticality::Critical, value_der)
    }

    #[track_caller]
    fn any_extension(mut self, dotted: &str, criticality: Criticality, value_der: &[u8]) -> Self {
        let identifier: ObjectIdentifier = must(dotted.parse(), dotted);
        self.extensions.push(extension(&identifier, criticality, value_der));
        self
    }

    /// Issues the certificate.
    ///
    /// # Panics
    ///
    /// For a date before 1970 or after 9999.
    #[must_use]
    #[track_caller]
    pub fn issue(self) -> TestCertificate {
        self.sign()
    }

    /// Issues the certificate and returns the authority that holds it.
    ///
    /// # Panics
    ///
    /// As [`issue`](Self::issue).
    #[must_use]
    #[track_caller]
    pub fn issue_authority(self) -> TestAuthority {
        let clock = self.issuer.as_ref().map(TestAuthority::clock);
        let (name, certificate) = (self.name.clone(), self.sign());
        TestAuthority::holding(
            name,
            certificate,
            must(clock.ok_or("no issuer"), "a root is made by TestAuthority::new"),
        )
    }

    #[track_caller]
    pub(super) fn sign(self) -> TestCertificate {
        let key = self.held_key.clone().unwrap_or_else(|| Arc::new(TestKey::generate(self.key)));
        let signer = self.issuer.as_ref().map_or(&key, |issuer| &issuer.certificate().key);
        let subject = der::name(&self.subject);
        let issuer =
            self.issuer.as_ref().map_or_else(|| subject.clone(), |issuer| issuer.certificate().subject.clone());
        let serial = self.serial.clone().unwrap_or_else(|| next_serial(&key));
        let tbs = sequence(&[
            explicit(0, &integer(&[2])),
            integer(&serial),
            signer.signature_algorithm(),
            issuer,
            sequence(&[der::time(self.not_before), der::time(self.not_after)]),
            subject.clone(),
            key.public_key(),
            explicit(3, &sequence(&self.all_extensions(&key, signer))),
        ]);
        let certificate = sequence(&[tbs.clone(), signer.signature_algorithm(), der::bit_string(&signer.sign(&tbs))]);
        TestCertificate { der: CertificateDer::from(certificate), key, serial, subject, issuer: self.issuer }
    }

    fn all_extensions(&self, key: &TestKey, signer: &TestKey) -> Vec<Vec<u8>> {
        use Criticality::{Critical, NotCritical};
        let known = |dotted, criticality, value: &[u8]| extension(&ObjectIdentifier::known(dotted), criticality, value);

        let mut extensions = self.usage_extensions();
        let subject_key = element(tag::OCTET_STRING, &key_identifier(&key.public_key()));
        extensions.push(known("2.5.29.14", NotCritical, &subject_key));
        let issuer_key = sequence(&[element(0x80, &key_identifier(&signer.public_key()))]);
        extensions.push(known("2.5.29.35", NotCritical, &issuer_key));
        if !self.purposes.is_empty() {
            let purposes: Vec<_> = self.purposes.iter().map(|purpose| oid(purpose.oid())).collect();
            extensions.push(known("2.5.29.37", NotCritical, &sequence(&purposes)));
        }
        if !self.alternative_names.is_empty() {
            // RFC 5280 section 4.2.1.6: critical where the subject is empty.
            let criticality = if self.subject.is_empty() { Critical } else { NotCritical };
            extensions.push(known("2.5.29.17", criticality, &sequence(&self.alternative_names)));
        }
        extensions.extend(self.extensions.iter().cloned());
        extensions
    }

    /// Key usage and, of an authority, basic constraints.
    fn usage_extensions(&self) -> Vec<Vec<u8>> {
        let known = |dotted, value: &[u8]| extension(&ObjectIdentifier::known(dotted), Criticality::Critical, value);
        let Some(path_length) = self.authority else { return vec![known(KEY_USAGE, &DIGITAL_SIGNATURE)] };
        let length = path_length.map(|length| integer(&[length])).unwrap_or_default();
        let constraints = sequence(&[element(tag::BOOLEAN, &[0xff]), length]);
        vec![known("2.5.29.19", &constraints), known(KEY_USAGE, &CERT_AND_CRL_SIGN)]
    }
}

/// Sixteen octets that no other certificate of this process has.
fn next_serial(key: &TestKey) -> Vec<u8> {
    static ISSUED: AtomicU64 = AtomicU64::new(0);
    let issued = ISSUED.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    let digest = Fingerprint::of(&[key.public_key(), issued.to_vec()].concat());
    // A first octet of 0x40 to 0x7f: positive, and as long as the others.
    let mut serial: Vec<u8> = digest.as_octets().iter().copied().take(16).collect();
    if let Some(first) = serial.first_mut() {
        *first = *first & 0x3f | 0x40;
    }
    serial
}

const COMMON_NAME: &str = "2.5.4.3";
const KEY_USAGE: &str = "2.5.29.15";
/// A BIT STRING with bit 0 (RFC 5280 section 4.2.1.3).
const DIGITAL_SIGNATURE: [u8; 4] = [tag::BIT_STRING, 2, 7, 0x80];
/// A BIT STRING with bits 5 and 6.
const CERT_AND_CRL_SIGN: [u8; 4] = [tag::BIT_STRING, 2, 1, 0x06];
const DAY: Duration = Duration::from_secs(24 * 3600);
const CLIENT_LIFETIME: Duration = Duration::from_secs(90 * 24 * 3600);
const AUTHORITY_LIFETIME: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
