use std::sync::Arc;
use std::time::Duration;

use super::{FetchUrl, FetchValidators};

/// What is to be fetched, and the limits that hold for it.
///
/// ```
/// use std::time::Duration;
/// use tower_client_cert::{FetchRequest, FetchUrl};
///
/// let url = FetchUrl::configured("http://crl.partner.example/issuing.crl")?;
/// let request = FetchRequest::get(url).with_max_octets(1024 * 1024).with_time_limit(Duration::from_secs(30));
/// # let _ = request;
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a request does nothing before it is given to a fetcher"]
pub struct FetchRequest {
    url: FetchUrl,
    post: Option<FetchPost>,
    content_types: &'static [&'static str],
    max_octets: usize,
    within: Duration,
    known: Option<FetchValidators>,
}

/// The body of a POST request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FetchPost {
    content_type: &'static str,
    body: Arc<[u8]>,
}

impl FetchRequest {
    /// A GET request; at most 64 KiB within 5 seconds, of any content type.
    pub fn get(url: FetchUrl) -> Self {
        Self {
            url,
            post: None,
            content_types: &[],
            max_octets: DEFAULT_MAX_OCTETS,
            within: DEFAULT_WITHIN,
            known: None,
        }
    }

    /// A POST request with this body; the limits as for [`get`](Self::get).
    pub fn post(url: FetchUrl, content_type: &'static str, body: impl Into<Arc<[u8]>>) -> Self {
        Self { post: Some(FetchPost { content_type, body: body.into() }), ..Self::get(url) }
    }

    /// Accepts answers of these content types alone, compared without parameters and regard to case. Default: any.
    pub fn content_types(mut self, content_types: &'static [&'static str]) -> Self {
        self.content_types = content_types;
        self
    }

    /// The most octets of an answer's body.
    pub fn with_max_octets(mut self, octets: usize) -> Self {
        self.max_octets = octets;
        self
    }

    /// How long the whole fetch may take, from the look-up of the host's name to the last octet.
    pub fn with_time_limit(mut self, within: Duration) -> Self {
        self.within = within;
        self
    }

    /// Asks for octets only if they are other than those that came with these validators.
    pub fn unless_unchanged(mut self, known: FetchValidators) -> Self {
        self.known = (!known.is_empty()).then_some(known);
        self
    }

    /// From where.
    #[must_use]
    pub fn url(&self) -> &FetchUrl {
        &self.url
    }

    /// The body, of a POST request.
    #[must_use]
    pub fn body(&self) -> Option<&FetchPost> {
        self.post.as_ref()
    }

    /// The content types that are accepted; empty for any.
    #[must_use]
    pub fn accepted_content_types(&self) -> &'static [&'static str] {
        self.content_types
    }

    /// The most octets of an answer's body.
    #[must_use]
    pub fn max_octets(&self) -> usize {
        self.max_octets
    }

    /// How long the whole fetch may take.
    #[must_use]
    pub fn time_limit(&self) -> Duration {
        self.within
    }

    /// The validators of what is known already.
    #[must_use]
    pub fn known(&self) -> Option<&FetchValidators> {
        self.known.as_ref()
    }
}

impl FetchPost {
    /// Its content type.
    #[must_use]
    pub fn content_type(&self) -> &'static str {
        self.content_type
    }

    /// Its octets.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.body
    }
}

/// Octets of an answer where nothing else is said: ten times what a responder with a chain of its own sends.
const DEFAULT_MAX_OCTETS: usize = 64 * 1024;

/// Time for a whole fetch where nothing else is said.
const DEFAULT_WITHIN: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_of_which_nothing_is_said_is_for_64_kibibytes_within_5_seconds() {
        let request = FetchRequest::get(FetchUrl::configured("http://crl.example/").unwrap());
        assert_eq!((request.max_octets(), request.time_limit()), (65_536, Duration::from_secs(5)));
        assert!(request.body().is_none() && request.known().is_none() && request.accepted_content_types().is_empty());
    }
}
