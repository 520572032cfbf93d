//! Files that change under a running layer.

use std::error::Error as _;
use std::os::unix::fs::symlink;
use std::time::Duration;
use std::{fs, thread};

use tower_client_cert::{ConfigError, DenyList, Reason, Reload, RevocationLists, TrustReplacement};

use crate::scene::{ask, request, with_certificate};
use crate::support::log::Log;
use crate::support::pki::{AnswerShape, ListShape, days};
use crate::world::{CLIENT, USUAL, World};

#[tokio::test]
async fn everything_in_the_file_can_change() {
    let world = World::new();
    world.directory.write("a.secret", "0123456789abcdef-a");
    world.directory.write("denied", "");
    let layer = world.build(USUAL);
    let handle = layer.handle();
    assert!(ask(&layer, with_certificate(&world.partner)).await.identity().is_some());

    let reloads = |text: &str| {
        world.write(text);
        handle.reload().unwrap();
    };
    reloads(&USUAL.replace("root.pem", "foreign.pem"));
    assert!(ask(&layer, with_certificate(&world.foreigner)).await.identity().is_some());
    assert_eq!(ask(&layer, with_certificate(&world.partner)).await.reason(), Some(Reason::IssuerUnknown));

    reloads(&USUAL.replace("10.1.0.0/24", "10.2.0.0/24"));
    assert!(ask(&layer, with_certificate(&world.partner)).await.is_anonymous());

    reloads(&format!("{USUAL}[requests]\nrequired = true\n[answers.certificate-missing]\nstatus = 418\n"));
    assert_eq!(ask(&layer, request(&[])).await.status(), 418);

    reloads(&format!("{USUAL}[[rule]]\npath = \"/a\"\nany_client = true\n"));
    assert_eq!(ask(&layer, with_certificate(&world.partner)).await.reason(), Some(Reason::RuleDenied));

    reloads(&format!("{USUAL}[revocation]\ndeny_list = \"denied\"\n"));
    assert!(ask(&layer, with_certificate(&world.partner)).await.identity().is_some());
    world.directory.write("denied", format!("certificate {}", fingerprint(world.partner.der())));
    handle.reload().unwrap();
    assert_eq!(ask(&layer, with_certificate(&world.partner)).await.reason(), Some(Reason::DenyListed));

    let secret = "[[gateway.secret_headers]]\nname = \"x-edge\"\nsecret = { file = \"a.secret\" }\n[[anchors]]";
    reloads(&USUAL.replace("[[anchors]]", secret));
    let value = world.partner.escaped_pem();
    let shows = async |secret| ask(&layer, request(&[("x-client-cert", &value), ("x-edge", secret)])).await;
    assert!(shows("0123456789abcdef-a").await.identity().is_some());
    world.directory.write("a.secret", "0123456789abcdef-b");
    handle.reload().unwrap();
    assert!(shows("0123456789abcdef-a").await.is_anonymous());
    assert!(shows("0123456789abcdef-b").await.identity().is_some());
    assert_eq!((handle.counts().reloads(), handle.counts().failed_reloads()), (8, 0));
}

#[tokio::test]
async fn a_reload_that_fails_leaves_everything_as_it_was_and_is_told() {
    let world = World::new();
    let layer = world.build(USUAL);
    let handle = layer.handle();
    let log = Log::start();
    world.write(&format!("{}[requests]\nrequired = true\n", USUAL.replace("root.pem", "nowhere.pem")));
    let error = handle.reload().unwrap_err();
    assert!(matches!(error, ConfigError::Document(_)), "{error}");
    assert!(ask(&layer, with_certificate(&world.partner)).await.identity().is_some());
    assert!(ask(&layer, request(&[])).await.is_anonymous());
    assert_eq!((handle.counts().reloads(), handle.counts().failed_reloads()), (0, 1));
    assert_eq!(handle.reload_failure(), Some(error.to_string()));
    let told = log.with("what", "configuration");
    let [only] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((only.level, only.message.as_str()), (tracing::Level::ERROR, "replacement failed"));
    // What the error comes from is told with it.
    let missing = error.source().unwrap().to_string();
    assert!(missing.starts_with("No such file or directory"), "{missing}");
    assert_eq!(only.field("detail"), Some(&*format!("{error}: {missing}")));

    world.write(USUAL);
    handle.reload().unwrap();
    assert_eq!(handle.reload_failure(), None);
    assert_eq!(handle.counts().accepted(), 1, "the counts go on");
}

#[tokio::test]
async fn no_list_goes_back_in_time_by_a_reload() {
    let world = World::new();
    world.write_list("a.crl", &ListShape::new().number(7).revoke(CLIENT));
    let text = format!("{USUAL}[revocation]\ncrls = \"a.crl\"\n");
    let layer = world.build(&text);
    assert_eq!(ask(&layer, with_certificate(&world.partner)).await.reason(), Some(Reason::Revoked));
    world.write_list("a.crl", &ListShape::new().number(6).issued(days(-2), days(7)));
    layer.handle().reload().unwrap();
    assert_eq!(ask(&layer, with_certificate(&world.partner)).await.reason(), Some(Reason::Revoked));
}

