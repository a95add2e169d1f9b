//! What a batch is held to. All of it may be said while calls are under way, and holds from the next turn on.

use std::ffi::c_void;

use crate::batch::sortie_batch;
use crate::cancel::sortie_cancel;
use crate::context::{Context, sortie_drop};
use crate::error::sortie_error;
use crate::fault::Fault;
use crate::guard::guard;
use crate::progress::{Report, sortie_progress_callback};
use crate::status::sortie_status;
use crate::values::{known, limit};

/// How many connections there may be at the same time, in all and to one origin.
///
/// Parameters: `most`: 0 counts as 1. Default: the session's limits, which are 128 in all and 16 an origin.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
/// Threads: the batch's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_set_concurrency(
    batch: *const sortie_batch,
    most: usize,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        sortie_batch::within(batch, |work| {
            work.limit(|batch| batch.concurrency(most));
            Ok(())
        })
    })
}

/// How many connections to one origin there may be at the same time.
///
/// Parameters: `most`: 0 counts as 1. Default: as many as `sortie_batch_set_concurrency` says, and else the session's limit.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
/// Threads: the batch's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_set_per_origin(
    batch: *const sortie_batch,
    most: usize,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        sortie_batch::within(batch, |work| {
            work.limit(|batch| batch.per_origin(most));
            Ok(())
        })
    })
}

/// Bounds the whole batch, from its first request on: what is unfinished then, or comes later, ends with
/// `SORTIE_ERR_DEADLINE`.
///
/// Parameters: `deadline_ms`: `SORTIE_NEVER` lifts one that has not passed. Default: never.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_ARGUMENT`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
/// Threads: the batch's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_set_deadline_ms(
    batch: *const sortie_batch,
    deadline_ms: i64,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        sortie_batch::within(batch, |work| {
            let deadline = limit(deadline_ms, "deadline_ms")?;
            work.limit(|batch| batch.deadline(deadline));
            Ok(())
        })
    })
}

/// Whether the rest is given up when a call has ended with an error: it ends with `SORTIE_ERR_FAILED_FAST`.
///
/// Parameters: `fast`: 1 or 0. A status of 400 or above is no error. Default: 0.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
/// Threads: the batch's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_set_fail_fast(
    batch: *const sortie_batch,
    fast: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        sortie_batch::within(batch, |work| {
            let fast = fast != 0;
            work.limit(|batch| batch.fail_fast(fast));
            Ok(())
        })
    })
}

/// How many bytes of content may be held at the same time: by calls that are being received, and by outcomes that wait to be
/// taken. When they are more, nothing is read until outcomes were taken, but for the oldest call.
///
/// Parameters: `bytes`: `SORTIE_UNKNOWN` for any number, which is the default. What is past it is 1 MiB a connection at the
/// most. Where calls have callbacks, the outcomes of others no longer count once a turn or a take has come across them.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
/// Threads: the batch's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_set_memory_budget(
    batch: *const sortie_batch,
    bytes: u64,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        sortie_batch::within(batch, |work| {
            let budget = known(bytes);
            work.limit(|batch| batch.memory_budget(budget));
            Ok(())
        })
    })
}

/// Heeds servers that ask for time: a 429 or 503 with Retry-After holds the calls to that origin that were not sent yet.
///
/// Parameters: `most_ms`: for how long at the most; `SORTIE_NEVER` does not heed them, which is the default.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_ARGUMENT`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
/// Threads: the batch's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_set_gate_ms(
    batch: *const sortie_batch,
    most_ms: i64,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        sortie_batch::within(batch, |work| {
            let gate = limit(most_ms, "most_ms")?;
            work.limit(|batch| batch.gate(gate));
            Ok(())
        })
    })
}

/// Bounds the retries of the batch to a share of the calls that were submitted so far.
///
/// Parameters: `share`: 0.1 allows one retry for each ten calls, 0 none, a negative number any number, which is the default.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_ARGUMENT`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
/// Threads: the batch's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_set_retry_budget(
    batch: *const sortie_batch,
    share: f64,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        sortie_batch::within(batch, |work| {
            if share.is_nan() {
                return Err(Fault::argument("share", "is no number"));
            }
            work.limit(|batch| batch.retry_budget((share >= 0.0).then_some(share)));
            Ok(())
        })
    })
}

/// Has a cancel end all that is unfinished, from any thread, and all that is submitted later.
///
/// Parameters: `cancel`: takes the place of one that was given before; or NULL for none.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
/// Threads: the batch's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_set_cancel(
    batch: *const sortie_batch,
    cancel: Option<&sortie_cancel>,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        sortie_batch::within(batch, |work| {
            let token = sortie_cancel::token(cancel)?;
            work.limit(|batch| batch.cancel_token(token));
            Ok(())
        })
    })
}

/// Has a callback told of the progress as outcomes come in, at most ten times a second, and when all that was submitted has
/// been taken.
///
/// Parameters: `report`: takes the place of one that was given before, whose context is let go at once; or NULL for none. `drop`:
/// lets `context` go, or NULL.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
/// Threads: the batch's one, on which the callback is called too. In it, the batch is busy.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_on_progress(
    batch: *const sortie_batch,
    report: sortie_progress_callback,
    context: *mut c_void,
    drop: sortie_drop,
    error: *mut *mut sortie_error,
) -> sortie_status {
    let context = Context::new(context, drop);
    guard(error, || {
        sortie_batch::within(batch, |work| {
            match report {
                Some(report) => {
                    let report = Report::new(report, context);
                    work.limit(|batch| batch.on_progress(move |now| report.tell(now)));
                }
                None => work.limit(|batch| batch.on_progress(|_| {})),
            }
            Ok(())
        })
    })
}
