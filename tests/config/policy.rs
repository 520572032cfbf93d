//! The effective policy: what is in force, read from the layer itself.

use tower_client_cert::{
    ClientCertLayerBuilder, EffectivePolicy, Encoding, Gateway, GatewayCertificateMatcher, GatewayCertificateName,
    PinnedCertificates, Reason, Secret, SenderProof, StatusFormat, TrustAnchors, UnixPeers,
};

use crate::support::pki::{Pki, Shape};
use crate::world::{USUAL, World};

fn policy_of(world: &World, text: &str) -> EffectivePolicy {
    world.build(text).handle().policy()
}

#[test]
fn a_layer_that_was_built_in_code_has_the_same_policy_as_one_from_a_file() {
    let world = World::new();
    let from_file = policy_of(&world, &USUAL.replace("label = \"ours\"\n", ""));
    let anchors = TrustAnchors::from_pem_file(world.directory.path().join("root.pem")).unwrap();
    let intermediates =
        tower_client_cert::Intermediates::from_pem_file(world.directory.path().join("intermediate.pem")).unwrap();
    let built = crate::scene::with_anchors(anchors).intermediates(intermediates).build().unwrap();
    assert_eq!(built.handle().policy(), from_file);
    assert_eq!(built.handle().policy().fingerprint(), from_file.fingerprint());
}

#[test]
fn with_every_default_nothing_is_loosened_and_only_the_operators_own_facts_are_set() {
    let pki = Pki::new();
    let policy = crate::scene::builder(&pki).build().unwrap().handle().policy();
    assert!(policy.entries().iter().all(|entry| entry.allows().is_none()), "{policy}");
    let set: Vec<_> =
        policy.entries().iter().filter(|entry| !entry.is_default()).map(tower_client_cert::PolicyEntry::key).collect();
    assert_eq!(set, ["gateway[0].kind", "gateway[0].proof[0]", "anchors[0]", "intermediates[0]"]);
    assert_eq!(policy.entry("revocation.mode").unwrap().value(), "none: revocation is not checked");
    assert_eq!(policy.entry("gateway[0].proof[0]").unwrap().value(), "from 10.1.0.0/24; no second factor");
}

#[test]
fn paths_that_are_excepted_differ_from_the_defaults_and_none_do_not() {
    let pki = Pki::new();
    let is_default = |builder: ClientCertLayerBuilder, key: &str| {
        builder.build().unwrap().handle().policy().entry(key).unwrap().is_default()
    };
    let required = || crate::scene::builder(&pki).required();
    assert!(!is_default(required(), "requests.required"));
    assert!(is_default(required(), "requests.except"));
    assert!(!is_default(required().except(["/healthz"]), "requests.except"));
}

#[test]
fn every_refusal_has_its_answer_in_the_policy() {
    let pki = Pki::new();
    let policy = crate::scene::builder(&pki).build().unwrap().handle().policy();
    for reason in Reason::ALL {
        let entry = policy.entry(&format!("answers.{}.status", reason.code())).unwrap();
        assert_eq!(entry.value(), reason.default_status().as_u16().to_string());
        let entry = policy.entry(&format!("answers.{}.grpc", reason.code())).unwrap();
        assert!(entry.is_default() && !entry.value().is_empty());
    }
}

#[test]
fn what_loosens_a_check_says_what_it_gives_up() {
    let world = World::new();
    let text = USUAL
        .replace("addresses = [\"10.1.0.0/24\"]", "allow_any_address = true")
        .replace("label = \"ours\"", "label = \"ours\"\nallow_missing_client_auth = true");
    let text = format!(
        "{text}[validation]\nclock_skew_seconds = 60\n[revocation.policy.ours]\nallow_no_source = true\n\
         [[rule]]\npath = \"/a\"\npublic = true\n[otherwise]\npublic = true\n"
    );
    let policy = policy_of(&world, &text);
    let loosened: Vec<_> = policy
        .entries()
        .iter()
        .filter(|entry| entry.allows().is_some())
        .map(tower_client_cert::PolicyEntry::key)
        .collect();
    assert_eq!(
        loosened,
        [
            "gateway[0].proof[0]",
            "anchors[0].allow_missing_client_auth",
            "validation.clock_skew_seconds",
            "revocation.policy.ours.no_source",
            "rule[0]",
            "otherwise",
        ]
    );
    let page = policy.to_markdown();
    let first = page.split_once("## What differs").unwrap().0;
    for key in loosened {
        assert!(first.contains(&format!("`{key}`")), "{key}: {first}");
    }
}

