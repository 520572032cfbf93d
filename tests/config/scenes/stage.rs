//! What every scene has: authorities, clients, files, a clock that can be moved, a server.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use rcgen::{ExtendedKeyUsagePurpose, SanType};
use sha2::{Digest as _, Sha256};
use tower_client_cert::{ClientCertLayer, ConfigError};

use crate::scene::{Asked, request_from, with_certificate};
use crate::support::clock::Moved;
use crate::support::faulty_server::{Behaviour, FaultyServer, Received};
use crate::support::pki::{Access, AnswerShape, ListShape, Minted, Shape, days, without_number};
use crate::world::{CLIENT, World};

/// Serial number of a second client.
pub(crate) const SECOND: &[u8] = &[0x0a, 0x1c];

pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) clock: Moved,
    pub(crate) server: FaultyServer,
    /// The partner, with the server as responder in its certificate.
    pub(crate) naming: Minted,
    /// Of the foreign authority, for gateways.
    pub(crate) edge: Minted,
    /// A client whose certificate has expired.
    pub(crate) expired: Minted,
    /// An authority that could be a client but for being one.
    pub(crate) authority: Minted,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let world = World::new();
        let files = Files::of(&world);
        let server = FaultyServer::start(move |request| files.answer(request)).await;
        let edge = world.foreign_root.issue(
            &Shape::client("edge-01")
                .alternative_name(SanType::DnsName("edge.internal".try_into().unwrap()))
                .alternative_name(SanType::URI("spiffe://edge/01".try_into().unwrap())),
        );
        let responder = server.url("/ocsp-revoked");
        let shape = Shape::partner().serial(CLIENT).information_access(&[(Access::Ocsp, &responder)]);
        let naming = world.intermediate.issue(&shape);
        let expired = world.intermediate.issue(&Shape::partner().valid(days(-60), days(-30)));
        let authority = Shape::partner().made_authority().self_signed();
        let stage = Self { world, clock: Moved::default(), server, naming, edge, expired, authority };
        stage.write_files();
        stage
    }

    fn write_files(&self) {
        let directory = &self.world.directory;
        let foreign = self.world.foreign_root.pem();
        std::fs::create_dir(directory.path().join("more")).unwrap();
        directory.write("more/foreign.pem", &foreign);
        directory.write("more-intermediates.pem", self.world.intermediate.pem());
        std::fs::create_dir(directory.path().join("issuers")).unwrap();
        directory.write("issuers/intermediate.pem", self.world.intermediate.pem());
        let odd = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/odd/version-1.pem");
        directory.write("version-1.pem", std::fs::read_to_string(odd).unwrap());
        directory.write("denied", format!("certificate {}", sha256(self.world.partner.der())));
        directory.write("secret", "0123456789abcdef-secret");
        directory.write("other.secret", "fedcba9876543210-secret");
        let list = |shape: ListShape| self.world.intermediate.sign_list(&shape);
        directory.write("good.crl", list(ListShape::new()));
        directory.write("revoked.crl", list(ListShape::new().revoke(CLIENT)));
        directory.write("stale.crl", list(ListShape::new().issued(days(-9), days(-1))));
        directory.write("unnumbered.crl", without_number(&self.world.intermediate, &ListShape::new()));
        directory.write("elsewhere.crl", self.world.foreign_root.sign_list(&ListShape::new()));
        // The text of CARGO_PKG_NAME, for what stands in the environment.
        directory.write("tower-client-cert", list(ListShape::new().revoke(CLIENT)));
        let signed = |shape: AnswerShape, signer: &Minted| shape.signed(&self.world.intermediate, signer);
        let intermediate = &self.world.intermediate;
        directory.write("good.der", signed(AnswerShape::good(CLIENT), intermediate));
        directory.write("revoked.der", signed(AnswerShape::revoked(CLIENT), intermediate));
        directory.write("endless.der", signed(AnswerShape::good(CLIENT).issued(seconds_ago(60), None), intermediate));
        directory.write("others.der", signed(AnswerShape::good(SECOND), intermediate));
        directory.write("foreign.der", signed(AnswerShape::good(CLIENT), &self.world.foreign_root));
    }

    /// Puts in what differs from stage to stage.
    pub(crate) fn filled_in(&self, text: &str) -> String {
        let foreigner = &self.world.foreigner;
        text.replace("FOREIGN_PEM", &self.world.foreign_root.pem())
            .replace("INTERMEDIATE_PEM", &self.world.intermediate.pem())
            .replace("FOREIGNER_SHA256", &sha256(foreigner.der()))
            .replace("FOREIGNER_SPKI", &sha256(&foreigner.public_key_der()))
            .replace("PARTNER_SHA256", &sha256(self.world.partner.der()))
            .replace("PARTNER_SPKI", &sha256(&self.world.partner.public_key_der()))
            .replace("EDGE_SPKI", &sha256(&self.edge.public_key_der()))
            .replace("EXPIRED_SHA256", &sha256(self.expired.der()))
            .replace("AUTHORITY_SHA256", &sha256(self.authority.der()))
            .replace("SERVER", &self.server.address().to_string())
    }

    pub(crate) fn try_build(&self, text: &str) -> Result<ClientCertLayer, ConfigError> {
        self.world.write(text);
        self.world.read()?.clock(self.clock.clone()).build()
    }

    #[track_caller]
    pub(crate) fn build(&self, text: &str) -> ClientCertLayer {
        self.try_build(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    /// A certificate of the usual authority.
    pub(crate) fn issue(&self, shape: &Shape) -> Minted {
        self.world.intermediate.issue(shape)
    }

    pub(crate) fn partner(&self) -> Request<Full<Bytes>> {
        with_certificate(&self.world.partner)
    }

    /// The partner's certificate from another address.
    pub(crate) fn partner_from(&self, peer: &str) -> Request<Full<Bytes>> {
        request_from(peer, &[("x-client-cert", &self.world.partner.escaped_pem())])
    }

    /// The partner's certificate and another header.
    pub(crate) fn partner_and(&self, name: &str, value: &str) -> Request<Full<Bytes>> {
        request_from(crate::scene::GATEWAY, &[("x-client-cert", &self.world.partner.escaped_pem()), (name, value)])
    }
}

impl Stage {
    /// A certificate of the partner's that names a list on the server.
    pub(crate) fn pointing_to(&self, path: &str) -> Request<Full<Bytes>> {
        let point = self.server.url(path);
        with_certificate(&self.issue(&Shape::partner().serial(CLIENT).distribution_point(&point)))
    }
}

/// What the server has, by path.
struct Files {
    foreign_list: Vec<u8>,
    good_list: Vec<u8>,
    revoked_list: Vec<u8>,
    unnumbered_list: Vec<u8>,
    answers: Vec<u8>,
    revoked_answer: Vec<u8>,
}

impl Files {
    fn of(world: &World) -> Self {
        let intermediate = &world.intermediate;
        let both = AnswerShape::good(CLIENT).and(AnswerShape::good(SECOND).singles.remove(0));
        Self {
            foreign_list: world.foreign_root.sign_list(&ListShape::new()),
            good_list: intermediate.sign_list(&ListShape::new()),
            revoked_list: intermediate.sign_list(&ListShape::new().revoke(CLIENT)),
            unnumbered_list: without_number(intermediate, &ListShape::new()),
            answers: both.signed(intermediate, intermediate),
            revoked_answer: AnswerShape::revoked(CLIENT).signed(intermediate, intermediate),
        }
    }

    fn answer(&self, request: &Received) -> Behaviour {
        let path = request.path.as_str();
        match path.split('/').nth(1).unwrap_or_default() {
            "good.crl" => Behaviour::ok("application/pkix-crl", &self.good_list),
            "foreign.crl" => Behaviour::ok("application/pkix-crl", &self.foreign_list),
            "revoked.crl" => Behaviour::ok("application/pkix-crl", &self.revoked_list),
            "unnumbered.crl" => Behaviour::ok("application/pkix-crl", &self.unnumbered_list),
            "ocsp" => Behaviour::ok("application/ocsp-response", &self.answers),
            "ocsp-revoked" => Behaviour::ok("application/ocsp-response", &self.revoked_answer),
            "broken" => Behaviour::Reset,
            _ => Behaviour::Hang,
        }
    }
}

fn seconds_ago(seconds: i64) -> time::OffsetDateTime {
    crate::support::pki::seconds(-seconds)
}

pub(crate) fn sha256(octets: &[u8]) -> String {
    tower_client_cert::certificate::Fingerprint::new(Sha256::digest(octets).into()).to_string()
}

pub(crate) fn base64(octets: &[u8]) -> String {
    STANDARD.encode(octets)
}

/// A client whose certificate has these purposes.
pub(crate) fn for_purposes(stage: &Stage, purposes: &[ExtendedKeyUsagePurpose]) -> Request<Full<Bytes>> {
    with_certificate(&stage.issue(&Shape::partner().purposes(purposes)))
}

/// What came of a request, in words.
pub(crate) fn verdict(asked: &Asked) -> String {
    match (asked.reason(), asked.identity()) {
        (Some(reason), _) => reason.code().to_owned(),
        (None, Some(identity)) => match identity.anchor_label() {
            Some(label) => format!("accepted under {label}"),
            None => "accepted".to_owned(),
        },
        (None, None) => "anonymous".to_owned(),
    }
}
