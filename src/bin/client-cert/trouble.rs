use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use tower_client_cert::ConfigError;

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// A file that cannot be read.
    File { path: PathBuf, source: io::Error },
    /// Input that cannot be used.
    Input(String),
    /// What was to be written cannot be.
    Output(io::Error),
}

impl Trouble {
    pub(crate) fn input(problem: impl fmt::Display) -> Self {
        Self::Input(problem.to_string())
    }

    /// A configuration that cannot be used, with what that comes from: a file is not there, or may not be read.
    pub(crate) fn config(error: &ConfigError) -> Self {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            let more = error.to_string();
            // What stands in the text of what it caused is not said again.
            if !text.contains(&more) {
                text = format!("{text}: {more}");
            }
            source = error.source();
        }
        Self::Input(text)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, source } => write!(f, "{} cannot be read: {source}", path.display()),
            Self::Input(problem) => f.write_str(problem),
            Self::Output(error) => write!(f, "the answer cannot be written: {error}"),
        }
    }
}

impl Error for Trouble {}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
