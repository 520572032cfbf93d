//! Certificates written as the products write them; pure functions from DER to header values.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What stands between the lines of PEM once a gateway has put it into one header line.
pub(super) const FOLDED_LINE_BREAKS: &[&str] = &[" ", "\t", "\r\n", "\n", "\n\t", ""];

/// One SEQUENCE around the given content.
pub(super) fn sequence(content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut der = match length {
        0..=0x7f => vec![0x30, u8::try_from(length).unwrap()],
        0x80..=0xff => vec![0x30, 0x81, u8::try_from(length).unwrap()],
        _ => vec![0x30, 0x82, u8::try_from(length >> 8).unwrap(), u8::try_from(length & 0xff).unwrap()],
    };
    der.extend_from_slice(content);
    der
}

/// Base64 of the DER in one line.
pub(super) fn der_base64(der: &[u8]) -> String {
    STANDARD.encode(der)
}

/// As Traefik before 2.9.2: base64 escaped as a form would.
pub(super) fn der_base64_form_escaped(der: &[u8]) -> String {
    der_base64(der).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

/// An RFC 9440 byte sequence.
pub(super) fn rfc9440(der: &[u8]) -> String {
    format!(":{}:", der_base64(der))
}

/// PEM blocks with lines of 64 columns, as OpenSSL writes them.
pub(super) fn pem<D: AsRef<[u8]>>(chain: &[D]) -> String {
    let mut text = String::new();
    for der in chain {
        text.push_str("-----BEGIN CERTIFICATE-----\n");
        for line in der_base64(der.as_ref()).as_bytes().chunks(64) {
            text.push_str(std::str::from_utf8(line).unwrap());
            text.push('\n');
        }
        text.push_str("-----END CERTIFICATE-----\n");
    }
    text
}

/// As nginx (`$ssl_client_escaped_cert`) and Application Gateway: all but the unreserved characters escaped, upper case.
pub(super) fn pem_escaped<D: AsRef<[u8]>>(chain: &[D]) -> String {
    let mut escaped = String::new();
    for byte in pem(chain).bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => escaped.push(char::from(byte)),
            _ => escaped.extend(format!("%{byte:02X}").chars()),
        }
    }
    escaped
}

/// As an AWS load balancer: `+`, `=` and `/` stay as they are.
pub(super) fn pem_escaped_by_alb<D: AsRef<[u8]>>(chain: &[D]) -> String {
    pem_escaped(chain).replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")
}

/// As Apache httpd's `escape` function: lower-case escapes of blanks and line breaks alone.
pub(super) fn pem_escaped_by_apache<D: AsRef<[u8]>>(chain: &[D]) -> String {
    pem(chain).replace(' ', "%20").replace('\n', "%0a")
}

/// With each line break replaced, as Apache httpd (one blank) and scripts on load balancers do.
pub(super) fn pem_folded<D: AsRef<[u8]>>(chain: &[D], line_break: &str) -> String {
    pem(chain).replace('\n', line_break)
}

/// As Traefik: the whole chain, the leaf first, joined by commas.
pub(super) fn der_base64_list<D: AsRef<[u8]>>(chain: &[D]) -> String {
    chain.iter().map(|der| der_base64(der.as_ref())).collect::<Vec<_>>().join(",")
}

/// As HAProxy's `ssl_c_chain_der,base64`.
pub(super) fn der_base64_concatenated<D: AsRef<[u8]>>(chain: &[D]) -> String {
    STANDARD.encode(chain.iter().flat_map(|der| der.as_ref().to_vec()).collect::<Vec<_>>())
}

/// As `Client-Cert-Chain`.
pub(super) fn rfc9440_list<D: AsRef<[u8]>>(chain: &[D], separator: &str) -> String {
    chain.iter().map(|der| rfc9440(der.as_ref())).collect::<Vec<_>>().join(separator)
}

/// As API Management policies: upper-case digits.
pub(super) fn der_hex(der: &[u8]) -> String {
    der.iter().fold(String::new(), |digits, byte| format!("{digits}{byte:02X}"))
}

/// As Apache httpd's function `base64`.
pub(super) fn pem_base64<D: AsRef<[u8]>>(chain: &[D]) -> String {
    STANDARD.encode(pem(chain))
}

/// SHA-256 as Envoy writes it.
pub(super) fn hash(der: &[u8]) -> String {
    crate::certificate::Fingerprint::of(der).to_string()
}

/// One element as Envoy 1.40 writes it, with the given pairs after the chain.
pub(super) fn xfcc_text<D: AsRef<[u8]>>(chain: &[D], further_pairs: &str) -> String {
    let leaf = chain[0].as_ref();
    let (cert, chain) = (pem_escaped(&[leaf]), pem_escaped(chain));
    format!("By=spiffe://example.test/gateway;Hash={};Cert=\"{cert}\";Chain=\"{chain}\"{further_pairs}", hash(leaf))
}

/// One element as Envoy 1.40 writes it in JSON.
pub(super) fn xfcc_json<D: AsRef<[u8]>>(chain: &[D]) -> String {
    let leaf = chain[0].as_ref();
    let blocks: Vec<_> = chain.iter().map(|der| pem(&[der])).collect();
    serde_json::json!({
        "hash": hash(leaf),
        "cert": pem(&[leaf]),
        "chain": blocks,
        "subject": "CN=\u{fc}n\u{ef}code \"quoted\",O=a\\,b",
        "uri": ["spiffe://example.test/low;URI=spiffe://example.test/admin", "spiffe://a,Hash=00"],
        "dns": [],
        "issuer": "CN=x",
    })
    .to_string()
}
