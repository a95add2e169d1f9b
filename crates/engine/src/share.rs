//! The share of calls that may be tried again.

/// How many calls were submitted, and how many retries there were.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Share {
    pub(crate) submitted: u64,
    retried: u64,
}

impl Share {
    /// Takes one more retry, if there may be one.
    pub(crate) fn take(&mut self, per_thousand: Option<u32>) -> bool {
        let fits = |share: u32| (self.retried + 1).saturating_mul(1_000) <= self.submitted.saturating_mul(share.into());
        let may = per_thousand.is_none_or(fits);
        self.retried += u64::from(may);
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_of_the_calls_that_were_submitted() {
        let mut share = Share { submitted: 9, retried: 0 };
        assert!(!share.take(Some(100)), "no whole one");
        share.submitted = 20;
        let taken = (0..5).filter(|_| share.take(Some(100))).count();
        assert_eq!(taken, 2);
        assert!(!share.take(Some(0)) && share.take(None));
    }
}
