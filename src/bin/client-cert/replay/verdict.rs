use serde::Serialize;

use super::record::Record;

/// What a configuration makes of a request, as far as two of them are compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Judged {
    pub(super) verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) gateway: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) anchor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) subject: Option<String>,
}

/// The verdicts of two configurations.
pub(super) struct Change {
    pub(super) line: u64,
    pub(super) config: Judged,
    pub(super) against: Judged,
}

impl Judged {
    pub(super) fn anonymous() -> Self {
        Self { verdict: "anonymous", reason: None, status: None, gateway: None, anchor: None, subject: None }
    }

    pub(super) fn of_line(&self, line: u64) -> impl Serialize {
        #[derive(Serialize)]
        struct OfLine<'a> {
            line: u64,
            #[serde(flatten)]
            verdict: &'a Judged,
        }
        OfLine { line, verdict: self }
    }

    /// The verdict, and the reason where there is one.
    pub(super) fn in_words(&self) -> String {
        match self.reason {
            Some(reason) => format!("{}: {reason}", self.verdict),
            None => self.verdict.to_owned(),
        }
    }
}

impl Change {
    pub(super) fn is_one(&self) -> bool {
        self.config != self.against
    }

    pub(super) fn of<'a>(&'a self, record: &'a Record) -> impl Serialize + 'a {
        #[derive(Serialize)]
        struct Told<'a> {
            line: u64,
            peer: Option<String>,
            method: &'a str,
            path: &'a str,
            config: &'a Judged,
            against: &'a Judged,
        }
        Told {
            line: self.line,
            peer: record.peer(),
            method: record.method(),
            path: record.path(),
            config: &self.config,
            against: &self.against,
        }
    }
}
