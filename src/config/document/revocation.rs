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
        /// Files and directories with OCSP answers that somebody else fetched.
        ocsp_answers: OneOrMany<TextOr<OcspAnswersTable>>,
        /// The longest that an OCSP answer says that a certificate is good, from its issue on.
        max_ocsp_age_seconds: u64,
        /// As `max_ocsp_age_seconds`, for answers without a next update.
        max_ocsp_age_without_next_update_seconds: u64,
        /// The most certificates whose OCSP status is kept.
        max_ocsp_certificates: usize,
        /// Which kinds of sources must say that a certificate is good; by default every kind that is configured.
        mode: ModeWord,
        /// Which certificates of a path a source must cover.
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
        /// Accepts clients of whom no responder has ever given a usable answer.
        allow_unavailable: bool,
    }
}

table! {
    /// Where OCSP answers are: exactly one of path and env.
    OcspAnswersTable {
        /// A file or directory.
        path: String,
        /// The environment variable that holds the path.
        env: String,
        /// A file with the certificate by whose key alone answers are believed, whoever issued it.
        signed_by: PathValue,
    }
}

words! {
    /// Which sources are asked.
    ModeWord {
        /// A list and a responder.
        "both" => Both,
        /// A list.
        "crl" => Crl,
        /// A list, and where it says nothing, a responder.
        "crl-first" => CrlFirst,
        /// A responder.
        "ocsp" => Ocsp,
        /// A responder, and where it says nothing, a list.
        "ocsp-first" => OcspFirst,
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
