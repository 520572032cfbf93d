//! A gateway's program as a child process, on a port of its own and with its files in a directory of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::programs;
use crate::support::scratch::Scratch;
use crate::support::server_process::{START_ATTEMPTS, ServerProcess, free_address};

/// A running program; ends with the value.
#[derive(Debug)]
pub(crate) struct Running {
    // Before the directory, so that it has ended when its files go.
    process: ServerProcess,
    scratch: Scratch,
}

/// What a program is started with.
#[derive(Debug)]
pub(crate) struct Start {
    /// Files beside the configuration.
    pub(crate) files: Vec<(&'static str, String)>,
    /// The name of the configuration's file.
    pub(crate) configuration_file: &'static str,
    /// The program's arguments, given the configuration's file.
    pub(crate) arguments: fn(&Path) -> Vec<PathBuf>,
}

impl Running {
    /// Starts the program with a configuration made for a port and a directory; `None` where the program is missing.
    ///
    /// # Panics
    ///
    /// When it does not begin to accept: with its own words about the configuration.
    pub(crate) fn start(program: &str, start: &Start, configuration: impl Fn(u16, &Path) -> String) -> Option<Self> {
        let path = programs::require(program)?;
        let mut complaint = String::new();
        for _ in 0..START_ATTEMPTS {
            let scratch = Scratch::new(program);
            for (name, content) in &start.files {
                scratch.write(name, content);
            }
            let address = free_address();
            let file =
                scratch.write(start.configuration_file, configuration(address.port(), scratch.path()).as_bytes());
            let output = std::fs::File::create(scratch.path().join("output.log")).unwrap();
            let child = Command::new(&path)
                .args((start.arguments)(&file))
                .current_dir(scratch.path())
                .env("HOME", scratch.path())
                .stdin(Stdio::null())
                .stdout(output.try_clone().unwrap())
                .stderr(output)
                .spawn()
                .unwrap();
            let mut running = Self { process: ServerProcess::new(address, child), scratch };
            if running.process.accepts(ACCEPT_POLLS) {
                return Some(running);
            }
            // Somebody may have taken the port in between; anything else comes again, and is told in the end.
            complaint = running.scratch.read("output.log");
        }
        panic!("{program} does not start: {complaint}");
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.process.address()
    }
}

/// Twenty seconds in all.
const ACCEPT_POLLS: usize = 800;
