//! Rules on the evidence of the very request that is judged.

use axum::Router;
use axum::routing::get as route;
use tower_client_cert::evidence::Check;
use tower_client_cert::{ClientCertLayer, DenyList, Reason, RequireClientCertLayer, Rule};

use crate::scene::{Asked, Scene, gateway, get};

#[tokio::test]
async fn a_rule_on_a_check_holds_only_where_the_layer_did_it() {
    let scene = Scene::new();
    let builder = || scene.builder(gateway().gateway());
    let ask = async |layer: ClientCertLayer, check| {
        let rule = RequireClientCertLayer::rule(Rule::check_passed(check));
        let app = Router::new().route("/restricted", route(async || "secret").layer(rule)).layer(layer);
        let response = tower::ServiceExt::oneshot(app, get("/restricted", Some(&scene.partner))).await.unwrap();
        Asked::of(response).await
    };

    for done in [Check::Sender, Check::Path, Check::Key, Check::DenyList] {
        let layer = builder().deny_list(DenyList::new()).build().unwrap();
        assert_eq!(ask(layer, done).await.status(), 200, "{done:?}");
    }
    for not_done in [Check::DenyList, Check::Crl, Check::Issuer] {
        let asked = ask(builder().build().unwrap(), not_done).await;
        assert_eq!((asked.status(), asked.reason()), (403, Some(Reason::RuleDenied)), "{not_done:?}");
    }
}