#[tokio::test]
async fn what_an_ocsp_answer_said_against_a_certificate_survives_a_reload() {
    let world = World::new();
    let answer = |shape: AnswerShape| shape.signed(&world.intermediate, &world.intermediate);
    world.directory.write("answer.der", answer(AnswerShape::revoked(CLIENT)));
    let layer = world.build(&format!("{USUAL}[revocation]\nocsp_answers = \"answer.der\"\n"));
    assert_eq!(ask(&layer, with_certificate(&world.partner)).await.reason(), Some(Reason::Revoked));
    world.directory.write("answer.der", answer(AnswerShape::good(CLIENT)));
    layer.handle().reload().unwrap();
    assert_eq!(ask(&layer, with_certificate(&world.partner)).await.reason(), Some(Reason::Revoked));
}

#[tokio::test]
async fn an_identity_that_exists_hears_of_a_revocation_through_any_number_of_reloads() {
    let world = World::new();
    world.write_list("a.crl", &ListShape::new());
    let layer = world.build(&format!("{USUAL}[revocation]\ncrls = \"a.crl\"\n"));
    let asked = ask(&layer, with_certificate(&world.partner)).await;
    let identity = asked.identity().unwrap();
    for _ in 0..3 {
        layer.handle().reload().unwrap();
        assert!(identity.still_valid());
    }
    world.write_list("a.crl", &ListShape::new().number(2).revoke(CLIENT));
    layer.handle().reload().unwrap();
    assert!(!identity.still_valid());
    drop(layer);
    assert!(!identity.still_valid(), "nor does it forget when the layer ends");
}

#[tokio::test]
async fn only_content_that_changed_is_read_again() {
    let world = World::new();
    let layer = world.build(USUAL);
    let handle = layer.handle();
    assert_eq!(handle.reload_if_changed().unwrap(), Reload::Unchanged);
    // Another date, the same content.
    world.write(USUAL);
    assert_eq!(handle.reload_if_changed().unwrap(), Reload::Unchanged);
    world.directory.write("root.pem", fs::read(world.directory.path().join("foreign.pem")).unwrap());
    assert_eq!(handle.reload_if_changed().unwrap(), Reload::Reloaded);
    assert!(ask(&layer, with_certificate(&world.foreigner)).await.identity().is_some());
    assert_eq!(handle.reload_if_changed().unwrap(), Reload::Unchanged);

    fs::remove_file(world.directory.path().join("root.pem")).unwrap();
    assert!(handle.reload_if_changed().is_err());
    assert!(handle.reload_if_changed().is_err(), "what failed is tried again");
    assert!(ask(&layer, with_certificate(&world.foreigner)).await.identity().is_some());
}

#[tokio::test]
async fn a_list_that_is_added_to_a_directory_is_noticed() {
    let world = World::new();
    fs::create_dir(world.directory.path().join("crls")).unwrap();
    world.write_list("crls/one.crl", &ListShape::new());
    let layer = world.build(&format!("{USUAL}[revocation]\ncrls = \"crls\"\n"));
    assert!(ask(&layer, with_certificate(&world.partner)).await.identity().is_some());
    world.write_list("crls/two.crl", &ListShape::new().number(2).revoke(CLIENT));
    assert_eq!(layer.handle().reload_if_changed().unwrap(), Reload::Reloaded);
    assert_eq!(ask(&layer, with_certificate(&world.partner)).await.reason(), Some(Reason::Revoked));
    // Under the same name, too, and under another one.
    world.write_list("crls/two.crl", &ListShape::new().number(3));
    assert_eq!(layer.handle().reload_if_changed().unwrap(), Reload::Reloaded);
    assert!(ask(&layer, with_certificate(&world.partner)).await.identity().is_some());
    let crls = world.directory.path().join("crls");
    fs::rename(crls.join("two.crl"), crls.join("two")).unwrap();
    assert_eq!(layer.handle().reload_if_changed().unwrap(), Reload::Reloaded);
}

