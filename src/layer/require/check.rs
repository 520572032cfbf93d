use std::fmt;
use std::sync::Arc;

use http::{Extensions, Request};

use super::guarded;
use super::table_handle::AccessTableHandle;
use super::values::HttpValues;
use crate::authorization::{
    AccessRequest, AuthorizationError, Authorizer, Rule, Thumbprint, TokenBindingError, TokenClaims,
};
use crate::layer::Authentication;

/// What is asked of each request.
#[derive(Clone)]
pub(in crate::layer) enum Check {
    Authorizer(Arc<dyn Authorizer>),
    BoundToken(fn(&Extensions) -> Result<Thumbprint, TokenBindingError>),
    Rule(Arc<Rule>),
    Table(AccessTableHandle),
}

/// Whether a no refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Enforced,
    Shadow,
}

impl Check {
    pub(super) fn bound_token<C: TokenClaims>() -> Self {
        Self::BoundToken(|extensions| {
            let claims = extensions.get::<C>().ok_or(TokenBindingError::NoClaims)?;
            claims.x5t_s256().ok_or(TokenBindingError::Unbound)?.parse()
        })
    }

    pub(in crate::layer) fn judge<B>(
        &self,
        request: &Request<B>,
        authentication: &Authentication,
    ) -> Result<(), AuthorizationError> {
        let values = HttpValues::of(request);
        let facts = values.facts(request.method());
        let identity = authentication.identity();
        let access = || {
            let identity = identity.ok_or_else(|| authentication.missing())?;
            Ok::<_, AuthorizationError>(AccessRequest::new(identity, facts))
        };
        match self {
            Self::Authorizer(authorizer) => {
                let access = access()?;
                guarded::ask(|| Ok(authorizer.authorize(&access)?))
            }
            Self::BoundToken(thumbprint) => {
                let identity = access()?.identity();
                guarded::ask(|| Ok(thumbprint(request.extensions())?.verify(identity)?))
            }
            Self::Rule(rule) => Ok(rule.authorize(&access()?)?),
            Self::Table(table) => {
                let client = identity.map(|identity| AccessRequest::new(identity, facts).facts());
                let passed = table.load().judge(facts, client, || authentication.missing())?;
                passed.shadow.iter().for_each(|error| authentication.shadow(error));
                Ok(())
            }
        }
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authorizer(_) => f.write_str("Authorizer"),
            Self::BoundToken(_) => f.write_str("BoundToken"),
            Self::Rule(rule) => write!(f, "Rule({rule})"),
            Self::Table(_) => f.write_str("Table"),
        }
    }
}
