//! No combination of sources, the network's and a gateway's among them, lets a certificate pass that one of them has named.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tower_client_cert::{
    AllowedHosts, ClientCertLayerBuilder, FetchRequest, FetchedCrls, Gateway, Intermediates, OcspAnswers,
    OcspResponder, Reason, RevocationLists, RevocationMode, RevocationPolicy, RevocationScope, TrustAnchors,
};

use crate::responder::{Reply, Responder};
use crate::scene::{self, request};
use crate::support::pki::{AnswerShape, ListShape, Minted, Shape, Status};
use crate::world::{CLIENT, World};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Read when the layer is built.
    File,
    /// A responder, or a distribution point.
    Network,
    /// Beside the certificate.
    Gateway,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    Good,
    Revoked,
    Unknown,
    /// It cannot be reached.
    Nothing,
}

type Source = Option<(Place, Says)>;

const LISTS: [Source; 6] = [
    None,
    Some((Place::File, Says::Good)),
    Some((Place::File, Says::Revoked)),
    Some((Place::Network, Says::Good)),
    Some((Place::Network, Says::Revoked)),
    Some((Place::Network, Says::Nothing)),
];

const ANSWERS: [Source; 11] = [
    None,
    Some((Place::File, Says::Good)),
    Some((Place::File, Says::Revoked)),
    Some((Place::File, Says::Unknown)),
    Some((Place::Network, Says::Good)),
    Some((Place::Network, Says::Revoked)),
    Some((Place::Network, Says::Unknown)),
    Some((Place::Network, Says::Nothing)),
    Some((Place::Gateway, Says::Good)),
    Some((Place::Gateway, Says::Revoked)),
    Some((Place::Gateway, Says::Unknown)),
];

const MODES: [Option<RevocationMode>; 6] = [
    None,
    Some(RevocationMode::Both),
    Some(RevocationMode::Crl),
    Some(RevocationMode::CrlFirst),
    Some(RevocationMode::Ocsp),
    Some(RevocationMode::OcspFirst),
];

fn list(world: &World, says: Says) -> Vec<u8> {
    let list = ListShape::new();
    world.intermediate.sign_list(&if says == Says::Revoked { list.revoke(CLIENT) } else { list })
}

fn answer(world: &World, says: Says) -> Vec<u8> {
    let status = match says {
        Says::Revoked => Status::Revoked(Some(1)),
        Says::Unknown => Status::Unknown,
        Says::Good | Says::Nothing => Status::Good,
    };
    AnswerShape::new(CLIENT, status).signed(&world.intermediate, &world.intermediate)
}

/// Whether a request is for a list, or about the client.
fn is_about_client(request: &FetchRequest) -> bool {
    request.body().is_none_or(|body| body.octets().windows(CLIENT.len()).any(|window| window == CLIENT))
}

/// A server, and whether it was asked about the client.
fn server(says: Says, octets: Vec<u8>) -> (Responder, Arc<AtomicBool>) {
    let was_asked = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&was_asked);
    let responder = Responder::new(move |request| {
        asked.fetch_or(is_about_client(request), Ordering::SeqCst);
        if says == Says::Nothing { Reply::Refused } else { Reply::Octets(octets.clone()) }
    });
    (responder, was_asked)
}

/// One combination, with what it takes to see what was asked.
struct Scene {
    lists: (Responder, Arc<AtomicBool>),
    answers: (Responder, Arc<AtomicBool>),
    header: String,
}

impl Scene {
    fn new(world: &World, of_lists: Source, of_answers: Source) -> Self {
        let says = |source: Source| source.map_or(Says::Nothing, |(_, says)| says);
        Self {
            lists: server(says(of_lists), list(world, says(of_lists))),
            answers: server(says(of_answers), answer(world, says(of_answers))),
            header: STANDARD.encode(answer(world, says(of_answers))),
        }
    }

