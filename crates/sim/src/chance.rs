use std::ops::RangeInclusive;
use std::time::Duration;

/// Where all chance comes from: one seed, and always the same.
pub struct Chance(fastrand::Rng);

impl Chance {
    /// The chances of a seed.
    pub fn new(seed: u64) -> Self {
        Chance(fastrand::Rng::with_seed(seed))
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, times: u32) -> bool {
        self.0.u32(0..100) < times
    }

    /// A number of this range. An empty range gives its start.
    pub fn size(&mut self, range: RangeInclusive<usize>) -> usize {
        if range.is_empty() { *range.start() } else { self.0.usize(range) }
    }

    /// A length of time of this range, to the nanosecond. An empty range gives its start.
    pub fn duration(&mut self, range: RangeInclusive<Duration>) -> Duration {
        let nanoseconds = |length: &Duration| u64::try_from(length.as_nanos()).unwrap_or(u64::MAX);
        let (least, most) = (nanoseconds(range.start()), nanoseconds(range.end()));
        Duration::from_nanos(if most <= least { least } else { self.0.u64(least..=most) })
    }

    /// One of these; `None` where there is none.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        if from.is_empty() { None } else { from.get(self.0.usize(0..from.len())) }
    }

    /// Bytes of any value.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.0.fill(&mut bytes);
        bytes
    }
}
