/// What is replaced while requests come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replaced {
    #[cfg(feature = "config")]
    Configuration,
    DenyList,
    OcspAnswers,
    RevocationLists,
    Trust,
}

impl Replaced {
    pub(super) const fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "config")]
            Self::Configuration => "configuration",
            Self::DenyList => "deny-list",
            Self::OcspAnswers => "ocsp-answers",
            Self::RevocationLists => "revocation-lists",
            Self::Trust => "trust",
        }
    }
}
