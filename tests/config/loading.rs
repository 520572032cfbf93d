//! Files that can be used.

use tower_client_cert::{ClientCertConfig, ConfigError, Reason, Reload};

use crate::scene::{ask, request, request_from, with_certificate};
use crate::support::pki::{ListShape, Shape};
use crate::world::{CLIENT, USUAL, World};

#[tokio::test]
async fn the_file_says_who_is_believed_and_who_is_accepted() {
    let world = World::new();
    let layer = world.build(USUAL);
    let asked = ask(&layer, with_certificate(&world.partner)).await;
    assert_eq!(asked.identity().unwrap().anchor_label(), Some("ours"));
    let asked = ask(&layer, with_certificate(&world.foreigner)).await;
    assert_eq!(asked.reason(), Some(Reason::IssuerUnknown));
    let from_elsewhere = request_from("10.2.0.4", &[("x-client-cert", &world.partner.escaped_pem())]);
    assert!(ask(&layer, from_elsewhere).await.is_anonymous());
}

#[tokio::test]
async fn a_layer_from_text_finds_its_files_below_the_directory_it_is_given() {
    let world = World::new();
    let config = ClientCertConfig::from_toml(USUAL, world.directory.path()).unwrap();
    assert!(config.build().is_ok());
    let elsewhere = ClientCertConfig::from_toml(USUAL, "/nonexistent").unwrap().build().unwrap_err();
    assert!(elsewhere.to_string().contains("cannot read /nonexistent/root.pem"), "{elsewhere}");
}

#[tokio::test]
async fn a_file_that_changed_between_reading_and_building_is_read_again() {
    let world = World::new();
    world.write(&USUAL.replace("10.1.0.0/24", "10.9.0.0/24"));
    let config = world.read().unwrap();
    world.write(USUAL);
    let layer = config.build().unwrap();
    assert!(ask(&layer, with_certificate(&world.partner)).await.identity().is_some());
    assert_eq!(layer.handle().reload_if_changed().unwrap(), Reload::Unchanged);
    world.write("[[gateway]]\nkind = \"ngin\"\n");
    let error = config.build().unwrap_err().to_string();
    assert!(error.ends_with("unknown word `ngin`, the nearest is `nginx`"), "{error}");
}

#[tokio::test]
async fn an_empty_list_of_issuers_accepts_nobody_in_either_spelling() {
    let world = World::new();
    for list in ["only_issued_by = []", "only_issued_by_subject = []"] {
        let layer = world.build(&format!("{USUAL}[validation]\n{list}\n"));
        let asked = ask(&layer, with_certificate(&world.partner)).await;
        assert_eq!(asked.reason(), Some(Reason::IssuerNotAllowed), "{list}");
    }
}

#[tokio::test]
async fn rules_of_the_file_are_asked_by_the_layer_itself() {
    let world = World::new();
    let rules = r#"
        [[rule]]
        path = "/healthz"
        public = true

        [[rule]]
        path = "/restricted"
        organization = "Big Partner Foo SA"
        issued_by = "ours"
    "#;
    let layer = world.build(&format!("{USUAL}{rules}"));
    let asks = async |path: &str, certificate: bool| {
        let mut request = if certificate { with_certificate(&world.partner) } else { request(&[]) };
        *request.uri_mut() = path.parse().unwrap();
        ask(&layer, request).await.status()
    };
    assert_eq!(asks("/healthz", false).await, 200);
    assert_eq!(asks("/restricted", true).await, 200);
    assert_eq!(asks("/restricted", false).await, 401);
    assert_eq!(asks("/", true).await, 403);
    assert_eq!(asks("/%72estricted", true).await, 400);
    assert_eq!(layer.handle().counts().refused(Reason::RuleDenied), 1);
    let explanation = layer.handle().explain(&with_certificate(&world.partner).into_parts().0);
    assert_eq!(explanation.rejection().map(tower_client_cert::Rejection::reason), Some(Reason::RuleDenied));
}

