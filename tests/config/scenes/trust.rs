//! Anchors, intermediates, pins, and how paths are judged.

use rcgen::{ExtendedKeyUsagePurpose, KeyUsagePurpose, PKCS_ED25519, SanType};

use tower_client_cert::TrustedBy;

use super::Set::{After, Anchors, Swap};
use super::looks::Look::{Asks, Builds, Shows, Watches};
use super::looks::Sent;
use super::stage::{Stage, for_purposes};
use super::{Scene, Set, scene};
use crate::scene::with_certificate;
use crate::support::pki::{ForeignKey, Shape, days, seconds};

const ISSUED: &str = "accepted under ours";
const ALONE: Set = Swap("[[intermediates]]\nfile = \"intermediate.pem\"\n", "");
const FOREIGN: Set = After("[[anchors]]\nfile = \"foreign.pem\"\nlabel = \"theirs\"");

pub(super) fn scenes() -> Vec<Scene> {
    let mut scenes = anchors();
    scenes.extend(certificates());
    scenes.extend(pins());
    scenes.extend(validation());
    scenes
}

fn anchors() -> Vec<Scene> {
    let foreign = |leaf, tables, seen| scene(leaf, After(tables), Asks(foreigner), seen);
    vec![
        foreign("AnchorsTable.file", "[[anchors]]\nfile = \"foreign.pem\"", ["issuer-unknown", "accepted"]),
        foreign("AnchorsTable.directory", "[[anchors]]\ndirectory = \"more\"", ["issuer-unknown", "accepted"]),
        foreign("AnchorsTable.pem", "[[anchors]]\npem = '''\nFOREIGN_PEM'''", ["issuer-unknown", "accepted"]),
        scene(
            "AnchorsTable.label",
            Swap("\"theirs\"", "\"partners\""),
            Asks(foreigner),
            ["accepted under theirs", "accepted under partners"],
        )
        .given(FOREIGN),
        scene(
            "AnchorsTable.comment",
            Anchors("comment = \"a ticket\""),
            Watches(|_, layer| {
                Box::pin(async {
                    let comment = |entry: &tower_client_cert::PolicyEntry| {
                        entry.key().ends_with(".comment").then(|| entry.value().to_owned())
                    };
                    layer.handle().policy().entries().iter().find_map(comment).unwrap_or_default()
                })
            }),
            ["none", "a ticket"],
        ),
        scene(
            "AnchorsTable.trust_domain",
            Anchors("trust_domain = \"example.org\""),
            Asks(|stage| {
                let id = SanType::URI("spiffe://example.com/a".try_into().unwrap());
                with_certificate(&stage.issue(&Shape::partner().alternative_name(id)))
            }),
            [ISSUED, "trust-domain-unknown"],
        ),
        scene(
            "AnchorsTable.strict_profile",
            Anchors("strict_profile = true"),
            Asks(|stage| with_certificate(&stage.issue(&Shape::partner().without_key_identifiers()))),
            [ISSUED, "profile-violated"],
        ),
        scene(
            "AnchorsTable.allow_any_purpose",
            Anchors("allow_any_purpose = true"),
            Asks(|stage| for_purposes(stage, &[ExtendedKeyUsagePurpose::Any])),
            ["not-for-client-use", ISSUED],
        ),
        scene(
            "AnchorsTable.allow_missing_client_auth",
            Anchors("allow_missing_client_auth = true"),
            Asks(|stage| for_purposes(stage, &[])),
            ["not-for-client-use", ISSUED],
        ),
        scene(
            "AnchorsTable.allow_missing_digital_signature",
            Anchors("allow_missing_digital_signature = true"),
            Asks(|stage| with_certificate(&stage.issue(&Shape::partner().usages(&[KeyUsagePurpose::KeyAgreement])))),
            ["key-usage-unsuitable", ISSUED],
        ),
        scene(
            "AnchorsTable.allow_uneven_rsa_size",
            Anchors("allow_uneven_rsa_size = true"),
            Asks(|stage| {
                with_certificate(&stage.issue(&Shape::partner().foreign_key(ForeignKey::rsa(2052, 1, &[1, 0, 1]))))
            }),
            ["key-unacceptable", ISSUED],
        ),
        scene("AnchorsTable.allow_v1_anchor", After("allow_v1_anchor = true"), Builds, ["does not build", "builds"])
            .given(After("[[anchors]]\nfile = \"version-1.pem\"")),
    ]
}

fn certificates() -> Vec<Scene> {
    let known =
        |leaf, tables| scene(leaf, After(tables), Asks(Stage::partner), ["issuer-unknown", ISSUED]).given(ALONE);
    vec![
        known("CertificatesTable.file", "[[intermediates]]\nfile = \"more-intermediates.pem\""),
        known("CertificatesTable.directory", "[[intermediates]]\ndirectory = \"issuers\""),
        known("CertificatesTable.pem", "[[intermediates]]\npem = '''\nINTERMEDIATE_PEM'''"),
    ]
}

