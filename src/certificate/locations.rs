//! Where an authority says that more is to be had: status, lists, its own certificate.

use super::attribute::ascii;
use super::der::{Element, Elements, tag};
use super::error::{CertificateError, Problem};
use super::extension::Extension;

/// The URIs of authority information access and CRL distribution points (RFC 5280 sections 4.2.2.1 and 4.2.1.13).
///
/// The certificate's issuer wrote them, and before validation anybody may have. Nothing is fetched from them unless the
/// operator says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Locations {
    /// OCSP responders.
    pub(crate) ocsp: Vec<String>,
    /// Certificates of the issuer.
    pub(crate) ca_issuers: Vec<String>,
    /// Revocation lists.
    pub(crate) crls: Vec<String>,
}

impl Locations {
    pub(super) fn read(access: Option<&Extension>, points: Option<&Extension>) -> Result<Self, CertificateError> {
        let mut locations = Self::default();
        if let Some(access) = access {
            locations.add_access(&access.value)?;
        }
        if let Some(points) = points {
            locations.add_points(&points.value)?;
        }
        Ok(locations)
    }

    /// `AuthorityInfoAccessSyntax`: pairs of a method and a general name.
    fn add_access(&mut self, value: &[u8]) -> Result<(), CertificateError> {
        let mut descriptions = Elements::inside(ACCESS, tag::SEQUENCE, value)?;
        while !descriptions.is_empty() {
            let mut description = Elements::new(ACCESS, descriptions.expect(ACCESS, tag::SEQUENCE)?.content);
            let method = description.expect(ACCESS, tag::OBJECT_IDENTIFIER)?.content;
            let location = description.any()?;
            description.finish(ACCESS)?;
            match method {
                OCSP => add_uri(&mut self.ocsp, ACCESS, &location)?,
                CA_ISSUERS => add_uri(&mut self.ca_issuers, ACCESS, &location)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// `CRLDistributionPoints`: of each point, the full name.
    fn add_points(&mut self, value: &[u8]) -> Result<(), CertificateError> {
        let mut points = Elements::inside(POINTS, tag::SEQUENCE, value)?;
        while !points.is_empty() {
            let mut point = Elements::new(POINTS, points.expect(POINTS, tag::SEQUENCE)?.content);
            let Some(name) = point.optional(POINTS, tag::context_constructed(0))? else { continue };
            let full_name = Elements::new(POINTS, name.content).optional(POINTS, tag::context_constructed(0))?;
            let mut names = Elements::new(POINTS, full_name.map_or(&[][..], |full_name| full_name.content));
            while !names.is_empty() {
                add_uri(&mut self.crls, POINTS, &names.any()?)?;
            }
        }
        Ok(())
    }
}

/// Adds a general name that is a URI; others are passed over.
fn add_uri(uris: &mut Vec<String>, field: &'static str, name: &Element<'_>) -> Result<(), CertificateError> {
    if name.tag != URI {
        return Ok(());
    }
    if uris.len() == MAX_URIS {
        return Err(CertificateError::new(field, Problem::TooMany { limit: MAX_URIS }));
    }
    let uri = ascii(name.content).ok_or_else(|| CertificateError::new(field, Problem::Text { expected: "ascii" }))?;
    uris.push(uri.to_owned());
    Ok(())
}

const ACCESS: &str = "authority information access";
const POINTS: &str = "crl distribution points";
/// Tag of `uniformResourceIdentifier` in a `GeneralName`.
const URI: u8 = tag::context(6);
/// Content octets of id-ad-ocsp, 1.3.6.1.5.5.7.48.1.
const OCSP: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01];
/// Content octets of id-ad-caIssuers, 1.3.6.1.5.5.7.48.2.
const CA_ISSUERS: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x02];
/// URIs of one kind in one certificate.
const MAX_URIS: usize = 16;
