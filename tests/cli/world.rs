//! A directory with a PKI, configurations and recorded heads.

use crate::support::pki::{Minted, Pki, Shape, escaped_pem};
use crate::support::scratch::Scratch;

/// The time of the PKI, as the program takes it.
pub(crate) const AT: &str = "2026-03-01T12:00:00Z";

/// The gateway's address.
pub(crate) const GATEWAY: &str = "10.1.0.4";

/// The files: `root.pem` and `intermediate.pem` of the usual PKI, `other.pem` of another root.
pub(crate) struct World {
    pub(crate) pki: Pki,
    pub(crate) directory: Scratch,
}

/// A request: its peer, method, path and header lines.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) peer: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) lines: Vec<(String, String)>,
}

impl World {
    pub(crate) fn new() -> Self {
        let pki = Pki::new();
        let directory = Scratch::new("cli");
        directory.write("root.pem", pki.root.pem());
        directory.write("intermediate.pem", pki.intermediate.pem());
        directory.write("other.pem", Shape::authority("Other").self_signed().pem());
        directory.write("secret-one", SECRET_ONE);
        directory.write("secret-two", SECRET_TWO);
        Self { pki, directory }
    }

    /// Writes a file and returns its path as an argument.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        self.directory.write(name, content).to_str().unwrap().to_owned()
    }

    /// A certificate like this from the intermediate, in a request from the gateway.
    pub(crate) fn leaf(&self, shape: &Shape) -> Asked {
        Asked::with(&[&self.pki.issue(shape)])
    }

    /// The usual partner, in a request from the gateway.
    pub(crate) fn good(&self) -> Asked {
        self.leaf(&Shape::partner())
    }
}

impl Asked {
    /// A GET of `/` from the gateway.
    pub(crate) fn new(lines: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self { peer: GATEWAY, method: "GET", path: "/", lines: lines.iter().map(owned).collect() }
    }

    /// Several certificates in one header as nginx sends it, leaf first.
    pub(crate) fn with(chain: &[&Minted]) -> Self {
        let value: String = chain.iter().map(|minted| escaped_pem(minted.der())).collect();
        Self::header(&value)
    }

    /// One value in the usual header.
    pub(crate) fn header(value: &str) -> Self {
        Self::new(&[("x-client-cert", value)])
    }

    pub(crate) fn from(self, peer: &'static str) -> Self {
        Self { peer, ..self }
    }

    pub(crate) fn path(self, path: &'static str) -> Self {
        Self { path, ..self }
    }

    pub(crate) fn line(mut self, name: &str, value: &str) -> Self {
        self.lines.push((name.to_owned(), value.to_owned()));
        self
    }

    /// As it goes over the wire.
    pub(crate) fn head(&self) -> String {
        let begin = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        let head = self.lines.iter().fold(begin, |head, (name, value)| format!("{head}{name}: {value}\r\n"));
        format!("{head}\r\n")
    }
}

/// The usual configuration: nginx in 10.1.0.0/24, the root as anchor, the intermediate.
pub(crate) const USUAL: &str = r#"
[[gateway]]
kind = "nginx"
addresses = ["10.1.0.0/24"]

[[anchors]]
file = "root.pem"
label = "ours"

[[intermediates]]
file = "intermediate.pem"
"#;

/// The usual configuration with more lines in its gateway's table.
pub(crate) fn with_gateway(lines: &str) -> String {
    USUAL.replacen("addresses =", &format!("{lines}\naddresses ="), 1)
}

/// The usual configuration with more tables after it.
pub(crate) fn with(tables: &str) -> String {
    format!("{USUAL}\n{tables}")
}

pub(crate) const SECRET_ONE: &str = "0123456789abcdef";

pub(crate) const SECRET_TWO: &str = "fedcba9876543210";
