use std::net::IpAddr;
use std::sync::Arc;
use std::time::SystemTime;

use super::address_range::{AddressRange, IntoAddressRange};
use super::certificate_matcher::GatewayCertificateMatcher;
use super::connection::GatewayConnection;
use super::peer::GatewayPeer;
use super::secret::Secret;
use super::secret_header::{SecretHeader, TakenSecrets};
use super::unix_peers::UnixPeers;
use super::untrusted_peer::SecondFactorError;
use crate::error::ConfigError;
use crate::validation::ValidationOptions;

/// One way in which a gateway proves that it is the sender: a place to send from, and **all of** the second factors
/// that are demanded there.
///
/// A gateway with several ways needs **any of** them; see [`Gateway::or`](crate::Gateway::or).
///
/// ```
/// use tower_client_cert::{Gateway, Secret, SenderProof, UnixPeers};
///
/// // From its own subnet, or from addresses it shares with others and then with a secret, or from a process beside us.
/// let shared = SenderProof::addresses(["192.0.2.0/24"])?
///     .secret_header("x-edge-secret", Secret::new("5f0c8ad1-2b7e-4c11-9d0a")?)?;
/// let gateway = Gateway::nginx(["10.1.0.0/24"])?.or(shared).or(SenderProof::unix_socket(UnixPeers::uid(33)));
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SenderProof {
    pub(super) place: Place,
    factors: Vec<Factor>,
}

#[derive(Clone, Debug)]
pub(super) enum Place {
    Addresses(Vec<AddressRange>),
    UnixSocket(UnixPeers),
}

/// What is demanded besides the place.
#[derive(Clone, Debug)]
pub(super) enum Factor {
    Secret(SecretHeader),
    Certificate(GatewayCertificateMatcher),
}

/// What a request has to prove with, and against what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Presented<'a> {
    pub(crate) connection: &'a GatewayConnection,
    pub(crate) secrets: &'a TakenSecrets,
    pub(crate) options: &'a ValidationOptions,
    pub(crate) now: SystemTime,
}

impl SenderProof {
    /// A TCP connection from one of these ranges; an empty list believes nobody.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn addresses<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        let ranges = ranges.into_iter().map(R::into_address_range).collect::<Result<_, _>>()?;
        Ok(Self { place: Place::Addresses(ranges), factors: Vec::new() })
    }

    /// A TCP connection from **every** address, for a gateway that second factors alone prove.
    #[must_use]
    pub fn allow_any_address() -> Self {
        Self { place: Place::Addresses(AddressRange::everywhere().into()), factors: Vec::new() }
    }

    /// A connection over a Unix socket from one of these processes.
    #[must_use]
    pub fn unix_socket(peers: UnixPeers) -> Self {
        Self { place: Place::UnixSocket(peers), factors: Vec::new() }
    }

    /// Demands that this header holds the secret, on exactly one line. The header is removed from every request.
    ///
    /// # Errors
    ///
    /// [`ConfigError::HeaderName`] for text that is no field name, and for fields that every request needs.
    pub fn secret_header(mut self, name: &str, secret: Secret) -> Result<Self, ConfigError> {
        self.factors.push(Factor::Secret(SecretHeader::new(name, secret)?));
        Ok(self)
    }

    /// Demands a certificate of the gateway's own on the connection.
    #[must_use]
    pub fn certificate(mut self, matcher: GatewayCertificateMatcher) -> Self {
        self.factors.push(Factor::Certificate(matcher));
        self
    }

    pub(super) fn ranges(&self) -> &[AddressRange] {
        match &self.place {
            Place::Addresses(ranges) => ranges,
            Place::UnixSocket(_) => &[],
        }
    }

    pub(super) fn extend_to_any_address(&mut self) {
        if let Place::Addresses(ranges) = &mut self.place {
            ranges.extend(AddressRange::everywhere());
        }
    }

    pub(super) fn factors(&self) -> &[Factor] {
        &self.factors
    }

    /// The part of the place that the peer is in, by its name; `None` where it is elsewhere.
    pub(super) fn place_of(&self, peer: GatewayPeer) -> Option<Arc<str>> {
        match &self.place {
            Place::Addresses(ranges) => range_of(ranges, peer.ip()?).map(AddressRange::text),
            Place::UnixSocket(peers) => peer.is_one_of(peers).then(|| peer.to_string().into()),
        }
    }

    /// A part of the place that another has too, by its name.
    pub(super) fn shared_place(&self, other: &Self) -> Option<String> {
        match (&self.place, &other.place) {
            (Place::Addresses(ranges), Place::Addresses(others)) => {
                let shared = ranges.iter().find(|range| others.iter().any(|other| range.overlaps(other)));
                shared.map(|range| range.as_str().to_owned())
            }
            (Place::UnixSocket(peers), Place::UnixSocket(others)) => {
                peers.overlap(others).then(|| "the same unix socket users".to_owned())
            }
            (Place::Addresses(_), Place::UnixSocket(_)) | (Place::UnixSocket(_), Place::Addresses(_)) => None,
        }
    }
}

/// The range that holds a canonical address.
fn range_of(ranges: &[AddressRange], canonical: IpAddr) -> Option<&AddressRange> {
    ranges.iter().find(|range| range.contains(canonical))
}

impl Factor {
    /// Judges it; returns its name for the evidence.
    pub(super) fn prove(&self, presented: &Presented<'_>) -> Result<String, SecondFactorError> {
        match self {
            Self::Secret(header) => match header.prove(presented.secrets) {
                Ok(()) => Ok(format!("secret header {}", header.name())),
                Err(error) => Err(SecondFactorError::SecretHeader { header: header.name().as_str().into(), error }),
            },
            Self::Certificate(matcher) => {
                let certificate = presented.connection.certificate.as_ref();
                match matcher.prove(certificate, presented.options, presented.now) {
                    Ok(fingerprint) => Ok(format!("gateway certificate {fingerprint}")),
                    Err(error) => Err(SecondFactorError::Certificate(error)),
                }
            }
        }
    }

    /// Whether what proves the other could prove this one.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Secret(header), Self::Secret(other)) => header.overlaps(other),
            (Self::Certificate(matcher), Self::Certificate(other)) => matcher.overlaps(other),
            (Self::Secret(_), Self::Certificate(_)) | (Self::Certificate(_), Self::Secret(_)) => false,
        }
    }
}
