//! A chain of P-521 authorities, everything signed ecdsa-with-SHA512: what the ring provider cannot verify.

use rcgen::{DnType, PKCS_ECDSA_P521_SHA512};

use super::{Minted, Shape};

/// Root "CARC R100L", intermediate "CARC I101L" and the partner's leaf with a P-256 key.
#[derive(Debug)]
pub(crate) struct P521Pki {
    pub(crate) root: Minted,
    pub(crate) intermediate: Minted,
    pub(crate) leaf: Minted,
}

impl P521Pki {
    pub(crate) fn new() -> Self {
        let root = authority("CARC R100L").path_length(1).self_signed();
        let intermediate = root.issue(&authority("CARC I101L").path_length(0));
        let leaf = intermediate.issue(&Shape::partner());
        Self { root, intermediate, leaf }
    }
}

fn authority(common_name: &str) -> Shape {
    Shape::authority(common_name)
        .subject(&[(DnType::CountryName, "CH"), (DnType::OrganizationName, "CARC"), (DnType::CommonName, common_name)])
        .algorithm(&PKCS_ECDSA_P521_SHA512)
}
