use std::collections::BTreeMap;

use super::line::{Line, Mode};
use crate::authorization::path::{PathPattern, Segment, decoded};

/// The lines of a table by the segments of their paths.
#[derive(Debug, Default)]
pub(super) struct Tree {
    literals: BTreeMap<Box<str>, Tree>,
    one: Option<Box<Tree>>,
    /// Lines whose path ends here.
    here: Vec<Line>,
    /// Lines whose path ends in `**` here.
    tail: Vec<Line>,
}

/// Which lines are looked for.
#[derive(Clone, Copy)]
pub(super) enum Lookup {
    Enforced,
    Shadow,
}

impl Tree {
    pub(super) fn insert(&mut self, pattern: &PathPattern, line: Line) {
        let mut node = self;
        for segment in pattern.segments() {
            node = match segment {
                Segment::Literal(text) => node.literals.entry(text.clone()).or_default(),
                Segment::One(_) => node.one.get_or_insert_default(),
                Segment::Tail => return node.tail.push(line),
            };
        }
        node.here.push(line);
    }

    /// Every line.
    pub(super) fn collect<'t>(&'t self, lines: &mut Vec<&'t Line>) {
        lines.extend(self.here.iter().chain(&self.tail));
        self.literals.values().chain(self.one.as_deref()).for_each(|tree| tree.collect(lines));
    }

    /// The lines of the most specific path that matches: from left to right, a segment as it is goes before `{name}`,
    /// and that before `**`.
    ///
    /// Each node is visited at most once, since it stands at one depth; the depth is that of the longest pattern.
    pub(super) fn find<'t, 'p>(
        &'t self,
        mut segments: impl Iterator<Item = &'p str> + Clone,
        lookup: Lookup,
    ) -> Option<&'t [Line]> {
        let own = |lines: &'t [Line]| lines.iter().any(|line| lookup.wants(line)).then_some(lines);
        let Some(segment) = segments.next() else {
            return own(&self.here).or_else(|| own(&self.tail));
        };
        let segment = decoded(segment)?;
        let literal = || find_below(self.literals.get(&*segment), segments.clone(), lookup);
        let one = || find_below(self.one.as_deref().filter(|_| !segment.is_empty()), segments.clone(), lookup);
        literal().or_else(one).or_else(|| own(&self.tail))
    }
}

fn find_below<'t, 'p>(
    tree: Option<&'t Tree>,
    segments: impl Iterator<Item = &'p str> + Clone,
    lookup: Lookup,
) -> Option<&'t [Line]> {
    tree?.find(segments, lookup)
}

impl Lookup {
    pub(super) fn wants(self, line: &Line) -> bool {
        matches!((self, line.mode), (Self::Enforced, Mode::Enforced) | (Self::Shadow, Mode::Shadow))
    }
}
