use std::fmt;

use super::FetchUrl;
use super::url::{canonical_host, split_port};
use crate::error::{ConfigError, FetchUrlProblem};

/// Hosts from which addresses in certificates may be fetched.
///
/// A host without a port is allowed at the ports 80 for `http` and 443 for `https` alone; `host:port` at that port
/// alone. Names are compared whole, without regard to case: a name allows no name below it. An empty list allows none.
///
/// ```
/// use tower_client_cert::AllowedHosts;
///
/// let hosts = AllowedHosts::new(["crl.partner.example", "ocsp.partner.example:8080"])?;
/// assert!(AllowedHosts::new(["*.partner.example"]).is_err());
/// # let _ = hosts;
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedHosts {
    hosts: Vec<AllowedHost>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct AllowedHost {
    host: String,
    /// `None` for the default of the scheme.
    port: Option<u16>,
}

impl AllowedHosts {
    /// Reads a list of `host` and `host:port`, IPv6 addresses in brackets.
    ///
    /// # Errors
    ///
    /// [`ConfigError::FetchUrl`] for what is neither.
    pub fn new<H: AsRef<str>>(hosts: impl IntoIterator<Item = H>) -> Result<Self, ConfigError> {
        let hosts = hosts.into_iter().map(|host| AllowedHost::parse(host.as_ref())).collect::<Result<_, _>>()?;
        Ok(Self { hosts })
    }

    /// Takes an address that stands in a certificate of a valid path, if its host is allowed.
    ///
    /// # Errors
    ///
    /// [`FetchUrlProblem::HostNotAllowed`], or what is wrong with the address.
    pub fn admit(&self, url: &str) -> Result<FetchUrl, FetchUrlProblem> {
        FetchUrl::of_certificate(url, self)
    }

    pub(in crate::revocation) fn is_empty(&self) -> bool {
        self.hosts.is_empty()
    }

    pub(in crate::revocation) fn contain(&self, url: &FetchUrl) -> bool {
        let default_port = if url.is_https() { 443 } else { 80 };
        self.hosts.iter().any(|known| known.host == url.host() && known.port.unwrap_or(default_port) == url.port())
    }
}

impl fmt::Display for AllowedHosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::policy::listed(self.hosts.iter().map(|AllowedHost { host, port }| {
            let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
            port.map_or_else(|| host.clone(), |port| format!("{host}:{port}"))
        })))
    }
}

impl AllowedHost {
    fn parse(text: &str) -> Result<Self, ConfigError> {
        let refuse = || ConfigError::FetchUrl { value: text.to_owned(), problem: FetchUrlProblem::Host };
        let (host, port) = split_port(text, NO_PORT).ok_or_else(refuse)?;
        let host = canonical_host(host).ok_or_else(refuse)?;
        Ok(Self { host, port: (port != NO_PORT).then_some(port) })
    }
}

/// Stands for a port that was not written, since 0 cannot be.
const NO_PORT: u16 = 0;

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts() -> AllowedHosts {
        AllowedHosts::new(["crl.Example", "ocsp.example:8080", "[2001:db8::1]:80"]).unwrap()
    }

    #[test]
    fn a_host_is_allowed_at_its_ports() {
        for url in [
            "http://crl.example/a",
            "http://CRL.EXAMPLE:80/a",
            "https://crl.example/",
            "http://ocsp.example:8080/",
            "https://ocsp.example:8080/",
            "http://[2001:db8:0::1]/",
        ] {
            assert!(hosts().admit(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn every_other_host_and_port_is_refused() {
        for url in [
            "http://crl.example:8080/a",
            "https://crl.example:80/a",
            "http://crl.example./a",
            "http://a.crl.example/",
            "http://xcrl.example/",
            "http://example/",
            "http://crl.example.evil.example/",
            "http://ocsp.example/",
            "https://[2001:db8::1]/",
            "http://169.254.169.254/",
        ] {
            assert!(matches!(hosts().admit(url), Err(FetchUrlProblem::HostNotAllowed { .. })), "{url}");
        }
    }

    #[test]
    fn an_empty_list_allows_no_host() {
        let nobody = AllowedHosts::default();
        assert!(matches!(nobody.admit("http://crl.example/"), Err(FetchUrlProblem::HostNotAllowed { .. })));
    }

    #[test]
    fn what_is_no_host_is_refused_by_name() {
        for text in
            ["", "*", "*.example", "http://crl.example", "crl.example/a", "crl.example:", "crl.example:0", "a b"]
        {
            let Err(ConfigError::FetchUrl { value, .. }) = AllowedHosts::new([text]) else { panic!("{text}") };
            assert_eq!(value, text);
        }
    }
}
