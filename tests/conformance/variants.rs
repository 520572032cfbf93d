//! Chains of a root, an intermediate and a client, each with one defect or two.

use rcgen::{ExtendedKeyUsagePurpose, GeneralSubtree, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType};

use crate::support::pki::{ForeignKey, Shape, days};

/// What a chain is made from.
pub(crate) struct Plan {
    root: Shape,
    intermediate: Shape,
    leaf: Shape,
    tampering: Tampering,
}

/// What happens after the certificates are signed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tampering {
    None,
    BrokenSignature,
    IntermediateLeftOut,
    NamesakeAsAnchor,
    NamesakeAsIntermediate,
}

/// One chain with the names of its defects.
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) defects: Vec<&'static str>,
    pub(crate) anchor: Vec<u8>,
    /// The client's certificate first.
    pub(crate) chain: Vec<Vec<u8>>,
}

/// A name, the part of the plan that it changes, and how. Some are no defects at all, but oddities that must not hurt.
type Defect = (&'static str, &'static str, fn(&mut Plan));

/// The chain in order, every defect alone, and every pair that changes two parts.
pub(crate) fn all() -> Vec<Variant> {
    let mut variants = vec![make(&[])];
    for (position, defect) in DEFECTS.iter().enumerate() {
        variants.push(make(&[defect]));
        let others = DEFECTS[position + 1..].iter().filter(|other| other.1 != defect.1);
        variants.extend(others.map(|other| make(&[defect, other])));
    }
    variants
}

fn make(defects: &[&Defect]) -> Variant {
    let mut plan = Plan {
        root: Shape::authority("Root"),
        intermediate: Shape::authority("Intermediate"),
        leaf: Shape::partner().alternative_name(SanType::DnsName("partner.test".try_into().unwrap())),
        tampering: Tampering::None,
    };
    for (_, _, apply) in defects {
        apply(&mut plan);
    }
    let root = plan.root.self_signed();
    let intermediate = root.issue(&plan.intermediate);
    let leaf = intermediate.issue(&plan.leaf);
    let mut anchor = root.der().to_vec();
    let mut chain = vec![leaf.der().to_vec(), intermediate.der().to_vec()];
    match plan.tampering {
        Tampering::None => {}
        Tampering::BrokenSignature => chain[0] = leaf.with_broken_signature(),
        Tampering::IntermediateLeftOut => chain.truncate(1),
        Tampering::NamesakeAsAnchor => anchor = plan.root.self_signed().der().to_vec(),
        Tampering::NamesakeAsIntermediate => chain[1] = root.issue(&plan.intermediate).der().to_vec(),
    }
    let defects: Vec<_> = defects.iter().map(|(name, _, _)| *name).collect();
    let name = if defects.is_empty() { "in order".to_owned() } else { defects.join(" + ") };
    Variant { name, defects, anchor, chain }
}

fn change(shape: &mut Shape, change: impl FnOnce(Shape) -> Shape) {
    *shape = change(shape.clone());
}

const UNKNOWN: [u64; 7] = [1, 3, 6, 1, 4, 1, 55_555];
const NULL: [u8; 2] = [5, 0];

