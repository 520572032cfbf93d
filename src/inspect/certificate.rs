use std::time::SystemTime;

use rustls_pki_types::CertificateDer;

use super::trip::{self, Trip};
use crate::certificate::{Certificate, CertificateError, Locations};
use crate::reason::Reason;
use crate::validation::Place;

/// One certificate of an [`Inspection`](crate::Inspection), read and not verified.
#[derive(Clone, Debug)]
pub struct InspectedCertificate {
    read: Result<Certificate, CertificateError>,
    place: Place,
    length_bytes: usize,
    locations: Locations,
    trips: Vec<Trip>,
}

impl InspectedCertificate {
    pub(super) fn new(der: CertificateDer<'static>, place: Place, at: SystemTime) -> Self {
        let length_bytes = der.len();
        let read = Certificate::from_der(der);
        let (locations, trips) = match &read {
            Ok(certificate) => {
                (certificate.locations().unwrap_or_default(), trip::of_certificate(certificate, place, at))
            }
            Err(error) => {
                let problem = format!("certificate cannot be read: {error}");
                let mend = "have the certificate issued in the profile of RFC 5280";
                (Locations::default(), vec![Trip::new(Reason::CertificateMalformed, problem, mend)])
            }
        };
        Self { read, place, length_bytes, locations, trips }
    }

    /// The certificate with its fields. **It is not verified.**
    ///
    /// # Errors
    ///
    /// [`CertificateError`] for one that cannot be read.
    pub fn read(&self) -> Result<&Certificate, &CertificateError> {
        self.read.as_ref()
    }

    /// Where it stood: the first is taken for the client's.
    #[must_use]
    pub fn place(&self) -> Place {
        self.place
    }

    /// Its length in DER, in bytes.
    #[must_use]
    pub fn length_bytes(&self) -> usize {
        self.length_bytes
    }

    /// Where it says that an OCSP responder is. Nothing is fetched from there.
    #[must_use]
    pub fn ocsp_locations(&self) -> &[String] {
        &self.locations.ocsp
    }

    /// Where it says that revocation lists are. Nothing is fetched from there.
    #[must_use]
    pub fn crl_locations(&self) -> &[String] {
        &self.locations.crls
    }

    /// Where it says that its issuer's certificate is. Nothing is fetched from there.
    #[must_use]
    pub fn issuer_locations(&self) -> &[String] {
        &self.locations.ca_issuers
    }

    /// Whether it names that certificate's subject as its issuer, octet for octet. No signature is verified.
    #[must_use]
    pub fn names_as_issuer(&self, issuer: &Certificate) -> bool {
        self.read.as_ref().is_ok_and(|read| read.issuer().der() == issuer.subject().der())
    }

    /// What a layer with every default would refuse it for, whatever its anchors.
    #[must_use]
    pub fn trips(&self) -> &[Trip] {
        &self.trips
    }
}
