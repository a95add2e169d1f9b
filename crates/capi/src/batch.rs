//! Batches: many calls on one loop, which the program turns itself.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use facade::{Progress, Session, keep};

use crate::batch_work::Work;
use crate::error::sortie_error;
use crate::fault::Fault;
use crate::fork::Birth;
use crate::guard::{answer, guard};
use crate::lend::{out, share, shared, unshare};
use crate::quiet::quiet;
use crate::session::sortie_session;
use crate::status::{SORTIE_EMPTY, SORTIE_OK, sortie_status};

/// Many calls on one loop: submit, turn, take. Each call ends in exactly one outcome.
///
/// It belongs to one thread at a time. A function that finds it in use, by another thread or since it has called back, gives
/// `SORTIE_ERR_BUSY` at once.
pub struct sortie_batch {
    /// Locked for moments only, in which nobody is called back.
    state: Mutex<State>,
    progress: Progress,
    is_freed: Arc<AtomicBool>,
    birth: Birth,
}

/// Who has what is in a batch.
enum State {
    /// Nobody.
    Here(Box<Work>),
    /// A function that is under way.
    InUse,
    /// The program has freed the handle. Whoever was in it lets the work go.
    Freed,
}

impl sortie_batch {
    pub(crate) fn into_raw(session: &Session) -> *mut Self {
        let is_freed = Arc::new(AtomicBool::new(false));
        let work = Work::new(session, is_freed.clone());
        let progress = work.progress();
        let state = Mutex::new(State::Here(Box::new(work)));
        shared(sortie_batch { state, progress, is_freed, birth: Birth::here() })
    }

    /// Does something with a batch of this process that nobody else is in.
    pub(crate) fn within<T>(handle: *const Self, act: impl FnOnce(&mut Work) -> Result<T, Fault>) -> Result<T, Fault> {
        let batch = share(handle, "batch")?;
        batch.birth.check("batch")?;
        let mut work = batch.enter()?;
        // Whatever has panicked in it is told, and can be used on.
        let result = catch_unwind(AssertUnwindSafe(|| act(&mut work)));
        batch.leave(work);
        result.unwrap_or_else(|payload| resume_unwind(payload))
    }

    /// How far it has come, whoever is in it.
    pub(crate) fn progress(&self) -> Result<&Progress, Fault> {
        self.birth.check("batch")?;
        Ok(&self.progress)
    }

    fn enter(&self) -> Result<Box<Work>, Fault> {
        let mut state = self.state();
        match mem::replace(&mut *state, State::InUse) {
            State::Here(work) => Ok(work),
            used => {
                *state = used;
                Err(Fault::Busy("batch"))
            }
        }
    }

    fn leave(&self, work: Box<Work>) {
        let mut state = self.state();
        match *state {
            State::Freed => {
                drop(state);
                self.let_go(work);
            }
            _ => *state = State::Here(work),
        }
    }

    /// Drops what was in a batch that was freed. That may call back: whoever uses the handle then finds it in use.
    fn let_go(&self, work: Box<Work>) {
        match self.birth.is_here() {
            true => drop(work),
            false => work.abandon(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
        out.write(sortie_batch::into_raw(&session));
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
/// Hooks and `drop` functions that run meanwhile find the batch in use.
///
/// In a callback of the batch's own turn it goes when that turn returns, which tells no other callback.
///
/// Parameters: `batch`: or NULL, which is ignored.
/// Threads: the batch's one. Where another is in it all the same, it goes when that one is out.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_free(batch: *mut sortie_batch) {
    quiet((), || {
        // The program's share goes last: what is let go may use the handle.
        let Some(batch) = unshare(batch) else { return };
        batch.is_freed.store(true, Ordering::Relaxed);
        let state = match batch.birth.is_here() {
            true => Some(batch.state()),
            // A thread that this process does not have may hold it.
            false => batch.state.try_lock().ok(),
        };
        let former = state.map(|mut state| mem::replace(&mut *state, State::Freed));
        match former {
            Some(State::Here(work)) => batch.let_go(work),
            _ if batch.birth.is_here() => {}
            // Such a thread is in it, or it is a callback that has forked.
            _ => keep(batch),
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

    const NOTHING: sortie_progress =
        sortie_progress { total: 0, submitted: 0, in_flight: 0, done: 0, failed: 0, bytes: 0, elapsed_ns: 0 };

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
    fn what_runs_as_a_batch_is_freed_finds_it_in_use() {
        static FOUND: AtomicI32 = AtomicI32::new(-1);
        static TOLD: AtomicI32 = AtomicI32::new(-1);
        extern "C" fn ignore(_: *mut c_void, _: *const sortie_outcome) {}
        extern "C" fn drop(context: *mut c_void) {
            let batch: *mut sortie_batch = context.cast();
            let mut progress = NOTHING;
            FOUND.store(sortie_batch_cancel_all(batch, ptr::null_mut()), Ordering::Relaxed);
            TOLD.store(sortie_batch_progress(batch, &raw mut progress, ptr::null_mut()), Ordering::Relaxed);
        }
        let batch = batch();
        let asked = Asked::Done(Done::new(ignore, Context::new(batch.cast(), Some(drop))));
        sortie_batch::within(batch, |work| Ok(work.submit(facade::get("no url"), Some(asked)))).unwrap();
        sortie_batch_free(batch);
        assert_eq!((FOUND.load(Ordering::Relaxed), TOLD.load(Ordering::Relaxed)), (SORTIE_ERR_BUSY, SORTIE_OK));
    }

    #[test]
    fn a_batch_that_has_panicked_can_be_used_on() {
        let batch = batch();
        let panicked = catch_unwind(AssertUnwindSafe(|| sortie_batch::within::<()>(batch, |_| panic!("for a test"))));
        assert!(panicked.is_err());
        turn(batch).unwrap();
        sortie_batch_free(batch);
    }

    #[test]
    fn progress_is_told_whoever_is_in_the_batch() {
        let batch = batch();
        let mut progress = NOTHING;
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
