//! How a gateway forwards.

use super::certificates::{anchors, intermediates};
use super::sender::{matcher, ranges, secret_header, unix_peers, way};
use crate::config::document::{EncodingWord, GatewayKind, GatewayTable, HeaderTable, StatusWord, XfccTable};
use crate::config::key::{At as _, Key, Mistake, contradiction};
use crate::config::sources::Sources;
use crate::encoding::{Encoding, XfccElement};
use crate::error::ConfigError;
use crate::gateway::{AddressRange, Gateway, StatusFormat};
use crate::validation::TrustAnchors;

pub(super) fn gateway(table: &GatewayTable, key: &Key, sources: &Sources<'_>) -> Result<Gateway, Mistake> {
    let gateway = product(table, key)?;
    let gateway = sender(gateway, table, key, sources)?;
    let mut gateway = forwarding(gateway, table, key)?;
    if let Some(name) = &table.name {
        gateway = gateway.named(name);
    }
    if let Some(tables) = &table.anchors {
        gateway = gateway.anchors(anchors(tables, &key.field("anchors"), sources)?);
    }
    if let Some(path) = &table.client_authorities {
        let key = key.field("client_authorities");
        let path = sources.path(path, &key)?;
        gateway = gateway.client_authorities(TrustAnchors::from_pem_file(path).at(&key)?);
    }
    if let Some(tables) = &table.intermediates {
        gateway = gateway.intermediates(intermediates(tables, &key.field("intermediates"), sources)?);
    }
    Ok(gateway)
}

fn product(table: &GatewayTable, key: &Key) -> Result<Gateway, Mistake> {
    let Some(kind) = table.kind else {
        return contradiction(key, "has no kind, expected a product such as \"nginx\", or \"custom\"");
    };
    let ranges = ranges(table.addresses.as_ref(), &key.field("addresses"))?;
    let element = table.xfcc_element.as_ref().map(|element| xfcc_element(element, &key.field("xfcc_element")));
    let with_element = |constructor: fn(Vec<AddressRange>, XfccElement) -> Result<Gateway, ConfigError>, ranges| {
        let missing = || contradiction(key, "has no xfcc_element: say which element is the client's, of how many");
        constructor(ranges, element.unwrap_or_else(missing)?).at(key)
    };
    let constructor: fn(Vec<AddressRange>) -> Result<Gateway, ConfigError> = match kind {
        GatewayKind::Envoy => return with_element(Gateway::envoy, ranges),
        GatewayKind::Istio => return with_element(Gateway::istio, ranges),
        GatewayKind::Custom => |ranges| Gateway::custom("custom", ranges),
        GatewayKind::Akamai => Gateway::akamai,
        GatewayKind::Apache => Gateway::apache,
        GatewayKind::ApacheEscaped => Gateway::apache_escaped,
        GatewayKind::AwsAlbPassthrough => Gateway::aws_alb_passthrough,
        GatewayKind::AwsAlbVerify => Gateway::aws_alb_verify,
        GatewayKind::AzureAppService => Gateway::azure_app_service,
        GatewayKind::AzureApplicationGateway => Gateway::azure_application_gateway,
        GatewayKind::AzureContainerApps => Gateway::azure_container_apps,
        GatewayKind::Caddy => Gateway::caddy,
        GatewayKind::CloudFoundryGorouter => Gateway::cloud_foundry_gorouter,
        GatewayKind::Cloudflare => Gateway::cloudflare,
        GatewayKind::Cloudfront => Gateway::cloudfront,
        GatewayKind::Contour => Gateway::contour,
        GatewayKind::EnvoyPeerCert => Gateway::envoy_peer_cert,
        GatewayKind::GoogleCloudLb => Gateway::google_cloud_lb,
        GatewayKind::Haproxy => Gateway::haproxy,
        GatewayKind::IisArr => Gateway::iis_arr,
        GatewayKind::IngressNginx => Gateway::ingress_nginx,
        GatewayKind::Kong => Gateway::kong,
        GatewayKind::Nginx => Gateway::nginx,
        GatewayKind::Openshift => Gateway::openshift,
        GatewayKind::Rfc9440 => Gateway::rfc9440,
        GatewayKind::Traefik => Gateway::traefik,
    };
    match (table.encoding, &table.xfcc_element) {
        (Some(EncodingWord::Xfcc), _) | (_, None) => constructor(ranges).at(key),
        (_, Some(_)) => contradiction(
            &key.field("xfcc_element"),
            "has no use here: this gateway does not send x-forwarded-client-cert",
        ),
    }
}

fn sender(mut gateway: Gateway, table: &GatewayTable, key: &Key, sources: &Sources<'_>) -> Result<Gateway, Mistake> {
    if table.allow_any_address == Some(true) {
        gateway = gateway.allow_any_address();
    }
    if let Some(unix) = &table.unix_socket {
        gateway = gateway.unix_socket(unix_peers(unix, &key.field("unix_socket"))?);
    }
    for (index, header) in table.secret_headers.iter().flatten().enumerate() {
        let key = key.field("secret_headers").index(index);
        let (name, secret) = secret_header(header, &key, sources)?;
        gateway = gateway.secret_header(name, secret).at(&key.field("name"))?;
    }
    for (index, certificate) in table.certificate.iter().flatten().enumerate() {
        gateway = gateway.certificate(matcher(certificate, &key.field("certificate").index(index), sources)?);
    }
    for (index, another) in table.or.iter().flatten().enumerate() {
        gateway = gateway.or(way(another, &key.field("or").index(index), sources)?);
    }
    Ok(gateway)
}

