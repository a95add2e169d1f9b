//! Which process this is, as far as `fork` goes.

use std::any::Any;
use std::ptr;
use std::sync::Once;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

use crate::fault::Fault;

/// How many forks lie between the process that loaded the library and this one.
static FORKS: AtomicU32 = AtomicU32::new(0);

/// Asks to be told of forks, once.
static ASKED: Once = Once::new();

/// What a child may not let go: see `keep`. A list, so that it stays in reach of those who look for leaks.
static KEPT: AtomicPtr<Kept> = AtomicPtr::new(ptr::null_mut());

/// Something that is never let go.
struct Kept {
    _what: Box<dyn Any + Send>,
    _next: *mut Kept,
}

/// In which process something was made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Birth(u32);

impl Birth {
    /// This process.
    pub(crate) fn here() -> Self {
        ASKED.call_once(|| {
            // SAFETY: the handler only adds to an atomic, which is all that a child of a threaded process may do.
            // Where the system has no memory for it, forks go unnoticed.
            let _ = unsafe { libc::pthread_atfork(None, None, Some(forked)) };
        });
        Birth(FORKS.load(Ordering::Relaxed))
    }

    /// How many forks lie behind that process.
    pub(crate) fn depth(self) -> usize {
        self.0 as usize
    }

    /// Whether it was made in this process, and not in one that this is a fork of.
    pub(crate) fn is_here(self) -> bool {
        self.0 == FORKS.load(Ordering::Relaxed)
    }

    /// Fails in a child of the process in which it was made: law 8.
    pub(crate) fn check(self, name: &'static str) -> Result<(), Fault> {
        if self.is_here() { Ok(()) } else { Err(Fault::Forked(name)) }
    }
}

/// Keeps what belongs to the parent for ever: to drop it could call the program back, or wait for a thread that is not there.
pub(crate) fn keep(what: impl Send + 'static) {
    let kept = Box::leak(Box::new(Kept { _what: Box::new(what), _next: KEPT.load(Ordering::Acquire) }));
    while let Err(next) = KEPT.compare_exchange(kept._next, kept, Ordering::AcqRel, Ordering::Acquire) {
        kept._next = next;
    }
}

/// Runs in the child.
// SAFETY: it asks nothing of whoever calls it; it is called unsafe because pthread_atfork takes no other.
unsafe extern "C" fn forked() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn what_is_kept_is_never_dropped() {
        let what = Arc::new(());
        keep(what.clone());
        keep(what.clone());
        assert_eq!(Arc::strong_count(&what), 3);
        assert!(Birth::here().is_here());
    }
}
