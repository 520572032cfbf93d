/// How a gateway writes the outcome of its own check of the certificate into a header.
///
/// Such a header only ever takes trust away: a failure refuses the request early, anything else skips no check of this
/// crate, and a missing header means nothing, because a client may have made a hop drop it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StatusFormat {
    /// `false` for a certificate that failed, as Google Cloud's `client_cert_chain_verified` says. It says so too where
    /// there was no certificate, so it counts only beside one.
    Boolean,
    /// A number of OpenSSL's (`X509_V_ERR_...`), where 0 means verified or no certificate, as HAProxy's `ssl_c_verify` says.
    OpensslCode,
    /// `FAILED`, or `FAILED:` with a text, as nginx, Apache httpd and Cloudflare say.
    Verdict,
}

impl StatusFormat {
    /// Whether the value, without blanks around it, reports that a certificate failed.
    pub(crate) fn reports_failure(self, trimmed: &[u8], certificate: CertificatePresence) -> bool {
        match self {
            Self::Boolean => certificate == CertificatePresence::Present && trimmed.eq_ignore_ascii_case(b"false"),
            Self::OpensslCode => !trimmed.is_empty() && trimmed.iter().any(|byte| *byte != b'0') && is_number(trimmed),
            Self::Verdict => trimmed.get(..FAILED.len()).is_some_and(|start| start.eq_ignore_ascii_case(FAILED)),
        }
    }
}

/// Whether the request has a certificate beside the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CertificatePresence {
    Absent,
    Present,
}

fn is_number(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit)
}

const FAILED: &[u8] = b"FAILED";
