//! Many requests at once, and all answers home in order.

use std::ptr;

use facade::{Error, Request, Response};

use crate::batch::sortie_batch;
use crate::cancel::sortie_cancel;
use crate::error::sortie_error;
use crate::fault::Fault;
use crate::guard::guard;
use crate::lend::{Out, lend, list, outs};
use crate::outcome::sortie_outcome;
use crate::request::sortie_request;
use crate::session::sortie_session;
use crate::status::sortie_status;

/// Sends many requests at once, as far as the session's limits go, and waits for all answers.
///
/// Parameters: `requests`: `count` of them, the same one as often as you like; `cancel`: ends all that is unfinished when it is
/// fired, or NULL; `outcomes`: room for `count`, filled in the order of the requests. A failure stays in its own slot.
/// Returns: `SORTIE_OK`, also where calls have failed; `SORTIE_ERR_NULL`, `SORTIE_ERR_ARGUMENT`, `SORTIE_ERR_FORKED`: nothing
/// was sent then, and no slot is written.
/// Ownership: requests are copied; what is in the outcomes is yours: free each response and each error.
/// Threads: any, several at once.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_map(
    session: Option<&sortie_session>,
    requests: *const Option<&sortie_request>,
    count: usize,
    cancel: Option<&sortie_cancel>,
    outcomes: *mut sortie_outcome,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let session = sortie_session::lend(session)?;
        let (requests, outs) = (list_of(requests, count)?, outs(outcomes, count, "outcomes")?);
        let batch = match sortie_cancel::token(cancel)? {
            Some(token) => session.batch().cancel_token(token),
            None => session.batch(),
        };
        hand_over(batch.map(copies(&requests)), outs);
        Ok(())
    })
}

/// Sends many requests at once, within the limits of a batch, and waits for all answers. What was submitted to the batch
/// stays as it is, on connections of its own.
///
/// Parameters: `requests`: `count` of them; `outcomes`: room for `count`, filled in the order of the requests. The batch's
/// deadline counts from now, for these requests alone; with a memory budget, what does not fit fails in its slot.
/// Returns: `SORTIE_OK`, also where calls have failed; `SORTIE_ERR_NULL`, `SORTIE_ERR_ARGUMENT`, `SORTIE_ERR_BUSY`,
/// `SORTIE_ERR_FORKED`: nothing was sent then, and no slot is written.
/// Ownership: requests are copied; what is in the outcomes is yours: free each response and each error.
/// Threads: the batch's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_map(
    batch: *const sortie_batch,
    requests: *const Option<&sortie_request>,
    count: usize,
    outcomes: *mut sortie_outcome,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        sortie_batch::within(batch, |work| {
            let (requests, outs) = (list_of(requests, count)?, outs(outcomes, count, "outcomes")?);
            hand_over(work.another().map(copies(&requests)), outs);
            Ok(())
        })
    })
}

/// Requests of the program's, none of which is NULL.
pub(crate) fn list_of(requests: *const Option<&sortie_request>, count: usize) -> Result<Vec<&sortie_request>, Fault> {
    list(requests, count, "requests")?.iter().map(|request| lend(*request, "requests")).collect()
}

fn copies(requests: &[&sortie_request]) -> impl Iterator<Item = Request> {
    requests.iter().map(|request| request.request())
}

fn hand_over(outcomes: Vec<Result<Response, Error>>, outs: impl Iterator<Item = Out<sortie_outcome>>) {
    for (index, (outcome, out)) in outcomes.into_iter().zip(outs).enumerate() {
        out.write(sortie_outcome::new(index as u64, ptr::null_mut(), outcome));
    }
}

#[cfg(test)]
mod tests {
    use facade::Session;

    use super::*;
    use crate::batch::sortie_batch_free;
    use crate::status::{SORTIE_ERR_ARGUMENT, SORTIE_ERR_NULL, SORTIE_OK};

    #[test]
    fn nothing_is_sent_where_a_request_or_the_room_is_missing() {
        let batch = sortie_batch::into_raw(&Session::new());
        let map = |requests, count, outcomes| sortie_batch_map(batch, requests, count, outcomes, ptr::null_mut());
        let mut slot =
            sortie_outcome { call: 7, user: ptr::null_mut(), response: ptr::null_mut(), error: ptr::null_mut() };
        let none: [Option<&sortie_request>; 1] = [None];
        assert_eq!(map(none.as_ptr(), 1, &raw mut slot), SORTIE_ERR_NULL);
        assert_eq!(map(none.as_ptr(), 1, ptr::null_mut()), SORTIE_ERR_NULL);
        assert_eq!(map(none.as_ptr(), usize::MAX, &raw mut slot), SORTIE_ERR_ARGUMENT);
        assert_eq!(map(ptr::null(), 0, ptr::null_mut()), SORTIE_OK);
        assert_eq!(slot.call, 7);
        sortie_batch_free(batch);
    }
}
