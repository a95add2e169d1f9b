//! The outcomes, counted.

use std::error::Error as StdError;
use std::fmt::Write;

/// Counts outcomes and remembers how the first few that were not 200 ended.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    ok: usize,
    bytes: u64,
    failures: Vec<String>,
}

/// How many failures are told one by one.
const TOLD: usize = 5;

impl Tally {
    /// Counts the response to the request `index`, counted from 0, with `length` bytes of content.
    pub fn add(&mut self, index: usize, status: u16, length: usize) {
        self.bytes += length as u64;
        if status == 200 {
            self.ok += 1;
        } else {
            self.tell(|| format!("request {index}: status {status}"));
        }
    }

    /// Counts the request `index` as failed.
    pub fn fail(&mut self, index: usize, error: &dyn StdError) {
        self.tell(|| format!("request {index}: {}", chain(error)));
    }

    /// How many responses had the status 200.
    pub fn ok(&self) -> usize {
        self.ok
    }

    /// The content of all responses together, in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How the first few that were not 200 ended, at most five, in the order in which they were counted.
    pub fn failures(&self) -> &[String] {
        &self.failures
    }

    fn tell(&mut self, failure: impl FnOnce() -> String) {
        if self.failures.len() < TOLD {
            self.failures.push(failure());
        }
    }
}

/// An error and all its sources in one line.
pub(crate) fn chain(error: &dyn StdError) -> String {
    let mut line = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let _ = write!(line, ": {source}");
        next = source.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::Error;

    #[test]
    fn only_200_is_ok_and_every_content_counts() {
        let mut tally = Tally::default();
        tally.add(0, 200, 100);
        tally.add(1, 204, 0);
        tally.add(2, 404, 9);
        assert_eq!((tally.ok(), tally.bytes()), (1, 109));
        assert_eq!(tally.failures(), ["request 1: status 204", "request 2: status 404"]);
    }

    #[test]
    fn a_failure_is_told_with_its_causes() {
        let mut tally = Tally::default();
        tally.fail(7, &Error::Connect { source: io::Error::other("no route") });
        assert_eq!(tally.failures(), ["request 7: cannot connect: no route"]);
    }

    #[test]
    fn only_the_first_few_failures_are_told() {
        let mut tally = Tally::default();
        (0..1000).for_each(|index| tally.add(index, 500, 1));
        assert_eq!((tally.failures().len(), tally.bytes()), (5, 1000));
        assert_eq!(tally.failures()[4], "request 4: status 500");
    }
}
