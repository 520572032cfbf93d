//! Authorities, clients, and the files that the service is set up by.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::PKCS_ECDSA_P384_SHA384;
use time::OffsetDateTime;

use crate::client::Client;
use crate::facts::{Facts, Gamma, Subject, TURNED};
use crate::standing::{Expected, Standing};
use crate::support::faulty_server::{Behaviour, FaultyServer};
use crate::support::openssl_ocsp::OpensslOcsp;
use crate::support::pki::{AnswerShape, ListShape, Minted, Shape};
use crate::support::scratch::Scratch;
use crate::support::tls::SERVER_NAME;

/// Everything that exists.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) directory: Scratch,
    /// Of the gateways' own certificates.
    pub(crate) server_root: Minted,
    pub(crate) server: Minted,
    pub(crate) alpha: Alpha,
    sigma: Minted,
    omega_url: String,
    delta_url: String,
    /// Where they are fetched from and asked, as long as the world lasts.
    _responder: OpensslOcsp,
    _list_server: FaultyServer,
    pub(crate) clients: Vec<Arc<Client>>,
    pub(crate) answered: Arc<Client>,
    answered_serial: Vec<u8>,
    began: SystemTime,
    lists_written: u64,
}

/// The authority whose intermediate is configured and whose list is in a file.
#[derive(Clone, Debug)]
pub(crate) struct Alpha {
    root: Arc<Minted>,
    pub(crate) issuing: Arc<Minted>,
}

impl World {
    pub(crate) async fn new() -> Self {
        let server_root = Shape::authority("Gateway Root").self_signed();
        let server = server_root.issue(&Shape::server(SERVER_NAME));
        let root = Shape::authority("Alpha Root").self_signed();
        let issuing = root.issue(&Shape::authority("Alpha Issuing").path_length(0));
        let alpha = Alpha { root: Arc::new(root), issuing: Arc::new(issuing) };
        let p384 = |name| Shape::authority(name).algorithm(&PKCS_ECDSA_P384_SHA384);
        let beta = p384("Beta Root").self_signed();
        let beta_issuing = beta.issue(&p384("Beta Issuing"));
        let gamma = [(); 2].map(|()| Shape::authority("Gamma").self_signed());
        let delta = Shape::authority("Delta").self_signed();
        let sigma = Shape::authority("Sigma").self_signed();
        let omega = Shape::authority("Omega").self_signed();

        let mut clients = Clients { server_root: &server_root, all: Vec::new() };
        clients.of_alpha(&alpha);
        clients.of_beta(&beta_issuing);
        clients.of_gamma(&gamma);
        clients.of_delta(&delta);
        clients.of_sigma(&sigma);
        clients.of_omega(&omega);
        clients.of_nobody();
        let clients = clients.all;
        let (answered, answered_serial) = answered(&server_root, &sigma, 1);

        let responder = OpensslOcsp::start(&omega, &omega, &["-nmin", "60"]).await.expect("openssl is installed");
        responder.enter(&[("0F01", None), ("0F02", None), ("0F03", None), ("0F04", Some("keyCompromise"))]);
        let list = delta.sign_list(
            &ListShape::new().issued(minutes_from_now(-60), minutes_from_now(48 * 60)).revoke(DELTA_REVOKED),
        );
        let list_server = FaultyServer::always(Behaviour::ok("application/pkix-crl", &list)).await;

        let directory = Scratch::new("soak");
        directory.write("alpha.pem", alpha.root.pem());
        directory.write("alpha-issuing.pem", alpha.issuing.pem());
        directory.write("beta.pem", beta.pem());
        directory.write("delta.pem", delta.pem());
        directory.write("sigma.pem", sigma.pem());
        directory.write("omega.pem", omega.pem());
        directory.write("gamma-first.pem", gamma[0].pem());
        directory.write("gamma-second.pem", gamma[1].pem());
        std::fs::create_dir(directory.path().join("answers")).unwrap();
        let whole_time = |shape: AnswerShape| shape.issued(minutes_from_now(-30), Some(minutes_from_now(48 * 60)));
        directory.write("answers/good.der", whole_time(AnswerShape::good(SIGMA_GOOD)).signed(&sigma, &sigma));
        let mut world = Self {
            directory,
            server_root,
            server,
            alpha,
            sigma,
            omega_url: responder.url(),
            delta_url: list_server.url("/delta.crl"),
            _responder: responder,
            _list_server: list_server,
            clients,
            answered,
            answered_serial,
            began: SystemTime::now(),
            lists_written: 0,
        };
        let facts = Facts::new();
        world.write_configuration(&facts);
        world.write_list(&facts);
        world.write_denied(&facts);
        world
    }

