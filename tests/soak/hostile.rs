//! Those who write the header themselves: through the gateways, around them, and as somebody on a gateway's machine
//! would.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::chance::Chance;
use crate::client::{Client, fingerprint};
use crate::connection::Connection;
use crate::standing::Expected;
use crate::support::pki::{Shape, escaped_pem};
use crate::traffic::{Front, Traffic};
use crate::world::{ELSEWHERE, ENVOY_ADDRESS, GOOD, NGINX_ADDRESS, World};

/// What they know: a good client's certificate, as both gateways write it.
#[derive(Clone, Debug)]
pub(crate) struct Hostile {
    service: SocketAddr,
    fingerprint: String,
    value: String,
    element: String,
    /// The same certificate with another signature.
    broken: String,
}

/// A request straight to the service.
struct Straight {
    kind: &'static str,
    from: [u8; 4],
    lines: Vec<(&'static str, String)>,
    expected: Vec<Expected>,
}

impl Hostile {
    pub(crate) fn new(world: &World, service: SocketAddr) -> Self {
        let victim = world.alpha.issuing.issue(&Shape::partner());
        let hash = Sha256::digest(victim.der()).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        Self {
            service,
            fingerprint: fingerprint(victim.der()),
            value: victim.escaped_pem(),
            element: format!("Hash={hash};Cert=\"{}\"", victim.escaped_pem()),
            broken: escaped_pem(&victim.with_broken_signature()),
        }
    }

    /// Through both gateways, with the victim's value beside a certificate of one's own, or beside none.
    pub(crate) async fn forge(self, traffic: Traffic, clients: Vec<Arc<Client>>) {
        let mut chance = Chance::new(11);
        let with = |kind| clients.iter().find(|client| client.kind == kind).unwrap();
        let forgers = [with(GOOD), with("without a certificate"), with("self-signed"), with("on the list")];
        let mut open: Vec<_> = forgers
            .iter()
            .flat_map(|client| [Front::Envoy, Front::Nginx].map(|front| (*client, front)))
            .map(|(client, front)| (client, front, Connection::tls(traffic.address(front), &client.tls)))
            .collect();
        let mut pace = traffic.pace(Duration::from_millis(100));
        while pace.goes_on().await {
            let one = chance.below(open.len());
            let (client, front, connection) = &mut open[one];
            let (name, value) = match chance.below(6) {
                0 => ("x-client-cert", self.value.clone()),
                1 => ("x_client_cert", self.value.clone()),
                2 => ("x-client_cert", self.value.clone()),
                3 => ("x-forwarded-client-cert", self.element.clone()),
                4 => ("x_forwarded_client_cert", self.element.clone()),
                _ => ("x-client-cert", self.damaged(&mut chance)),
            };
            let times = 1 + chance.below(2);
            let lines = vec![(name, value); times];
            let begun = client.standing().begin();
            let answer = connection.ask("/restricted", &lines).await;
            let expected = client.expected(*front, begun, "/restricted");
            traffic.tally().note((front.name(), "forged header"), &answer, &expected, &client.fingerprint);
        }
    }

    /// Straight to the service.
    pub(crate) async fn go_around(self, traffic: Traffic) {
        let mut chance = Chance::new(12);
        let mut open =
            [ELSEWHERE, NGINX_ADDRESS, ENVOY_ADDRESS].map(|from| (from, Connection::plain(self.service, from)));
        let mut pace = traffic.pace(Duration::from_millis(25));
        while pace.goes_on().await {
            let straight = self.straight(&mut chance);
            let (_, connection) = open.iter_mut().find(|(from, _)| *from == straight.from).unwrap();
            let answer = connection.ask("/restricted", &straight.lines).await;
            traffic.tally().note(("straight", straight.kind), &answer, &straight.expected, &self.fingerprint);
        }
    }

