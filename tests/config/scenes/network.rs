//! Responders that are asked, lists that are fetched, and through what.

use std::time::Duration;

use tower_client_cert::ClientCertLayer;

use super::Set::{After, Swap};
use super::looks::Look::{Asks, Builds, Watches};
use super::looks::{LOOKS_AT_MOST, Watching, arrives, comes};
use super::stage::{Stage, verdict};
use super::{Scene, Set, scene};
use crate::scene::ask;

const ISSUED: &str = "accepted under ours";
const RESPONDER: Set =
    After("[revocation.http]\nallow_targets = \"127.0.0.0/8\"\n[[revocation.ocsp]]\nurl = \"http://SERVER/ocsp\"");
const LIST: Set = After(
    "[revocation.http]\nallow_targets = \"127.0.0.0/8\"\n[[revocation.fetched_crls]]\nurls = \"http://SERVER/good.crl\"",
);
const HANGING: Set = After(
    "[revocation.http]\nallow_targets = \"127.0.0.0/8\"\n\
     [[revocation.fetched_crls]]\nurls = [\"http://SERVER/hang\", \"http://SERVER/hang/too\"]",
);
const TARGETS: &str = "allow_targets = \"127.0.0.0/8\"";

pub(super) fn scenes() -> Vec<Scene> {
    let mut scenes = responders();
    scenes.extend(lists());
    scenes.extend(points());
    scenes.extend(client());
    scenes.extend(store());
    scenes
}

fn responders() -> Vec<Scene> {
    let asked = |leaf, line, seen| scene(leaf, After(line), Asks(Stage::partner), seen).given(RESPONDER);
    vec![
        scene("ResponderTable.url", Swap("/ocsp\"", "/ocsp-revoked\""), Asks(Stage::partner), [ISSUED, "revoked"])
            .given(RESPONDER),
        asked("ResponderTable.issuer", "issuer = \"theirs\"", [ISSUED, "revocation-no-source"]).given(Swap(
            "[[intermediates]]",
            "[[anchors]]\nfile = \"foreign.pem\"\nlabel = \"theirs\"\n[[intermediates]]",
        )),
        asked(
            "ResponderTable.issuer_subject",
            "issuer_subject = [{ attribute = \"CN\", value = \"Foreign Root\" }]",
            [ISSUED, "revocation-no-source"],
        ),
        // The server's answers carry no nonce.
        asked("ResponderTable.nonce", "nonce = \"require\"", [ISSUED, "revocation-unavailable"]),
        asked("ResponderTable.signed_by", "signed_by = \"foreign.pem\"", [ISSUED, "revocation-unavailable"]),
        scene(
            "ResponderTable.method",
            After("method = \"get\""),
            Watches(|stage, layer| {
                Box::pin(async {
                    ask(layer, stage.partner()).await;
                    stage.server.received()[0].method.clone()
                })
            }),
            ["POST", "GET"],
        )
        .given(RESPONDER),
        scene(
            "ResponderTable.cert_id_hash",
            After("cert_id_hash = \"sha256\""),
            Watches(|stage, layer| {
                Box::pin(async {
                    ask(layer, stage.partner()).await;
                    // id-sha256, 2.16.840.1.101.3.4.2.1.
                    let sha256 = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
                    let is_named_by =
                        stage.server.received()[0].body.windows(sha256.len()).any(|octets| octets == sha256);
                    is_named_by.to_string()
                })
            }),
            ["false", "true"],
        )
        .given(RESPONDER),
    ]
}

fn lists() -> Vec<Scene> {
    vec![
        scene("FetchedCrlsTable.urls", Swap("good.crl", "revoked.crl"), Watches(fetched), [ISSUED, "revoked"])
            .given(LIST),
        scene(
            "FetchedCrlsTable.allow_missing_number",
            After("allow_missing_number = true"),
            Watches(fetched),
            ["revocation-no-source", ISSUED],
        )
        .given(LIST)
        .given(Swap("good.crl", "unnumbered.crl")),
        scene(
            "FetchedCrlsTable.max_octets",
            After("max_octets = 10"),
            Watches(fetched),
            [ISSUED, "revocation-no-source"],
        )
        .given(LIST),
        scene(
            "FetchedCrlsTable.interval_seconds",
            After("interval_seconds = 60"),
            Watches(|stage, layer| {
                Box::pin(async {
                    fetched(stage, layer).await;
                    pass(Duration::from_secs(61)).await;
                    comes(|| stage.server.received().len() > 1).await.to_string()
                })
            }),
            ["false", "true"],
        )
        .given(LIST),
        scene(
            "FetchedCrlsTable.time_limit_seconds",
            After("time_limit_seconds = 1"),
            Watches(|stage, layer| {
                Box::pin(async {
                    arrives(|| !stage.server.received().is_empty()).await;
                    pass(Duration::from_secs(3)).await;
                    comes(|| layer.handle().counts().crl_fetch_failures() > 0).await.to_string()
                })
            }),
            ["false", "true"],
        )
        .given(HANGING),
    ]
}

