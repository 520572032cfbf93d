//! Names that an authority constrains and nobody compares.
//!
//! webpki evaluates constraints on DNS names and IP addresses, and refuses where an alternative name is of another kind
//! that is constrained. It never looks at an e-mail address in the subject.

use super::ValidatedPath;
use super::check::Checked;
use super::error::Place;
use super::problem::ValidationProblem;
use crate::certificate::{AlternativeName, Certificate, ConstrainedNames};

/// RFC 5280 section 4.2.1.10: constraints on e-mail addresses bind those in the subject too, where there is none among
/// the alternative names. Comparing them is not offered, so such a path is refused.
pub(super) fn check(path: &ValidatedPath) -> Checked {
    let mut below: Vec<(Place, &Certificate)> = vec![(Place::EndEntity, &path.end_entity)];
    for (place, authority) in path.authorities() {
        let constrained =
            authority.constrained_names().map_err(|_| path.refuse(place, ValidationProblem::Malformed))?;
        if constrained.emails()
            && let Some((place, _)) = below.iter().find(|(_, certificate)| has_email_in_subject_alone(certificate))
        {
            let problem = ValidationProblem::NameConstraintUnsupported { kind: "e-mail address in its subject" };
            return Err(path.refuse(*place, problem));
        }
        below.push((place, authority));
    }
    Ok(None)
}

fn has_email_in_subject_alone(certificate: &Certificate) -> bool {
    let is_email = |name: &AlternativeName| matches!(name, AlternativeName::Email(_));
    let has_attribute = certificate.subject().iter().any(|attribute| attribute.oid().as_str() == EMAIL_ADDRESS);
    has_attribute && !certificate.alternative_names().iter().any(is_email)
}

/// The kind of a name in this certificate that is constrained and cannot be evaluated.
pub(super) fn unsupported_kind(certificate: &Certificate, constrained: ConstrainedNames) -> Option<&'static str> {
    let has = |is: fn(&AlternativeName) -> bool| certificate.alternative_names().iter().any(is);
    if constrained.directory_names() {
        return Some("directory name, which every subject is,");
    }
    if constrained.uris() && has(|name| matches!(name, AlternativeName::Uri(_))) {
        return Some("URI");
    }
    if constrained.emails()
        && (has(|name| matches!(name, AlternativeName::Email(_))) || has_email_in_subject_alone(certificate))
    {
        return Some("e-mail address");
    }
    let is_other = |name: &AlternativeName| {
        matches!(name, AlternativeName::OtherName { .. } | AlternativeName::UserPrincipalName(_))
    };
    (constrained.other_names() && has(is_other)).then_some("name of another kind")
}

const EMAIL_ADDRESS: &str = "1.2.840.113549.1.9.1";
