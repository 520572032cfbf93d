//! What is asked of a path beyond what webpki asks, from outside.

use std::time::Duration;

use rcgen::{DnType, GeneralSubtree, KeyUsagePurpose, OtherNameValue, PKCS_ECDSA_P384_SHA384, SanType};
use tower_client_cert::certificate::{Fingerprint, ObjectIdentifier};
use tower_client_cert::{
    ClientCertLayerBuilder, Intermediates, IssuedBy, KeyKind, KeyPolicy, Place, Reason, Rejection, RequiredPolicies,
    TrustAnchors, ValidationProblem,
};

use crate::scene::{Asked, Fixed, ask, builder, trusting, with_anchors, with_certificate, with_chain};
use crate::support::pki::{self, Minted, Pki, Shape, days, seconds};

async fn asked(builder: ClientCertLayerBuilder, chain: &[&Minted]) -> Asked {
    ask(&builder.build().unwrap(), with_chain(chain)).await
}

async fn reason(builder: ClientCertLayerBuilder, chain: &[&Minted]) -> Option<Reason> {
    let asked = asked(builder, chain).await;
    assert_eq!(asked.reason().is_none(), asked.identity().is_some());
    asked.reason()
}

fn place(asked: &Asked) -> Place {
    match asked.refusal().unwrap().rejection() {
        Rejection::Validation(error) => error.certificate().place(),
        other => panic!("{other:?}"),
    }
}

fn oid(dotted: &str) -> ObjectIdentifier {
    dotted.parse().unwrap()
}

/// A list of policies, each of them 2.5.29.32.0 or, with another number, below it.
fn policies(last_arcs: &[u8]) -> Vec<u8> {
    let list: Vec<u8> = last_arcs.iter().flat_map(|arc| [0x30, 0x06, 0x06, 0x04, 0x55, 0x1d, 0x20, *arc]).collect();
    [&[0x30, u8::try_from(list.len()).unwrap()], &list[..]].concat()
}

const POLICIES: [u64; 4] = [2, 5, 29, 32];
const MAPPINGS: [u64; 4] = [2, 5, 29, 33];
const INHIBIT_ANY: [u64; 4] = [2, 5, 29, 54];
const ANY: u8 = 0;

#[tokio::test]
async fn an_intermediate_that_may_not_sign_certificates_is_refused_and_named() {
    let pki = Pki::new();
    let middle = pki.root.issue(&Shape::authority("Middle").usages(&[KeyUsagePurpose::CrlSign]));
    let lower = middle.issue(&Shape::authority("Lower"));
    let refused = asked(builder(&pki), &[&lower.issue(&Shape::partner()), &lower, &middle]).await;
    assert_eq!(refused.reason(), Some(Reason::KeyUsageUnsuitable));
    assert_eq!(place(&refused), Place::Intermediate { number: 2 });
    let Rejection::Validation(error) = refused.refusal().unwrap().rejection() else { panic!() };
    assert_eq!(error.certificate().subject(), "CN=Middle");
    assert_eq!(*error.certificate().fingerprint(), sha256(&middle));
}

#[tokio::test]
async fn a_path_that_we_refuse_does_not_end_the_search_for_another() {
    let root = Shape::authority("Root").self_signed();
    let issuer = root.issue(&Shape::authority("Issuer"));
    let weak = Shape::authority("Root").usages(&[KeyUsagePurpose::CrlSign]).self_signed();
    let crossed = issuer.certified_again_by(&weak);
    let leaf = issuer.issue(&Shape::partner());
    let anchors = TrustAnchors::from_der(root.der()).unwrap();
    for order in [[&crossed, &issuer], [&issuer, &crossed]] {
        let layer = with_anchors(anchors.clone()).only_issued_by([IssuedBy::certificate(sha256(&root))]);
        assert_eq!(reason(layer, &[&leaf, order[0], order[1]]).await, None);
    }
}