/// Lists at the addresses that certificates name.
fn points() -> Vec<Scene> {
    const POINTS: Set = After(
        "[revocation.http]\nallow_targets = \"127.0.0.0/8\"\n\
         [[revocation.fetched_crls]]\nallow_distribution_points = \"SERVER\"",
    );
    vec![
        scene(
            "FetchedCrlsTable.allow_distribution_points",
            Swap("allow_distribution_points = \"SERVER\"", "allow_distribution_points = \"elsewhere.example\""),
            Asks(|stage| stage.pointing_to("/revoked.crl")),
            ["revoked", "revocation-no-source"],
        )
        .given(POINTS),
        scene(
            "FetchedCrlsTable.wait_milliseconds",
            After("wait_milliseconds = 10"),
            Watches(|stage, layer| {
                Box::pin(async {
                    let asking = ask(layer, stage.pointing_to("/hang"));
                    match tokio::time::timeout(LOOKS_AT_MOST, asking).await {
                        Ok(asked) => verdict(&asked),
                        Err(_) => "waits".to_owned(),
                    }
                })
            }),
            ["waits", "revocation-unavailable"],
        )
        .given(POINTS),
    ]
}

fn client() -> Vec<Scene> {
    vec![
        scene(
            "HttpTable.allow_targets",
            Swap("127.0.0.0/8", "10.20.0.5/32"),
            Watches(fetched),
            [ISSUED, "revocation-no-source"],
        )
        .given(LIST),
        scene(
            "HttpTable.https_roots",
            Swap(TARGETS, "allow_targets = \"127.0.0.0/8\"\nhttps_roots = [{ file = \"foreign.pem\" }]"),
            Builds,
            ["does not build", "builds"],
        )
        .given(LIST)
        .given(Swap("http://SERVER", "https://SERVER")),
        // The server never answers the first word of TLS.
        scene(
            "HttpTable.connect_timeout_milliseconds",
            Swap("connect_timeout_milliseconds = 50_000", "connect_timeout_milliseconds = 50"),
            Watches(|_, layer| {
                Box::pin(async { comes(|| layer.handle().counts().crl_fetch_failures() > 0).await.to_string() })
            }),
            ["false", "true"],
        )
        .given(HANGING)
        .given(Swap(
            TARGETS,
            "allow_targets = \"127.0.0.0/8\"\nhttps_roots = [{ file = \"foreign.pem\" }]\n\
             connect_timeout_milliseconds = 50_000",
        ))
        .given(Swap("http://SERVER", "https://SERVER"))
        .given(Swap("http://SERVER", "https://SERVER")),
        scene(
            "HttpTable.max_running",
            Swap(TARGETS, "allow_targets = \"127.0.0.0/8\"\nmax_running = 1"),
            Watches(|stage, _| Box::pin(async { comes(|| stage.server.received().len() > 1).await.to_string() })),
            ["true", "false"],
        )
        .given(HANGING),
        scene(
            "HttpTable.max_waiting",
            Swap("max_running = 1", "max_running = 1\nmax_waiting = 0"),
            Watches(|_, layer| {
                Box::pin(async { comes(|| layer.handle().counts().crl_fetch_failures() > 0).await.to_string() })
            }),
            ["false", "true"],
        )
        .given(HANGING)
        .given(Swap(TARGETS, "allow_targets = \"127.0.0.0/8\"\nmax_running = 1")),
    ]
}

fn store() -> Vec<Scene> {
    let both = Swap("\"http://SERVER/good.crl\"", "[\"http://SERVER/good.crl\", \"http://SERVER/foreign.crl\"]");
    vec![
        scene(
            "StoreTable.directory",
            After("[revocation.store]\ndirectory = \"kept\""),
            Watches(kept),
            ["0 kept", "1 kept"],
        )
        .given(LIST),
        scene("StoreTable.max_octets", After("max_octets = 100"), Watches(kept), ["1 kept", "0 kept"])
            .given(LIST)
            .given(After("[revocation.store]\ndirectory = \"kept\"")),
        scene("StoreTable.max_entries", After("max_entries = 1"), Watches(kept_of_two), ["2 kept", "1 kept"])
            .given(After("[[anchors]]\nfile = \"foreign.pem\""))
            .given(LIST)
            .given(both)
            .given(After("[revocation.store]\ndirectory = \"kept\"")),
    ]
}

/// The verdict on the partner when the first look at an address is over.
fn fetched<'a>(stage: &'a Stage, layer: &'a ClientCertLayer) -> Watching<'a> {
    Box::pin(async {
        let counts = || layer.handle().counts();
        arrives(|| counts().crl_fetches() + counts().crl_fetch_failures() > 0).await;
        verdict(&ask(layer, stage.partner()).await)
    })
}

fn kept<'a>(stage: &'a Stage, _: &'a ClientCertLayer) -> Watching<'a> {
    Box::pin(async {
        comes(|| stage.world.kept() > 0).await;
        format!("{} kept", stage.world.kept())
    })
}

fn kept_of_two<'a>(stage: &'a Stage, _: &'a ClientCertLayer) -> Watching<'a> {
    Box::pin(async {
        comes(|| stage.world.kept() > 1).await;
        format!("{} kept", stage.world.kept())
    })
}

/// Lets time pass that nobody waits for.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}
