use crate::certificate::der::{Element, Elements, tag};
use crate::certificate::{Certificate, CertificateError, Problem, boolean};
use crate::error::RevocationListProblem;

/// Which certificates of its issuer a list covers (issuing distribution point, RFC 5280 section 5.2.5).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scope {
    subjects: Subjects,
    /// The general names of the distribution point, each as encoded. `None` covers every distribution point.
    names: Option<Vec<Box<[u8]>>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Subjects {
    #[default]
    All,
    Authorities,
    EndEntities,
}

impl Scope {
    /// Reads the value of the extension.
    pub(super) fn read(value: &[u8]) -> Result<Self, RevocationListProblem> {
        let mut elements = Elements::inside(FIELD, tag::SEQUENCE, value)?;
        let names = match elements.optional(FIELD, tag::context_constructed(0))? {
            Some(point) => Some(read_full_name(point)?),
            None => None,
        };
        let only_end_entities = flag(&mut elements, 1)?;
        let only_authorities = flag(&mut elements, 2)?;
        // Whatever reasons it names, a list that is not for all of them cannot say that a certificate is good.
        if elements.optional(FIELD, tag::context(3))?.is_some() {
            return Err(RevocationListProblem::ReasonsPartitioned);
        }
        if flag(&mut elements, 4)? == Flag::Set {
            return Err(RevocationListProblem::Indirect);
        }
        if flag(&mut elements, 5)? == Flag::Set {
            return Err(RevocationListProblem::ForAttributeCertificates);
        }
        elements.finish(FIELD)?;
        let subjects = match (only_end_entities, only_authorities) {
            (Flag::Clear, Flag::Clear) => Subjects::All,
            (Flag::Set, Flag::Clear) => Subjects::EndEntities,
            (Flag::Clear, Flag::Set) => Subjects::Authorities,
            (Flag::Set, Flag::Set) => return Err(CertificateError::new(FIELD, Problem::Empty).into()),
        };
        Ok(Self { subjects, names })
    }

    /// Whether a list of this scope can say that the certificate is not revoked.
    pub(super) fn covers(&self, certificate: &Certificate) -> Coverage {
        let is_authority = certificate.basic_constraints().is_some_and(|constraints| constraints.is_ca());
        let subject_is_covered = match self.subjects {
            Subjects::All => true,
            Subjects::Authorities => is_authority,
            Subjects::EndEntities => !is_authority,
        };
        let Some(names) = &self.names else {
            return if subject_is_covered { Coverage::Covered } else { Coverage::NotCovered };
        };
        let point_is_covered =
            distribution_points(certificate).unwrap_or_default().iter().any(|name| names.contains(name));
        if subject_is_covered && point_is_covered { Coverage::Covered } else { Coverage::NotCovered }
    }
}

/// Whether a list covers a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coverage {
    Covered,
    NotCovered,
}

/// The full names of the certificate's distribution points, each as encoded. Points for some reasons alone and points
/// of another issuer are left out: what is found there does not settle the certificate's status.
fn distribution_points(certificate: &Certificate) -> Result<Vec<Box<[u8]>>, RevocationListProblem> {
    let extension = certificate.extensions().iter().find(|extension| extension.oid.as_str() == CRL_DISTRIBUTION_POINTS);
    let Some(extension) = extension else {
        return Ok(Vec::new());
    };
    let mut names = Vec::new();
    let mut points = Elements::inside(POINTS_FIELD, tag::SEQUENCE, &extension.value)?;
    while !points.is_empty() {
        let mut point = Elements::new(POINTS_FIELD, points.expect(POINTS_FIELD, tag::SEQUENCE)?.content);
        let name = point.optional(POINTS_FIELD, tag::context_constructed(0))?;
        // What is left are reasons or another issuer.
        if let (Some(name), true) = (name, point.is_empty())
            && let Ok(full_name) = read_full_name(name)
        {
            names.extend(full_name);
        }
        if names.len() > MAX_NAMES {
            return Err(CertificateError::new(POINTS_FIELD, Problem::TooMany { limit: MAX_NAMES }).into());
        }
    }
    Ok(names)
}

/// The addresses among the distribution points of a certificate, in their order.
#[cfg(feature = "fetch")]
pub(crate) fn named_addresses(certificate: &Certificate) -> Vec<String> {
    let names = distribution_points(certificate).unwrap_or_default();
    let addresses = names.iter().filter_map(|name| {
        let address = Element::only(POINTS_FIELD, UNIFORM_RESOURCE_IDENTIFIER, name).ok()?;
        std::str::from_utf8(address.content).ok().map(str::to_owned)
    });
    addresses.take(MAX_ADDRESSES).collect()
}

/// `DistributionPointName` with `fullName`.
fn read_full_name(point: Element<'_>) -> Result<Vec<Box<[u8]>>, RevocationListProblem> {
    let mut choice = Elements::new(FIELD, point.content);
    let name = choice.any()?;
    choice.finish(FIELD)?;
    if name.tag == tag::context_constructed(1) {
        return Err(RevocationListProblem::RelativeDistributionPoint);
    }
    if name.tag != tag::context_constructed(0) {
        return Err(CertificateError::new(FIELD, Problem::UnknownChoice { found: name.tag }).into());
    }
    let mut names = Vec::new();
    let mut elements = Elements::new(FIELD, name.content);
    while !elements.is_empty() {
        if names.len() == MAX_NAMES {
            return Err(CertificateError::new(FIELD, Problem::TooMany { limit: MAX_NAMES }).into());
        }
        names.push(elements.any()?.encoded.into());
    }
    Ok(names)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Flag {
    Clear,
    Set,
}

fn flag(elements: &mut Elements<'_>, number: u8) -> Result<Flag, CertificateError> {
    match elements.optional(FIELD, tag::context(number))? {
        Some(element) if boolean(FIELD, element.content)? => Ok(Flag::Set),
        _ => Ok(Flag::Clear),
    }
}

const FIELD: &str = "issuing distribution point";

const POINTS_FIELD: &str = "crl distribution points";

const CRL_DISTRIBUTION_POINTS: &str = "2.5.29.31";

/// `uniformResourceIdentifier` among general names.
#[cfg(feature = "fetch")]
const UNIFORM_RESOURCE_IDENTIFIER: u8 = tag::context(6);

/// Addresses that are looked at in one certificate.
#[cfg(feature = "fetch")]
const MAX_ADDRESSES: usize = 8;

/// General names of the distribution points of one list or certificate.
const MAX_NAMES: usize = 100;