fn sha256(minted: &Minted) -> Fingerprint {
    use sha2::Digest as _;
    Fingerprint::new(sha2::Sha256::digest(minted.der()).into())
}

#[tokio::test]
async fn the_length_of_path_that_an_anchor_allows_is_honoured() {
    let root = Shape::authority("Root").path_length(0).self_signed();
    let issuer = root.issue(&Shape::authority("Issuer"));
    let refused = asked(trusting(&root), &[&issuer.issue(&Shape::partner()), &issuer]).await;
    assert_eq!(refused.reason(), Some(Reason::PathLengthExceeded));
    assert_eq!(place(&refused), Place::Anchor);
    assert_eq!(reason(trusting(&root), &[&root.issue(&Shape::partner())]).await, None);
}

#[tokio::test]
async fn depth_counts_the_authorities_with_the_anchor() {
    let pki = Pki::new();
    assert_eq!(reason(builder(&pki).max_depth(2), &[&pki.good()]).await, None);
    assert_eq!(reason(builder(&pki).max_depth(1), &[&pki.good()]).await, Some(Reason::PathTooDeep));
    assert_eq!(reason(trusting(&pki.intermediate).max_depth(1), &[&pki.good()]).await, None);
}

#[tokio::test]
async fn six_intermediates_pass_where_no_depth_is_set_and_a_seventh_is_not_looked_for() {
    for (intermediates, outcome) in [(6, None), (7, Some(Reason::IssuerUnknown))] {
        let mut path = vec![Shape::authority("Root").self_signed()];
        for number in 1..=intermediates {
            path.insert(0, path[0].issue(&Shape::authority(&format!("Authority {number}"))));
        }
        path.insert(0, path[0].issue(&Shape::partner()));
        let root = path.pop().unwrap();
        assert_eq!(reason(trusting(&root), &path.iter().collect::<Vec<_>>()).await, outcome, "{intermediates}");
    }
}

#[tokio::test]
async fn a_lifetime_counts_both_of_its_ends() {
    let pki = Pki::new();
    let leaf = pki.issue(&Shape::partner().valid(seconds(0), seconds(59)));
    let within = |limit| builder(&pki).max_lifetime(Duration::from_secs(limit));
    assert_eq!(reason(within(60), &[&leaf]).await, None);
    assert_eq!(reason(within(59), &[&leaf]).await, Some(Reason::LifetimeTooLong));
}

#[tokio::test]
async fn a_clock_skew_moves_both_ends_and_no_further() {
    let pki = Pki::new();
    let leaf = pki.issue(&Shape::partner().valid(seconds(-100), seconds(100)));
    for (offset, expected) in
        [(-131, Some(Reason::NotYetValid)), (-130, None), (0, None), (130, None), (131, Some(Reason::Expired))]
    {
        let moved = Duration::from_secs(i64::unsigned_abs(offset));
        let now = if offset < 0 { pki::now() - moved } else { pki::now() + moved };
        let layer = builder(&pki).clock(Fixed(now)).clock_skew(Duration::from_secs(30));
        assert_eq!(reason(layer, &[&leaf]).await, expected, "{offset} s");
    }
    for (skew, is_built) in [(300, true), (301, false)] {
        assert_eq!(builder(&pki).clock_skew(Duration::from_secs(skew)).build().is_ok(), is_built, "{skew} s");
    }
}

#[tokio::test]
async fn a_key_policy_binds_clients_and_authorities() {
    let pki = Pki::new();
    let without = |kind| builder(&pki).key_policy(KeyPolicy::default().without(kind));
    assert_eq!(reason(without(KeyKind::P256), &[&pki.good()]).await, Some(Reason::KeyUnacceptable));
    assert_eq!(reason(without(KeyKind::Rsa), &[&pki.good()]).await, None);
    let other = pki.issue(&Shape::partner().algorithm(&PKCS_ECDSA_P384_SHA384));
    let refused = asked(without(KeyKind::P256), &[&other]).await;
    assert_eq!(place(&refused), Place::Intermediate { number: 1 });
    assert!(KeyPolicy::default().min_rsa_bits(1024).is_err());
}

