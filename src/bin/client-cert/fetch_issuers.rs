//! `client-cert fetch-issuers`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tower_client_cert::certificate::Certificate;
use tower_client_cert::{
    AllowedHosts, Clock as _, Fetch as _, FetchRequest, HttpFetcher, InspectedCertificate, Inspection, SystemClock,
};

use super::Status;
use super::arguments::FetchIssuers;
use super::at;
use super::input::{self, Input};
use super::output::{Output, Tone};
use super::trouble::Trouble;

pub(crate) fn run(arguments: &FetchIssuers, output: &mut Output) -> Result<Status, Trouble> {
    let octets = match &arguments.value {
        Some(value) => value.clone().into_bytes(),
        None => input::read(arguments.file.as_deref())?,
    };
    let mut current = first_certificate(octets)?;
    let way = Way::new(arguments)?;
    let mut status = Status::Accepted;
    let mut is_any_found = false;
    // A path has at most so many certificates above the client.
    for _ in 0..MAX_ISSUERS {
        let Ok(certificate) = current.read() else { break };
        if certificate.is_self_issued() || current.issuer_locations().is_empty() {
            break;
        }
        let wanted = certificate.issuer().to_string();
        match way.issuer_of(&current) {
            Ok(issuer) => {
                show(&issuer, certificate, arguments, output)?;
                is_any_found = true;
                current = issuer;
            }
            Err(problem) => {
                status = Status::Refused;
                if !arguments.pem {
                    output.say(Tone::Bad, &format!("No certificate of \"{wanted}\" was found: {problem}"))?;
                }
                break;
            }
        }
    }
    if !is_any_found && status == Status::Accepted {
        return Err(Trouble::input("the certificate is self-issued, or names no address of its issuer's certificate"));
    }
    Ok(status)
}

fn first_certificate(octets: Vec<u8>) -> Result<InspectedCertificate, Trouble> {
    let now = SystemClock.now();
    let inspection = match Input::of(octets)? {
        Input::Certificates(octets) => Inspection::of_file(&octets, now),
        Input::Value(value) => Inspection::of_value(&value, now),
        Input::Head(_) => return Err(Trouble::input("a head was handed in, expected one value or file")),
    };
    let first = inspection.map_err(Trouble::input)?.certificates().first().cloned();
    let first = first.ok_or_else(|| Trouble::input("there is no certificate in it"))?;
    match first.read() {
        Ok(_) => Ok(first),
        Err(error) => Err(Trouble::input(error)),
    }
}

/// How issuers are reached.
struct Way {
    hosts: AllowedHosts,
    fetcher: HttpFetcher,
    runtime: tokio::runtime::Runtime,
}

impl Way {
    fn new(arguments: &FetchIssuers) -> Result<Self, Trouble> {
        let hosts = AllowedHosts::new(&arguments.hosts).map_err(Trouble::input)?;
        let mut fetcher = HttpFetcher::new();
        for range in &arguments.allow_targets {
            fetcher = fetcher.allow_targets(range).map_err(Trouble::input)?;
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Trouble::input)?;
        Ok(Self { hosts, fetcher, runtime })
    }

    /// The first certificate at one of the addresses that bears the issuer's name.
    fn issuer_of(&self, current: &InspectedCertificate) -> Result<InspectedCertificate, String> {
        let mut problems = Vec::new();
        for address in current.issuer_locations() {
            match self.fetched(address) {
                Ok(inspection) => {
                    let is_issuer = |candidate: &&InspectedCertificate| {
                        candidate.read().is_ok_and(|read| current.names_as_issuer(read))
                    };
                    match inspection.certificates().iter().find(is_issuer) {
                        Some(issuer) => return Ok(issuer.clone()),
                        None => problems.push(format!("what is at {address} bears another name")),
                    }
                }
                Err(problem) => problems.push(problem),
            }
        }
        Err(problems.join("; "))
    }

    fn fetched(&self, address: &str) -> Result<Inspection, String> {
        let url = self.hosts.admit(address).map_err(|problem| format!("{address} {problem} (--host allows a host)"))?;
        let fetching = self.fetcher.fetch(FetchRequest::get(url).with_max_octets(MAX_OCTETS));
        let fetched = self.runtime.block_on(fetching).and_then(tower_client_cert::Fetched::into_octets);
        let octets = fetched.map_err(|error| format!("{address}: {error}"))?;
        Inspection::of_file(octets.octets(), SystemClock.now())
            .map_err(|_| format!("what is at {address} is no certificate in DER or PEM"))
    }
}

fn show(
    issuer: &InspectedCertificate,
    below: &Certificate,
    arguments: &FetchIssuers,
    output: &mut Output,
) -> Result<(), Trouble> {
    let Ok(read) = issuer.read() else { return Ok(()) };
    if arguments.pem {
        return output.line(&pem(read.der()));
    }
    output.say(Tone::Heading, "Found; nothing of it is verified or trusted")?;
    output.field("subject", &read.subject().to_string())?;
    output.field("issuer", &read.issuer().to_string())?;
    output.field("serial", &read.serial().to_string())?;
    output.field("valid", &format!("{} to {}", at::text(read.not_before()), at::text(read.not_after())))?;
    output.field("sha-256", &read.fingerprint().to_string())?;
    let key_ids = match (below.authority_key_id(), read.subject_key_id()) {
        (Some(wanted), Some(own)) if wanted.as_octets() == own.as_octets() => {
            format!("{own}, as the one below names it")
        }
        (Some(wanted), Some(own)) => format!("{own}, but the one below names {wanted}"),
        (_, Some(own)) => format!("{own}, and the one below names none"),
        (_, None) => "none".to_owned(),
    };
    output.field("key id", &key_ids)?;
    output.blank()
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(PEM_COLUMNS).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----", lines.join("\n"))
}

/// The longest path that the layer builds.
const MAX_ISSUERS: usize = 6;
/// Much more than a certificate has, and room for a small bundle.
const MAX_OCTETS: usize = 256 * 1024;
/// RFC 7468 section 2.
const PEM_COLUMNS: usize = 64;
