use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, Version};

/// In which protocol a refusal must be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// A status and a body.
    Http,
    /// Status 200 and the gRPC status in the headers ("trailers-only").
    Grpc,
}

impl Protocol {
    /// gRPC only for what a gRPC client sends: HTTP/2, POST and `application/grpc`, alone or followed by `+` or `;`.
    ///
    /// Anything laxer would let a plain HTTP client turn a refusal into a 200 by a header of its choice.
    pub(crate) fn of(method: &Method, version: Version, headers: &HeaderMap) -> Self {
        let is_grpc = method == Method::POST && version == Version::HTTP_2 && has_grpc_content_type(headers);
        if is_grpc { Self::Grpc } else { Self::Http }
    }
}

fn has_grpc_content_type(headers: &HeaderMap) -> bool {
    let Some(rest) = headers.get(CONTENT_TYPE).and_then(|value| value.as_bytes().strip_prefix(GRPC)) else {
        return false;
    };
    matches!(rest.first(), None | Some(b'+' | b';'))
}

const GRPC: &[u8] = b"application/grpc";

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn protocol(method: &Method, version: Version, content_type: Option<&'static str>) -> Protocol {
        let mut headers = HeaderMap::new();
        if let Some(content_type) = content_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        Protocol::of(method, version, &headers)
    }

    #[test]
    fn what_a_grpc_client_sends_is_answered_in_grpc() {
        for content_type in ["application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8"] {
            assert_eq!(protocol(&Method::POST, Version::HTTP_2, Some(content_type)), Protocol::Grpc, "{content_type}");
        }
    }

    #[test]
    fn a_request_that_merely_claims_grpc_is_answered_in_http() {
        let grpc = Some("application/grpc");
        assert_eq!(protocol(&Method::GET, Version::HTTP_2, grpc), Protocol::Http);
        assert_eq!(protocol(&Method::POST, Version::HTTP_11, grpc), Protocol::Http);
        assert_eq!(protocol(&Method::POST, Version::HTTP_3, grpc), Protocol::Http);
        assert_eq!(protocol(&Method::POST, Version::HTTP_2, None), Protocol::Http);
        for content_type in ["application/grpc-web", "application/grpcx", "application/json", "Application/grp"] {
            assert_eq!(protocol(&Method::POST, Version::HTTP_2, Some(content_type)), Protocol::Http, "{content_type}");
        }
    }
}
