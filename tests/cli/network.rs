//! What the commands ask over the network, and what they tell of it.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::program::{Ran, run, run_beside, run_in};
use crate::support::faulty_server::{Behaviour, FaultyServer};
use crate::support::pki::{AnswerShape, ListShape, Minted};
use crate::world::{AT, Asked, World, with};

/// The serial number of the client.
const SERIAL: [u8; 1] = [0x4a];

/// Lists and answers of the usual issuer on a server, and a client of it.
struct Networked {
    world: World,
    server: FaultyServer,
    client: Asked,
    config: PathBuf,
}

/// A configuration that reaches servers of this machine.
fn reaching(tables: &str) -> String {
    with(&format!("{tables}\n[revocation.http]\nallow_targets = \"127.0.0.1/32\"\n"))
}

impl Networked {
    async fn new(tables: impl Fn(&FaultyServer) -> String, behaviour: impl Fn(&Minted) -> Behaviour) -> Self {
        let world = World::new();
        let server = FaultyServer::always(behaviour(&world.pki.intermediate)).await;
        let config = world.directory.write("client-cert.toml", reaching(&tables(&server)));
        let client = world.leaf(&crate::support::pki::Shape::partner().serial(&SERIAL));
        Self { world, server, client, config }
    }

    /// With lists from an address.
    async fn with_list(list: &ListShape) -> Self {
        Self::new(fetched_list, |issuer| Behaviour::ok("application/pkix-crl", &issuer.sign_list(list))).await
    }

    /// With a responder.
    async fn with_responder(behaviour: impl Fn(&Minted) -> Behaviour) -> Self {
        Self::new(responder, behaviour).await
    }

    async fn explain(&self, more: &[&str]) -> Ran {
        run_beside(self.explaining(more)).await
    }

    fn explaining(&self, more: &[&str]) -> Vec<String> {
        let head = self.world.write("head", self.client.head());
        let config = self.config.to_str().unwrap();
        let usual = ["explain", "--config", config, "--peer", "10.1.0.4", "--head", &head, "--at", AT];
        usual.iter().chain(more).map(|argument| (*argument).to_owned()).collect()
    }
}

fn fetched_list(server: &FaultyServer) -> String {
    format!("[[revocation.fetched_crls]]\nurls = \"{}\"", server.url("/issuing.crl"))
}

fn responder(server: &FaultyServer) -> String {
    format!("[revocation]\nocsp_wait_milliseconds = 500\n[[revocation.ocsp]]\nurl = \"{}\"", server.url("/ocsp"))
}

fn step<'a>(json: &'a Value, check: &str) -> &'a Value {
    json["steps"].as_array().unwrap().iter().find(|step| step["check"] == check).unwrap()
}

