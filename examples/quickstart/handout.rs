//! Certificates and keys as files, for trying the gateway with curl.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::Result;
use crate::client::Client;
use crate::gateway::{CERTIFICATE_HEADER, Gateway, escaped_pem};
use crate::pki::{Credentials, Pki};

/// A directory of this run's own, readable by nobody else.
pub(crate) struct Handout {
    directory: PathBuf,
}

impl Handout {
    pub(crate) fn write(pki: &Pki) -> Result<Self> {
        let handout = Self { directory: create_directory()? };
        let directory = &handout.directory;
        write_private(&directory.join("gateway-ca.pem"), &pki.gateway_issuer.pem())?;
        write_credentials(directory, "partner", &pki.clients.partner)?;
        write_credentials(directory, "other", &pki.clients.other_partner)?;
        write_credentials(directory, "expired", &pki.clients.expired)?;
        let header = format!("{CERTIFICATE_HEADER}: {}", escaped_pem(pki.clients.partner.certificate.der()));
        write_private(&directory.join("partner.header"), &header)?;
        Ok(handout)
    }

    pub(crate) fn print_what_to_try(&self, gateway: &Gateway, client: &Client<'_>) {
        let directory = self.directory.display();
        let gateway = gateway.address();
        println!("\nStill serving; to try it:\n");
        println!("cd {directory}");
        println!("curl --cacert gateway-ca.pem https://{gateway}/");
        for name in ["partner", "other", "expired"] {
            println!(
                "curl --cacert gateway-ca.pem --cert {name}.pem --key {name}.key https://{gateway}/restricted/sensitive.txt"
            );
        }
        if cfg!(feature = "whoami") {
            println!("curl --cacert gateway-ca.pem --cert partner.pem --key partner.key https://{gateway}/whoami");
        }
        if let Some(stranger) = client.stranger() {
            println!(
                "curl --interface {} --header @partner.header http://{}/restricted/sensitive.txt",
                stranger.address, stranger.service
            );
        }
        println!("\nThe service's decisions appear below. Ctrl-C ends, and removes the directory with its keys.");
    }

    pub(crate) fn remove(self) -> Result<()> {
        Ok(fs::remove_dir_all(self.directory)?)
    }
}

/// Creating fails where anything by that name exists, so nobody can lay a directory or a link in the way.
fn create_directory() -> Result<PathBuf> {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
    let directory = std::env::temp_dir().join(format!("quickstart-{}-{since_1970}", std::process::id()));
    let mut builder = DirBuilder::new();
    builder.recursive(false);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&directory)?;
    Ok(directory)
}

fn write_credentials(directory: &Path, name: &str, credentials: &Credentials) -> Result<()> {
    let mut chain = credentials.certificate.pem();
    if let Some(issuer) = &credentials.issuer {
        chain.push_str(&issuer.pem());
    }
    write_private(&directory.join(name).with_extension("pem"), &chain)?;
    write_private(&directory.join(name).with_extension("key"), &credentials.key.serialize_pem())
}

fn write_private(path: &Path, text: &str) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())?;
    Ok(())
}
