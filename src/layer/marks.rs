use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::asks::AsksSince;

/// What the response to a request that was let pass is to say of it.
#[derive(Debug)]
pub(super) struct Marks {
    pub(super) asks: AsksSince,
    /// When the client's certificate expires, where that is soon.
    pub(super) notice: Option<HeaderValue>,
}

impl Marks {
    pub(super) fn add_to(&self, headers: &mut HeaderMap) {
        if let Some(notice) = &self.notice {
            headers.insert(CLIENT_CERTIFICATE_EXPIRES, notice.clone());
        }
        // RFC 9440 section 2.4: the answer depends on the client.
        if self.notice.is_some() || self.asks.is_any() {
            headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        }
    }
}

/// Tells a client when its certificate expires.
const CLIENT_CERTIFICATE_EXPIRES: HeaderName = HeaderName::from_static("client-certificate-expires");