    fn builder(&self, world: &World, of_lists: Source, of_answers: Source) -> ClientCertLayerBuilder {
        let gateway = Gateway::nginx(["10.1.0.0/24"]).unwrap();
        let gateway = match of_answers {
            Some((Place::Gateway, _)) => gateway.ocsp_answer_header("x-client-ocsp").unwrap(),
            _ => gateway,
        };
        let anchors = TrustAnchors::from_der(world.root.der()).unwrap().labelled("ours");
        let builder = scene::behind(gateway, anchors);
        let builder = builder.intermediates(Intermediates::from_der(world.intermediate.der()).unwrap());
        let builder = match of_lists {
            Some((Place::Network, _)) => {
                let hosts = AllowedHosts::new(["crl.test"]).unwrap();
                builder.fetched_crls(FetchedCrls::allow_distribution_points(self.lists.0.clone(), hosts))
            }
            Some((_, says)) => builder.crls(RevocationLists::from_octets(list(world, says))),
            None => builder,
        };
        match of_answers {
            Some((Place::Network, _)) => {
                builder.ocsp(OcspResponder::at("http://ocsp.test/").unwrap()).ocsp_fetcher(self.answers.0.clone())
            }
            Some((Place::File, says)) => builder.ocsp_answers(OcspAnswers::from_octets(answer(world, says))),
            _ => builder,
        }
    }

    /// What a source has said by now.
    fn said(source: Source, server: &(Responder, Arc<AtomicBool>)) -> Says {
        match source {
            Some((Place::Network, _)) if !server.1.load(Ordering::SeqCst) => Says::Nothing,
            Some((_, says)) => says,
            None => Says::Nothing,
        }
    }

    async fn reason(&self, layer: &tower_client_cert::ClientCertLayer, client: &Minted) -> Option<Reason> {
        let lines = [("x-client-cert", client.escaped_pem()), ("x-client-ocsp", self.header.clone())];
        let lines: Vec<_> = lines.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let asked = scene::ask(layer, request(&lines)).await;
        assert_eq!(asked.identity().is_none(), asked.reason().is_some(), "{:?}", asked.refusal());
        asked.reason()
    }
}

#[tokio::test]
async fn nobody_passes_whom_any_source_that_was_asked_has_named() {
    let world = World::new();
    let client = Shape::partner().serial(CLIENT).distribution_point("http://crl.test/issuing.crl");
    let client = world.intermediate.issue(&client);
    let lenient = RevocationPolicy::deny().allow_no_source().allow_stale().allow_unavailable();
    let mut judged = 0;
    for (of_lists, of_answers) in LISTS.into_iter().flat_map(|lists| ANSWERS.map(|answers| (lists, answers))) {
        for (mode, scope) in MODES
            .into_iter()
            .flat_map(|mode| [RevocationScope::EndEntity, RevocationScope::WholePath].map(|scope| (mode, scope)))
        {
            for policy in [RevocationPolicy::deny(), lenient] {
                let scene = Scene::new(&world, of_lists, of_answers);
                let builder = scene.builder(&world, of_lists, of_answers).revocation_scope(scope);
                let builder = builder.revocation_policy("ours", policy);
                let builder = mode.into_iter().fold(builder, ClientCertLayerBuilder::revocation_mode);
                // A mode that asks what is not there is refused.
                let Ok(layer) = builder.build() else { continue };
                let situation = format!("{of_lists:?} {of_answers:?} {mode:?} {scope:?} {policy:?}");
                let mut reason = None;
                for _ in 0..2 {
                    reason = scene.reason(&layer, &client).await;
                    let said = [Scene::said(of_lists, &scene.lists), Scene::said(of_answers, &scene.answers)];
                    if said.contains(&Says::Revoked) {
                        assert_eq!(reason, Some(Reason::Revoked), "{situation}");
                    } else if said.contains(&Says::Unknown) {
                        assert_eq!(reason, Some(Reason::RevocationUnknown), "{situation}");
                    } else if !said.contains(&Says::Good) && (of_lists.is_some() || of_answers.is_some()) {
                        assert_eq!(reason.is_none(), policy == lenient, "{situation}: {reason:?}");
                    }
                }
                let calls = (scene.lists.0.calls(), scene.answers.0.calls());
                // A responder is asked once about each certificate in scope, and an address once.
                let in_scope = if scope == RevocationScope::WholePath { 2 } else { 1 };
                assert!(calls.0 <= 1 && calls.1 <= in_scope, "{situation}: {calls:?}");
                assert_eq!(scene.reason(&layer, &client).await, reason, "{situation}");
                judged += 1;
            }
        }
    }
    assert!(judged > 700, "{judged}");
}
