//! Names that an authority constrains and nobody compares.
//!
//! webpki evaluates constraints on DNS names and IP addresses, and refuses where an alternative name is of another kind
//! that is constrained. It never looks at an e-mail address in the subject, and takes an internationalized one for a name of
//! another kind.

use super::ValidatedPath;
use super::check::Checked;
use super::error::Place;
use super::problem::ValidationProblem;
use crate::certificate::{AlternativeName, Certificate, ConstrainedNames};

/// RFC 5280 section 4.2.1.10: constraints on e-mail addresses bind those in the subject too, where there is none among
/// the alternative names, and by RFC 9598 section 6 the internationalized ones. Comparing them is not offered, so such a
/// path is refused.
pub(super) fn check(path: &ValidatedPath) -> Checked {
    let mut below: Vec<(Place, &Certificate)> = vec![(Place::EndEntity, &path.end_entity)];
    for (place, authority) in path.authorities() {
        let constrained =
            authority.constrained_names().map_err(|_| path.refuse(place, ValidationProblem::Malformed))?;
        if constrained.emails()
            && let Some((place, kind)) =
                below.iter().find_map(|(place, certificate)| Some((*place, unseen_email(certificate)?)))
        {
            return Err(path.refuse(place, ValidationProblem::NameConstraintUnsupported { kind }));
        }
        below.push((place, authority));
    }
    Ok(None)
}

/// The kind of an e-mail address that webpki does not take for one.
fn unseen_email(certificate: &Certificate) -> Option<&'static str> {
    let is_international = |name: &AlternativeName| match name {
        AlternativeName::OtherName { type_id, .. } => *type_id == *SMTP_UTF8_MAILBOX,
        _ => false,
    };
    if certificate.alternative_names().iter().any(is_international) {
        return Some("SmtpUTF8Mailbox");
    }
    has_email_in_subject_alone(certificate).then_some("e-mail address in its subject")
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
/// id-on-SmtpUTF8Mailbox, RFC 9598 section 3.
const SMTP_UTF8_MAILBOX: &str = "1.3.6.1.5.5.7.8.9";
