//! Where the program writes: a terminal, a reader that has had enough, a disk that is full.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use rustix::io::Errno;
use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, openpt, unlockpt};

use crate::program::run;
use crate::support::pki::Pki;
use crate::world::{AT, Asked, USUAL, World};

/// A terminal that nobody has looked at yet: what is shown on it can be read, and the file is for the program.
struct Terminal {
    screen: File,
    for_program: Stdio,
}

impl Terminal {
    fn new() -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let screen = openpt(flags).unwrap();
        unlockpt(&screen).unwrap();
        let for_program = ioctl_tiocgptpeer(&screen, flags).unwrap();
        Self { screen: File::from(screen), for_program: Stdio::from(for_program) }
    }
}

/// Everything that is shown until the program ends, with plain line ends, and its status.
fn shown(mut screen: File, mut command: Command) -> (String, i32) {
    let mut child = command.stdin(Stdio::null()).spawn().unwrap();
    // It holds the terminal too.
    drop(command);
    let mut octets = Vec::new();
    // As a terminal ends whose last program is gone.
    let end = screen.read_to_end(&mut octets).unwrap_err();
    assert_eq!(end.raw_os_error(), Some(Errno::IO.raw_os_error()), "{end}");
    let status = child.wait().unwrap().code().unwrap();
    (String::from_utf8(octets).unwrap().replace("\r\n", "\n"), status)
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_client-cert"));
    command.args(arguments).env("TERM", "xterm").env_remove("NO_COLOR").stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// What a terminal shows of the answer, with these variables in the environment.
fn on_terminal(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let Terminal { screen, for_program } = Terminal::new();
    let mut command = program(arguments);
    command.envs(environment.iter().copied()).stdout(for_program);
    shown(screen, command).0
}

#[test]
fn a_terminal_is_shown_colours_unless_it_or_its_user_wants_none() {
    let world = World::new();
    let config = world.write("client-cert.toml", USUAL);
    let arguments = ["explain", "--config", &config, "--peer", "10.1.1.4", "--at", AT];
    let plain = run(arguments).stdout;
    for expected in
        ["  FAILED  sender        10.1.1.4 is in no address range of a gateway\n", "  ended at      gateway, sender\n"]
    {
        assert!(plain.contains(expected), "{plain}");
    }
    let coloured = on_terminal(&arguments, &[]);
    for expected in [
        "\u{1b}[1mGET / from 10.1.1.4, judged at 2026-03-01T12:00:00Z\u{1b}[0m\n\n\u{1b}[2m1 gateway\u{1b}[0m\n",
        "\u{1b}[31m  FAILED  \u{1b}[0msender        10.1.1.4 is in no address range of a gateway\n",
        // What stands below in the same column is no mark, and blanks have no colour.
        "\n                        wanted: a connection from gateway \"nginx\" at 10.1.0.0/24\n",
        "\u{1b}[2m  -       \u{1b}[0mheader        exactly one certificate header\n",
        "\u{1b}[2m  off     \u{1b}[0mpin           not configured\n",
        "\n\n\u{1b}[1mANONYMOUS: the request goes on without a client\u{1b}[0m\n",
        "\u{1b}[31m  ended at      \u{1b}[0mgateway, sender\n\u{1b}[2m  wanted        \u{1b}[0ma connection",
    ] {
        assert!(coloured.contains(expected), "{expected:?}: {coloured:?}");
    }
    let codes = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[31m", "\u{1b}[32m"];
    assert_eq!(codes.iter().fold(coloured.clone(), |text, code| text.replace(code, "")), plain);
    assert_eq!(on_terminal(&arguments, &[("NO_COLOR", "")]), coloured);
    assert_eq!(on_terminal(&arguments, &[("NO_COLOR", "1")]), plain);
    assert_eq!(on_terminal(&arguments, &[("TERM", "dumb")]), plain);
}

/// A bar for each hundredth, which is gone when the summary comes.
#[test]
fn a_terminal_is_shown_how_far_a_recording_has_come() {
    let world = World::new();
    let config = world.write("client-cert.toml", USUAL);
    let line = serde_json::json!({ "peer": Asked::new(&[]).peer, "path": "/", "headers": [], "time": AT });
    let recording = world.write("recording.jsonl", format!("{line}\n").repeat(4));
    let Terminal { screen, for_program } = Terminal::new();
    let mut command = program(&["replay", "--config", &config, &recording]);
    command.stderr(for_program);
    let (shown, status) = shown(screen, command);
    let bar = |percent: usize| format!("\r[{:<50}] {percent:>3} %", "#".repeat(percent / 2));
    let bars: String = [25, 50, 75, 100].map(bar).concat();
    let blanks = " ".repeat(bar(0).len() - 1);
    assert_eq!(shown, format!("{bars}\r{blanks}\r4 requests\n           4  anonymous\n"));
    assert_eq!(status, 0);
    // Elsewhere there is none.
    let ran = run(["replay", "--config", &config, &recording]);
    assert_eq!(ran.stderr, "4 requests\n           4  anonymous\n");
}

#[test]
fn nothing_is_said_to_a_reader_that_has_had_enough() {
    let mut command = program(&["inspect", "--at", AT]);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    // Before there is anything to answer.
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(Pki::new().good().escaped_pem().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(2), &b""[..]));
}

#[test]
fn an_answer_that_cannot_be_written_is_trouble() {
    let mut command = program(&["inspect", "--at", AT, &Pki::new().good().escaped_pem()]);
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = command.stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(told, "client-cert: the answer cannot be written: No space left on device (os error 28)\n");
}
