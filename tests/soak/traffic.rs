//! Who asks, by which gateway and how often.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use crate::chance::Chance;
use crate::client::{ADMINISTRATION, Client};
use crate::connection::Connection;
use crate::hostile::Hostile;
use crate::page;
use crate::running::Running;
use crate::server::Server;
use crate::started;
use crate::tally::Tally;
use crate::world::{Alpha, GOOD, World};

/// The gateways, and everybody in front of them. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Traffic(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    nginx: Running,
    envoy: Running,
    pub(crate) tally: Tally,
    newcomers: AtomicU64,
    has_ended: AtomicBool,
    tasks: Mutex<JoinSet<()>>,
}

/// A gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Front {
    Envoy,
    Nginx,
}

/// When the next time is.
#[derive(Debug)]
pub(crate) struct Pace {
    ticks: Interval,
    traffic: Traffic,
}

impl Traffic {
    /// Starts both gateways and everybody; `None` where a program is missing.
    pub(crate) async fn start(world: &World, server: &Server) -> Option<Self> {
        let nginx = started::nginx(&nginx_page(), &world.server, server.address())?;
        let envoy = started::envoy(&envoy_page(), &world.server, server.address())?;
        let this = Self(Arc::new(Inner {
            nginx,
            envoy,
            tally: Tally::default(),
            newcomers: AtomicU64::new(0),
            has_ended: AtomicBool::new(false),
            tasks: Mutex::default(),
        }));
        let clients = || world.clients.iter().chain([&world.answered]);
        // One after the other: a responder that is a new process for each question has five seconds for its answer.
        for client in clients() {
            this.ask(&mut this.connection(Front::Envoy, client), Front::Envoy, client, "/restricted").await;
        }
        clients().for_each(|client| this.keep_asking(client));
        this.come_and_go(world);
        let hostile = Hostile::new(world, server.address());
        this.spawn(hostile.clone().forge(this.clone(), world.clients.clone()));
        this.spawn(hostile.go_around(this.clone()));
        this.renew(world);
        Some(this)
    }

    /// Lets a client ask through both gateways, over a connection that it keeps.
    pub(crate) fn keep_asking(&self, client: &Arc<Client>) {
        let period = match client.kind {
            GOOD => Duration::from_millis(150),
            _ if client.subject.is_some() => Duration::from_millis(500),
            _ => Duration::from_millis(900),
        };
        for (seed, front) in [(21, Front::Envoy), (22, Front::Nginx)] {
            let (this, client) = (self.clone(), Arc::clone(client));
            self.spawn(async move {
                let mut connection = this.connection(front, &client);
                let mut chance = Chance::new(seed);
                let mut pace = this.pace(period);
                while pace.goes_on().await && !client.has_gone() {
                    let path = if chance.below(20) == 0 { ADMINISTRATION } else { "/restricted" };
                    this.ask(&mut connection, front, &client, path).await;
                }
            });
        }
    }

    /// The same clients over new connections.
    fn come_and_go(&self, world: &World) {
        for (seed, front) in [(1, Front::Envoy), (2, Front::Nginx)] {
            let (this, clients, mut chance) = (self.clone(), world.clients.clone(), Chance::new(seed));
            self.spawn(async move {
                let mut pace = this.pace(Duration::from_millis(120));
                while pace.goes_on().await {
                    let client = &clients[chance.below(clients.len())];
                    this.ask(&mut this.connection(front, client), front, client, "/restricted").await;
                }
            });
        }
    }

    /// Certificates that nobody has seen before, and such that expire or become valid while they are used.
    fn renew(&self, world: &World) {
        let root = Arc::new(world.server_root.copy());
        for _ in 0..NEWCOMERS_AT_A_TIME {
            let (this, alpha, server_root) = (self.clone(), world.alpha.clone(), Arc::clone(&root));
            self.spawn(async move {
                let mut pace = this.pace(Duration::from_millis(500));
                while pace.goes_on().await {
                    let client = newcomer(alpha.clone(), Arc::clone(&server_root)).await;
                    this.0.newcomers.fetch_add(1, Ordering::Relaxed);
                    for front in [Front::Nginx, Front::Envoy] {
                        let mut connection = this.connection(front, &client);
                        for _ in 0..2 {
                            this.ask(&mut connection, front, &client, "/restricted").await;
                        }
                    }
                }
            });
        }
        let (this, alpha, mut chance) = (self.clone(), world.alpha.clone(), Chance::new(3));
        self.spawn(async move {
            let mut pace = this.pace(Duration::from_secs(2));
            while pace.goes_on().await {
                let edge = 4 + chance.next_u64() % 10;
                let dates = if chance.below(2) == 0 { (0, edge) } else { (edge, 3600) };
                let client = World::passing(&alpha, &root, dates.0, dates.1);
                this.ask_past_the_edge(Arc::new(client), edge + 4);
            }
        });
    }

