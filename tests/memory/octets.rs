//! That the bound in bytes holds of what is really taken.

use rcgen::string::{BmpString, TeletexString};
use rcgen::{DnType, DnValue, SanType};
use tokio::runtime;
use tower_client_cert::{ClientCertLayerBuilder, DenyList, RevocationLists};

use crate::meter::World;
use crate::scene::{ask, with_certificate};
use crate::support::pki::{ListShape, Minted, Shape};

/// Bytes asked of the allocator for each of these clients, while the layer remembers them.
fn measured(builder: ClientCertLayerBuilder, clients: &[Minted]) -> usize {
    let layer = builder.max_remembered_clients(clients.len()).build().unwrap();
    let runtime = runtime::Builder::new_current_thread().build().unwrap();
    let send = |clients: &[Minted]| {
        for client in clients {
            assert!(runtime.block_on(ask(&layer, with_certificate(client))).identity().is_some());
        }
    };
    // Whatever is made once.
    send(&clients[..1]);
    let taken = allocation_counter::measure(|| send(&clients[1..]));
    usize::try_from(taken.bytes_current).unwrap() / (clients.len() - 1)
}

/// The least `max_remembered_bytes` under which a client is remembered.
fn reckoned(world: &World, builder: impl Fn() -> ClientCertLayerBuilder, client: &Minted) -> usize {
    let runtime = runtime::Builder::new_current_thread().build().unwrap();
    let (mut forgotten, mut remembered) = (0_usize, 1 << 20);
    while remembered - forgotten > 1 {
        let bytes = forgotten.midpoint(remembered);
        let layer = builder().max_remembered_bytes(bytes).build().unwrap();
        for _ in 0..2 {
            world.meter.take();
            assert!(runtime.block_on(ask(&layer, with_certificate(client))).identity().is_some());
        }
        if world.meter.take() == 0 { remembered = bytes } else { forgotten = bytes }
    }
    remembered
}

#[test]
fn a_client_takes_no_more_than_is_reckoned_and_not_much_less() {
    let world = World::new();
    let usual = Shape::partner();
    let many = (0..30).fold(Shape::partner(), |shape, number| {
        let name = format!("{number}.partner.example").try_into().unwrap();
        shape.alternative_name(SanType::DnsName(name)).extension(&[1, 3, 6, 1, 4, 1, 99999, number], &[5, 0])
    });
    let decoded = Shape::partner()
        .attribute(DnType::CustomDnType(vec![1, 3, 6, 1, 4, 1, 99999, 1]), "a type without a text of its own")
        .attribute(DnType::OrganizationalUnitName, DnValue::BmpString(BmpString::try_from("Zürich").unwrap()))
        .attribute(DnType::LocalityName, DnValue::TeletexString(TeletexString::try_from("Lausanne").unwrap()));
    let plain = || world.builder();
    let list = || RevocationLists::from_octets(world.pki.intermediate.sign_list(&ListShape::new()));
    let with_sources = || world.builder().crls(list()).deny_list(DenyList::new());
    for (name, shape) in [("usual", usual), ("many", many), ("decoded", decoded)] {
        // A power of two, and one for what is made once: the tables are full.
        let clients: Vec<_> = (0..129).map(|_| world.pki.issue(&shape)).collect();
        let cases: [(&str, &dyn Fn() -> ClientCertLayerBuilder); 2] = [("plain", &plain), ("sources", &with_sources)];
        for (sources, builder) in cases {
            let (measured, reckoned) = (measured(builder(), &clients), reckoned(&world, builder, &clients[0]));
            assert!((measured..measured * 3 / 2).contains(&reckoned), "{name} {sources}: {measured} {reckoned}");
        }
    }
}