    fn straight(&self, chance: &mut Chance) -> Straight {
        let own = |kind, lines, reason| Straight {
            kind,
            from: NGINX_ADDRESS,
            lines,
            expected: vec![Expected::Refused(reason)],
        };
        let of_envoy = |kind, value, reason| Straight {
            from: ENVOY_ADDRESS,
            ..own(kind, vec![("x-forwarded-client-cert", value)], reason)
        };
        let value = |value: &str| vec![("x-client-cert", value.to_owned())];
        match chance.below(18) {
            0 => Straight { from: ELSEWHERE, ..own("from elsewhere", value(&self.value), "certificate-missing") },
            1 => {
                let lines = vec![("x-forwarded-client-cert", self.element.clone())];
                Straight { from: ELSEWHERE, ..own("from elsewhere, as Envoy", lines, "certificate-missing") }
            }
            2 => {
                let lines = vec![("x-forwarded-client-cert", self.element.clone())];
                own("another gateway's header", lines, "certificate-missing")
            }
            3 => own("look-alike", vec![("x_client_cert", self.value.clone())], "certificate-missing"),
            4 => own("rubbish", value("rubbish"), "pem-malformed"),
            5 => own("twice", [value(&self.value), value(&self.value)].concat(), "header-repeated"),
            6 => own("too large", value(&"A".repeat(70_000)), "header-too-large"),
            7 => {
                let named = vec![("connection", "keep-alive, x-client-cert".to_owned())];
                own("named in Connection", [value(&self.value), named].concat(), "header-named-by-connection")
            }
            8 => own("another signature", value(&self.broken), "signature-invalid"),
            9 => {
                let (end, _) = self.value.match_indices("%0A").nth(2).unwrap();
                own("some of its lines", value(&self.value[..end]), "pem-malformed")
            }
            10 => of_envoy("two elements", format!("{0},{0}", self.element), "xfcc-element-ambiguous"),
            11 => of_envoy("another hash", format!("Hash=00;{}", &self.element[70..]), "xfcc-contradictory"),
            12 => of_envoy("no element", "rubbish".to_owned(), "xfcc-malformed"),
            13 | 14 => {
                let lines = vec![("x-client-cert", self.damaged(chance))];
                Straight { kind: "damaged", from: NGINX_ADDRESS, lines, expected: anything() }
            }
            15 => {
                let value = damaged(&self.element, chance);
                let lines = vec![("x-forwarded-client-cert", value)];
                Straight { kind: "damaged element", from: ENVOY_ADDRESS, lines, expected: anything() }
            }
            _ => Straight {
                kind: "who can send from a gateway's address",
                from: NGINX_ADDRESS,
                lines: value(&self.value),
                expected: vec![Expected::Accepted],
            },
        }
    }

    fn damaged(&self, chance: &mut Chance) -> String {
        damaged(&self.value, chance)
    }
}

/// With some characters in place of others, or some left out.
fn damaged(value: &str, chance: &mut Chance) -> String {
    let mut bytes = value.as_bytes().to_vec();
    for _ in 0..=chance.below(3) {
        let place = chance.below(bytes.len());
        match chance.below(3) {
            0 => drop(bytes.remove(place)),
            1 => bytes.insert(place, PRINTABLE[chance.below(PRINTABLE.len())]),
            _ => bytes[place] = PRINTABLE[chance.below(PRINTABLE.len())],
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// What can come of a header that was damaged somewhere: a refusal for any of these reasons. Or nothing was damaged
/// that counts, as an escape in lower case; then it is the victim's certificate to the last bit, and nobody else's.
fn anything() -> Vec<Expected> {
    let refused = DAMAGES.iter().map(|reason| Expected::Refused(reason));
    refused.chain([Expected::Accepted]).collect()
}

const PRINTABLE: &[u8] = b"ABCabc019%+/=:;,\"\\-_.~ ";

const DAMAGES: &[&str] = &[
    "algorithm-unsupported",
    "base64-malformed",
    "certificate-malformed",
    "certificate-missing",
    "certificate-unsupported",
    "critical-extension-unsupported",
    "der-malformed",
    "encoding-unrecognized",
    "expired",
    "header-merged",
    "issuer-unknown",
    "key-unacceptable",
    "key-usage-unsuitable",
    "not-for-client-use",
    "not-yet-valid",
    "pem-malformed",
    "percent-encoding-malformed",
    "signature-invalid",
    "version-unsupported",
    "xfcc-contradictory",
    "xfcc-element-ambiguous",
    "xfcc-malformed",
];
