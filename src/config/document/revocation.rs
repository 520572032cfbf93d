use std::collections::BTreeMap;

use super::PathValue;
use crate::document::{OneOrMany, TextOr, table, words};

table! {
    /// What revokes, beside the dates.
    RevocationTable {
        /// A file with the certificates and keys that the operator refuses.
        deny_list: PathValue,
        /// Revocation lists: files and directories. From the first one on, a client that no current list covers is
        /// refused.
        crls: OneOrMany<TextOr<CrlTable>>,
        /// Which certificates of a path a list must cover.
        scope: ScopeWord,
        /// What becomes of clients that no current list covers, by the label of their anchor.
        policy: BTreeMap<String, RevocationPolicyTable>,
    }
}

table! {
    /// Where revocation lists are: exactly one of path and env.
    CrlTable {
        /// A file or directory.
        path: String,
        /// The environment variable that holds the path.
        env: String,
        /// Accepts lists of version 2 without a number.
        allow_missing_number: bool,
    }
}

table! {
    /// What is tolerated for want of a current list.
    #[expect(clippy::struct_field_names, reason = "what loosens a check is named so")]
    RevocationPolicyTable {
        /// Lets a list speak for this long after its next update.
        allow_stale_for_seconds: u64,
        /// Lets a list speak for ever.
        allow_stale: bool,
        /// Accepts clients that no list covers.
        allow_no_source: bool,
    }
}

words! {
    /// Certificates of a path.
    ScopeWord {
        /// The client's own.
        "end-entity" => EndEntity,
        /// Every certificate but the anchor.
        "whole-path" => WholePath,
    }
}
