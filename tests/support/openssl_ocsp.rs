//! `openssl ocsp` as a responder, behind an HTTP server of the loopback address.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::faulty_server::{Behaviour, FaultyServer, Received};
use super::pki::Minted;
use super::programs;
use super::scratch::Scratch;

/// A responder that answers with the openssl program, by an index as `openssl ca` keeps it; ends with the value.
#[derive(Debug)]
pub(crate) struct OpensslOcsp {
    server: FaultyServer,
    program: Arc<Program>,
}

/// The program with the files it answers by.
#[derive(Debug)]
struct Program {
    path: PathBuf,
    scratch: Scratch,
    options: Mutex<Vec<String>>,
    asked: AtomicUsize,
    /// Held while the program runs: its files have one name each.
    running: Mutex<()>,
}

impl OpensslOcsp {
    /// Answers for `issuer`, signed by `signer`, with further options of the program; `None` where there is no openssl.
    /// Every certificate is unknown to it before [`enter`](Self::enter).
    pub(crate) async fn start(issuer: &Minted, signer: &Minted, options: &[&str]) -> Option<Self> {
        let path = programs::require("openssl")?;
        let scratch = Scratch::new("openssl-ocsp");
        scratch.write("ca.pem", issuer.pem());
        scratch.write("signer.pem", signer.pem());
        scratch.write("signer.key", signer.key_pem());
        scratch.write("index.txt", "");
        // Certificates of one authority may have one subject, here as in a database of `openssl ca`.
        scratch.write("index.txt.attr", "unique_subject = no\n");
        let options = Mutex::new(owned(options));
        let program =
            Arc::new(Program { path, scratch, options, asked: AtomicUsize::new(0), running: Mutex::default() });
        let answering = Arc::clone(&program);
        let server = FaultyServer::start(move |request| answering.answer(request)).await;
        Some(Self { server, program })
    }

    /// What the index says: serial numbers in hexadecimal, each with nothing, or with the reason of its revocation.
    pub(crate) fn enter(&self, entries: &[(&str, Option<&str>)]) {
        let index: String = entries
            .iter()
            .map(|(serial, revoked)| match revoked {
                None => format!("V\t460101000000Z\t\t{serial}\tunknown\t/CN={serial}\n"),
                Some(reason) => format!("R\t460101000000Z\t260219120000Z,{reason}\t{serial}\tunknown\t/CN={serial}\n"),
            })
            .collect();
        self.enter_all(&index);
    }

    /// What the index says, as `openssl ca` wrote it.
    pub(crate) fn enter_all(&self, index: &str) {
        self.program.scratch.write("index.txt", index);
    }

    /// Stops answering: every connection is reset.
    pub(crate) fn stop(&self) {
        self.server.answer(|_| Behaviour::Reset);
    }

    /// Answers again, with these options of the program in place of the former ones.
    pub(crate) fn resume(&self, options: &[&str]) {
        *self.program.options.lock().unwrap() = owned(options);
        let answering = Arc::clone(&self.program);
        self.server.answer(move |request| answering.answer(request));
    }

    pub(crate) fn url(&self) -> String {
        self.server.url("/")
    }

    /// How often the program was asked.
    pub(crate) fn asked(&self) -> usize {
        self.program.asked.load(Ordering::SeqCst)
    }
}

impl Program {
    fn answer(&self, request: &Received) -> Behaviour {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let _running = self.running.lock().unwrap();
        let octets = match request.method.as_str() {
            "POST" => request.body.clone(),
            _ => STANDARD.decode(unescaped(request.path.trim_start_matches('/'))).unwrap(),
        };
        let file = |name: &str| self.scratch.path().join(name);
        self.scratch.write("request.der", octets);
        let mut command = Command::new(&self.path);
        command.arg("ocsp").arg("-index").arg(file("index.txt")).arg("-CA").arg(file("ca.pem"));
        command.arg("-rsigner").arg(file("signer.pem")).arg("-rkey").arg(file("signer.key"));
        command.arg("-reqin").arg(file("request.der")).arg("-respout").arg(file("response.der"));
        command.args(&*self.options.lock().unwrap());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Behaviour::ok("application/ocsp-response", &std::fs::read(file("response.der")).unwrap())
    }
}

fn owned(options: &[&str]) -> Vec<String> {
    options.iter().map(|&option| option.to_owned()).collect()
}

/// The three escapes that base64 needs in an address.
fn unescaped(text: &str) -> String {
    text.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")
}
