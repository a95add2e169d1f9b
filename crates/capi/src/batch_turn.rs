//! A batch's loop, and what comes out of it.

use std::os::fd::AsRawFd;
use std::time::Duration;

use facade::Wait;

use crate::batch::sortie_batch;
use crate::error::sortie_error;
use crate::fault::Fault;
use crate::guard::{answer, guard};
use crate::lend::{out, outs};
use crate::outcome::sortie_outcome;
use crate::status::{SORTIE_EMPTY, SORTIE_OK, sortie_status};
use crate::values::SORTIE_NEVER;

/// Waits for something to happen, and does what follows from it; calls that have ended are told to their callbacks.
///
/// Returns at once when nothing is unfinished, or when outcomes wait to be taken.
///
/// Parameters: `wait_ms`: how long it may wait; 0 does not wait, `SORTIE_NEVER` waits as long as it takes.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_ARGUMENT`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`; `SORTIE_ERR_SYSTEM` where the
/// system's event queue has failed: all that was unfinished has ended with that error.
/// Threads: the batch's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_turn(
    batch: *const sortie_batch,
    wait_ms: i64,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        sortie_batch::within(batch, |work| {
            let wait = wait(wait_ms)?;
            work.turn(wait)
        })
    })
}

/// The next outcome, in the order in which calls ended; those that a callback is told are passed over.
///
/// Returns: `SORTIE_EMPTY` where there is none, and nothing is written; `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`,
/// `SORTIE_ERR_FORKED`.
/// Ownership: the response or the error in it is yours: free it.
/// Threads: the batch's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_take(
    batch: *const sortie_batch,
    outcome: *mut sortie_outcome,
    error: *mut *mut sortie_error,
) -> sortie_status {
    answer(error, || {
        sortie_batch::within(batch, |work| {
            let out = out(outcome, "outcome")?;
            let Some(outcome) = work.take() else { return Ok(SORTIE_EMPTY) };
            out.write(outcome);
            Ok(SORTIE_OK)
        })
    })
}

/// The next outcomes, as many as there are and there is room for.
///
/// Parameters: `outcomes`: room for `capacity` of them; `count`: how many were written, 0 where there are none.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_ARGUMENT`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
/// Ownership: the responses and errors in them are yours: free them.
/// Threads: the batch's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_take_many(
    batch: *const sortie_batch,
    outcomes: *mut sortie_outcome,
    capacity: usize,
    count: *mut usize,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        sortie_batch::within(batch, |work| {
            let (outs, count) = (outs(outcomes, capacity, "outcomes")?, out(count, "count")?);
            let mut taken = 0;
            for out in outs {
                let Some(outcome) = work.take() else { break };
                out.write(outcome);
                taken += 1;
            }
            count.write(taken);
            Ok(())
        })
    })
}

/// The descriptor that becomes readable when a turn is due, for a loop of your own.
///
/// Wait for it, and for `sortie_batch_timeout_ms`, whichever comes first; then turn, and take. It may be waited for
/// edge-triggered. Take it out of your loop before the batch is freed: it may stay open, and serve the session's next call.
///
/// Parameters: `fd`: stays the same until a turn fails. It is the library's: do not close it.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`; `SORTIE_ERR_SYSTEM` where the loop cannot be made.
/// Threads: the batch's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_fd(
    batch: *const sortie_batch,
    fd: *mut i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        sortie_batch::within(batch, |work| {
            let out = out(fd, "fd")?;
            out.write(work.batch().fd()?.as_raw_fd());
            Ok(())
        })
    })
}

/// How long a loop of your own may wait before it turns the batch, though its descriptor is quiet. Ask anew after each submit,
/// turn and take.
///
/// Parameters: `timeout_ms`: rounded up to whole milliseconds, as poll and epoll take it; 0 where there is work left, -1 where
/// nothing is awaited. May be early, never late.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
/// Threads: the batch's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_timeout_ms(
    batch: *const sortie_batch,
    timeout_ms: *mut i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        sortie_batch::within(batch, |work| {
            out(timeout_ms, "timeout_ms")?.write(milliseconds(work.next_deadline()));
            Ok(())
        })
    })
}

/// Reads how long a turn may wait.
fn wait(wait_ms: i64) -> Result<Wait, Fault> {
    match u64::try_from(wait_ms) {
        Ok(0) => Ok(Wait::Not),
        Ok(some) => Ok(Wait::UpTo(Duration::from_millis(some))),
        Err(_) if wait_ms == SORTIE_NEVER => Ok(Wait::Forever),
        Err(_) => Err(Fault::argument("wait_ms", format_args!("is {wait_ms}, which is no time"))),
    }
}

/// What poll and epoll take as a timeout.
fn milliseconds(limit: Option<Duration>) -> i32 {
    let Some(limit) = limit else { return -1 };
    i32::try_from(limit.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_that_is_no_time_is_a_fault() {
        assert_eq!(wait(0).unwrap(), Wait::Not);
        assert_eq!(wait(i64::MAX).unwrap(), Wait::UpTo(Duration::from_millis(i64::MAX as u64)));
        assert_eq!(wait(SORTIE_NEVER).unwrap(), Wait::Forever);
        assert!(matches!(wait(-2), Err(Fault::Argument("wait_ms", _))));
    }

    #[test]
    fn timeouts_are_rounded_up() {
        assert_eq!(milliseconds(None), -1);
        assert_eq!(milliseconds(Some(Duration::ZERO)), 0);
        assert_eq!(milliseconds(Some(Duration::from_nanos(1))), 1);
        assert_eq!(milliseconds(Some(Duration::from_millis(7))), 7);
        assert_eq!(milliseconds(Some(Duration::MAX)), i32::MAX);
    }
}