#[test]
fn by_what_a_gateway_is_known_and_how_it_forwards_stands_in_the_policy() {
    let pki = Pki::new();
    let anchors = || TrustAnchors::from_der(Shape::authority("Edge Root").self_signed().der()).unwrap();
    let own = anchors();
    let authority = own.as_slice()[0].certificate().fingerprint().to_string();
    let names = [
        GatewayCertificateName::dns("edge.example"),
        GatewayCertificateName::uri("spiffe://example/edge"),
        GatewayCertificateName::common_name("edge"),
    ];
    let secret = Secret::new("0123456789abcdef").unwrap().or(Secret::new("fedcba9876543210").unwrap());
    let gateway = Gateway::custom("edge", [""; 0])
        .unwrap()
        .or(SenderProof::unix_socket(UnixPeers::anyone_with_access()))
        .or(SenderProof::unix_socket(UnixPeers::uids([33, 101])))
        .or(SenderProof::allow_any_address()
            .secret_header("x-edge-secret", secret)
            .unwrap()
            .certificate(GatewayCertificateMatcher::named(own, names).unwrap()))
        .or(SenderProof::addresses(["10.1.0.0/24", "2001:db8::/48"])
            .unwrap()
            .certificate(GatewayCertificateMatcher::any_issued_under(anchors()).unwrap()))
        .encoding(Encoding::DerBase64)
        .absent_value("(null)")
        .chain_header("x-chain", Encoding::DerBase64List)
        .unwrap()
        .other_leaf_header("x-again", Encoding::Pem)
        .unwrap()
        .status_header("x-verify", StatusFormat::Verdict)
        .unwrap();
    let policy = crate::scene::behind(gateway, TrustAnchors::from_der(pki.root.der()).unwrap()).build().unwrap();
    let policy = policy.handle().policy();
    let entry = |key: &str| policy.entry(&format!("gateway[0].{key}")).unwrap();
    assert_eq!(entry("proof[0]").value(), "from nowhere; no second factor");
    assert_eq!(entry("proof[1]").value(), "from a unix socket, every user; no second factor");
    assert_eq!(entry("proof[2]").value(), "from a unix socket, users [33, 101]; no second factor");
    assert_eq!(
        entry("proof[3]").value(),
        format!(
            "from 0.0.0.0/0, ::/0; with a secret in header x-edge-secret (2 values known) and a certificate of its own \
             under {authority}, with one of dns \"edge.example\", uri \"spiffe://example/edge\", subject 2.5.4.3 \
             \"edge\""
        )
    );
    assert!(entry("proof[4]").value().starts_with("from 10.1.0.0/24, 2001:db8::/48; with a certificate of its own "));
    assert!(entry("proof[4]").value().ends_with(", with any name"));
    let given_up: Vec<_> = (0..5).map(|number| entry(&format!("proof[{number}]")).allows()).collect();
    assert_eq!(given_up[0], None);
    assert!(given_up[1].unwrap().starts_with("which process sent it"));
    assert_eq!(given_up[2], None);
    assert!(given_up[3].unwrap().starts_with("where it was sent from"));
    assert!(given_up[4].unwrap().starts_with("which machine sent it"));
    for (key, value) in [
        ("kind", "custom"),
        ("name", "edge"),
        ("encoding", "DerBase64"),
        ("absent_values", "\"(null)\""),
        ("chain_header", "x-chain (DerBase64List)"),
        ("other_leaf_headers", "x-again (Pem)"),
        ("status_header", "x-verify (Verdict)"),
    ] {
        assert_eq!(entry(key).value(), value, "{key}");
        assert!(!entry(key).is_default(), "{key}");
    }
    assert!(entry("header").is_default());
}

