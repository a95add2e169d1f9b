//! A sink that keeps what it is told.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{Event, Sink};

/// A sink that keeps every event in memory, without limit; for tests.
///
/// ```
/// use std::time::SystemTime;
/// use sortie_log::{Event, Memory, Sink, What};
///
/// let memory = Memory::new();
/// let url = "http://h/?key=5ecret".into();
/// memory.record(&Event::new(SystemTime::UNIX_EPOCH, 7, What::Received { status: 200, url }));
/// assert_eq!(memory.lines(), ["call 7: received 200 from http://h/?key=***"]);
/// ```
#[derive(Debug, Default)]
pub struct Memory {
    events: Mutex<Vec<Event>>,
}

impl Memory {
    /// A sink that was told nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The events in the order they came, as they came: secrets included.
    pub fn events(&self) -> Vec<Event> {
        self.lock().clone()
    }

    /// The events in words, redacted, one line each, without the time.
    pub fn lines(&self) -> Vec<String> {
        self.lock().iter().map(Event::to_string).collect()
    }

    /// Forgets what it was told.
    pub fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Event>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Memory {
    fn record(&self, event: &Event) {
        self.lock().push(event.clone());
    }
}
