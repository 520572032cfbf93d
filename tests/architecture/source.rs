//! Rust source reduced to what the rules look at: code without comments, strings and tests.

/// One path of the crate that a piece of code names: the module and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) line: usize,
}

/// Blanks out comments, the content of string and character literals, and everything from the first `#[cfg(test)]` on
/// (tests stand at the bottom of a file), and keeps the lines.
pub(crate) fn code(text: &str) -> String {
    let production = text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut code = String::with_capacity(production.len());
    let mut rest = production;
    while let Some(first) = rest.chars().next() {
        let (length, keeps_text) = token(rest, first);
        let (taken, after) = rest.split_at(length);
        if keeps_text {
            code.push_str(taken);
        } else {
            code.extend(taken.chars().map(|character| if character == '\n' { '\n' } else { ' ' }));
        }
        rest = after;
    }
    code
}

/// Length of the next piece in bytes, and whether it is code.
fn token(rest: &str, first: char) -> (usize, bool) {
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), false);
    }
    if rest.starts_with("/*") {
        return (rest.find("*/").map_or(rest.len(), |end| end + 2), false);
    }
    if rest.starts_with("r#\"") {
        return (rest.find("\"#").map_or(rest.len(), |end| end + 2), false);
    }
    if first == '"' {
        return (string_length(rest), false);
    }
    if rest.starts_with("'\"'") || rest.starts_with("b'\"'") {
        return (rest.find("\"'").map_or(rest.len(), |end| end + 2), false);
    }
    (first.len_utf8(), true)
}

fn string_length(rest: &str) -> usize {
    let mut escaped = false;
    for (index, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return index + 1,
            _ => {}
        }
    }
    rest.len()
}

/// What follows `prefix` in all paths that begin with it, groups included: after `crate::`, `use crate::{a::X, b}` names
/// `a` and `b`.
pub(crate) fn named_after(code: &str, prefix: &str) -> Vec<Named> {
    let mut named = Vec::new();
    for start in starts(code, prefix) {
        let line = line_of(code, start);
        let after = &code[start + prefix.len()..];
        let segments = match after.strip_prefix('{') {
            Some(group) => group_members(group),
            None => vec![identifier(after)],
        };
        named.extend(segments.into_iter().map(|name| Named { name: name.to_owned(), line }));
    }
    named
}

/// Lines on which the external crate `name` is named as the first segment of a path.
pub(crate) fn lines_naming(code: &str, name: &str) -> Vec<usize> {
    let path = format!("{name}::");
    let mut lines: Vec<_> = starts(code, &path).into_iter().map(|start| line_of(code, start)).collect();
    let alone = format!("use {name};");
    lines.extend(starts(code, &alone).into_iter().map(|start| line_of(code, start)));
    lines
}

/// Lines that contain `text`.
pub(crate) fn lines_with(code: &str, text: &str) -> Vec<usize> {
    code.lines().enumerate().filter(|(_, line)| line.contains(text)).map(|(index, _)| index + 1).collect()
}

/// Where `path` begins a path: no identifier before it, and no `::` except that of an absolute path.
fn starts(code: &str, path: &str) -> Vec<usize> {
    code.match_indices(path)
        .map(|(index, _)| index)
        .filter(|&index| {
            let before = &code[..index];
            let before = match before.strip_suffix("::") {
                Some(qualified) if qualified.ends_with(is_identifier) || qualified.ends_with('>') => return false,
                Some(absolute) => absolute,
                None => before,
            };
            !before.ends_with(is_identifier)
        })
        .collect()
}

fn group_members(group: &str) -> Vec<&str> {
    let mut members = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    for (index, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                members.push(identifier(group[start..index].trim_start()));
                start = index + 1;
                if character == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    members.retain(|name| !name.is_empty());
    members
}

fn identifier(text: &str) -> &str {
    text.split(|character| !is_identifier(character)).next().unwrap_or_default()
}

fn is_identifier(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn line_of(code: &str, index: usize) -> usize {
    code[..index].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modules(text: &str) -> Vec<String> {
        named_after(&code(text), "crate::").into_iter().map(|named| named.name).collect()
    }

    #[test]
    fn single_paths_and_groups_over_several_lines_are_seen() {
        assert_eq!(modules("use crate::gateway::Gateway;\nlet x = crate::utc::Utc(t);"), ["gateway", "utc"]);
        assert_eq!(modules("use crate::{\n    a::{X, Y},\n    b,\n    c::d::Z as W,\n};"), ["a", "b", "c"]);
        assert_eq!(modules("pub(in crate::layer) fn f() {}"), ["layer"]);
    }

    #[test]
    fn comments_strings_and_tests_are_not_code() {
        assert!(modules("/// [`x`](crate::layer)\n// crate::layer\n/* crate::layer */").is_empty());
        assert!(modules("let a = \"crate::layer \\\" crate::layer\"; let b = r#\"crate::layer\"#;").is_empty());
        assert!(modules("#[cfg(test)]\nmod tests { use crate::layer::X; }").is_empty());
        assert_eq!(modules("let a = '\"'; use crate::layer::X; let b = '\"';"), ["layer"]);
    }

    #[test]
    fn lines_are_counted_from_one_and_survive_the_blanking() {
        let text = "// one\n\"two\nthree\"\nuse crate::layer::X;";
        assert_eq!(named_after(&code(text), "crate::"), [Named { name: "layer".to_owned(), line: 4 }]);
    }

    #[test]
    fn an_external_crate_is_told_from_a_module_of_the_same_name() {
        assert_eq!(lines_naming("use http::HeaderMap;\nfn f(_: http::Uri) {}", "http"), [1, 2]);
        assert_eq!(lines_naming("use ::tonic::Status;", "tonic"), [1]);
        assert_eq!(lines_naming("use tracing;", "tracing"), [1]);
        assert!(lines_naming("use crate::http::X; use my_http::X; use axum::http::X;", "http").is_empty());
    }
}