#[test]
fn every_rule_that_is_loosened_says_what_will_do_and_what_is_given_up() {
    let pki = Pki::new();
    let fingerprint = |last: u8| tower_client_cert::certificate::Fingerprint::new([last; 32]);
    let anchors = TrustAnchors::from_der(pki.root.der())
        .unwrap()
        .labelled("ours")
        .allow_any_purpose()
        .allow_missing_client_auth()
        .allow_missing_digital_signature()
        .allow_uneven_rsa_size()
        .allow_v1_anchor();
    let pins = PinnedCertificates::certificates([fingerprint(1)]).labelled("partner").allow_expired();
    let pins = pins.and(PinnedCertificates::public_keys([fingerprint(2)]).allow_ca_certificate());
    let layer = crate::scene::with_anchors(anchors).trust_pinned(pins).build().unwrap();
    let policy = layer.handle().policy();
    for (key, will_do, given_up) in [
        ("anchors[0].allow_any_purpose", "anyExtendedKeyUsage alone", "for what it was issued"),
        ("anchors[0].allow_missing_client_auth", "no extended key usage", "for what it was issued"),
        ("anchors[0].allow_missing_digital_signature", "without digitalSignature", "is for signatures"),
        ("anchors[0].allow_uneven_rsa_size", "no multiple of 8", "a multiple of 8"),
        ("anchors[0].allow_v1_anchor", "version 1", "is an authority's"),
        ("pinned[0].allow_expired", "dates are not asked", "the dates of"),
        ("pinned[1].allow_ca_certificate", "of an authority will do", "is no authority's"),
    ] {
        let entry = policy.entry(key).unwrap_or_else(|| panic!("{key}: {policy}"));
        assert!(entry.check().contains(will_do), "{key}: {}", entry.check());
        assert!(entry.allows().unwrap().contains(given_up), "{key}: {:?}", entry.allows());
    }
    assert_eq!(policy.entry("pinned[0].allow_ca_certificate").unwrap().allows(), None);
    let [first, second] = [1, 2].map(|last| fingerprint(last).to_string());
    assert_eq!(policy.entry("pinned[0]").unwrap().value(), format!("certificate {first}, labelled \"partner\""));
    assert_eq!(policy.entry("pinned[1]").unwrap().value(), format!("public key {second}"));
}

#[test]
fn what_a_product_forwards_by_itself_is_its_default() {
    let pki = Pki::new();
    let traefik = |header: &str| Gateway::traefik(["10.1.0.0/24"]).unwrap().header(header).unwrap();
    let is_default = |gateway: Gateway| {
        let layer = crate::scene::behind(gateway, TrustAnchors::from_der(pki.root.der()).unwrap()).build().unwrap();
        layer.handle().policy().entry("gateway[0].header").unwrap().is_default()
    };
    assert!(is_default(Gateway::traefik(["10.1.0.0/24"]).unwrap()));
    assert!(is_default(traefik("x-forwarded-tls-client-cert")));
    assert!(!is_default(traefik("x-client-cert")), "the default of other products");
}

#[test]
fn the_policy_changes_with_a_reload_and_its_fingerprint_with_it() {
    let world = World::new();
    let layer = world.build(USUAL);
    let before = layer.handle().policy();
    layer.handle().reload().unwrap();
    assert_eq!(layer.handle().policy().fingerprint(), before.fingerprint());
    world.write(&format!("{USUAL}[validation]\nmax_depth = 3\n"));
    layer.handle().reload().unwrap();
    let after = layer.handle().policy();
    assert_eq!(after.entry("validation.max_depth").unwrap().value(), "3");
    assert_ne!(after.fingerprint(), before.fingerprint());
}

#[cfg(feature = "serde")]
#[test]
fn the_policy_is_data_too() {
    let pki = Pki::new();
    let policy = crate::scene::builder(&pki).build().unwrap().handle().policy();
    let json = serde_json::to_value(&policy).unwrap();
    assert_eq!(json["fingerprint"], policy.fingerprint().to_string());
    assert_eq!(json["entries"].as_array().unwrap().len(), policy.entries().len());
    assert_eq!(json["entries"][0]["key"], "gateway[0].kind");
    assert_eq!(json["entries"][0]["is_default"], false);
}
