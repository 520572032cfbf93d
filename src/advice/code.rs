use std::fmt;

/// Makes the enum, the list of all and the look-up from one table.
macro_rules! codes {
    ($($(#[doc = $doc:literal])* $variant:ident => $code:literal,)*) => {
        /// Which [`Advice`](super::Advice) it is. The [code](Self::code) is stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum AdviceCode {
            $($(#[doc = $doc])* $variant,)*
        }

        impl AdviceCode {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable code, in kebab case.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)*
                }
            }
        }
    };
}

codes! {
    /// No signature algorithm that is configured can verify with the key of an anchor.
    AlgorithmMissing => "algorithm-missing",
    /// An anchor expires within 30 days, or has.
    AnchorExpires => "anchor-expires",
    /// An anchor is a root of the public web: whoever buys a certificate there is a client.
    AnchorPublic => "anchor-public",
    /// A gateway may pass on a certificate header that the client sent, unless it is configured not to.
    ClientHeaderPasses => "client-header-passes",
    /// A revocation list is about to be stale, or is.
    CrlExpires => "crl-expires",
    /// Lists are fetched from where certificates name them, and no host is allowed.
    CrlHostsMissing => "crl-hosts-missing",
    /// No revocation list covers the clients of an anchor.
    CrlMissing => "crl-missing",
    /// The gateway's own list of authorities is another than that of the anchors.
    GatewayAuthoritiesDiffer => "gateway-authorities-differ",
    /// Two gateways use the same header.
    HeaderShared => "header-shared",
    /// A configured intermediate expires within 30 days, or has.
    IntermediateExpires => "intermediate-expires",
    /// A gateway forwards the leaf alone, and no intermediate is configured.
    IntermediatesMissing => "intermediates-missing",
    /// Responders that certificates name are asked, and none is allowed.
    OcspHostsMissing => "ocsp-hosts-missing",
    /// Responders have to say of a client that it is good, and none answers for an anchor.
    OcspMissing => "ocsp-missing",
    /// An address range is wider than /8, or /32 of IPv6, without a second factor.
    RangeWide => "range-wide",
    /// A gateway does not validate in every mode, and revocation is not checked here either.
    RevocationOff => "revocation-off",
    /// A line lets the same requests through as an earlier one.
    RuleIdle => "rule-idle",
    /// A line names an anchor by a label that none has.
    RuleIssuerUnknown => "rule-issuer-unknown",
    /// A pattern matches everything.
    RuleMatchesEverything => "rule-matches-everything",
    /// A line can never hold.
    RuleNever => "rule-never",
    /// A line pins a certificate that has expired.
    RulePinExpired => "rule-pin-expired",
    /// A line is only rehearsed, and nothing else guards its path.
    RuleRehearsedAlone => "rule-rehearsed-alone",
    /// A line is tied to no issuer although there are several anchors.
    RuleTiedToNoIssuer => "rule-tied-to-no-issuer",
}

impl fmt::Display for AdviceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