#[tokio::test]
async fn a_second_authority_under_the_root_is_refused_where_the_issuer_is_pinned() {
    let pki = Pki::new();
    let other = pki.root.issue(&Shape::authority("Other"));
    let intruder = other.issue(&Shape::partner());
    assert_eq!(reason(builder(&pki), &[&intruder, &other]).await, None, "without a pin, the whole root is trusted");
    let named = |name: &str| IssuedBy::subject([(oid("2.5.4.3"), name)]);
    for pin in [IssuedBy::certificate(sha256(&pki.intermediate)), named("Test Intermediate")] {
        let pinned = || builder(&pki).only_issued_by([pin.clone()]);
        assert_eq!(reason(pinned(), &[&intruder, &other]).await, Some(Reason::IssuerNotAllowed));
        assert_eq!(reason(pinned(), &[&pki.good()]).await, None);
    }
    let intermediate_as_anchor = trusting(&pki.intermediate);
    assert_eq!(reason(intermediate_as_anchor, &[&intruder, &other]).await, Some(Reason::IssuerUnknown));
}

#[tokio::test]
async fn an_issuer_pinned_by_name_must_have_that_name_and_no_more() {
    let pki = Pki::new();
    let pinned =
        |attributes: Vec<(ObjectIdentifier, &str)>| builder(&pki).only_issued_by([IssuedBy::subject(attributes)]);
    for attributes in [
        vec![],
        vec![(oid("2.5.4.3"), "test intermediate")],
        vec![(oid("2.5.4.10"), "Test Intermediate")],
        vec![(oid("2.5.4.3"), "Test Intermediate"), (oid("2.5.4.10"), "Any")],
    ] {
        assert_eq!(reason(pinned(attributes), &[&pki.good()]).await, Some(Reason::IssuerNotAllowed));
    }
}

#[tokio::test]
async fn policies_must_hold_along_the_whole_path() {
    let root = Shape::authority("Root").self_signed();
    let wanted = |arcs: &[u8]| arcs.iter().map(|arc| oid(&format!("2.5.29.32.{arc}"))).collect::<Vec<_>>();
    let any = |arcs: &[u8]| RequiredPolicies::any(wanted(arcs));
    let all = |arcs: &[u8]| RequiredPolicies::all(wanted(arcs));
    let missing = Some(Reason::PolicyMissing);
    for (authority, client, required, expected) in [
        (&[7][..], &[7][..], any(&[7]), None),
        (&[7, 8], &[8], any(&[7, 8]), None),
        (&[7, 8], &[8], all(&[7, 8]), missing),
        (&[7, 8], &[8, 7], all(&[7, 8]), None),
        (&[ANY], &[7], any(&[7]), None),
        (&[7], &[ANY], any(&[7]), None),
        (&[ANY], &[ANY], all(&[7, 8]), None),
        (&[8], &[7], any(&[7]), missing),
        (&[7], &[8], any(&[7]), missing),
        (&[7], &[7], any(&[]), missing),
    ] {
        let issuer = root.issue(&Shape::authority("Issuer").extension(&POLICIES, &policies(authority)));
        let leaf = issuer.issue(&Shape::partner().extension(&POLICIES, &policies(client)));
        let layer = trusting(&root).require_policies(required.clone());
        assert_eq!(reason(layer, &[&leaf, &issuer]).await, expected, "{authority:?} {client:?} {required:?}");
    }
}

#[test]
fn all_of_no_policies_is_no_question_and_builds_no_layer() {
    let root = Shape::authority("Root").self_signed();
    let asks_nothing = trusting(&root).require_policies(RequiredPolicies::all([]));
    let told = "require_policies asks for all of no policies: name those that must hold, or leave it out";
    assert_eq!(asks_nothing.build().unwrap_err().to_string(), told);
    assert!(trusting(&root).require_policies(RequiredPolicies::any([])).build().is_ok(), "it lets nobody in");
}

