//! Authorities of one kind of key, and clients of theirs.

use http::HeaderValue;
use rcgen::{
    DnType, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P521_SHA512, PKCS_RSA_SHA256, PublicKeyData as _, SanType,
    SignatureAlgorithm,
};
use rustls_pki_types::SignatureVerificationAlgorithm;
use time::OffsetDateTime;
use tower_client_cert::{ClientCertLayer, ClientCertLayerBuilder, Encoding, Gateway, Intermediates, TrustAnchors};
use webpki::aws_lc_rs as verifiers;

use super::chance::Chance;
use super::pki::{ForeignKey, ListShape, Minted, Shape, escaped_pem};

/// A root, intermediates below it, and as many clients as are asked for.
pub(crate) struct Authorities {
    pub(crate) name: &'static str,
    /// Of every signature below the root.
    pub(crate) verifier: &'static dyn SignatureVerificationAlgorithm,
    pub(crate) root: Minted,
    /// From the one below the root to the issuer of clients.
    pub(crate) intermediates: Vec<Minted>,
    /// All clients have one key, which nothing that is measured depends on.
    client_key: ForeignKey,
}

impl Authorities {
    /// The three kinds that are compared: all P-256; RSA, the root with 4096 bits and the others with 2048; P-521.
    pub(crate) fn all() -> [Self; 3] {
        let rsa_root = Shape::authority("Bench Root").algorithm(&PKCS_RSA_SHA256).rsa_4096();
        let p521_root = Shape::authority("Bench Root").algorithm(&PKCS_ECDSA_P521_SHA512);
        [
            Self::p256(),
            Self::below("rsa", &rsa_root, &PKCS_RSA_SHA256, verifiers::RSA_PKCS1_2048_8192_SHA256, 1),
            Self::below("p521", &p521_root, &PKCS_ECDSA_P521_SHA512, verifiers::ECDSA_P521_SHA512, 1),
        ]
    }

    pub(crate) fn p256() -> Self {
        Self::p256_with_intermediates(1)
    }

    pub(crate) fn p256_with_intermediates(count: usize) -> Self {
        let root = Shape::authority("Bench Root");
        Self::below("p256", &root, &PKCS_ECDSA_P256_SHA256, verifiers::ECDSA_P256_SHA256, count)
    }

    fn below(
        name: &'static str,
        root: &Shape,
        algorithm: &'static SignatureAlgorithm,
        verifier: &'static dyn SignatureVerificationAlgorithm,
        count: usize,
    ) -> Self {
        let root = root.self_signed();
        let mut intermediates: Vec<Minted> = Vec::new();
        for number in 1..=count {
            let shape = Shape::authority(&format!("Bench Intermediate {number}")).algorithm(algorithm);
            let intermediate = intermediates.last().unwrap_or(&root).issue(&shape);
            intermediates.push(intermediate);
        }
        let client_key = ForeignKey::new(&PKCS_ECDSA_P256_SHA256, KeyPair::generate().unwrap().der_bytes());
        Self { name, verifier, root, intermediates, client_key }
    }

    /// The issuer of clients.
    pub(crate) fn issuer(&self) -> &Minted {
        self.intermediates.last().unwrap_or(&self.root)
    }

    /// A client of the usual shape; its header has about 1 KiB.
    pub(crate) fn client(&self, number: u64) -> Minted {
        let common_name = format!("data-exchange-svc{number:06}");
        let host_name = format!("{common_name}.partner.example");
        let id = format!("spiffe://partner.example/ns/data-exchange/sa/{common_name}");
        let shape = Shape::partner()
            .attribute(DnType::OrganizationalUnitName, "Data Exchange")
            .attribute(DnType::CommonName, common_name)
            .alternative_name(SanType::DnsName(host_name.try_into().unwrap()))
            .alternative_name(SanType::URI(id.try_into().unwrap()));
        self.issuer().issue(&shape.serial(&serial(number)).foreign_key(self.client_key.clone()))
    }

    /// Clients with numbers from zero on, as nginx and Application Gateway write them into the header.
    pub(crate) fn headers(&self, count: usize) -> Vec<HeaderValue> {
        (0..u64::try_from(count).unwrap()).map(|number| self.header(number)).collect()
    }

    pub(crate) fn header(&self, number: u64) -> HeaderValue {
        HeaderValue::try_from(escaped_pem(self.client(number).der())).unwrap()
    }

    /// A list of the clients' issuer with so many others on it, in DER.
    pub(crate) fn list(&self, entries: u64) -> Vec<u8> {
        let now = OffsetDateTime::now_utc();
        let list = ListShape::new().issued(now - time::Duration::DAY, now + time::Duration::WEEK);
        self.issuer().sign_list(&(0..entries).fold(list, |list, entry| list.revoke(&serial(OTHERS + entry))))
    }

    /// A layer that knows the intermediates.
    pub(crate) fn builder(&self) -> ClientCertLayerBuilder {
        let anchors = TrustAnchors::from_der(self.root.der()).unwrap().labelled("bench");
        let intermediates: String = self.intermediates.iter().map(Minted::pem).collect();
        if intermediates.is_empty() {
            return ClientCertLayer::builder(gateway(), anchors);
        }
        builder(anchors, Intermediates::from_pem(intermediates).unwrap())
    }
}

/// A layer behind the gateway of every bench.
pub(crate) fn builder(anchors: TrustAnchors, intermediates: Intermediates) -> ClientCertLayerBuilder {
    ClientCertLayer::builder(gateway(), anchors).intermediates(intermediates)
}

/// In 10.1.0.0/24, or on this machine.
fn gateway() -> Gateway {
    Gateway::custom("bench", ["10.1.0.0/24", "127.0.0.1"]).unwrap().encoding(Encoding::Pem)
}

/// A serial number of twenty octets.
fn serial(number: u64) -> [u8; 20] {
    let mut chance = Chance::new(number);
    let mut octets = [0; 20];
    for chunk in octets.chunks_mut(8) {
        chunk.copy_from_slice(&chance.next_u64().to_be_bytes()[..chunk.len()]);
    }
    // Positive, and not shorter than it looks.
    octets[0] = octets[0] & 0x7f | 0x40;
    octets
}

/// From here on, certificates that no client has.
const OTHERS: u64 = 1 << 32;
