//! Revocation lists by `openssl ca -gencrl`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use time::OffsetDateTime;

use super::pki::{Minted, days};
use super::programs;
use super::scratch::Scratch;

/// A certification authority run by the openssl program, with the key of a minted one.
#[derive(Debug)]
pub(crate) struct OpensslCa {
    program: PathBuf,
    scratch: Scratch,
}

/// What the list is to look like: issued yesterday, the next one due in a week.
#[derive(Debug)]
pub(crate) struct OpensslList<'a> {
    /// Serial numbers in hexadecimal, with a reason as openssl names it, or nothing.
    pub(crate) revoked: &'a [(String, &'a str)],
    /// Lines of the extension section; without any, openssl makes a list of version 1.
    pub(crate) extensions: &'a str,
    pub(crate) numbering: Numbering,
    pub(crate) this_update: OffsetDateTime,
    pub(crate) next_update: OffsetDateTime,
}

/// Whether openssl puts a number into lists of version 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbering {
    None,
    Numbered,
}

impl OpensslList<'_> {
    pub(crate) fn new() -> Self {
        Self {
            revoked: &[],
            extensions: "authorityKeyIdentifier = keyid",
            numbering: Numbering::Numbered,
            this_update: days(-1),
            next_update: days(7),
        }
    }
}

impl OpensslCa {
    /// `None` where there is no openssl; then the reason was printed.
    pub(crate) fn new(authority: &Minted) -> Option<Self> {
        let program = programs::require("openssl")?;
        let scratch = Scratch::new("openssl-ca");
        scratch.write("ca.pem", authority.pem());
        scratch.write("ca.key", authority.key_pem());
        Some(Self { program, scratch })
    }

    /// The list as PEM.
    pub(crate) fn list(&self, list: &OpensslList<'_>) -> String {
        let mut index = String::new();
        let revoked_at = utc_time(days(-10)).split_off(2);
        let expiry = utc_time(days(365)).split_off(2);
        for (serial, reason) in list.revoked {
            let separator = if reason.is_empty() { "" } else { "," };
            writeln!(index, "R\t{expiry}\t{revoked_at}{separator}{reason}\t{serial}\tunknown\t/CN=client").unwrap();
        }
        self.scratch.write("index.txt", index);
        self.scratch.write("crlnumber", "2A\n");
        let directory = self.scratch.path().display();
        let number = match list.numbering {
            Numbering::Numbered => format!("crlnumber = {directory}/crlnumber\n"),
            Numbering::None => String::new(),
        };
        self.scratch.write(
            "ca.cnf",
            format!(
                "[ca]\ndefault_ca = this\n[this]\ndatabase = {directory}/index.txt\n{number}\
                 certificate = {directory}/ca.pem\nprivate_key = {directory}/ca.key\ndefault_md = sha256\n\
                 unique_subject = no\n[extensions]\n{}\n",
                list.extensions
            ),
        );
        let mut command = Command::new(&self.program);
        command.arg("ca").args(["-gencrl", "-batch", "-config"]).arg(self.scratch.path().join("ca.cnf"));
        command.args(["-crl_lastupdate", &utc_time(list.this_update), "-crl_nextupdate", &utc_time(list.next_update)]);
        if !list.extensions.is_empty() {
            command.args(["-crlexts", "extensions"]);
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

/// YYYYMMDDHHMMSSZ.
fn utc_time(time: OffsetDateTime) -> String {
    format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}Z",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}
