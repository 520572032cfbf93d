//! The certificates of the scenes, made anew at every start with the names and algorithms of a real two-tier authority.
//!
//! P-521 root and intermediate, P-256 client keys, every signature of the authority ecdsa-with-SHA512.

use std::iter;
use std::time::SystemTime;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, DnValue,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P521_SHA512,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use time::{Duration, OffsetDateTime};

use crate::Result;

/// Everything that is minted for one run.
pub(crate) struct Pki {
    /// The root as PEM: the service's trust anchor.
    pub(crate) root: String,
    /// The intermediate as PEM: Application Gateway forwards the leaf alone, so the service must know it.
    pub(crate) intermediate: String,
    /// The clients, good and bad.
    pub(crate) clients: Clients,
    /// Issuer of the gateway's own server certificate; it has nothing to do with clients.
    pub(crate) gateway_issuer: Certificate,
    /// The gateway's own server certificate.
    pub(crate) gateway: Credentials,
}

/// One client per way of being right or wrong.
pub(crate) struct Clients {
    /// The one whom the restricted page is for.
    pub(crate) partner: Credentials,
    /// Valid, of another organization.
    pub(crate) other_partner: Credentials,
    /// Valid, of another organization, with the partner's name written into its common name.
    pub(crate) pretender: Credentials,
    pub(crate) expired: Credentials,
    pub(crate) not_yet_valid: Credentials,
    /// Names of the partner, issued under the same root by an intermediate that the service was not told of.
    pub(crate) sibling: Credentials,
    /// Names of the partner and of the real authority, other keys.
    pub(crate) impostor: Credentials,
    /// Issued by the real authority for TLS servers only.
    pub(crate) server: Credentials,
    /// Issued by the real authority without any extended key usage.
    pub(crate) purposeless: Credentials,
    /// The partner's names, signed with its own key.
    pub(crate) self_signed: Credentials,
}

/// A certificate with its key, as a TLS client or server uses it.
pub(crate) struct Credentials {
    pub(crate) certificate: Certificate,
    /// What a handshake shows after the certificate.
    pub(crate) issuer: Option<Certificate>,
    pub(crate) key: KeyPair,
}

impl Credentials {
    /// The certificate and its issuers below the root, as a handshake shows them.
    pub(crate) fn chain(&self) -> Vec<CertificateDer<'static>> {
        iter::once(&self.certificate).chain(&self.issuer).map(|certificate| certificate.der().clone()).collect()
    }

    pub(crate) fn private_key(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.key.serialize_der()).into()
    }
}

impl Pki {
    pub(crate) fn mint(now: SystemTime) -> Result<Self> {
        let now = OffsetDateTime::from(now);
        let root = root(now)?;
        let intermediate = intermediate("CARC I101L", &root, now)?;
        let gateway_issuer = CertifiedIssuer::self_signed(
            issuer("Quickstart gateway CA", now, BasicConstraints::Constrained(0))?,
            KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?,
        )?;
        Ok(Self {
            root: root.pem(),
            intermediate: intermediate.pem(),
            clients: Clients::mint(&root, &intermediate, now)?,
            gateway: issue(&gateway_server(now)?, &gateway_issuer)?,
            gateway_issuer: gateway_issuer.as_ref().clone(),
        })
    }
}

impl Clients {
    fn mint(authority_root: &Authority, authority: &Authority, now: OffsetDateTime) -> Result<Self> {
        let partner = client(PARTNER, "data-exchange-svc01", now)?;

        let mut expired = partner.clone();
        expired.not_before = now - Duration::days(91);
        expired.not_after = now - Duration::days(1);

        let mut not_yet_valid = partner.clone();
        not_yet_valid.not_before = now + Duration::days(1);

        let mut server = partner.clone();
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];

        let mut purposeless = partner.clone();
        purposeless.extended_key_usages = Vec::new();

        let pretender = client(OTHER_PARTNER, &format!("data-exchange-svc01, O={PARTNER}"), now)?;
        Ok(Self {
            other_partner: issue(&client(OTHER_PARTNER, "orders-svc07", now)?, authority)?,
            pretender: issue(&pretender, authority)?,
            expired: issue(&expired, authority)?,
            not_yet_valid: issue(&not_yet_valid, authority)?,
            sibling: issue(&partner, &intermediate("CARC I102L", authority_root, now)?)?,
            impostor: issue(&partner, &intermediate("CARC I101L", &root(now)?, now)?)?,
            server: issue(&server, authority)?,
            purposeless: issue(&purposeless, authority)?,
            self_signed: self_signed(&partner)?,
            partner: issue(&partner, authority)?,
        })
    }
}

/// An authority with the certificate of its own that others verify it by.
type Authority = CertifiedIssuer<'static, KeyPair>;

/// Two calls give two authorities that share their name and nothing else.
fn root(now: OffsetDateTime) -> Result<Authority> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512)?;
    Ok(CertifiedIssuer::self_signed(issuer("CARC R100L", now, BasicConstraints::Constrained(1))?, key)?)
}

fn intermediate(common_name: &str, root: &Authority, now: OffsetDateTime) -> Result<Authority> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512)?;
    Ok(CertifiedIssuer::signed_by(issuer(common_name, now, BasicConstraints::Constrained(0))?, key, root)?)
}

fn issue(subject: &CertificateParams, issuer: &Authority) -> Result<Credentials> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let issuer_certificate = Some(issuer.as_ref().clone());
    Ok(Credentials { certificate: subject.signed_by(&key, issuer)?, issuer: issuer_certificate, key })
}

fn self_signed(subject: &CertificateParams) -> Result<Credentials> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    Ok(Credentials { certificate: subject.self_signed(&key)?, issuer: None, key })
}

fn issuer(common_name: &str, now: OffsetDateTime, path_length: BasicConstraints) -> Result<CertificateParams> {
    let mut issuer = subject("Lab", common_name)?;
    issuer.not_before = now - Duration::days(365);
    issuer.not_after = now + Duration::days(3650);
    issuer.is_ca = IsCa::Ca(path_length);
    issuer.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(issuer)
}

fn client(organization: &str, common_name: &str, now: OffsetDateTime) -> Result<CertificateParams> {
    let mut client = subject(organization, common_name)?;
    client.not_before = now - Duration::hours(1);
    client.not_after = now + Duration::days(90);
    client.is_ca = IsCa::ExplicitNoCa;
    client.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    Ok(client)
}

fn gateway_server(now: OffsetDateTime) -> Result<CertificateParams> {
    let mut server = CertificateParams::new(["127.0.0.1".to_owned(), "localhost".to_owned()])?;
    server.distinguished_name = subject("Lab", "Quickstart gateway")?.distinguished_name;
    server.not_before = now - Duration::hours(1);
    server.not_after = now + Duration::days(90);
    server.is_ca = IsCa::ExplicitNoCa;
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    server.use_authority_key_identifier_extension = true;
    Ok(server)
}

fn subject(organization: &str, common_name: &str) -> Result<CertificateParams> {
    let mut name = DistinguishedName::new();
    // RFC 5280 appendix A.1: countryName is a PrintableString.
    name.push(DnType::CountryName, DnValue::PrintableString("CH".try_into()?));
    name.push(DnType::OrganizationName, organization);
    name.push(DnType::CommonName, common_name);
    let mut subject = CertificateParams::default();
    subject.distinguished_name = name;
    subject.use_authority_key_identifier_extension = true;
    Ok(subject)
}

/// The organization that the restricted page is for.
pub(crate) const PARTNER: &str = "Big Partner Foo SA";
/// An organization that the same authority issues to.
const OTHER_PARTNER: &str = "Other Partner AG";
