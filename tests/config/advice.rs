//! Advice: for each code a layer that is told of it, and one that is not.

use tower_client_cert::{
    AccessTable, AdviceCode, ClientCertLayer, ConfigError, Gateway, Intermediates, RevocationLists, Rule, Secret,
    SenderProof, TrustAnchors, UnixPeers,
};

#[cfg(feature = "ocsp")]
use tower_client_cert::{AllowedHosts, FetchedCrls, OcspResponder, RevocationPolicy};

use crate::scene;
use crate::support::log::Log;
use crate::support::pki::{ListShape, P521Pki, Pki, Shape, days, seconds};
use crate::world::{USUAL, World};

/// A fetcher that gives nothing.
#[cfg(feature = "ocsp")]
#[derive(Debug)]
struct Nothing;

#[cfg(feature = "ocsp")]
impl tower_client_cert::Fetch for Nothing {
    fn fetch(&self, _: tower_client_cert::FetchRequest) -> tower_client_cert::Fetching<'_> {
        Box::pin(async { Err(tower_client_cert::FetchError::Broken) })
    }
}

/// Two layers: of the first the code is told, of the second it is not.
struct Case {
    told: ClientCertLayer,
    quiet: ClientCertLayer,
}

fn anchors(minted: &crate::support::pki::Minted) -> TrustAnchors {
    TrustAnchors::from_der(minted.der()).unwrap().labelled("ours")
}

fn behind(gateway: Gateway, pki: &Pki) -> ClientCertLayer {
    scene::behind(gateway, anchors(&pki.root)).build().unwrap()
}

fn with_rule(table: AccessTable) -> ClientCertLayer {
    let pki = Pki::new();
    scene::with_anchors(anchors(&pki.root).and(TrustAnchors::from_der(Pki::new().root.der()).unwrap().labelled("two")))
        .access_table(table)
        .build()
        .unwrap()
}

fn line(rule: Rule) -> AccessTable {
    AccessTable::builder().path("/a", rule.and(Rule::issued_by("ours"))).unwrap().build()
}

fn lists(pki: &Pki, list: &ListShape) -> RevocationLists {
    RevocationLists::from_octets(pki.intermediate.sign_list(list))
}

const DAYS_30: i64 = 2_592_000;

/// As with ring.
static WITHOUT_P521: &[&dyn rustls_pki_types::SignatureVerificationAlgorithm] = &[webpki::aws_lc_rs::ECDSA_P256_SHA256];

