use std::time::{Duration, SystemTime};

/// A moment: nanoseconds since the engine began. Read once a turn, by the driver.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Time(pub u64);

impl Time {
    /// The moment `later` after this one; the end of time where that is past it.
    #[must_use]
    pub fn after(self, later: Duration) -> Self {
        Time(self.0.saturating_add(u64::try_from(later.as_nanos()).unwrap_or(u64::MAX)))
    }

    /// How long after `earlier` this is; nothing where it is before it.
    pub fn since(self, earlier: Time) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// What the clock on the wall says, if it said `at_zero` at moment 0.
    pub(crate) fn wall(self, at_zero: SystemTime) -> SystemTime {
        at_zero.checked_add(Duration::from_nanos(self.0)).unwrap_or(at_zero)
    }
}
