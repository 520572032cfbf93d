//! What needs a resolver that lies.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Mutex;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::resolver::Resolving;
use super::*;

/// Gives one answer after the other, and the last one for ever.
#[derive(Debug)]
struct Scripted(Mutex<Vec<Vec<IpAddr>>>);

impl Scripted {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        Arc::new(Self(Mutex::new(answers.iter().map(parse).collect())))
    }
}

impl Resolve for Scripted {
    fn resolve<'a>(&'a self, _: &'a FetchUrl) -> Resolving<'a> {
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        Box::pin(async move { Ok(answer) })
    }
}

#[derive(Debug)]
struct NoSuchName;

impl Resolve for NoSuchName {
    fn resolve<'a>(&'a self, _: &'a FetchUrl) -> Resolving<'a> {
        Box::pin(async { Err(io::Error::other("no such name")) })
    }
}

/// A server on one loopback address; the port, and how many connections it saw.
async fn server(address: Ipv4Addr) -> (u16, Arc<Mutex<usize>>) {
    let listener = TcpListener::bind((address, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            *counted.lock().unwrap() += 1;
            let mut request = [0; 1024];
            assert!(stream.read(&mut request).await.unwrap() > 0);
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
        }
    });
    (port, seen)
}

fn fetcher(resolver: Arc<dyn Resolve>) -> HttpFetcher {
    // One address of the loopback range stands for the public internet.
    HttpFetcher { resolver, ..HttpFetcher::new().allow_targets("127.0.0.9").unwrap() }
}

async fn fetch(fetcher: &HttpFetcher, port: u16) -> Result<Fetched, FetchError> {
    let url = FetchUrl::configured(format!("http://crl.example:{port}/a.crl")).unwrap();
    fetcher.fetch(FetchRequest::get(url)).await
}

#[tokio::test]
async fn a_name_that_turns_to_another_address_is_refused_there() {
    let (port, seen) = server(Ipv4Addr::new(127, 0, 0, 9)).await;
    let fetcher = fetcher(Scripted::new(&[&["127.0.0.9"], &["127.0.0.1"]]));
    assert!(fetch(&fetcher, port).await.is_ok());
    let refused = fetch(&fetcher, port).await.unwrap_err();
    assert!(matches!(refused, FetchError::TargetRefused { kind: "loopback", .. }), "{refused}");
    assert_eq!(*seen.lock().unwrap(), 1);
}

#[tokio::test]
async fn of_several_addresses_only_those_that_may_be_reached_are() {
    let (port, seen) = server(Ipv4Addr::new(127, 0, 0, 9)).await;
    let several = fetcher(Scripted::new(&[&["169.254.169.254", "::1", "10.0.0.1", "127.0.0.9"]]));
    assert!(fetch(&several, port).await.is_ok());
    assert_eq!(*seen.lock().unwrap(), 1);
    let none = fetcher(Scripted::new(&[&["::ffff:127.0.0.1", "10.0.0.1"]]));
    assert!(matches!(fetch(&none, port).await, Err(FetchError::TargetRefused { .. })));
}

#[tokio::test]
async fn an_address_that_does_not_answer_is_followed_by_the_next() {
    let (port, _) = server(Ipv4Addr::new(127, 0, 0, 9)).await;
    let fetcher = fetcher(Scripted::new(&[&["127.0.0.8", "127.0.0.9"]])).allow_targets("127.0.0.8").unwrap();
    assert!(fetch(&fetcher, port).await.is_ok());
}

#[tokio::test]
async fn a_name_without_an_address_is_told_by_name() {
    for fetcher in [fetcher(Arc::new(NoSuchName)), fetcher(Scripted::new(&[&[]]))] {
        let error = fetch(&fetcher, 80).await.unwrap_err();
        assert!(matches!(&error, FetchError::NameNotResolved { host } if host == "crl.example"), "{error}");
    }
}

#[test]
fn a_fetcher_says_how_many_fetches_it_runs_at_a_time() {
    assert_eq!(HttpFetcher::new().max_running(), Some(8));
    assert_eq!(HttpFetcher::new().max_concurrent(3, 64).max_running(), Some(3));
}
