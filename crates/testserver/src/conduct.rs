//! The server's manners at work: whose turn it is to be treated badly.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::fate::Ending;
use crate::manners::{Manners, Misdeeds};

/// The manners of a server, what they count and what came of them.
#[derive(Debug)]
pub(crate) struct Conduct(Mutex<State>);

#[derive(Debug)]
struct State {
    manners: Manners,
    turns: Turns,
    misdeeds: Misdeeds,
}

/// What came since the manners were set.
#[derive(Debug, Default)]
struct Turns {
    connections: usize,
    requests: usize,
    responses: usize,
    /// Responses with content.
    contents: usize,
}

impl Conduct {
    pub(crate) fn new(manners: Manners) -> Self {
        Self(Mutex::new(State { manners, turns: Turns::default(), misdeeds: Misdeeds::default() }))
    }

    /// Other manners from now on, counted anew.
    pub(crate) fn set(&self, manners: Manners) {
        let mut state = self.state();
        state.manners = manners;
        state.turns = Turns::default();
    }

    pub(crate) fn misdeeds(&self) -> Misdeeds {
        self.state().misdeeds
    }

    /// A connection was accepted: whether it is to be refused, which counts as done.
    pub(crate) fn refuses(&self) -> bool {
        let state = &mut *self.state();
        let due = falls(&mut state.turns.connections, state.manners.refuse_every);
        state.misdeeds.refused += usize::from(due);
        due
    }

    /// A request has come: whether it is to be stalled.
    pub(crate) fn stalls(&self) -> bool {
        let state = &mut *self.state();
        falls(&mut state.turns.requests, state.manners.stall_every)
    }

    /// There is a response: whether it is to announce the connection's end, which counts as done.
    pub(crate) fn closes(&self) -> bool {
        let state = &mut *self.state();
        let due = falls(&mut state.turns.responses, state.manners.close_every);
        state.misdeeds.closed += usize::from(due);
        due
    }

    /// There is a response with content: whether it is to be cut.
    pub(crate) fn cuts(&self) -> bool {
        let state = &mut *self.state();
        falls(&mut state.turns.contents, state.manners.cut_every)
    }

    /// There is the `number`-th response of a connection, counted from 1: whether it is to be the last.
    pub(crate) fn drops(&self, number: usize) -> bool {
        self.state().manners.drop_idle_after.is_some_and(|last| last != 0 && number >= last)
    }

    /// A connection came to that ending.
    pub(crate) fn did(&self, ending: Ending) {
        let misdeeds = &mut self.state().misdeeds;
        match ending {
            Ending::Stall => misdeeds.stalled += 1,
            Ending::Cut => misdeeds.cut += 1,
            Ending::Drop => misdeeds.dropped += 1,
            Ending::Upgrade => {}
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts one more, and says whether it is one of those.
fn falls(count: &mut usize, every: Option<usize>) -> bool {
    *count += 1;
    every.is_some_and(|every| count.is_multiple_of(every))
}
