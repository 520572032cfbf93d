//! Where the built-in client goes, and where it does not.

use tower_client_cert::{Fetch as _, FetchError, FetchRequest, FetchUrl, HttpFetcher};

use crate::support::faulty_server::{Behaviour, FaultyServer};

async fn fetch(fetcher: &HttpFetcher, url: &str) -> Result<Vec<u8>, FetchError> {
    let request = FetchRequest::get(FetchUrl::configured(url).unwrap());
    Ok(fetcher.fetch(request).await?.into_octets()?.octets().to_vec())
}

#[tokio::test]
async fn a_server_on_this_machine_is_not_reached_under_any_name() {
    let server = FaultyServer::always(Behaviour::ok("text/plain", b"secret")).await;
    let port = server.address().port();
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f000001",
        "0x7f.0.0.1",
        "2130706433",
        "017700000001",
        "127.0.0.1.",
        "0",
        "0.0.0.0",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "ip6-localhost",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:7f00:0001]",
        "[::127.0.0.1]",
    ] {
        let error = fetch(&HttpFetcher::new(), &format!("http://{host}:{port}/")).await.unwrap_err();
        let refused = matches!(error, FetchError::TargetRefused { .. } | FetchError::NameNotResolved { .. });
        assert!(refused, "{host}: {error}");
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn addresses_that_only_this_network_can_reach_are_refused_without_a_connection() {
    for host in [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "168.63.129.16",
        "172.16.0.1",
        "192.0.0.192",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[ff02::1]",
        "[64:ff9b::a00:1]",
        "[2002:a00:1::1]",
        "[2001:0:1:2:3:4:5:6]",
    ] {
        let error = fetch(&HttpFetcher::new(), &format!("http://{host}/")).await.unwrap_err();
        assert!(matches!(error, FetchError::TargetRefused { .. }), "{host}: {error}");
        assert!(error.to_string().contains("allow_targets()"), "{error}");
    }
}

#[tokio::test]
async fn a_range_that_is_allowed_is_reached_by_name_and_address() {
    let server = FaultyServer::always(Behaviour::ok("text/plain", b"list")).await;
    let fetcher = HttpFetcher::new().allow_targets("127.0.0.1").unwrap();
    let port = server.address().port();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
        assert_eq!(fetch(&fetcher, &format!("http://{host}:{port}/")).await.unwrap(), b"list", "{host}");
    }
    let beside = fetch(&fetcher, &format!("http://127.0.0.2:{port}/")).await.unwrap_err();
    assert!(matches!(beside, FetchError::TargetRefused { .. }), "{beside}");
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_told() {
    let address = FaultyServer::always(Behaviour::Hang).await.address();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let free = listener.local_addr().unwrap();
    drop(listener);
    assert_ne!(address, free);
    let fetcher = HttpFetcher::new().allow_targets("127.0.0.1").unwrap();
    let error = fetch(&fetcher, &format!("http://{free}/")).await.unwrap_err();
    assert!(matches!(error, FetchError::Connect { kind: std::io::ErrorKind::ConnectionRefused }), "{error}");
}

#[test]
fn a_range_that_covers_everything_cannot_be_allowed() {
    for range in ["0.0.0.0/0", "::/0", "everywhere"] {
        assert!(HttpFetcher::new().allow_targets(range).is_err(), "{range}");
    }
}

#[tokio::test]
async fn https_without_roots_is_refused_before_a_connection() {
    let server = FaultyServer::always(Behaviour::Hang).await;
    let fetcher = HttpFetcher::new().allow_targets("127.0.0.1").unwrap();
    let url = server.url("/").replace("http:", "https:");
    assert!(matches!(fetch(&fetcher, &url).await, Err(FetchError::HttpsNotConfigured)));
    assert!(fetcher.check(&FetchUrl::configured(&url).unwrap()).is_err());
    assert!(server.received().is_empty());
}
