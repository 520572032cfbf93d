//! Keys for which this build has no code are errors that name the feature.

use crate::world::{USUAL, World};

#[test]
fn a_key_whose_feature_is_missing_is_an_error_that_names_it() {
    let world = World::new();
    let mut checked = 0;
    for (feature, is_missing, lines) in [
        ("ocsp", cfg!(not(feature = "ocsp")), "[[revocation.ocsp]]\nurl = \"http://a.example/\""),
        ("ocsp", cfg!(not(feature = "ocsp")), "[revocation]\nallow_aia_responders = \"a.example\""),
        ("ocsp", cfg!(not(feature = "ocsp")), "[revocation]\nocsp_wait_milliseconds = 1"),
        ("ocsp", cfg!(not(feature = "ocsp")), "[revocation]\nocsp_refresh_interval_seconds = 1"),
        (
            "http-client",
            cfg!(not(feature = "http-client")),
            "[[revocation.fetched_crls]]\nurls = \"http://a.example/\"",
        ),
        ("http-client", cfg!(not(feature = "http-client")), "[revocation.http]\nmax_running = 1"),
        ("http-client", cfg!(not(feature = "http-client")), "[revocation.store]\ndirectory = \"kept\""),
        (
            "https-client",
            cfg!(all(feature = "http-client", not(feature = "https-client"))),
            "[[revocation.fetched_crls]]\nurls = \"http://a.example/\"\nhttp = { https_roots = [{ file = \"root.pem\" }] }",
        ),
    ] {
        if is_missing {
            let error = world.wrong(&format!("{USUAL}{lines}\n"));
            let expected =
                format!("needs the feature {feature}, which this build does not have: enable it, or leave the key out");
            assert!(error.ends_with(&expected), "{error}");
            assert!(error.contains("line ") && error.contains(", revocation."), "{error}");
            checked += 1;
        }
    }
    assert!(checked > 0);
}