#[tokio::test]
async fn policies_that_are_required_one_by_one_must_all_hold() {
    let root = Shape::authority("Root").self_signed();
    let issuer = root.issue(&Shape::authority("Issuer").extension(&POLICIES, &policies(&[ANY])));
    let required = |arc: u8| RequiredPolicies::any([oid(&format!("2.5.29.32.{arc}"))]);
    for (client, expected) in
        [(&[7, 8][..], None), (&[7], Some(Reason::PolicyMissing)), (&[8], Some(Reason::PolicyMissing))]
    {
        let leaf = issuer.issue(&Shape::partner().extension(&POLICIES, &policies(client)));
        let layer = trusting(&root).require_policies(required(7)).require_policies(required(8));
        assert_eq!(reason(layer, &[&leaf, &issuer]).await, expected, "{client:?}");
    }
}

#[tokio::test]
async fn inhibited_and_mapped_policies_do_not_hold() {
    let root = Shape::authority("Root").self_signed();
    let required = || RequiredPolicies::any([oid("2.5.29.32.7")]);
    for (shape, expected) in [
        (Shape::authority("A").extension(&INHIBIT_ANY, &[0x02, 0x01, 0x00]), Some(Reason::PolicyMissing)),
        (Shape::authority("A").extension(&INHIBIT_ANY, &[0x02, 0x01, 0x01]), None),
        (Shape::authority("A").extension(&MAPPINGS, &[0x30, 0x00]), Some(Reason::PolicyMissing)),
        (Shape::authority("A").extension(&INHIBIT_ANY, &[0x02, 0x01, 0xff]), Some(Reason::CertificateUnsupported)),
    ] {
        let issuer = root.issue(&shape.extension(&POLICIES, &policies(&[7])));
        let leaf = issuer.issue(&Shape::partner().extension(&POLICIES, &policies(&[ANY])));
        assert_eq!(reason(trusting(&root).require_policies(required()), &[&leaf, &issuer]).await, expected);
    }
}

#[tokio::test]
async fn any_policy_is_inhibited_below_an_authority_but_not_in_one_that_names_itself_as_issuer() {
    let root = Shape::authority("Root").self_signed();
    let required = || RequiredPolicies::any([oid("2.5.29.32.7")]);
    let inhibiting = Shape::authority("A").extension(&INHIBIT_ANY, &[0x02, 0x01, 0x00]);
    let upper = root.issue(&inhibiting.extension(&POLICIES, &policies(&[7])));
    for (name, expected) in [("A", None), ("B", Some(Reason::PolicyMissing))] {
        let lower = upper.issue(&Shape::authority(name).extension(&POLICIES, &policies(&[ANY])));
        let leaf = lower.issue(&Shape::partner().extension(&POLICIES, &policies(&[7])));
        let layer = trusting(&root).require_policies(required());
        assert_eq!(reason(layer, &[&leaf, &lower, &upper]).await, expected, "{name}");
    }
    // A client that has the name of its issuer is no authority, and not exempt.
    let lower = upper.issue(&Shape::authority("A").extension(&POLICIES, &policies(&[7])));
    for (arcs, expected) in [(&[7], None), (&[ANY], Some(Reason::PolicyMissing))] {
        let leaf = lower.issue(&Shape::client("A").extension(&POLICIES, &policies(arcs)));
        let layer = trusting(&root).require_policies(required());
        assert_eq!(reason(layer, &[&leaf, &lower, &upper]).await, expected, "{arcs:?}");
    }
}

