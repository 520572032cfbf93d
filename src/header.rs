//! Stage 2: which header.
//!
//! **Decides** which one value of the request is the forwarded certificate, and removes it from the request.
//! **Trusts** nothing in the value; only that the peer has been judged before anything is made of it.
//! **Refuses** a second field line, a comma where the encoding knows one value, a value over the size limit, and a
//! `Connection` field that names the header, by which a client can make a hop drop it.
//! **Standard:** RFC 9440 sections 2.2 and 4 (exactly one value, removed always); RFC 9110 sections 5.3 and 7.6.1;
//! RFC 6585 section 5 (status 431).
//!
//! The header is removed from every request, whoever sent it, and so are its look-alikes: names that differ only in
//! `_` or `.` for `-` are different fields to HTTP, but become the same to a CGI-like service behind.

use std::error::Error;
use std::fmt;

use http::header::{CONNECTION, Entry};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::gateway::{Forwarding, TrustedPeer};
use crate::reason::Reason;

/// What a request carried under the name of the certificate header, taken out of it and not yet judged.
#[derive(Debug)]
pub(crate) struct TakenHeader {
    first: Option<HeaderValue>,
    lines: usize,
    look_alikes: usize,
    named_by_connection: bool,
}

impl TakenHeader {
    /// Notes what is there and removes the header and its look-alikes.
    pub(crate) fn take(headers: &mut HeaderMap, name: &HeaderName) -> Self {
        let named_by_connection = headers.get_all(CONNECTION).iter().any(|value| names(value, name));
        let look_alikes = remove_look_alikes(headers, name);
        let (first, lines) = match headers.entry(name) {
            Entry::Vacant(_) => (None, 0),
            Entry::Occupied(entry) => {
                let mut values = entry.remove_entry_mult().1;
                let first = values.next();
                (first, 1 + values.count())
            }
        };
        Self { first, lines, look_alikes, named_by_connection }
    }

    /// Whether there was a header at all.
    pub(crate) fn is_present(&self) -> bool {
        self.lines > 0
    }

    /// Names like the header's that were removed.
    pub(crate) fn look_alikes(&self) -> usize {
        self.look_alikes
    }
}

/// The header's one value, from the gateway.
#[derive(Debug)]
pub(crate) struct RawCertificate {
    pub(crate) peer: TrustedPeer,
    value: HeaderValue,
}

impl RawCertificate {
    /// Finds the one value. `None` is the gateway's way to say that there was no certificate.
    pub(crate) fn find(
        peer: TrustedPeer,
        forwarding: &Forwarding,
        taken: TakenHeader,
        max_bytes: usize,
    ) -> Result<Option<Self>, HeaderError> {
        if taken.named_by_connection {
            return Err(HeaderError::NamedByConnection);
        }
        if taken.lines > 1 {
            return Err(HeaderError::Repeated { lines: taken.lines });
        }
        let Some(value) = taken.first else {
            return Ok(None);
        };
        if value.len() > max_bytes {
            return Err(HeaderError::TooLarge { bytes: value.len(), max_bytes });
        }
        let trimmed = value.as_bytes().trim_ascii();
        if forwarding.means_absent(trimmed) {
            return Ok(None);
        }
        // No encoding that forwards one value has a comma in it; a merged second line has.
        if trimmed.contains(&b',') {
            return Err(HeaderError::Merged);
        }
        Ok(Some(Self { peer, value }))
    }

    /// The bytes, without blanks around them.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.value.as_bytes().trim_ascii()
    }
}

/// Why the header of a gateway cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderError {
    /// One line with several values.
    Merged,
    /// A `Connection` field names the header.
    NamedByConnection,
    /// Several field lines.
    Repeated {
        /// How many.
        lines: usize,
    },
    /// The value is over the limit.
    TooLarge {
        /// Length of the value in bytes.
        bytes: usize,
        /// The limit in bytes.
        max_bytes: usize,
    },
}

impl HeaderError {
    pub(crate) fn reason(&self) -> Reason {
        match self {
            Self::Merged => Reason::HeaderMerged,
            Self::NamedByConnection => Reason::HeaderNamedByConnection,
            Self::Repeated { .. } => Reason::HeaderRepeated,
            Self::TooLarge { .. } => Reason::HeaderTooLarge,
        }
    }
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Merged => f.write_str(
                "certificate header holds a comma, expected one value: the gateway must replace what the client sent",
            ),
            Self::NamedByConnection => {
                f.write_str("connection field names the certificate header, by which a hop could be made to drop it")
            }
            Self::Repeated { lines } => write!(
                f,
                "certificate header on {lines} lines, expected one: the gateway must replace what the client sent"
            ),
            Self::TooLarge { bytes, max_bytes } => {
                write!(f, "certificate header of {bytes} bytes, the limit is {max_bytes}")
            }
        }
    }
}

impl Error for HeaderError {}

/// Whether a `Connection` value lists the name (RFC 9110 section 7.6.1: a list of case-insensitive tokens).
fn names(connection: &HeaderValue, name: &HeaderName) -> bool {
    let name = name.as_str().as_bytes();
    connection.as_bytes().split(|byte| *byte == b',').any(|option| option.trim_ascii().eq_ignore_ascii_case(name))
}

