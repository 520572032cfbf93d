//! What can be asked for.

use std::path::PathBuf;
use std::time::SystemTime;

use clap::{Args, Parser, Subcommand};
use http::{Method, Uri};

use super::at;
use super::peer::Peer;

/// Looks into forwarded client certificates, and tells what a configuration makes of them and why.
///
/// Exit status: 0 accepted, 1 refused, 2 no answer (standard error says why), 3 anonymous.
#[derive(Debug, Parser)]
#[command(name = "client-cert", version, term_width = 80, arg_required_else_help = false)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Check(Check),
    Explain(Explain),
    FetchIssuers(FetchIssuers),
    Inspect(Inspect),
    Policy(Policy),
    Replay(Replay),
}

/// Tells what a configuration checks, with every default, for whoever must approve it.
#[derive(Args, Debug)]
pub(crate) struct Policy {
    /// The configuration of the layer, in TOML.
    #[arg(long)]
    pub(crate) config: PathBuf,
    /// A page in Markdown: first what loosens a check, then what differs from the defaults, then everything.
    #[arg(long, conflicts_with = "json")]
    pub(crate) markdown: bool,
    /// Answers in JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Judges recorded requests by a configuration, or tells which of them another one would judge differently.
///
/// Each line of the recording is a JSON object with `peer`, `method`, `path`, `headers` and `time`, or has one under
/// `replay`, as audit records do. Answers are JSON lines; a summary goes to standard error. Nobody is asked over the
/// network: what only a responder or a fetched list could say counts as not to be had.
///
/// Exit status: 0, 1 where --against would change a verdict, 2 where a line or a file cannot be used.
#[derive(Args, Debug)]
pub(crate) struct Replay {
    /// The configuration of the layer, in TOML.
    #[arg(long)]
    pub(crate) config: PathBuf,
    /// Another configuration: only requests with another verdict under it are told.
    #[arg(long, value_name = "CONFIG")]
    pub(crate) against: Option<PathBuf>,
    /// The recording; without it, or as `-`, standard input.
    pub(crate) recording: Option<PathBuf>,
    /// The time to judge by, in place of each record's own.
    #[arg(long, value_parser = at::parse)]
    pub(crate) at: Option<SystemTime>,
}

/// Reads a configuration and every file it names, runs the tests of its rules, and tells what ends when and what is
/// probably not meant.
///
/// Exit status: 0 where there is nothing to mend, with or without advice, 1 where something has ended or ends soon, 2 where the configuration
/// cannot be used or a test of its rules fails.
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// The configuration of the layer, in TOML.
    #[arg(long)]
    pub(crate) config: PathBuf,
    /// What ends within so many days is told as a problem. Revocation lists are never told ahead: they end often.
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    pub(crate) within: u32,
    /// The time to judge by, such as 2026-03-01T12:00:00Z; the present unless given.
    #[arg(long, value_parser = at::parse)]
    pub(crate) at: Option<SystemTime>,
    /// Answers in JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Tells step by step what a configuration makes of a request: what was wanted, what was found, and how to mend it.
///
/// Exit status: 0 for a client that is let through, 1 for a refusal, 3 for a request that goes on without a client, 2
/// where there is no answer.
#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// The configuration of the layer, in TOML.
    #[arg(long)]
    pub(crate) config: PathBuf,
    /// Who sends the request: an address, `unix` or `unix:` with a user id. By default the address on the first line of
    /// the head.
    #[arg(long)]
    pub(crate) peer: Option<Peer>,
    /// A header line such as `X-Client-Cert: ...`; several are put below those of the head.
    #[arg(long = "header", value_name = "LINE")]
    pub(crate) headers: Vec<String>,
    /// A file with the head of the request; `-` is standard input.
    #[arg(long)]
    pub(crate) head: Option<PathBuf>,
    /// The method, where the head has none.
    #[arg(long)]
    pub(crate) method: Option<Method>,
    /// The path, where the head has none.
    #[arg(long)]
    pub(crate) path: Option<Uri>,
    /// A file in PEM with the chain that the gateway presents in its own TLS handshake with the service.
    #[arg(long, value_name = "FILE")]
    pub(crate) gateway_certificate: Option<PathBuf>,
    /// The time to judge by, such as 2026-03-01T12:00:00Z; the present unless given.
    #[arg(long, value_parser = at::parse)]
    pub(crate) at: Option<SystemTime>,
    /// Asks no responder and fetches no list; what only they could say counts as not to be had.
    #[arg(long)]
    pub(crate) offline: bool,
    /// Answers in JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Follows the addresses at which a certificate says that its issuers are to be had, and shows what was found.
///
/// Nothing of it is verified or trusted: look at it, and configure as intermediates what is meant to be one.
///
/// Exit status: 0 where the way ends at a self-issued certificate or one that names no issuer's address, 1 where an
/// address gives no issuer, 2 where there is nothing to follow.
#[derive(Args, Debug)]
pub(crate) struct FetchIssuers {
    /// A header value with the certificate; without it and without --file, standard input is read.
    // PEM begins with hyphens.
    #[arg(allow_hyphen_values = true)]
    pub(crate) value: Option<String>,
    /// A file with the certificate, in PEM or DER.
    #[arg(long, conflicts_with = "value")]
    pub(crate) file: Option<PathBuf>,
    /// A host that may be asked, such as `ca.example` or `ca.example:8080`; whoever made the certificate chose its
    /// addresses. As often as needed.
    #[arg(long = "host", value_name = "HOST")]
    pub(crate) hosts: Vec<String>,
    /// A range of addresses that may be reached although it is no part of the public internet, such as 10.20.0.0/28.
    #[arg(long = "allow-target", value_name = "RANGE")]
    pub(crate) allow_targets: Vec<String>,
    /// Prints what was found as PEM and nothing else.
    #[arg(long)]
    pub(crate) pem: bool,
}

/// Shows what is in a header value, a certificate file or a whole request head.
///
/// Nothing is verified. Exit status: 0 where nothing would be refused by default, 1 where something would, 2 where no
/// certificate could be read.
#[derive(Args, Debug)]
pub(crate) struct Inspect {
    /// A header value, or a line such as `X-Client-Cert: ...`; without it and without --file, standard input is read.
    // PEM begins with hyphens.
    #[arg(allow_hyphen_values = true)]
    pub(crate) value: Option<String>,
    /// A file with a header value, PEM, DER or a request head.
    #[arg(long, conflicts_with = "value")]
    pub(crate) file: Option<PathBuf>,
    /// The time to judge dates by, such as 2026-03-01T12:00:00Z; the present unless given.
    #[arg(long, value_parser = at::parse)]
    pub(crate) at: Option<SystemTime>,
    /// Answers in JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
