//! Who is waiting for which call: entries on one side, outcomes on the other.

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::SystemTime;

use sortie_engine::{CallId, Outcome};
use sortie_log::{Event, Sink, What};
use sortie_session::{After, Error, Response, finish, warnings};

use crate::driver::Audience;
use crate::ended::ended;

/// The calls of one batch.
#[derive(Default)]
pub(crate) struct Desk {
    entries: slab::Slab<Entry>,
    generation: u32,
    pub(crate) finished: VecDeque<(u64, Result<Response, Error>)>,
    /// Why the loop has stopped for good; all that is cancelled from then on says so.
    pub(crate) broken: Option<Arc<io::Error>>,
    /// The clock on the wall, when the loop was taken.
    wall: Option<SystemTime>,
}

struct Entry {
    number: u64,
    call: Option<CallId>,
    after: After,
    sink: Option<Arc<dyn Sink>>,
}

impl Desk {
    /// A loop was taken for what comes.
    pub(crate) fn begin(&mut self, wall: SystemTime) {
        self.broken = None;
        self.wall = Some(wall);
    }

    /// A place for a call that is about to be submitted. Its number is not given again.
    pub(crate) fn enter(&mut self, after: After, sink: Option<Arc<dyn Sink>>) -> u64 {
        let number = self.next_number(self.entries.vacant_key());
        self.entries.insert(Entry { number, call: None, after, sink });
        number
    }

    /// The engine's name of a call.
    pub(crate) fn set_call(&mut self, number: u64, call: CallId) {
        if let Some(entry) = self.entries.get_mut(index(number)) {
            entry.call = Some(call);
        }
    }

    /// A call that ends before it was submitted, and owes nothing.
    pub(crate) fn refuse(&mut self, error: Error) -> u64 {
        let number = self.next_number(index(u64::from(u32::MAX)));
        self.finished.push_back((number, Err(error)));
        number
    }

    /// The engine's name of a call that has not ended.
    pub(crate) fn call(&self, number: u64) -> Option<CallId> {
        self.entries.get(index(number)).filter(|entry| entry.number == number)?.call
    }

    /// The numbers of all calls that have not ended.
    pub(crate) fn numbers(&self) -> Vec<u64> {
        self.entries.iter().map(|(_, entry)| entry.number).collect()
    }

    /// How many calls have not ended.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    fn next_number(&mut self, index: usize) -> u64 {
        self.generation = self.generation.wrapping_add(1);
        u64::from(self.generation) << 32 | index as u64
    }
}

impl Audience for Desk {
    fn done(&mut self, tag: u64, outcome: Outcome) {
        let Some(entry) = self.entries.try_remove(index(tag)) else { return };
        let result = finish(entry.after, ended(outcome, self.wall, self.broken.as_ref()));
        if let Some(sink) = &entry.sink {
            for warning in warnings(&result) {
                let what = What::Warning { text: warning.to_string().into() };
                record(&**sink, &Event::new(self.wall.unwrap_or(SystemTime::UNIX_EPOCH), 0, what));
            }
        }
        self.finished.push_back((entry.number, result));
    }

    fn told(&mut self, tag: u64, event: Event) {
        if let Some(sink) = self.entries.get(index(tag)).and_then(|entry| entry.sink.as_ref()) {
            record(&**sink, &event);
        }
    }
}

/// A sink that panics loses its line, not the call: the panic's own message has been printed by then.
pub(crate) fn record(sink: &dyn Sink, event: &Event) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| sink.record(event))) {
        // Dropping it could panic again.
        std::mem::forget(payload);
    }
}

/// Where a call stands in the table.
pub(crate) fn index(number: u64) -> usize {
    (number & u64::from(u32::MAX)) as usize
}