fn case_for(code: AdviceCode) -> Case {
    let pki = Pki::new();
    let nginx = || Gateway::nginx(["10.1.0.0/24"]).unwrap();
    match code {
        AdviceCode::AlgorithmMissing => {
            let p521 = P521Pki::new();
            let layer = || scene::with_anchors(TrustAnchors::from_der(p521.root.der()).unwrap());
            Case { told: layer().signature_algorithms(WITHOUT_P521).build().unwrap(), quiet: layer().build().unwrap() }
        }
        AdviceCode::AnchorExpires => {
            let root = Shape::authority("Old Root").valid(days(-300), seconds(DAYS_30 - 1)).self_signed();
            let young = Shape::authority("Young Root").valid(days(-300), seconds(DAYS_30)).self_signed();
            Case { told: scene::trusting(&root).build().unwrap(), quiet: scene::trusting(&young).build().unwrap() }
        }
        AdviceCode::AnchorPublic => {
            let public = TrustAnchors::from_pem(include_str!("isrg-root-x1.pem")).unwrap();
            Case { told: scene::with_anchors(public).build().unwrap(), quiet: behind(nginx(), &pki) }
        }
        AdviceCode::ClientHeaderPasses => {
            Case { told: behind(nginx(), &pki), quiet: behind(Gateway::contour(["10.1.0.0/24"]).unwrap(), &pki) }
        }
        AdviceCode::CrlExpires => {
            let layer = |list: &ListShape| scene::builder(&pki).crls(lists(&pki, list)).build().unwrap();
            Case {
                told: layer(&ListShape::new().issued(days(-8), days(-1))),
                quiet: layer(&ListShape::new().issued(days(-1), days(2))),
            }
        }
        AdviceCode::CrlMissing => {
            let other = Pki::new();
            let both = anchors(&pki.root).and(TrustAnchors::from_der(other.root.der()).unwrap());
            let intermediates = || Intermediates::from_der(pki.intermediate.der()).unwrap();
            let layer = |anchors| {
                scene::with_anchors(anchors).intermediates(intermediates()).crls(lists(&pki, &ListShape::new()))
            };
            let renamed = Shape::authority("Another Root").self_signed();
            let told = layer(both.and(TrustAnchors::from_der(renamed.der()).unwrap())).build().unwrap();
            Case { told, quiet: layer(anchors(&pki.root)).build().unwrap() }
        }
        AdviceCode::GatewayAuthoritiesDiffer => {
            let with = |minted| nginx().client_authorities(TrustAnchors::from_der(minted).unwrap());
            Case {
                told: behind(with(Pki::new().root.der().to_vec()), &pki),
                quiet: behind(with(pki.root.der().to_vec()), &pki),
            }
        }
        AdviceCode::HeaderShared => {
            let layer = |header: &str| {
                let other = Gateway::custom("other", ["10.2.0.0/24"]).unwrap().header(header).unwrap();
                scene::builder(&pki).gateway(other).build().unwrap()
            };
            Case { told: layer("x_client_cert"), quiet: layer("x-other-cert") }
        }
        AdviceCode::IntermediateExpires => {
            let layer = |last_day| {
                let old = pki.root.issue(&Shape::authority("Issuer").valid(days(-300), days(last_day)));
                let intermediates = Intermediates::from_der(old.der()).unwrap();
                scene::with_anchors(anchors(&pki.root)).intermediates(intermediates).build().unwrap()
            };
            Case { told: layer(-1), quiet: layer(31) }
        }
        AdviceCode::IntermediatesMissing => {
            Case { told: behind(nginx(), &pki), quiet: scene::builder(&pki).build().unwrap() }
        }
        AdviceCode::RangeWide => Case {
            told: behind(Gateway::nginx(["2001:da8::/31"]).unwrap(), &pki),
            quiet: behind(Gateway::nginx(["10.0.0.0/8", "2001:db8::/32"]).unwrap(), &pki),
        },
        AdviceCode::RevocationOff => Case {
            told: behind(Gateway::kong(["10.1.0.0/24"]).unwrap(), &pki),
            quiet: scene::builder(&pki).crls(lists(&pki, &ListShape::new())).build().unwrap(),
        },
        #[cfg(feature = "ocsp")]
        AdviceCode::CrlHostsMissing | AdviceCode::OcspHostsMissing | AdviceCode::OcspMissing => network_case_for(code),
        of_rules => rule_case_for(of_rules),
    }
}

#[cfg(feature = "ocsp")]
fn network_case_for(code: AdviceCode) -> Case {
    let pki = Pki::new();
    match code {
        AdviceCode::CrlHostsMissing => {
            let layer = |hosts: &[&str]| {
                let hosts = AllowedHosts::new(hosts).unwrap();
                let crls = FetchedCrls::allow_distribution_points(Nothing, hosts);
                scene::builder(&pki).fetched_crls(crls).build().unwrap()
            };
            Case { told: layer(&[]), quiet: layer(&["crl.example"]) }
        }
        AdviceCode::OcspHostsMissing => {
            let layer = |hosts: &[&str]| {
                let hosts = AllowedHosts::new(hosts).unwrap();
                let builder = scene::builder(&pki).allow_aia_responders(hosts).ocsp_fetcher(Nothing);
                builder.build().unwrap()
            };
            Case { told: layer(&[]), quiet: layer(&["ocsp.example"]) }
        }
        AdviceCode::OcspMissing => {
            let other = Shape::authority("Another Root").self_signed();
            let both = || anchors(&pki.root).and(TrustAnchors::from_der(other.der()).unwrap().labelled("theirs"));
            let layer = |issuers: &[&str], policy| {
                let mut builder = scene::with_anchors(both()).revocation_policy("theirs", policy).ocsp_fetcher(Nothing);
                for issuer in issuers {
                    let responder = OcspResponder::at("http://ocsp.example/").unwrap().for_issuer(issuer);
                    builder = builder.ocsp(responder);
                }
                builder.build().unwrap()
            };
            let deny = RevocationPolicy::deny;
            for quiet in [
                layer(&["ours"], deny().allow_no_source()),
                scene::with_anchors(both())
                    .ocsp_fetcher(Nothing)
                    .ocsp(OcspResponder::at("http://a/").unwrap())
                    .build()
                    .unwrap(),
            ] {
                assert!(quiet.advice().iter().all(|advice| advice.code() != AdviceCode::OcspMissing));
            }
            Case { told: layer(&["ours"], deny()), quiet: layer(&["ours", "theirs"], deny()) }
        }
        other => panic!("{other} has no case"),
    }
}