    /// The clients whose standing changes with the facts.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = (&Arc<Client>, Subject)> {
        self.clients.iter().chain([&self.answered]).filter_map(|client| Some((client, client.subject?)))
    }

    /// Writes the configuration of both ways, which differ in what is remembered alone.
    pub(crate) fn write_configuration(&self, facts: &Facts) {
        let text = self.configuration(facts);
        let memory = "max_remembered_clients = 300\nmax_verdict_age_seconds = 60";
        self.directory.write(REAL_WAY, format!("{text}\n[memory]\n{memory}\n"));
        self.directory.write(FULL_WAY, format!("{text}\n[memory]\nremember_nothing = true\n"));
    }

    /// Puts a mistake into both.
    pub(crate) fn break_configuration(&self) {
        for file in [REAL_WAY, FULL_WAY] {
            let text = self.directory.read(file);
            self.directory.write(file, text.replace("[[anchors]]", "[[anchor]]"));
        }
    }

    fn configuration(&self, facts: &Facts) -> String {
        let gamma = match facts.gamma {
            Gamma::First => Some("gamma-first.pem"),
            Gamma::Neither => None,
            Gamma::Second => Some("gamma-second.pem"),
        };
        let gamma = gamma.map_or(String::new(), |file| {
            format!(
                "[[anchors]]\nfile = \"{file}\"\nlabel = \"gamma\"\n[revocation.policy.gamma]\nallow_no_source = true\n"
            )
        });
        CONFIGURATION.replace("OMEGA", &self.omega_url).replace("DELTA", &self.delta_url) + &gamma
    }

    /// Writes the next list of the authority Alpha.
    pub(crate) fn write_list(&mut self, facts: &Facts) {
        self.lists_written += 1;
        let issued =
            OffsetDateTime::from(self.began) - time::Duration::hours(2) + Duration::from_secs(self.lists_written);
        let mut list =
            ListShape::new().number(self.lists_written).issued(issued, minutes_from_now(48 * 60)).revoke(ALPHA_REVOKED);
        for number in (0..TURNED).filter(|number| facts.listed[*number]) {
            list = list.revoke(&listed_serial(number));
        }
        self.directory.write("alpha.crl", self.alpha.issuing.sign_list(&list));
    }

    /// Writes half of a list in its place.
    pub(crate) fn break_list(&self) {
        let whole = std::fs::read(self.directory.path().join("alpha.crl")).unwrap();
        self.directory.write("alpha.crl", &whole[..whole.len() / 2]);
    }

    pub(crate) fn write_denied(&self, facts: &Facts) {
        self.directory.write("denied", self.deny_list(facts, |subject| !matches!(subject, Subject::DeniedByHand(_))));
    }

    /// The deny-list that the handle is given: that of the file, and more.
    pub(crate) fn write_denied_by_hand(&self, facts: &Facts) {
        self.directory.write(DENIED_BY_HAND, self.deny_list(facts, |_| true));
    }

    fn deny_list(&self, facts: &Facts, is_wanted: impl Fn(Subject) -> bool) -> String {
        let mut text = String::new();
        for client in &self.clients {
            let is_denied = client.kind == DENIED
                || client.subject.is_some_and(|subject| {
                    is_wanted(subject) && facts.expected(subject) == Expected::Refused("deny-listed")
                });
            if is_denied {
                writeln!(text, "certificate {}", client.fingerprint).unwrap();
            }
        }
        text
    }

    /// Another client whose OCSP answer lies in a file, in place of the one before.
    pub(crate) fn next_answered(&mut self) {
        let number = self.answered_serial[1] % 200 + 1;
        self.answered.go();
        (self.answered, self.answered_serial) = answered(&self.server_root, &self.sigma, number);
    }

    /// Writes the answer about that client.
    pub(crate) fn write_answer(&self, facts: &Facts) {
        let shape = match facts.answer {
            crate::facts::Answer::Good => AnswerShape::good(&self.answered_serial),
            crate::facts::Answer::None => return,
            crate::facts::Answer::Revoked => AnswerShape::revoked(&self.answered_serial),
        };
        // The later answer is the fresher one.
        let issued = if facts.answer == crate::facts::Answer::Good { -30 } else { -20 };
        let shape = shape.issued(minutes_from_now(issued), Some(minutes_from_now(48 * 60)));
        self.directory.write("answers/changing.der", shape.signed(&self.sigma, &self.sigma));
    }

    /// One more client of Alpha, never seen before.
    pub(crate) fn newcomer(alpha: &Alpha, server_root: &Minted) -> Client {
        let leaf = alpha.issuing.issue(&Shape::partner());
        Client::new("new certificate", server_root, &[&leaf], Standing::always(Expected::Accepted))
    }

    /// One more client of Alpha, valid from and until so many seconds from now.
    pub(crate) fn passing(alpha: &Alpha, server_root: &Minted, first: u64, last: u64) -> Client {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let date = |second| OffsetDateTime::from(UNIX_EPOCH + Duration::from_secs(second));
        let leaf = alpha.issuing.issue(&Shape::partner().valid(date(now + first), date(now + last)));
        let kind = if first == 0 { "expires meanwhile" } else { "becomes valid meanwhile" };
        Client::new(kind, server_root, &[&leaf], Standing::Dated(now + first, now + last))
    }
}

