//! Lines and keys of what is wrong in a TOML document.

use toml::de::{DeTable, DeValue};

use super::key::{Key, Step};

/// A place in a text, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// The place of an offset in bytes.
pub(super) fn place_of(text: &str, offset: usize) -> Place {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    Place { line: before.matches('\n').count() + 1, column }
}

/// The place of a key, or of the nearest table around it that is there.
pub(super) fn place_of_key(text: &str, key: &Key) -> Option<Place> {
    let document = DeTable::parse(text).ok()?;
    let mut offset = None;
    let mut table = Some(document.get_ref());
    let mut array = None;
    for step in key.steps() {
        let value = match step {
            Step::Field(name) => {
                let entry = table.and_then(|table| table.get_key_value(name.as_str()));
                let Some((name, value)) = entry else { break };
                offset = Some(name.span().start);
                value
            }
            Step::Index(index) => {
                let Some(value) = array.and_then(|array: &[_]| array.get(*index)) else { break };
                offset = Some(toml::Spanned::span(value).start);
                value
            }
        };
        (table, array) = match value.get_ref() {
            DeValue::Table(inner) => (Some(inner), None),
            DeValue::Array(inner) => (None, Some(&**inner)),
            _ => (None, None),
        };
    }
    offset.map(|offset| place_of(text, offset))
}

/// The key of the innermost value at an offset; `None` where the text is no TOML.
pub(super) fn key_at(text: &str, offset: usize) -> Option<Key> {
    let document = DeTable::parse(text).ok()?;
    let mut best = (0, Key::default());
    descend(document.get_ref(), offset, &Key::default(), &mut best);
    Some(best.1).filter(|key| !key.steps().is_empty())
}

/// Takes the key whose own text, or else whose value, is the last to begin before the offset. Tables that are written
/// in several pieces have no span that holds all of them.
fn descend(table: &DeTable<'_>, offset: usize, above: &Key, best: &mut (usize, Key)) {
    for (name, value) in table {
        let key = above.field(name.get_ref());
        consider(name.span().start, offset, &key, best);
        descend_value(value, offset, &key, best);
    }
}

fn descend_value(value: &toml::Spanned<DeValue<'_>>, offset: usize, key: &Key, best: &mut (usize, Key)) {
    match value.get_ref() {
        DeValue::Table(inner) => descend(inner, offset, key, best),
        DeValue::Array(inner) => {
            for (index, element) in inner.iter().enumerate() {
                let key = key.index(index);
                consider(element.span().start, offset, &key, best);
                descend_value(element, offset, &key, best);
            }
        }
        _ => {}
    }
}

fn consider(start: usize, offset: usize, key: &Key, best: &mut (usize, Key)) {
    if start <= offset && start >= best.0 {
        *best = (start, key.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[[gateway]]\nkind = \"nginx\"\n\n[[gateway]]\naddresses = [\n  \"10.1.0.0/24\",\n  \"x\",\n]\n\
                        [validation]\nmax_depth = 0\n";

    #[test]
    fn a_key_is_found_by_its_line_and_column() {
        let key = Key::top("gateway").index(1).field("addresses").index(1);
        assert_eq!(key.to_string(), "gateway[1].addresses[1]");
        assert_eq!(place_of_key(TEXT, &key), Some(Place { line: 7, column: 3 }));
        let key = Key::top("validation").field("max_depth");
        assert_eq!(place_of_key(TEXT, &key), Some(Place { line: 10, column: 1 }));
    }

    #[test]
    fn a_key_that_is_missing_is_told_by_the_table_it_is_missing_from() {
        let key = Key::top("gateway").index(1).field("kind");
        assert_eq!(place_of_key(TEXT, &key).map(|place| place.line), Some(4));
        assert_eq!(place_of_key(TEXT, &Key::top("anchors")), None);
    }

    #[test]
    fn an_offset_is_told_by_its_key() {
        let key = |text: &str| key_at(TEXT, TEXT.find(text).unwrap()).map(|key| key.to_string());
        assert_eq!(key("kind").as_deref(), Some("gateway[0].kind"));
        assert_eq!(key("\"nginx\"").as_deref(), Some("gateway[0].kind"));
        assert_eq!(key("\"x\"").as_deref(), Some("gateway[1].addresses[1]"));
        assert_eq!(key("max_depth").as_deref(), Some("validation.max_depth"));
        assert_eq!(key_at("x = ", 0), None);
    }
}