fn rule_case_for(code: AdviceCode) -> Case {
    let pki = Pki::new();
    match code {
        AdviceCode::RuleIdle => {
            let table = |second: &str| {
                let rule = || Rule::organization("A").and(Rule::issued_by("ours"));
                AccessTable::builder().path("/a", rule()).unwrap().path(second, rule()).unwrap().build()
            };
            Case { told: with_rule(table("/a")), quiet: with_rule(table("/b")) }
        }
        AdviceCode::RuleIssuerUnknown => {
            Case { told: with_rule(line(Rule::issued_by("nobody"))), quiet: with_rule(line(Rule::issued_by("two"))) }
        }
        AdviceCode::RuleMatchesEverything => {
            let pattern = |glob| tower_client_cert::TextPattern::glob(glob).unwrap();
            Case {
                told: with_rule(line(Rule::organization(pattern("*")))),
                quiet: with_rule(line(Rule::organization(pattern("A*")))),
            }
        }
        AdviceCode::RuleNever => {
            Case { told: with_rule(line(Rule::nobody())), quiet: with_rule(line(Rule::organization("A"))) }
        }
        AdviceCode::RulePinExpired => {
            let pin = |last_day| {
                let leaf = pki.issue(&Shape::partner().valid(days(-30), days(last_day)));
                with_rule(line(Rule::certificate_pem(leaf.pem()).unwrap()))
            };
            Case { told: pin(-1), quiet: pin(1) }
        }
        AdviceCode::RuleRehearsedAlone => {
            let rule = || Rule::organization("A").and(Rule::issued_by("ours"));
            let shadow = |builder: tower_client_cert::AccessTableBuilder| {
                with_rule(builder.path("/a", rule()).unwrap().shadow().build())
            };
            Case {
                told: shadow(AccessTable::builder()),
                quiet: shadow(AccessTable::builder().path("/**", rule()).unwrap()),
            }
        }
        AdviceCode::RuleTiedToNoIssuer => Case {
            told: with_rule(AccessTable::builder().path("/a", Rule::organization("A")).unwrap().build()),
            quiet: with_rule(line(Rule::organization("A"))),
        },
        other => panic!("{other} has no case"),
    }
}

#[tokio::test]
async fn every_advice_is_told_where_it_holds_and_nowhere_else() {
    // Nobody can ask for these without the feature.
    let needs_ocsp = [AdviceCode::CrlHostsMissing, AdviceCode::OcspHostsMissing, AdviceCode::OcspMissing];
    let has_ocsp = cfg!(feature = "ocsp");
    for code in AdviceCode::ALL.iter().filter(|code| has_ocsp || !needs_ocsp.contains(code)) {
        let Case { told, quiet } = case_for(*code);
        let texts = |layer: &ClientCertLayer| -> Vec<String> {
            let advice = layer.advice();
            advice.iter().filter(|advice| advice.code() == *code).map(|advice| advice.text().to_owned()).collect()
        };
        let found = texts(&told);
        assert!(!found.is_empty(), "{code} is not told");
        assert!(found.iter().all(|text| text.len() > 30), "{code}: {found:?}");
        assert_eq!(texts(&quiet), Vec::<String>::new(), "{code}");
        assert_eq!(told.handle().advice(), told.advice());
    }
}

