use http::header::{
    ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HOST, HeaderName,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, TRANSFER_ENCODING, USER_AGENT,
};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;

use crate::revocation::fetch::{FetchError, FetchRequest, FetchValidators, Fetched, FetchedOctets};

/// Sends a request over a connection of its own and reads the answer.
pub(super) async fn exchange<S>(stream: S, request: &FetchRequest) -> Result<Fetched, FetchError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut connection = http1::Builder::new();
    connection.max_buf_size(MAX_HEAD_OCTETS).max_headers(MAX_HEADERS);
    let (mut sender, connection) =
        connection.handshake::<_, Full<Bytes>>(TokioIo::new(stream)).await.map_err(broken)?;
    // Ends with this function.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let response = sender.send_request(encode(request)?).await.map_err(broken)?;
    check_head(&response, request)?;
    if response.status() == StatusCode::NOT_MODIFIED {
        return Ok(Fetched::Unchanged);
    }
    let header = |name: HeaderName| text(response.headers(), &name);
    let validators = FetchValidators::new(header(ETAG).as_deref(), header(LAST_MODIFIED).as_deref());
    let octets = read_body(response.into_body(), request.max_octets()).await?;
    Ok(Fetched::Octets(FetchedOctets::new(octets).with_validators(validators)))
}

fn encode(request: &FetchRequest) -> Result<Request<Full<Bytes>>, FetchError> {
    let uri = request.url().uri();
    let target = uri.path_and_query().map_or("/", |path| path.as_str());
    let authority = uri.authority().map(http::uri::Authority::as_str).unwrap_or_default();
    let mut builder = Request::builder()
        .uri(target)
        .header(HOST, authority)
        .header(USER_AGENT, AGENT)
        .header(ACCEPT_ENCODING, "identity")
        .header(CONNECTION, "close");
    let accepted = request.accepted_content_types();
    builder = builder.header(ACCEPT, if accepted.is_empty() { "*/*".to_owned() } else { accepted.join(", ") });
    if let Some(known) = request.known() {
        let conditions = [(IF_NONE_MATCH, known.entity_tag()), (IF_MODIFIED_SINCE, known.last_modified())];
        for (name, value) in conditions {
            if let Some(value) = value {
                builder = builder.header(name, value);
            }
        }
    }
    let body = match request.body() {
        Some(post) => {
            builder = builder.method(Method::POST).header(CONTENT_TYPE, post.content_type());
            Bytes::copy_from_slice(post.octets())
        }
        None => Bytes::new(),
    };
    // What could fail here was looked at when the URL was read.
    builder.body(Full::new(body)).map_err(|_| FetchError::Broken)
}

/// Everything that is wrong with an answer before its body is read.
fn check_head(response: &Response<Incoming>, request: &FetchRequest) -> Result<(), FetchError> {
    let (status, headers) = (response.status(), response.headers());
    match status {
        StatusCode::OK => {}
        StatusCode::NOT_MODIFIED if request.known().is_some() => return Ok(()),
        _ if status.is_redirection() && status != StatusCode::NOT_MODIFIED => {
            return Err(FetchError::Redirect { status: status.as_u16() });
        }
        _ => return Err(FetchError::Status { status: status.as_u16() }),
    }
    for coding in headers.get_all(CONTENT_ENCODING) {
        if !coding.as_bytes().eq_ignore_ascii_case(b"identity") {
            return Err(FetchError::ContentCoding { found: String::from_utf8_lossy(coding.as_bytes()).into_owned() });
        }
    }
    for coding in headers.get_all(TRANSFER_ENCODING) {
        if !coding.as_bytes().eq_ignore_ascii_case(b"chunked") {
            return Err(FetchError::ContentCoding { found: String::from_utf8_lossy(coding.as_bytes()).into_owned() });
        }
    }
    check_content_type(headers, request.accepted_content_types())?;
    let too_large = FetchError::TooLarge { limit_octets: request.max_octets() };
    let limit = u64::try_from(request.max_octets()).unwrap_or(u64::MAX);
    let announced = text(headers, &CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|announced| announced > limit) || response.body().size_hint().lower() > limit {
        return Err(too_large);
    }
    Ok(())
}

fn check_content_type(headers: &HeaderMap, accepted: &[&str]) -> Result<(), FetchError> {
    if accepted.is_empty() {
        return Ok(());
    }
    let found = text(headers, &CONTENT_TYPE);
    let essence = found.as_deref().map(|found| found.split(';').next().unwrap_or_default().trim());
    let is_accepted = essence.is_some_and(|essence| accepted.iter().any(|known| known.eq_ignore_ascii_case(essence)));
    let is_alone = headers.get_all(CONTENT_TYPE).iter().count() == 1;
    if is_accepted && is_alone { Ok(()) } else { Err(FetchError::ContentType { found }) }
}

/// Reads a body to its end, or to the first octet too many.
async fn read_body(mut body: Incoming, max_octets: usize) -> Result<Vec<u8>, FetchError> {
    let mut octets = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(broken)?.into_data() else { continue };
        if data.len() > max_octets.saturating_sub(octets.len()) {
            return Err(FetchError::TooLarge { limit_octets: max_octets });
        }
        octets.extend_from_slice(&data);
    }
    Ok(octets)
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn broken(_: hyper::Error) -> FetchError {
    FetchError::Broken
}

const AGENT: &str = "tower-client-cert";

/// Octets of an answer's head.
const MAX_HEAD_OCTETS: usize = 16 * 1024;

const MAX_HEADERS: usize = 64;