#[tokio::test]
async fn a_policy_extension_that_cannot_be_read_is_told_with_its_certificate() {
    let root = Shape::authority("Root").self_signed();
    let middle = root.issue(&Shape::authority("Middle").extension(&INHIBIT_ANY, &[0x02, 0x01, 0xff]));
    let lower = middle.issue(&Shape::authority("Lower").extension(&POLICIES, &policies(&[7])));
    let leaf = lower.issue(&Shape::partner().extension(&POLICIES, &policies(&[7])));
    let layer = trusting(&root).require_policies(RequiredPolicies::any([oid("2.5.29.32.7")]));
    let refused = asked(layer, &[&leaf, &lower, &middle]).await;
    assert_eq!(refused.reason(), Some(Reason::CertificateUnsupported));
    assert_eq!(place(&refused), Place::Intermediate { number: 2 });
}

#[tokio::test]
async fn constraints_on_names_of_one_kind_say_nothing_of_other_kinds() {
    let pki = Pki::new();
    let uri = || SanType::URI("https://partner.test/a".try_into().unwrap());
    let email = || SanType::Rfc822Name("a@partner.test".try_into().unwrap());
    let other = || SanType::OtherName((vec![1, 3, 6, 1, 4, 1, 9999, 1], OtherNameValue::Utf8String("x".to_owned())));
    let on_mail = Shape::authority("Mail").permitted(GeneralSubtree::Rfc822Name("other.test".to_owned()));
    let on_dns = Shape::authority("Dns").permitted(GeneralSubtree::DnsName("partner.test".to_owned()));
    for (constrained, name, expected) in [
        (&on_dns, uri(), None),
        (&on_dns, email(), None),
        (&on_dns, other(), None),
        (&on_mail, uri(), None),
        (&on_mail, other(), None),
        (&on_mail, SanType::DnsName("partner.test".try_into().unwrap()), None),
        (&on_mail, email(), Some(Reason::NameConstraintUnsupported)),
    ] {
        let issuer = pki.root.issue(constrained);
        let leaf = issuer.issue(&Shape::partner().alternative_name(name.clone()));
        assert_eq!(reason(builder(&pki), &[&leaf, &issuer]).await, expected, "{constrained:?} {name:?}");
    }
}

#[tokio::test]
async fn the_length_of_path_is_refused_by_the_authority_that_bounds_it() {
    let root = Shape::authority("Root").path_length(1).self_signed();
    let upper = root.issue(&Shape::authority("Upper"));
    let lower = upper.issue(&Shape::authority("Lower"));
    let leaf = lower.issue(&Shape::partner());
    let bounded = root.issue(&Shape::authority("Upper").path_length(0));
    let below = bounded.issue(&Shape::authority("Lower"));
    for (chain, expected) in [
        ([&leaf, &lower, &upper], (Place::Anchor, 1)),
        ([&below.issue(&Shape::partner()), &below, &bounded], (Place::Intermediate { number: 2 }, 0)),
    ] {
        let refused = asked(trusting(&root), &chain).await;
        let Rejection::Validation(error) = refused.refusal().unwrap().rejection() else { panic!() };
        let ValidationProblem::PathLengthExceeded { allowed } = error.problem() else { panic!("{error}") };
        assert_eq!((error.certificate().place(), *allowed), (expected.0, Some(expected.1)));
    }
}

#[tokio::test]
async fn an_email_in_the_subject_under_a_constraint_on_emails_is_refused() {
    let pki = Pki::new();
    let constrained =
        pki.root.issue(&Shape::authority("Mail").permitted(GeneralSubtree::Rfc822Name("partner.test".to_owned())));
    let email = || DnType::CustomDnType(vec![1, 2, 840, 113_549, 1, 9, 1]);
    let with_email = constrained.issue(&Shape::partner().attribute(email(), "a@evil.test"));
    let refused = reason(builder(&pki), &[&with_email, &constrained]).await;
    assert_eq!(refused, Some(Reason::NameConstraintUnsupported));
    assert_eq!(reason(builder(&pki), &[&constrained.issue(&Shape::partner()), &constrained]).await, None);
}

