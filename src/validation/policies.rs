use std::fmt;

use super::ValidatedPath;
use super::check::Checked;
use super::error::{Place, ValidationError};
use super::problem::ValidationProblem;
use crate::certificate::{Certificate, ObjectIdentifier, Policies};

/// The certificate policies that a client must have (RFC 5280 sections 4.2.1.4 and 6.1.3).
///
/// A policy holds if the client's certificate and every intermediate assert it, or anyPolicy where that is not
/// inhibited; the anchor is not asked. Policies that are mapped to others are not followed: a path with mappings has
/// none.
///
/// ```
/// use tower_client_cert::RequiredPolicies;
///
/// let strong = RequiredPolicies::any(["2.16.756.5.29.1".parse()?, "2.16.756.5.29.2".parse()?]);
/// # Ok::<(), tower_client_cert::certificate::ParseObjectIdentifierError>(())
/// ```
#[derive(Clone, Debug)]
pub struct RequiredPolicies {
    wanted: Vec<ObjectIdentifier>,
    quantity: Quantity,
}

#[derive(Clone, Copy, Debug)]
enum Quantity {
    All,
    Any,
}

impl RequiredPolicies {
    /// Every one of these must hold. Of none, no layer is built.
    pub fn all(policies: impl IntoIterator<Item = ObjectIdentifier>) -> Self {
        Self { wanted: policies.into_iter().collect(), quantity: Quantity::All }
    }

    /// At least one of these must hold; of none, none does.
    pub fn any(policies: impl IntoIterator<Item = ObjectIdentifier>) -> Self {
        Self { wanted: policies.into_iter().collect(), quantity: Quantity::Any }
    }

    /// Whether every path meets them.
    pub(crate) fn ask_nothing(&self) -> bool {
        matches!(self.quantity, Quantity::All) && self.wanted.is_empty()
    }

    fn are_met(&self, holding: &[&ObjectIdentifier]) -> bool {
        let holds = |policy: &ObjectIdentifier| holding.contains(&policy);
        match self.quantity {
            Quantity::All => self.wanted.iter().all(holds),
            Quantity::Any => self.wanted.iter().any(holds),
        }
    }
}

impl fmt::Display for RequiredPolicies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quantity = match self.quantity {
            Quantity::All => "all of",
            Quantity::Any => "any of",
        };
        write!(f, "{quantity} {}", crate::policy::listed(&self.wanted))
    }
}

/// Refuses a path along which the required policies do not hold.
pub(super) fn check(path: &ValidatedPath, required: &RequiredPolicies) -> Checked {
    let policies = along(path)?;
    let holding: Vec<_> = required.wanted.iter().filter(|policy| holds(policy, &policies)).collect();
    if required.are_met(&holding) {
        return Ok(None);
    }
    let texts = |policies: &mut dyn Iterator<Item = &ObjectIdentifier>| policies.map(ToString::to_string).collect();
    Err(path.refuse(
        Place::EndEntity,
        ValidationProblem::PolicyMissing {
            wanted: texts(&mut required.wanted.iter()),
            found: texts(&mut holding.into_iter()),
        },
    ))
}

/// The policies of each certificate with whether anyPolicy counts in it.
struct Asserted {
    policies: Policies,
    is_any_policy_inhibited: bool,
}

/// From the highest intermediate down to the client, as inhibitions are inherited.
fn along(path: &ValidatedPath) -> Result<Vec<Asserted>, Box<ValidationError>> {
    let mut asserted = Vec::new();
    // RFC 5280 section 6.1.2 (e), (j): how many more certificates may use anyPolicy.
    let mut remaining = u32::MAX;
    for (place, certificate) in path.certificates_downwards() {
        let policies = certificate.policy_extensions().map_err(|_| path.refuse(place, ValidationProblem::Malformed))?;
        // Section 6.1.3 (d) (2): a self-issued intermediate may use it all the same.
        let is_exempt = place != Place::EndEntity && certificate.is_self_issued();
        let is_any_policy_inhibited = remaining == 0 && !is_exempt;
        remaining = remaining_below(remaining, certificate, policies.inhibit_any_policy);
        asserted.push(Asserted { policies, is_any_policy_inhibited });
    }
    Ok(asserted)
}

/// Section 6.1.4 (h) (3) and (j).
fn remaining_below(remaining: u32, certificate: &Certificate, inhibit: Option<u32>) -> u32 {
    let counted = if certificate.is_self_issued() { remaining } else { remaining.saturating_sub(1) };
    inhibit.map_or(counted, |skip| counted.min(skip))
}

fn holds(policy: &ObjectIdentifier, path: &[Asserted]) -> bool {
    path.iter().all(|certificate| {
        let asserts = |wanted: &str| certificate.policies.asserted.iter().any(|asserted| asserted == wanted);
        !certificate.policies.has_mappings
            && (asserts(policy.as_str()) || (asserts(ANY_POLICY) && !certificate.is_any_policy_inhibited))
    })
}

const ANY_POLICY: &str = "2.5.29.32.0";
