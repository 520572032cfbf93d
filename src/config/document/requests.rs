use crate::document::{OneOrMany, table, words};

table! {
    /// What is asked of requests before any rule, and what is handed on.
    RequestsTable {
        /// Refuses every request without a certificate.
        required: bool,
        /// Paths that may be asked for without one all the same.
        except: OneOrMany<String>,
        /// Refuses requests that carry the certificate header but do not come from a gateway.
        refuse_untrusted_header: bool,
        /// Hands the inner service a `Client-Cert` and a `Client-Cert-Chain` header, made anew.
        re_emit_rfc9440: bool,
        /// Tells clients in a header that their certificate expires within this time.
        warn_before_expiry_seconds: u64,
    }
}

table! {
    /// What is remembered between requests.
    MemoryTable {
        /// The most certificate headers that are remembered.
        max_remembered_clients: usize,
        /// The most bytes that they may take.
        max_remembered_bytes: usize,
        /// For how long a certificate is not validated again while nothing changes.
        max_verdict_age_seconds: u64,
        /// Validates the certificate of every request from the beginning.
        remember_nothing: bool,
    }
}

table! {
    /// Bounds on the work that requests make.
    #[expect(clippy::struct_field_names, reason = "they are the keys of the document")]
    LimitsTable {
        /// The most bytes of all certificate headers of a gateway together.
        max_header_bytes: usize,
        /// The most certificates in one request.
        max_certificates: usize,
        /// The most certificates that are validated at a time.
        max_concurrent_validations: usize,
        /// The most requests that wait for that.
        max_waiting_validations: usize,
    }
}

table! {
    /// What becomes of advice, by code.
    AdviceTable {
        /// Codes that are errors.
        strict: OneOrMany<String>,
        /// Codes that are logged no more.
        acknowledged: OneOrMany<String>,
    }
}

table! {
    /// The answer to one reason.
    AnswerTable {
        /// The HTTP status, from 400 to 599.
        status: u16,
        /// The gRPC code.
        grpc: GrpcWord,
    }
}

words! {
    /// A gRPC code.
    GrpcWord {
        "INTERNAL" => Internal,
        "INVALID_ARGUMENT" => InvalidArgument,
        "PERMISSION_DENIED" => PermissionDenied,
        "RESOURCE_EXHAUSTED" => ResourceExhausted,
        "UNAUTHENTICATED" => Unauthenticated,
        "UNAVAILABLE" => Unavailable,
    }
}
