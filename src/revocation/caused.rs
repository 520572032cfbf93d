//! An error with a cause, as fetchers and stores have them, for tests.

use std::error::Error;
use std::fmt;
use std::io;

#[derive(Debug)]
pub(super) struct Caused(pub(super) &'static str, pub(super) io::Error);

impl fmt::Display for Caused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Caused {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.1)
    }
}
