//! The tables, and what breaks them.

use crate::crates::CRATES;
use crate::source;

/// One file below `src`.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// Below `src`, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// The top-level module: the first folder, or the file's own name.
    pub(crate) fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// Whether the file is that module, or is or lies in that one below `src`.
    fn is_in(&self, module: &str) -> bool {
        self.module() == module
            || self.path.strip_prefix(module).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    }

    fn is_test(&self) -> bool {
        self.path.split('/').any(|part| part == "tests" || part == "tests.rs")
    }

    /// How many `super::` lead out of the module.
    fn depth(&self) -> usize {
        self.path.trim_end_matches("/mod.rs").matches('/').count() + 1
    }
}

/// Which modules of the crate a module may name, from the beginning of the line to its end.
const MODULES: &[(&str, &[&str])] = &[
    // Words that every stage uses.
    ("grpc_code", &[]),
    ("stage", &[]),
    ("reason", &["grpc_code", "stage"]),
    ("escape", &[]),
    ("utc", &[]),
    ("clock", &[]),
    ("gate", &[]),
    ("horizon", &[]),
    ("keyed_hash", &[]),
    // What documents are made of, for rules and for the configuration.
    ("document", &["escape"]),
    ("evidence", &["reason", "utc"]),
    ("certificate", &["escape", "utc"]),
    ("der_writer", &["certificate"]),
    ("error", &["advice", "certificate", "escape", "utc"]),
    // What every stage says of itself.
    ("advice", &["certificate"]),
    ("policy", &["certificate"]),
    // The stages. `TrustedPeer` is carried along the whole line, as the identity's "vouched for by".
    // A gateway may have anchors of its own: for its clients, and for the certificate it proves itself with.
    ("gateway", &["advice", "certificate", "encoding", "error", "escape", "policy", "reason", "validation"]),
    ("header", &["encoding", "gateway", "reason"]),
    ("encoding", &["certificate", "header", "reason"]),
    (
        "validation",
        &[
            "advice",
            "certificate",
            "encoding",
            "error",
            "escape",
            "evidence",
            "gateway",
            "horizon",
            "keyed_hash",
            "policy",
            "reason",
            "utc",
        ],
    ),
    (
        "revocation",
        &[
            "advice",
            "certificate",
            "clock",
            "der_writer",
            "error",
            "escape",
            "evidence",
            "gate",
            "gateway",
            "horizon",
            "policy",
            "reason",
            "utc",
            "validation",
        ],
    ),
    ("identity", &["certificate", "clock", "escape", "evidence", "gateway", "revocation", "utc", "validation"]),
    (
        "authorization",
        &[
            "advice",
            "certificate",
            "clock",
            "der_writer",
            "document",
            "error",
            "escape",
            "evidence",
            "gateway",
            "identity",
            "policy",
            "reason",
            "utc",
            "validation",
        ],
    ),
    // What knows several stages.
    (
        "rejection",
        &["authorization", "encoding", "gateway", "header", "identity", "reason", "revocation", "validation"],
    ),
    ("audit", &["certificate", "error", "escape", "evidence", "gateway", "identity", "reason", "rejection", "utc"]),
    ("snapshot", &["error", "gateway", "policy", "validation"]),
    ("readiness", &["certificate", "escape", "revocation", "snapshot", "utc", "validation"]),
    ("verdict_cache", &["header", "horizon", "keyed_hash", "validation"]),
    (
        "events",
        &[
            "advice",
            "audit",
            "authorization",
            "certificate",
            "clock",
            "error",
            "escape",
            "evidence",
            "gateway",
            "identity",
            "readiness",
            "reason",
            "rejection",
            "revocation",
            "utc",
            "validation",
        ],
    ),
    (
        "authenticator",
        &[
            "authorization",
            "certificate",
            "clock",
            "encoding",
            "error",
            "events",
            "gate",
            "gateway",
            "header",
            "horizon",
            "identity",
            "rejection",
            "revocation",
            "snapshot",
            "validation",
            "verdict_cache",
        ],
    ),
    // Tells what the line does, so it knows what the line knows.
    (
        "explain",
        &[
            "authenticator",
            "authorization",
            "certificate",
            "encoding",
            "escape",
            "evidence",
            "gateway",
            "header",
            "identity",
            "reason",
            "rejection",
            "revocation",
            "snapshot",
            "utc",
            "validation",
        ],
    ),
    // Looks at a value without a layer.
    ("inspect", &["certificate", "encoding", "escape", "gateway", "header", "reason", "utc", "validation"]),
    ("re_emission", &["certificate", "gateway", "header", "identity"]),
    // What knows Tower, and the frameworks behind it.
    (
        "layer",
        &[
            "advice",
            "audit",
            "authenticator",
            "authorization",
            "certificate",
            "clock",
            "error",
            "events",
            "explain",
            "gateway",
            "identity",
            "policy",
            "re_emission",
            "readiness",
            "reason",
            "rejection",
            "revocation",
            "snapshot",
            "utc",
            "validation",
            "verdict_cache",
        ],
    ),
    // The whole of it from one document.
    (
        "config",
        &[
            "advice",
            "authorization",
            "certificate",
            "clock",
            "document",
            "encoding",
            "error",
            "escape",
            "gateway",
            "layer",
            "reason",
            "revocation",
            "validation",
        ],
    ),
    // Not in the library: what fuzz targets and their replay demand of the stages.
    (
        "fuzzing",
        &[
            "authorization",
            "certificate",
            "clock",
            "config",
            "der_writer",
            "encoding",
            "error",
            "gateway",
            "identity",
            "layer",
            "reason",
            "revocation",
            "validation",
        ],
    ),
    // For the tests of users. It goes through the layer as everybody does, and nobody may name it.
    (
        "test_kit",
        &[
            "certificate",
            "clock",
            "der_writer",
            "encoding",
            "gateway",
            "identity",
            "layer",
            "reason",
            "revocation",
            "utc",
            "validation",
        ],
    ),
    // Not in the library either: documents, as doc tests. It knows nobody.
    ("documents", &[]),
    ("axum", &["gateway", "identity", "layer"]),
    ("whoami", &["certificate", "evidence", "identity", "layer", "utc"]),
    ("tonic", &["identity", "layer"]),
];

