//! Deny-list, lists and answers from files, and what is tolerated for want of them.

use super::Set::{After, Swap};
use super::looks::LOOKS_AT_MOST;
use super::looks::Look::{Asks, Builds, Watches};
use super::stage::{SECOND, Stage, verdict};
use super::{Scene, Set, scene};
use crate::scene::{ask, with_certificate};
use crate::support::pki::Shape;

const ISSUED: &str = "accepted under ours";
const ANSWERS: Set = After("[revocation]\nocsp_answers = \"good.der\"");

pub(super) fn scenes() -> Vec<Scene> {
    let mut scenes = lists();
    scenes.extend(answers());
    scenes.extend(policies());
    scenes
}

fn lists() -> Vec<Scene> {
    let revoked = |leaf, tables| scene(leaf, After(tables), Asks(Stage::partner), [ISSUED, "revoked"]);
    vec![
        scene(
            "RevocationTable.deny_list",
            After("[revocation]\ndeny_list = \"denied\""),
            Asks(Stage::partner),
            [ISSUED, "deny-listed"],
        ),
        revoked("RevocationTable.crls", "[revocation]\ncrls = \"revoked.crl\""),
        revoked("CrlTable.path", "[revocation]\ncrls = { path = \"revoked.crl\" }"),
        revoked("CrlTable.env", "[revocation]\ncrls = { env = \"CARGO_PKG_NAME\" }"),
        scene(
            "CrlTable.allow_missing_number",
            Swap("\"unnumbered.crl\"", "\"unnumbered.crl\", allow_missing_number = true"),
            Builds,
            ["does not build", "builds"],
        )
        .given(After("[revocation]\ncrls = { path = \"unnumbered.crl\" }")),
        scene(
            "RevocationTable.scope",
            After("scope = \"whole-path\""),
            Asks(Stage::partner),
            [ISSUED, "revocation-no-source"],
        )
        .given(After("[revocation]\ncrls = \"good.crl\"")),
        scene("RevocationTable.mode", After("mode = \"crl\""), Asks(Stage::partner), ["revocation-no-source", ISSUED])
            .given(After("[revocation]\ncrls = \"good.crl\"\nocsp_answers = \"others.der\"")),
    ]
}

fn answers() -> Vec<Scene> {
    let revoked = |leaf, tables| scene(leaf, After(tables), Asks(Stage::partner), [ISSUED, "revoked"]);
    vec![
        revoked("RevocationTable.ocsp_answers", "[revocation]\nocsp_answers = \"revoked.der\""),
        revoked("OcspAnswersTable.path", "[revocation]\nocsp_answers = { path = \"revoked.der\" }"),
        scene(
            "OcspAnswersTable.env",
            After("[revocation]\nocsp_answers = { env = \"CARGO_PKG_NAME\" }"),
            Builds,
            ["builds", "does not build"],
        ),
        scene(
            "OcspAnswersTable.signed_by",
            Swap("\"foreign.der\"", "\"foreign.der\", signed_by = \"foreign.pem\""),
            Builds,
            ["does not build", "builds"],
        )
        .given(After("[revocation]\nocsp_answers = { path = \"foreign.der\" }")),
        // Issued a day ago.
        scene(
            "RevocationTable.max_ocsp_age_seconds",
            After("max_ocsp_age_seconds = 60"),
            Asks(Stage::partner),
            [ISSUED, "revocation-stale"],
        )
        .given(ANSWERS),
        // Issued a minute ago.
        scene(
            "RevocationTable.max_ocsp_age_without_next_update_seconds",
            After("max_ocsp_age_without_next_update_seconds = 10"),
            Asks(Stage::partner),
            [ISSUED, "revocation-stale"],
        )
        .given(After("[revocation]\nocsp_answers = \"endless.der\"")),
        scene(
            "RevocationTable.max_ocsp_certificates",
            After("[revocation]\nmax_ocsp_certificates = 1"),
            Watches(|stage, layer| {
                Box::pin(async {
                    let second = stage.issue(&Shape::partner().serial(SECOND));
                    for client in [&stage.world.partner, &second, &stage.world.partner] {
                        ask(layer, with_certificate(client)).await;
                        // What is remembered of headers would hide what is remembered of certificates.
                        stage.clock.forward(1);
                    }
                    format!("{} questions", stage.server.received().len())
                })
            }),
            ["2 questions", "3 questions"],
        )
        .given(After(
            "[memory]\nremember_nothing = true\n[revocation.http]\nallow_targets = \"127.0.0.0/8\"\n\
                [[revocation.ocsp]]\nurl = \"http://SERVER/ocsp\"",
        )),
    ]
}

fn policies() -> Vec<Scene> {
    let tolerates = |leaf, option, given, code| {
        scene(leaf, After(option), Asks(Stage::partner), [code, ISSUED]).given(After(given))
    };
    vec![
        tolerates("RevocationPolicyTable.allow_no_source", "[revocation.policy.ours]\nallow_no_source = true",
            "[[anchors]]\nfile = \"foreign.pem\"\n[revocation]\ncrls = \"elsewhere.crl\"", "revocation-no-source"),
        tolerates("RevocationPolicyTable.allow_stale", "[revocation.policy.ours]\nallow_stale = true",
            "[revocation]\ncrls = \"stale.crl\"", "revocation-stale"),
        tolerates("RevocationPolicyTable.allow_stale_for_seconds",
            "[revocation.policy.ours]\nallow_stale_for_seconds = 172800",
            "[revocation]\ncrls = \"stale.crl\"", "revocation-stale"),
        tolerates("RevocationPolicyTable.allow_unavailable", "[revocation.policy.ours]\nallow_unavailable = true",
            "[revocation.http]\nallow_targets = \"127.0.0.0/8\"\n[[revocation.ocsp]]\nurl = \"http://SERVER/broken\"",
            "revocation-unavailable"),
        scene("RevocationTable.ocsp_wait_milliseconds", After("[revocation]\nocsp_wait_milliseconds = 10"), Watches(|stage, layer| {
            Box::pin(async {
                let asking = ask(layer, stage.partner());
                match tokio::time::timeout(LOOKS_AT_MOST, asking).await {
                    Ok(asked) => verdict(&asked),
                    Err(_) => "waits".to_owned(),
                }
            })
        }), ["waits", "revocation-unavailable"])
            .given(After("[revocation.http]\nallow_targets = \"127.0.0.0/8\"\n[[revocation.ocsp]]\nurl = \"http://SERVER/hang\"")),
        scene("RevocationTable.ocsp_refresh_interval_seconds", After("[revocation]\nocsp_refresh_interval_seconds = 7"), Watches(|stage, layer| {
            Box::pin(async {
                ask(layer, stage.partner()).await;
                stage.clock.forward(60);
                layer.handle().refresh_ocsp_answers().await;
                format!("{} questions", stage.server.received().len())
            })
        }), ["1 questions", "2 questions"])
            .given(After("[revocation.http]\nallow_targets = \"127.0.0.0/8\"\n[[revocation.ocsp]]\nurl = \"http://SERVER/ocsp\"")),
        scene("RevocationTable.allow_aia_responders", After("[revocation]\nallow_aia_responders = \"SERVER\""), Asks(|stage| {
            with_certificate(&stage.naming)
        }), ["revocation-no-source", "revoked"])
            .given(After("[revocation.http]\nallow_targets = \"127.0.0.0/8\"\n\
                [[revocation.ocsp]]\nurl = \"http://SERVER/ocsp\"\nissuer_subject = [{ attribute = \"CN\", value = \"Nobody\" }]")),
    ]
}
