//! The database of a certification authority, as `openssl ca` keeps it: what is issued, what is revoked, and lists of that.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

use super::pki::Minted;
use super::programs;
use super::scratch::Scratch;

/// A database with the key of a minted authority, in a directory of its own. Its times are those of the machine.
#[derive(Debug)]
pub(crate) struct OpensslDatabase {
    program: PathBuf,
    scratch: Scratch,
}

impl OpensslDatabase {
    /// Empty; `None` where there is no openssl.
    pub(crate) fn new(authority: &Minted) -> Option<Self> {
        let program = programs::require("openssl")?;
        let scratch = Scratch::new("openssl-database");
        scratch.write("ca.pem", authority.pem());
        scratch.write("ca.key", authority.key_pem());
        scratch.write("index.txt", "");
        scratch.write("crlnumber", "01\n");
        let directory = scratch.path().display();
        let configuration = format!(
            "[ca]\ndefault_ca = this\n[this]\ndatabase = {directory}/index.txt\ncrlnumber = {directory}/crlnumber\n\
             certificate = {directory}/ca.pem\nprivate_key = {directory}/ca.key\ndefault_md = sha256\n\
             unique_subject = no\ncrl_extensions = of_lists\n[of_lists]\nauthorityKeyIdentifier = keyid\n"
        );
        scratch.write("ca.cnf", configuration);
        Some(Self { program, scratch })
    }

    /// Writes down that a certificate was issued.
    pub(crate) fn enter(&self, certificate: &Minted) {
        let file = self.scratch.write("certificate.pem", certificate.pem());
        self.run(["-valid".as_ref(), file.as_os_str()]);
    }

    /// Revokes a certificate, for a reason as openssl names it.
    pub(crate) fn revoke(&self, certificate: &Minted, reason: &str) {
        let file = self.scratch.write("certificate.pem", certificate.pem());
        self.run(["-revoke".as_ref(), file.as_os_str(), "-crl_reason".as_ref(), reason.as_ref()]);
    }

    /// A new list of what is revoked, as PEM, with so many hours until the next one.
    pub(crate) fn list(&self, hours: u32) -> String {
        let file = self.scratch.path().join("list.pem");
        let hours = hours.to_string();
        self.run(
            ["-gencrl", "-crlhours", hours.as_str(), "-out"].map(OsStr::new).into_iter().chain([file.as_os_str()]),
        );
        self.scratch.read("list.pem")
    }

    /// The database itself, which `openssl ocsp` answers by.
    pub(crate) fn index(&self) -> String {
        self.scratch.read("index.txt")
    }

    fn run<'a>(&self, arguments: impl IntoIterator<Item = &'a OsStr>) {
        let mut command = Command::new(&self.program);
        command.args(["ca", "-batch", "-config"]).arg(self.scratch.path().join("ca.cnf")).args(arguments);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
