//! What a run did, and its cost in time and memory.

use std::fmt;

use crate::line::Quotient;
use crate::{Line, Spent, Tally};

/// What a run did and what it cost. Displayed as one line of JSON, without its end:
///
/// `requests`, `ok` (responses with status 200), `bytes` (of content), `wall_s`, `cpu_s`, `us_cpu_per_request`,
/// `requests_per_s`, `peak_rss_kib`. A quotient by nothing is `null`.
#[derive(Clone, Debug)]
pub struct Report {
    /// How many requests there were to send.
    pub requests: usize,
    /// How they ended.
    pub tally: Tally,
    /// What they cost.
    pub spent: Spent,
}

impl Line for Report {
    fn requests(&self) -> usize {
        self.requests
    }

    fn tally(&self) -> &Tally {
        &self.tally
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (wall_s, cpu_s) = (self.spent.wall.as_secs_f64(), self.spent.cpu.as_secs_f64());
        let requests = self.requests as f64;
        write!(f, "{{\"requests\":{},\"ok\":{},", self.requests, self.tally.ok())?;
        write!(f, "\"bytes\":{},\"wall_s\":{wall_s:.6},\"cpu_s\":{cpu_s:.6},", self.tally.bytes())?;
        write!(f, "\"us_cpu_per_request\":{},", Quotient(cpu_s * 1e6, requests))?;
        write!(f, "\"requests_per_s\":{},", Quotient(requests, wall_s))?;
        write!(f, "\"peak_rss_kib\":{}}}", self.spent.peak_rss_kib)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn report(requests: usize) -> Report {
        let mut tally = Tally::default();
        (0..requests).for_each(|index| tally.add(index, 200, 100));
        let spent = Spent { wall: Duration::from_millis(500), cpu: Duration::from_millis(25), peak_rss_kib: 4096 };
        Report { requests, tally, spent }
    }

    #[test]
    fn the_line_is_json() {
        let line: serde_json::Value = serde_json::from_str(&report(4000).to_string()).unwrap();
        let expected = serde_json::json!({
            "requests": 4000, "ok": 4000, "bytes": 400_000, "wall_s": 0.5, "cpu_s": 0.025,
            "us_cpu_per_request": 6.25, "requests_per_s": 8000.0, "peak_rss_kib": 4096,
        });
        assert_eq!(line, expected);
    }

    #[test]
    fn the_cost_of_one_of_none_is_null() {
        let line: serde_json::Value = serde_json::from_str(&report(0).to_string()).unwrap();
        assert!(line["us_cpu_per_request"].is_null());
        assert_eq!(line["requests_per_s"], 0.0);
    }
}
