//! No combination of sources, scope and policy lets a certificate pass that a loaded list or the deny-list names.

use tower_client_cert::certificate::Fingerprint;
use tower_client_cert::{ClientCertLayerBuilder, DenyList, Reason, RevocationLists, RevocationPolicy, RevocationScope};

use crate::support::pki::{ListShape, days};
use crate::world::{CLIENT, INTERMEDIATE, World, ask};

/// What there is of one issuer's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    None,
    Good,
    Stale,
    Revoked,
    StaleRevoked,
    /// Current for one scope and revoking in another.
    RevokedOutOfScope,
    /// Two lists that disagree by number and date on which is newer; the one that is newer by number revokes.
    RevokedByNumber,
}

const STATES: [State; 7] = [
    State::None,
    State::Good,
    State::Stale,
    State::Revoked,
    State::StaleRevoked,
    State::RevokedOutOfScope,
    State::RevokedByNumber,
];

impl State {
    fn lists(self, serial: &[u8]) -> Vec<ListShape> {
        let good = ListShape::new;
        let stale = || ListShape::new().issued(days(-9), days(-2));
        match self {
            Self::None => Vec::new(),
            Self::Good => vec![good()],
            Self::Stale => vec![stale()],
            Self::Revoked => vec![good().revoke(serial)],
            Self::StaleRevoked => vec![stale().revoke(serial)],
            Self::RevokedOutOfScope => vec![good(), good().for_point("http://elsewhere.test/", None).revoke(serial)],
            Self::RevokedByNumber => vec![good(), stale().number(2).revoke(serial)],
        }
    }

    fn revokes(self) -> bool {
        !matches!(self, Self::None | Self::Good | Self::Stale)
    }

    /// Whether the policy lets it pass.
    fn is_allowed(self, policy: Policy) -> bool {
        match self {
            Self::Good => true,
            Self::None => matches!(policy, Policy::NoSource | Policy::Everything),
            Self::Stale => matches!(policy, Policy::Stale | Policy::Everything),
            _ => false,
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Policy {
    Deny,
    Stale,
    NoSource,
    Everything,
}

impl Policy {
    fn of(self) -> RevocationPolicy {
        let deny = RevocationPolicy::deny();
        match self {
            Self::Deny => deny,
            Self::Stale => deny.allow_stale(),
            Self::NoSource => deny.allow_no_source(),
            Self::Everything => deny.allow_stale().allow_no_source(),
        }
    }
}

fn layer(world: &World, clients: State, authorities: State, seen: &mut bool) -> ClientCertLayerBuilder {
    let of_clients = clients.lists(CLIENT).into_iter().map(|list| world.intermediate.sign_list(&list));
    let of_authorities = authorities.lists(INTERMEDIATE).into_iter().map(|list| world.root.sign_list(&list));
    let mut builder = world.builder();
    for list in of_clients.chain(of_authorities) {
        *seen = true;
        builder = builder.crls(RevocationLists::from_octets(list));
    }
    builder
}

#[tokio::test]
async fn nobody_who_is_named_passes_and_nobody_else_is_refused_as_revoked() {
    let world = World::new();
    let mut asked_in_all = 0;
    for clients in STATES {
        for authorities in STATES {
            for scope in [RevocationScope::EndEntity, RevocationScope::WholePath] {
                for policy in [Policy::Deny, Policy::Stale, Policy::NoSource, Policy::Everything] {
                    let mut any_list = false;
                    let builder = layer(&world, clients, authorities, &mut any_list)
                        .revocation_scope(scope)
                        .revocation_policy("ours", policy.of());
                    let asked = ask(&builder.build().unwrap(), &world.client).await;
                    let situation = format!("{clients:?} {authorities:?} {scope:?} {policy:?}: {:?}", asked.reason());

                    let is_whole = scope == RevocationScope::WholePath;
                    let is_allowed = clients.is_allowed(policy) && (!is_whole || authorities.is_allowed(policy));
                    let expected_to_pass = !any_list || is_allowed;
                    if clients.revokes() || authorities.revokes() {
                        assert_eq!(asked.reason(), Some(Reason::Revoked), "{situation}");
                        assert!(asked.seen.is_none(), "{situation}");
                    } else {
                        assert_ne!(asked.reason(), Some(Reason::Revoked), "{situation}");
                        assert_eq!(asked.identity().is_some(), expected_to_pass, "{situation}");
                    }
                    asked_in_all += 1;
                }
            }
        }
    }
    assert_eq!(asked_in_all, 7 * 7 * 2 * 4);
}

#[tokio::test]
async fn the_deny_list_holds_whatever_the_lists_say() {
    let world = World::new();
    let asked = ask(&world.builder().build().unwrap(), &world.client).await;
    let fingerprint: Fingerprint = *asked.identity().unwrap().fingerprint();
    for clients in [State::None, State::Good, State::Stale, State::Revoked] {
        for policy in [Policy::Deny, Policy::Everything] {
            let builder = layer(&world, clients, State::None, &mut false)
                .revocation_policy("ours", policy.of())
                .deny_list(DenyList::new().certificate(fingerprint));
            let asked = ask(&builder.build().unwrap(), &world.client).await;
            assert_eq!(asked.reason(), Some(Reason::DenyListed), "{clients:?} {policy:?}");
        }
    }
}
