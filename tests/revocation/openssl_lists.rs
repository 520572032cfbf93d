//! Real lists by openssl: what an authority can make of them, and a million entries.

use std::time::Instant;

use tower_client_cert::{
    ClientCertLayerBuilder, ConfigError, Reason, RevocationListProblem as Problem, RevocationLists, RevocationScope,
};

use crate::support::openssl_ca::{Numbering, OpensslCa, OpensslList};
use crate::support::pki::{P521Pki, Shape, days};
use crate::world::{World, reason};

fn with(world: &World, list: String) -> ClientCertLayerBuilder {
    world.builder().crls(RevocationLists::from_octets(list))
}

fn refused(world: &World, list: String) -> Problem {
    let error = with(world, list).build().unwrap_err();
    let ConfigError::RevocationLists { mut errors } = error else { panic!("{error}") };
    assert_eq!(errors.len(), 1);
    errors.remove(0).problem
}

const CLIENT_HEX: &str = "4A010203";

#[tokio::test]
async fn lists_of_both_versions_are_read() {
    let world = World::new();
    let Some(ca) = OpensslCa::new(&world.intermediate) else { return };
    let revoked = [("11".to_owned(), ""), (CLIENT_HEX.to_owned(), "cessationOfOperation")];
    for extensions in ["", "authorityKeyIdentifier = keyid"] {
        let empty = OpensslList { extensions, ..OpensslList::new() };
        assert_eq!(reason(with(&world, ca.list(&empty)), &world.client).await, None, "{extensions}");
        let listed = OpensslList { revoked: &revoked, extensions, ..OpensslList::new() };
        let layer = with(&world, ca.list(&listed)).build().unwrap();
        let asked = crate::world::ask(&layer, &world.client).await;
        assert_eq!(asked.reason(), Some(Reason::Revoked), "{extensions}");
        let detail = asked.refusal().unwrap().rejection().to_string();
        assert!(detail.contains("2026-02-19T12:00:00Z"), "{detail}");
    }
}

#[tokio::test]
async fn every_reason_is_told_and_a_hold_is_a_revocation() {
    let world = World::new();
    let Some(ca) = OpensslCa::new(&world.intermediate) else { return };
    for (given, told) in [
        ("unspecified", ""),
        ("keyCompromise", " (keyCompromise)"),
        ("CACompromise", " (cACompromise)"),
        ("affiliationChanged", " (affiliationChanged)"),
        ("superseded", " (superseded)"),
        ("cessationOfOperation", " (cessationOfOperation)"),
        ("certificateHold", " (certificateHold)"),
    ] {
        let revoked = [(CLIENT_HEX.to_owned(), given)];
        let list = OpensslList { revoked: &revoked, ..OpensslList::new() };
        let layer = with(&world, ca.list(&list)).build().unwrap();
        let asked = crate::world::ask(&layer, &world.client).await;
        assert_eq!(asked.reason(), Some(Reason::Revoked), "{given}");
        let detail = asked.refusal().unwrap().rejection().to_string();
        assert!(detail.contains(&format!("12:00:00Z{told}")), "{given}: {detail}");
    }
}

#[test]
fn lists_that_cannot_answer_are_refused_by_name() {
    let world = World::new();
    let Some(ca) = OpensslCa::new(&world.intermediate) else { return };
    let made = |extensions| ca.list(&OpensslList { extensions, ..OpensslList::new() });
    let delta = made("2.5.29.27 = critical,ASN1:INTEGER:1");
    assert!(matches!(refused(&world, delta), Problem::Delta));
    let indirect = made("issuingDistributionPoint = critical,@idp\n[idp]\nindirectCRL = TRUE");
    assert!(matches!(refused(&world, indirect), Problem::Indirect));
    let attributes = made("issuingDistributionPoint = critical,@idp\n[idp]\nonlyAA = TRUE");
    assert!(matches!(refused(&world, attributes), Problem::ForAttributeCertificates));
    let partitioned = made("issuingDistributionPoint = critical,@idp\n[idp]\nonlysomereasons = keyCompromise");
    assert!(matches!(refused(&world, partitioned), Problem::ReasonsPartitioned));
    let relative = made("issuingDistributionPoint = critical,@idp\n[idp]\nrelativename = rdn\n[rdn]\nCN = here");
    assert!(matches!(refused(&world, relative), Problem::RelativeDistributionPoint));
    let critical = made("1.2.3.4 = critical,ASN1:NULL");
    let problem = refused(&world, critical);
    assert!(
        matches!(&problem, Problem::CriticalExtensionUnsupported { extension } if extension == "1.2.3.4"),
        "{problem}"
    );
}

#[tokio::test]
async fn a_list_of_version_2_without_a_number_needs_an_option() {
    let world = World::new();
    let Some(ca) = OpensslCa::new(&world.intermediate) else { return };
    let revoked = [(CLIENT_HEX.to_owned(), "")];
    let made = |revoked| ca.list(&OpensslList { revoked, numbering: Numbering::None, ..OpensslList::new() });
    assert!(matches!(refused(&world, made(&[])), Problem::NumberMissing));
    let allowing = |list: String| world.builder().crls(RevocationLists::from_octets(list).allow_missing_number());
    assert_eq!(reason(allowing(made(&[])), &world.client).await, None);
    assert_eq!(reason(allowing(made(&revoked)), &world.client).await, Some(Reason::Revoked));
}

