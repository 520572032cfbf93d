//! `client-cert`: what is in a certificate header, what a configuration makes of a request, and why.

mod arguments;
mod at;
mod check;
mod explain;
mod fetch_issuers;
mod head;
mod input;
mod inspect;
mod network;
mod output;
mod peer;
mod policy;
mod replay;
mod trouble;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;

use self::arguments::{Arguments, Command};
use self::output::Output;
use self::trouble::Trouble;

fn main() -> ExitCode {
    let command = match Arguments::try_parse() {
        Ok(arguments) => arguments.command,
        Err(error) => return not_understood(&error),
    };
    let mut output = Output::stdout();
    let done = match command {
        Command::Check(arguments) => check::run(&arguments, &mut output),
        Command::Explain(arguments) => explain::run(&arguments, &mut output),
        Command::FetchIssuers(arguments) => fetch_issuers::run(&arguments, &mut output),
        Command::Inspect(arguments) => inspect::run(&arguments, &mut output),
        Command::Policy(arguments) => policy::run(&arguments, &mut output),
        Command::Replay(arguments) => replay::run(&arguments, &mut output),
    };
    match done.and_then(|status| output.finish().map(|()| status)) {
        Ok(status) => status.into(),
        // Whoever reads has had enough, as `head` has.
        Err(Trouble::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Status::Trouble.into(),
        Err(trouble) => {
            complain(&trouble.to_string());
            Status::Trouble.into()
        }
    }
}

/// What the exit status tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    /// 0: accepted; or nothing was found that would be refused.
    Accepted,
    /// 1: refused; or something was found that would be.
    Refused,
    /// 2: no answer, and one line on standard error that says why.
    Trouble,
    /// 3: let through without a client.
    Anonymous,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(match status {
            Status::Accepted => 0,
            Status::Refused => 1,
            Status::Trouble => 2,
            Status::Anonymous => 3,
        })
    }
}

/// Help goes to standard output; what is wrong with the arguments becomes one line.
fn not_understood(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let _ = write!(io::stdout(), "{error}");
        return ExitCode::SUCCESS;
    }
    let text = error.to_string();
    let first = text.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ");
    complain(&format!("{} (client-cert --help tells more)", first.split_whitespace().collect::<Vec<_>>().join(" ")));
    Status::Trouble.into()
}

fn complain(problem: &str) {
    let _ = writeln!(io::stderr(), "client-cert: {}", output::safe(problem));
}
