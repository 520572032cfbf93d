//! Names of variables that a gateway sent in place of their values.

/// Whether the whole value is the name of a variable, bare or between the colons of a hand-made byte sequence.
///
/// Caddy before 2.11.2 sends `{http.request.tls.client.certificate_der_base64}` for "no certificate"; the other forms
/// come from templates of one product pasted into another. No encoding has a value of any of these shapes.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    let inner = value.strip_prefix(b":").and_then(|rest| rest.strip_suffix(b":")).unwrap_or(value);
    let is_between = |open: &[u8], close: &[u8]| inner.starts_with(open) && inner.ends_with(close);

    // Caddy, and templates with `{{ }}`.
    is_between(b"{", b"}")
        // Apache httpd: `%{SSL_CLIENT_CERT}s`, where the last letter names the source.
        || is_between(b"%{", b"}")
        || is_between(b"%{", b"}s")
        || is_between(b"%{", b"}e")
        // HAProxy: `%[ssl_c_der,base64]`.
        || is_between(b"%[", b"]")
        // Envoy: `%DOWNSTREAM_PEER_CERT%`. The shortest escape is three bytes and never ends in a percent sign.
        || inner.len() > 1 && is_between(b"%", b"%")
        // nginx and many others: `$ssl_client_escaped_cert`, `${ssl_client_escaped_cert}`.
        || is_between(b"${", b"}")
        || inner.strip_prefix(b"$").is_some_and(is_name)
}

fn is_name(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
}
