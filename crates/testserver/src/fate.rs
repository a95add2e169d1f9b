//! How a connection ends when the server's manners end it.
//!
//! hyper runs the connection and knows nothing of bad manners. What it calls decides: the service stalls a request, a
//! response ends a connection. The stream, which hyper flushes when it has written all it has, makes it due; then
//! the task takes the stream from hyper and ends it.
//! ```text
//! Serving ─ decide ─► Decided ─ flushed ─► Due
//! ```

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The fate of one connection, shared by its task, its service, its responses and its stream.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fate(Arc<Mutex<State>>);

/// How far it has come.
#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// Nothing speaks against the next exchange.
    #[default]
    Serving,
    /// No further response; what was written is still on its way.
    Decided(Ending),
    /// All is written.
    Due(Ending),
}

/// What is done with a connection that hyper has lost.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ending {
    /// Kept open and silent until the client ends it.
    Stall,
    /// Ended in this direction, then as [`Ending::Stall`], so that what was written arrives.
    Cut,
    /// Closed.
    Drop,
    /// Carried on in another protocol.
    Upgrade,
}

impl Fate {
    /// Decides how the connection ends. Ignored when that was decided before.
    pub(crate) fn decide(&self, ending: Ending) {
        let mut state = self.state();
        if matches!(*state, State::Serving) {
            *state = State::Decided(ending);
        }
    }

    /// Whether it was decided.
    pub(crate) fn decided(&self) -> bool {
        !matches!(*self.state(), State::Serving)
    }

    /// All that hyper has to write was written.
    pub(crate) fn flushed(&self) {
        let mut state = self.state();
        if let State::Decided(ending) = *state {
            *state = State::Due(ending);
        }
    }

    /// The ending, once it is time.
    pub(crate) fn due(&self) -> Option<Ending> {
        match *self.state() {
            State::Due(ending) => Some(ending),
            State::Serving | State::Decided(_) => None,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