/// Kubernetes mounts a config map as links to a link to a directory, and swaps the link in the middle.
#[tokio::test]
async fn the_swapped_link_of_a_config_map_is_noticed() {
    let world = World::new();
    let mount = world.directory.path().join("mount");
    let version = |name: &str, root: &str| {
        let directory = mount.join(name);
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("client-cert.toml"), USUAL).unwrap();
        fs::copy(world.directory.path().join(root), directory.join("root.pem")).unwrap();
        fs::copy(world.directory.path().join("intermediate.pem"), directory.join("intermediate.pem")).unwrap();
    };
    version("..2026_01", "root.pem");
    version("..2026_02", "foreign.pem");
    symlink("..2026_01", mount.join("..data")).unwrap();
    for file in ["client-cert.toml", "root.pem", "intermediate.pem"] {
        symlink(format!("..data/{file}"), mount.join(file)).unwrap();
    }
    fs::remove_file(world.directory.path().join("root.pem")).unwrap();
    let config = tower_client_cert::ClientCertConfig::from_file(mount.join("client-cert.toml")).unwrap();
    let layer = config.clock(crate::scene::Fixed(crate::support::pki::now())).build().unwrap();
    assert!(ask(&layer, with_certificate(&world.partner)).await.identity().is_some());

    symlink("..2026_02", mount.join("..data_tmp")).unwrap();
    fs::rename(mount.join("..data_tmp"), mount.join("..data")).unwrap();
    fs::remove_dir_all(mount.join("..2026_01")).unwrap();
    assert_eq!(layer.handle().reload_if_changed().unwrap(), Reload::Reloaded);
    assert_eq!(ask(&layer, with_certificate(&world.partner)).await.reason(), Some(Reason::IssuerUnknown));
}

#[test]
fn a_watcher_reloads_until_it_is_dropped() {
    let world = World::new();
    let layer = world.build(USUAL);
    let handle = layer.handle();
    let watcher = handle.watch(Duration::from_millis(1)).unwrap();
    world.write(&format!("{USUAL}# changed\n"));
    for _ in 0..MAX_LOOKS {
        if handle.counts().reloads() == 1 {
            break;
        }
        thread::yield_now();
    }
    assert_eq!(handle.counts().reloads(), 1);
    drop(watcher);
    assert!(matches!(handle.watch(Duration::ZERO), Err(ConfigError::Contradiction { .. })));
}

#[test]
fn a_layer_that_was_built_in_code_cannot_be_reloaded() {
    let pki = crate::support::pki::Pki::new();
    let handle = crate::scene::builder(&pki).build().unwrap().handle();
    assert!(matches!(handle.reload(), Err(ConfigError::NotFromDocument)));
    assert!(matches!(handle.reload_if_changed(), Err(ConfigError::NotFromDocument)));
    assert!(matches!(handle.watch(Duration::from_secs(1)), Err(ConfigError::NotFromDocument)));
}

/// The SHA-256, in hexadecimal digits.
fn fingerprint(der: &[u8]) -> String {
    use sha2::Digest as _;
    tower_client_cert::certificate::Fingerprint::new(sha2::Sha256::digest(der).into()).to_string()
}

/// Far more than one look of the watcher takes.
const MAX_LOOKS: usize = 50_000_000;

#[tokio::test]
async fn what_the_handle_replaced_lasts_until_the_next_reload_and_both_are_told() {
    let world = World::new();
    let layer = world.build(USUAL);
    let handle = layer.handle();
    let log = Log::start();
    let denied = DenyList::parse(&format!("certificate {}", fingerprint(world.partner.der()))).unwrap();
    handle.replace_deny_list(denied);
    handle.replace_crls(RevocationLists::from_octets(world.intermediate.sign_list(&ListShape::new()))).unwrap();
    handle.replace_all(TrustReplacement::new()).unwrap();
    let own = |what: &str| log.with("what", what).into_iter().map(|entry| entry.message).collect::<Vec<_>>();
    for what in ["deny-list", "revocation-lists", "trust"] {
        assert_eq!(own(what), ["replaced by hand, until the configuration is reloaded", "replaced"], "{what}");
    }
    assert_eq!(ask(&layer, with_certificate(&world.partner)).await.reason(), Some(Reason::DenyListed));

    handle.reload().unwrap();
    assert!(ask(&layer, with_certificate(&world.partner)).await.identity().is_some());
    for what in ["deny-list", "revocation-lists", "trust"] {
        assert_eq!(own(what)[2..], ["what was replaced by hand is as the configuration says again"], "{what}");
    }
    handle.reload().unwrap();
    assert_eq!(own("deny-list").len(), 3, "told once");
}

#[tokio::test]
async fn what_the_handle_replaced_stays_where_a_reload_fails_or_finds_nothing_new() {
    let world = World::new();
    let layer = world.build(USUAL);
    let handle = layer.handle();
    handle.replace_deny_list(DenyList::parse(&format!("certificate {}", fingerprint(world.partner.der()))).unwrap());
    assert_eq!(handle.reload_if_changed().unwrap(), Reload::Unchanged);
    assert_eq!(ask(&layer, with_certificate(&world.partner)).await.reason(), Some(Reason::DenyListed));
    world.write("[[gateway]]\nkind = \"ngin\"\n");
    handle.reload().unwrap_err();
    assert_eq!(ask(&layer, with_certificate(&world.partner)).await.reason(), Some(Reason::DenyListed));
}
