//! Responders that certificates name (authority information access, RFC 5280 section 4.2.2.1).

use tower_client_cert::{AllowedHosts, Reason};

use crate::responder::Responder;
use crate::support::pki::{AnswerShape, Shape};
use crate::world::{CLIENT, World, reason};

/// One `AccessDescription` with id-ad-ocsp for each host, of the same length each.
fn access(hosts: &[&str]) -> Vec<u8> {
    let mut content = Vec::new();
    for host in hosts {
        let url = format!("http://{host}/");
        let (length, url) = (u8::try_from(url.len()).unwrap(), url.into_bytes());
        content.extend([0x30, 12 + length, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x86, length]);
        content.extend(url);
    }
    let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
    let head = match (high, low) {
        (0, 0..=0x7f) => vec![0x30, low],
        (0, _) => vec![0x30, 0x81, low],
        _ => vec![0x30, 0x82, high, low],
    };
    [head, content].concat()
}

#[tokio::test]
async fn the_first_on_an_allowed_host_is_asked_and_only_eight_are_looked_at() {
    let world = World::new();
    let good = AnswerShape::good(CLIENT).signed(&world.intermediate, &world.intermediate);
    for (others, expected) in [(0, None), (1, None), (7, None), (8, Some(Reason::RevocationNoSource))] {
        let hosts = [&vec!["other.test"; others][..], &["aia.test", "late.test"]].concat();
        let shape = Shape::partner().serial(CLIENT).extension(&[1, 3, 6, 1, 5, 5, 7, 1, 1], &access(&hosts));
        let client = world.intermediate.issue(&shape);
        let responder = Responder::answering(good.clone());
        let allowed = AllowedHosts::new(["late.test", "aia.test"]).unwrap();
        let builder = world.builder().ocsp_fetcher(responder.clone()).allow_aia_responders(allowed);
        assert_eq!(reason(builder, &client).await, expected, "{others}");
        assert_eq!(responder.calls(), usize::from(expected.is_none()), "{others}");
    }
}
