//! What is set of OCSP, as the effective policy and explanations show it.

use std::time::Duration;

use tower_client_cert::{
    AllowedHosts, CertIdHash, ClientCertLayer, ClientCertLayerBuilder, DenyList, HttpFetcher, OcspAnswers, OcspMethod,
    OcspNonce, OcspResponder, RevocationLists, StepOutcome,
};

use crate::scene::request;
use crate::support::pki::{AnswerShape, ListShape, Shape};
use crate::support::told_store::Told;
use crate::world::{CLIENT, World};

/// Value, and whether it is the default, of an entry on revocation.
fn shown(builder: ClientCertLayerBuilder, key: &str) -> (String, bool) {
    let policy = builder.build().unwrap().handle().policy();
    let entry = policy.entry(&format!("revocation.{key}")).unwrap_or_else(|| panic!("{key} of {policy}"));
    (entry.value().to_owned(), entry.is_default())
}

fn asking(world: &World) -> ClientCertLayerBuilder {
    world.builder().ocsp(OcspResponder::at("http://ocsp.test/").unwrap()).ocsp_fetcher(HttpFetcher::new())
}

#[test]
fn what_is_set_of_ocsp_stands_in_the_policy_and_so_does_what_is_not() {
    let world = World::new();
    let own = Shape::partner().self_signed();
    let anchors = tower_client_cert::TrustAnchors::from_der(own.der()).unwrap();
    let fingerprint = anchors.as_slice()[0].certificate().fingerprint();
    let good = || OcspAnswers::from_octets(AnswerShape::good(CLIENT).signed(&world.intermediate, &world.intermediate));
    let by_own = OcspAnswers::from_octets(AnswerShape::good(CLIENT).signed(&world.intermediate, &own));
    let two = good().and(by_own.signed_by(own.pem()).unwrap());
    let one_host = AllowedHosts::new(["aia.test"]).unwrap();
    let seconds = Duration::from_secs;
    let careful = OcspResponder::at("http://ocsp.test/").unwrap().for_issuer("ours").method(OcspMethod::Get);
    let careful = careful.cert_id_hash(CertIdHash::Sha256).nonce(OcspNonce::Require).signed_by(own.pem()).unwrap();
    let world = &world;
    for (key, usual, builder, set) in [
        ("ocsp_answers", "none", asking(world).ocsp_answers(two), format!("memory, memory (signed by {fingerprint})")),
        ("allow_aia_responders", "none", asking(world).allow_aia_responders(one_host), "aia.test".to_owned()),
        ("ocsp_store", "none", asking(world).ocsp_store(Told::default()), "a store of the program's own".to_owned()),
        ("ocsp_wait_milliseconds", "5000", asking(world).ocsp_wait(seconds(3)), "3000".to_owned()),
        ("ocsp_refresh_interval_seconds", "3600", asking(world).ocsp_refresh_interval(seconds(600)), "600".to_owned()),
        ("max_ocsp_age_seconds", "604800", asking(world).max_ocsp_age(seconds(60)), "60".to_owned()),
        (
            "max_ocsp_age_without_next_update_seconds",
            "3600",
            asking(world).max_ocsp_age_without_next_update(seconds(60)),
            "60".to_owned(),
        ),
        ("max_ocsp_certificates", "100000", asking(world).max_ocsp_certificates(8), "8".to_owned()),
    ] {
        assert_eq!(shown(asking(world), key), (usual.to_owned(), true), "{key}");
        assert_eq!(shown(builder, key), (set, false), "{key}");
    }
    let usual = "http://ocsp.test/ about every certificate, by Post, named by Sha1, nonce Off, signed by the issuer or \
                 whom it delegated";
    assert_eq!(shown(asking(world), "ocsp[0]"), (usual.to_owned(), false));
    let text = format!(
        "http://ocsp.test/ about {}, by Get, named by Sha256, nonce Require, signed by certificate {fingerprint}",
        tower_client_cert::IssuedBy::label("ours")
    );
    let builder = world.builder().ocsp(careful).ocsp_fetcher(HttpFetcher::new());
    assert_eq!(shown(builder, "ocsp[0]"), (text, false));
    let text = "HTTP, 2000 ms to connect, 8 fetches at a time, 64 more wait, https refused";
    assert_eq!(shown(asking(world), "ocsp.http").0, text);
}

#[test]
fn an_explanation_tells_which_sources_are_configured() {
    let world = World::new();
    let good = AnswerShape::good(CLIENT).signed(&world.intermediate, &world.intermediate);
    let list = world.intermediate.sign_list(&ListShape::new());
    // Nothing is asked of a request without a certificate.
    let configured = |layer: &ClientCertLayer| {
        let explanation = layer.handle().explain(&request(&[]).into_parts().0);
        ["deny-list", "crl", "ocsp"].map(|check| {
            let step = explanation.steps().iter().find(|step| step.check() == check).unwrap();
            step.outcome() != StepOutcome::NotConfigured
        })
    };
    for (builder, expected) in [
        (world.builder(), [false, false, false]),
        (world.builder().deny_list(DenyList::new()), [true, false, false]),
        (world.builder().crls(RevocationLists::from_octets(list)), [false, true, false]),
        (world.builder().ocsp_answers(OcspAnswers::from_octets(good)), [false, false, true]),
    ] {
        assert_eq!(configured(&builder.build().unwrap()), expected);
    }
}
