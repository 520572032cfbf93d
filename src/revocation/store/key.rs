use std::fmt;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

/// Under what an entry of a store is kept: a SHA-256, so that nothing that a certificate says becomes a file's name or
/// a piece of a command.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct StoreKey(Arc<str>);

impl StoreKey {
    /// The key of an entry of one kind, told from others of that kind by `parts`.
    ///
    /// `kind` is lower-case letters, such as `crl`; the parts are hashed with their lengths, so that no two lists of
    /// parts have one key.
    #[must_use]
    pub fn new(kind: &'static str, parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in [kind.as_bytes()].iter().chain(parts) {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        let mut text = String::from(kind);
        text.push('-');
        for octet in hash.finalize() {
            for digit in [octet >> 4, octet & 0x0f] {
                text.extend(char::from_digit(digit.into(), 16));
            }
        }
        Self(text.into())
    }

    /// The key as text: the kind, a dash, and 64 hexadecimal digits in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreKey({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_harmless_text_whatever_the_parts_are() {
        let key = StoreKey::new("crl", &[b"../../etc/passwd\0\r\nFLUSHALL"]);
        assert_eq!(key.as_str().len(), "crl-".len() + 64);
        assert!(key.as_str().bytes().all(|octet| matches!(octet, b'a'..=b'z' | b'0'..=b'9' | b'-')), "{key}");
    }

    #[test]
    fn different_parts_have_different_keys() {
        let keys = [
            StoreKey::new("crl", &[b"ab", b"c"]),
            StoreKey::new("crl", &[b"a", b"bc"]),
            StoreKey::new("crl", &[b"abc"]),
            StoreKey::new("ocsp", &[b"ab", b"c"]),
            StoreKey::new("crl", &[b"ab", b"c", b""]),
        ];
        for (place, key) in keys.iter().enumerate() {
            assert!(keys.iter().skip(place + 1).all(|other| other != key), "{key}");
        }
        assert_eq!(keys.first(), Some(&StoreKey::new("crl", &[b"ab", b"c"])));
    }

    #[test]
    fn a_key_stays_the_same_over_releases() {
        assert_eq!(
            StoreKey::new("crl", &[b"http://crl.example/a.crl"]).as_str(),
            "crl-5b8874687559920a037b2d5c5b64a913317ef0120ffc3692c7a6b6180fbe95d8"
        );
    }
}
