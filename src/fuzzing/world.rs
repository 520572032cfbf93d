//! One layer with every form of header, and one client that it knows.

use std::cell::Cell;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{AlgorithmIdentifier, CertificateDer, InvalidSignature, SignatureVerificationAlgorithm};

use crate::clock::Clock;
use crate::encoding::{Encoding, XfccElement};
use crate::error::ConfigError;
use crate::gateway::Gateway;
use crate::layer::{ClientCertLayer, ClientCertLayerBuilder};
use crate::validation::{DEFAULT_ALGORITHMS, TrustAnchors};

/// A layer behind many gateways, as it stands for the whole run.
#[derive(Debug)]
pub(super) struct World {
    pub(super) layer: ClientCertLayer,
    /// The n-th is the only one in 10.n.0.0/24.
    pub(super) gateways: Vec<Gateway>,
    /// The only certificate that the anchor has issued and that is in order.
    pub(super) client: CertificateDer<'static>,
    anchors: TrustAnchors,
}

impl World {
    /// Made at the first use.
    pub(super) fn shared() -> &'static Self {
        static WORLD: LazyLock<World> = LazyLock::new(World::new);
        &WORLD
    }

    #[expect(clippy::expect_used, reason = "nothing of this comes from the input, and no input can be judged without")]
    fn new() -> Self {
        let gateways = gateways().expect("gateways that can be used");
        let client = CertificateDer::from_pem_slice(CLIENT_PEM).expect("a certificate");
        let root = CertificateDer::from_pem_slice(ROOT_PEM).expect("a certificate");
        let anchors = TrustAnchors::from_der(root).expect("an anchor");
        let builder = builder(&gateways, &anchors).expect("a gateway");
        let layer = builder.clock(InForce).build().expect("a layer");
        Self { layer, gateways, client, anchors }
    }

    /// The same layer once more, to be changed.
    #[expect(clippy::expect_used, reason = "there are gateways, whatever the input")]
    pub(super) fn builder(&self) -> ClientCertLayerBuilder {
        builder(&self.gateways, &self.anchors).expect("a gateway")
    }
}

/// Signatures that were verified on this thread.
pub(super) fn signatures() -> usize {
    SIGNATURES.get()
}

fn builder(gateways: &[Gateway], anchors: &TrustAnchors) -> Option<ClientCertLayerBuilder> {
    let mut each = gateways.iter().cloned();
    let builder = ClientCertLayer::builder(each.next()?, anchors.clone()).signature_algorithms(counted());
    // Tests share it, and none of them can wait for another.
    let builder = builder.max_concurrent_validations(MAX_TESTS);
    Some(each.fold(builder, ClientCertLayerBuilder::gateway))
}

fn gateways() -> Result<Vec<Gateway>, ConfigError> {
    let custom = |number: u8, encoding| {
        Ok::<_, ConfigError>(
            Gateway::custom(format!("custom-{number}"), [format!("10.{number}.0.0/24")])?.encoding(encoding),
        )
    };
    Ok(vec![
        Gateway::nginx(["10.0.0.0/24"])?,
        Gateway::rfc9440(["10.1.0.0/24"])?,
        Gateway::envoy(["10.2.0.0/24"], XfccElement::Only)?,
        Gateway::istio(["10.3.0.0/24"], XfccElement::First { of: 2 })?,
        Gateway::traefik(["10.4.0.0/24"])?,
        Gateway::apache(["10.5.0.0/24"])?,
        Gateway::haproxy(["10.6.0.0/24"])?,
        Gateway::ingress_nginx(["10.7.0.0/24"])?,
        Gateway::aws_alb_passthrough(["10.8.0.0/24"])?,
        custom(9, Encoding::Auto)?,
        custom(10, Encoding::DerHex)?,
        custom(11, Encoding::PemBase64)?,
    ])
}

/// A clock that stands still, within the dates of the certificates.
#[derive(Debug)]
pub(super) struct InForce;

impl Clock for InForce {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(NOW_UNIX_SECONDS)
    }
}

/// The usual algorithms, counted.
fn counted() -> &'static [&'static dyn SignatureVerificationAlgorithm] {
    static ALGORITHMS: LazyLock<Vec<&'static dyn SignatureVerificationAlgorithm>> = LazyLock::new(|| {
        let counting = DEFAULT_ALGORITHMS.iter().map(|algorithm| Box::leak(Box::new(Counting(*algorithm))));
        counting.map(|algorithm| -> &dyn SignatureVerificationAlgorithm { algorithm }).collect()
    });
    &ALGORITHMS
}

/// An algorithm that counts what it is asked.
#[derive(Debug)]
struct Counting(&'static dyn SignatureVerificationAlgorithm);

impl SignatureVerificationAlgorithm for Counting {
    fn verify_signature(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        SIGNATURES.set(SIGNATURES.get() + 1);
        self.0.verify_signature(public_key, message, signature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.0.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.0.signature_alg_id()
    }
}

thread_local! {
    static SIGNATURES: Cell<usize> = const { Cell::new(0) };
}

/// 2026-03-01T12:00:00Z.
const NOW_UNIX_SECONDS: u64 = 1_772_366_400;

/// More than run at one time.
const MAX_TESTS: usize = 1024;

const CLIENT_PEM: &[u8] = include_bytes!("../../tests/fixtures/odd/good.pem");
const ROOT_PEM: &[u8] = include_bytes!("../../tests/fixtures/odd/root.pem");