#[test]
fn a_critical_number_is_refused() {
    let world = World::new();
    let Some(ca) = OpensslCa::new(&world.intermediate) else { return };
    let extensions = "2.5.29.20 = critical,ASN1:INTEGER:7";
    let list = ca.list(&OpensslList { extensions, numbering: Numbering::None, ..OpensslList::new() });
    let problem = refused(&world, list);
    assert!(
        matches!(&problem, Problem::CriticalExtensionUnsupported { extension } if extension == "2.5.29.20"),
        "{problem}"
    );
}

#[tokio::test]
async fn lists_for_users_and_for_authorities_cover_their_own() {
    let world = World::new();
    let Some(clients_ca) = OpensslCa::new(&world.intermediate) else { return };
    let Some(root_ca) = OpensslCa::new(&world.root) else { return };
    let made = |ca: &OpensslCa, extensions| ca.list(&OpensslList { extensions, ..OpensslList::new() });
    let (users, authorities) = (
        "issuingDistributionPoint = critical,@idp\n[idp]\nonlyuser = TRUE",
        "issuingDistributionPoint = critical,@idp\n[idp]\nonlyCA = TRUE",
    );
    for (of_clients, of_root, expected) in [
        (users, authorities, None),
        (authorities, authorities, Some(Reason::RevocationNoSource)),
        (users, users, Some(Reason::RevocationNoSource)),
    ] {
        let builder = with(&world, made(&clients_ca, of_clients) + &made(&root_ca, of_root));
        let builder = builder.revocation_scope(RevocationScope::WholePath);
        assert_eq!(reason(builder, &world.client).await, expected, "{of_clients} {of_root}");
    }
}

#[test]
fn a_signer_without_crl_sign_is_refused_although_the_signature_holds() {
    let weak = Shape::authority("No Lists").usages(&[rcgen::KeyUsagePurpose::KeyCertSign]).self_signed();
    let Some(ca) = OpensslCa::new(&weak) else { return };
    let anchors = tower_client_cert::TrustAnchors::from_der(weak.der()).unwrap();
    let list = ca.list(&OpensslList::new());
    let builder = crate::scene::with_anchors(anchors).crls(RevocationLists::from_octets(list));
    let ConfigError::RevocationLists { errors } = builder.build().unwrap_err() else { panic!() };
    assert!(matches!(errors[0].problem, Problem::SignerNotForLists { .. }), "{}", errors[0]);
}

#[test]
fn dates_are_asked_when_a_list_is_loaded() {
    let world = World::new();
    let Some(ca) = OpensslCa::new(&world.intermediate) else { return };
    let tomorrow = OpensslList { this_update: days(1), ..OpensslList::new() };
    assert!(matches!(refused(&world, ca.list(&tomorrow)), Problem::FromTheFuture { .. }));
}

#[tokio::test]
async fn the_lab_with_its_p521_authorities_revokes() {
    let lab = P521Pki::new();
    let Some(ca) = OpensslCa::new(&lab.intermediate) else { return };
    let client = lab.intermediate.issue(&Shape::partner().serial(crate::world::CLIENT));
    let builder = |list: String| {
        let anchors = tower_client_cert::TrustAnchors::from_der(lab.intermediate.der()).unwrap();
        crate::scene::with_anchors(anchors).crls(RevocationLists::from_octets(list))
    };
    assert_eq!(reason(builder(ca.list(&OpensslList::new())), &client).await, None);
    let revoked = [(CLIENT_HEX.to_owned(), "")];
    let list = ca.list(&OpensslList { revoked: &revoked, ..OpensslList::new() });
    assert_eq!(reason(builder(list), &client).await, Some(Reason::Revoked));
}

#[tokio::test]
async fn a_million_entries_are_loaded_and_every_one_counts() {
    let world = World::new();
    let Some(ca) = OpensslCa::new(&world.intermediate) else { return };
    // Odd serial numbers of 16 octets, spread over the whole range.
    let revoked: Vec<_> = (0..1_000_000_u128)
        .map(|number| (format!("{:032X}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835) >> 1 | 1), ""))
        .collect();
    let list = ca.list(&OpensslList { revoked: &revoked, ..OpensslList::new() });
    let started = Instant::now();
    let layer = with(&world, list).build().unwrap();
    eprintln!("loaded in {:?}", started.elapsed());
    assert_eq!(layer.handle().crls()[0].entries(), 1_000_000);
    for place in [0, 1, 2, 499_999, 999_998, 999_999] {
        let octets = u128::from_str_radix(&revoked[place].0, 16).unwrap().to_be_bytes();
        let significant = &octets[octets.iter().take_while(|octet| **octet == 0).count()..];
        let client = world.intermediate.issue(&Shape::partner().serial(significant));
        let asked = crate::world::ask(&layer, &client).await;
        assert_eq!(asked.reason(), Some(Reason::Revoked), "{}", revoked[place].0);
    }
    assert!(crate::world::ask(&layer, &world.client).await.identity().is_some());
}