#[test]
fn every_advice_is_explained_to_the_person_on_call() {
    let handbook = include_str!("../../docs/operations.md");
    for code in AdviceCode::ALL {
        assert!(handbook.contains(&format!("\n| `{code}` |")), "{code} is not in docs/operations.md");
    }
}

/// A fetcher that gives the same list for every address that ends like this, and nothing for others.
#[cfg(feature = "ocsp")]
#[derive(Debug)]
struct One(&'static str, Vec<u8>);

#[cfg(feature = "ocsp")]
impl tower_client_cert::Fetch for One {
    fn fetch(&self, request: tower_client_cert::FetchRequest) -> tower_client_cert::Fetching<'_> {
        let octets = request.url().as_str().ends_with(self.0).then(|| self.1.clone());
        let octets =
            octets.map(|octets| tower_client_cert::Fetched::Octets(tower_client_cert::FetchedOctets::new(octets)));
        Box::pin(async move { octets.ok_or(tower_client_cert::FetchError::Broken) })
    }
}

#[cfg(feature = "ocsp")]
#[tokio::test]
async fn a_list_is_missing_only_when_every_configured_address_has_given_one() {
    let (pki, other) = (Pki::new(), Shape::authority("Their Root").self_signed());
    let is_told_with = async |addresses: &[&str]| {
        let list = pki.intermediate.sign_list(&ListShape::new());
        let crls = FetchedCrls::new(One("/ours.crl", list), addresses).unwrap();
        let anchors = anchors(&pki.root).and(TrustAnchors::from_der(other.der()).unwrap().labelled("theirs"));
        let intermediates = Intermediates::from_der(pki.intermediate.der()).unwrap();
        let layer = scene::with_anchors(anchors).intermediates(intermediates).fetched_crls(crls).build().unwrap();
        layer.handle().crls_looked_for().await;
        assert_eq!(layer.handle().crls().len(), 1);
        let advice = layer.handle().advice();
        advice.into_iter().find(|advice| advice.code() == AdviceCode::CrlMissing).map(|advice| advice.text().to_owned())
    };
    let told = is_told_with(&["http://crl.example/ours.crl"]).await.unwrap();
    assert!(told.contains("anchor \"theirs\""), "{told}");
    // The other one may be theirs. That it cannot be had is told by readiness and the log.
    assert_eq!(is_told_with(&["http://crl.example/ours.crl", "http://crl.example/theirs.crl"]).await, None);
}

/// A list that has not come yet is no list that is missing; one that does not cover an anchor is.
#[cfg(feature = "ocsp")]
#[tokio::test]
async fn no_list_is_missing_before_the_first_one_came() {
    let pki = Pki::new();
    let is_told = |crls: FetchedCrls| {
        let layer = scene::builder(&pki).fetched_crls(crls).build().unwrap();
        layer.advice().iter().any(|advice| advice.code() == AdviceCode::CrlMissing)
    };
    assert!(!is_told(FetchedCrls::new(Nothing, ["http://crl.example/a"]).unwrap()));
    assert!(!is_told(FetchedCrls::allow_distribution_points(Nothing, AllowedHosts::new(["crl.example"]).unwrap())));
}

#[test]
fn advice_is_logged_when_the_layer_is_built_but_for_what_was_acknowledged() {
    let pki = Pki::new();
    let log = Log::start();
    let layer = scene::builder(&pki).acknowledge_advice([AdviceCode::RevocationOff]).build().unwrap();
    let codes: Vec<_> = layer.advice().iter().map(tower_client_cert::Advice::code).collect();
    assert_eq!(codes, [AdviceCode::ClientHeaderPasses, AdviceCode::RevocationOff]);
    let told = log.start_up();
    let told: Vec<_> = told.iter().filter_map(|entry| entry.field("code")).collect();
    assert_eq!(told, ["client-header-passes"]);
}

