//! Authorities and clients at random, in a random order of requests: what is remembered of their signatures changes neither
//! verdict nor reason.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use rcgen::{ExtendedKeyUsagePurpose, GeneralSubtree, KeyUsagePurpose, SanType};

use crate::meter::World;
use crate::signatures::{Chain, SECONDS_APART, Scenario, forwarded, layer, told};
use crate::support::pki::{Minted, Shape, seconds};

/// What is particular about an authority.
#[derive(Clone, Copy, Debug)]
enum Twist {
    None,
    Expired,
    ForServers,
    NoAuthority,
    PathLength(u8),
    Permits(&'static str),
    Excludes(&'static str),
    SignsNoCertificates,
}

/// An authority below one that was made before it.
#[derive(Clone, Debug)]
struct Below {
    /// The one before where none is chosen, so that paths become long.
    issuer: Option<Index>,
    twist: Twist,
    /// Has the name and the key of one that was made before.
    again: Option<Index>,
    /// Has the name of one that was made before, and a key of its own.
    namesake: Option<Index>,
}

/// A client, and which authorities its gateway sends along.
#[derive(Clone, Debug)]
struct Client {
    issuer: Index,
    is_inside: bool,
    is_expired: bool,
    sends: Sends,
}

#[derive(Clone, Debug)]
enum Sends {
    Itself,
    ItsPath,
    Some(Vec<Index>),
}

fn twist() -> impl Strategy<Value = Twist> {
    prop_oneof![
        14 => Just(Twist::None),
        1 => Just(Twist::Expired),
        1 => Just(Twist::ForServers),
        1 => Just(Twist::NoAuthority),
        3 => (0_u8..2).prop_map(Twist::PathLength),
        1 => prop_oneof![Just("inside.test"), Just("outside.test")].prop_map(Twist::Permits),
        1 => prop_oneof![Just("inside.test"), Just("outside.test")].prop_map(Twist::Excludes),
        1 => Just(Twist::SignsNoCertificates),
    ]
}

/// What an anchor can have and be loaded.
fn twist_of_root() -> impl Strategy<Value = Twist> {
    prop_oneof![
        6 => Just(Twist::None),
        1 => Just(Twist::Expired),
        1 => (0_u8..3).prop_map(Twist::PathLength),
        1 => Just(Twist::Permits("inside.test")),
        1 => Just(Twist::Excludes("inside.test")),
    ]
}

fn rarely() -> impl Strategy<Value = Option<Index>> {
    prop_oneof![9 => Just(None), 1 => any::<Index>().prop_map(Some)]
}

fn below() -> impl Strategy<Value = Below> {
    (prop::option::of(any::<Index>()), twist(), rarely(), rarely()).prop_map(|(issuer, twist, again, namesake)| Below {
        issuer,
        twist,
        again,
        namesake,
    })
}

fn client() -> impl Strategy<Value = Client> {
    let sends = prop_oneof![
        1 => Just(Sends::Itself),
        4 => Just(Sends::ItsPath),
        2 => vec(any::<Index>(), 1..7).prop_map(Sends::Some),
    ];
    (any::<Index>(), any::<bool>(), prop::bool::weighted(0.1), sends)
        .prop_map(|(issuer, is_inside, is_expired, sends)| Client { issuer, is_inside, is_expired, sends })
}

impl Twist {
    fn on(self, shape: Shape) -> Shape {
        let dns = |name: &str| GeneralSubtree::DnsName(name.into());
        match self {
            Self::None => shape,
            Self::Expired => shape.valid(seconds(-1_000), seconds(-10)),
            Self::ForServers => shape.purposes(&[ExtendedKeyUsagePurpose::ServerAuth]),
            Self::NoAuthority => shape.without_authority(),
            Self::PathLength(below) => shape.path_length(below),
            Self::Permits(name) => shape.permitted(dns(name)),
            Self::Excludes(name) => shape.excluded(dns(name)),
            Self::SignsNoCertificates => shape.usages(&[KeyUsagePurpose::CrlSign]),
        }
    }
}

/// Roots first, of which the first one is not trusted and has the name of the second, then what stands below them; with each
/// its name and the place of its issuer.
struct Authorities {
    all: Vec<Minted>,
    names: Vec<String>,
    issuers: Vec<Option<usize>>,
}

impl Authorities {
    fn new(roots: [Twist; 2], below: &[Below]) -> Self {
        let mut made = Self { all: Vec::new(), names: Vec::new(), issuers: Vec::new() };
        for (name, twist) in [("Root One", Twist::None), ("Root One", roots[0]), ("Root Two", roots[1])] {
            made.push(twist.on(Shape::authority(name)).self_signed(), name, None);
        }
        for (number, Below { issuer, twist, again, namesake }) in below.iter().enumerate() {
            let count = made.all.len();
            let issuer = match number {
                // One below the root that is not trusted, and one below its namesake that is.
                0 | 1 => number,
                _ => issuer.map_or(count - 1, |index| index.index(count)),
            };
            let twin = again.or(*namesake).map(|index| index.index(count));
            let name = twin.map_or_else(|| format!("Authority {number}"), |twin| made.names[twin].clone());
            let shape = twist.on(Shape::authority(&name));
            let authority = match again {
                Some(index) => made.all[index.index(count)].renewed(&shape, &made.all[issuer]),
                None => made.all[issuer].issue(&shape),
            };
            made.push(authority, &name, Some(issuer));
        }
        made
    }

    fn push(&mut self, authority: Minted, name: &str, issuer: Option<usize>) {
        self.all.push(authority);
        self.names.push(name.to_owned());
        self.issuers.push(issuer);
    }

    fn chain(&self, number: usize, client: &Client) -> Chain {
        let issuer = client.issuer.index(self.all.len());
        let place = if client.is_inside { "inside" } else { "outside" };
        let name = format!("client-{number}.{place}.test");
        let mut shape = Shape::client(&name).alternative_name(SanType::DnsName(name.as_str().try_into().unwrap()));
        if client.is_expired {
            shape = shape.valid(seconds(-1_000), seconds(-10));
        }
        let sent: Vec<&Minted> = match &client.sends {
            Sends::Itself => Vec::new(),
            Sends::ItsPath => {
                let path = std::iter::successors(Some(issuer), |place| self.issuers[*place]);
                path.filter(|place| self.issuers[*place].is_some()).map(|place| &self.all[place]).collect()
            }
            Sends::Some(some) => some.iter().map(|index| index.get(&self.all)).collect(),
        };
        forwarded(&sent, self.all[issuer].issue(&shape))
    }
}

/// Sends the chains in this order through a layer that remembers signatures and one that does not.
async fn compare(scenario: &Scenario, order: &[Index]) -> Vec<(String, String)> {
    let world = World::new();
    let (forgetful, remembering) = (layer(&world, scenario, false), layer(&world, scenario, true));
    let mut both = Vec::new();
    for (request, place) in (0..).zip(order) {
        // By then no refusal is remembered any more.
        world.clock.set(SECONDS_APART * request);
        let chain = place.get(&scenario.chains);
        both.push((told(&remembering, chain).await, told(&forgetful, chain).await));
    }
    both
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn of_random_authorities_every_verdict_and_reason_is_that_of_a_layer_without_memory(
        roots in [twist_of_root(), twist_of_root()],
        below in vec(below(), 2..10),
        clients in vec(client(), 3..9),
        order in vec(any::<Index>(), 24),
    ) {
        let authorities = Authorities::new(roots, &below);
        let chains = clients.iter().enumerate().map(|(number, client)| authorities.chain(number, client)).collect();
        let anchors = authorities.all.iter().skip(1).take(2).map(Minted::copy).collect();
        let scenario = Scenario { anchors, chains };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for (remembering, forgetful) in runtime.block_on(compare(&scenario, &order)) {
            prop_assert_eq!(remembering, forgetful);
        }
    }
}
