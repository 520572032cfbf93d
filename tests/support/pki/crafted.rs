//! Chains of ten certificates that cost as much as such chains can.

use rcgen::SignatureAlgorithm;

use super::{Minted, Shape};

/// Nine authorities that all bear the anchor's name: every order of them is a path to try.
pub(crate) fn one_name(algorithm: &'static SignatureAlgorithm) -> Vec<Minted> {
    let authorities: Vec<_> = (0..9).map(|_| authority("Root", algorithm).self_signed()).collect();
    let leaf = authorities[0].issue(&Shape::partner());
    [vec![leaf], authorities].into_iter().flatten().collect()
}

/// Authorities of two names that certify each other, so that as many as possible may take part.
pub(crate) fn two_names(algorithm: &'static SignatureAlgorithm) -> Vec<Minted> {
    let (root, other) = (authority("Root", algorithm).self_signed(), authority("Other", algorithm).self_signed());
    let leaf = root.issue(&Shape::partner());
    let mut chain = vec![leaf];
    for _ in 0..4 {
        chain.push(root.issue(&authority("Other", algorithm)));
        chain.push(other.issue(&authority("Root", algorithm)));
    }
    chain.push(root);
    chain
}

pub(crate) fn authority(name: &str, algorithm: &'static SignatureAlgorithm) -> Shape {
    Shape::authority(name).algorithm(algorithm)
}
