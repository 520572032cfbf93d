use http::HeaderMap;
use http::header::ACCEPT;

/// How the caller wants to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Html,
    Json,
}

impl Form {
    /// HTML for those who ask for it by name and want nothing else more (RFC 9110 section 12.5.1); JSON otherwise, so
    /// that a terminal is not filled with markup.
    pub(super) fn preferred(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let (mut html, mut json) = (0, 0);
        for range in lines.flat_map(|line| line.split(',')).take(MAX_RANGES) {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight =
                parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q="))).map_or(1_000, weight);
            match name.as_str() {
                "text/html" | "application/xhtml+xml" => html = html.max(weight),
                "application/json" => json = json.max(weight),
                _ => {}
            }
        }
        if html > 0 && html >= json { Self::Html } else { Self::Json }
    }
}

/// A weight in thousandths (RFC 9110 section 12.4.2); what is malformed is least wanted.
fn weight(text: &str) -> u32 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    match whole {
        "1" if is_digits && fraction.bytes().all(|digit| digit == b'0') => 1_000,
        "0" if is_digits => format!("{fraction:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

/// Media ranges that are looked at.
const MAX_RANGES: usize = 64;

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn form(accept: &str) -> Form {
        Form::preferred(&HeaderMap::from_iter([(ACCEPT, HeaderValue::from_str(accept).unwrap())]))
    }

    #[test]
    fn whoever_prefers_html_gets_it() {
        for accept in [
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
            "TEXT/HTML",
            "application/json;q=0.5, text/html;q=0.9",
            "text/html, application/json",
            "text/html;q=1",
            "text/html;q=1.000, application/json;q=0.999",
            "text/html;Q=0.001",
        ] {
            assert_eq!(form(accept), Form::Html, "{accept}");
        }
    }

    #[test]
    fn everybody_else_gets_json() {
        for accept in [
            "",
            "*/*",
            "text/*",
            "application/json",
            "application/json, text/html;q=0.9",
            "text/html;q=0",
            "text/html;q=0.000",
            "text/html;q=2",
            "text/html;q=-1",
            "text/html;q=1.001",
            "text/html;q=1.0000",
            "text/html;q=1.x",
            "text/html;q=0.9999",
            "text/html;q=0.x",
            "text/htmlx",
        ] {
            assert_eq!(form(accept), Form::Json, "{accept}");
        }
        assert_eq!(Form::preferred(&HeaderMap::new()), Form::Json);
    }
}
