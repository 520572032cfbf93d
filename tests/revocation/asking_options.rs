//! What is said about asking responders when the layer is built.

use std::sync::Arc;
use std::time::Duration;

use tower_client_cert::{
    AllowedHosts, ClientCertLayerBuilder, ConfigError, Fetch, FetchRequest, Fetching, OcspResponder,
};

use crate::responder::{Reply, Responder};
use crate::support::told_store::Told;
use crate::world::World;

fn at_url() -> OcspResponder {
    OcspResponder::at("http://ocsp.test/").unwrap()
}

#[test]
fn responders_without_a_fetcher_and_bad_addresses_are_mistakes() {
    let world = World::new();
    let built = world.builder().ocsp(at_url()).build();
    if cfg!(feature = "http-client") {
        assert!(built.is_ok());
    } else {
        assert!(matches!(built.unwrap_err(), ConfigError::NoFetcher));
    }
    for url in ["ldap://ocsp.test/", "ocsp.test", "http://user@ocsp.test/"] {
        assert!(matches!(OcspResponder::at(url), Err(ConfigError::FetchUrl { .. })), "{url}");
    }
}

/// Who sets how to ask and forgets whom believes that clients are asked about.
#[test]
fn an_option_about_asking_without_a_responder_is_a_mistake() {
    let world = World::new();
    let refused = |builder: ClientCertLayerBuilder, expected: &str| {
        let Err(ConfigError::NoResponder { option }) = builder.build() else { panic!("{expected} is accepted") };
        assert_eq!(option, expected);
    };
    let fetcher = Responder::new(|_| Reply::Refused);
    refused(world.builder().ocsp_fetcher(fetcher.clone()), "ocsp_fetcher");
    refused(world.builder().ocsp_fetcher(fetcher.clone()).fetch_through(Through), "ocsp_fetcher");
    refused(world.builder().ocsp_store(Told::default()), "ocsp_store");
    refused(world.builder().ocsp_wait(Duration::from_secs(1)), "ocsp_wait");
    refused(world.builder().ocsp_refresh_interval(Duration::from_secs(1)), "ocsp_refresh_interval");
    let set = |builder: ClientCertLayerBuilder| {
        let builder = builder.ocsp_store(Told::default()).ocsp_wait(Duration::from_secs(1));
        builder.ocsp_fetcher(fetcher.clone()).ocsp_refresh_interval(Duration::from_secs(1)).build()
    };
    assert!(set(world.builder().ocsp(at_url())).is_ok());
    assert!(set(world.builder().allow_aia_responders(AllowedHosts::new(["ocsp.test"]).unwrap())).is_ok());
    // What wraps every client that there is does not ask for one.
    assert!(world.builder().fetch_through(Through).build().is_ok());
}

#[derive(Debug)]
struct Through(Arc<dyn Fetch>);

impl Fetch for Through {
    fn fetch(&self, request: FetchRequest) -> Fetching<'_> {
        self.0.fetch(request)
    }
}
