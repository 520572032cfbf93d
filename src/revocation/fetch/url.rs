use std::fmt;
use std::sync::Arc;

use http::Uri;
use http::uri::Scheme;

use super::AllowedHosts;
use crate::error::{ConfigError, FetchUrlProblem};

/// An address that may be fetched from: written down by the operator, or found in a certificate and on a host that the
/// operator allowed ([`AllowedHosts`]).
///
/// The scheme is `http` or `https`; user names, passwords and fragments are refused. Which address the host's name
/// stands for is looked at when it is fetched.
///
/// ```
/// use tower_client_cert::FetchUrl;
///
/// let list = FetchUrl::configured("http://crl.partner.example/issuing.crl")?;
/// assert_eq!((list.host(), list.port()), ("crl.partner.example", 80));
/// assert!(FetchUrl::configured("ldap://directory.partner.example/cn=list").is_err());
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct FetchUrl {
    text: Arc<str>,
    uri: Uri,
    /// In lower case, IPv6 addresses without brackets.
    host: Arc<str>,
    port: u16,
}

impl FetchUrl {
    /// An address that the operator wrote down.
    ///
    /// # Errors
    ///
    /// [`ConfigError::FetchUrl`] if it is not of the form `http://host[:port]/path` or `https://...`.
    pub fn configured(url: impl AsRef<str>) -> Result<Self, ConfigError> {
        let url = url.as_ref();
        Self::parse(url).map_err(|problem| ConfigError::FetchUrl { value: url.to_owned(), problem })
    }

    /// An address that stands in a certificate of a valid path.
    pub(super) fn of_certificate(url: &str, hosts: &AllowedHosts) -> Result<Self, FetchUrlProblem> {
        let url = Self::parse(url)?;
        if hosts.contain(&url) { Ok(url) } else { Err(FetchUrlProblem::HostNotAllowed { host: url.host.to_string() }) }
    }

    /// The address as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host in lower case: a name, an IPv4 address, or an IPv6 address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port: as written, or 80 for `http` and 443 for `https`.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether the scheme is `https`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.uri.scheme() == Some(&Scheme::HTTPS)
    }

    /// The address as the HTTP crates have it.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    fn parse(text: &str) -> Result<Self, FetchUrlProblem> {
        if text.len() > MAX_URL_OCTETS {
            return Err(FetchUrlProblem::TooLong { octets: text.len(), limit_octets: MAX_URL_OCTETS });
        }
        if text.contains('#') {
            return Err(FetchUrlProblem::Fragment);
        }
        let uri: Uri = text.parse().map_err(|_| FetchUrlProblem::Malformed)?;
        let default_port = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => HTTP_PORT,
            Some(scheme) if *scheme == Scheme::HTTPS => HTTPS_PORT,
            _ => return Err(FetchUrlProblem::Scheme),
        };
        let authority = uri.authority().ok_or(FetchUrlProblem::Malformed)?.as_str();
        if authority.contains('@') {
            return Err(FetchUrlProblem::UserInformation);
        }
        let (host, port) = split_port(authority, default_port).ok_or(FetchUrlProblem::Malformed)?;
        Ok(Self { text: text.into(), host: canonical_host(host).ok_or(FetchUrlProblem::Host)?.into(), port, uri })
    }
}

/// Parts `host[:port]`. `None` for a port that is no number from 1.
pub(super) fn split_port(authority: &str, default_port: u16) -> Option<(&str, u16)> {
    let after_host = if authority.starts_with('[') {
        authority.find(']')? + 1
    } else {
        authority.find(':').unwrap_or(authority.len())
    };
    let (host, rest) = authority.split_at_checked(after_host)?;
    let Some(port) = rest.strip_prefix(':') else {
        return rest.is_empty().then_some((host, default_port));
    };
    let is_number = !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit());
    let port = port.parse().ok().filter(|port| *port != 0 && is_number)?;
    Some((host, port))
}