fn forwarding(mut gateway: Gateway, table: &GatewayTable, key: &Key) -> Result<Gateway, Mistake> {
    if let Some(name) = &table.header {
        gateway = gateway.header(name).at(&key.field("header"))?;
    }
    match (table.encoding, &table.xfcc_element) {
        (Some(EncodingWord::Xfcc), Some(element)) => {
            gateway = gateway.encoding(Encoding::Xfcc(xfcc_element(element, &key.field("xfcc_element"))?));
        }
        (Some(_), Some(_)) => {
            return contradiction(&key.field("xfcc_element"), "has no use here: the encoding is another than xfcc");
        }
        (Some(word), None) => gateway = gateway.encoding(encoding(word, &key.field("encoding"))?),
        (None, _) => {}
    }
    for value in table.absent_values.iter().flat_map(|values| &values.0) {
        gateway = gateway.absent_value(value);
    }
    if let Some(header) = &table.chain_header {
        let key = key.field("chain_header");
        let (name, encoding) = chain_header(header, &key)?;
        gateway = gateway.chain_header(name, encoding).at(&key.field("name"))?;
    }
    if let Some(header) = &table.numbered_chain_headers {
        let key = key.field("numbered_chain_headers");
        if table.chain_header.is_some() {
            return contradiction(&key, "stands beside chain_header, expected one of both");
        }
        let (prefix, encoding) = chain_header(header, &key)?;
        gateway = gateway.numbered_chain_headers(prefix, encoding).at(&key.field("name"))?;
    }
    for (index, header) in table.other_leaf_headers.iter().flatten().enumerate() {
        let key = key.field("other_leaf_headers").index(index);
        let (name, encoding) = chain_header(header, &key)?;
        gateway = gateway.other_leaf_header(name, encoding).at(&key.field("name"))?;
    }
    if let Some(name) = &table.ocsp_answer_header {
        gateway = gateway.ocsp_answer_header(name).at(&key.field("ocsp_answer_header"))?;
    }
    if let Some(header) = &table.status_header {
        let key = key.field("status_header");
        let (Some(name), Some(format)) = (&header.name, header.format) else {
            return contradiction(&key, "lacks name or format, expected both");
        };
        let format = match format {
            StatusWord::Boolean => StatusFormat::Boolean,
            StatusWord::OpensslCode => StatusFormat::OpensslCode,
            StatusWord::Verdict => StatusFormat::Verdict,
        };
        gateway = gateway.status_header(name, format).at(&key.field("name"))?;
    }
    Ok(gateway)
}

fn chain_header<'a>(table: &'a HeaderTable, key: &Key) -> Result<(&'a str, Encoding), Mistake> {
    match (&table.name, table.encoding) {
        (Some(name), Some(word)) => Ok((name, encoding(word, &key.field("encoding"))?)),
        _ => contradiction(key, "lacks name or encoding, expected both"),
    }
}

fn encoding(word: EncodingWord, key: &Key) -> Result<Encoding, Mistake> {
    Ok(match word {
        EncodingWord::Auto => Encoding::Auto,
        EncodingWord::DerBase64 => Encoding::DerBase64,
        EncodingWord::DerBase64Concatenated => Encoding::DerBase64Concatenated,
        EncodingWord::DerBase64List => Encoding::DerBase64List,
        EncodingWord::DerHex => Encoding::DerHex,
        EncodingWord::Pem => Encoding::Pem,
        EncodingWord::PemBase64 => Encoding::PemBase64,
        EncodingWord::Rfc9440 => Encoding::Rfc9440,
        EncodingWord::Rfc9440List => Encoding::Rfc9440List,
        EncodingWord::Xfcc => {
            return contradiction(key, "is xfcc, which needs xfcc_element and is for the gateway's own header alone");
        }
    })
}

fn xfcc_element(table: &XfccTable, key: &Key) -> Result<XfccElement, Mistake> {
    let only = table.only.filter(|only| *only);
    match (only, table.first_of, table.last_of, table.from_right, table.of) {
        (Some(_), None, None, None, None) => Ok(XfccElement::Only),
        (None, Some(of), None, None, None) if of > 0 => Ok(XfccElement::First { of }),
        (None, None, Some(of), None, None) if of > 0 => Ok(XfccElement::Last { of }),
        (None, None, None, Some(position), Some(of)) if (1..=of).contains(&position) => {
            Ok(XfccElement::FromRight { position, of })
        }
        _ => contradiction(
            key,
            "expected exactly one of only = true, first_of, last_of, and from_right with of, each at least 1",
        ),
    }
}