/// The one line that tells of a question, without its breaks.
fn told(ran: &Ran) -> String {
    ran.is_readable();
    assert_eq!(ran.stderr, "", "{ran:?}");
    ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_list_is_fetched_and_the_step_tells_from_where_what_came_and_how_long_it_took() {
    let networked = Networked::with_list(&ListShape::new()).await;
    let ran = networked.explain(&[]).await;
    assert_eq!(ran.status, 0, "{ran:?}");
    let text = told(&ran);
    let asked = format!("asked: {}: ", networked.server.url("/issuing.crl"));
    let (_, came) = text.split_once(&asked).unwrap_or_else(|| panic!("{}", ran.stdout));
    assert!(came.contains(" octets came, in ") && came.contains(" ms "), "{came}");
    assert_eq!(networked.server.received().len(), 1);

    let json = networked.explain(&["--json"]).await.json();
    assert_eq!(step(&json, "crl")["outcome"], "passed");
    let question = &step(&json, "crl")["asked"][0];
    assert_eq!(question["address"], networked.server.url("/issuing.crl"));
    assert!(question["milliseconds"].is_u64() && step(&json, "path").get("asked").is_none(), "{json:#}");
}

#[tokio::test]
async fn no_proxy_of_the_environment_is_asked() {
    let networked = Networked::with_list(&ListShape::new()).await;
    let proxy = FaultyServer::always(Behaviour::Reset).await;
    let names = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
    let environment = names.map(|name| (name, proxy.url("")));
    let arguments = networked.explaining(&[]);
    let ran = tokio::task::spawn_blocking(move || run_in(&environment, arguments, b"")).await.unwrap();
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!((networked.server.received().len(), proxy.received().len()), (1, 0));
}

#[tokio::test]
async fn offline_no_list_is_fetched_and_nothing_is_better_for_it() {
    let networked = Networked::with_list(&ListShape::new()).await;
    let ran = networked.explain(&["--offline"]).await;
    assert_eq!(ran.status, 1, "{ran:?}");
    let text = told(&ran);
    assert!(text.contains("REFUSED: revocation-no-source"), "{}", ran.stdout);
    assert!(text.contains(&format!("offline, not asked: {}", networked.server.url("/issuing.crl"))), "{}", ran.stdout);
    let json = networked.explain(&["--offline", "--json"]).await.json();
    assert_eq!(step(&json, "crl")["asked"][0]["milliseconds"], Value::Null);
    assert_eq!(json["ended_at"], "crl");
    assert_eq!(networked.server.received().len(), 0);
}

#[tokio::test]
async fn who_stands_on_a_fetched_list_is_revoked() {
    let networked = Networked::with_list(&ListShape::new().revoke(&SERIAL)).await;
    let json = networked.explain(&["--json"]).await.json();
    assert_eq!((&json["reason"], &json["ended_at"]), (&"revoked".into(), &"crl".into()));
}

#[tokio::test]
async fn a_list_that_cannot_be_had_is_told_with_what_came_instead() {
    let gone = || Behaviour::answer("404 Not Found", &[], b"");
    let networked = Networked::new(fetched_list, |_| gone()).await;
    let ran = networked.explain(&[]).await;
    assert_eq!(ran.status, 1);
    let text = told(&ran);
    assert!(text.contains("revocation-no-source") && text.contains("404"), "{}", ran.stdout);
    let foreign = Networked::new(fetched_list, |_| Behaviour::ok("application/pkix-crl", b"no list")).await;
    assert_eq!(foreign.explain(&["--json"]).await.json()["reason"], "revocation-no-source");
}

#[tokio::test]
async fn a_responder_is_asked_and_the_step_tells_what_it_sent() {
    let good = |issuer: &Minted| {
        Behaviour::ok("application/ocsp-response", &AnswerShape::good(&SERIAL).signed(issuer, issuer))
    };
    let networked = Networked::with_responder(good).await;
    let ran = networked.explain(&[]).await;
    assert_eq!(ran.status, 0, "{ran:?}");
    let text = told(&ran);
    assert!(text.contains(&format!("asked: {}: ", networked.server.url("/ocsp"))), "{}", ran.stdout);
    assert_eq!(networked.server.received().len(), 1);

    let json = networked.explain(&["--offline", "--json"]).await.json();
    assert_eq!((&json["reason"], &json["ended_at"]), (&"revocation-unavailable".into(), &"ocsp".into()));
    let found = step(&json, "ocsp")["found"].as_str().unwrap();
    assert!(found.contains("offline, not asked"), "{found}");
    assert_eq!(networked.server.received().len(), 1, "offline nobody is asked");

    let revoked = |issuer: &Minted| {
        Behaviour::ok("application/ocsp-response", &AnswerShape::revoked(&SERIAL).signed(issuer, issuer))
    };
    let json = Networked::with_responder(revoked).await.explain(&["--json"]).await.json();
    assert_eq!((&json["reason"], &json["ended_at"]), (&"revoked".into(), &"ocsp".into()));
}

#[tokio::test]
async fn a_responder_without_a_word_is_waited_for_as_long_as_is_configured() {
    let networked = Networked::with_responder(|_| Behaviour::Hang).await;
    let ran = networked.explain(&[]).await;
    assert_eq!(ran.status, 1, "{ran:?}");
    let text = told(&ran);
    assert!(text.contains("revocation-unavailable") && text.contains("within 500 ms"), "{}", ran.stdout);
}

#[tokio::test]
async fn a_policy_that_tolerates_it_lets_pass_offline_and_the_step_says_so() {
    let tolerant =
        |server: &FaultyServer| format!("{}\n[revocation.policy.ours]\nallow_unavailable = true", responder(server));
    let networked = Networked::new(tolerant, |_| Behaviour::Reset).await;
    let json = networked.explain(&["--offline", "--json"]).await.json();
    assert_eq!((&json["verdict"], &step(&json, "ocsp")["outcome"]), (&"accepted".into(), &"tolerated".into()));
    assert_eq!(networked.server.received().len(), 0);
}

#[tokio::test]
async fn check_policy_and_replay_ask_nobody_and_say_so() {
    for tables in [fetched_list, responder] {
        let networked = Networked::new(tables, |_| Behaviour::Hang).await;
        let config = networked.config.to_str().unwrap().to_owned();
        let is_list = tables(&networked.server).contains("fetched_crls");

        let check = run_beside(["check", "--config", &config, "--at", AT].map(str::to_owned).to_vec()).await;
        assert_eq!((check.status, check.stderr.as_str()), (0, ""), "{check:?}");
        check.is_readable();
        assert_eq!(check.stdout.contains("Not looked at"), is_list, "{}", check.stdout);
        assert_eq!(check.stdout.contains(&networked.server.url("/issuing.crl")), is_list, "{}", check.stdout);

        let policy = run_beside(["policy", "--config", &config, "--json"].map(str::to_owned).to_vec()).await;
        assert_eq!((policy.status, policy.stderr.as_str()), (0, ""), "{policy:?}");
        assert!(policy.stdout.contains(&networked.server.url("")), "{}", policy.stdout);
        assert!(policy.stdout.contains("127.0.0.1/32"), "what the client may reach is told: {}", policy.stdout);

        let headers: Vec<_> =
            networked.client.lines.iter().map(|(name, value)| serde_json::json!([name, value])).collect();
        let line = serde_json::json!({ "peer": "10.1.0.4", "path": "/", "headers": headers, "time": AT });
        let recording = networked.world.write("recording.jsonl", format!("{line}\n{line}\n"));
        let replay = run_beside(["replay", "--config", &config, &recording].map(str::to_owned).to_vec()).await;
        assert_eq!(replay.status, 0, "{replay:?}");
        let reason = if is_list { "revocation-no-source" } else { "revocation-unavailable" };
        assert_eq!(replay.stdout.matches(reason).count(), 2, "{}", replay.stdout);
        assert!(replay.stderr.contains("offline: 1 address "), "{}", replay.stderr);
        assert_eq!(networked.server.received().len(), 0);
    }
}

#[tokio::test]
async fn the_time_that_an_answer_took_is_told() {
    let Behaviour::Send(octets) = Behaviour::answer("404 Not Found", &[], b"") else { panic!("it sends") };
    let least = u64::try_from(octets.len()).unwrap();
    let trickle = Behaviour::Trickle(octets, Duration::from_millis(1));
    let networked = Networked::new(fetched_list, |_| trickle.clone()).await;
    let question = step(&networked.explain(&["--json"]).await.json(), "crl")["asked"][0].clone();
    assert!(question["milliseconds"].as_u64().is_some_and(|took| took >= least), "{least} ms: {question:#}");
}

/// The client is watched, and is the one of the configuration all the same.
#[test]
fn what_the_client_is_and_may_fetch_is_told_of_the_client_itself() {
    let world = World::new();
    let responder = |scheme: &str| with(&format!("[[revocation.ocsp]]\nurl = \"{scheme}://ocsp.ca.test/\"\n"));
    let config = world.write("client-cert.toml", responder("http"));
    let policy = run(["policy", "--json", "--config", &config]).json();
    let entries = policy["entries"].as_array().unwrap();
    let client = entries.iter().find(|entry| entry["key"] == "revocation.ocsp.http").unwrap();
    assert_eq!(client["value"], "HTTP, 2000 ms to connect, 8 fetches at a time, 64 more wait, https refused");
    world.write("client-cert.toml", responder("https"));
    run(["check", "--config", &config]).is_trouble("https://ocsp.ca.test/ cannot be asked: https needs roots");
}
