//! Batches: many calls on one loop, which the program turns itself.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use facade::{Progress, Session};

use crate::batch_work::Work;
use crate::error::sortie_error;
use crate::fault::Fault;
use crate::fork::{Birth, keep};
use crate::guard::{answer, guard, quiet};
use crate::lend::{out, share, shared, unshare};
use crate::session::sortie_session;
use crate::status::{SORTIE_EMPTY, SORTIE_OK, sortie_status};

/// Many calls on one loop: submit, turn, take. Each call ends in exactly one outcome.
///
/// It belongs to one thread at a time. A function that finds it in use, by another thread or since it has called back, gives
/// `SORTIE_ERR_BUSY` at once.
pub struct sortie_batch {
    work: Mutex<Work>,
    progress: Progress,
    is_freed: Arc<AtomicBool>,
    birth: Birth,
}

impl sortie_batch {
    pub(crate) fn into_raw(session: &Session) -> *mut Self {
        let is_freed = Arc::new(AtomicBool::new(false));
        let work = Work::new(session, is_freed.clone());
        let progress = work.progress();
        shared(sortie_batch { work: Mutex::new(work), progress, is_freed, birth: Birth::here() })
    }

    /// Does something with a batch of this process that nobody else is in.
    pub(crate) fn within<T>(handle: *const Self, act: impl FnOnce(&mut Work) -> Result<T, Fault>) -> Result<T, Fault> {
        let batch = share(handle, "batch")?;
        batch.birth.check("batch")?;
        let mut work = match batch.work.try_lock() {
            Ok(work) => work,
            // What has panicked in it was caught, and told.
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return Err(Fault::Busy("batch")),
        };
        act(&mut work)
    }

    /// How far it has come, whoever is in it.
    pub(crate) fn progress(&self) -> Result<&Progress, Fault> {
        self.birth.check("batch")?;
        Ok(&self.progress)
    }

    /// Lets it go in the child of a fork.
    fn abandon(self: Arc<Self>) {
        match Arc::try_unwrap(self) {
            Ok(batch) => batch.work.into_inner().unwrap_or_else(PoisonError::into_inner).abandon(),
            // A thread that this process does not have is in it, or it is a callback that has forked.
            Err(used) => keep(used),
        }
    }
}

/// A batch of a session's: what is submitted brings its defaults and cookies along, and uses its connections.
///
/// Parameters: `session`: its limits hold, unless `sortie_batch_set_...` says otherwise.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Ownership: `*batch` is yours: free it by `sortie_batch_free`. The session may be freed before.
/// Threads: any; the batch belongs to one thread at a time.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_new(
    session: Option<&sortie_session>,
    batch: *mut *mut sortie_batch,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (session, out) = (sortie_session::lend(session)?, out(batch, "batch")?);
        out.write(sortie_batch::into_raw(session));
        Ok(())
    })
}

/// Cancels a call, whatever state it is in: its outcome is an error of the status `SORTIE_ERR_CANCELLED`.
///
/// Parameters: `call`: what `sortie_batch_submit` gave.
/// Returns: `SORTIE_EMPTY` where it had ended, or never was; `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
/// Threads: the batch's one; from another one, use a `sortie_cancel`.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_cancel(
    batch: *const sortie_batch,
    call: u64,
    error: *mut *mut sortie_error,
) -> sortie_status {
    answer(error, || {
        sortie_batch::within(batch, |work| Ok(if work.batch().cancel(call) { SORTIE_OK } else { SORTIE_EMPTY }))
    })
}

/// Cancels all that is unfinished. The outcomes come as others do.
///
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
/// Threads: the batch's one; from another one, use a `sortie_cancel`.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_cancel_all(batch: *const sortie_batch, error: *mut *mut sortie_error) -> sortie_status {
    guard(error, || {
        sortie_batch::within(batch, |work| {
            work.batch().cancel_all();
            Ok(())
        })
    })
}

/// How many calls were submitted, and neither taken nor told to their callbacks.
///
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
/// Threads: the batch's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_unfinished(
    batch: *const sortie_batch,
    count: *mut usize,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        sortie_batch::within(batch, |work| {
            out(count, "count")?.write(work.unfinished());
            Ok(())
        })
    })
}

