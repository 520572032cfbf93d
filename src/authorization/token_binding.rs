//! Tokens bound to certificates (RFC 8705 section 3).

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

use crate::certificate::Fingerprint;
use crate::identity::ClientIdentity;

/// The `x5t#S256` of a certificate: the SHA-256 of its DER (RFC 8705 section 3.1).
///
/// It says to which certificate a token is bound, and nothing of whether a certificate was validated: no way leads from
/// here to a [`ClientIdentity`]. Shown as base64url without padding; two are compared in constant time.
///
/// ```
/// use tower_client_cert::{ClientIdentity, Thumbprint, TokenBindingError};
///
/// fn check(x5t_s256: &str, identity: &ClientIdentity) -> Result<(), TokenBindingError> {
///     x5t_s256.parse::<Thumbprint>()?.verify(identity)
/// }
/// ```
#[derive(Clone, Copy)]
pub struct Thumbprint(Fingerprint);

impl Thumbprint {
    /// The thumbprint of an identity's certificate.
    #[must_use]
    pub fn of(identity: &ClientIdentity) -> Self {
        Self(*identity.fingerprint())
    }

    /// The thumbprint with these 32 octets.
    #[must_use]
    pub const fn new(octets: [u8; 32]) -> Self {
        Self(Fingerprint::new(octets))
    }

    /// The thumbprint with the octets of this fingerprint of a certificate.
    #[must_use]
    pub const fn from_fingerprint(fingerprint: Fingerprint) -> Self {
        Self(fingerprint)
    }

    /// Checks that this, from a token's `cnf`, is the thumbprint of the client's certificate.
    ///
    /// # Errors
    ///
    /// [`TokenBindingError::OtherCertificate`] when it is not.
    pub fn verify(&self, identity: &ClientIdentity) -> Result<(), TokenBindingError> {
        if *self == Self::of(identity) { Ok(()) } else { Err(TokenBindingError::OtherCertificate) }
    }
}

impl PartialEq for Thumbprint {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_octets().ct_eq(other.0.as_octets()).into()
    }
}

impl Eq for Thumbprint {}

impl FromStr for Thumbprint {
    type Err = TokenBindingError;

    /// # Errors
    ///
    /// [`TokenBindingError::Malformed`] for what is not base64url, without padding, of 32 octets.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != THUMBPRINT_CHARACTERS {
            return Err(TokenBindingError::Malformed);
        }
        let octets = URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenBindingError::Malformed)?;
        octets.try_into().map(Self::new).map_err(|_| TokenBindingError::Malformed)
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0.as_octets()))
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Thumbprint({self})")
    }
}

/// The claims of a token that another middleware has verified and put into the extensions of the request.
///
/// ```
/// use tower_client_cert::{RequireClientCertLayer, TokenClaims};
///
/// #[derive(Clone)]
/// struct Claims {
///     x5t_s256: Option<String>,
/// }
///
/// impl TokenClaims for Claims {
///     fn x5t_s256(&self) -> Option<&str> {
///         self.x5t_s256.as_deref()
///     }
/// }
///
/// let bound = RequireClientCertLayer::bound_token::<Claims>();
/// ```
pub trait TokenClaims: Clone + Send + Sync + 'static {
    /// The member `x5t#S256` of the claim `cnf`.
    fn x5t_s256(&self) -> Option<&str>;
}

/// Why a token is not bound to the client's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenBindingError {
    /// The value of `x5t#S256` is no thumbprint.
    Malformed,
    /// There are no claims in the extensions of the request: no token was verified before.
    NoClaims,
    /// The token is bound to another certificate.
    OtherCertificate,
    /// The token is bound to no certificate.
    Unbound,
}

impl fmt::Display for TokenBindingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "x5t#S256 is no thumbprint, expected base64url of 32 octets without padding",
            Self::NoClaims => "no verified token came with the request, expected its claims in the extensions",
            Self::OtherCertificate => "the token is bound to another certificate than the client's",
            Self::Unbound => "the token is bound to no certificate, expected x5t#S256 in its cnf",
        })
    }
}

impl Error for TokenBindingError {}

/// Characters of 32 octets in base64url without padding.
const THUMBPRINT_CHARACTERS: usize = 43;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbprint_reads_as_it_is_shown() {
        let thumbprint = Thumbprint::new([0xfb; 32]);
        assert_eq!(thumbprint.to_string().parse(), Ok(thumbprint));
        assert!(thumbprint.to_string().contains('-') || thumbprint.to_string().contains('_'));
    }

    #[test]
    fn other_spellings_of_a_thumbprint_are_refused() {
        let good = Thumbprint::new([0xfb; 32]).to_string();
        for text in [
            String::new(),
            format!("{good}="),
            good.replace(['-', '_'], "+"),
            good[1..].to_owned(),
            format!("{good}A"),
            format!("{}9", &good[..42]),
            "ab".repeat(32),
            format!(" {}", &good[1..]),
        ] {
            assert_eq!(text.parse::<Thumbprint>(), Err(TokenBindingError::Malformed), "{text}");
        }
    }

    #[test]
    fn thumbprints_that_differ_in_one_bit_are_not_equal() {
        let mut octets = [7; 32];
        octets[31] ^= 0x80;
        assert_ne!(Thumbprint::new(octets), Thumbprint::new([7; 32]));
    }
}
