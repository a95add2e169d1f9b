//! Which process this is, as far as `fork` goes.

use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::fault::Fault;

/// How many forks lie between the process that loaded the library and this one.
static FORKS: AtomicU32 = AtomicU32::new(0);

/// Asks to be told of forks, once.
static ASKED: Once = Once::new();

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

/// Runs in the child.
// SAFETY: it asks nothing of whoever calls it; it is called unsafe because pthread_atfork takes no other.
unsafe extern "C" fn forked() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_here_is_of_this_process() {
        assert!(Birth::here().is_here());
        assert!(Birth::here().check("session").is_ok());
    }
}
