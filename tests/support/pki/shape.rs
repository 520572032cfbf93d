//! What a certificate is to look like, before anybody signs it.

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, KeyPair, KeyUsagePurpose, NameConstraints, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384,
    PKCS_RSA_SHA256, PublicKeyData, RsaKeySize, SanType, SerialNumber, SignatureAlgorithm,
};
use time::OffsetDateTime;

use super::{Minted, days};

/// A certificate to be: a client in order unless told otherwise.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(super) params: CertificateParams,
    pub(super) algorithm: &'static SignatureAlgorithm,
    rsa_key_size: RsaKeySize,
    pub(super) foreign_key: Option<ForeignKey>,
}

impl Shape {
    /// A client: clientAuth, digitalSignature, valid for twenty years around [`super::now`], so that a gateway that
    /// looks at the machine's clock agrees with a service that is told the time.
    pub(crate) fn client(common_name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.not_before = days(-30);
        params.not_after = days(20 * 365);
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, common_name);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        Self { params, algorithm: &PKCS_ECDSA_P256_SHA256, rsa_key_size: RsaKeySize::_2048, foreign_key: None }
    }

    /// The usual partner: `C=CH, O=Big Partner Foo SA, CN=data-exchange-svc01`.
    pub(crate) fn partner() -> Self {
        Self::client("data-exchange-svc01").subject(&[
            (DnType::CountryName, "CH"),
            (DnType::OrganizationName, "Big Partner Foo SA"),
            (DnType::CommonName, "data-exchange-svc01"),
        ])
    }

    /// A certification authority without limits.
    pub(crate) fn authority(common_name: &str) -> Self {
        let mut shape = Self::client(common_name);
        shape.params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        shape.params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        shape.params.extended_key_usages = Vec::new();
        shape
    }

    /// A server: serverAuth only.
    pub(crate) fn server(host_name: &str) -> Self {
        Self::client(host_name)
            .purposes(&[ExtendedKeyUsagePurpose::ServerAuth])
            .alternative_name(SanType::DnsName(host_name.try_into().unwrap()))
    }

    /// Somebody who may sign OCSP answers for the issuer: `OCSPSigning` only.
    pub(crate) fn responder() -> Self {
        Self::client("Responder").purposes(&[ExtendedKeyUsagePurpose::OcspSigning])
    }

    /// Replaces the subject; a type that is named twice keeps its last value (a limit of rcgen).
    pub(crate) fn subject(mut self, attributes: &[(DnType, &str)]) -> Self {
        self.params.distinguished_name = DistinguishedName::new();
        for (kind, value) in attributes {
            self.params.distinguished_name.push(kind.clone(), *value);
        }
        self
    }

    /// Sets one attribute of the subject, in any string type.
    pub(crate) fn attribute(mut self, kind: DnType, value: impl Into<DnValue>) -> Self {
        self.params.distinguished_name.push(kind, value);
        self
    }

    pub(crate) fn organization(self, organization: &str) -> Self {
        self.attribute(DnType::OrganizationName, organization)
    }

    pub(crate) fn alternative_name(mut self, name: SanType) -> Self {
        self.params.subject_alt_names.push(name);
        self
    }

    /// Replaces the extended key usages; an empty list leaves the extension out.
    pub(crate) fn purposes(mut self, purposes: &[ExtendedKeyUsagePurpose]) -> Self {
        self.params.extended_key_usages = purposes.to_vec();
        self
    }

    /// Replaces the key usages; an empty list leaves the extension out.
    pub(crate) fn usages(mut self, usages: &[KeyUsagePurpose]) -> Self {
        self.params.key_usages = usages.to_vec();
        self
    }

    pub(crate) fn valid(mut self, not_before: OffsetDateTime, not_after: OffsetDateTime) -> Self {
        self.params.not_before = not_before;
        self.params.not_after = not_after;
        self
    }

    pub(crate) fn serial(mut self, octets: &[u8]) -> Self {
        self.params.serial_number = Some(SerialNumber::from_slice(octets));
        self
    }

    /// Makes it a certification authority, whatever it was.
    pub(crate) fn made_authority(mut self) -> Self {
        self.params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        self
    }

    /// Takes the certification authority flag away, and keeps everything else.
    pub(crate) fn without_authority(mut self) -> Self {
        self.params.is_ca = IsCa::ExplicitNoCa;
        self
    }

    pub(crate) fn path_length(mut self, intermediates: u8) -> Self {
        self.params.is_ca = IsCa::Ca(BasicConstraints::Constrained(intermediates));
        self
    }

    /// Says of authority what rcgen has a word for.
    pub(crate) fn is_ca(&mut self, is_ca: IsCa) {
        self.params.is_ca = is_ca;
    }

    /// Leaves the authority key identifier out; rcgen always writes the subject's own into an authority.
    pub(crate) fn without_key_identifiers(mut self) -> Self {
        self.params.use_authority_key_identifier_extension = false;
        self
    }

    pub(crate) fn permitted(self, subtree: GeneralSubtree) -> Self {
        self.name_constraints(vec![subtree], Vec::new())
    }

    pub(crate) fn excluded(self, subtree: GeneralSubtree) -> Self {
        self.name_constraints(Vec::new(), vec![subtree])
    }

    fn name_constraints(
        mut self,
        permitted_subtrees: Vec<GeneralSubtree>,
        excluded_subtrees: Vec<GeneralSubtree>,
    ) -> Self {
        self.params.name_constraints = Some(NameConstraints { permitted_subtrees, excluded_subtrees });
        self
    }

    /// Adds an extension with this DER as its value.
    pub(crate) fn extension(mut self, oid: &[u64], value_der: &[u8]) -> Self {
        self.params.custom_extensions.push(CustomExtension::from_oid_content(oid, value_der.to_vec()));
        self
    }

    /// Names the address of a list (CRL distribution points, RFC 5280 section 4.2.1.13).
    pub(crate) fn distribution_point(self, address: &str) -> Self {
        let full_name = element(0xa0, &element(0x86, address.as_bytes()));
        self.extension(&[2, 5, 29, 31], &element(0x30, &element(0x30, &element(0xa0, &full_name))))
    }

    /// Names where more is to be had about its issuer (authority information access, RFC 5280 section 4.2.2.1).
    pub(crate) fn information_access(self, descriptions: &[(Access, &str)]) -> Self {
        let description = |(method, address): &(Access, &str)| {
            let last_arc = match method {
                Access::Ocsp => 1,
                Access::CaIssuers => 2,
            };
            let method = element(0x06, &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, last_arc]);
            element(0x30, &[method, element(0x86, address.as_bytes())].concat())
        };
        let descriptions: Vec<_> = descriptions.iter().map(description).collect();
        self.extension(&[1, 3, 6, 1, 5, 5, 7, 1, 1], &element(0x30, &descriptions.concat()))
    }

    /// Adds a critical extension with this DER as its value.
    pub(crate) fn critical_extension(mut self, oid: &[u64], value_der: &[u8]) -> Self {
        let mut extension = CustomExtension::from_oid_content(oid, value_der.to_vec());
        extension.set_criticality(true);
        self.params.custom_extensions.push(extension);
        self
    }

    /// The kind of key that is made for it, and thus of the signatures it gives.
    pub(crate) fn algorithm(mut self, algorithm: &'static SignatureAlgorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Gives an RSA key 4096 bits in place of 2048.
    pub(crate) fn rsa_4096(mut self) -> Self {
        self.rsa_key_size = RsaKeySize::_4096;
        self
    }

    /// A new key of that kind.
    pub(super) fn key_pair(&self) -> KeyPair {
        if *self.algorithm == PKCS_RSA_SHA256 {
            return KeyPair::generate_rsa_for(self.algorithm, self.rsa_key_size).unwrap();
        }
        KeyPair::generate_for(self.algorithm).unwrap()
    }

    /// Certifies a public key whose private key is not at hand.
    pub(crate) fn foreign_key(mut self, key: ForeignKey) -> Self {
        self.foreign_key = Some(key);
        self
    }

    /// Signs with its own new key.
    pub(crate) fn self_signed(&self) -> Minted {
        Minted::self_signed(self)
    }
}

