//! Lines to a writer that may fail.

use std::fmt::Display;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use crate::Error;
use crate::stamp::Zone;

/// A writer shared by all threads, each of whose lines begins with the local time.
pub(crate) struct Lines<W> {
    zone: Zone,
    output: Mutex<Output<W>>,
}

/// The writer and the first thing that went wrong with it.
struct Output<W> {
    writer: W,
    error: Option<Arc<io::Error>>,
}

impl<W> Lines<W> {
    pub(crate) fn new(writer: W) -> Self {
        Self { zone: Zone::system(), output: Mutex::new(Output { writer, error: None }) }
    }

    pub(crate) fn utc(self) -> Self {
        Self { zone: Zone::utc(), ..self }
    }

    pub(crate) fn time_zone(self, name: &str) -> Result<Self, Error> {
        Ok(Self { zone: Zone::named(name)?, ..self })
    }

    pub(crate) fn error(&self) -> Option<Arc<io::Error>> {
        self.lock().error.clone()
    }

    pub(crate) fn into_inner(self) -> W {
        self.output.into_inner().unwrap_or_else(PoisonError::into_inner).writer
    }

    /// What is written of it, without the newline.
    pub(crate) fn line(&self, at: SystemTime, rest: impl Display) -> String {
        format!("{}   {rest}", self.zone.stamp(at))
    }

    /// A writer that panicked is used again: it is the user's, and no state of ours is half made.
    fn lock(&self) -> MutexGuard<'_, Output<W>> {
        self.output.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Write> Lines<W> {
    /// Writes the time, three spaces, `rest` and a newline in one piece, and flushes.
    pub(crate) fn write(&self, at: SystemTime, rest: impl Display) {
        let mut line = self.line(at, rest);
        line.push('\n');
        let output = &mut *self.lock();
        let written = output.writer.write_all(line.as_bytes()).and_then(|()| output.writer.flush());
        if let Err(error) = written {
            output.error.get_or_insert_with(|| Arc::new(error));
        }
    }
}
