//! Gauges of the lists that a layer fetched. They are verified on a thread of their own, which only a recorder of the whole
//! process hears: hence a process of its own.

#![cfg(test)]

use metrics_exporter_prometheus::PrometheusBuilder;

use crate::fetching::{World, numbered, until};
use crate::support::pki::days;

#[path = "fetching/scene.rs"]
#[allow(dead_code, reason = "the scene is that of fetching, and this crate uses another part of it")]
mod fetching;

#[path = "pipeline/scene.rs"]
#[allow(dead_code, reason = "the scene is the pipeline's, and this crate uses another part of it")]
mod pipeline;

#[path = "support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test crate uses another part of the support")]
mod support;

const NEXT_UPDATE: &str = "client_cert_crl_earliest_next_update_timestamp_seconds";

#[tokio::test(start_paused = true)]
async fn gauges_follow_the_lists_that_are_fetched() {
    let page = PrometheusBuilder::new().install_recorder().unwrap();
    let gauge = |name: &str| -> Option<f64> {
        let page = page.render();
        let value = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
        Some(value.parse().unwrap())
    };
    let world = World::new();
    world.publish(&numbered(1).revoke(&[1]).revoke(&[2]));
    let layer = world.layer();
    assert_eq!(gauge("client_cert_crls"), Some(0.0));

    until(&layer, |counts| counts.crl_fetches() == 1).await;
    let next_update = gauge(NEXT_UPDATE).unwrap();
    assert_eq!((gauge("client_cert_crls"), gauge("client_cert_crl_entries")), (Some(1.0), Some(2.0)));

    world.publish(&numbered(2).issued(days(-1), days(8)).revoke(&[1]).revoke(&[2]).revoke(&[3]));
    until(&layer, |counts| counts.crl_fetches() == 2).await;
    assert_eq!((gauge("client_cert_crls"), gauge("client_cert_crl_entries")), (Some(1.0), Some(3.0)));
    assert_eq!(gauge(NEXT_UPDATE), Some(next_update + 86_400.0));
}
