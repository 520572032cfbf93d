//! What every configuration error says.

use std::fmt;

use super::ConfigError;
use crate::escape::Escaped;

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AuditKey { bytes, min_bytes } => {
                write!(f, "the key of pseudonyms has {bytes} bytes, expected at least {min_bytes}: take random ones")
            }
            Self::AccessDocument { problem } => write!(f, "access rules cannot be used: {}", problem.trim_end()),
            Self::AccessTests { failures } => write!(f, "access rules fail their tests: {}", failures.join("; ")),
            Self::Advice { advice } => joined(f, advice),
            Self::AddressRange { value, problem } => write!(f, "address range \"{}\" {problem}", Escaped(value)),
            Self::AnchorLabels { subject, labels } => given_twice(f, format_args!("trust anchor {subject}"), labels),
            Self::Certificate { origin, position, problem } => {
                write!(f, "certificate {position} of {origin} {problem}")
            }
            Self::ClockSkew { skew, limit } => {
                write!(f, "clock skew of {} s: set the clocks, expected at most {} s", skew.as_secs(), limit.as_secs())
            }
            Self::DenyListEntry { origin, line, value } => write!(
                f,
                "line {line} of {origin}, \"{}\", is no entry of a deny-list: write certificate and a SHA-256, \
                 public-key and a SHA-256, or issuer, the SHA-256 of its certificate or key, serial and the number",
                Escaped(value)
            ),
            Self::Contradiction { problem } => f.write_str(problem),
            Self::Document(error) => error.fmt(f),
            Self::EnvironmentVariable { name } => {
                write!(f, "environment variable {} is not set, or not text", Escaped(name))
            }
            Self::ExceptWithoutRequired => {
                f.write_str("paths are excepted from a requirement that is not set: call required() too")
            }
            Self::ExceptedPath { value } => write!(
                f,
                "excepted path \"{}\" can match no request: it must begin with / and have no query or fragment",
                Escaped(value)
            ),
            Self::FeatureMissing { feature } => {
                write!(f, "needs the feature {feature}, which this build does not have: enable it, or leave the key out")
            }
            Self::FetchInterval { interval, least } => {
                write!(f, "{} s between fetches, expected at least {} s", interval.as_secs_f64(), least.as_secs())
            }
            Self::FetchUrl { value, problem } => write!(f, "\"{}\" {problem}", Escaped(value)),
            Self::File { path, .. } => write!(f, "cannot read {}", path.display()),
            Self::HeaderName { value, problem } => write!(f, "header name \"{}\" {problem}", Escaped(value)),
            Self::KeySize { bits } => write!(f, "RSA keys of {bits} bits as the least: expected from 2048 to 8192"),
            // What is remembered has an option of its own for nothing.
            Self::Limit { name: name @ ("max_remembered_clients" | "max_remembered_bytes" | "max_verdict_age") } => {
                write!(f, "limit {name} is 0: expected 1 or more, or remember_nothing where nothing is to be remembered")
            }
            Self::Limit { name } => write!(f, "limit {name} is 0, which would refuse every certificate"),
            Self::NoAlgorithms => {
                f.write_str("no signature algorithms: enable the feature aws-lc-rs or ring, or hand in algorithms")
            }
            Self::NoCertificates { origin } => write!(f, "no certificate in {origin}, expected at least one"),
            Self::NotFromDocument => {
                f.write_str("the layer was not built from a document: build it with ClientCertConfig, or use replace()")
            }
            Self::Pattern { value, problem } => write!(f, "pattern \"{}\" {problem}", Escaped(value)),
            Self::NoRuntime => f.write_str(
                "nothing can be fetched in the background: call build() inside of a tokio runtime, such as in main()",
            ),
            Self::Pem { origin, problem } => write!(f, "PEM of {origin} {problem}"),
            Self::PinLabels { fingerprint, labels } => given_twice(f, format_args!("pin {fingerprint}"), labels),
            Self::Sender(problem) => problem.fmt(f),
            Self::NoFetcher => f.write_str(
                "responders are to be asked, and there is no fetcher: call ocsp_fetcher(), or enable the feature http-client",
            ),
            Self::NoResponder { option } => write!(
                f,
                "{option} is set, and there is no OCSP responder to ask: name one with ocsp() or allow_aia_responders(), or leave it out"
            ),
            Self::Responder { url, problem } => write!(f, "responder {} cannot be asked: {problem}", Escaped(url)),
            Self::OcspAnswers { errors } => joined(f, errors),
            Self::RevocationLists { errors } => joined(f, errors),
            Self::RevocationMode { missing } => {
                write!(
                    f,
                    "the mode of revocation asks {missing}, and none is configured: configure it, or set another mode"
                )
            }
            Self::Status { value } => write!(f, "status {value} is no refusal: use one from 400 to 599"),
            Self::Thread { .. } => f.write_str("the system gives no thread"),
            Self::Unsettled { readings } => {
                write!(f, "files changed while they were read, {readings} times: replace them all at once")
            }
            Self::TrustDomain { value } => write!(
                f,
                "trust domain \"{}\" cannot stand in a SPIFFE ID: expected up to 255 of a-z, 0-9, dot, dash, underscore",
                Escaped(value)
            ),
            Self::UnknownAnchorLabel { label, known } => {
                write!(f, "no trust anchor is labelled \"{}\"; the labels are: ", Escaped(label))?;
                if known.is_empty() {
                    return f.write_str("none, call labelled() on the anchors");
                }
                known.iter().enumerate().try_for_each(|(position, label)| {
                    write!(f, "{}\"{}\"", if position == 0 { "" } else { ", " }, Escaped(label))
                })
            }
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, errors: &[impl fmt::Display]) -> fmt::Result {
    let each = errors.iter().enumerate();
    each.into_iter().try_for_each(|(position, error)| write!(f, "{}{error}", if position == 0 { "" } else { "; " }))
}

fn given_twice(f: &mut fmt::Formatter<'_>, what: fmt::Arguments<'_>, labels: &[Option<String>; 2]) -> fmt::Result {
    let [first, second] = labels.each_ref().map(|label| Label(label.as_deref()));
    write!(f, "{what} is given twice, labelled {first} and {second}: give it once, with one label")
}

struct Label<'a>(Option<&'a str>);

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(label) => write!(f, "\"{}\"", Escaped(label)),
            None => f.write_str("not at all"),
        }
    }
}
