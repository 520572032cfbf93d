use super::PathValue;
use crate::document::{OneOrMany, table};

table! {
    /// A set of trust anchors, from exactly one of file, directory and pem, with what holds for this set alone.
    AnchorsTable {
        /// A file with PEM blocks, or with one DER certificate.
        file: PathValue,
        /// A directory; of it every `.pem`, `.crt`, `.cer` and `.der`.
        directory: PathValue,
        /// PEM blocks.
        pem: String,
        /// The name by which rules, policies and logs know these anchors.
        label: String,
        /// A note kept with these anchors: a ticket, a contact, an end.
        comment: String,
        /// The SPIFFE trust domain of which these anchors are the bundle.
        trust_domain: String,
        /// Holds all that is issued below to RFC 5280 by the letter.
        strict_profile: bool,
        /// Accepts clients that name anyExtendedKeyUsage in place of clientAuth.
        allow_any_purpose: bool,
        /// Accepts clients without an extended key usage extension.
        allow_missing_client_auth: bool,
        /// Accepts clients whose key usage lacks digitalSignature.
        allow_missing_digital_signature: bool,
        /// Accepts RSA keys whose size in bits is no multiple of 8.
        allow_uneven_rsa_size: bool,
        /// Accepts certificates of version 1 as anchors.
        allow_v1_anchor: bool,
    }
}

table! {
    /// Certificates, from exactly one of file, directory and pem.
    CertificatesTable {
        /// A file with PEM blocks, or with one DER certificate.
        file: PathValue,
        /// A directory; of it every `.pem`, `.crt`, `.cer` and `.der`.
        directory: PathValue,
        /// PEM blocks.
        pem: String,
    }
}

table! {
    /// Certificates and keys that are accepted in place of a path, by SHA-256.
    PinnedTable {
        /// Whole certificates.
        certificates: OneOrMany<String>,
        /// Public keys (`SubjectPublicKeyInfo`). Names in their certificates prove nothing.
        public_keys: OneOrMany<String>,
        /// The name by which logs know these pins.
        label: String,
        /// Accepts them outside of their dates too.
        allow_expired: bool,
        /// Accepts them although they say that they are an authority's.
        allow_ca_certificate: bool,
    }
}

table! {
    /// Certificates and keys that are required beside a path, by SHA-256.
    PinnedBesideTable {
        /// Whole certificates.
        certificates: OneOrMany<String>,
        /// Public keys (`SubjectPublicKeyInfo`).
        public_keys: OneOrMany<String>,
    }
}
