use super::recognition::Recognized;
use crate::encoding::{Encoding, decode_value};
use crate::gateway::facts::{ChainForwarded, GatewayFacts};
use crate::gateway::{Gateway, known_gateways};

/// The products that write a value like this, under this name where there is one.
pub(super) fn of_value(name: Option<&str>, value: &[u8], recognized: &Recognized) -> Vec<&'static str> {
    let writes = |gateway: &Gateway| {
        let forwarding = gateway.forwarding();
        let certificates = std::iter::once(forwarding.leaf()).chain(forwarding.other_leaves());
        let mut named: Vec<_> = certificates.filter(|header| name.is_none_or(|name| header.name == name)).collect();
        if name.is_some() {
            named.extend(forwarding.chain().iter().filter(|header| name.is_some_and(|name| header.name == name)));
        }
        named.iter().any(|header| match (header.encoding, recognized.encoding) {
            // Which element counts is the operator's to say.
            (Encoding::Xfcc(_), Encoding::Xfcc(_)) => true,
            (encoding, _) => decode_value(value, encoding, recognized.certificates.len()).is_ok(),
        })
    };
    let sends_chain = |facts: &GatewayFacts| name.is_some() || facts.chain == ChainForwarded::WithLeaf;
    known_gateways()
        .iter()
        .filter(|gateway| writes(gateway))
        .filter_map(Gateway::facts)
        .filter(|facts| recognized.certificates.len() == 1 || sends_chain(facts))
        .map(|facts| facts.product)
        .filter(|product| recognized.encoding != Encoding::Pem || is_spelled_so_by(product, Spelling::of(value)))
        .collect()
}

pub(super) fn of_header(name: &str) -> Vec<&'static str> {
    let carries = |gateway: &&Gateway| {
        let forwarding = gateway.forwarding();
        let headers = std::iter::once(forwarding.leaf()).chain(forwarding.other_leaves()).chain(forwarding.chain());
        headers.into_iter().any(|header| header.name == name)
    };
    known_gateways().iter().filter(carries).filter_map(Gateway::facts).map(|facts| facts.product).collect()
}

pub(super) fn saying_absent(value: &[u8]) -> Vec<&'static str> {
    let says_so = |gateway: &&Gateway| gateway.forwarding().means_absent(value.trim_ascii());
    known_gateways().iter().filter(says_so).filter_map(Gateway::facts).map(|facts| facts.product).collect()
}

/// How PEM was brought into one line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spelling {
    /// Everything that needs an escape, and the characters of base64, in upper-case digits.
    Escaped,
    /// As before, but the characters of base64 are left as they are.
    EscapedButBase64,
    /// Only line breaks and blanks, in lower-case digits.
    EscapedInLowerCase,
    /// Blanks or tabs in place of the line breaks.
    Folded,
}

impl Spelling {
    fn of(value: &[u8]) -> Self {
        let has = |text: &[u8]| value.windows(text.len()).any(|window| window == text);
        if !value.contains(&b'%') {
            Self::Folded
        } else if has(b"%0a") {
            Self::EscapedInLowerCase
        } else if value.iter().any(|byte| matches!(byte, b'+' | b'/' | b'=')) {
            Self::EscapedButBase64
        } else {
            Self::Escaped
        }
    }
}

/// As the fixtures of the products have it. CloudFront and the load balancers of AWS document one form and show another.
fn is_spelled_so_by(product: &str, spelling: Spelling) -> bool {
    match product {
        "apache" => spelling == Spelling::Folded,
        "apache-escaped" => spelling == Spelling::EscapedInLowerCase,
        "aws-alb-passthrough" | "aws-alb-verify" | "cloudfront" => {
            matches!(spelling, Spelling::Escaped | Spelling::EscapedButBase64)
        }
        _ => spelling == Spelling::Escaped,
    }
}
