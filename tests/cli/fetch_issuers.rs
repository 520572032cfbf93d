//! `client-cert fetch-issuers`.

use rcgen::IsCa;
use tower_client_cert::Inspection;

use crate::program::{Ran, run, run_beside};
use crate::support::faulty_server::{Behaviour, FaultyServer};
use crate::support::pki::{Access, Minted, Shape, now};
use crate::support::scratch::Scratch;

/// A root, an intermediate and a client, the latter two of which tell where their issuers are.
struct Chain {
    root: Minted,
    intermediate: Minted,
    client: Minted,
}

impl Chain {
    fn at(server: &FaultyServer) -> Self {
        let with_issuer_at =
            |shape: Shape, path: &str| shape.information_access(&[(Access::CaIssuers, &server.url(path))]);
        let root = Shape::authority("Test Root").self_signed();
        let intermediate = root.issue(&with_issuer_at(Shape::authority("Test Intermediate"), "/root.cer"));
        let client = intermediate.issue(&with_issuer_at(Shape::partner(), "/intermediate.cer"));
        Self { root, intermediate, client }
    }
}

async fn fetch(server: &FaultyServer, client: &Minted, more: &[&str]) -> Ran {
    let mut arguments = vec!["fetch-issuers".to_owned(), client.escaped_pem()];
    let address = server.address().to_string();
    arguments.extend(["--allow-target", "127.0.0.1/32", "--host", &address].map(str::to_owned));
    arguments.extend(more.iter().map(|more| (*more).to_owned()));
    run_beside(arguments).await
}

fn one_line(ran: &Ran) -> String {
    ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn key_id(minted: &Minted) -> Option<String> {
    let inspection = Inspection::of_file(minted.der(), now()).unwrap();
    inspection.certificates()[0].read().unwrap().subject_key_id().map(ToString::to_string)
}

/// The server answers on this very thread's runtime.
#[tokio::test]
async fn the_way_is_followed_to_the_root_and_nothing_is_trusted() {
    let server = FaultyServer::always(Behaviour::Reset).await;
    let chain = Chain::at(&server);
    let (root, intermediate) = (chain.root.der().to_vec(), chain.intermediate.der().to_vec());
    server.answer(move |request| match request.path.as_str() {
        "/root.cer" => Behaviour::ok("application/pkix-cert", &root),
        _ => Behaviour::ok("application/pkix-cert", &intermediate),
    });
    let ran = fetch(&server, &chain.client, &[]).await;
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
    ran.is_readable();
    assert_eq!(ran.stdout.matches("Found; nothing of it is verified or trusted").count(), 2);
    for text in ["subject       CN=Test Intermediate", "subject       CN=Test Root", "as the one below names"] {
        assert!(ran.stdout.contains(text), "{text}: {}", ran.stdout);
    }
    assert_eq!(server.received().len(), 2);

    let pem = fetch(&server, &chain.client, &["--pem"]).await;
    assert_eq!(pem.stdout, chain.intermediate.pem() + &chain.root.pem());
    let scratch = Scratch::new("issuers");
    let bundle = scratch.write("issuers.pem", &pem.stdout);
    assert_eq!(run(["inspect", "--json", "--file", bundle.to_str().unwrap()]).json()["form"], "a file in PEM");
}

#[tokio::test]
async fn what_bears_another_name_or_is_no_certificate_is_no_issuer() {
    let server = FaultyServer::always(Behaviour::Reset).await;
    let chain = Chain::at(&server);
    let other = Shape::authority("Other").self_signed().der().to_vec();
    for (behaviour, problem) in [
        (Behaviour::ok("application/pkix-cert", &other), "bears another name"),
        (Behaviour::ok("text/html", b"<html>"), "is no certificate in DER or PEM"),
        (Behaviour::Reset, "No certificate of \"CN=Test Intermediate\" was found"),
        (Behaviour::Send(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec()), "404"),
    ] {
        server.answer(move |_| behaviour.clone());
        let ran = fetch(&server, &chain.client, &[]).await;
        assert_eq!((ran.status, ran.stderr.as_str()), (1, ""), "{problem}: {ran:?}");
        ran.is_readable();
        assert!(one_line(&ran).contains(problem), "{problem}: {}", ran.stdout);
    }
}

#[tokio::test]
async fn an_issuer_of_the_same_name_is_told_with_the_key_that_the_one_below_names() {
    let server = FaultyServer::always(Behaviour::Reset).await;
    let chain = Chain::at(&server);
    let key_id = |minted: &Minted| key_id(minted).unwrap();
    let namesake = Shape::authority("Test Intermediate").self_signed();
    let mut without_key_id = Shape::client("Test Intermediate");
    without_key_id.is_ca(IsCa::NoCa);
    let nameless = without_key_id.self_signed();
    let own = key_id(&chain.intermediate);
    for (issuer, expected) in [
        (&chain.intermediate, format!("key id {own}, as the one below names it")),
        (&namesake, format!("key id {}, but the one below names {own}", key_id(&namesake))),
        (&nameless, "key id none".to_owned()),
    ] {
        let der = issuer.der().to_vec();
        server.answer(move |_| Behaviour::ok("application/pkix-cert", &der));
        let ran = fetch(&server, &chain.client, &[]).await;
        assert!(one_line(&ran).contains(&expected), "{expected}: {}", ran.stdout);
    }
}

#[tokio::test]
async fn at_most_256_kib_are_taken_from_an_address() {
    let server = FaultyServer::always(Behaviour::Reset).await;
    let chain = Chain::at(&server);
    for (octets, status) in [(256 * 1024, 0), (256 * 1024 + 1, 1)] {
        let pem = chain.root.pem() + &chain.intermediate.pem();
        let padded = format!("{pem}{}", "x".repeat(octets - pem.len()));
        server.answer(move |_| Behaviour::ok("application/x-pem-file", padded.as_bytes()));
        let ran = fetch(&server, &chain.client, &[]).await;
        assert_eq!(
            (ran.status, one_line(&ran).contains("more than 262144 octets")),
            (status, status == 1),
            "{octets}: {ran:?}"
        );
    }
}

#[tokio::test]
async fn nothing_is_asked_of_a_host_or_an_address_that_was_not_allowed() {
    let server = FaultyServer::always(Behaviour::Reset).await;
    let chain = Chain::at(&server);
    let value = chain.client.escaped_pem();
    let address = server.address().to_string();
    let nobody = run_beside(["fetch-issuers", &value].map(str::to_owned).to_vec()).await;
    assert_eq!(nobody.status, 1, "{nobody:?}");
    assert!(nobody.stdout.contains("--host allows a host"), "{}", nobody.stdout);
    let no_target = run_beside(["fetch-issuers", &value, "--host", &address].map(str::to_owned).to_vec()).await;
    assert_eq!(no_target.status, 1, "{no_target:?}");
    assert!(server.received().is_empty());
}

#[test]
fn what_cannot_be_followed_gets_one_line() {
    let root = Shape::authority("Test Root").self_signed();
    run(["fetch-issuers", &root.escaped_pem()]).is_trouble("self-issued");
    run(["fetch-issuers", &root.issue(&Shape::partner()).escaped_pem()]).is_trouble("names no address");
    run(["fetch-issuers", "hello"]).is_trouble("base64");
    run(["fetch-issuers", "Accept: */*"]).is_trouble("expected one value or file");
    run(["fetch-issuers", &root.escaped_pem(), "--host", "*.example"]).is_trouble("*.example");
    run(["fetch-issuers", &root.escaped_pem(), "--allow-target", "x"]).is_trouble("address range");
}
