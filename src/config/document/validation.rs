use super::PinnedBesideTable;
use crate::document::{OneOrMany, table, words};

table! {
    /// How paths are judged; it holds for every anchor.
    ValidationTable {
        /// Allows for clocks that differ by this much, at most 300 seconds.
        clock_skew_seconds: u64,
        /// The least size of RSA keys, from 2048 to 8192.
        min_rsa_bits: usize,
        /// Kinds of keys that are not accepted.
        without_keys: OneOrMany<KeyKindWord>,
        /// The most authorities above a client, the anchor included.
        max_depth: usize,
        /// The longest time that a client's certificate may be valid in all.
        max_lifetime_seconds: u64,
        /// Certificate policies; each entry must be met.
        required_policies: Vec<PoliciesTable>,
        /// Authorities one of which must be in the path: labels of anchors, `sha256:` with the fingerprint of a
        /// certificate, or `spki-sha256:` with that of a key. An empty list accepts nobody.
        only_issued_by: OneOrMany<String>,
        /// As `only_issued_by`, and beside what stands there: authorities by all attributes of their subject in the order
        /// of the certificate.
        only_issued_by_subject: Vec<Vec<AttributeTable>>,
        /// Certificates and keys one of which the client must have, besides a valid path.
        only_pinned: PinnedBesideTable,
    }
}

table! {
    /// Object identifiers of certificate policies: exactly one of both.
    PoliciesTable {
        /// All of them.
        all: OneOrMany<String>,
        /// At least one of them.
        any: OneOrMany<String>,
    }
}

table! {
    /// An attribute of a name.
    AttributeTable {
        /// Its type, such as `O`, or an object identifier.
        attribute: String,
        /// Its text.
        value: String,
    }
}

words! {
    /// A kind of key.
    KeyKindWord {
        "ed25519" => Ed25519,
        "p256" => P256,
        "p384" => P384,
        "p521" => P521,
        "rsa" => Rsa,
    }
}
