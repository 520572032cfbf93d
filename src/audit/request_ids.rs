use http::{Extensions, HeaderMap};

/// By what a request is found in other logs. A middleware of your own puts it into the extensions of the request,
/// outside of the layer; where there is none, `x-request-id` and `traceparent` (W3C Trace Context) of the request are
/// taken. Whoever sends the request may choose these: they find records and prove nothing.
///
/// ```
/// use tower_client_cert::RequestIds;
///
/// let mut request = http::Request::new(());
/// request.extensions_mut().insert(RequestIds::new("01J9Z3"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestIds {
    request: Option<String>,
    trace: Option<String>,
    span: Option<String>,
}

impl RequestIds {
    /// The id of the request. What is longer than 128 characters, or holds other than printable ASCII, is left out of the
    /// records.
    #[must_use]
    pub fn new(request: impl Into<String>) -> Self {
        Self { request: Some(request.into()).filter(|id| is_presentable(id)), ..Self::default() }
    }

    /// Adds the trace that the request belongs to, and the span within it, in hexadecimal.
    #[must_use]
    pub fn traced(self, trace: impl Into<String>, span: impl Into<String>) -> Self {
        let kept = |id: String| Some(id).filter(|id| is_presentable(id));
        Self { trace: kept(trace.into()), span: kept(span.into()), ..self }
    }

    /// The id of the request.
    #[must_use]
    pub fn request(&self) -> Option<&str> {
        self.request.as_deref()
    }

    /// The id of the trace.
    #[must_use]
    pub fn trace(&self) -> Option<&str> {
        self.trace.as_deref()
    }

    /// The id of the span.
    #[must_use]
    pub fn span(&self) -> Option<&str> {
        self.span.as_deref()
    }

    pub(super) fn of(extensions: &Extensions, headers: &HeaderMap) -> Self {
        if let Some(ids) = extensions.get::<Self>() {
            return ids.clone();
        }
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let ids = text("x-request-id").map(Self::new).unwrap_or_default();
        match text("traceparent").and_then(trace_context) {
            Some((trace, span)) => ids.traced(trace, span),
            None => ids,
        }
    }
}

fn is_presentable(id: &str) -> bool {
    !id.is_empty() && id.len() <= MAX_ID_BYTES && id.bytes().all(|byte| (b'!'..=b'~').contains(&byte))
}

/// Trace and span of a `traceparent` (W3C Trace Context section 3.2).
fn trace_context(value: &str) -> Option<(&str, &str)> {
    let mut parts = value.split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_hexadecimal = |text: &str, length| {
        text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    let is_zero = |text: &str| text.bytes().all(|byte| byte == b'0');
    let is_whole = is_hexadecimal(version, 2) && is_hexadecimal(flags, 2) && version != "ff";
    // Later versions may add parts; version 0 has four.
    let has_rest = version == "00" && parts.next().is_some();
    let are_ids = is_hexadecimal(trace, 32) && is_hexadecimal(span, 16) && !is_zero(trace) && !is_zero(span);
    (is_whole && !has_rest && are_ids).then_some((trace, span))
}

/// Longest id that is recorded, in bytes.
const MAX_ID_BYTES: usize = 128;

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn of(lines: &[(&'static str, &'static str)]) -> RequestIds {
        let headers = lines.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)));
        RequestIds::of(&Extensions::new(), &headers.collect())
    }

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    const SPAN: &str = "b7ad6b7169203331";

    #[test]
    fn ids_come_from_the_headers_where_no_extension_has_them() {
        let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let ids = of(&[("x-request-id", "abc"), ("traceparent", traceparent)]);
        assert_eq!(ids, RequestIds::new("abc").traced(TRACE, SPAN));
        let mut extensions = Extensions::new();
        extensions.insert(RequestIds::new("ours"));
        let headers = HeaderMap::from_iter([("x-request-id".parse().unwrap(), HeaderValue::from_static("theirs"))]);
        assert_eq!(RequestIds::of(&extensions, &headers).request(), Some("ours"));
    }

    #[test]
    fn a_malformed_trace_context_is_left_out() {
        for value in [
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319cd-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b71692033311-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333g-01",
            "0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "0g-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0G",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-more",
        ] {
            assert_eq!(of(&[("traceparent", value)]), RequestIds::default(), "{value}");
        }
        let one = "fe-00000000000000000000000000000001-0000000000000001-00";
        assert_eq!(of(&[("traceparent", one)]).span(), Some("0000000000000001"));
        let later = "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more";
        assert_eq!(of(&[("traceparent", later)]).trace(), Some(TRACE));
    }

    #[test]
    fn ids_that_could_confuse_a_log_are_left_out() {
        for id in ["", "two words", "line\nbreak", "h\u{e9}", "\u{202e}"] {
            assert_eq!(RequestIds::new(id).request(), None, "{id:?}");
        }
        assert_eq!(RequestIds::new("x".repeat(128)).request().map(str::len), Some(128));
        assert_eq!(RequestIds::new("x".repeat(129)).request(), None);
    }
}
