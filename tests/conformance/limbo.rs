//! x509-limbo: the cases for client certificates, each through the layer.
//!
//! The suite is not part of this crate; `X509_LIMBO_JSON` names its file. Where the outcome differs from the suite's,
//! `limbo-exceptions.json` must say why; a difference without a reason and a reason without a difference both fail.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs::File;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use serde_json::Value;
use tower_client_cert::{RevocationLists, RevocationScope, TrustAnchors};

use crate::layer::{self, Verdict};
use crate::support::programs;

/// One case of the suite.
struct Case {
    id: String,
    suite: String,
    class: String,
    is_accepted: bool,
    /// Lists that the status of every certificate must be known from; `None` where revocation is not asked.
    crls: Option<Vec<Vec<u8>>>,
    max_intermediates: Option<usize>,
    now: SystemTime,
    anchors: Vec<Vec<u8>>,
    /// The leaf, then the candidates for its path.
    chain: Vec<Vec<u8>>,
}

/// The two ways in which the suite is run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Default,
    StrictProfile,
}

impl Mode {
    fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::StrictProfile => "strict-profile",
        }
    }
}

#[test]
fn every_difference_from_x509_limbo_has_a_reason_by_default() {
    run(Mode::Default);
}

#[test]
fn every_difference_from_x509_limbo_has_a_reason_with_the_strict_profile() {
    run(Mode::StrictProfile);
}

fn run(mode: Mode) {
    let Some(cases) = cases() else { return };
    let exceptions = exceptions(mode);
    let mut unexplained = Vec::new();
    let mut differing = BTreeSet::new();
    let mut table = BTreeMap::<&str, Tally>::new();
    for case in &cases {
        let (verdict, cpu) = verdict(case, mode);
        if cpu > MAX_CPU_TIME {
            unexplained.push(format!("{}: took {cpu:?} of CPU", case.id));
        }
        if case.suite == TABULATED {
            table.entry(&case.class).or_default().count(case, &verdict);
        }
        if verdict.is_accepted() == case.is_accepted || case.class == NOT_SCORED {
            continue;
        }
        differing.insert(case.id.as_str());
        if !exceptions.contains_key(&case.id) {
            unexplained.push(format!("{} ({}): {verdict}", case.id, case.class));
        }
    }
    for (class, tally) in table.iter().filter(|(class, _)| **class != NOT_SCORED) {
        eprintln!("{:14} {class:14} {tally}", mode.name());
        let documented = documented(class, mode);
        if documented != tally.to_string() {
            unexplained.push(format!("docs/validation.md has {documented:?} for {class}, found {tally}"));
        }
    }
    for id in exceptions.keys().filter(|id| !differing.contains(id.as_str())) {
        unexplained.push(format!("{id}: is excepted, but there is no difference"));
    }
    assert!(unexplained.is_empty(), "{} differences:\n{}", unexplained.len(), unexplained.join("\n"));
    for (class, false_accepts) in goals(mode) {
        let found = table.get(class).map_or(0, |tally| tally.false_accepts);
        assert!(found <= *false_accepts, "{class}: {found} false accepts, expected at most {false_accepts}");
    }
}

/// What the documentation's table says of a class, but for the cases that are not run.
fn documented(class: &str, mode: Mode) -> String {
    let row = VALIDATION.lines().find_map(|line| line.strip_prefix(&format!("| {class} | "))).unwrap();
    let cell = row.split(" | ").nth(if mode == Mode::Default { 1 } else { 2 }).unwrap();
    cell.split(',').next().unwrap().to_owned()
}

/// The most false accepts per class.
fn goals(mode: Mode) -> &'static [(&'static str, usize)] {
    match mode {
        Mode::Default => &[("core", 2), ("crypto-policy", 0), ("max-depth", 0), ("anchor-profile", 9), ("dos", 0)],
        Mode::StrictProfile => {
            &[("core", 2), ("crypto-policy", 0), ("max-depth", 0), ("anchor-profile", 4), ("profile", 8), ("dos", 0)]
        }
    }
}

/// Shown as in the documentation: how many are right, with false accepts and false rejects.
#[derive(Default)]
struct Tally {
    right: usize,
    false_accepts: usize,
    false_rejects: usize,
}

