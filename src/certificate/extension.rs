//! Extensions, read and unread.

use super::alternative_name::AlternativeName;
use super::basic_constraints::{BasicConstraints, boolean};
use super::der::{Element, Elements, tag};
use super::error::{CertificateError, Problem};
use super::key_identifier::KeyIdentifier;
use super::key_usage::KeyUsage;
use super::object_identifier::ObjectIdentifier;
use super::octets::{Octets, Whole};
use super::purpose::Purpose;

/// One extension as it stands in the certificate, or in what else has extensions.
#[derive(Clone)]
pub(crate) struct Extension<V = Octets> {
    pub(crate) oid: ObjectIdentifier,
    pub(crate) is_critical: bool,
    /// The content of the OCTET STRING: the DER of the extension's own type.
    pub(crate) value: V,
}

/// All extensions of a certificate, and those read that every certificate may have.
#[derive(Clone, Default)]
pub(super) struct Extensions {
    pub(super) all: Box<[Extension]>,
    pub(super) alternative_names: Box<[AlternativeName]>,
    pub(super) authority_key_id: Option<KeyIdentifier>,
    pub(super) basic_constraints: Option<BasicConstraints>,
    pub(super) key_usage: Option<KeyUsage>,
    pub(super) policies: Option<Box<[ObjectIdentifier]>>,
    pub(super) purposes: Option<Box<[Purpose]>>,
    pub(super) subject_key_id: Option<KeyIdentifier>,
}

impl Extensions {
    /// Reads the content of `[3]`: a SEQUENCE of extensions, each at most once (RFC 5280 section 4.2).
    pub(super) fn read(whole: &Whole, content: &[u8]) -> Result<Self, CertificateError> {
        let mut extensions = Self::default();
        let all = Extension::read_all(content)?;
        all.iter().try_for_each(|extension| extensions.interpret(whole, extension))?;
        let kept = all.into_iter().map(|extension| extension.kept(whole));
        Ok(Self { all: kept.collect::<Result<_, _>>()?, ..extensions })
    }

    fn interpret(&mut self, whole: &Whole, extension: &Extension<&[u8]>) -> Result<(), CertificateError> {
        let value = extension.value;
        match extension.oid.as_str() {
            "2.5.29.14" => self.subject_key_id = Some(KeyIdentifier::read_subject(whole, value)?),
            "2.5.29.15" => self.key_usage = Some(KeyUsage::read(value)?),
            "2.5.29.17" => self.alternative_names = AlternativeName::read_all(whole, value)?,
            "2.5.29.19" => self.basic_constraints = Some(BasicConstraints::read(value)?),
            "2.5.29.32" => self.policies = Some(read_policies(value)?),
            "2.5.29.35" => self.authority_key_id = KeyIdentifier::read_authority(whole, value)?,
            "2.5.29.37" => self.purposes = Some(Purpose::read_all(value)?),
            _ => {}
        }
        Ok(())
    }
}

impl<'a> Extension<&'a [u8]> {
    /// Reads a SEQUENCE of extensions, each at most once.
    pub(crate) fn read_all(encoded: &'a [u8]) -> Result<Vec<Self>, CertificateError> {
        let mut elements = Elements::inside(FIELD, tag::SEQUENCE, encoded)?;
        let mut all: Vec<Self> = Vec::new();
        while !elements.is_empty() {
            if all.len() == MAX_EXTENSIONS {
                return Err(CertificateError::new(FIELD, Problem::TooMany { limit: MAX_EXTENSIONS }));
            }
            let extension = Self::from_element(elements.expect(FIELD, tag::SEQUENCE)?)?;
            if all.iter().any(|earlier| earlier.oid == extension.oid) {
                let problem = Problem::Duplicate { oid: extension.oid.to_string() };
                return Err(CertificateError::new(FIELD, problem));
            }
            all.push(extension);
        }
        Ok(all)
    }

    fn from_element(element: Element<'a>) -> Result<Self, CertificateError> {
        let mut elements = Elements::new(FIELD, element.content);
        let oid = ObjectIdentifier::from_element(FIELD, elements.any()?)?;
        let is_critical = match elements.optional(FIELD, tag::BOOLEAN)? {
            Some(element) => boolean(FIELD, element.content)?,
            None => false,
        };
        let value = elements.expect(FIELD, tag::OCTET_STRING)?;
        elements.finish(FIELD)?;
        Ok(Self { oid, is_critical, value: value.content })
    }

    fn kept(self, whole: &Whole) -> Result<Extension, CertificateError> {
        let Self { oid, is_critical, value } = self;
        Ok(Extension { oid, is_critical, value: whole.part(FIELD, value)? })
    }
}

/// RFC 5280 section 4.2.1.4: at least one policy, each with qualifiers that nothing here depends on.
fn read_policies(value: &[u8]) -> Result<Box<[ObjectIdentifier]>, CertificateError> {
    let mut elements = Elements::inside(POLICIES, tag::SEQUENCE, value)?;
    let mut policies = Vec::new();
    while !elements.is_empty() {
        if policies.len() == MAX_POLICIES {
            return Err(CertificateError::new(POLICIES, Problem::TooMany { limit: MAX_POLICIES }));
        }
        let mut policy = Elements::new(POLICIES, elements.expect(POLICIES, tag::SEQUENCE)?.content);
        policies.push(ObjectIdentifier::from_element(POLICIES, policy.any()?)?);
        let _qualifiers = policy.optional(POLICIES, tag::SEQUENCE)?;
        policy.finish(POLICIES)?;
    }
    if policies.is_empty() {
        return Err(CertificateError::new(POLICIES, Problem::Empty));
    }
    Ok(policies.into())
}

const FIELD: &str = "extensions";
const POLICIES: &str = "certificate policies";
/// Policies in one certificate.
const MAX_POLICIES: usize = 64;
/// Extensions in one certificate.
const MAX_EXTENSIONS: usize = 100;
