//! Lists that do not come into force: the build fails and says why.

use rcgen::PKCS_ECDSA_P384_SHA384;
use rustls_pki_types::SignatureVerificationAlgorithm;
use tower_client_cert::{ConfigError, RevocationListError, RevocationListProblem as Problem, RevocationLists};

use crate::scene;
use crate::support::pki::{ListShape, Shape, days, pem};
use crate::support::scratch::Scratch;
use crate::world::{CLIENT, World};

fn refused(world: &World, lists: impl Into<RevocationLists>) -> Vec<RevocationListError> {
    let error = world.builder().crls(lists).build().unwrap_err();
    let text = error.to_string();
    assert!(!text.is_empty() && text.is_ascii(), "{text}");
    let ConfigError::RevocationLists { errors } = error else { panic!("{error}") };
    errors
}

fn problem(world: &World, list: Vec<u8>) -> Problem {
    let mut errors = refused(world, RevocationLists::from_octets(list));
    assert_eq!(errors.len(), 1);
    errors.remove(0).problem
}

#[test]
fn a_list_with_one_bit_turned_is_refused() {
    let world = World::new();
    let list = world.intermediate.sign_list(&ListShape::new().revoke(CLIENT));
    for place in 0..list.len() {
        let mut broken = list.clone();
        broken[place] ^= 0x01;
        let errors = world.builder().crls(RevocationLists::from_octets(broken)).build();
        assert!(errors.is_err(), "octet {place}");
    }
}

#[test]
fn a_list_cut_off_anywhere_is_refused() {
    let world = World::new();
    let list = world.intermediate.sign_list(&ListShape::new().revoke(CLIENT));
    for length in 0..list.len() {
        let cut = RevocationLists::from_octets(&list[..length]);
        assert!(world.builder().crls(cut).build().is_err(), "{length} octets");
    }
    assert!(matches!(problem(&world, [list, vec![0]].concat()), Problem::Unreadable(_)));
}

#[test]
fn a_list_of_an_unknown_issuer_names_it() {
    let world = World::new();
    let stranger = Shape::authority("Stranger").self_signed();
    let problem = problem(&world, stranger.sign_list(&ListShape::new()));
    assert!(matches!(&problem, Problem::IssuerUnknown { issuer } if issuer == "CN=Stranger"), "{problem}");
}

#[test]
fn a_list_from_the_future_is_refused() {
    let world = World::new();
    let tomorrow = world.intermediate.sign_list(&ListShape::new().issued(days(1), days(2)));
    assert!(matches!(problem(&world, tomorrow), Problem::FromTheFuture { .. }));
}

#[test]
fn a_signature_by_an_algorithm_that_is_not_accepted_is_told_as_such() {
    let root = Shape::authority("P-384 Root").algorithm(&PKCS_ECDSA_P384_SHA384).self_signed();
    let list = RevocationLists::from_octets(root.sign_list(&ListShape::new()));
    let error = scene::trusting(&root).signature_algorithms(P256_ALONE).crls(list).build().unwrap_err();
    let ConfigError::RevocationLists { errors } = error else { panic!("{error}") };
    assert!(matches!(errors[0].problem, Problem::SignatureAlgorithmUnsupported { .. }), "{}", errors[0]);
}

#[test]
fn files_that_hold_something_else_are_refused() {
    let world = World::new();
    assert!(matches!(problem(&world, Vec::new()), Problem::Missing));
    assert!(matches!(problem(&world, b"text".to_vec()), Problem::Missing));
    assert!(matches!(problem(&world, world.client.der().to_vec()), Problem::Unreadable(_)));
    assert!(matches!(problem(&world, world.client.pem().into_bytes()), Problem::OtherBlocks { count: 1 }));
    let list = pem(&world.intermediate.sign_list(&ListShape::new())).replace("CERTIFICATE", "X509 CRL");
    let beside = format!("{list}{}", world.client.pem());
    assert!(matches!(problem(&world, beside.into_bytes()), Problem::OtherBlocks { count: 1 }));
    let cut = list.replace("-----END X509 CRL-----", "");
    assert!(matches!(problem(&world, cut.into_bytes()), Problem::PemMalformed));
}

#[test]
fn missing_files_and_empty_directories_are_refused() {
    let world = World::new();
    let errors = refused(&world, "/nonexistent/crls");
    assert!(matches!(errors[0].problem, Problem::UnreadableFile(_)), "{}", errors[0]);
    let scratch = Scratch::new("empty");
    let errors = refused(&world, scratch.path());
    assert!(matches!(errors[0].problem, Problem::Missing), "{}", errors[0]);
}

#[test]
fn a_list_among_others_is_told_by_its_position() {
    let world = World::new();
    let block = |list: &[u8]| pem(list).replace("CERTIFICATE", "X509 CRL");
    let good = block(&world.intermediate.sign_list(&ListShape::new()));
    let tomorrow = block(&world.intermediate.sign_list(&ListShape::new().issued(days(1), days(2))));
    for (text, position) in [(format!("{tomorrow}{good}"), 1), (format!("{good}{good}{tomorrow}"), 3)] {
        let errors = refused(&world, RevocationLists::from_octets(text));
        assert_eq!(errors.iter().map(|error| error.position).collect::<Vec<_>>(), [position]);
        assert!(errors[0].to_string().starts_with(&format!("revocation list {position} of ")), "{}", errors[0]);
    }
}

/// A file of this size that begins as a list does, and has nothing else in it.
fn hollow(scratch: &Scratch, octets: u64) -> std::path::PathBuf {
    let path = scratch.write("hollow.crl", [0x30]);
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(octets).unwrap();
    path
}

#[test]
fn a_file_of_more_than_64_mebibytes_is_not_read() {
    let world = World::new();
    let scratch = Scratch::new("large");
    let limit_octets = 64 * 1024 * 1024;
    let errors = refused(&world, hollow(&scratch, limit_octets));
    assert!(matches!(errors[0].problem, Problem::Unreadable(_)), "{}", errors[0]);
    let errors = refused(&world, hollow(&scratch, limit_octets + 1));
    assert!(matches!(errors[0].problem, Problem::TooLarge { limit_octets: 67_108_864 }), "{}", errors[0]);
}

#[test]
fn every_bad_file_of_a_directory_is_named() {
    let world = World::new();
    let scratch = Scratch::new("bad");
    scratch.write("a-good.crl", world.intermediate.sign_list(&ListShape::new()));
    scratch.write("b-garbage.crl", "garbage");
    scratch.write("c-future.crl", world.intermediate.sign_list(&ListShape::new().issued(days(1), days(2))));
    std::os::unix::fs::symlink("/nonexistent/list", scratch.path().join("d-dangling.crl")).unwrap();
    let mut told: Vec<_> = refused(&world, scratch.path()).iter().map(ToString::to_string).collect();
    told.sort_by_key(|text| text.split_once("-bad-").map(|(_, path)| path.to_owned()));
    assert_eq!(told.len(), 3, "{told:?}");
    for (text, file) in told.iter().zip(["b-garbage.crl", "c-future.crl", "d-dangling.crl"]) {
        assert!(text.contains(file), "{text}");
    }
}

const P256_ALONE: &[&dyn SignatureVerificationAlgorithm] = &[webpki::aws_lc_rs::ECDSA_P256_SHA256];
