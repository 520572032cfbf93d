//! A certification authority, a TLS-terminating gateway and an axum service behind it, in one process on loopback.
//!
//! ```text
//! client == TLS, client certificate ==> gateway -- HTTP, X-Client-Cert --> service with ClientCertLayer
//! ```
//!
//! `cargo run --example quickstart` plays the scenes of `scenes.rs` through real sockets, prints how each was answered
//! and goes on serving, so that curl can try more. With `-- --once` it ends after the scenes. The exit status is 1 if
//! any answer differs from what the scene expects.
//!
//! The part to copy into a service of your own is `service.rs`; the rest stands in for what you have already.

#![expect(clippy::print_stdout, reason = "the table and the curl lines are what this program is for")]

mod client;
mod gateway;
mod handout;
mod pki;
mod report;
mod scenes;
mod service;

use std::error::Error;
use std::process::ExitCode;
use std::time::SystemTime;

use crate::client::Client;
use crate::gateway::Gateway;
use crate::handout::Handout;
use crate::pki::Pki;
use crate::service::Service;

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let afterwards = Afterwards::from_arguments()?;

    let pki = Pki::mint(SystemTime::now())?;
    let service = Service::start(&pki).await?;
    let gateway = Gateway::start(&pki, service.address()).await?;
    println!("gateway  https://{}", gateway.address());
    println!("service  http://{}\n", service.address());

    let client = Client::new(&pki, &gateway, &service)?;
    let differing = report::play(&scenes::all(&pki, &client), &client).await?;
    if differing > 0 {
        return Ok(ExitCode::FAILURE);
    }

    if let Afterwards::Serve = afterwards {
        service::log_decisions();
        let handout = Handout::write(&pki)?;
        handout.print_what_to_try(&gateway, &client);
        tokio::signal::ctrl_c().await?;
        handout.remove()?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What is done after the scenes.
enum Afterwards {
    End,
    Serve,
}

impl Afterwards {
    fn from_arguments() -> Result<Self> {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            [] => Ok(Self::Serve),
            ["--once"] => Ok(Self::End),
            _ => Err("expected no argument or --once".into()),
        }
    }
}

/// Whatever goes wrong here ends the program: an example has nobody to hand an error to.
type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;
