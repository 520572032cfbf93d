use std::fmt;

/// A rule that an operator has loosened for one set of anchors or pins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Allowance {
    AnyPurpose,
    CaCertificate,
    ExpiredPin,
    MissingClientAuth,
    MissingDigitalSignature,
    UnevenRsaSize,
    V1Anchor,
}

impl Allowance {
    /// The name of the option, as it stands in evidence and in the text that tells how to mend a refusal.
    pub(super) const fn option(self) -> &'static str {
        match self {
            Self::AnyPurpose => "allow_any_purpose",
            Self::CaCertificate => "allow_ca_certificate",
            Self::ExpiredPin => "allow_expired",
            Self::MissingClientAuth => "allow_missing_client_auth",
            Self::MissingDigitalSignature => "allow_missing_digital_signature",
            Self::UnevenRsaSize => "allow_uneven_rsa_size",
            Self::V1Anchor => "allow_v1_anchor",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::AnyPurpose => 1,
            Self::CaCertificate => 1 << 1,
            Self::ExpiredPin => 1 << 2,
            Self::MissingClientAuth => 1 << 3,
            Self::MissingDigitalSignature => 1 << 4,
            Self::UnevenRsaSize => 1 << 5,
            Self::V1Anchor => 1 << 6,
        }
    }

    const ALL: [Self; 7] = [
        Self::AnyPurpose,
        Self::CaCertificate,
        Self::ExpiredPin,
        Self::MissingClientAuth,
        Self::MissingDigitalSignature,
        Self::UnevenRsaSize,
        Self::V1Anchor,
    ];
}

/// The rules that have been loosened; none by default.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Allowances(u8);

impl Allowances {
    pub(super) fn allow(&mut self, allowance: Allowance) {
        self.0 |= allowance.bit();
    }

    pub(super) const fn has(self, allowance: Allowance) -> bool {
        self.0 & allowance.bit() != 0
    }

    /// What both allow.
    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl fmt::Debug for Allowances {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let allowed = Allowance::ALL.into_iter().filter(|allowance| self.has(*allowance));
        f.debug_list().entries(allowed.map(Allowance::option)).finish()
    }
}
