//! Thousands of reloads under load, half of them from files that are corrupt.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tower_client_cert::{ClientCertLayer, Reason};

use crate::scene::{Asked, ask, request};
use crate::support::pki::{ListShape, Shape};
use crate::world::{CLIENT, World};

/// One of two generations: each accepts its own client alone, by its own rule, and refuses the other's with its own
/// status. Whatever of one is put together with something of the other gives another answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Generation {
    Ours,
    Theirs,
}

impl Generation {
    fn text(self) -> String {
        let (root, label, status, list) = match self {
            Self::Ours => ("root.pem", "ours", 421, "ours.crl"),
            Self::Theirs => ("foreign.pem", "theirs", 422, "theirs.crl"),
        };
        let intermediates = if self == Self::Ours { "[[intermediates]]\nfile = \"intermediate.pem\"\n" } else { "" };
        format!(
            "[[gateway]]\nkind = \"nginx\"\naddresses = [\"10.1.0.0/24\"]\n\
             [[anchors]]\nfile = \"{root}\"\nlabel = \"{label}\"\n{intermediates}\
             [revocation]\ncrls = \"{list}\"\n\
             [answers.issuer-unknown]\nstatus = {status}\n\
             [[rule]]\npath = \"/\"\nissued_by = \"{label}\"\n"
        )
    }

    fn other(self) -> Self {
        match self {
            Self::Ours => Self::Theirs,
            Self::Theirs => Self::Ours,
        }
    }
}

/// The clients, one of each generation, and one that both have revoked.
struct Clients {
    ours: String,
    theirs: String,
    revoked: [String; 2],
}

/// The one generation under which all answers to one request are right; panics where there is none.
async fn judged_by(layer: &ClientCertLayer, clients: &Clients, turn: u64) -> Generation {
    match turn % 4 {
        0 => match with(layer, &clients.ours).await.status() {
            200 => Generation::Ours,
            422 => Generation::Theirs,
            other => panic!("our client got {other}"),
        },
        1 => match with(layer, &clients.theirs).await.status() {
            200 => Generation::Theirs,
            421 => Generation::Ours,
            other => panic!("their client got {other}"),
        },
        2 => {
            let asked = with(layer, &clients.revoked[0]).await;
            match (asked.status(), asked.reason()) {
                (403, Some(Reason::Revoked)) => Generation::Ours,
                (422, Some(Reason::IssuerUnknown)) => Generation::Theirs,
                other => panic!("our revoked client got {other:?}"),
            }
        }
        _ => {
            let asked = with(layer, &clients.revoked[1]).await;
            match (asked.status(), asked.reason()) {
                (403, Some(Reason::Revoked)) => Generation::Theirs,
                (421, Some(Reason::IssuerUnknown)) => Generation::Ours,
                other => panic!("their revoked client got {other:?}"),
            }
        }
    }
}

async fn with(layer: &ClientCertLayer, value: &str) -> Asked {
    ask(layer, request(&[("x-client-cert", value)])).await
}

/// Files that cannot be used, each in another way.
fn corrupt(world: &World, next: Generation, turn: u64) {
    let text = next.text();
    match turn % 6 {
        0 => world.write(&text[..text.len() / 2]),
        1 => world.write(&text.replace("[[anchors]]", "[[anchor]]")),
        2 => world.write(&text.replace(".pem", ".missing")),
        3 => world.write(&text.replace("issued_by", "isued_by")),
        4 => world.write(&text.replace(".crl", ".pem")),
        _ => world.write(&text.replace("10.1.0.0/24", "10.1.0.1/24")),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_request_sees_a_mixture_and_no_verdict_is_wrong() {
    let world = World::new();
    let foreign_revoked = world.foreign_root.issue(&Shape::partner().serial(&[0x0b, 0x01]));
    let revoked = world.intermediate.issue(&Shape::partner().serial(&[0x0b, 0x02]));
    let clients = Arc::new(Clients {
        ours: world.partner.escaped_pem(),
        theirs: world.foreigner.escaped_pem(),
        revoked: [revoked.escaped_pem(), foreign_revoked.escaped_pem()],
    });
    assert_ne!(CLIENT, [0x0b, 0x02]);
    world.write_list("ours.crl", &ListShape::new().revoke(&[0x0b, 0x02]));
    world.directory.write("theirs.crl", world.foreign_root.sign_list(&ListShape::new().revoke(&[0x0b, 0x01])));

    let mut present = Generation::Ours;
    let layer = world.build(&present.text());
    let ended = Arc::new(AtomicBool::new(false));
    let asked = Arc::new(AtomicU64::new(0));
    let load: Vec<_> = (0..3)
        .map(|_| {
            let (layer, clients) = (layer.clone(), Arc::clone(&clients));
            let (ended, asked) = (Arc::clone(&ended), Arc::clone(&asked));
            tokio::spawn(async move {
                let mut seen = [0_u64; 2];
                while !ended.load(Ordering::Relaxed) {
                    let turn = asked.fetch_add(1, Ordering::Relaxed);
                    let judged = judged_by(&layer, &clients, turn).await;
                    seen[usize::from(judged == Generation::Theirs)] += 1;
                    tokio::task::yield_now().await;
                }
                seen
            })
        })
        .collect();

    let handle = layer.handle();
    for turn in 0..RELOADS {
        if turn % 2 == 0 {
            corrupt(&world, present.other(), turn / 2);
            handle.reload().unwrap_err();
        } else {
            present = present.other();
            world.write(&present.text());
            handle.reload().unwrap();
        }
        assert_eq!(judged_by(&layer, &clients, turn / 2).await, present, "reload {turn}");
    }
    ended.store(true, Ordering::Relaxed);
    let mut seen = [0; 2];
    for worker in load {
        let of_worker = worker.await.unwrap();
        seen = [seen[0] + of_worker[0], seen[1] + of_worker[1]];
    }
    assert!(seen.iter().all(|generation| *generation > 100), "too little load: {seen:?}");
    let counts = handle.counts();
    assert_eq!((counts.reloads(), counts.failed_reloads()), (RELOADS / 2, RELOADS / 2));
}

const RELOADS: u64 = 2_000;
