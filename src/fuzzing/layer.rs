//! A whole request through the layer.
//!
//! The input is text: the first line is the address of the peer, each further line a header line `name: value`. A first
//! line that is no address stands for a server that reports none.

use std::cell::RefCell;
use std::convert::Infallible;
use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;

use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use tower::{Layer as _, Service as _, service_fn};

use super::is_one_line;
use super::poll::PollOnce as _;
use super::world::World;
use crate::gateway::{Gateway, GatewayPeer};
use crate::identity::ClientIdentity;
use crate::layer::{Authentication, Refusal};

/// Sends a request through the layer and checks what came of it.
///
/// # Panics
///
/// When anything that must hold does not.
pub fn layer(input: &[u8]) {
    let _ = client(input);
}

/// The client that the handler saw, after every check.
pub(super) fn client(input: &[u8]) -> Option<ClientIdentity> {
    let world = World::shared();
    let request = request(input);
    let sent = request.headers().clone();
    let gateway = request.extensions().get::<GatewayPeer>().and_then(|peer| gateway_at(world, *peer));
    let (seen, response) = answer(world, request);
    let Some(seen) = seen else {
        assert!(gateway.is_some(), "a peer that is no gateway was refused");
        refused(&response);
        return None;
    };
    assert_eq!(response.status(), StatusCode::OK, "the handler was called and another answered");
    for gateway in &world.gateways {
        for name in gateway.forwarding().names() {
            let left = seen.headers.keys().find(|left| folded(left) == folded(name));
            assert_eq!(left, None, "a header of the gateway reached the handler");
        }
    }
    match (gateway, &seen.identity) {
        (Some(_), Some(identity)) => {
            assert_eq!(identity.certificate().der(), &*world.client, "a certificate that the anchor never issued");
        }
        (Some(gateway), None) => assert!(!presents(gateway, &sent), "a certificate was presented and overlooked"),
        (None, identity) => assert!(identity.is_none(), "an identity from a peer that is no gateway"),
    }
    seen.identity
}

/// What the handler was given.
struct Seen {
    headers: HeaderMap,
    identity: Option<ClientIdentity>,
}

fn answer(world: &World, request: Request<()>) -> (Option<Seen>, Response<()>) {
    let seen = RefCell::new(None);
    let mut service = world.layer.layer(service_fn(|request: Request<()>| {
        let identity = request.extensions().get::<Authentication>().map(Authentication::identity);
        assert!(identity.is_some(), "the handler does not learn that a layer ran");
        let identity = identity.flatten().cloned();
        *seen.borrow_mut() = Some(Seen { headers: request.headers().clone(), identity });
        async { Ok::<_, Infallible>(Response::new(String::new())) }
    }));
    let response = pin!(service.call(request)).poll_once();
    (seen.take(), response.map(|_| ()))
}

pub(super) fn request(input: &[u8]) -> Request<()> {
    let mut request = Request::new(());
    let mut lines = input.split(|byte| *byte == b'\n').take(MAX_LINES);
    let address = lines.next().and_then(|line| std::str::from_utf8(line).ok()?.parse::<IpAddr>().ok());
    if let Some(address) = address {
        request.extensions_mut().insert(GatewayPeer::tcp(SocketAddr::new(address, PORT)));
    }
    for line in lines {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let Some((name, value)) = line.split_at_checked(colon) else { continue };
        let value = value.strip_prefix(b":").unwrap_or(value).trim_ascii();
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            request.headers_mut().append(name, value);
        }
    }
    request
}

/// The gateway that the layer has to find behind this address, by another way than its own.
fn gateway_at(world: &World, peer: GatewayPeer) -> Option<&Gateway> {
    match peer.ip()? {
        IpAddr::V4(address) => match address.octets() {
            [10, number, 0, _] => world.gateways.get(usize::from(number)),
            _ => None,
        },
        IpAddr::V6(_) => None,
    }
}

/// Whether this gateway sent a certificate, or what should be one.
fn presents(gateway: &Gateway, sent: &HeaderMap) -> bool {
    let forwarding = gateway.forwarding();
    sent.get_all(&forwarding.leaf().name).iter().any(|value| !forwarding.means_absent(value.as_bytes().trim_ascii()))
}

fn refused(response: &Response<()>) {
    assert!(response.status().is_client_error(), "a refusal with status {}", response.status());
    let refusal = response.extensions().get::<Refusal>();
    assert!(refusal.is_some(), "an answer without a handler and without a refusal");
    let mut cause: Option<&dyn Error> = refusal.map(|refusal| -> &dyn Error { refusal.rejection() });
    for _ in 0..MAX_CAUSES {
        let Some(error) = cause else { return };
        let shown = error.to_string();
        assert!(is_one_line(&shown), "not one line: {shown:?}");
        cause = error.source();
    }
    assert!(cause.is_none(), "causes without end");
}

fn folded(name: &HeaderName) -> String {
    name.as_str().replace(['_', '.'], "-")
}

/// Header lines of one request.
const MAX_LINES: usize = 64;
/// Errors below one another in a refusal.
const MAX_CAUSES: usize = 8;
const PORT: u16 = 50_000;