fn pins() -> Vec<Scene> {
    let beside = |leaf, from, to| scene(leaf, Swap(from, to), Asks(Stage::partner), [ISSUED, "not-pinned"]);
    vec![
        scene(
            "PinnedTable.certificates",
            After("[[pinned]]\ncertificates = \"FOREIGNER_SHA256\""),
            Asks(foreigner),
            ["issuer-unknown", "accepted"],
        ),
        scene(
            "PinnedTable.public_keys",
            After("[[pinned]]\npublic_keys = \"FOREIGNER_SPKI\""),
            Asks(foreigner),
            ["issuer-unknown", "accepted"],
        ),
        scene(
            "PinnedTable.label",
            After("label = \"registered\""),
            Shows(foreigner, |asked| match asked.identity().unwrap().trusted_by() {
                TrustedBy::Pin(pin) => pin.label().unwrap_or("no label").to_owned(),
                _ => "no pin".to_owned(),
            }),
            ["no label", "registered"],
        )
        .given(After("[[pinned]]\ncertificates = \"FOREIGNER_SHA256\"")),
        scene(
            "PinnedTable.allow_expired",
            After("allow_expired = true"),
            Asks(|stage| with_certificate(&stage.expired)),
            ["expired", "accepted"],
        )
        .given(After("[[pinned]]\ncertificates = \"EXPIRED_SHA256\"")),
        scene(
            "PinnedTable.allow_ca_certificate",
            After("allow_ca_certificate = true"),
            Asks(|stage| with_certificate(&stage.authority)),
            ["ca-certificate", "accepted"],
        )
        .given(After("[[pinned]]\ncertificates = \"AUTHORITY_SHA256\"")),
        beside("PinnedBesideTable.certificates", "PARTNER_SHA256", "FOREIGNER_SHA256")
            .given(After("[validation.only_pinned]\ncertificates = \"PARTNER_SHA256\"")),
        beside("PinnedBesideTable.public_keys", "PARTNER_SPKI", "FOREIGNER_SPKI")
            .given(After("[validation.only_pinned]\npublic_keys = \"PARTNER_SPKI\"")),
    ]
}

fn validation() -> Vec<Scene> {
    let refuses = |leaf, tables, code| scene(leaf, After(tables), Asks(Stage::partner), [ISSUED, code]);
    let named = |leaf, from, to| {
        let given = After("[validation]\nonly_issued_by_subject = [[{ attribute = \"CN\", value = \"Test Root\" }]]");
        scene(leaf, Swap(from, to), Asks(Stage::partner), [ISSUED, "issuer-not-allowed"]).given(given)
    };
    vec![
        scene(
            "ValidationTable.clock_skew_seconds",
            After("[validation]\nclock_skew_seconds = 60"),
            Asks(|stage| with_certificate(&stage.issue(&Shape::partner().valid(seconds(30), days(30))))),
            ["not-yet-valid", ISSUED],
        ),
        scene(
            "ValidationTable.min_rsa_bits",
            After("[validation]\nmin_rsa_bits = 3072"),
            Asks(|stage| {
                with_certificate(&stage.issue(&Shape::partner().foreign_key(ForeignKey::rsa(2048, 1, &[1, 0, 1]))))
            }),
            [ISSUED, "key-unacceptable"],
        ),
        scene(
            "ValidationTable.without_keys",
            After("[validation]\nwithout_keys = \"ed25519\""),
            Asks(|stage| {
                with_certificate(&stage.issue(&Shape::partner().foreign_key(ForeignKey::new(&PKCS_ED25519, &[4; 32]))))
            }),
            [ISSUED, "key-unacceptable"],
        ),
        refuses("ValidationTable.max_depth", "[validation]\nmax_depth = 1", "path-too-deep"),
        refuses("ValidationTable.max_lifetime_seconds", "[validation]\nmax_lifetime_seconds = 60", "lifetime-too-long"),
        scene(
            "ValidationTable.only_issued_by",
            After("[validation]\nonly_issued_by = \"theirs\""),
            Asks(Stage::partner),
            [ISSUED, "issuer-not-allowed"],
        )
        .given(FOREIGN),
        named("AttributeTable.attribute", "\"CN\"", "\"O\""),
        named("AttributeTable.value", "\"Test Root\"", "\"Test\""),
        refuses("PoliciesTable.all", "[[validation.required_policies]]\nall = \"1.2.3\"", "policy-missing"),
        refuses("PoliciesTable.any", "[[validation.required_policies]]\nany = \"1.2.3\"", "policy-missing"),
    ]
}

fn foreigner(stage: &Stage) -> Sent {
    with_certificate(&stage.world.foreigner)
}
