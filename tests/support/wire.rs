//! Fills certificates into the fixtures of what each product sends.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::pki::{Minted, Pki, escaped_pem, pem};

/// Replaces `{certificate form}` by the bytes; other braces stay.
pub(crate) fn filled_in(line: &str, pki: &Pki, leaf: &Minted) -> String {
    let mut filled = line.to_owned();
    let chain = |names: &str| -> Vec<u8> {
        let der = |name| match name {
            "leaf" => leaf.der(),
            "intermediate" => pki.intermediate.der(),
            "root" => pki.root.der(),
            other => panic!("no certificate is called {other}"),
        };
        names.split('+').flat_map(der).copied().collect()
    };
    for names in ["leaf", "intermediate", "root", "leaf+intermediate", "intermediate+root"] {
        for (form, write) in FORMS {
            let token = format!("{{{names} {form}}}");
            if filled.contains(&token) {
                filled = filled.replace(&token, &write(&chain(names)));
            }
        }
    }
    filled
}

type Form = (&'static str, fn(&[u8]) -> String);

const FORMS: &[Form] = &[
    ("byte-sequence", |der| format!(":{}:", STANDARD.encode(der))),
    ("der-base64", |der| STANDARD.encode(der)),
    ("der-base64-escaped", |der| STANDARD.encode(der).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")),
    ("hash", |der| Sha256::digest(der).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))),
    ("pem-escaped", escaped_pem),
    ("pem-escaped-alb", |der| escaped_pem(der).replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")),
    ("pem-escaped-apache", |der| pem(der).replace(' ', "%20").replace('\n', "%0a")),
    ("pem-folded", |der| pem(der).replace('\n', " ")),
];
