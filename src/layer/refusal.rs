use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, Response, StatusCode};

use super::protocol::Protocol;
use super::response_body::ResponseBody;
use crate::audit::{About, Audit};
use crate::authorization::AuthorizationError;
use crate::events::Events;
use crate::reason::{GrpcCode, Reason, Stage};
use crate::rejection::{Rejection, SetupError};

/// A refusal as it was answered. The layer puts one into the extensions of each response that refuses, for layers
/// outside of it that log, count or show a page of their own.
///
/// ```
/// use http::Response;
/// use tower_client_cert::Refusal;
///
/// fn log<B>(response: &Response<B>) {
///     if let Some(refusal) = response.extensions().get::<Refusal>() {
///         println!("{} {}", refusal.rejection().reason(), refusal.reference());
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Refusal {
    rejection: Arc<Rejection>,
    reference: Arc<str>,
    status: StatusCode,
    grpc_code: GrpcCode,
}

impl Refusal {
    /// Why.
    #[must_use]
    pub fn rejection(&self) -> &Rejection {
        &self.rejection
    }

    /// The reference id that stands in the body and in the log.
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// The status, as configured for the reason.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The gRPC code, as configured for the reason.
    #[must_use]
    pub fn grpc_code(&self) -> GrpcCode {
        self.grpc_code
    }

    /// The whole of what the client is told besides the status.
    pub(crate) fn message(&self) -> String {
        let text = match self.status {
            StatusCode::UNAUTHORIZED if self.is_about_token() => "token refused",
            StatusCode::UNAUTHORIZED => "client certificate required",
            StatusCode::FORBIDDEN if self.rejection.stage() == Stage::Authorization => "access denied",
            StatusCode::FORBIDDEN => "client certificate refused",
            _ => "request refused",
        };
        format!("{text} (reference {})", self.reference)
    }

    /// The answer to the client.
    pub(crate) fn respond<B>(self, protocol: Protocol) -> Response<ResponseBody<B>> {
        let mut response = match protocol {
            Protocol::Http => self.http(),
            Protocol::Grpc => self.grpc(),
        };
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response.extensions_mut().insert(self);
        response
    }

    fn http<B>(&self) -> Response<ResponseBody<B>> {
        let mut response = Response::new(ResponseBody::fixed(Bytes::from(self.message() + "\n")));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        if self.status == StatusCode::UNAUTHORIZED {
            // A private scheme (RFC 9110 section 11.1 asks for one); `Mutual` is RFC 8120 and something else. For tokens
            // RFC 8705 section 3 asks for the error of RFC 6750 section 3.1.
            let challenge = if self.is_about_token() { "Bearer error=\"invalid_token\"" } else { "ClientCertificate" };
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from(self.retry_after_seconds()));
        }
        response
    }

    fn is_about_token(&self) -> bool {
        self.rejection.reason() == Reason::TokenNotBound
    }

    fn retry_after_seconds(&self) -> u16 {
        if self.rejection.stage() == Stage::Revocation { RETRY_REVOCATION_SECONDS } else { RETRY_DECISION_SECONDS }
    }

    /// Trailers-only: status 200 without a body, the gRPC status among the headers.
    fn grpc<B>(&self) -> Response<ResponseBody<B>> {
        let mut response = Response::new(ResponseBody::fixed(Bytes::new()));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        headers.insert(GRPC_STATUS, HeaderValue::from(u16::from(self.grpc_code.number())));
        // The message has only characters that need no percent-encoding.
        if let Ok(message) = HeaderValue::try_from(self.message()) {
            headers.insert(GRPC_MESSAGE, message);
        }
        response
    }
}

/// Where a layer's refusals are made: logged, counted, and given their status and reference.
#[derive(Debug)]
pub(crate) struct Refusals {
    pub(crate) events: Arc<Events>,
    pub(crate) audit: Option<Audit>,
    pub(crate) statuses: HashMap<Reason, StatusCode>,
    pub(crate) grpc_codes: HashMap<Reason, GrpcCode>,
    pub(crate) references: References,
}

impl Refusals {
    pub(crate) fn refuse(&self, rejection: Rejection, about: About<'_>) -> Refusal {
        let reason = rejection.reason();
        let reference = self.references.next();
        self.events.refused(&rejection, about.certificate(), about.peer, about.gateway, &reference);
        if let Some(Err(lost)) = self.audit.as_ref().map(|audit| audit.refused(&rejection, &reference, about)) {
            self.events.audit_lost(&lost);
        }
        Refusal {
            status: self.status_of(reason),
            grpc_code: self.grpc_code_of(reason),
            rejection: Arc::new(rejection),
            reference,
        }
    }

    /// Notes a request that is let pass. Where none may pass unrecorded, it may not after all.
    pub(super) fn pass(&self, about: About<'_>) -> Result<(), Refusal> {
        let Some(audit) = &self.audit else { return Ok(()) };
        let Err(lost) = audit.passed(about) else { return Ok(()) };
        self.events.audit_lost(&lost);
        if audit.is_required() { Err(self.refuse(SetupError::AuditUnavailable.into(), about)) } else { Ok(()) }
    }

    /// Notes what a rule in shadow mode would have refused.
    pub(super) fn shadow(&self, error: &AuthorizationError, about: About<'_>) {
        self.events.shadow_denied(error, about.certificate());
        if let Some(Err(lost)) = self.audit.as_ref().map(|audit| audit.would_refuse(&error.clone().into(), about)) {
            self.events.audit_lost(&lost);
        }
    }

    /// The status that a reason is answered with.
    pub(super) fn status_of(&self, reason: Reason) -> StatusCode {
        self.statuses.get(&reason).copied().unwrap_or_else(|| reason.default_status())
    }

    pub(super) fn grpc_code_of(&self, reason: Reason) -> GrpcCode {
        self.grpc_codes.get(&reason).copied().unwrap_or_else(|| reason.default_grpc_code())
    }

    /// An identity was asked for where no layer ran.
    pub(crate) fn layer_missing() -> Refusal {
        let reference = References::default().next();
        crate::events::layer_missing(&reference);
        let rejection = Rejection::Setup(SetupError::LayerMissing);
        Refusal {
            status: rejection.reason().default_status(),
            grpc_code: rejection.reason().default_grpc_code(),
            rejection: Arc::new(rejection),
            reference,
        }
    }
}

/// Ids by which an answer is found in the log. Unique in practice, not secret.
#[derive(Default)]
pub(crate) struct References {
    key: RandomState,
    next: AtomicU64,
}

impl References {
    fn next(&self) -> Arc<str> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        format!("{:016x}", self.key.hash_one(number)).into()
    }
}

impl fmt::Debug for References {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("References").finish_non_exhaustive()
    }
}

/// When a client may ask again for a revocation status, in seconds: a new list may be there by then.
const RETRY_REVOCATION_SECONDS: u16 = 60;
/// When a client may ask again where a decision could not be reached, in seconds.
const RETRY_DECISION_SECONDS: u16 = 5;

const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");

const GRPC_MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
