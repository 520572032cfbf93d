use std::env;
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use http::HeaderValue;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use crate::error::{ConfigError, SecretOrigin, SecretProblem, SenderProblem};

/// A value that only the gateway and the service know, or, while it is being changed, several of them.
///
/// What is kept is the SHA-256 of each value; neither `Debug` nor any log shows either. Blanks and line breaks around a
/// value are no part of it, since HTTP does not carry them.
///
/// ```
/// use tower_client_cert::Secret;
///
/// let while_rotating = Secret::new("5f0c8ad1-old-value-9b7e")?.or(Secret::new("c2d47e90-new-value-11aa")?);
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Secret {
    digests: Vec<[u8; DIGEST_BYTES]>,
}

impl Secret {
    /// Takes the value itself.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Sender`] when it is empty, shorter than 16 bytes, longer than 4096, or no header value.
    pub fn new(value: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        Self::checked(value.as_ref(), SecretOrigin::Memory)
    }

    /// Reads the value from an environment variable.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Sender`] when the variable is not set, and as for [`new`](Self::new).
    pub fn from_env(variable: &str) -> Result<Self, ConfigError> {
        let origin = SecretOrigin::Environment(variable.to_owned());
        match env::var(variable) {
            Ok(value) => Self::checked(value.as_bytes(), origin),
            Err(_) => Err(SenderProblem::Secret { origin, problem: SecretProblem::Unset }.into()),
        }
    }

    /// Reads the value from a file.
    ///
    /// # Errors
    ///
    /// [`ConfigError::File`] when the file cannot be read, and as for [`new`](Self::new).
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let unreadable = |source| ConfigError::File { path: path.to_owned(), source };
        let mut value = Vec::new();
        File::open(path).map_err(unreadable)?.take(MAX_FILE_BYTES).read_to_end(&mut value).map_err(unreadable)?;
        Self::checked(&value, SecretOrigin::File(path.to_owned()))
    }

    /// Lets another value do as well, for the time in which the gateway changes from one to the other.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        self.digests.extend(other.digests);
        self
    }

    /// How many values there are.
    pub(super) fn values(&self) -> usize {
        self.digests.len()
    }

    /// Compares with every value there is, in a time that depends on their number and the length of the presented one.
    pub(super) fn is(&self, presented: &HeaderValue) -> bool {
        let presented = digest(presented.as_bytes());
        let none = Choice::from(0);
        self.digests.iter().fold(none, |found, digest| found | digest.ct_eq(&presented)).into()
    }

    /// Whether some value would do for both.
    pub(super) fn shares_value_with(&self, other: &Self) -> bool {
        self.digests.iter().any(|digest| other.digests.contains(digest))
    }

    fn checked(value: &[u8], origin: SecretOrigin) -> Result<Self, ConfigError> {
        let value = value.trim_ascii();
        let problem = match value.len() {
            0 => Some(SecretProblem::Empty),
            bytes @ 1..MIN_BYTES => Some(SecretProblem::TooShort { bytes, min_bytes: MIN_BYTES }),
            MIN_BYTES..=MAX_BYTES if HeaderValue::from_bytes(value).is_err() => Some(SecretProblem::NotAHeaderValue),
            MIN_BYTES..=MAX_BYTES => None,
            _ => Some(SecretProblem::TooLong { max_bytes: MAX_BYTES }),
        };
        match problem {
            Some(problem) => Err(SenderProblem::Secret { origin, problem }.into()),
            None => Ok(Self { digests: vec![digest(value)] }),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").field("values", &self.digests.len()).finish_non_exhaustive()
    }
}

/// Digests are of equal length whatever the values, so that the comparison tells nothing about them.
fn digest(value: &[u8]) -> [u8; DIGEST_BYTES] {
    Sha256::digest(value.trim_ascii()).into()
}

/// Length of a SHA-256.
const DIGEST_BYTES: usize = 32;

/// The shortest secret: 128 bits where every byte is random, and more than a dictionary holds where it is not.
const MIN_BYTES: usize = 16;

/// The longest secret.
const MAX_BYTES: usize = 4096;