#[tokio::test]
async fn rules_whose_tests_fail_build_no_layer() {
    let world = World::new();
    let text = format!(
        "{USUAL}[[rule]]\npath = \"/a\"\norganization = \"Foo\"\n\
         [[test]]\nname = \"a stranger\"\npath = \"/a\"\nsubject = \"O=Stranger\"\nexpect = \"allow\"\n"
    );
    let error = world.wrong(&text);
    let expected = "file client-cert.toml, line 15, column 3, test: access rules fail their tests: test 1";
    assert!(error.starts_with(expected), "{error}");
    assert!(error.contains("\"a stranger\" expects allow, but denied"), "{error}");
}

#[tokio::test]
async fn what_no_document_can_hold_is_set_by_the_program() {
    let world = World::new();
    world.write(USUAL);
    let layer = world.read().unwrap().customized(|builder| builder.signature_algorithms(&[])).build();
    assert!(matches!(layer, Err(ConfigError::Document(_))), "{layer:?}");
    let layer = world.read().unwrap().customized(tower_client_cert::ClientCertLayerBuilder::required).build().unwrap();
    assert_eq!(ask(&layer, request(&[])).await.reason(), Some(Reason::CertificateMissing));
}

#[cfg(all(feature = "http-client", feature = "ocsp"))]
#[tokio::test]
async fn a_program_says_how_responders_are_asked_whether_the_file_names_any_or_not() {
    let world = World::new();
    let policy = |text: &str| {
        world.write(text);
        let config = world.read().unwrap().customized(|builder| {
            let fetcher = tower_client_cert::HttpFetcher::new().allow_targets("10.9.8.7/32").unwrap();
            builder.ocsp_fetcher(fetcher).ocsp_wait(std::time::Duration::from_millis(77))
        });
        config.build().unwrap().handle().policy()
    };
    let nobody_named = policy(USUAL);
    assert!(!nobody_named.to_string().contains("10.9.8.7"), "{nobody_named}");
    let named = policy(&format!("{USUAL}[[revocation.ocsp]]\nurl = \"http://ocsp.example/\"\n"));
    assert!(named.to_string().contains("10.9.8.7"), "{named}");
    assert_eq!(named.entry("revocation.ocsp_wait_milliseconds").unwrap().value(), "77");
}

#[tokio::test]
async fn a_path_may_stand_in_the_environment() {
    let world = World::new();
    // Cargo sets it for every test, to a directory.
    let text = USUAL.replace("file = \"root.pem\"", "directory = { env = \"CARGO_MANIFEST_DIR\" }");
    let error = world.wrong(&text);
    let expected = format!("no certificate in directory {}, expected at least one", env!("CARGO_MANIFEST_DIR"));
    assert!(error.ends_with(&expected), "{error}");
}

#[tokio::test]
async fn lists_of_the_file_revoke() {
    let world = World::new();
    world.write_list("partner.crl", &ListShape::new().revoke(CLIENT));
    let layer = world.build(&format!("{USUAL}[revocation]\ncrls = \"partner.crl\"\n"));
    assert_eq!(ask(&layer, with_certificate(&world.partner)).await.reason(), Some(Reason::Revoked));
    let other = world.intermediate.issue(&Shape::client("other"));
    assert!(ask(&layer, with_certificate(&other)).await.identity().is_some());
}

#[test]
fn neither_debug_nor_errors_show_a_secret() {
    let world = World::new();
    world.directory.write("edge.secret", "5f0c8ad1-2b7e-4c11-9d0a\n");
    let with_secret = |secret: &str| {
        USUAL.replace(
            "[[anchors]]",
            &format!("[[gateway.secret_headers]]\nname = \"x-edge-secret\"\nsecret = {secret}\n[[anchors]]"),
        )
    };
    world.write(&with_secret("{ file = \"edge.secret\" }"));
    let config = world.read().unwrap();
    let layer = config.build().unwrap();
    assert!(!format!("{config:?} {layer:?}").contains("5f0c8ad1"));
    let error = world.try_build(&with_secret("\"5f0c8ad1-2b7e-4c11-9d0a\"")).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("5f0c8ad1"), "{error:?}");
    assert!(
        error
            .to_string()
            .ends_with("a secret has no place in this file, expected { env = \"NAME\" } or { file = \"path\" }")
    );
}
