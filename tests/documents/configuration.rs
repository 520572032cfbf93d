//! Every block of configuration is run or read by a test, or belongs to a product that no test can run.

use crate::pages;

/// Page, language, how many blocks, and the test that runs or reads them.
const TESTED: &[(&str, &str, usize, &str)] = &[
    ("README.md", "caddyfile", 1, ".ci/readme"),
    ("README.md", "toml", 1, ".ci/readme"),
    ("docs/any-language.md", "nginx", 1, "tests/gateways/auth_request.rs"),
    ("docs/any-language.md", "yaml", 1, "tests/gateways/auth_request.rs"),
    ("docs/configuration.md", "toml", 6, "tests/config/guide.rs"),
    ("docs/gateways/apache.md", "apache", 2, "tests/gateways/apache.rs"),
    ("docs/gateways/caddy.md", "caddyfile", 2, "tests/gateways/caddy.rs"),
    ("docs/gateways/envoy.md", "yaml", 3, "tests/gateways/envoy.rs"),
    ("docs/gateways/haproxy.md", "haproxy", 1, "tests/gateways/haproxy.rs"),
    ("docs/gateways/nginx.md", "nginx", 2, "tests/gateways/nginx"),
    ("docs/rules.md", "toml", 12, "tests/rules/guide.rs"),
];

/// Page, language, how many blocks: clouds, clusters, and fragments that cannot run alone.
const OUT_OF_REACH: &[(&str, &str, usize)] = &[
    ("docs/gateways/azure-app-service.md", "bicep", 1),
    ("docs/gateways/azure-application-gateway.md", "bicep", 3),
    ("docs/gateways/azure-application-gateway.md", "json", 1),
    ("docs/gateways/azure-container-apps.md", "bicep", 1),
    ("docs/gateways/contour.md", "yaml", 1),
    ("docs/gateways/ingress-nginx.md", "yaml", 1),
    ("docs/gateways/istio.md", "yaml", 1),
    ("docs/gateways/openshift.md", "yaml", 1),
    ("docs/gateways/traefik.md", "yaml", 1),
    ("docs/senders.md", "nginx", 1),
    ("docs/testing.md", "toml", 1),
];

/// Pictures, and commands for a person to type; those of the README are run by `.ci/readme`.
const NO_CONFIGURATION: &[&str] = &["", "console", "mermaid", "powershell", "sh", "text"];

#[test]
fn every_block_of_configuration_has_a_test_or_a_reason_to_have_none() {
    let mut counted: Vec<(String, String, usize)> = Vec::new();
    for page in pages() {
        for block in page.blocks() {
            let is_no_configuration = NO_CONFIGURATION.contains(&block.language.as_str());
            if is_no_configuration || block.language.starts_with("rust") {
                continue;
            }
            match counted.iter_mut().find(|(path, language, _)| *path == page.path && *language == block.language) {
                Some((_, _, count)) => *count += 1,
                None => counted.push((page.path.clone(), block.language, 1)),
            }
        }
    }
    let known: Vec<_> = TESTED
        .iter()
        .map(|(path, language, count, _)| (*path, *language, *count))
        .chain(OUT_OF_REACH.iter().copied())
        .map(|(path, language, count)| (path.to_owned(), language.to_owned(), count))
        .collect();
    for block in &counted {
        assert!(known.contains(block), "{block:?} has no row here: who tests it?");
    }
    for row in &known {
        assert!(counted.contains(row), "{row:?} is not so any more");
    }
}

#[test]
fn the_tests_that_are_said_to_run_a_block_exist() {
    for (_, _, _, test) in TESTED {
        assert!(crate::root().join(test).exists(), "{test}");
    }
}

#[test]
fn the_rewrite_rule_of_the_example_is_that_of_the_page() {
    let page = crate::page(&crate::root().join("docs/gateways/azure-application-gateway.md"));
    let example =
        std::fs::read_to_string(crate::root().join("examples/application_gateway/rewrite-rule.bicep")).unwrap();
    let rule = page.blocks().into_iter().find(|block| block.language == "bicep").unwrap();
    assert_eq!(example.split_once('\n').unwrap().1, rule.text);
}
