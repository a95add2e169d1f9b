//! Ending a turn's wait from another thread.

use facade::Waker;

use crate::batch::sortie_batch;
use crate::error::sortie_error;
use crate::fault::Fault;
use crate::fork::Birth;
use crate::guard::guard;
use crate::lend::{lend, out};
use crate::quiet::quiet;
use crate::status::sortie_status;

/// Ends the wait of a batch's turn, from any thread. It may outlive its batch, and wakes nobody then.
pub struct sortie_waker {
    waker: Waker,
    birth: Birth,
}

/// What ends the wait of a batch's turn.
///
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`; `SORTIE_ERR_SYSTEM` where the loop cannot be made.
/// Ownership: `*waker` is yours: free it by `sortie_waker_free`, before or after the batch.
/// Threads: the batch's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_waker(
    batch: *const sortie_batch,
    waker: *mut *mut sortie_waker,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        sortie_batch::within(batch, |work| {
            let out = out(waker, "waker")?;
            let waker = sortie_waker { waker: work.batch().waker()?, birth: Birth::here() };
            out.write(Box::into_raw(Box::new(waker)));
            Ok(())
        })
    })
}

/// Ends the present wait of the batch's turn, or the next one. Several wakes before a turn are one.
///
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`; `SORTIE_ERR_SYSTEM` where the system refuses, of which no cause is known.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_waker_wake(waker: Option<&sortie_waker>, error: *mut *mut sortie_error) -> sortie_status {
    guard(error, || {
        let waker = lend(waker, "waker")?;
        waker.birth.check("waker")?;
        waker.waker.wake().map_err(|source| {
            let error = facade::Error::new(facade::ErrorKind::System);
            Fault::Told(error.with_message("the batch could not be woken").with_source(source))
        })
    })
}

/// Lets a waker go. Its batch goes on.
///
/// Parameters: `waker`: or NULL, which is ignored.
/// Threads: one, when no other uses it any more.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_waker_free(waker: Option<Box<sortie_waker>>) {
    quiet((), || drop(waker));
}