impl Tally {
    fn count(&mut self, case: &Case, verdict: &Verdict) {
        match (case.is_accepted, verdict.is_accepted()) {
            (true, false) => self.false_rejects += 1,
            (false, true) => self.false_accepts += 1,
            _ => self.right += 1,
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { right, false_accepts, false_rejects } = self;
        match (false_accepts, false_rejects) {
            (0, 0) => write!(f, "{right}"),
            _ => write!(f, "{right} ({false_accepts}/{false_rejects})"),
        }
    }
}

fn verdict(case: &Case, mode: Mode) -> (Verdict, Duration) {
    let in_mode = |anchors: TrustAnchors| match mode {
        Mode::Default => anchors,
        Mode::StrictProfile => anchors.strict_profile(),
    };
    // An anchor that cannot be used fails the build, and the error names it; so the operator leaves it out.
    let mut usable: Vec<_> = case.anchors.iter().map(Vec::as_slice).collect();
    if usable.len() > 1 {
        usable.retain(|der| layer::anchors([*der]).is_ok_and(|anchor| layer::can_be_built(in_mode(anchor), case.now)));
    }
    let anchors = layer::anchors(usable).map(in_mode);
    let builder = anchors.map(|anchors| {
        let mut builder = layer::builder(anchors, case.now);
        for list in case.crls.iter().flatten() {
            builder = builder.crls(RevocationLists::from_octets(list.clone()));
        }
        if case.crls.is_some() {
            builder = builder.revocation_scope(RevocationScope::WholePath);
        }
        match case.max_intermediates {
            // The suite counts intermediates; the layer counts authorities, the anchor included.
            Some(intermediates) => builder.max_depth((intermediates + 1).min(layer::MAX_DEPTH)),
            None => builder,
        }
    });
    layer::send(builder, case.chain.iter().map(Vec::as_slice))
}

/// The cases that speak of client certificates; `None` where the suite is not there and need not be.
fn cases() -> Option<Vec<Case>> {
    let Some(path) = env::var_os("X509_LIMBO_JSON") else {
        programs::missing("X509_LIMBO_JSON does not name the file of x509-limbo");
        return None;
    };
    let suite: Value = serde_json::from_reader(GzDecoder::new(File::open(path).unwrap())).unwrap();
    let pool: Vec<Vec<u8>> =
        list(&suite, "pool").iter().map(|der| STANDARD.decode(der.as_str().unwrap()).unwrap()).collect();
    let cases: Vec<_> = list(&suite, "cases")
        .iter()
        .filter(|case| text(case, "suite") == "limbo-client" || text(case, "native_kind") == "CLIENT")
        .filter(|case| text(case, "purpose") == "clientAuth")
        .map(|case| Case::read(case, &pool))
        .collect();
    assert!(cases.len() >= MIN_CASES, "found {} cases, expected at least {MIN_CASES}", cases.len());
    Some(cases)
}

impl Case {
    fn read(case: &Value, pool: &[Vec<u8>]) -> Self {
        let seconds = Duration::from_secs(case["time"].as_u64().unwrap());
        let milliseconds = Duration::from_millis(case["time_ms"].as_u64().unwrap());
        let der = |index: &Value| pool[usize::try_from(index.as_u64().unwrap()).unwrap()].clone();
        let mut chain = vec![der(&case["leaf"])];
        chain.extend(list(case, "intermediates").iter().map(der));
        Self {
            id: text(case, "id").to_owned(),
            suite: text(case, "suite").to_owned(),
            class: text(case, "klass").to_owned(),
            is_accepted: text(case, "expected") == "accept",
            crls: (text(case, "revocation") != "none").then(|| list(case, "crls").iter().map(der).collect()),
            max_intermediates: case["max_depth"].as_u64().map(|depth| usize::try_from(depth).unwrap()),
            now: UNIX_EPOCH + seconds + milliseconds,
            anchors: list(case, "anchors").iter().map(der).collect(),
            chain,
        }
    }
}

/// Reasons for differences in this mode, by case.
fn exceptions(mode: Mode) -> BTreeMap<String, String> {
    let exceptions: Value = serde_json::from_str(include_str!("limbo-exceptions.json")).unwrap();
    let mut reasons = BTreeMap::new();
    for exception in exceptions.as_array().unwrap() {
        let reason = text(exception, "reason");
        assert!(!reason.is_empty(), "an exception needs a reason: {exception}");
        if !list(exception, "modes").iter().any(|name| name == mode.name()) {
            continue;
        }
        for id in list(exception, "cases") {
            let known = reasons.insert(id.as_str().unwrap().to_owned(), reason.to_owned());
            assert!(known.is_none(), "{id} is excepted twice");
        }
    }
    reasons
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap()
}

const VALIDATION: &str = include_str!("../../docs/validation.md");

/// The suite that the documentation's table is about; the other one holds some of its cases again.
const TABULATED: &str = "limbo-client";
/// Pairs in which two standards disagree; shown, not scored.
const NOT_SCORED: &str = "conflict";
/// CPU time of one request.
const MAX_CPU_TIME: Duration = Duration::from_millis(50);
/// Cases of the copy of the suite that the exceptions were written for.
const MIN_CASES: usize = 184;
