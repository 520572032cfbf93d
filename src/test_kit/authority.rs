use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::builder::TestCertificateBuilder;
use super::certificate::TestCertificate;
use super::clock::TestClock;
use super::must;
use super::ocsp_answer::{TestOcspAnswer, cert_id};
use super::revocation_list::{Revoked, TestRevocationList};
use crate::clock::{Clock, SystemClock};
use crate::revocation::{RevocationLists, RevocationReason};
use crate::validation::{Intermediates, TrustAnchors};

/// A certification authority that lives in memory. Clones are the same authority.
///
/// ```
/// use tower_client_cert::test_kit::TestAuthority;
///
/// let root = TestAuthority::new("Partner Root");
/// let issuing = root.intermediate("Partner Issuing");
/// let client = issuing.client("orders-svc").organization("Big Partner Foo SA").issue();
///
/// let anchors = root.anchors(); // labelled "Partner Root"
/// let intermediates = issuing.as_intermediates();
/// # assert_eq!(client.chain().len(), 2);
/// # assert_eq!((anchors.as_slice()[0].label(), intermediates.as_slice().len()), (Some("Partner Root"), 1));
/// ```
///
/// Its keys are P-256 and its certificates are in order by the strictest profile, unless a
/// [builder](Self::client) is told otherwise.
#[derive(Clone, Debug)]
pub struct TestAuthority(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    name: String,
    certificate: TestCertificate,
    clock: Arc<dyn Clock>,
    revoked: Mutex<Vec<Revoked>>,
    lists_issued: AtomicU64,
}

impl TestAuthority {
    /// A root with this common name. What it issues is in date by the machine's clock.
    #[must_use]
    pub fn new(common_name: &str) -> Self {
        Self::root(common_name, Arc::new(SystemClock))
    }

    /// A root with this common name. What it issues is in date by this clock.
    #[must_use]
    #[track_caller]
    pub fn with_clock(common_name: &str, clock: &TestClock) -> Self {
        Self::root(common_name, Arc::new(clock.clone()))
    }

    #[track_caller]
    fn root(common_name: &str, clock: Arc<dyn Clock>) -> Self {
        let certificate = TestCertificateBuilder::authority(common_name, None, clock.now()).sign();
        Self::holding(common_name.to_owned(), certificate, clock)
    }

    pub(super) fn holding(name: String, certificate: TestCertificate, clock: Arc<dyn Clock>) -> Self {
        let (revoked, lists_issued) = (Mutex::default(), AtomicU64::default());
        Self(Arc::new(Inner { name, certificate, clock, revoked, lists_issued }))
    }

    /// An authority below this one, which may issue for clients and not for authorities.
    #[must_use]
    pub fn intermediate(&self, common_name: &str) -> Self {
        self.authority(common_name).path_length(0).issue_authority()
    }

    /// Begins a client's certificate: clientAuth, digitalSignature, a key of its own, valid from yesterday for 90 days.
    pub fn client(&self, common_name: &str) -> TestCertificateBuilder {
        TestCertificateBuilder::client(common_name, self, self.0.clock.now())
    }

    /// Begins an authority's certificate, for an authority that is not like those of
    /// [`intermediate`](Self::intermediate): valid from yesterday for ten years, without limits.
    pub fn authority(&self, common_name: &str) -> TestCertificateBuilder {
        TestCertificateBuilder::authority(common_name, Some(self), self.0.clock.now())
    }

    /// This authority as trust anchor, labelled with its common name.
    #[must_use]
    pub fn anchors(&self) -> TrustAnchors {
        must(TrustAnchors::from_der(&self.0.certificate.der), "no anchor can be made of it").labelled(&self.0.name)
    }

    /// This authority as an intermediate that the service knows.
    #[must_use]
    pub fn as_intermediates(&self) -> Intermediates {
        must(Intermediates::from_der(&self.0.certificate.der), "no intermediate can be made of it")
    }

    /// Its own certificate, with its key.
    #[must_use]
    pub fn certificate(&self) -> &TestCertificate {
        &self.0.certificate
    }

    /// Revokes a certificate, now, without a particular reason. Lists that are issued from now on tell of it.
    ///
    /// # Panics
    ///
    /// If another authority has issued the certificate.
    #[track_caller]
    pub fn revoke(&self, certificate: &TestCertificate) {
        self.revoke_for(certificate, RevocationReason::Unspecified);
    }

    /// Revokes a certificate, now, for this reason.
    ///
    /// # Panics
    ///
    /// If another authority has issued the certificate.
    #[track_caller]
    pub fn revoke_for(&self, certificate: &TestCertificate, reason: RevocationReason) {
        self.assert_issued(certificate);
        let revoked = Revoked { serial: certificate.serial.clone(), at: self.0.clock.now(), reason };
        self.0.revoked.lock().unwrap_or_else(PoisonError::into_inner).push(revoked);
    }

    /// Begins the next revocation list: everything that was [revoked](Self::revoke), issued now, the next one due in a
    /// week.
    pub fn revocation_list(&self) -> TestRevocationList {
        let number = self.0.lists_issued.fetch_add(1, Ordering::Relaxed) + 1;
        let revoked = self.0.revoked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        TestRevocationList::new(self, number, revoked, self.0.clock.now())
    }

    /// The next revocation list, as the layer's builder and `replace_crls` take it.
    #[must_use]
    pub fn crls(&self) -> RevocationLists {
        self.revocation_list().sign()
    }

    /// Begins the OCSP answer about a certificate: good, or revoked if it [was](Self::revoke), issued now, the next one
    /// due in a day.
    ///
    /// # Panics
    ///
    /// If another authority has issued the certificate.
    #[track_caller]
    pub fn ocsp_answer(&self, certificate: &TestCertificate) -> TestOcspAnswer {
        self.assert_issued(certificate);
        self.ocsp_answer_about(&certificate.serial, cert_id(&self.0.certificate, &certificate.serial))
    }

    /// About a serial number, in place of the certificate that `cert_id` names.
    pub(super) fn ocsp_answer_about(&self, serial: &[u8], cert_id: Vec<u8>) -> TestOcspAnswer {
        let without_sign = |serial: &[u8]| serial.iter().copied().skip_while(|octet| *octet == 0).collect::<Vec<_>>();
        let revoked = self.0.revoked.lock().unwrap_or_else(PoisonError::into_inner);
        let revoked = revoked.iter().find(|revoked| without_sign(&revoked.serial) == without_sign(serial)).cloned();
        TestOcspAnswer::new(self, cert_id, revoked, self.0.clock.now())
    }

    #[track_caller]
    fn assert_issued(&self, certificate: &TestCertificate) {
        let is_ours = certificate.issuer.as_ref().is_some_and(|issuer| Arc::ptr_eq(&issuer.0, &self.0));
        assert!(is_ours, "test kit: {} has not issued this certificate, and speaks for its own alone", self.0.name);
    }

    pub(super) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.0.clock)
    }
}