const DEFECTS: &[Defect] = &[
    ("leaf expired", "leaf dates", |plan| change(&mut plan.leaf, |leaf| leaf.valid(days(-60), days(-1)))),
    ("leaf not yet valid", "leaf dates", |plan| change(&mut plan.leaf, |leaf| leaf.valid(days(1), days(60)))),
    ("leaf without purposes", "leaf purposes", |plan| change(&mut plan.leaf, |leaf| leaf.purposes(&[]))),
    ("leaf for servers", "leaf purposes", |plan| {
        change(&mut plan.leaf, |leaf| leaf.purposes(&[ExtendedKeyUsagePurpose::ServerAuth]));
    }),
    ("leaf for any purpose", "leaf purposes", |plan| {
        change(&mut plan.leaf, |leaf| leaf.purposes(&[ExtendedKeyUsagePurpose::Any]));
    }),
    ("leaf for servers and clients", "leaf purposes", |plan| {
        use ExtendedKeyUsagePurpose::{ClientAuth, ServerAuth};
        change(&mut plan.leaf, |leaf| leaf.purposes(&[ServerAuth, ClientAuth]));
    }),
    ("leaf not for signatures", "leaf usages", |plan| {
        change(&mut plan.leaf, |leaf| leaf.usages(&[KeyUsagePurpose::KeyEncipherment]));
    }),
    ("leaf without key usage", "leaf usages", |plan| change(&mut plan.leaf, |leaf| leaf.usages(&[]))),
    ("leaf is an authority", "leaf role", |plan| change(&mut plan.leaf, Shape::made_authority)),
    ("leaf with unknown critical extension", "leaf critical extension", |plan| {
        change(&mut plan.leaf, |leaf| leaf.critical_extension(&UNKNOWN, &NULL));
    }),
    ("leaf with unknown extension", "leaf extension", |plan| {
        change(&mut plan.leaf, |leaf| leaf.extension(&UNKNOWN, &NULL));
    }),
    ("leaf key off its curve", "leaf key", |plan| {
        let point = [&[4][..], &[7; 64]].concat();
        change(&mut plan.leaf, |leaf| leaf.foreign_key(ForeignKey::new(&PKCS_ECDSA_P256_SHA256, &point)));
    }),
    ("leaf without authority key identifier", "leaf key identifier", |plan| {
        change(&mut plan.leaf, Shape::without_key_identifiers);
    }),
    ("leaf signature broken", "tampering", |plan| plan.tampering = Tampering::BrokenSignature),
    ("intermediate expired", "intermediate dates", |plan| {
        change(&mut plan.intermediate, |middle| middle.valid(days(-60), days(-1)));
    }),
    ("intermediate no authority", "intermediate role", |plan| change(&mut plan.intermediate, Shape::without_authority)),
    ("intermediate not for certificates", "intermediate usages", |plan| {
        change(&mut plan.intermediate, |middle| middle.usages(&[KeyUsagePurpose::CrlSign]));
    }),
    ("intermediate for servers", "intermediate purposes", |plan| {
        change(&mut plan.intermediate, |middle| middle.purposes(&[ExtendedKeyUsagePurpose::ServerAuth]));
    }),
    ("intermediate for clients", "intermediate purposes", |plan| {
        change(&mut plan.intermediate, |middle| middle.purposes(&[ExtendedKeyUsagePurpose::ClientAuth]));
    }),
    ("intermediate with unknown critical extension", "intermediate critical extension", |plan| {
        change(&mut plan.intermediate, |middle| middle.critical_extension(&UNKNOWN, &NULL));
    }),
    ("intermediate permits other names", "intermediate constraints", |plan| {
        let subtree = GeneralSubtree::DnsName("other.test".to_owned());
        change(&mut plan.intermediate, |middle| middle.permitted(subtree));
    }),
    ("intermediate permits these names", "intermediate constraints", |plan| {
        let subtree = GeneralSubtree::DnsName("partner.test".to_owned());
        change(&mut plan.intermediate, |middle| middle.permitted(subtree));
    }),
    ("intermediate left out", "tampering", |plan| plan.tampering = Tampering::IntermediateLeftOut),
    ("intermediate of the same name", "tampering", |plan| plan.tampering = Tampering::NamesakeAsIntermediate),
    ("root expired", "root dates", |plan| change(&mut plan.root, |root| root.valid(days(-60), days(-1)))),
    ("root not for certificates", "root usages", |plan| {
        change(&mut plan.root, |root| root.usages(&[KeyUsagePurpose::CrlSign]));
    }),
    ("root no authority", "root role", |plan| change(&mut plan.root, Shape::without_authority)),
    ("root allows no intermediate", "root role", |plan| change(&mut plan.root, |root| root.path_length(0))),
    ("root with unknown critical extension", "root critical extension", |plan| {
        change(&mut plan.root, |root| root.critical_extension(&UNKNOWN, &NULL));
    }),
    ("root of the same name", "tampering", |plan| plan.tampering = Tampering::NamesakeAsAnchor),
];
