use std::fmt::{Display, Write as _};

/// A page in the making. Markup is what stands in this source; everything else is text, and made inert.
#[derive(Debug, Default)]
pub(super) struct Html(String);

impl Html {
    /// Appends markup of ours.
    pub(super) fn markup(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Appends text of anybody's.
    pub(super) fn text(&mut self, text: impl Display) -> &mut Self {
        for (shown, character) in text.to_string().chars().enumerate() {
            if shown == MAX_SHOWN_CHARACTERS {
                return self.markup("\u{2026}");
            }
            match character {
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '&' => self.0.push_str("&amp;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                ' ' => self.0.push(' '),
                _ if is_unseen(character) => {
                    self.0.push_str("<span class=\"unseen\">U+");
                    // Writing to a string does not fail.
                    let _written = write!(self.0, "{:04X}", u32::from(character));
                    self.0.push_str("</span>");
                }
                _ => self.0.push(character),
            }
        }
        self
    }

    /// Appends text that may run in either direction and must not take its surroundings along.
    pub(super) fn name(&mut self, text: impl Display) -> &mut Self {
        self.markup("<bdi>").text(text).markup("</bdi>")
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}

/// Characters that show nothing, or that change how others are shown: controls, blanks other than the space, and the
/// format characters of Unicode 16 (general category Cf), fillers and variation selectors.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || character.is_whitespace()
        || UNSEEN.iter().any(|&(first, last)| (first..=last).contains(&character))
}

const UNSEEN: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{e000}', '\u{f8ff}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{ffff}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{10ffff}'),
];

/// Characters of one text that are shown before it is cut.
const MAX_SHOWN_CHARACTERS: usize = 1_024;

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mut html = Html::default();
        html.text(text);
        html.into_string()
    }

    #[test]
    fn markup_in_text_is_text() {
        assert_eq!(
            shown("<script>alert(\"1\")</script> & 'x'"),
            "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;"
        );
    }

    #[test]
    fn what_cannot_be_seen_is_shown_by_its_number() {
        let span = |number: &str| format!("<span class=\"unseen\">U+{number}</span>");
        for (text, number) in [
            ("\u{202e}", "202E"),
            ("\n", "000A"),
            ("\0", "0000"),
            ("\u{200b}", "200B"),
            ("\u{a0}", "00A0"),
            ("\u{feff}", "FEFF"),
            ("\u{e0041}", "E0041"),
            ("\u{85}", "0085"),
        ] {
            assert_eq!(shown(text), span(number), "{number}");
        }
    }

    #[test]
    fn names_in_every_script_stay_as_they_are() {
        for text in ["Škoda Auto a.s.", "Zürcher Käse AG", "株式会社", "شركة", "חברה", "Ελλάδα"] {
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(shown(&"x".repeat(2_000)).chars().count(), 1_025);
    }
}
