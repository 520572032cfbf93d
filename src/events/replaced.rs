/// What is replaced while requests come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replaced {
    DenyList,
    OcspAnswers,
    RevocationLists,
    Trust,
}

impl Replaced {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::DenyList => "deny-list",
            Self::OcspAnswers => "ocsp-answers",
            Self::RevocationLists => "revocation-lists",
            Self::Trust => "trust",
        }
    }
}
