//! The document as it stands, table by table.

mod certificates;
mod gateway;
mod requests;
pub(super) mod revocation;
mod validation;
mod value;

pub(super) use self::certificates::{AnchorsTable, CertificatesTable, PinnedBesideTable, PinnedTable};
pub(super) use self::gateway::{
    EncodingWord, GatewayCertificateTable, GatewayKind, GatewayTable, HeaderTable, SecretHeaderTable, StatusWord,
    UnixSocketTable, WayTable, XfccTable,
};
pub(super) use self::requests::{AdviceTable, AnswerTable, GrpcWord, LimitsTable, MemoryTable, RequestsTable};
pub(super) use self::revocation::{
    CrlTable, ModeWord, OcspAnswersTable, RevocationPolicyTable, RevocationTable, ScopeWord,
};
pub(super) use self::validation::{AttributeTable, KeyKindWord, PoliciesTable, ValidationTable};
pub(super) use self::value::{PathValue, SecretValue};
use crate::authorization::{RuleTable, TestTable};
use crate::document::table;

table! {
    /// The configuration of one `ClientCertLayer`.
    Document {
        /// Who may send certificates, and how each forwards them. At least one.
        gateway: Vec<GatewayTable>,
        /// The certificates at which a path may end.
        anchors: Vec<AnchorsTable>,
        /// Certificates of issuing authorities between clients and anchors.
        intermediates: Vec<CertificatesTable>,
        /// Certificates or keys that are accepted in place of a path.
        pinned: Vec<PinnedTable>,
        /// How paths are judged.
        validation: ValidationTable,
        /// Deny-list and revocation lists.
        revocation: RevocationTable,
        /// What is asked of requests before any rule.
        requests: RequestsTable,
        /// Bounds on what one request may ask for.
        limits: LimitsTable,
        /// What is remembered between requests.
        memory: MemoryTable,
        /// Other answers than the default ones, by reason code.
        answers: std::collections::BTreeMap<String, AnswerTable>,
        /// What becomes of advice.
        advice: AdviceTable,
        /// Who may ask for which path. As soon as there is one, paths without any are denied.
        rule: Vec<RuleTable>,
        /// What is asked of requests for paths that no rule names.
        otherwise: RuleTable,
        /// Tests of the rules, run whenever the file is read.
        test: Vec<TestTable>,
    }
}
