//! The head of a request, as a recording or a trace shows it.

use std::net::IpAddr;

use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};

use super::trouble::Trouble;

/// Header lines, with what stood above them.
pub(crate) struct Head {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    /// An address alone on the first line.
    pub(crate) peer: Option<IpAddr>,
}

/// Whether this is a head: a request line, an address or nothing in particular, and then header lines alone.
pub(crate) fn is_head(octets: &[u8]) -> bool {
    let mut lines = lines(octets);
    let first = lines.next().unwrap_or_default();
    let mut rest = lines.take_while(|line| !line.is_empty()).peekable();
    let begins_one = is_request_line(first) || field(first).is_some() || address(first).is_some();
    (begins_one || rest.peek().is_some()) && rest.all(|line| field(line).is_some())
}

impl Default for Head {
    fn default() -> Self {
        Self { method: Method::GET, uri: Uri::from_static("/"), headers: HeaderMap::new(), peer: None }
    }
}

/// One header line.
pub(crate) fn header(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = field(line)?;
    Some((HeaderName::from_bytes(name).ok()?, HeaderValue::from_bytes(value.trim_ascii()).ok()?))
}

impl Head {
    pub(crate) fn read(octets: &[u8]) -> Result<Self, Trouble> {
        let mut head = Self::default();
        for (index, line) in lines(octets).enumerate() {
            if line.is_empty() {
                break;
            }
            if index == 0 && is_request_line(line) {
                head.read_request_line(line)?;
            } else if index == 0 && address(line).is_some() {
                head.peer = address(line);
            } else if index > 0 || field(line).is_some() {
                let no_line = || Trouble::input(format!("line {} of the head is no header line", index + 1));
                let (name, value) = header(line).ok_or_else(no_line)?;
                head.headers.try_append(name, value).map_err(|_| Trouble::input("the head has too many lines"))?;
            }
        }
        Ok(head)
    }

    pub(crate) fn into_parts(self) -> Parts {
        let mut request = Request::new(());
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        *request.headers_mut() = self.headers;
        request.into_parts().0
    }

    fn read_request_line(&mut self, line: &[u8]) -> Result<(), Trouble> {
        let mut words = line.split(|byte| *byte == b' ');
        let problem = || Trouble::input("the first line of the head is no request line");
        let method = words.next().and_then(|word| Method::from_bytes(word).ok());
        let uri = words.next().and_then(|word| Uri::try_from(word).ok());
        self.method = method.ok_or_else(problem)?;
        self.uri = uri.ok_or_else(problem)?;
        Ok(())
    }
}

/// Lines without their ends, and without the mark that traces put in front of what was sent, from the first on that is
/// not empty (RFC 9112 section 2.2).
fn lines(octets: &[u8]) -> impl Iterator<Item = &[u8]> {
    let begin = octets.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or_default();
    let octets = octets.get(begin..).unwrap_or_default();
    let octets = octets.strip_suffix(b"\n").unwrap_or(octets);
    octets.split(|byte| *byte == b'\n').map(|line| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        line.strip_prefix(b"> ").unwrap_or(line)
    })
}

fn is_request_line(line: &[u8]) -> bool {
    let words: Vec<_> = line.split(|byte| *byte == b' ').collect();
    matches!(words.as_slice(), [_, _, version] if version.starts_with(b"HTTP/"))
}

/// A name and what follows its colon.
fn field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, rest) = line.split_at_checked(colon)?;
    HeaderName::from_bytes(name).ok()?;
    Some((name, rest.get(1..)?))
}

fn address(line: &[u8]) -> Option<IpAddr> {
    let address: IpAddr = std::str::from_utf8(line).ok()?.trim().parse().ok()?;
    // `::` is how RFC 9440 says nothing, too.
    (!address.is_unspecified()).then_some(address)
}