/// A name of letters, digits, `-`, `_` and `.`, or an IPv6 address in brackets, which are taken off.
pub(super) fn canonical_host(host: &str) -> Option<String> {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<std::net::Ipv6Addr>().ok().map(|address| address.to_string());
    }
    let is_name = !host.is_empty()
        && host.len() <= MAX_HOST_OCTETS
        && host.bytes().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.'));
    is_name.then(|| host.to_ascii_lowercase())
}

impl fmt::Display for FetchUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for FetchUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FetchUrl({})", self.text)
    }
}

const HTTP_PORT: u16 = 80;

const HTTPS_PORT: u16 = 443;

/// Octets of one address. Certificates of a valid path may hold anything up to the size of the header.
const MAX_URL_OCTETS: usize = 2048;

/// Octets of a name in the DNS (RFC 1035 section 2.3.4).
const MAX_HOST_OCTETS: usize = 253;

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> FetchUrlProblem {
        FetchUrl::parse(text).unwrap_err()
    }

    #[test]
    fn addresses_are_read_with_their_default_ports() {
        for (text, host, port) in [
            ("http://crl.example/a.crl", "crl.example", 80),
            ("https://CRL.Example", "crl.example", 443),
            ("HTTP://crl.example:8080/a?b=c", "crl.example", 8080),
            ("http://10.0.0.1:1/", "10.0.0.1", 1),
            ("http://[2001:DB8:0::1]/", "2001:db8::1", 80),
            ("http://[::1]:8080/", "::1", 8080),
        ] {
            let url = FetchUrl::parse(text).unwrap();
            assert_eq!((url.host(), url.port(), url.as_str()), (host, port, text));
            assert_eq!(url.to_string(), text);
            assert_eq!(url.is_https(), text.starts_with("https"));
        }
    }

    #[test]
    fn other_schemes_and_no_scheme_are_refused() {
        for text in ["ldap://crl.example/cn=a", "ftp://crl.example/a", "file://crl.example/etc/passwd", "gopher://a/"] {
            assert_eq!(problem(text), FetchUrlProblem::Scheme, "{text}");
        }
        for text in ["/a.crl", "crl.example", "crl.example:80", "*"] {
            assert_eq!(problem(text), FetchUrlProblem::Scheme, "{text}");
        }
    }

    #[test]
    fn names_and_passwords_are_refused() {
        for text in ["http://user@crl.example/", "http://user:word@crl.example/", "http://crl.example@10.0.0.1/"] {
            assert_eq!(problem(text), FetchUrlProblem::UserInformation, "{text}");
        }
    }

    #[test]
    fn fragments_are_refused() {
        assert_eq!(problem("http://crl.example/a#b"), FetchUrlProblem::Fragment);
        assert_eq!(problem("http://crl.example#@10.0.0.1/"), FetchUrlProblem::Fragment);
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "http://",
            "http:///path",
            "http://:80/",
            "http://crl.example:/",
            "http://crl.example:0/",
            "http://crl.example:+80/",
            "http://crl.example:65536/",
            "http://crl.example:80:81/",
            "http://crl.example/a b",
            "http://crl.example/\r\nHost: x",
            "http://crl.example\\@10.0.0.1/",
            "http://[::1/",
            "http://[::1]x/",
            "http://[fe80::1%25eth0]/",
            "http://[10.0.0.1]/",
            "http://caf\u{e9}.example/",
            "http://a,b/",
            "http://a%2eb/",
        ] {
            assert!(FetchUrl::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_that_is_too_long_is_refused() {
        let start = "http://crl.example/";
        assert!(FetchUrl::parse(&format!("{start}{}", "a".repeat(MAX_URL_OCTETS - start.len()))).is_ok());
        let octets = MAX_URL_OCTETS + 1;
        let text = format!("{start}{}", "a".repeat(octets - start.len()));
        assert_eq!(problem(&text), FetchUrlProblem::TooLong { octets, limit_octets: MAX_URL_OCTETS });
        assert!(FetchUrl::parse(&format!("http://{}/", "a".repeat(MAX_HOST_OCTETS))).is_ok());
        assert_eq!(problem(&format!("http://{}/", "a".repeat(MAX_HOST_OCTETS + 1))), FetchUrlProblem::Host);
    }
}
