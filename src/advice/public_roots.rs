//! Roots of the public web, by the keys that Mozilla trusts.

use crate::certificate::Fingerprint;

/// Whether this is the key of a root of the public web.
pub(crate) fn is_public_root(public_key: &Fingerprint) -> bool {
    let digits = public_key.to_string();
    KEYS.lines().any(|line| !line.is_empty() && digits.starts_with(line))
}

const KEYS: &str = include_str!("public_roots.txt");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_key_is_public_and_any_other_is_not() {
        let known = KEYS.lines().find(|line| !line.starts_with('#')).unwrap();
        let whole: Fingerprint = format!("{known}{}", "0".repeat(32)).parse().unwrap();
        assert!(is_public_root(&whole));
        assert!(!is_public_root(&"00".repeat(32).parse().unwrap()));
    }

    #[test]
    fn every_line_is_a_comment_or_16_octets() {
        let keys: Vec<_> = KEYS.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(keys.len() > 100);
        let is_hexadecimal = |line: &str| line.len() == 32 && line.bytes().all(|digit| digit.is_ascii_hexdigit());
        assert!(keys.iter().all(|line| is_hexadecimal(line)));
    }
}