fn answered(server_root: &Minted, sigma: &Minted, number: u8) -> (Arc<Client>, Vec<u8>) {
    let serial = vec![0x0e, number];
    let leaf = sigma.issue(&Shape::client("sigma").serial(&serial));
    let standing = Standing::always(Facts::new().expected(Subject::Answered));
    let client = Client::new("OCSP answers in a file, one after the other", server_root, &[&leaf], standing)
        .about(Subject::Answered);
    (Arc::new(client), serial)
}

/// Clients as they are made.
struct Clients<'a> {
    server_root: &'a Minted,
    all: Vec<Arc<Client>>,
}

impl Clients<'_> {
    fn add(&mut self, kind: &'static str, chain: &[&Minted], expected: Expected) {
        let client = Client::new(kind, self.server_root, chain, Standing::always(expected));
        self.all.push(Arc::new(client));
    }

    fn add_subject(&mut self, kind: &'static str, leaf: &Minted, subject: Subject) {
        let standing = Standing::always(Facts::new().expected(subject));
        let client = Client::new(kind, self.server_root, &[leaf], standing);
        self.all.push(Arc::new(client.about(subject)));
    }

    fn of_alpha(&mut self, alpha: &Alpha) {
        let issue = |shape: &Shape| alpha.issuing.issue(shape);
        for _ in 0..6 {
            self.add(GOOD, &[&issue(&Shape::partner())], Expected::Accepted);
        }
        self.add("good, with its chain", &[&issue(&Shape::partner()), &alpha.issuing], Expected::Accepted);
        let expired = issue(&Shape::partner().valid(minutes_from_now(-600), minutes_from_now(-60)));
        self.add("expired", &[&expired], Expected::Refused("expired"));
        let early = issue(&Shape::partner().valid(minutes_from_now(600), minutes_from_now(6000)));
        self.add("not yet valid", &[&early], Expected::Refused("not-yet-valid"));
        let server = issue(&Shape::server("service.test"));
        self.add("for servers", &[&server], Expected::Refused("not-for-client-use"));
        let authority = issue(&Shape::partner().made_authority());
        self.add("an authority", &[&authority], Expected::Refused("ca-certificate"));
        let revoked = issue(&Shape::partner().serial(ALPHA_REVOKED));
        self.add("on the list", &[&revoked], Expected::Refused("revoked"));
        self.add(DENIED, &[&issue(&Shape::partner())], Expected::Refused("deny-listed"));
        for number in 0..TURNED {
            let leaf = issue(&Shape::partner().serial(&listed_serial(number)));
            self.add_subject("on and off the list", &leaf, Subject::Listed(number));
            let leaf = issue(&Shape::partner());
            self.add_subject("denied and not, in the file", &leaf, Subject::DeniedInFile(number));
            let leaf = issue(&Shape::partner());
            self.add_subject("denied and not, by hand", &leaf, Subject::DeniedByHand(number));
        }
    }

    fn of_beta(&mut self, issuing: &Minted) {
        let leaf = issuing.issue(&Shape::partner().algorithm(&PKCS_ECDSA_P384_SHA384));
        self.add("intermediate that only Envoy forwards", &[&leaf, issuing], Expected::Accepted);
        let last = self.all.pop().and_then(Arc::into_inner).expect("it was just made");
        self.all.push(Arc::new(last.but_behind_nginx(Expected::Refused("issuer-unknown"))));
    }

    fn of_gamma(&mut self, gamma: &[Minted; 2]) {
        for (key, authority) in [Gamma::First, Gamma::Second].into_iter().zip(gamma) {
            for _ in 0..2 {
                let leaf = authority.issue(&Shape::partner());
                self.add_subject("anchor that comes and goes", &leaf, Subject::OfGamma(key));
            }
        }
    }

    fn of_delta(&mut self, delta: &Minted) {
        self.add("fetched list", &[&delta.issue(&Shape::client("delta"))], Expected::Accepted);
        let revoked = delta.issue(&Shape::client("delta").serial(DELTA_REVOKED));
        self.add("on the fetched list", &[&revoked], Expected::Refused("revoked"));
    }

    fn of_sigma(&mut self, sigma: &Minted) {
        let leaf = sigma.issue(&Shape::client("sigma").serial(SIGMA_GOOD));
        self.add("good by an OCSP answer in a file", &[&leaf], Expected::Accepted);
    }

    fn of_omega(&mut self, omega: &Minted) {
        let mut add = |number: u8, kind, expected| {
            let leaf = omega.issue(&Shape::client("omega").serial(&[0x0f, number]));
            self.add(kind, &[&leaf], expected);
        };
        (1..=3).for_each(|number| add(number, "responder says good", Expected::Accepted));
        add(4, "responder says revoked", Expected::Refused("revoked"));
        add(5, "responder does not know it", Expected::Refused("revocation-unknown"));
    }

    fn of_nobody(&mut self) {
        let unknown = Shape::authority("Unknown Root").self_signed();
        self.add(
            "authority that nobody knows",
            &[&unknown.issue(&Shape::partner())],
            Expected::Refused("issuer-unknown"),
        );
        let imitated = Shape::authority("Alpha Issuing").self_signed();
        let imitation = imitated.issue(&Shape::partner());
        self.add("authority under a known name", &[&imitation], Expected::Refused("signature-invalid"));
        self.add("self-signed", &[&Shape::partner().self_signed()], Expected::Refused("issuer-unknown"));
        self.add("without a certificate", &[], Expected::Refused("certificate-missing"));
    }
}

