//! What can be asked for.

use std::path::PathBuf;
use std::time::SystemTime;

use clap::{Args, Parser, Subcommand};

use super::at;

/// Looks into forwarded client certificates, and tells what a configuration makes of them and why.
///
/// Exit status: 0 accepted, 1 refused, 2 no answer (the reason stands on standard error).
#[derive(Debug, Parser)]
#[command(name = "client-cert", version, term_width = 80, arg_required_else_help = false)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Inspect(Inspect),
}

/// Shows what is in a header value, a certificate file or a whole request head.
///
/// Nothing is verified. Exit status: 0 where nothing would be refused by default, 1 where something would, 2 where no
/// certificate could be read.
#[derive(Args, Debug)]
pub(crate) struct Inspect {
    /// A header value, or a line such as `X-Client-Cert: ...`; without it and without --file, standard input is read.
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
