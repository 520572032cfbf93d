use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Chance, so that many replicas do not all ask at one moment. Nothing secret depends on it.
#[derive(Debug, Default)]
pub(crate) struct Chance {
    /// Seeded by the operating system.
    hasher: RandomState,
    drawn: AtomicU64,
    #[cfg(test)]
    fixed: Option<u32>,
}

impl Chance {
    /// Always the same part, in thousandths.
    #[cfg(test)]
    pub(crate) fn fixed(thousandths: u32) -> Self {
        Self { fixed: Some(thousandths), ..Self::default() }
    }

    /// Some part of a duration, from none of it to nearly all.
    pub(crate) fn part_of(&self, whole: Duration) -> Duration {
        let thousandths = u32::try_from(self.draw() % THOUSAND).unwrap_or_default();
        #[cfg(test)]
        let thousandths = self.fixed.unwrap_or(thousandths);
        whole / 1000 * thousandths
    }

    fn draw(&self) -> u64 {
        self.hasher.hash_one(self.drawn.fetch_add(1, Ordering::Relaxed))
    }
}

const THOUSAND: u64 = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_spread_and_never_more_than_the_whole() {
        let chance = Chance::default();
        let whole = Duration::from_secs(10);
        let parts: Vec<_> = (0..1000).map(|_| chance.part_of(whole)).collect();
        assert!(parts.iter().all(|part| *part < whole));
        for (low, high) in [(0, 3), (3, 6), (6, 10)] {
            let between = |part: &&Duration| (low..high).contains(&part.as_secs());
            assert!(parts.iter().filter(between).count() > 100);
        }
        assert_eq!(Chance::fixed(500).part_of(whole), Duration::from_secs(5));
    }
}
