use std::collections::BTreeMap;

use super::{AnchorsTable, CertificatesTable, PathValue, SecretValue};
use crate::document::{OneOrMany, table, words};

table! {
    /// A gateway: by what it is known, how it forwards, and perhaps the anchors of its clients.
    GatewayTable {
        /// The product; it sets header, encoding and the rest, which the other fields override.
        kind: GatewayKind,
        /// The name for logs, evidence and rules; by default the product's.
        name: String,
        /// The address ranges it sends from.
        addresses: OneOrMany<String>,
        /// Believes every address. Without a second factor, whoever reaches the service is every client.
        allow_any_address: bool,
        /// Believes processes at the other end of a Unix socket too.
        unix_socket: UnixSocketTable,
        /// Headers that must hold a secret, whichever way the gateway takes.
        secret_headers: Vec<SecretHeaderTable>,
        /// Certificates of the gateway's own, all of which are demanded, whichever way it takes.
        certificate: Vec<GatewayCertificateTable>,
        /// Other ways to prove this gateway: any of them will do.
        or: Vec<WayTable>,
        /// The header that carries the certificate.
        header: String,
        /// How the certificate is encoded.
        encoding: EncodingWord,
        /// Which element of an `x-forwarded-client-cert` is the client's.
        xfcc_element: XfccTable,
        /// Values that mean that there was no certificate, besides the missing and the empty header.
        absent_values: OneOrMany<String>,
        /// A header with the rest of the chain.
        chain_header: HeaderTable,
        /// Headers with one certificate of the chain each, named by a prefix and a number from 0 to 9.
        numbered_chain_headers: HeaderTable,
        /// Headers with the same certificate once more, which must agree.
        other_leaf_headers: Vec<HeaderTable>,
        /// The header with an OCSP answer about the certificate, as base64 of DER. It is verified like any other.
        ocsp_answer_header: String,
        /// A header in which the gateway tells the outcome of its own check; it can only refuse.
        status_header: StatusHeaderTable,
        /// The anchors of this gateway's clients, in place of those of the document.
        anchors: Vec<AnchorsTable>,
        /// The authorities by which the gateway itself accepts clients, from its own file; compared with the anchors, and
        /// told where they differ.
        client_authorities: PathValue,
        /// Issuing authorities of this gateway's clients, besides those of the document.
        intermediates: Vec<CertificatesTable>,
    }
}

table! {
    /// One more way to prove a gateway: a place, and all of the factors that are demanded there.
    WayTable {
        /// The address ranges it sends from.
        addresses: OneOrMany<String>,
        /// Believes every address.
        allow_any_address: bool,
        /// Believes processes at the other end of a Unix socket.
        unix_socket: UnixSocketTable,
        /// Headers that must hold a secret.
        secret_headers: Vec<SecretHeaderTable>,
        /// Certificates of the gateway's own.
        certificate: Vec<GatewayCertificateTable>,
    }
}

table! {
    /// Processes at the other end of a Unix socket: exactly one of both.
    UnixSocketTable {
        /// Processes of these users.
        uids: Vec<u32>,
        /// Every process that can open the socket.
        allow_anyone_with_access: bool,
    }
}

table! {
    /// A header that must hold a secret, on exactly one line.
    SecretHeaderTable {
        /// The header's name.
        name: String,
        /// Where the secret is; several while it is being changed.
        secret: OneOrMany<SecretValue>,
    }
}

table! {
    /// A certificate that the gateway has to present in its own TLS handshake: under these anchors, with at least one of
    /// the names.
    GatewayCertificateTable {
        /// The anchors of the gateway's certificate; they have nothing to do with those of clients.
        anchors: Vec<AnchorsTable>,
        /// DNS names.
        dns: OneOrMany<String>,
        /// URIs, such as SPIFFE IDs.
        uri: OneOrMany<String>,
        /// Attributes of the subject, by type.
        subject_attributes: BTreeMap<String, OneOrMany<String>>,
        /// SHA-256 of public keys (`SubjectPublicKeyInfo`).
        public_key: OneOrMany<String>,
        /// Accepts every certificate under these anchors, for an authority that issues to gateways and nobody else.
        allow_any_issued: bool,
    }
}

table! {
    /// A header that carries certificates.
    HeaderTable {
        /// The header's name, or the prefix of numbered ones.
        name: String,
        /// How they are encoded.
        encoding: EncodingWord,
    }
}

table! {
    /// A header that tells the outcome of the gateway's own check.
    StatusHeaderTable {
        /// The header's name.
        name: String,
        /// How it says that a certificate failed.
        format: StatusWord,
    }
}

table! {
    /// An element of `x-forwarded-client-cert`, and how many there must be: exactly one of `only`, `first_of`, `last_of`,
    /// and `from_right` with `of`.
    XfccTable {
        /// There is exactly one.
        only: bool,
        /// The first of so many.
        first_of: usize,
        /// The last of so many.
        last_of: usize,
        /// Its place from the right, from 1.
        from_right: usize,
        /// Of so many.
        of: usize,
    }
}

words! {
    /// A product.
    GatewayKind {
        "akamai" => Akamai,
        "apache" => Apache,
        "apache-escaped" => ApacheEscaped,
        "aws-alb-passthrough" => AwsAlbPassthrough,
        "aws-alb-verify" => AwsAlbVerify,
        "azure-app-service" => AzureAppService,
        "azure-application-gateway" => AzureApplicationGateway,
        "azure-container-apps" => AzureContainerApps,
        "caddy" => Caddy,
        "cloud-foundry-gorouter" => CloudFoundryGorouter,
        "cloudflare" => Cloudflare,
        "cloudfront" => Cloudfront,
        "contour" => Contour,
        /// Any other: give it a name, a header and an encoding.
        "custom" => Custom,
        "envoy" => Envoy,
        "envoy-peer-cert" => EnvoyPeerCert,
        "google-cloud-lb" => GoogleCloudLb,
        "haproxy" => Haproxy,
        "iis-arr" => IisArr,
        "ingress-nginx" => IngressNginx,
        "istio" => Istio,
        "kong" => Kong,
        "nginx" => Nginx,
        "openshift" => Openshift,
        "rfc9440" => Rfc9440,
        "traefik" => Traefik,
    }
}

words! {
    /// How certificates are written into a header.
    EncodingWord {
        /// Whichever the first bytes announce.
        "auto" => Auto,
        /// Base64 of DER in one line.
        "der-base64" => DerBase64,
        /// Several of them without anything between.
        "der-base64-concatenated" => DerBase64Concatenated,
        /// Several of them, joined by commas.
        "der-base64-list" => DerBase64List,
        /// Hexadecimal digits of DER.
        "der-hex" => DerHex,
        /// PEM, percent-encoded or with its line breaks turned into something else.
        "pem" => Pem,
        /// Base64 of PEM.
        "pem-base64" => PemBase64,
        /// A byte sequence of structured fields.
        "rfc9440" => Rfc9440,
        /// A list of byte sequences.
        "rfc9440-list" => Rfc9440List,
        /// Envoy's `x-forwarded-client-cert`; needs `xfcc_element`.
        "xfcc" => Xfcc,
    }
}

words! {
    /// How a header says that a certificate failed.
    StatusWord {
        /// `false`.
        "boolean" => Boolean,
        /// A number of OpenSSL's other than 0.
        "openssl-code" => OpensslCode,
        /// `FAILED`.
        "verdict" => Verdict,
    }
}
