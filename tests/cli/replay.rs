//! `client-cert replay`.

use std::fmt::Write as _;
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tower_client_cert::{Audit, AuditLost, AuditRecord, AuditSink};

use crate::layer::{self, Answer};
use crate::program::{Ran, run, run_with_input};
use crate::support::pki::{Shape, days};
use crate::world::{AT, Asked, USUAL, World, with};

/// A request as a recording has it.
fn record(asked: &Asked) -> Value {
    let headers: Vec<_> = asked.lines.iter().map(|(name, value)| json!([name, value])).collect();
    json!({ "peer": asked.peer, "method": asked.method, "path": asked.path, "headers": headers, "time": AT })
}

fn recording(requests: &[Asked]) -> String {
    requests.iter().fold(String::new(), |mut text, asked| {
        writeln!(text, "{}", record(asked)).unwrap();
        text
    })
}

fn answers(ran: &Ran) -> Vec<Value> {
    ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// One request for each verdict, and several reasons.
fn mixed(world: &World) -> Vec<Asked> {
    vec![
        world.good(),
        Asked::new(&[]),
        world.good().from("192.0.2.7"),
        world.leaf(&Shape::partner().valid(days(-60), days(-30))),
        Asked::header("garbage"),
        world.leaf(&Shape::partner().purposes(&[])),
        world.good().path("/restricted/file"),
    ]
}

#[tokio::test]
async fn each_line_is_judged_as_the_layer_judges_it() {
    let world = World::new();
    let config = world.directory.write("client-cert.toml", USUAL);
    let requests = mixed(&world);
    let path = world.write("recording.jsonl", recording(&requests));
    let ran = run(["replay", "--config", config.to_str().unwrap(), &path]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let answers = answers(&ran);
    assert_eq!(answers.len(), requests.len());
    for (index, (asked, answer)) in requests.iter().zip(&answers).enumerate() {
        assert_eq!(answer["line"], index + 1);
        match layer::ask(&config, asked).await {
            Answer::Accepted => assert_eq!(answer["verdict"], "accepted"),
            Answer::Anonymous => assert_eq!(answer["verdict"], "anonymous"),
            Answer::Refused(reason, status) => {
                assert_eq!((&answer["verdict"], &answer["status"]), (&json!("refused"), &json!(status)));
                assert_eq!(answer["reason"], reason.code());
            }
        }
    }
    assert_eq!(answers[0]["subject"], "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH");
    assert_eq!((&answers[0]["anchor"], &answers[0]["gateway"]), (&json!("ours"), &json!("nginx")));
    for line in ["7 requests", "2  accepted", "2  anonymous", "1  refused: expired", "1  refused: not-for-client-use"] {
        assert!(ran.stderr.contains(line), "{line}: {}", ran.stderr);
    }
}

#[test]
fn against_another_configuration_only_what_changes_is_told() {
    let world = World::new();
    let present = world.write("client-cert.toml", USUAL);
    let rule = "[[rule]]\npath = \"/restricted/**\"\norganization = \"Somebody Else\"\n[[rule]]\npath = \"/**\"\npublic = true\n";
    let loosened = USUAL.replace("label = \"ours\"", "label = \"ours\"\nallow_missing_client_auth = true");
    let next = world.write("next.toml", format!("{loosened}{rule}"));
    let recording = recording(&mixed(&world));
    let compare = |config: &str, against: &str| {
        run_with_input(["replay", "--config", config, "--against", against], recording.as_bytes())
    };
    let ran = compare(&present, &next);
    assert_eq!(ran.status, 1, "{ran:?}");
    let changes = answers(&ran);
    assert_eq!(changes.len(), 2, "{changes:#?}");
    assert_eq!(changes[0]["line"], 6);
    assert_eq!(changes[0]["config"]["reason"], "not-for-client-use");
    assert_eq!(changes[0]["against"]["verdict"], "accepted");
    assert_eq!((&changes[1]["line"], &changes[1]["path"]), (&json!(7), &json!("/restricted/file")));
    assert_eq!(changes[1]["against"]["reason"], "rule-denied");
    assert_eq!(changes[1]["peer"], "10.1.0.4");
    for line in [
        "7 requests, 2 with another verdict",
        "1  accepted -> refused: rule-denied",
        "1  refused: not-for-client-use -> accepted",
    ] {
        assert!(ran.stderr.contains(line), "{line}: {}", ran.stderr);
    }
    let same = compare(&present, &present);
    assert_eq!((same.status, same.stdout.as_str()), (0, ""), "{same:?}");
    assert!(same.stderr.contains("7 requests, 0 with another verdict"));
}

#[test]
fn another_anchor_for_the_same_client_is_a_change() {
    let world = World::new();
    let present = world.write("client-cert.toml", USUAL);
    let renamed = world.write("next.toml", USUAL.replace("\"ours\"", "\"theirs\""));
    let line = recording(&[world.good()]);
    let ran = run_with_input(["replay", "--config", &present, "--against", &renamed], line.as_bytes());
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("1  accepted, by another gateway, anchor or status"), "{}", ran.stderr);
}

#[test]
fn each_record_is_judged_by_its_own_time_unless_one_is_given() {
    let world = World::new();
    let config = world.write("client-cert.toml", USUAL);
    let mut early = record(&world.leaf(&Shape::partner().valid(days(-20), days(-10))));
    early["time"] = json!("2026-02-14T00:00:00Z");
    let mut late = early.clone();
    late["time"] = json!(AT);
    let lines = format!("{early}\n{late}\n\n{early}\n");
    let verdicts = |more: &[&str]| {
        let ran = run_with_input(["replay", "--config", &config].iter().chain(more), lines.as_bytes());
        answers(&ran).iter().map(|answer| answer["verdict"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(verdicts(&[]), ["accepted", "refused", "accepted"]);
    assert_eq!(verdicts(&["--at", AT]), ["refused", "refused", "refused"]);
    let last = answers(&run_with_input(["replay", "--config", &config], lines.as_bytes())).pop().unwrap();
    assert_eq!(last["line"], 4, "an empty line is counted");
}

#[test]
fn records_may_be_spelled_as_people_and_audit_logs_spell_them() {
    let world = World::new();
    let config = world.write("client-cert.toml", USUAL);
    let asked = world.good();
    let value = &asked.lines[0].1;
    let plain = record(&asked);
    let lines = [
        json!({ "version": 1, "decision": "accepted", "replay": plain }),
        json!({ "peer": "10.1.0.4", "path": "/", "headers": { "X-Client-Cert": value }, "time": AT, "more": [1] }),
        json!({ "peer": "10.1.0.4:443", "path": "/", "headers": { "x-client-cert": [value] }, "time": AT }),
        json!({ "peer": "unix socket of uid 33", "path": "/", "headers": [], "time": AT }),
        json!({ "peer": null, "path": "/", "headers": [["x-odd", "\u{e9}\u{ff}"]], "time": AT }),
    ];
    let text = lines.map(|line| line.to_string()).join("\n");
    let verdicts: Vec<_> = answers(&run_with_input(["replay", "--config", &config, "-"], text.as_bytes()))
        .iter()
        .map(|answer| answer["verdict"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(verdicts, ["accepted", "accepted", "accepted", "anonymous", "anonymous"]);
}

/// Keeps audit records as the lines of a file would have them.
#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<String>>);

impl AuditSink for Kept {
    fn record(&self, record: AuditRecord) -> Result<(), AuditLost> {
        writeln!(self.0.lock().unwrap(), "{}", serde_json::to_string(&record).unwrap()).unwrap();
        Ok(())
    }
}

#[tokio::test]
async fn the_audit_records_of_a_layer_replay_to_the_decisions_they_record() {
    let world = World::new();
    let config = world.directory.write("client-cert.toml", USUAL);
    let kept = Kept::default();
    let sink = kept.clone();
    let audited = layer::read(&config)
        .customized(move |builder| builder.audit(Audit::new(sink.clone()).record_requests()))
        .build()
        .unwrap();
    for asked in mixed(&world) {
        layer::send(&audited, &asked).await;
    }
    let records = kept.0.lock().unwrap().clone();
    let ran = run_with_input(["replay", "--config", config.to_str().unwrap()], records.as_bytes());
    assert_eq!(ran.status, 0, "{ran:?}");
    let answers = answers(&ran);
    assert_eq!(answers.len(), mixed(&world).len());
    for (record, answer) in records.lines().zip(&answers) {
        let record: Value = serde_json::from_str(record).unwrap();
        assert_eq!(record["decision"], answer["verdict"]);
        assert_eq!(record["reason"], answer["reason"]);
    }
}

#[test]
fn where_the_audit_has_a_gap_the_rest_is_judged_and_the_gap_told() {
    let world = World::new();
    let config = world.write("client-cert.toml", USUAL);
    let good = record(&world.good());
    let gap = |lost: u64| json!({ "version": 1, "time": AT, "decision": "lost", "lost": lost, "since": AT });
    let lines = format!("{good}\n{}\n{good}\n{}\n", gap(3), gap(4));
    let ran = run_with_input(["replay", "--config", &config], lines.as_bytes());
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(answers(&ran).iter().map(|answer| answer["line"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 3]);
    assert!(ran.stderr.contains("missing: 7 requests that the audit has no record of"), "{}", ran.stderr);
    // A request is one, whatever else stands beside it.
    let mut odd = good.clone();
    odd["lost"] = json!(1);
    let ran = run_with_input(["replay", "--config", &config], odd.to_string().as_bytes());
    assert_eq!((answers(&ran).len(), ran.stderr.contains("missing")), (1, false), "{ran:?}");
}

#[test]
fn a_line_that_is_no_record_is_told_by_its_number() {
    let world = World::new();
    let config = world.write("client-cert.toml", USUAL);
    let good = record(&Asked::new(&[])).to_string();
    let no_name = r#"{"peer":"::1","path":"/","headers":[["a b","c"]]}"#;
    let beyond_bytes = "{\"path\":\"/\",\"headers\":[[\"a\",\"\u{20ac}\"]]}";
    for (line, problem) in [
        ("{", "it is no record: EOF"),
        ("[]", "it is no record"),
        ("null", "it is no record"),
        (r#"{"peer":"::1","path":"/"}"#, "it has no headers"),
        (r#"{"peer":"::1","headers":[]}"#, "it has no path"),
        (r#"{"peer":"gateway","path":"/","headers":[]}"#, "gateway is no peer"),
        (r#"{"path":"a b","headers":[]}"#, "a b is no path"),
        (r#"{"path":"/","method":"<","headers":[]}"#, "< is no method"),
        (r#"{"path":"/","headers":[],"time":"noon"}"#, "noon is no time"),
        (no_name, "the header a b is no header line"),
        (beyond_bytes, "the header a is no header line"),
    ] {
        let ran = run_with_input(["replay", "--config", &config], format!("{good}\n{line}\n{good}\n").as_bytes());
        assert_eq!(ran.status, 2, "{line}: {ran:?}");
        assert_eq!(ran.stderr.lines().count(), 1, "{line}: {ran:?}");
        assert!(ran.stderr.contains("line 2 of standard input: ") && ran.stderr.contains(problem), "{line}: {ran:?}");
    }
    let headers = vec![json!(["x-a", ""]); 1001];
    let many = json!({ "path": "/", "headers": headers }).to_string();
    run_with_input(["replay", "--config", &config], many.as_bytes()).is_trouble("it has more than 1000 header lines");
    let long = format!("{good}\n{}\n", " ".repeat(1024 * 1024 + 1));
    run_with_input(["replay", "--config", &config, "--against", &config], long.as_bytes())
        .is_trouble("line 2 of standard input: it is longer than 1048576 bytes");
    run(["replay", "--config", &config, "/no/such/recording"]).is_trouble("/no/such/recording cannot be read");
    run(["replay", "--config", &config, world.directory.path().to_str().unwrap()]).is_trouble("cannot be read");
    run(["replay", "--config", "/no/such/config"]).is_trouble("/no/such/config");
    let wrong = world.write("wrong.toml", with("[limits]\nmax_header_bytes = 0"));
    run(["replay", "--config", &config, "--against", &wrong]).is_trouble("max_header_bytes");
}

#[test]
fn a_record_may_have_1000_header_lines_and_1048576_bytes() {
    let world = World::new();
    let config = world.write("client-cert.toml", USUAL);
    let lines = vec![json!(["x-a", ""]); 1000];
    let line = json!({ "peer": "10.1.0.4", "path": "/", "headers": lines, "time": AT }).to_string();
    let padded = format!("{line}{}\n", " ".repeat(1_048_575 - line.len()));
    let ran = run_with_input(["replay", "--config", &config], padded.as_bytes());
    assert_eq!(ran.stdout, "{\"line\":1,\"verdict\":\"anonymous\"}\n");
    assert_eq!((ran.status, ran.stderr.as_str()), (0, "1 requests\n           1  anonymous\n"));
    let longer = format!(" {padded}");
    run_with_input(["replay", "--config", &config], longer.as_bytes()).is_trouble("longer than 1048576 bytes");
}

#[test]
fn a_change_and_the_summary_tell_all_there_is() {
    let world = World::new();
    let config = world.write("client-cert.toml", USUAL);
    let lists = "[[revocation.fetched_crls]]\nurls = [\"http://crl.ca.test/1.crl\", \"http://crl.ca.test/2.crl\"]";
    let next = world.write("next.toml", with(lists));
    let mut asked = record(&world.good().path("/restricted"));
    asked["method"] = json!("POST");
    let input = format!("{asked}\n{}\n", record(&Asked::new(&[])));
    let ran = run_with_input(["replay", "--config", &config, "--against", &next], input.as_bytes());
    let expected = json!({
        "line": 1,
        "peer": "10.1.0.4",
        "method": "POST",
        "path": "/restricted",
        "config": {
            "verdict": "accepted",
            "gateway": "nginx",
            "anchor": "ours",
            "subject": "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH",
        },
        "against": { "verdict": "refused", "reason": "revocation-no-source", "status": 503 },
    });
    assert_eq!(answers(&ran), [expected]);
    assert_eq!(
        ran.stderr,
        "2 requests, 1 with another verdict\n           1  accepted -> refused: revocation-no-source\n\
         offline: 2 addresses not asked; what would come from there counts as not to be had\n"
    );
    assert_eq!(ran.status, 1);
}

/// More lines than fit into the memory that it is given.
#[test]
#[cfg(target_os = "linux")]
fn memory_does_not_grow_with_the_recording() {
    let world = World::new();
    let config = world.write("client-cert.toml", USUAL);
    let mut asked = Asked::new(&[]);
    asked.lines.push(("x-padding".to_owned(), "x".repeat(8 * 1024)));
    let line = record(&asked).to_string() + "\n";
    let recording = world.write("recording.jsonl", line.repeat(4_500));
    let script = format!(
        "ulimit -v {LIMIT_KILOBYTES} && exec {} replay --config {config} {recording}",
        env!("CARGO_BIN_EXE_client-cert")
    );
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    assert!(told.contains("4500 requests"), "{told}");
    assert!(std::fs::metadata(&recording).unwrap().len() > LIMIT_KILOBYTES * 1024);
}

/// Address space, which the program's own code and libraries are in, too.
#[cfg(target_os = "linux")]
const LIMIT_KILOBYTES: u64 = 35_000;
