//! What a run did, and its cost in allocations.

use std::fmt;

use crate::line::Quotient;
use crate::{Line, Tally};

/// What was asked of the allocator; nothing that was given back is taken off.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Allocated {
    /// How often memory was allocated, or a block made larger or smaller.
    pub count: u64,
    /// How much, in bytes: of a block that was changed its whole new size.
    pub bytes: u64,
}

/// Allocations of a run. Displayed as one line of JSON, without its end:
///
/// `requests`, `ok` (responses with status 200), `bytes` (of content), `allocations`, `allocated_bytes`,
/// `allocations_per_request`, which is `null` for no request. What the program does once is among them.
#[derive(Clone, Debug)]
pub struct HeapReport {
    /// How many requests there were to send.
    pub requests: usize,
    /// How they ended.
    pub tally: Tally,
    /// What they allocated.
    pub allocated: Allocated,
}

impl Line for HeapReport {
    fn requests(&self) -> usize {
        self.requests
    }

    fn tally(&self) -> &Tally {
        &self.tally
    }
}

impl fmt::Display for HeapReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Allocated { count, bytes } = self.allocated;
        write!(f, "{{\"requests\":{},\"ok\":{},", self.requests, self.tally.ok())?;
        write!(f, "\"bytes\":{},\"allocations\":{count},\"allocated_bytes\":{bytes},", self.tally.bytes())?;
        write!(f, "\"allocations_per_request\":{}}}", Quotient(count as f64, self.requests as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_json() {
        let mut tally = Tally::default();
        tally.add(0, 200, 100);
        tally.add(1, 404, 7);
        let report = HeapReport { requests: 2, tally, allocated: Allocated { count: 9, bytes: 1234 } };
        let line: serde_json::Value = serde_json::from_str(&report.to_string()).unwrap();
        let expected = serde_json::json!({
            "requests": 2, "ok": 1, "bytes": 107, "allocations": 9, "allocated_bytes": 1234, "allocations_per_request": 4.5,
        });
        assert_eq!(line, expected);
    }

    #[test]
    fn the_allocations_of_one_of_none_are_null() {
        let report = HeapReport { requests: 0, tally: Tally::default(), allocated: Allocated::default() };
        let line: serde_json::Value = serde_json::from_str(&report.to_string()).unwrap();
        assert!(line["allocations_per_request"].is_null());
    }
}
