//! A directory with a configuration and the files it names.

use tower_client_cert::{ClientCertConfig, ClientCertLayer, ConfigError};

use crate::scene::Fixed;
use crate::support::log;
use crate::support::pki::{self, ListShape, Minted, Pki, Shape};
use crate::support::scratch::Scratch;

/// Serial number of the intermediate's client.
pub(crate) const CLIENT: &[u8] = &[0x0a, 0x1b];

/// A root, an intermediate, a partner; their files, and those of a stranger's authority.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) directory: Scratch,
    pub(crate) intermediate: Minted,
    pub(crate) partner: Minted,
    pub(crate) foreign_root: Minted,
    pub(crate) foreigner: Minted,
}

impl World {
    pub(crate) fn new() -> Self {
        log::prepare();
        let Pki { root, intermediate, .. } = Pki::new();
        let partner = intermediate.issue(&Shape::partner().serial(CLIENT));
        let foreign_root = Shape::authority("Foreign Root").self_signed();
        let foreigner = foreign_root.issue(&Shape::partner());
        let directory = Scratch::new("config");
        directory.write("root.pem", root.pem());
        directory.write("intermediate.pem", intermediate.pem());
        directory.write("foreign.pem", foreign_root.pem());
        Self { directory, intermediate, partner, foreign_root, foreigner }
    }

    /// Writes `client-cert.toml`.
    pub(crate) fn write(&self, text: &str) {
        self.directory.write("client-cert.toml", text);
    }

    /// Writes a list by the intermediate.
    pub(crate) fn write_list(&self, name: &str, list: &ListShape) {
        self.directory.write(name, self.intermediate.sign_list(list));
    }

    /// Reads `client-cert.toml`, under the fixed clock.
    pub(crate) fn read(&self) -> Result<ClientCertConfig, ConfigError> {
        let config = ClientCertConfig::from_file(self.directory.path().join("client-cert.toml"))?;
        Ok(config.clock(Fixed(pki::now())))
    }

    /// Writes, reads and builds.
    pub(crate) fn try_build(&self, text: &str) -> Result<ClientCertLayer, ConfigError> {
        self.write(text);
        self.read()?.build()
    }

    #[track_caller]
    pub(crate) fn build(&self, text: &str) -> ClientCertLayer {
        self.try_build(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    /// How many entries there are in the store `kept`.
    #[cfg(all(feature = "https-client", feature = "ocsp"))]
    pub(crate) fn kept(&self) -> usize {
        std::fs::read_dir(self.directory.path().join("kept")).map_or(0, |entries| {
            let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name();
            entries.map(name).filter(|name| name.to_string_lossy().ends_with(".entry")).count()
        })
    }

    /// What is wrong with a document, without the directory, which is another in each test.
    #[track_caller]
    pub(crate) fn wrong(&self, text: &str) -> String {
        let error = self.try_build(text).expect_err(text).to_string();
        error.replace(&format!("{}/", self.directory.path().display()), "")
    }
}

/// The usual document: nginx, the root as anchor, the intermediate.
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