#[test]
fn chosen_advice_is_an_error() {
    let pki = Pki::new();
    let error = scene::builder(&pki).strict_advice([AdviceCode::RevocationOff]).build().unwrap_err();
    let ConfigError::Advice { advice } = &error else { panic!("{error}") };
    assert_eq!(advice.len(), 1);
    assert!(error.to_string().starts_with("revocation-off: gateway \"nginx\" validates in some of its modes alone"));
    assert!(scene::builder(&pki).strict_advice([AdviceCode::RangeWide]).build().is_ok());
}

#[test]
fn a_wide_range_is_told_unless_a_second_factor_counts_there() {
    let pki = Pki::new();
    let secret = || Secret::new("0123456789abcdef").unwrap();
    let wide = || SenderProof::addresses(["10.0.0.0/7"]).unwrap();
    let narrow = || Gateway::nginx(["10.1.0.0/24"]).unwrap();
    let is_told = |gateway: Gateway| {
        let advice = behind(gateway, &pki).advice();
        advice.iter().any(|advice| advice.code() == AdviceCode::RangeWide)
    };
    assert!(is_told(narrow().or(wide())));
    assert!(!is_told(narrow().or(wide().secret_header("x-edge-secret", secret()).unwrap())));
    assert!(!is_told(narrow().or(wide()).secret_header("x-edge-secret", secret()).unwrap()));
    assert!(is_told(narrow().or(SenderProof::unix_socket(UnixPeers::uid(33))).or(wide())));
}

#[test]
fn what_has_expired_is_told_as_expired_and_what_will_as_expiring() {
    let root = |last_day| Shape::authority("Old Root").valid(days(-300), days(last_day)).self_signed();
    let text = |root: &crate::support::pki::Minted| {
        let advice = scene::trusting(root).build().unwrap().advice();
        advice.iter().find(|advice| advice.code() == AdviceCode::AnchorExpires).unwrap().text().to_owned()
    };
    assert!(text(&root(-1)).contains(" expired at 2026-02-28"), "{}", text(&root(-1)));
    assert!(text(&root(1)).contains(" expires at 2026-03-02"), "{}", text(&root(1)));
    // At the very second of its end it is still good.
    assert!(text(&root(0)).contains(" expires at 2026-03-01"), "{}", text(&root(0)));
}

#[test]
fn intermediates_are_missed_below_roots_that_can_have_them_and_nowhere_else() {
    let is_told = |anchor: &crate::support::pki::Minted| {
        let advice = scene::behind(Gateway::nginx(["10.1.0.0/24"]).unwrap(), anchors(anchor)).build().unwrap().advice();
        advice.iter().any(|advice| advice.code() == AdviceCode::IntermediatesMissing)
    };
    let pki = Pki::new();
    assert!(is_told(&pki.root));
    assert!(is_told(&Shape::authority("Root").path_length(1).self_signed()));
    assert!(!is_told(&Shape::authority("Root").path_length(0).self_signed()), "it issues to clients alone");
    assert!(!is_told(&pki.root.issue(&Shape::authority("Issuer"))), "an intermediate that was made the anchor");
}

#[test]
fn the_file_says_what_is_an_error_and_a_reload_keeps_to_it() {
    let world = World::new();
    let strict = format!("{USUAL}[advice]\nstrict = [\"range-wide\"]\n");
    let layer = world.build(&strict);
    world.write(&strict.replace("10.1.0.0/24", "0.0.0.0/1"));
    let error = layer.handle().reload().unwrap_err().to_string();
    assert!(error.contains("line 13, column 1, advice.strict: range-wide: gateway \"nginx\" is believed"), "{error}");
    assert!(layer.advice().iter().all(|advice| advice.code() != AdviceCode::RangeWide));
    let error = world.wrong(&strict.replace("range-wide", "range-wid"));
    assert!(
        error.ends_with("advice.strict[0]: unknown advice code `range-wid`, the nearest is `range-wide`"),
        "{error}"
    );
}
