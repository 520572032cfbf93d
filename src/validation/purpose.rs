use webpki::{Error, ExtendedKeyUsageValidator, KeyPurposeId, KeyPurposeIdIter};

use super::ValidatedPath;
use super::allowance::Allowance;
use super::check::{Checked, SubjectOfCheck};
use super::error::Place;
use super::problem::ValidationProblem;
use crate::certificate::{Certificate, Purpose};

/// The purposes that webpki asks about at each certificate of a path but the anchor.
///
/// A certificate without the extension, with clientAuth or with anyExtendedKeyUsage passes here (RFC 5280 section
/// 4.2.1.12): an authority that restricts nothing may issue for clients. What the end entity itself must say is asked
/// by [`check`], since webpki does not tell which certificate it is asking about.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClientPath;

impl ExtendedKeyUsageValidator for ClientPath {
    fn validate(&self, purposes: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        let (client_auth, any) = (KeyPurposeId::new(CLIENT_AUTH_DER), KeyPurposeId::new(ANY_DER));
        let mut absent = true;
        for purpose in purposes {
            absent = false;
            let purpose = purpose?;
            if purpose == client_auth || purpose == any {
                return Ok(());
            }
        }
        if absent { Ok(()) } else { Err(Error::EmptyEkuExtension) }
    }
}

/// Refuses an end entity that does not name clientAuth; no extension and anyExtendedKeyUsage alone do not do.
pub(super) fn check(path: &ValidatedPath) -> Checked {
    if is_for_clients(&path.end_entity) {
        return Ok(None);
    }
    let needed = match path.end_entity.purposes() {
        None => Allowance::MissingClientAuth,
        Some(purposes) if purposes.contains(&Purpose::ANY) => Allowance::AnyPurpose,
        Some(_) => return Err(path.refuse(Place::EndEntity, problem_of(&path.end_entity))),
    };
    if path.allows(needed) {
        return Ok(Some(needed));
    }
    Err(path.refuse(Place::EndEntity, problem_of(&path.end_entity)))
}

/// The refusal of a certificate for what it names in place of clientAuth.
pub(super) fn problem_of(certificate: &Certificate) -> ValidationProblem {
    let purposes = certificate.purposes().map(|purposes| purposes.iter().map(ToString::to_string).collect());
    ValidationProblem::NotForClientUse { purposes }
}

fn is_for_clients(end_entity: &Certificate) -> bool {
    end_entity.purposes().is_some_and(|purposes| purposes.contains(&Purpose::CLIENT_AUTH))
}

/// Whether a certificate speaks of no purpose, of clients, or of any.
pub(super) fn may_serve_clients(certificate: &Certificate) -> bool {
    certificate
        .purposes()
        .is_none_or(|purposes| purposes.contains(&Purpose::CLIENT_AUTH) || purposes.contains(&Purpose::ANY))
}

/// Content octets of id-kp-clientAuth, 1.3.6.1.5.5.7.3.2.
const CLIENT_AUTH_DER: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02];

/// Content octets of anyExtendedKeyUsage, 2.5.29.37.0.
const ANY_DER: &[u8] = &[0x55, 0x1d, 0x25, 0x00];
