use std::fmt;
use std::sync::Arc;

use rustls_pki_types::CertificateDer;

/// The certificates that the **gateway** itself presented in its own TLS handshake with this service, leaf first.
///
/// It can prove the gateway, and never a client: an identity comes from the forwarded header alone, and no function
/// turns the one type into the other.
///
/// With tonic's own TLS it is found in `TlsConnectInfo`. A server of your own inserts it into the extensions of each
/// request of a connection, after a handshake in which rustls asked for a client certificate and saw proof of its key:
///
/// ```
/// use tower_client_cert::{GatewayCertificate, GatewayPeer};
///
/// /// `presented` is what `rustls::CommonState::peer_certificates` returns.
/// fn fill_in<B>(request: &mut http::Request<B>, peer: GatewayPeer, presented: Option<&[impl AsRef<[u8]>]>) {
///     request.extensions_mut().insert(peer);
///     if let Some(chain) = presented {
///         request.extensions_mut().insert(GatewayCertificate::new(chain));
///     }
/// }
/// ```
#[derive(Clone)]
pub struct GatewayCertificate {
    chain: Arc<Vec<CertificateDer<'static>>>,
}

impl GatewayCertificate {
    /// Takes the chain of the handshake in DER, leaf first. An empty one is no certificate.
    pub fn new<C: AsRef<[u8]>>(chain: impl IntoIterator<Item = C>) -> Self {
        let owned = |der: C| CertificateDer::from(der.as_ref().to_vec());
        Self { chain: Arc::new(chain.into_iter().map(owned).collect()) }
    }

    /// A chain that is shared already.
    #[cfg(feature = "tonic")]
    pub(crate) fn shared(chain: Arc<Vec<CertificateDer<'static>>>) -> Self {
        Self { chain }
    }

    pub(super) fn chain(&self) -> &[CertificateDer<'static>] {
        &self.chain
    }
}

impl fmt::Debug for GatewayCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatewayCertificate").field("certificates", &self.chain.len()).finish_non_exhaustive()
    }
}
