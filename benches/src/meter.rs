//! The clocks of a measurement.

use std::fs;
use std::io;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::Error;

/// Measures from [`start`](Self::start) to [`stop`](Self::stop).
#[derive(Clone, Copy, Debug)]
pub struct Meter {
    began: Instant,
    cpu: Duration,
}

/// What was spent between start and stop.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Spent {
    /// Time that passed.
    pub wall: Duration,
    /// User and system time of the process, all its threads.
    pub cpu: Duration,
    /// The most memory that the process had resident so far, since before the start too, in KiB.
    pub peak_rss_kib: u64,
}

impl Meter {
    /// Reads both clocks.
    #[expect(clippy::disallowed_methods, reason = "it measures")]
    pub fn start() -> Self {
        Meter { began: Instant::now(), cpu: cpu() }
    }

    /// Reads both clocks again, then the peak of the memory. What was measured should still be alive for the latter to
    /// mean something.
    ///
    /// Fails where the system does not tell the peak (`VmHWM` of `/proc/self/status`).
    pub fn stop(self) -> Result<Spent, Error> {
        let (wall, cpu) = (self.began.elapsed(), cpu().saturating_sub(self.cpu));
        Ok(Spent { wall, cpu, peak_rss_kib: peak_rss_kib()? })
    }
}

fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or_default();
    Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), nanoseconds)
}

/// Not `getrusage`: its peak outlives `exec`, so that a small program under a large shell would show the shell's.
fn peak_rss_kib() -> Result<u64, Error> {
    let status = fs::read_to_string("/proc/self/status").map_err(|source| Error::Memory { source })?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok())
        .ok_or_else(|| Error::Memory { source: io::ErrorKind::Unsupported.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_was_touched_is_in_the_peak() {
        let before = peak_rss_kib().unwrap();
        let block = vec![1_u8; 32 << 20];
        let spent = Meter::start().stop().unwrap();
        assert!(spent.peak_rss_kib >= (32 << 10) && spent.peak_rss_kib >= before, "{spent:?} after {before}");
        assert_eq!(block.len(), 32 << 20);
    }

    #[test]
    fn work_costs_processor_time() {
        let meter = Meter::start();
        while cpu() <= meter.cpu {}
        assert!(meter.stop().unwrap().cpu > Duration::ZERO);
    }
}
