//! Reads the configuration out of the page that users copy it from.

use std::fs;
use std::path::Path;

/// The `index`th fenced block of that language on a page in `docs/gateways`.
pub(crate) fn block(page: &str, language: &str, index: usize) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/gateways").join(page);
    let text = fs::read_to_string(&path).unwrap();
    let opening = format!("```{language}\n");
    let after = text.split(&opening).nth(index + 1).expect("the page has such a block");
    after.split_once("\n```").expect("the block ends").0.to_owned()
}

/// Replaces what a user would replace; each text has to be there, so that page and test cannot drift apart.
pub(crate) fn filled_in(block: &str, replacements: &[(&str, &str)]) -> String {
    let mut filled = block.to_owned();
    for (placeholder, value) in replacements {
        assert!(filled.contains(placeholder), "the page no longer has {placeholder:?}");
        filled = filled.replace(placeholder, value);
    }
    filled
}
