//! Revocation lists, signed by minted authorities.

use rcgen::{
    CertificateRevocationListParams, CrlDistributionPoint, CrlIssuingDistributionPoint, CrlScope, KeyIdMethod,
    RevocationReason, RevokedCertParams, SerialNumber, SigningKey as _,
};
use time::OffsetDateTime;
use x509_cert::crl::CertificateList;
use x509_cert::der::asn1::BitString;
use x509_cert::der::{Decode as _, Encode as _};

use super::{Minted, days};

/// A revocation list to be: number 1, issued yesterday, the next one due in a week, nobody on it.
#[derive(Debug)]
pub(crate) struct ListShape {
    pub(super) params: CertificateRevocationListParams,
}

impl ListShape {
    pub(crate) fn new() -> Self {
        Self {
            params: CertificateRevocationListParams {
                this_update: days(-1),
                next_update: days(7),
                crl_number: SerialNumber::from(1),
                issuing_distribution_point: None,
                revoked_certs: Vec::new(),
                key_identifier_method: KeyIdMethod::Sha256,
            },
        }
    }

    pub(crate) fn number(mut self, number: u64) -> Self {
        self.params.crl_number = SerialNumber::from(number);
        self
    }

    pub(crate) fn issued(mut self, this_update: OffsetDateTime, next_update: OffsetDateTime) -> Self {
        self.params.this_update = this_update;
        self.params.next_update = next_update;
        self
    }

    /// Lists a serial number, revoked ten days ago for keyCompromise.
    pub(crate) fn revoke(mut self, serial: &[u8]) -> Self {
        self.params.revoked_certs.push(RevokedCertParams {
            serial_number: SerialNumber::from_slice(serial),
            revocation_time: days(-10),
            reason_code: Some(RevocationReason::KeyCompromise),
            invalidity_date: None,
        });
        self
    }

    /// Restricts the list to a distribution point, and to clients or authorities if told so.
    pub(crate) fn for_point(mut self, uri: &str, scope: Option<CrlScope>) -> Self {
        let distribution_point = CrlDistributionPoint { uris: vec![uri.to_owned()] };
        self.params.issuing_distribution_point = Some(CrlIssuingDistributionPoint { distribution_point, scope });
        self
    }
}

/// A list of version 2 without a number, which rcgen always writes.
pub(crate) fn without_number(issuer: &Minted, list: &ListShape) -> Vec<u8> {
    let mut list: CertificateList = CertificateList::from_der(&issuer.sign_list(list)).unwrap();
    list.tbs_cert_list.crl_extensions = None;
    let signed = list.tbs_cert_list.to_der().unwrap();
    list.signature = BitString::from_bytes(&issuer.key_pair().sign(&signed).unwrap()).unwrap();
    list.to_der().unwrap()
}