fn remove_look_alikes(headers: &mut HeaderMap, name: &HeaderName) -> usize {
    let mut removed = 0;
    // Each round removes one name for good, so the loop ends with the names.
    while let Some(look_alike) = headers.keys().find(|other| is_look_alike(other, name)).cloned() {
        headers.remove(look_alike);
        removed += 1;
    }
    removed
}

fn is_look_alike(other: &HeaderName, name: &HeaderName) -> bool {
    let (other, name) = (other.as_str().as_bytes(), name.as_str().as_bytes());
    other.len() == name.len()
        && other != name
        && other.iter().zip(name).all(|(left, right)| fold_separator(*left) == fold_separator(*right))
}

fn fold_separator(byte: u8) -> u8 {
    if matches!(byte, b'_' | b'.') { b'-' } else { byte }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;
    use crate::gateway::{Gateway, GatewayPeer};

    const NAME: HeaderName = HeaderName::from_static("x-client-cert");

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    fn find(lines: &[(&'static str, &'static str)]) -> Result<Option<Vec<u8>>, HeaderError> {
        let mut map = HeaderMap::new();
        for (name, value) in lines {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let gateway = Gateway::nginx(["10.0.0.0/8"]).unwrap().absent_value("(null)");
        let peer: SocketAddr = "10.0.0.1:1".parse().unwrap();
        let peer = TrustedPeer::by_place(Some(GatewayPeer::tcp(peer)), &gateway).unwrap();
        let taken = TakenHeader::take(&mut map, &NAME);
        RawCertificate::find(peer, gateway.forwarding(), taken, 16).map(|raw| raw.map(|raw| raw.bytes().to_vec()))
    }

    #[test]
    fn the_one_value_is_found_without_blanks_around_it() {
        assert_eq!(find(&[("x-client-cert", " MIIB\t")]).unwrap().unwrap(), b"MIIB");
    }

    #[test]
    fn missing_empty_and_the_products_own_spelling_are_absent() {
        assert_eq!(find(&[]).unwrap(), None);
        for value in ["", "  ", "(null)", " (null) "] {
            assert_eq!(find(&[("x-client-cert", value)]).unwrap(), None, "{value:?}");
        }
    }

    #[test]
    fn two_lines_are_refused_even_when_one_is_empty_or_both_are_equal() {
        for second in ["", "MIIB", "other"] {
            let lines = [("x-client-cert", "MIIB"), ("x-client-cert", second)];
            assert_eq!(find(&lines), Err(HeaderError::Repeated { lines: 2 }), "{second:?}");
        }
        let three = [("x-client-cert", ""); 3];
        assert_eq!(find(&three), Err(HeaderError::Repeated { lines: 3 }));
    }

    #[test]
    fn a_comma_is_a_second_value() {
        assert_eq!(find(&[("x-client-cert", "MIIB, MIIC")]), Err(HeaderError::Merged));
        assert_eq!(find(&[("x-client-cert", "(null), MIIC")]), Err(HeaderError::Merged));
        assert_eq!(find(&[("x-client-cert", ",")]), Err(HeaderError::Merged));
    }

    #[test]
    fn the_limit_is_the_last_length_that_passes() {
        assert!(find(&[("x-client-cert", "0123456789abcdef")]).unwrap().is_some());
        let refused = find(&[("x-client-cert", "0123456789abcdefg")]);
        assert_eq!(refused, Err(HeaderError::TooLarge { bytes: 17, max_bytes: 16 }));
    }

    #[test]
    fn a_connection_field_that_names_the_header_is_refused_with_and_without_it() {
        for connection in ["x-client-cert", "close, X-Client-Cert", "X-CLIENT-CERT ,keep-alive"] {
            let with = [("connection", connection), ("x-client-cert", "MIIB")];
            assert_eq!(find(&with), Err(HeaderError::NamedByConnection), "{connection}");
            assert_eq!(find(&[("connection", connection)]), Err(HeaderError::NamedByConnection), "{connection}");
        }
        let second_line = [("connection", "close"), ("connection", "x-client-cert")];
        assert_eq!(find(&second_line), Err(HeaderError::NamedByConnection));
    }

    #[test]
    fn other_connection_options_are_no_concern_here() {
        for connection in ["close", "x-client-cert-chain", "client-cert", "x-client-cer"] {
            assert!(find(&[("connection", connection), ("x-client-cert", "MIIB")]).unwrap().is_some(), "{connection}");
        }
    }

    #[test]
    fn the_header_and_its_look_alikes_leave_the_request() {
        let mut map = headers(&[
            ("x-client-cert", "a"),
            ("x_client_cert", "b"),
            ("x.client-cert", "c"),
            ("x-client_cert", "d"),
            ("x-client-certs", "kept"),
            ("xclient-cert", "kept"),
            ("y-client-cert", "kept"),
        ]);
        map.append("x_client_cert", HeaderValue::from_static("again"));
        let taken = TakenHeader::take(&mut map, &NAME);
        assert!(taken.is_present());
        assert_eq!(taken.look_alikes(), 3);
        assert_eq!(map.len(), 3);
        assert!(map.values().all(|value| value == "kept"));
    }

    #[test]
    fn a_look_alike_is_not_read_as_the_header() {
        assert_eq!(find(&[("x_client_cert", "MIIB")]).unwrap(), None);
    }
}
