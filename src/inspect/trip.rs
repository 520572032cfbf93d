use std::fmt;
use std::time::SystemTime;

use super::recognition::Recognized;
use crate::certificate::Certificate;
use crate::reason::Reason;
use crate::validation::{Place, problems_alone};

/// Something that a layer with every default would refuse, whatever its anchors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trip {
    reason: Reason,
    problem: String,
    mend: &'static str,
}

impl Trip {
    pub(super) fn new(reason: Reason, problem: impl Into<String>, mend: &'static str) -> Self {
        Self { reason, problem: problem.into(), mend }
    }

    /// The reason that it would be refused for.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// What was found, and what is expected; escaped, safe for a terminal.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// How to mend it.
    #[must_use]
    pub fn mend(&self) -> &'static str {
        self.mend
    }
}

impl fmt::Display for Trip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason, self.problem)
    }
}

/// What is wrong with the value as a whole.
pub(super) fn of_value(value: &[u8], recognized: &Recognized) -> Vec<Trip> {
    let mut trips = Vec::new();
    if value.len() > DEFAULT_MAX_HEADER_BYTES {
        trips.push(Trip::new(
            Reason::HeaderTooLarge,
            format!("a value of {} bytes, the default limit is {DEFAULT_MAX_HEADER_BYTES}", value.len()),
            "let the gateway send fewer certificates, or raise max_header_bytes",
        ));
    }
    let count = recognized.certificates.len();
    if count > DEFAULT_MAX_CERTIFICATES {
        trips.push(Trip::new(
            Reason::TooManyCertificates,
            format!("{count} certificates, the default limit is {DEFAULT_MAX_CERTIFICATES}"),
            "let the gateway send fewer certificates, or raise max_certificates",
        ));
    }
    trips
}

/// What is wrong with one certificate by itself.
pub(super) fn of_certificate(certificate: &Certificate, place: Place, at: SystemTime) -> Vec<Trip> {
    let problems = problems_alone(certificate, place, at);
    let mut trips: Vec<_> =
        problems.iter().map(|error| Trip::new(error.reason(), error.to_string(), error.mend())).collect();
    if let Some(field) = certificate.name_with_nul().filter(|_| place == Place::EndEntity) {
        trips.push(Trip::new(
            Reason::NameUnusable,
            format!("name in {field} contains a NUL, by which readers disagree on where it ends"),
            "have the certificate issued without that character, and ask the authority how it came in",
        ));
    }
    trips
}

/// As in the layer.
const DEFAULT_MAX_HEADER_BYTES: usize = 64 * 1024;
const DEFAULT_MAX_CERTIFICATES: usize = 10;

#[cfg(test)]
mod tests {
    use rustls_pki_types::CertificateDer;

    use super::*;
    use crate::encoding::Encoding;

    fn trips(bytes: usize, certificates: usize) -> Vec<String> {
        let certificates = vec![CertificateDer::from(Vec::new()); certificates];
        let recognized = Recognized { encoding: Encoding::Pem, certificates };
        of_value(&vec![b'A'; bytes], &recognized).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_value_trips_just_above_the_default_limits() {
        assert_eq!(trips(65_536, 10), [""; 0]);
        assert_eq!(trips(65_537, 10), ["header-too-large: a value of 65537 bytes, the default limit is 65536"]);
        assert_eq!(trips(65_536, 11), ["too-many-certificates: 11 certificates, the default limit is 10"]);
    }
}
