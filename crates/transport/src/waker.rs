//! Ending a wait from another thread.

use std::fmt;
use std::io;
use std::sync::Arc;

/// Ends a [`wait`](crate::Transport::wait), the present one or the next, from any thread.
///
/// Outlives its transport without harm: it then wakes nobody.
#[derive(Clone)]
pub struct Waker(pub(crate) Arc<mio::Waker>);

impl Waker {
    /// Wakes the transport. Several wakes before a wait are one.
    ///
    /// # Errors
    /// What the system says of the descriptor that carries it; none is known to happen.
    pub fn wake(&self) -> io::Result<()> {
        self.0.wake()
    }
}

impl fmt::Debug for Waker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Waker")
    }
}
