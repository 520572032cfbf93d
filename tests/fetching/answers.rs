//! The built-in client against a server that does everything wrong.

use std::time::Duration;

use tower_client_cert::{Fetch as _, FetchError, FetchRequest, FetchUrl, FetchValidators, Fetched, HttpFetcher};

use crate::support::faulty_server::{Behaviour, FaultyServer};

const BODY: &[u8] = b"0123456789";

fn fetcher() -> HttpFetcher {
    HttpFetcher::new().allow_targets("127.0.0.1").unwrap()
}

fn request(server: &FaultyServer) -> FetchRequest {
    FetchRequest::get(FetchUrl::configured(server.url("/a.crl")).unwrap()).with_max_octets(BODY.len())
}

async fn fetch(behaviour: Behaviour) -> Result<Vec<u8>, FetchError> {
    let server = FaultyServer::always(behaviour).await;
    let fetched = fetcher().fetch(request(&server).content_types(&["application/pkix-crl"])).await?;
    Ok(fetched.into_octets()?.octets().to_vec())
}

fn ok(body: &[u8]) -> Behaviour {
    Behaviour::ok("application/pkix-crl", body)
}

#[tokio::test]
async fn a_whole_answer_is_handed_on_with_its_validators() {
    let headers = [("etag", "\"v1\""), ("last-modified", "Sun, 01 Mar 2026 00:00:00 GMT")];
    let server = FaultyServer::always(Behaviour::answer("200 OK", &headers, BODY)).await;
    let octets = fetcher().fetch(request(&server)).await.unwrap().into_octets().unwrap();
    assert_eq!(octets.octets(), BODY);
    assert_eq!(octets.validators().entity_tag(), Some("\"v1\""));
    assert_eq!(octets.validators().last_modified(), Some("Sun, 01 Mar 2026 00:00:00 GMT"));
}

