//! What several gateways of one layer must have between them.

use std::sync::Arc;

use super::{Gateway, is_same_or_look_alike};
use crate::error::{ConfigError, SenderProblem};

/// Makes sure that no peer can be taken for two gateways by one proof, and that no header has two meanings.
pub(crate) fn check_apart(gateways: &[Arc<Gateway>]) -> Result<(), ConfigError> {
    for (position, gateway) in gateways.iter().enumerate() {
        for other in gateways.iter().skip(position + 1) {
            check_pair(gateway, other)?;
        }
        for secret in gateway.sender.secret_names() {
            if gateways.iter().any(|other| other.forwarding.names().any(|name| is_same_or_look_alike(name, secret))) {
                return Err(SenderProblem::SecretHeader { name: secret.to_string() }.into());
            }
        }
    }
    Ok(())
}

fn check_pair(gateway: &Gateway, other: &Gateway) -> Result<(), ConfigError> {
    if gateway.name == other.name {
        return Err(SenderProblem::SameName { name: gateway.name.to_string() }.into());
    }
    match gateway.sender.ambiguous_place(&other.sender) {
        Some(place) => {
            let gateways = [gateway.name.to_string(), other.name.to_string()];
            Err(SenderProblem::Overlap { gateways, place }.into())
        }
        None => Ok(()),
    }
}
