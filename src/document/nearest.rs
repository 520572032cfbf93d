//! The known name that a misspelt one was probably meant to be.

/// The nearest of the known names, unless all are too far away.
pub(crate) fn nearest<'a>(found: &str, known: &[&'a str]) -> Option<&'a str> {
    let nearest = known.iter().copied().min_by_key(|known| distance(known, found))?;
    // Of short names, most differ by a few letters without being alike.
    let allowed = MAX_DISTANCE.min(nearest.len().max(found.len()) / 2);
    (distance(nearest, found) <= allowed).then_some(nearest)
}

/// How many letters must be added, taken away or replaced. Both texts are cut: names of fields are short.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(MAX_COMPARED_CHARACTERS).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, character) in one.chars().take(MAX_COMPARED_CHARACTERS).enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        let mut next = vec![left];
        for (place, compared) in other.iter().enumerate() {
            let above = row.get(place + 1).copied().unwrap_or(left);
            let replaced = diagonal + usize::from(character != *compared);
            left = replaced.min(above + 1).min(left + 1);
            next.push(left);
            diagonal = above;
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

/// Letters by which a misspelt field may differ from the one that is proposed.
const MAX_DISTANCE: usize = 4;
/// Letters of a field that are compared.
const MAX_COMPARED_CHARACTERS: usize = 48;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_proposed_that_shares_less_than_half_with_what_stands_there() {
        assert_eq!(nearest("adresses", &["addresses", "anchors"]), Some("addresses"));
        assert_eq!(nearest("pat", &["path"]), Some("path"));
        assert_eq!(nearest("x", &["y"]), None);
        assert_eq!(nearest("abc", &["axy"]), None);
        assert_eq!(nearest("abcdefgh", &["abcdvwxy"]), Some("abcdvwxy"));
        assert_eq!(nearest("abcdefghij", &["abcdevwxyz"]), None);
        assert_eq!(nearest("abc", &[]), None);
    }

    #[test]
    fn distances_are_those_of_levenshtein() {
        for (one, other, letters) in [
            ("", "", 0),
            ("a", "", 1),
            ("organization", "organisation", 1),
            ("path", "paht", 2),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!((distance(one, other), distance(other, one)), (letters, letters), "{one} {other}");
        }
    }
}
