//! The file of audit records: rotation, a full disk, a full queue, and the end of the program.

use std::fs;
use std::io::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tower_client_cert::{Audit, AuditFile, AuditSink as _, ClientCertLayer, Reason};

use crate::audit_sink::Held;
use crate::scene::{ask, request, with_certificate};
use crate::support::pki::{Pki, Shape, days};
use crate::support::scratch::Scratch;
use crate::world::builder;

fn layer(pki: &Pki, file: &AuditFile) -> ClientCertLayer {
    builder(pki).audit(Audit::new(file.clone())).build().unwrap()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// Until the file could not be written.
fn until_in_trouble(file: &AuditFile) {
    let began = Instant::now();
    while file.trouble().is_none() {
        assert!(began.elapsed() < WAIT);
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Ample: a machine under load may take long to schedule the writer.
const WAIT: Duration = Duration::from_secs(30);

#[tokio::test]
async fn each_decision_is_a_line_and_a_file_that_was_there_is_kept() {
    let scratch = Scratch::new("audit");
    // The second line was cut short by the end of a machine.
    let path = scratch.write("audit.jsonl", "{\"before\":1}\n{\"cut\":");
    let (pki, file) = (Pki::new(), AuditFile::open(&path).unwrap());
    let layer = layer(&pki, &file);
    ask(&layer, with_certificate(&pki.good())).await;
    ask(&layer, request(&[])).await;
    assert!(file.flush(WAIT));
    let text = scratch.read("audit.jsonl");
    let (before, ours) = text.split_at(text.find("{\"cut\":\n").unwrap() + 8);
    assert!(before.starts_with("{\"before\":1}\n"));
    let decisions: Vec<_> = lines(ours).iter().map(|line| line["decision"].clone()).collect();
    assert_eq!(decisions, ["accepted", "anonymous"]);
}

#[cfg(unix)]
#[test]
fn a_file_that_is_made_can_be_read_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let scratch = Scratch::new("audit");
    let path = scratch.path().join("audit.jsonl");
    let _file = AuditFile::open(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let missing = AuditFile::open(scratch.path().join("no/such/directory")).unwrap_err();
    assert!(missing.to_string().contains("no/such/directory"), "{missing}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_was_rotated_away_is_made_anew() {
    let scratch = Scratch::new("audit");
    let path = scratch.path().join("audit.jsonl");
    let (pki, file) = (Pki::new(), AuditFile::open(&path).unwrap());
    let layer = layer(&pki, &file);
    ask(&layer, request(&[])).await;
    assert!(file.flush(WAIT));
    fs::rename(&path, scratch.path().join("audit.jsonl.1")).unwrap();
    ask(&layer, with_certificate(&pki.good())).await;
    assert!(file.flush(WAIT));
    assert_eq!(lines(&scratch.read("audit.jsonl.1")).len(), 1);
    assert_eq!(lines(&scratch.read("audit.jsonl"))[0]["decision"], "accepted");
    // As logrotate's create, which makes the next one itself.
    fs::rename(&path, scratch.path().join("audit.jsonl.2")).unwrap();
    fs::write(&path, "").unwrap();
    ask(&layer, request(&[])).await;
    assert!(file.flush(WAIT));
    assert_eq!(lines(&scratch.read("audit.jsonl.2")).len(), 1);
    assert_eq!(lines(&scratch.read("audit.jsonl"))[0]["decision"], "anonymous");
    // As its copytruncate.
    fs::write(&path, "").unwrap();
    file.reopen();
    ask(&layer, request(&[])).await;
    assert!(file.flush(WAIT));
    assert_eq!(lines(&scratch.read("audit.jsonl")).len(), 1);
}

#[tokio::test]
async fn a_file_that_is_opened_anew_goes_on_behind_what_somebody_left_unfinished() {
    let scratch = Scratch::new("audit");
    let path = scratch.path().join("audit.jsonl");
    let (pki, file) = (Pki::new(), AuditFile::open(&path).unwrap());
    let layer = layer(&pki, &file);
    ask(&layer, request(&[])).await;
    assert!(file.flush(WAIT));
    fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"cut\":").unwrap();
    file.reopen();
    ask(&layer, request(&[])).await;
    assert!(file.flush(WAIT));
    let text = scratch.read("audit.jsonl");
    let (before, behind) = text.split_once("{\"cut\":\n").unwrap_or_else(|| panic!("{text}"));
    assert_eq!((lines(before).len(), lines(behind).len()), (1, 1));
}

#[tokio::test]
async fn what_is_written_makes_room_in_the_queue() {
    let scratch = Scratch::new("audit");
    let path = scratch.path().join("audit.jsonl");
    let (pki, file) = (Pki::new(), AuditFile::open_with_limits(&path, 2 * 1024, 2).unwrap());
    let layer = layer(&pki, &file);
    for _ in 0..20 {
        ask(&layer, request(&[])).await;
        assert!(file.flush(WAIT));
    }
    assert_eq!((file.lost(), lines(&scratch.read("audit.jsonl")).len()), (0, 20));
}

#[test]
fn what_is_queued_is_written_when_the_last_clone_goes() {
    let scratch = Scratch::new("audit");
    let path = scratch.path().join("audit.jsonl");
    let pki = Pki::new();
    let layer = layer(&pki, &AuditFile::open(&path).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        for _ in 0..200 {
            ask(&layer, request(&[])).await;
        }
    });
    drop(layer);
    assert_eq!(lines(&scratch.read("audit.jsonl")).len(), 200);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_holds_up_nobody_and_what_is_lost_is_counted() {
    let pki = Pki::new();
    // Every write to this device fails with "no space left on device".
    let file = AuditFile::open_with_limits("/dev/full", 1024 * 1024, 10).unwrap();
    let layer = layer(&pki, &file);
    for _ in 0..50 {
        assert_eq!(ask(&layer, with_certificate(&pki.good())).await.status(), 200);
    }
    assert!(file.lost() >= 39 && file.lost() <= 40, "{}: ten are queued, one may be in the writer's hand", file.lost());
    assert_eq!(layer.handle().counts().audit_lost(), file.lost());
    assert!(!file.flush(Duration::from_millis(10)));
    let readiness = layer.handle().readiness();
    let [problem] = readiness.problems() else { panic!("{readiness:?}") };
    assert_eq!(problem.code(), "audit-failing");
    assert!(problem.to_string().contains("No space left on device"), "{problem}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_a_stranger_makes_long_takes_no_more_memory_than_the_limit() {
    let pki = Pki::new();
    let file = AuditFile::open_with_limits("/dev/full", 100 * 1024, 1_000).unwrap();
    let layer = layer(&pki, &file);
    let long = Shape::partner().valid(days(-60), days(-30)).extension(&[1, 2, 3, 4], &vec![0; 20 * 1024]);
    for _ in 0..20 {
        let asked = ask(&layer, with_certificate(&pki.issue(&long))).await;
        assert_eq!(asked.reason(), Some(Reason::Expired));
    }
    assert!(file.lost() >= 15, "{}: of 20 KiB each, no more than five are kept", file.lost());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn unless_told_otherwise_16_mebibytes_are_queued() {
    let (pki, held) = (Pki::new(), Held::default());
    let layer = builder(&pki).audit(Audit::new(held.clone())).build().unwrap();
    let mut long = request(&[]);
    *long.uri_mut() = format!("/{}", "a".repeat(65_000)).parse().unwrap();
    ask(&layer, long).await;
    let [record] = &held.all()[..] else { panic!("{held:?}") };
    let file = AuditFile::open("/dev/full").unwrap();
    let kept = (0..1_000).filter(|_| file.record(record.clone()).is_ok()).count();
    // 258 such paths, and a little around each of them.
    assert!((250..=258).contains(&kept), "{kept}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn where_it_is_required_a_full_disk_closes_the_service() {
    let pki = Pki::new();
    let file = AuditFile::open("/dev/full").unwrap();
    let layer = builder(&pki).audit(Audit::new(file.clone()).required()).build().unwrap();
    // The first is queued before anybody knows.
    ask(&layer, request(&[])).await;
    until_in_trouble(&file);
    let asked = ask(&layer, request(&[])).await;
    assert_eq!((asked.status(), asked.reason()), (503, Some(Reason::AuditUnavailable)));
    assert_eq!(layer.handle().counts().audit_lost(), 1, "that it was refused is queued");
}

#[cfg(unix)]
#[tokio::test]
async fn a_gap_is_a_line_of_its_own_once_there_is_room_again() {
    let scratch = Scratch::new("audit");
    let pki = Pki::new();
    let path = scratch.path().join("audit.jsonl");
    // A link to the full device, which is then set to a file: the disk that has room again.
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    let file = AuditFile::open_with_limits(&path, 1024 * 1024, 2).unwrap();
    let layer = layer(&pki, &file);
    let began = Instant::now();
    for _ in 0..10 {
        ask(&layer, request(&[])).await;
    }
    let lost = file.lost();
    assert!(lost >= 7, "{lost}");
    until_in_trouble(&file);
    fs::remove_file(&path).unwrap();
    assert!(file.flush(WAIT), "what was queued is tried again");
    assert!(began.elapsed() >= Duration::from_secs(1), "a second later, not again and again");
    let written = lines(&scratch.read("audit.jsonl"));
    let (gap, records) = written.split_last().unwrap();
    assert_eq!(u64::try_from(records.len()).unwrap(), 10 - lost);
    assert_eq!(
        *gap,
        json!({ "version": 1, "time": "2026-03-01T12:00:00Z", "decision": "lost", "lost": lost, "since": "2026-03-01T12:00:00Z" })
    );
    assert!(file.trouble().is_none());
}