/// RFC 9598: to rustls-webpki it is a name of another kind.
#[tokio::test]
async fn an_internationalized_email_under_a_constraint_on_emails_is_refused() {
    let pki = Pki::new();
    let mailbox = |address: &str| {
        let smtp_utf8_mailbox = vec![1, 3, 6, 1, 5, 5, 7, 8, 9];
        SanType::OtherName((smtp_utf8_mailbox, OtherNameValue::Utf8String(address.to_owned())))
    };
    let on_mail = GeneralSubtree::Rfc822Name("partner.test".to_owned());
    for constrained in [Shape::authority("Mail").permitted(on_mail.clone()), Shape::authority("Mail").excluded(on_mail)]
    {
        let constrained = pki.root.issue(&constrained);
        for address in ["jürg@evil.test", "jürg@partner.test"] {
            let leaf = constrained.issue(&Shape::partner().alternative_name(mailbox(address)));
            let refused = asked(builder(&pki), &[&leaf, &constrained]).await;
            assert_eq!(refused.reason(), Some(Reason::NameConstraintUnsupported), "{address}");
            assert!(refused.refusal().unwrap().rejection().to_string().contains("has a SmtpUTF8Mailbox"));
        }
    }
    let unconstrained = pki.issue(&Shape::partner().alternative_name(mailbox("jürg@partner.test")));
    assert_eq!(reason(builder(&pki), &[&unconstrained]).await, None);
}

#[tokio::test]
async fn the_reason_of_the_path_that_came_nearest_is_shown() {
    let root = Shape::authority("Root").self_signed();
    let issuer = root.issue(&Shape::authority("Issuer").valid(days(-60), days(-1)));
    let namesake = Shape::authority("Issuer").self_signed();
    let leaf = issuer.issue(&Shape::partner());
    for order in [[&issuer, &namesake], [&namesake, &issuer]] {
        let refused = asked(trusting(&root), &[&leaf, order[0], order[1]]).await;
        assert_eq!(refused.reason(), Some(Reason::Expired));
        assert_eq!(place(&refused), Place::Intermediate { number: 1 });
    }
}

#[tokio::test]
async fn a_refusal_says_how_to_mend_it_and_names_the_option() {
    let pki = Pki::new();
    let refused = asked(builder(&pki), &[&pki.issue(&Shape::partner().purposes(&[]))]).await;
    let mend = refused.refusal().unwrap().rejection().mend().unwrap();
    assert!(mend.contains("allow_missing_client_auth()"), "{mend}");
    let unknown = ask(&trusting(&pki.root).build().unwrap(), with_certificate(&pki.good())).await;
    let rejection = unknown.refusal().unwrap().rejection();
    assert!(rejection.to_string().contains("was issued by \"CN=Test Intermediate\" with key id "), "{rejection}");
    assert!(rejection.mend().unwrap().contains("intermediates"));
}

#[tokio::test]
async fn of_forwarded_namesakes_four_are_candidates_and_of_configured_ones_all() {
    let pki = Pki::new();
    let namesakes: Vec<_> = (0..4).map(|_| Shape::authority("Test Intermediate").self_signed()).collect();
    let leaf = pki.good();
    let mut chain = vec![&leaf];
    chain.extend(&namesakes[..3]);
    chain.push(&pki.intermediate);
    assert_eq!(reason(trusting(&pki.root), &chain).await, None);
    chain.insert(1, &namesakes[3]);
    assert!(reason(trusting(&pki.root), &chain).await.is_some());
    assert_eq!(reason(builder(&pki), &chain).await, None);
    chain.insert(1, chain[1]);
    chain.remove(3);
    assert_eq!(reason(trusting(&pki.root), &chain).await, None, "one that is there twice counts once");
    let known = || Intermediates::from_der(namesakes[3].der()).unwrap();
    let chain = [&leaf, &namesakes[3], &namesakes[0], &namesakes[1], &namesakes[2], &pki.intermediate];
    let builder = || trusting(&pki.root).intermediates(known());
    assert_eq!(reason(builder(), &chain).await, None, "one that is configured too does not count");
}
