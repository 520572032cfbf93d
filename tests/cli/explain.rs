//! `client-cert explain`.

use crate::layer::{self, Answer};
use crate::program::{Ran, run, run_with_input};
use crate::support::pki::{Shape, days};
use crate::world::{AT, Asked, USUAL, World, with, with_gateway};

fn explain(world: &World, more: &[&str]) -> Ran {
    let config = world.directory.path().join("client-cert.toml");
    run(["explain", "--at", AT, "--config", config.to_str().unwrap()].iter().chain(more))
}

#[tokio::test]
async fn a_client_that_is_let_through_has_the_status_0_and_every_step_told() {
    let world = World::new();
    let config = world.directory.write("client-cert.toml", USUAL);
    let asked = world.good();
    assert_eq!(layer::ask(&config, &asked).await, Answer::Accepted);
    let line = format!("X-Client-Cert: {}", asked.lines[0].1);
    let ran = explain(&world, &["--peer", "10.1.0.4", "--header", &line, "--path", "/restricted"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
    ran.is_readable();
    for text in [
        "GET /restricted from 10.1.0.4, judged at 2026-03-01T12:00:00Z",
        "1 gateway\n  ok      sender        gateway \"nginx\", by 10.1.0.0/24",
        "  ok      header        x-client-cert of ",
        "  ok      encoding      the certificate of \"CN=data-exchange-svc01",
        "  ok      path          \"CN=data-exchange-svc01",
        "  off     lifetime      not configured",
        "ACCEPTED: CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH, under \"ours\"",
    ] {
        assert!(ran.stdout.contains(text), "{text}\n{}", ran.stdout);
    }
    let json = explain(&world, &["--peer", "10.1.0.4:50000", "--header", &line, "--json"]).json();
    assert_eq!(json["verdict"], "accepted");
    assert_eq!(json["at"], AT);
    assert_eq!(json["steps"].as_array().unwrap().len(), 16);
    assert_eq!(json["identity"]["path"]["anchor"]["label"], "ours");
}

#[test]
fn a_file_that_is_not_there_is_told_with_its_name_and_why() {
    let world = World::new();
    let config = world.directory.path().join("client-cert.toml");
    let config = config.to_str().unwrap();
    explain(&world, &["--peer", "10.1.0.4"]).is_trouble(&format!("{config}: No such file"));
    world.write("client-cert.toml", USUAL.replace("\"root.pem\"", "\"gone.pem\""));
    for command in [&["explain", "--peer", "10.1.0.4"][..], &["check"], &["policy"], &["replay"]] {
        let ran = run(command.iter().chain(&["--config", config]));
        ran.is_trouble("gone.pem");
        ran.is_trouble("No such file");
        ran.is_trouble("line 7");
    }
}

#[tokio::test]
async fn a_request_that_goes_on_without_a_client_has_the_status_3() {
    let world = World::new();
    let config = world.directory.write("client-cert.toml", USUAL);
    assert_eq!(layer::ask(&config, &Asked::new(&[])).await, Answer::Anonymous);
    let without = explain(&world, &["--peer", "10.1.0.4"]);
    assert_eq!(without.status, 3, "{without:?}");
    assert!(without.stdout.contains("ANONYMOUS") && without.stdout.contains("x-client-cert"), "{}", without.stdout);
    let head = world.write("head", world.good().head());
    let elsewhere = explain(&world, &["--peer", "192.0.2.7", "--head", &head]);
    assert_eq!(elsewhere.status, 3);
    assert!(elsewhere.stdout.contains("192.0.2.0/24"), "{}", elsewhere.stdout);
    for peer in ["unix", "unix:33", "fe80::1"] {
        assert_eq!(explain(&world, &["--peer", peer, "--head", &head]).status, 3);
    }
}

#[test]
fn a_user_of_a_unix_socket_is_told_from_others() {
    let world = World::new();
    let config = USUAL.replace("addresses = [\"10.1.0.0/24\"]", "unix_socket = { uids = [33] }");
    assert_ne!(config, USUAL);
    world.write("client-cert.toml", config);
    let head = world.write("head", world.good().head());
    for (peer, status) in [("unix:33", 0), ("unix:34", 3), ("unix", 3)] {
        assert_eq!(explain(&world, &["--peer", peer, "--head", &head]).status, status, "{peer}");
    }
}

#[test]
fn the_head_may_come_from_standard_input_and_name_its_peer() {
    let world = World::new();
    let config = world.write("client-cert.toml", USUAL);
    let lines: Vec<_> = world.good().lines;
    let head = format!("10.1.0.4\n{}: {}\n", lines[0].0, lines[0].1);
    let ran = run_with_input(["explain", "--config", &config, "--head", "-", "--at", AT], head.as_bytes());
    assert_eq!(ran.status, 0, "{ran:?}");
    let below_an_empty_line = format!("\r\n{head}");
    let ran =
        run_with_input(["explain", "--config", &config, "--head", "-", "--at", AT], below_an_empty_line.as_bytes());
    assert_eq!(ran.status, 0, "{ran:?}");
    let elsewhere =
        run_with_input(["explain", "--config", &config, "--head", "-", "--at", AT, "--peer", "::1"], head.as_bytes());
    assert_eq!(elsewhere.status, 3, "{elsewhere:?}");
}

#[test]
fn the_time_decides() {
    let world = World::new();
    let config = world.write("client-cert.toml", USUAL);
    let head = world.write("head", world.leaf(&Shape::partner().valid(days(-20), days(-10))).head());
    let at = |at: &str| run(["explain", "--config", &config, "--peer", "10.1.0.4", "--head", &head, "--at", at]).status;
    assert_eq!(at("2026-02-14T00:00:00Z"), 0);
    assert_eq!(at("2026-03-01T12:00:00Z"), 1);
    // Without a time it is the machine's, by which nothing of this PKI is in date before 2026.
    let now = run(["explain", "--config", &config, "--peer", "10.1.0.4", "--head", &head]);
    assert_eq!(now.status, 1, "{now:?}");
}

#[test]
fn the_certificate_of_the_gateway_can_be_given() {
    let world = World::new();
    let authority = Shape::authority("Gateways").self_signed();
    world.write("gateways.pem", authority.pem());
    let own = world.write("own.pem", authority.issue(&Shape::client("edge")).pem());
    let config = with_gateway("certificate = [{ anchors = [{ file = \"gateways.pem\" }], allow_any_issued = true }]");
    world.write("client-cert.toml", config);
    let head = world.write("head", world.good().head());
    let without = explain(&world, &["--peer", "10.1.0.4", "--head", &head]);
    assert_eq!(without.status, 3, "{without:?}");
    let with = explain(&world, &["--peer", "10.1.0.4", "--head", &head, "--gateway-certificate", &own]);
    assert_eq!(with.status, 0, "{with:?}");
}

#[test]
fn bad_input_gets_one_line_and_the_status_2() {
    let world = World::new();
    world.write("client-cert.toml", USUAL);
    explain(&world, &[]).is_trouble("give --peer");
    explain(&world, &["--peer", "gateway"]).is_trouble("gateway is no peer");
    explain(&world, &["--peer", "unix:nobody"]).is_trouble("unix:nobody is no peer");
    explain(&world, &["--peer", "::1", "--header", "nonsense"]).is_trouble("no header line");
    explain(&world, &["--peer", "::1", "--head", "/no/such/head"]).is_trouble("/no/such/head cannot be read");
    explain(&world, &["--peer", "::1", "--path", "a b"]).is_trouble("a b");
    explain(&world, &["--peer", "::1", "--method", "<"]).is_trouble("<");
    let broken = world.write("broken", "GET / HTTP/1.1\nno header line\n");
    explain(&world, &["--peer", "::1", "--head", &broken]).is_trouble("line 2 of the head is no header line");
    explain(&world, &["--peer", "::1", "--gateway-certificate", &broken]).is_trouble("no certificate in PEM");
    run(["explain", "--peer", "::1", "--config", "x", "--at", "2026"]).is_trouble("2026 is no time");
    run(["explain", "--peer", "::1"]).is_trouble("--config");
    run(["explain", "--peer", "::1", "--config", "/no/such/config"]).is_trouble("/no/such/config");

    world.write("client-cert.toml", with("[limits]\nmax_header_byte = 1"));
    explain(&world, &["--peer", "::1"]).is_trouble("max_header_byte");
    world.write("client-cert.toml", USUAL.replace("root.pem", "missing.pem"));
    explain(&world, &["--peer", "::1"]).is_trouble("missing.pem");
    world.write("client-cert.toml", "[[[");
    explain(&world, &["--peer", "::1"]).is_trouble("client-cert.toml");
}
