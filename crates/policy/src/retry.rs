//! Retries: whether a request goes again after what went wrong, and when.

use std::time::Duration;

use sortie_http::{PreparedRequest, StatusCode};

use crate::verdict::{Course, Seen, Verdict};
use crate::{Policy, is_idempotent, retry_after};

/// Whether, how often and when a call goes again: after a failure of the network, or after a status that says that the
/// server could not do it now.
///
/// Off by default. Only idempotent methods go again (RFC 9110, section 9.2.2), unless [`any_method`](Self::any_method) says
/// otherwise or nothing of the request was sent; and only a body that can be sent again does.
///
/// | wait | is |
/// |---|---|
/// | the first | [`backoff`](Self::backoff) |
/// | each later one | twice the one before, at most [`max_wait`](Self::max_wait) |
/// | of all of them | shortened by chance, by up to [`jitter`](Self::jitter) percent |
/// | with Retry-After | as long as that says, if it is longer; if that is more than `max_wait`, the response is the answer |
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Retries {
    /// How often at most, in a call. Default: 0, never.
    pub count: u32,
    /// After which statuses. Default: 429, 502, 503 and 504.
    pub statuses: Vec<u16>,
    /// Whether after failures of the network too: no address, no connection, a connection that broke or timed out. Default: yes.
    pub failures: bool,
    /// Whether whatever the method is. Default: no; then the server may do twice what should be done once.
    pub any_method: bool,
    /// How long to wait before the first. Default: 0.5 s.
    pub backoff: Duration,
    /// How long to wait at the most. Default: 60 s.
    pub max_wait: Duration,
    /// How many percent of a wait are left to chance, so that many do not come back at once. Default: 50; more than 100 is 100.
    pub jitter: u8,
}

/// An exchange that brought no response.
#[derive(Clone, Copy, Debug)]
pub struct Failed<'a> {
    /// What was to be sent.
    pub request: &'a PreparedRequest,
    /// Whether any byte of it may have been written.
    pub written: bool,
    /// How far the call had come.
    pub course: Course,
    /// Any number: what the wait is chosen by.
    pub chance: u64,
}

impl Retries {
    /// So many of them, and the defaults for the rest.
    pub fn new(count: u32) -> Self {
        Retries { count, ..Retries::default() }
    }

    /// How long to wait after so many retries.
    fn wait(&self, retries: u32, chance: u64) -> Duration {
        let doubled = self.backoff.saturating_mul(1_u32.checked_shl(retries).unwrap_or(u32::MAX));
        let whole = doubled.min(self.max_wait);
        let most = whole.as_nanos().saturating_mul(self.jitter.min(100).into()) / 100;
        let most = u64::try_from(most).unwrap_or(u64::MAX);
        whole.saturating_sub(Duration::from_nanos(if most == 0 { 0 } else { chance % most }))
    }
}

/// When an exchange that brought no response is tried again, by [`Policy::retries`]; `None` for never.
///
/// To tell what may be different the next time is the caller's part: a timeout may, a refused certificate not.
pub fn retry(policy: &Policy, failed: &Failed<'_>) -> Option<Duration> {
    let retries = &policy.retries;
    let goes = retries.failures
        && failed.course.retries < retries.count
        && (!failed.written || may_repeat(policy, failed.request))
        && failed.request.body().is_whole();
    goes.then(|| retries.wait(failed.course.retries, failed.chance))
}

/// `None` where the status asks for nothing.
pub(crate) fn judge(policy: &Policy, seen: &Seen<'_>) -> Option<Verdict> {
    let retries = &policy.retries;
    if seen.course.retries >= retries.count || !retries.has(seen.status) {
        return None;
    }
    if !may_repeat(policy, seen.request) || !seen.request.body().is_whole() {
        return None;
    }
    let asked = retry_after(seen.headers, seen.now).unwrap_or_default();
    let wait = retries.wait(seen.course.retries, seen.chance).max(asked);
    (asked <= retries.max_wait).then_some(Verdict::Wait(wait))
}

fn may_repeat(policy: &Policy, request: &PreparedRequest) -> bool {
    policy.retries.any_method || is_idempotent(request.method())
}

impl Retries {
    fn has(&self, status: StatusCode) -> bool {
        self.statuses.contains(&status.as_u16())
    }
}

/// So many of them, and the defaults for the rest.
impl From<u32> for Retries {
    fn from(count: u32) -> Self {
        Retries::new(count)
    }
}

impl Default for Retries {
    fn default() -> Self {
        Retries {
            count: 0,
            statuses: vec![429, 502, 503, 504],
            failures: true,
            any_method: false,
            backoff: Duration::from_millis(500),
            max_wait: Duration::from_secs(60),
            jitter: 50,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_that_is_longer_than_can_be_counted_is_no_fault() {
        let retries = Retries { backoff: Duration::MAX, max_wait: Duration::MAX, jitter: 100, ..Retries::new(9) };
        for chance in [0, 1, u64::MAX] {
            assert!(retries.wait(8, chance) >= Duration::from_secs(1), "{chance}");
        }
    }
}
