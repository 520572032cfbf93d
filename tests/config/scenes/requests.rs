//! What is asked of requests, what is answered, what is remembered, what is told.

use std::time::{Duration, SystemTime};

use http::{Method, Version};
use tower_client_cert::ClientCertLayer;
use tower_client_cert::evidence::{Check, Outcome};

use super::Set::{After, Swap};
use super::looks::Look::{Asks, Builds, Crowded, Logged, Shows, Watches};
use super::looks::Sent;
use super::stage::Stage;
use super::{Scene, Set, scene};
use crate::scene::{ask, request, with_certificate, with_chain};
use crate::support::pki::{Minted, Shape, days};

const ISSUED: &str = "accepted under ours";
const REQUIRED: Set = After("[requests]\nrequired = true");

pub(super) fn scenes() -> Vec<Scene> {
    let mut scenes = requests();
    scenes.extend(memory());
    scenes.extend(advice());
    scenes
}

fn requests() -> Vec<Scene> {
    vec![
        scene("RequestsTable.required", REQUIRED, Asks(nobody), ["anonymous", "certificate-missing"]),
        scene(
            "RequestsTable.except",
            After("except = \"/healthz\""),
            Asks(|stage| {
                let mut request = nobody(stage);
                *request.uri_mut() = "/healthz".parse().unwrap();
                request
            }),
            ["certificate-missing", "anonymous"],
        )
        .given(REQUIRED),
        scene(
            "RequestsTable.refuse_untrusted_header",
            After("[requests]\nrefuse_untrusted_header = true"),
            Asks(|stage| stage.partner_from("192.0.2.1")),
            ["anonymous", "untrusted-peer"],
        ),
        scene(
            "RequestsTable.re_emit_rfc9440",
            After("[requests]\nre_emit_rfc9440 = true"),
            Shows(Stage::partner, |asked| asked.seen.as_ref().unwrap().headers.contains_key("client-cert").to_string()),
            ["false", "true"],
        ),
        scene(
            "RequestsTable.warn_before_expiry_seconds",
            After("[requests]\nwarn_before_expiry_seconds = 864000"),
            Shows(
                |stage| with_certificate(&stage.issue(&Shape::partner().valid(days(-1), days(5)))),
                |asked| asked.header("client-certificate-expires").unwrap_or("not told").to_owned(),
            ),
            ["not told", "2026-03-06T12:00:00Z"],
        ),
        scene(
            "AnswerTable.status",
            After("[answers.certificate-missing]\nstatus = 418"),
            Shows(nobody, |asked| asked.status().to_string()),
            ["401", "418"],
        )
        .given(REQUIRED),
        scene(
            "AnswerTable.grpc",
            After("[answers.certificate-missing]\ngrpc = \"PERMISSION_DENIED\""),
            Shows(
                |stage| {
                    let mut request = nobody(stage);
                    *request.method_mut() = Method::POST;
                    *request.version_mut() = Version::HTTP_2;
                    request.headers_mut().insert("content-type", "application/grpc".parse().unwrap());
                    request
                },
                |asked| asked.header("grpc-status").unwrap_or_default().to_owned(),
            ),
            ["16", "7"],
        )
        .given(REQUIRED),
        scene(
            "LimitsTable.max_certificates",
            After("[limits]\nmax_certificates = 1"),
            Asks(|stage| with_chain(&[&stage.world.partner, &stage.world.intermediate])),
            [ISSUED, "too-many-certificates"],
        ),
        scene(
            "LimitsTable.max_concurrent_validations",
            Swap("max_concurrent_validations = 1", "max_concurrent_validations = 2"),
            Crowded,
            ["validation-busy", ISSUED],
        )
        .given(After("[limits]\nmax_concurrent_validations = 1\nmax_waiting_validations = 0")),
        scene(
            "LimitsTable.max_waiting_validations",
            After("max_waiting_validations = 0"),
            Crowded,
            ["waits", "validation-busy"],
        )
        .given(After("[limits]\nmax_concurrent_validations = 1")),
        scene(
            "LimitsTable.max_header_bytes",
            After("[limits]\nmax_header_bytes = 100"),
            Asks(Stage::partner),
            [ISSUED, "header-too-large"],
        ),
    ]
}

fn memory() -> Vec<Scene> {
    vec![
        scene(
            "MemoryTable.remember_nothing",
            After("[memory]\nremember_nothing = true"),
            Watches(|stage, layer| Box::pin(remembers(stage, layer, 1, 1))),
            ["remembers all", "validates again"],
        ),
        scene(
            "MemoryTable.max_verdict_age_seconds",
            After("[memory]\nmax_verdict_age_seconds = 10"),
            Watches(|stage, layer| Box::pin(remembers(stage, layer, 1, 20))),
            ["remembers all", "validates again"],
        ),
        scene(
            "MemoryTable.max_remembered_clients",
            After("[memory]\nmax_remembered_clients = 1"),
            Watches(|stage, layer| Box::pin(remembers(stage, layer, 20, 1))),
            ["remembers all", "validates again"],
        ),
        scene(
            "MemoryTable.max_remembered_bytes",
            After("[memory]\nmax_remembered_bytes = 5000"),
            Watches(|stage, layer| Box::pin(remembers(stage, layer, 20, 1))),
            ["remembers all", "validates again"],
        ),
    ]
}

/// Asks with so many clients, and once more after some seconds: was any validated again?
async fn remembers(stage: &Stage, layer: &ClientCertLayer, clients: usize, seconds: u64) -> String {
    let clients: Vec<_> = (0..clients).map(|_| stage.issue(&Shape::partner())).collect();
    let mut before = Vec::new();
    for client in &clients {
        before.push(validated_at(layer, client).await);
    }
    stage.clock.forward(seconds);
    for (client, before) in clients.iter().zip(before) {
        if validated_at(layer, client).await == before + Duration::from_secs(seconds) {
            return "validates again".to_owned();
        }
    }
    "remembers all".to_owned()
}

async fn validated_at(layer: &ClientCertLayer, client: &Minted) -> SystemTime {
    let asked = ask(layer, with_certificate(client)).await;
    match asked.identity().unwrap().evidence().outcome(Check::Path) {
        Some(Outcome::Passed { checked_at, .. }) => *checked_at,
        other => panic!("{other:?}"),
    }
}

fn advice() -> Vec<Scene> {
    vec![
        scene(
            "AdviceTable.acknowledged",
            After("[advice]\nacknowledged = \"client-header-passes\""),
            Logged,
            ["client-header-passes revocation-off", "revocation-off"],
        ),
        scene(
            "AdviceTable.strict",
            After("[advice]\nstrict = \"revocation-off\""),
            Builds,
            ["builds", "does not build"],
        ),
    ]
}

fn nobody(_: &Stage) -> Sent {
    request(&[])
}