/// What is to be had at an address of the authority information access.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Access {
    CaIssuers,
    Ocsp,
}

/// A public key without its private key.
#[derive(Clone, Debug)]
pub(crate) struct ForeignKey {
    algorithm: &'static SignatureAlgorithm,
    bit_string: Vec<u8>,
}

impl ForeignKey {
    /// `bit_string` is the content of `subjectPublicKey`; the algorithm identifier comes from `algorithm`.
    pub(crate) fn new(algorithm: &'static SignatureAlgorithm, bit_string: &[u8]) -> Self {
        Self { algorithm, bit_string: bit_string.to_vec() }
    }

    /// An `RSAPublicKey` whose modulus has this many bits, begins with 1 and ends in `last`.
    pub(crate) fn rsa(bits: usize, last: u8, exponent: &[u8]) -> Self {
        let mut modulus = vec![0x55; bits.div_ceil(8)];
        modulus[0] = 1 << ((bits - 1) % 8);
        *modulus.last_mut().unwrap() = last;
        if modulus[0] & 0x80 != 0 {
            modulus.insert(0, 0);
        }
        let content = [element(2, &modulus), element(2, exponent)].concat();
        Self::new(&PKCS_RSA_SHA256, &element(0x30, &content))
    }

    /// One that webpki refuses wherever it is.
    pub(crate) fn distrusted() -> Self {
        Self::new(&PKCS_ECDSA_P384_SHA384, &DISTRUSTED_POINT)
    }
}

