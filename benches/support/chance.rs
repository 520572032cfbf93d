//! Numbers that look like chance and are the same in every run.

/// `SplitMix64` (Steele, Lea and Flood 2014).
#[derive(Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next_u64() % u64::try_from(bound).unwrap()).unwrap()
    }

    /// Every number below a bound once, in any order.
    pub(crate) fn shuffled(&mut self, bound: usize) -> Vec<usize> {
        let mut numbers: Vec<_> = (0..bound).collect();
        for last in (1..bound).rev() {
            numbers.swap(last, self.below(last + 1));
        }
        numbers
    }

    /// Draws of numbers below a bound, the number `n` with a weight of `1 / (n + 1)` (Zipf's law).
    pub(crate) fn zipf(&mut self, bound: usize, draws: usize) -> Vec<usize> {
        let weights = zipf_weights(bound);
        let sums: Vec<f64> = weights
            .scan(0.0, |sum, weight| {
                *sum += weight;
                Some(*sum)
            })
            .collect();
        let whole = sums[bound - 1];
        let mut draw = || {
            let share = f64::from(u32::try_from(self.next_u64() >> 32).unwrap()) / f64::from(u32::MAX);
            sums.partition_point(|sum| *sum < share * whole).min(bound - 1)
        };
        (0..draws).map(|_| draw()).collect()
    }
}

/// The weights of Zipf's law, the greatest first; their sum is not 1.
pub(crate) fn zipf_weights(bound: usize) -> impl Iterator<Item = f64> {
    (1..=u32::try_from(bound).unwrap()).map(|rank| 1.0 / f64::from(rank))
}