/// Lets a batch go. What is unfinished is cancelled; outcomes that were not taken are lost, and their callbacks not called.
///
/// In a callback of the batch's own turn it goes when that turn returns, which tells no other callback.
///
/// Parameters: `batch`: or NULL, which is ignored.
/// Threads: the batch's one. Where another is in it all the same, it goes when that one is out.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_free(batch: *mut sortie_batch) {
    quiet((), || {
        let Some(batch) = unshare(batch) else { return };
        batch.is_freed.store(true, Ordering::Relaxed);
        match batch.birth.is_here() {
            true => drop(batch),
            false => batch.abandon(),
        }
    });
}

#[cfg(test)]
mod tests {
    use std::ffi::c_void;
    use std::ptr;
    use std::sync::atomic::{AtomicI32, AtomicUsize};

    use facade::Wait;

    use super::*;
    use crate::batch_work::Asked;
    use crate::context::Context;
    use crate::outcome::{Done, sortie_outcome};
    use crate::progress::{sortie_batch_progress, sortie_progress};
    use crate::status::{SORTIE_ERR_BUSY, SORTIE_ERR_NULL};

    fn batch() -> *mut sortie_batch {
        sortie_batch::into_raw(&Session::new())
    }

    fn turn(batch: *const sortie_batch) -> Result<(), Fault> {
        sortie_batch::within(batch, |work| work.turn(Wait::Not))
    }

    #[test]
    fn a_batch_that_calls_back_is_busy_and_goes_when_its_turn_returns() {
        static FOUND: AtomicI32 = AtomicI32::new(-1);
        static CALLS: AtomicUsize = AtomicUsize::new(0);
        static DROPS: AtomicUsize = AtomicUsize::new(0);
        extern "C" fn done(context: *mut c_void, _: *const sortie_outcome) {
            let batch: *mut sortie_batch = context.cast();
            CALLS.fetch_add(1, Ordering::Relaxed);
            FOUND.store(sortie_batch_cancel_all(batch, ptr::null_mut()), Ordering::Relaxed);
            sortie_batch_free(batch);
            assert_eq!(DROPS.load(Ordering::Relaxed), 0);
        }
        extern "C" fn drop(_: *mut c_void) {
            DROPS.fetch_add(1, Ordering::Relaxed);
        }
        let batch = batch();
        for _ in 0..3 {
            let asked = Asked::Done(Done::new(done, Context::new(batch.cast(), Some(drop))));
            sortie_batch::within(batch, |work| Ok(work.submit(facade::get("no url"), Some(asked)))).unwrap();
        }
        turn(batch).unwrap();
        assert_eq!(FOUND.load(Ordering::Relaxed), SORTIE_ERR_BUSY);
        assert_eq!((CALLS.load(Ordering::Relaxed), DROPS.load(Ordering::Relaxed)), (1, 3));
    }

    #[test]
    fn progress_is_told_whoever_is_in_the_batch() {
        let batch = batch();
        let mut progress =
            sortie_progress { total: 0, submitted: 0, in_flight: 0, done: 0, failed: 0, bytes: 0, elapsed_ns: 0 };
        sortie_batch::within(batch, |work| {
            work.submit(facade::get("no url"), None);
            let mut count = 7;
            assert_eq!(sortie_batch_unfinished(batch, &raw mut count, ptr::null_mut()), SORTIE_ERR_BUSY);
            assert_eq!(sortie_batch_progress(batch, &raw mut progress, ptr::null_mut()), SORTIE_OK);
            assert_eq!(count, 7);
            Ok(())
        })
        .unwrap();
        assert_eq!((progress.submitted, progress.failed, progress.total), (1, 1, u64::MAX));
        sortie_batch_free(batch);
    }

    #[test]
    fn null_is_no_batch_and_free_ignores_it() {
        assert_eq!(sortie_batch_cancel(ptr::null(), 1, ptr::null_mut()), SORTIE_ERR_NULL);
        assert!(matches!(turn(ptr::null()), Err(Fault::Null("batch"))));
        sortie_batch_free(ptr::null_mut());
        let batch = batch();
        assert_eq!(sortie_batch_cancel(batch, u64::MAX, ptr::null_mut()), SORTIE_EMPTY);
        assert_eq!(sortie_batch_unfinished(batch, ptr::null_mut(), ptr::null_mut()), SORTIE_ERR_NULL);
        sortie_batch_free(batch);
    }
}
