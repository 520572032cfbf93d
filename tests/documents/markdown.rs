//! As much of Markdown as the documents use.

/// One document.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// From the root of the repository, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// A fenced block.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) language: String,
    pub(crate) text: String,
    /// Of its opening fence, counted from 1.
    pub(crate) line: usize,
}

impl Page {
    pub(crate) fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let mut is_open = false;
        for (index, line) in self.text.lines().enumerate() {
            match line.strip_prefix("```") {
                Some(_) if is_open => is_open = false,
                Some(language) => {
                    is_open = true;
                    blocks.push(Block { language: language.to_owned(), text: String::new(), line: index + 1 });
                }
                None if is_open => {
                    let text = &mut blocks.last_mut().unwrap().text;
                    text.push_str(line);
                    text.push('\n');
                }
                None => {}
            }
        }
        assert!(!is_open, "{}: a block does not end", self.path);
        blocks
    }

    /// The text without fenced blocks, with as many lines.
    pub(crate) fn prose(&self) -> String {
        let mut is_open = false;
        let keep = |line: &str| {
            let is_fence = line.starts_with("```");
            is_open ^= is_fence;
            if is_open || is_fence { String::new() } else { line.to_owned() }
        };
        self.text.lines().map(keep).collect::<Vec<_>>().join("\n")
    }

    /// What `#...` can name, as GitHub makes it of headings.
    pub(crate) fn anchors(&self) -> Vec<String> {
        let prose = self.prose();
        let headings = prose.lines().filter(|line| line.starts_with('#'));
        headings.map(|line| anchor(line.trim_start_matches('#').trim())).collect()
    }

    /// Targets of links, and their lines.
    pub(crate) fn links(&self) -> Vec<(usize, String)> {
        let prose = self.prose();
        let mut links = Vec::new();
        for (at, _) in prose.match_indices("](") {
            let target = prose[at + 2..].split(')').next().unwrap();
            links.push((prose[..at].lines().count(), target.to_owned()));
        }
        links
    }
}

fn anchor(heading: &str) -> String {
    let is_kept = |character: &char| character.is_alphanumeric() || matches!(character, '-' | '_' | ' ');
    heading.chars().filter(is_kept).collect::<String>().to_lowercase().replace(' ', "-")
}

#[test]
fn headings_are_named_as_github_does() {
    let page =
        Page { path: String::new(), text: "# What is it, `Foo::bar`?\n```sh\n# not this\n```\n## A b\n".to_owned() };
    assert_eq!(page.anchors(), ["what-is-it-foobar", "a-b"]);
}

#[test]
fn blocks_and_links_are_found_with_their_lines() {
    let text = "[a](b.md#c)\n\n```sh\nrun [x](y)\n```\n\n[c\nd](e.md)\n";
    let page = Page { path: String::new(), text: text.to_owned() };
    let blocks = page.blocks();
    assert_eq!((blocks.len(), blocks[0].line, blocks[0].text.as_str()), (1, 3, "run [x](y)\n"));
    assert_eq!(page.links(), [(1, "b.md#c".to_owned()), (8, "e.md".to_owned())]);
}