fn listed_serial(number: usize) -> [u8; 2] {
    [0x0b, u8::try_from(number).unwrap() + 1]
}

fn minutes_from_now(minutes: i64) -> OffsetDateTime {
    OffsetDateTime::from(SystemTime::now()) + time::Duration::minutes(minutes)
}

/// Clients that are good for ever.
pub(crate) const GOOD: &str = "good";
const DENIED: &str = "denied";
const ALPHA_REVOKED: &[u8] = &[0x0a, 0x01];
const DELTA_REVOKED: &[u8] = &[0x0d, 0x01];
const SIGMA_GOOD: &[u8] = &[0x0e, 0x7f, 0x01];

/// The file of the way that runs in production, and of the one that remembers nothing.
pub(crate) const REAL_WAY: &str = "client-cert.toml";
pub(crate) const FULL_WAY: &str = "full-way.toml";

/// The deny-list that is put in force by the handle.
pub(crate) const DENIED_BY_HAND: &str = "denied-by-hand";

/// Where nginx, Envoy, and somebody who is no gateway connect from.
pub(crate) const NGINX_ADDRESS: [u8; 4] = [127, 0, 0, 3];
pub(crate) const ENVOY_ADDRESS: [u8; 4] = [127, 0, 0, 4];
pub(crate) const ELSEWHERE: [u8; 4] = [127, 0, 0, 2];

/// What both layers are made from; the addresses of the two servers stand in it as words.
const CONFIGURATION: &str = include_str!("client-cert.toml");
