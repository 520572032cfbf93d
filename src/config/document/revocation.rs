use std::collections::BTreeMap;

use super::validation::AttributeTable;
use super::{CertificatesTable, PathValue};
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
        /// Responders that are asked about clients. The first that fits a certificate's issuer is asked about it.
        ocsp: Vec<ResponderTable>,
        /// Hosts, with a port or without, on which responders are asked that certificates name themselves. An authority
        /// under the anchors then chooses where requests are sent.
        allow_aia_responders: OneOrMany<String>,
        /// The longest that a client waits for a responder, which was never seen before.
        ocsp_wait_milliseconds: u64,
        /// The longest between two answers of a responder about one certificate.
        ocsp_refresh_interval_seconds: u64,
        /// Revocation lists that are fetched from addresses.
        fetched_crls: Vec<FetchedCrlsTable>,
        /// The client by which responders are asked and lists are fetched.
        http: HttpTable,
        /// Where fetched lists and answers are kept for other replicas, and over a restart.
        store: StoreTable,
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

table! {
    /// A responder, and how it is asked.
    ResponderTable {
        /// Its `http` or `https` address.
        url: String,
        /// The authority about whose certificates it is asked: the label of an anchor, `sha256:` with the fingerprint of a
        /// certificate, or `spki-sha256:` with that of a key. Without one, it is asked about every certificate.
        issuer: String,
        /// As `issuer`, by all attributes of the authority's subject in the order of the certificate.
        issuer_subject: Vec<AttributeTable>,
        /// How requests are sent.
        method: MethodWord,
        /// Whether requests carry a nonce.
        nonce: NonceWord,
        /// The hash by which certificates are named.
        cert_id_hash: HashWord,
        /// A file with the certificate by whose key alone answers are believed, whoever issued it.
        signed_by: PathValue,
    }
}

table! {
    /// Addresses of revocation lists, and how they are fetched.
    FetchedCrlsTable {
        /// `http` and `https` addresses of lists in DER or PEM; this, or `allow_distribution_points`.
        urls: OneOrMany<String>,
        /// Hosts, with a port or without, from which lists are fetched at the addresses that clients' certificates name. An
        /// authority under the anchors then chooses where requests are sent.
        allow_distribution_points: OneOrMany<String>,
        /// The longest that a client waits whose distribution point was never looked at.
        wait_milliseconds: u64,
        /// The longest between two looks at an address.
        interval_seconds: u64,
        /// The most octets at one address.
        max_octets: usize,
        /// How long one fetch may take.
        time_limit_seconds: u64,
        /// Accepts lists of version 2 without a number.
        allow_missing_number: bool,
        /// Another client than the one in `revocation.http`.
        http: HttpTable,
        /// Another store than the one in `revocation.store`.
        store: StoreTable,
    }
}

table! {
    /// A client that reaches the public internet, and what is named here. It uses no proxy.
    HttpTable {
        /// Ranges of addresses that may be reached although they are private, loopback or reserved.
        allow_targets: OneOrMany<String>,
        /// How long one attempt to connect may take.
        connect_timeout_milliseconds: u64,
        /// The most fetches at a time.
        max_running: usize,
        /// The most fetches that wait.
        max_waiting: usize,
        /// The authorities of servers with `https` addresses; without any, such addresses are refused.
        https_roots: Vec<CertificatesTable>,
    }
}

table! {
    /// A directory in which fetched revocation data is kept. What is in it is verified each time it is read.
    StoreTable {
        /// The directory; it is made if it is not there.
        directory: PathValue,
        /// The most octets of all entries together.
        max_octets: u64,
        /// The most entries.
        max_entries: usize,
    }
}

words! {
    /// How a responder is asked.
    MethodWord {
        /// In the address, which caches can answer.
        "get" => Get,
        /// In the body.
        "post" => Post,
    }
}

words! {
    /// Whether a request carries a nonce.
    NonceWord {
        /// None is sent.
        "off" => Off,
        /// An answer with another one is refused.
        "prefer" => Prefer,
        /// An answer must repeat it.
        "require" => Require,
    }
}

words! {
    /// A hash by which OCSP names certificates.
    HashWord {
        "sha1" => Sha1,
        "sha256" => Sha256,
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