/// What is read of a file: enough to tell one that is too long.
const MAX_FILE_BYTES: u64 = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    const VALUE: &str = "0123456789abcdef";

    fn problem(made: Result<Secret, ConfigError>) -> (SecretOrigin, SecretProblem) {
        match made {
            Err(ConfigError::Sender(SenderProblem::Secret { origin, problem })) => (origin, problem),
            other => panic!("{other:?}"),
        }
    }

    fn presented(value: &str) -> HeaderValue {
        HeaderValue::from_bytes(value.as_bytes()).unwrap()
    }

    #[test]
    fn a_secret_is_its_value_and_nothing_like_it() {
        let secret = Secret::new(VALUE).unwrap();
        assert!(secret.is(&presented(VALUE)));
        assert!(secret.is(&presented(" 0123456789abcdef\t")));
        for other in ["", "0123456789abcde", "0123456789abcdef0", "0123456789ABCDEF", "0123456789abcdef,x", "x"] {
            assert!(!secret.is(&presented(other)), "{other:?}");
        }
    }

    #[test]
    fn either_value_does_while_a_secret_is_changed_and_no_third() {
        let secret = Secret::new(VALUE).unwrap().or(Secret::new("fedcba9876543210").unwrap());
        assert!(secret.is(&presented(VALUE)));
        assert!(secret.is(&presented("fedcba9876543210")));
        assert!(!secret.is(&presented("0123456789abcdeffedcba9876543210")));
    }

    #[test]
    fn a_value_that_was_given_twice_still_does() {
        let secret = Secret::new(VALUE).unwrap().or(Secret::new(VALUE).unwrap());
        assert!(secret.is(&presented(VALUE)));
        assert!(!secret.is(&presented("fedcba9876543210")));
    }

    #[test]
    fn values_that_can_be_guessed_or_never_arrive_are_refused() {
        assert_eq!(problem(Secret::new("")).1, SecretProblem::Empty);
        assert_eq!(problem(Secret::new(" \n")).1, SecretProblem::Empty);
        assert_eq!(problem(Secret::new("0123456789abcde")).1, SecretProblem::TooShort { bytes: 15, min_bytes: 16 });
        assert_eq!(problem(Secret::new("01234567\n89abcdef")).1, SecretProblem::NotAHeaderValue);
        assert_eq!(problem(Secret::new("0123456789abcdef\0x")).1, SecretProblem::NotAHeaderValue);
        assert_eq!(problem(Secret::new("x".repeat(4097))).1, SecretProblem::TooLong { max_bytes: 4096 });
        assert!(Secret::new("x".repeat(4096)).is_ok());
    }

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        let (origin, problem) = problem(Secret::from_env("TOWER_CLIENT_CERT_NOBODY_SETS_THIS"));
        assert_eq!(origin, SecretOrigin::Environment("TOWER_CLIENT_CERT_NOBODY_SETS_THIS".to_owned()));
        assert_eq!(problem, SecretProblem::Unset);
    }

    #[test]
    fn a_variable_is_read() {
        // Set for every test by cargo itself, and longer than a secret must be.
        let value = env::var("CARGO_MANIFEST_DIR").unwrap();
        assert_eq!(Secret::from_env("CARGO_MANIFEST_DIR").is_ok(), value.len() >= MIN_BYTES);
    }

    #[test]
    fn a_file_is_read_without_its_line_break_and_a_missing_one_is_an_error() {
        let path = env::temp_dir().join(format!("tower-client-cert-secret-{}", std::process::id()));
        std::fs::write(&path, format!("{VALUE}\n")).unwrap();
        let secret = Secret::from_file(&path);
        std::fs::remove_file(&path).unwrap();
        assert!(secret.unwrap().is(&presented(VALUE)));
        assert!(matches!(Secret::from_file(&path), Err(ConfigError::File { .. })));
    }

    #[test]
    fn the_longest_secret_is_read_whole_from_a_file_and_a_longer_one_is_refused() {
        let path = env::temp_dir().join(format!("tower-client-cert-long-secret-{}", std::process::id()));
        let read = |value: &str| {
            std::fs::write(&path, value).unwrap();
            let secret = Secret::from_file(&path);
            std::fs::remove_file(&path).unwrap();
            secret
        };
        let longest = "x".repeat(MAX_BYTES);
        assert!(read(&longest).unwrap().is(&presented(&longest)));
        assert_eq!(problem(read(&format!("{longest}x"))).1, SecretProblem::TooLong { max_bytes: MAX_BYTES });
    }

    #[test]
    fn neither_debug_nor_errors_show_a_value() {
        let secret = format!("{:?}", Secret::new(VALUE).unwrap());
        assert_eq!(secret, "Secret { values: 1, .. }");
        let error = Secret::new("short-value").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("short-value"));
    }
}