/// A DER element.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let header = match content.len() {
        0..=127 => vec![tag, length[1]],
        128..=255 => vec![tag, 0x81, length[1]],
        _ => vec![tag, 0x82, length[0], length[1]],
    };
    [&header, content].concat()
}

impl PublicKeyData for ForeignKey {
    fn der_bytes(&self) -> &[u8] {
        &self.bit_string
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.algorithm
    }
}

/// The public point of a P-384 key that webpki refuses: an authority distrusted by Mozilla, from its own list
/// (`EMDVTLSCAG3B`).
const DISTRUSTED_POINT: [u8; 97] = [
    0x04, 0xe7, 0x9e, 0xd9, 0xc0, 0x4a, 0x97, 0x73, 0xc4, 0x73, 0x5e, 0x51, 0x11, 0x1d, 0xa8, 0x5a, 0xc2, 0xbd, 0x5e,
    0x64, 0xab, 0x37, 0x4b, 0x80, 0xe1, 0x2c, 0xbc, 0x20, 0x38, 0xec, 0x1e, 0x4f, 0x0e, 0x3b, 0x81, 0x2f, 0xc9, 0x85,
    0x9e, 0x1e, 0x67, 0xaf, 0xb0, 0x4e, 0x2f, 0x8b, 0xc9, 0x7f, 0x74, 0x85, 0xba, 0x65, 0xaa, 0x91, 0x1e, 0xe8, 0xa4,
    0xe4, 0x5b, 0x62, 0xd5, 0xcc, 0x03, 0xd5, 0x6b, 0xe6, 0x78, 0xb3, 0xc3, 0x8c, 0xb4, 0xdc, 0x93, 0x7c, 0xa2, 0x46,
    0x0e, 0x23, 0x84, 0x53, 0xc8, 0x92, 0x93, 0x5d, 0x29, 0xd4, 0x4f, 0x91, 0xe1, 0x56, 0x06, 0xb6, 0x3c, 0xce, 0xda,
    0xb4, 0x68,
];
