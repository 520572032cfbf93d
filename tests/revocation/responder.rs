//! A responder in memory, behind the seam to the network: it counts, and does what it is told.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::Semaphore;
use tower_client_cert::{Fetch, FetchError, FetchRequest, Fetched, FetchedOctets, Fetching};

use crate::support::pki::{AnswerShape, Status, seconds};
use crate::world::{CLIENT, World};

/// What a responder does with a question.
pub(crate) type Behaviour = Box<dyn Fn(&FetchRequest) -> Reply + Send>;

pub(crate) enum Reply {
    Octets(Vec<u8>),
    Refused,
    /// Nothing, ever.
    Silence,
    Panic,
}

/// Cheap to clone; all clones are one responder.
#[derive(Clone)]
pub(crate) struct Responder {
    behaviour: Arc<Mutex<Behaviour>>,
    calls: Arc<AtomicUsize>,
    /// How many questions it hears at a time, where that is limited.
    places: Option<(usize, Arc<Semaphore>)>,
}

impl Responder {
    pub(crate) fn new(behaviour: impl Fn(&FetchRequest) -> Reply + Send + 'static) -> Self {
        Self { behaviour: Arc::new(Mutex::new(Box::new(behaviour))), calls: Arc::default(), places: None }
    }

    /// The same, with so many questions at a time; the others wait.
    pub(crate) fn hearing(self, at_a_time: usize) -> Self {
        Self { places: Some((at_a_time, Arc::new(Semaphore::new(at_a_time)))), ..self }
    }

    /// Answers everything with these octets.
    pub(crate) fn answering(octets: Vec<u8>) -> Self {
        Self::new(move |_| Reply::Octets(octets.clone()))
    }

    pub(crate) fn now_answers(&self, octets: Vec<u8>) {
        self.behaves(move |_| Reply::Octets(octets.clone()));
    }

    pub(crate) fn behaves(&self, behaviour: impl Fn(&FetchRequest) -> Reply + Send + 'static) {
        *self.behaviour.lock().unwrap() = Box::new(behaviour);
    }

    /// How often it was asked.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

impl std::fmt::Debug for Responder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Responder")
    }
}

impl Fetch for Responder {
    fn fetch(&self, request: FetchRequest) -> Fetching<'_> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let reply = (self.behaviour.lock().unwrap())(&request);
        Box::pin(async move {
            let _place = match &self.places {
                Some((_, places)) => Some(places.acquire().await.unwrap()),
                None => None,
            };
            match reply {
                Reply::Octets(octets) => Ok(Fetched::Octets(FetchedOctets::new(octets))),
                Reply::Refused => Err(FetchError::Connect { kind: std::io::ErrorKind::ConnectionRefused }),
                Reply::Silence => std::future::pending().await,
                Reply::Panic => panic!("a fetcher that is broken"),
            }
        })
    }

    fn max_running(&self) -> Option<usize> {
        self.places.as_ref().map(|(at_a_time, _)| *at_a_time)
    }
}

/// Whether a request is about the certificate with this serial number.
pub(crate) fn is_about(request: &FetchRequest, serial: &[u8]) -> bool {
    request.body().is_some_and(|body| body.octets().windows(serial.len()).any(|window| window == serial))
}

/// The nonce of a request, where it has one.
pub(crate) fn nonce_of(request: &FetchRequest) -> Option<Vec<u8>> {
    nonce_in(request.body()?.octets())
}

/// The nonce of a request in DER, where it has one.
pub(crate) fn nonce_in(octets: &[u8]) -> Option<Vec<u8>> {
    // id-pkix-ocsp-nonce, then an OCTET STRING that holds an OCTET STRING of 32 octets.
    let start = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02, 0x04, 0x22, 0x04, 0x20];
    let place = octets.windows(start.len()).position(|window| window == start)?;
    octets.get(place + start.len()..place + start.len() + 32).map(<[u8]>::to_vec)
}

/// What the intermediate says of the client, in an answer issued so many seconds from now and good for a day.
pub(crate) fn answer(world: &World, status: Status, issued: u64) -> Vec<u8> {
    let issued = i64::try_from(issued).unwrap();
    let shape = AnswerShape::new(CLIENT, status).issued(seconds(issued), Some(seconds(issued + 86_400)));
    shape.signed(&world.intermediate, &world.intermediate)
}