/// Text that stands in one module alone.
const TEXTS: &[(&str, &[&str], &str)] = &[
    ("SystemTime::now", &["clock"], "only the clock reads the time of the machine"),
    ("Instant::now", &["clock"], "only the clock reads the time of the machine"),
    (
        "std::env",
        &["bin", "config", "gateway"],
        "nothing is configured by the environment, but what is asked for by name",
    ),
    ("std::process::", &["bin"], "a library starts and ends no process"),
];

/// The crate's root names everything; nothing names it.
const ROOT: &str = "lib";

/// Programs are crates of their own: they see what every user sees, and nothing in the library sees them.
const PROGRAMS: &str = "bin";

pub(crate) fn listed_modules() -> impl Iterator<Item = &'static str> {
    MODULES.iter().map(|(module, _)| *module)
}

/// Every breach in one file, as a line for the reader.
pub(crate) fn violations(file: &File) -> Vec<String> {
    if file.is_test() || file.module() == ROOT {
        return Vec::new();
    }
    let code = source::code(&file.text);
    if file.module() == PROGRAMS {
        return text_violations(file, &code);
    }
    let mut found = module_violations(file, &code);
    found.extend(crate_violations(file, &code));
    found.extend(text_violations(file, &code));
    found
}

fn module_violations(file: &File, code: &str) -> Vec<String> {
    let module = file.module();
    let Some((_, allowed)) = MODULES.iter().find(|(listed, _)| *listed == module) else {
        return vec![format!("src/{}: module {module:?} has no row in the table", file.path)];
    };
    let mut found: Vec<_> = source::named_after(code, "crate::")
        .into_iter()
        .filter(|named| named.name != module && !allowed.contains(&named.name.as_str()))
        .map(|named| format!("src/{}:{}: {module} may not name {}", file.path, named.line, named.name))
        .collect();
    let way_out = "super::".repeat(file.depth());
    let outside = source::named_after(code, &way_out)
        .into_iter()
        .filter(|named| listed_modules().any(|known| known == named.name));
    found.extend(outside.map(|named| {
        format!("src/{}:{}: write crate::{} for what is outside of {module}", file.path, named.line, named.name)
    }));
    found
}

fn crate_violations(file: &File, code: &str) -> Vec<String> {
    let elsewhere = CRATES.iter().filter(|(_, modules)| !modules.iter().any(|module| file.is_in(module)));
    elsewhere
        .flat_map(|(name, _)| source::lines_naming(code, name).into_iter().map(move |line| (name, line)))
        .map(|(name, line)| format!("src/{}:{line}: {} may not name the crate {name}", file.path, file.module()))
        .collect()
}

fn text_violations(file: &File, code: &str) -> Vec<String> {
    let elsewhere = TEXTS.iter().filter(|(_, modules, _)| !modules.contains(&file.module()));
    elsewhere
        .flat_map(|(text, _, why)| source::lines_with(code, text).into_iter().map(move |line| (why, line)))
        .map(|(why, line)| format!("src/{}:{line}: {why}", file.path))
        .collect()
}