#[tokio::test]
async fn a_request_says_what_it_wants_and_nothing_of_who_asks() {
    let server = FaultyServer::always(ok(BODY)).await;
    let url = FetchUrl::configured(server.url("/ocsp?a=b")).unwrap();
    let post =
        FetchRequest::post(url, "application/ocsp-request", *b"question").content_types(&["application/pkix-crl"]);
    fetcher().fetch(post).await.unwrap();
    let received = server.received().remove(0);
    assert_eq!((received.method.as_str(), received.path.as_str()), ("POST", "/ocsp?a=b"));
    assert_eq!(received.body, b"question");
    let mut headers = received.headers;
    headers.sort();
    let host = server.address().to_string();
    let expected = [
        ("accept", "application/pkix-crl"),
        ("accept-encoding", "identity"),
        ("connection", "close"),
        ("content-length", "8"),
        ("content-type", "application/ocsp-request"),
        ("host", &host),
        ("user-agent", "tower-client-cert"),
    ];
    assert_eq!(headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn an_answer_cut_off_at_any_length_is_no_answer() {
    let whole = ok(BODY).octets().to_vec();
    for length in 0..whole.len() {
        let result = fetch(Behaviour::Send(whole[..length].to_vec())).await;
        assert!(matches!(result, Err(FetchError::Broken)), "{length} of {}: {result:?}", whole.len());
    }
    assert_eq!(fetch(Behaviour::Send(whole)).await.unwrap(), BODY);
}

#[tokio::test]
async fn a_chunked_answer_cut_off_at_any_length_is_no_answer() {
    let head = [("content-type", "application/pkix-crl"), ("transfer-encoding", "chunked")];
    let whole = Behaviour::raw("200 OK", &head, b"4\r\n0123\r\n6\r\n456789\r\n0\r\n\r\n").octets().to_vec();
    assert_eq!(fetch(Behaviour::Send(whole.clone())).await.unwrap(), BODY);
    for length in 0..whole.len() {
        let result = fetch(Behaviour::Send(whole[..length].to_vec())).await;
        assert!(matches!(result, Err(FetchError::Broken)), "{length} of {}: {result:?}", whole.len());
    }
}

#[tokio::test]
async fn a_body_past_the_limit_is_refused_however_it_is_announced() {
    let long = [BODY, b"!"].concat();
    let chunked = [("content-type", "application/pkix-crl"), ("transfer-encoding", "chunked")];
    let silent = [("content-type", "application/pkix-crl")];
    let lying = [("content-type", "application/pkix-crl"), ("content-length", "18446744073709551615")];
    for behaviour in [
        ok(&long),
        Behaviour::raw("200 OK", &chunked, b"b\r\n0123456789!\r\n0\r\n\r\n"),
        Behaviour::raw("200 OK", &silent, &long),
    ] {
        assert!(matches!(fetch(behaviour).await, Err(FetchError::TooLarge { limit_octets: 10 })));
    }
    // Announced larger than anything: refused before the first octet of the body.
    assert!(fetch(Behaviour::raw("200 OK", &lying, BODY)).await.is_err());
}

#[tokio::test]
async fn a_body_without_an_end_is_refused_at_the_limit() {
    let server = FaultyServer::always(Behaviour::Endless).await;
    let error = fetcher().fetch(request(&server).with_max_octets(1024 * 1024)).await.unwrap_err();
    assert!(matches!(error, FetchError::TooLarge { limit_octets: 1_048_576 }), "{error}");
}

#[tokio::test]
async fn more_octets_than_were_announced_are_not_read() {
    let headers = [("content-type", "application/pkix-crl"), ("content-length", "4")];
    assert_eq!(fetch(Behaviour::raw("200 OK", &headers, BODY)).await.unwrap(), b"0123");
}

#[tokio::test]
async fn contradictory_lengths_are_no_answer() {
    let headers = [("content-type", "application/pkix-crl"), ("content-length", "4"), ("content-length", "10")];
    assert!(matches!(fetch(Behaviour::raw("200 OK", &headers, BODY)).await, Err(FetchError::Broken)));
}

#[tokio::test]
async fn every_redirect_is_refused_and_not_followed() {
    for status in ["300 A", "301 A", "302 A", "303 A", "307 A", "308 A"] {
        let elsewhere = FaultyServer::always(ok(BODY)).await;
        let server = FaultyServer::always(Behaviour::redirect(status, &elsewhere.url("/a.crl"))).await;
        let error = fetcher().fetch(request(&server)).await.unwrap_err();
        assert!(matches!(error, FetchError::Redirect { .. }), "{error}");
        assert!(elsewhere.received().is_empty());
    }
}

#[tokio::test]
async fn every_other_status_is_refused() {
    for status in ["201 A", "204 A", "206 A", "304 A", "400 A", "404 A", "429 A", "500 A", "503 A", "599 A"] {
        let result = fetch(Behaviour::answer(status, &[("content-type", "application/pkix-crl")], BODY)).await;
        assert!(matches!(result, Err(FetchError::Status { .. })), "{status}: {result:?}");
    }
    // Nothing has changed since nothing.
    let server = FaultyServer::always(Behaviour::answer("304 A", &[], b"")).await;
    let unasked = fetcher().fetch(request(&server)).await;
    assert!(matches!(unasked, Err(FetchError::Status { status: 304 })), "{unasked:?}");
}

#[tokio::test]
async fn another_content_type_is_refused() {
    for content_type in
        ["text/html", "application/pkix-crlx", "application/pkix", "", "application/pkix-crl, text/html"]
    {
        let result = fetch(Behaviour::ok(content_type, BODY)).await;
        assert!(matches!(result, Err(FetchError::ContentType { .. })), "{content_type}: {result:?}");
    }
    let none = fetch(Behaviour::answer("200 OK", &[], BODY)).await;
    assert!(matches!(none, Err(FetchError::ContentType { found: None })), "{none:?}");
    let two = [("content-type", "application/pkix-crl"), ("content-type", "text/html")];
    assert!(fetch(Behaviour::answer("200 OK", &two, BODY)).await.is_err());
    assert!(fetch(Behaviour::ok("Application/PKIX-CRL; charset=binary", BODY)).await.is_ok());
}

#[tokio::test]
async fn a_content_coding_is_refused() {
    for (name, value) in
        [("content-encoding", "gzip"), ("content-encoding", "br"), ("transfer-encoding", "gzip, chunked")]
    {
        let headers = [("content-type", "application/pkix-crl"), (name, value)];
        let result = fetch(Behaviour::raw("200 OK", &headers, b"a\r\n0123456789\r\n0\r\n\r\n")).await;
        let refused = matches!(result, Err(FetchError::ContentCoding { .. } | FetchError::Broken));
        assert!(refused, "{name} {value}: {result:?}");
    }
}

#[tokio::test]
async fn what_is_no_http_is_refused() {
    for octets in
        [&b"SSH-2.0-OpenSSH_9.2\r\n"[..], b"\x15\x03\x01\x00\x02\x02\x46", b"HTTP/9.9 200 OK\r\n\r\n", b"\0\0\0\0"]
    {
        let result = fetch(Behaviour::Send(octets.to_vec())).await;
        assert!(matches!(result, Err(FetchError::Broken)), "{result:?}");
    }
    assert!(matches!(fetch(Behaviour::Reset).await, Err(FetchError::Broken)));
}

#[tokio::test]
async fn a_head_without_an_end_is_refused() {
    let endless = format!("HTTP/1.1 200 OK\r\nx: {}", "a".repeat(64 * 1024));
    assert!(matches!(fetch(Behaviour::SendAndHang(endless.into_bytes())).await, Err(FetchError::Broken)));
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: a\r\n".repeat(100));
    assert!(matches!(fetch(Behaviour::SendAndHang(many.into_bytes())).await, Err(FetchError::Broken)));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_or_stops_is_given_up_in_time() {
    let whole = ok(BODY).octets().to_vec();
    let half = whole[..whole.len() - 3].to_vec();
    for behaviour in [Behaviour::Hang, Behaviour::SendAndHang(half), Behaviour::Trickle(whole, Duration::from_secs(1))]
    {
        let server = FaultyServer::always(behaviour).await;
        let request = request(&server).with_time_limit(Duration::from_millis(700));
        let error = fetcher().fetch(request).await.unwrap_err();
        assert!(matches!(error, FetchError::TimedOut { after } if after == Duration::from_millis(700)), "{error}");
    }
}

#[tokio::test]
async fn a_condition_is_sent_and_unchanged_understood() {
    let server = FaultyServer::start(|received| match received.header("if-none-match") {
        Some("\"v1\"") => Behaviour::answer("304 Not Modified", &[("etag", "\"v1\"")], b""),
        _ => ok(BODY),
    })
    .await;
    let known = FetchValidators::new(Some("\"v1\""), Some("Sun, 01 Mar 2026 00:00:00 GMT"));
    let unchanged = fetcher().fetch(request(&server).unless_unchanged(known)).await.unwrap();
    assert!(matches!(unchanged, Fetched::Unchanged));
    assert_eq!(server.received()[0].header("if-modified-since"), Some("Sun, 01 Mar 2026 00:00:00 GMT"));
    let outdated = FetchValidators::new(Some("\"v0\""), None);
    let octets = fetcher().fetch(request(&server).unless_unchanged(outdated)).await.unwrap();
    assert!(matches!(octets, Fetched::Octets(_)));
}

#[tokio::test]
async fn more_fetches_than_may_wait_are_told_so_at_once() {
    let server = FaultyServer::always(Behaviour::Hang).await;
    let fetcher = fetcher().max_concurrent(1, 1);
    let hanging = |fetcher: HttpFetcher, request| tokio::spawn(async move { fetcher.fetch(request).await });
    let first = hanging(fetcher.clone(), request(&server));
    let second = hanging(fetcher.clone(), request(&server));
    while server.received().is_empty() {
        tokio::task::yield_now().await;
    }
    let error = fetcher.fetch(request(&server)).await.unwrap_err();
    assert!(matches!(error, FetchError::Busy { limit: 1 }), "{error}");
    first.abort();
    // The one that waited has its turn.
    while server.received().len() < 2 {
        tokio::task::yield_now().await;
    }
    second.abort();
}
