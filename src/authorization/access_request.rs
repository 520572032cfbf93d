use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::path::{PathPattern, template_parameter};
use crate::certificate::Certificate;
use crate::clock::Clock;
use crate::evidence::Evidenced;
use crate::identity::ClientIdentity;
use crate::validation::TrustAnchor;

/// What a client with a certificate asks for, as an [`Authorizer`](crate::Authorizer) sees it.
#[derive(Clone, Copy, Debug)]
pub struct AccessRequest<'a> {
    identity: &'a ClientIdentity,
    request: RequestFacts<'a>,
}

/// What rules look at besides the certificate.
#[derive(Clone, Copy)]
pub(crate) struct RequestFacts<'a> {
    pub(crate) method: &'a str,
    /// As the client sent it, before nested routers.
    pub(crate) path: &'a str,
    /// By which the parameters of the path are found.
    pub(crate) parameters: Parameters<'a>,
    pub(crate) values: &'a dyn RequestValues,
}

/// What tells the places of a path's parameters.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Parameters<'a> {
    None,
    /// The pattern of an access table.
    Pattern(&'a PathPattern),
    /// The route of a framework, such as `/accounts/{user}`.
    Template(&'a str),
}

/// What a request carries besides method and path. HTTP is the layer's business.
pub(crate) trait RequestValues: Sync {
    /// The value of a header that is there exactly once, and is text.
    fn header(&self, name: &str) -> Option<&str>;

    /// The entry of `X-Forwarded-For` at this place, counted from the right, the last being 0.
    fn forwarded_for(&self, place_from_right: usize) -> Option<&str>;

    /// The user whom another middleware has authenticated.
    fn user(&self) -> Option<&str>;

    /// The accounts that were looked up for the client.
    fn accounts(&self) -> &[Arc<dyn Any + Send + Sync>] {
        &[]
    }
}

/// What rules look at. The fields of a sample can be looked at like those of an identity, without being one.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) certificate: &'a Certificate,
    /// Not so for a certificate that is accepted for its public key alone: whoever holds the key can write the rest.
    pub(crate) has_vouched_claims: bool,
    pub(crate) intermediates: &'a [Arc<Certificate>],
    /// `None` for a pinned certificate, and for a sample, which names its anchor by label alone.
    pub(crate) anchor: Option<&'a Certificate>,
    pub(crate) anchor_label: Option<&'a str>,
    pub(crate) gateway: &'a str,
    pub(crate) evidence: &'a dyn Evidenced,
    pub(crate) valid_until: SystemTime,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) request: RequestFacts<'a>,
}

impl<'a> AccessRequest<'a> {
    pub(crate) fn new(identity: &'a ClientIdentity, request: RequestFacts<'a>) -> Self {
        Self { identity, request }
    }

    /// The client.
    #[must_use]
    pub fn identity(&self) -> &'a ClientIdentity {
        self.identity
    }

    /// The method, such as `GET`.
    #[must_use]
    pub fn method(&self) -> &'a str {
        self.request.method
    }

    /// The path as the client sent it, inside nested routers too.
    #[must_use]
    pub fn path(&self) -> &'a str {
        self.request.path
    }

    /// The text of a parameter of the path, percent-decoded. The names are those of the pattern in the access table, or
    /// of axum's route.
    #[must_use]
    pub fn path_parameter(&self, name: &str) -> Option<Cow<'a, str>> {
        self.request.parameter(name)
    }

    /// The value of a header that is there exactly once, and is text.
    ///
    /// A client chooses its headers, unless the gateway replaces them.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.request.values.header(name)
    }

    /// The user whom another middleware has authenticated, from an [`AuthenticatedUser`](crate::AuthenticatedUser) in
    /// the extensions.
    #[must_use]
    pub fn user(&self) -> Option<&'a str> {
        self.request.values.user()
    }

    /// The account that an [`AccountLookup`](crate::AccountLookup) outside of this authorizer found for the client; the
    /// innermost, where several of the type did.
    #[must_use]
    pub fn account<A: 'static>(&self) -> Option<&'a A> {
        self.request.values.accounts().iter().rev().find_map(|account| account.downcast_ref())
    }

    /// The time by the layer's clock.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.identity.clock().now()
    }

    pub(crate) fn facts(&self) -> Facts<'a> {
        let path = self.identity.path();
        Facts {
            certificate: path.end_entity(),
            intermediates: path.intermediates(),
            has_vouched_claims: self.identity.has_vouched_names(),
            anchor: path.anchor().map(TrustAnchor::certificate),
            anchor_label: self.identity.anchor_label(),
            gateway: self.identity.gateway(),
            evidence: self.identity,
            valid_until: self.identity.valid_until(),
            clock: self.identity.clock(),
            request: self.request,
        }
    }
}

impl<'a> RequestFacts<'a> {
    pub(crate) fn parameter(&self, name: &str) -> Option<Cow<'a, str>> {
        match self.parameters {
            Parameters::None => None,
            Parameters::Pattern(pattern) => pattern.parameter(name, self.path),
            Parameters::Template(template) => template_parameter(template, name, self.path),
        }
    }
}

impl fmt::Debug for RequestFacts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestFacts").field("method", &self.method).field("path", &self.path).finish_non_exhaustive()
    }
}

impl<'a> Facts<'a> {
    pub(crate) fn with_request(self, request: RequestFacts<'a>) -> Self {
        Self { request, ..self }
    }

    /// Every authority of the path, from the client's issuer upwards.
    pub(crate) fn authorities(&self) -> impl Iterator<Item = &'a Certificate> {
        self.intermediates.iter().map(AsRef::as_ref).chain(self.anchor)
    }
}
