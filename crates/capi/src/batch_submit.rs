//! What is put into a batch.

use std::ffi::c_void;

use crate::batch::sortie_batch;
use crate::batch_work::Asked;
use crate::context::{Context, sortie_drop};
use crate::error::sortie_error;
use crate::guard::guard;
use crate::lend::{lend, list, out, outs};
use crate::map::list_of;
use crate::outcome::{Done, sortie_done};
use crate::request::sortie_request;
use crate::status::sortie_status;

/// Queues a request. Nothing is sent before the next `sortie_batch_turn`. One that cannot be sent does not fail here: its
/// outcome is the error.
///
/// Parameters: `user`: comes back with the outcome, or NULL; `call`: names the call until its outcome is taken, or NULL.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
/// Ownership: the request is copied: free it, or submit it again.
/// Threads: the batch's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_submit(
    batch: *const sortie_batch,
    request: Option<&sortie_request>,
    user: *mut c_void,
    call: *mut u64,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        sortie_batch::within(batch, |work| {
            let request = lend(request, "request")?.request();
            let number = work.submit(request, Asked::by(user));
            if let Ok(call) = out(call, "call") {
                call.write(number);
            }
            Ok(())
        })
    })
}

/// Queues a request whose outcome a callback is told, within the turn that comes across it. `sortie_batch_take` does not give
/// it then.
///
/// Parameters: `done`: called once, unless the batch is freed before; `drop`: lets `context` go, after that, or NULL; `call`:
/// names the call until it has ended, or NULL.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
/// Ownership: the request is copied. What the callback is told is lent to it: it copies what it wants to keep.
/// Threads: the batch's one, on which the callback is called too. In it, the batch is busy.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_submit_with(
    batch: *const sortie_batch,
    request: Option<&sortie_request>,
    done: sortie_done,
    context: *mut c_void,
    drop: sortie_drop,
    call: *mut u64,
    error: *mut *mut sortie_error,
) -> sortie_status {
    let context = Context::new(context, drop);
    guard(error, || {
        sortie_batch::within(batch, |work| {
            let (request, done) = (lend(request, "request")?.request(), lend(done, "done")?);
            let number = work.submit(request, Some(Asked::Done(Done::new(done, context))));
            if let Ok(call) = out(call, "call") {
                call.write(number);
            }
            Ok(())
        })
    })
}

/// Queues many requests: all of them, or, where it fails, none.
///
/// Parameters: `requests`: `count` of them; `users`: one for each, which comes back with its outcome, or NULL for none; `calls`:
/// room for `count` numbers, or NULL.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_ARGUMENT`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
/// Ownership: the requests are copied.
/// Threads: the batch's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_submit_many(
    batch: *const sortie_batch,
    requests: *const Option<&sortie_request>,
    users: *const *mut c_void,
    count: usize,
    calls: *mut u64,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        sortie_batch::within(batch, |work| {
            let requests = list_of(requests, count)?;
            let mut users = match users.is_null() {
                true => [].iter(),
                false => list(users, count, "users")?.iter(),
            };
            let wanted = if calls.is_null() { 0 } else { count };
            let mut calls = outs(calls, wanted, "calls")?;
            for request in requests {
                let asked = users.next().and_then(|user| Asked::by(*user));
                let number = work.submit(request.request(), asked);
                if let Some(call) = calls.next() {
                    call.write(number);
                }
            }
            Ok(())
        })
    })
}