    fn ask_past_the_edge(&self, client: Arc<Client>, seconds: u64) {
        let this = self.clone();
        self.spawn(async move {
            let mut connections = [Front::Envoy, Front::Nginx].map(|front| (front, this.connection(front, &client)));
            let mut pace = this.pace(Duration::from_millis(500));
            let until = Instant::now() + Duration::from_secs(seconds);
            while pace.goes_on().await && Instant::now() < until {
                for (front, connection) in &mut connections {
                    this.ask(connection, *front, &client, "/restricted").await;
                }
            }
        });
    }

    fn connection(&self, front: Front, client: &Client) -> Connection {
        Connection::tls(self.address(front), &client.tls)
    }

    pub(crate) fn address(&self, front: Front) -> SocketAddr {
        match front {
            Front::Envoy => self.0.envoy.address(),
            Front::Nginx => self.0.nginx.address(),
        }
    }

    /// Asks as a client, and judges what comes of it.
    async fn ask(&self, connection: &mut Connection, front: Front, client: &Client, path: &str) {
        let begun = client.standing().begin();
        let answer = connection.ask(path, &[]).await;
        let expected = client.expected(front, begun, path);
        self.tally().note((front.name(), client.kind), &answer, &expected, &client.fingerprint);
    }

    /// The pace of something that is done again and again.
    pub(crate) fn pace(&self, period: Duration) -> Pace {
        let mut ticks = tokio::time::interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Pace { ticks, traffic: self.clone() }
    }

    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.0.tasks.lock().unwrap();
        // What has ended is done with; a panic was counted where it happened.
        while tasks.try_join_next().is_some() {}
        tasks.spawn(work);
    }

    /// Lets everybody finish what they are at.
    pub(crate) async fn end(&self) {
        self.0.has_ended.store(true, Ordering::SeqCst);
        let tasks = std::mem::take(&mut *self.0.tasks.lock().unwrap());
        tasks.join_all().await;
    }

    pub(crate) fn tally(&self) -> &Tally {
        &self.0.tally
    }

    /// Certificates that nobody had seen before.
    pub(crate) fn newcomers(&self) -> u64 {
        self.0.newcomers.load(Ordering::Relaxed)
    }
}

impl Pace {
    /// Waits until it is time; says whether it is still to be done.
    pub(crate) async fn goes_on(&mut self) -> bool {
        self.ticks.tick().await;
        !self.traffic.0.has_ended.load(Ordering::SeqCst)
    }
}

impl Front {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Envoy => "Envoy",
            Self::Nginx => "nginx",
        }
    }
}

/// Makes a key, which takes its time.
async fn newcomer(alpha: Alpha, server_root: Arc<crate::support::pki::Minted>) -> Client {
    tokio::task::spawn_blocking(move || World::newcomer(&alpha, &server_root)).await.unwrap()
}

/// The page's block with connections that are kept, an address of its own, and the patience that a busy machine needs.
fn nginx_page() -> String {
    let kept = "proxy_pass http://orders;
        proxy_bind 127.0.0.3;
        proxy_read_timeout 300s;
        proxy_http_version 1.1;
        proxy_set_header Connection \"\";";
    page::filled_in(
        &page::block("nginx.md", "nginx", 0),
        &[
            ("    server 127.0.0.1:8080;", "    server 127.0.0.1:8080;\n    keepalive 8;"),
            ("proxy_pass http://orders;", kept),
        ],
    )
}

fn envoy_page() -> String {
    let bound = "type: STATIC
      upstream_bind_config: { source_address: { address: 127.0.0.4, port_value: 0 } }";
    let patient = "route: { cluster: orders, timeout: 300s }";
    let changes = [("type: STATIC", bound), ("route: { cluster: orders }", patient)];
    page::filled_in(&page::block("envoy.md", "yaml", 0), &changes)
}

const NEWCOMERS_AT_A_TIME: usize = 4;
