//! A real nginx as a child process, on a port of its own and with its files in a directory of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::programs;
use super::scratch::Scratch;
use super::server_process::{START_ATTEMPTS, ServerProcess, free_address};

/// A running nginx; ends with the value.
#[derive(Debug)]
pub(crate) struct Nginx {
    // Before the directory, so that it has ended when its files go.
    process: ServerProcess,
    scratch: Scratch,
}

impl Nginx {
    /// Starts nginx with `http_block` (from the port to listen on) as the content of its `http { }`, and `files` beside
    /// its configuration; `None` where nginx is missing.
    ///
    /// # Panics
    ///
    /// When nginx does not begin to accept: with its own words about the configuration.
    pub(crate) fn start(files: &[(&str, String)], http_block: impl Fn(u16) -> String) -> Option<Self> {
        let program = programs::require("nginx")?;
        let mut complaint = String::new();
        for _ in 0..START_ATTEMPTS {
            let scratch = Scratch::new("nginx");
            for (name, content) in files {
                scratch.write(name, content);
            }
            let address = free_address();
            let configuration = whole_configuration(scratch.path(), "error.log info", &http_block(address.port()));
            let child = spawn(&program, &scratch, &configuration);
            let mut nginx = Self { process: ServerProcess::new(address, child), scratch };
            if nginx.process.accepts(ACCEPT_POLLS) {
                return Some(nginx);
            }
            // Somebody may have taken the port in between; anything else comes again, and is told in the end.
            complaint = nginx.error_log();
        }
        panic!("nginx does not start: {complaint}");
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.process.address()
    }

    pub(crate) fn error_log(&self) -> String {
        self.scratch.read("error.log")
    }
}

fn spawn(program: &PathBuf, scratch: &Scratch, configuration: &str) -> Child {
    let file = scratch.write("nginx.conf", configuration);
    Command::new(program)
        .arg("-p")
        .arg(scratch.path())
        .arg("-c")
        .arg(file)
        .arg("-e")
        .arg(scratch.path().join("error.log"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// A configuration with this content of its `http { }`, which keeps all of its files in the directory.
pub(crate) fn whole_configuration(directory: &Path, error_log: &str, http_block: &str) -> String {
    let directory = directory.display();
    format!(
        "daemon off;
master_process off;
pid {directory}/nginx.pid;
error_log {error_log};
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
{http_block}
}}
"
    )
}

/// Ten seconds in all.
const ACCEPT_POLLS: usize = 400;
