//! What is going to happen, in the order of time.

use std::collections::BTreeMap;

use sortie_engine::{LinkFault, LinkId, Phase, Time};

use crate::{Ask, Farewell};

/// Something that happens at one moment.
pub(crate) enum Event {
    /// The user submits a call.
    Submit { tag: u64, ask: Box<Ask> },
    /// The user cancels one.
    Cancel { tag: u64 },
    /// The user has taken so many bytes of what was delivered.
    Taken { bytes: u64 },
    /// A link that is being opened has come to this phase.
    Entered { link: LinkId, phase: Phase },
    /// A link is open.
    Opened { link: LinkId },
    /// It could not be opened.
    Refused { link: LinkId, fault: LinkFault },
    /// Bytes have come to the server.
    Reached { link: LinkId, bytes: Vec<u8> },
    /// All that the link held back was accepted.
    Drained { link: LinkId },
    /// The next piece of a body is there.
    Fed { link: LinkId },
    /// Bytes have come back from the server.
    Arrived { link: LinkId, bytes: Vec<u8> },
    /// The server's end has come.
    Closed { link: LinkId, farewell: Farewell },
    /// The server loses its patience, if no request has come since so many.
    Bored { link: LinkId, exchanges: u32 },
}

/// Future events. What was put in first happens first among those of one moment.
#[derive(Default)]
pub(crate) struct Agenda {
    events: BTreeMap<(Time, u64), Event>,
    count: u64,
}

impl Agenda {
    pub(crate) fn put(&mut self, at: Time, event: Event) {
        self.events.insert((at, self.count), event);
        self.count += 1;
    }

    /// When the next one happens.
    pub(crate) fn next(&self) -> Option<Time> {
        self.events.first_key_value().map(|((at, _), _)| *at)
    }

    /// The next one that has happened by `now`.
    pub(crate) fn take(&mut self, now: Time) -> Option<Event> {
        let due = self.next().is_some_and(|at| at <= now);
        if due { self.events.pop_first().map(|(_, event)| event) } else { None }
    }
}
