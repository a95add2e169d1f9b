//! A line for everything that happens.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use crate::lines::Lines;
use crate::{Error, Event, Sink};

/// A sink that writes one line for every event; for debugging.
///
/// The local time to the microsecond, three spaces, the call, what happened:
/// ```text
/// 2011-08-17T03:04:23.380175   call 7: sending GET http://127.0.0.1:8000/headers on a new connection
/// ```
/// URLs are redacted, those within a text too. The words may change between versions: match on [`Event`], not on them.
pub struct Detailed<W> {
    lines: Lines<W>,
}

impl<W> Detailed<W> {
    /// Writes to `writer`, in the system's time zone as it is now; UTC where the system names none.
    ///
    /// Each line is one `write_all` and one `flush`.
    pub fn new(writer: W) -> Self {
        Self { lines: Lines::new(writer) }
    }

    /// Shows times in UTC instead of the system's zone.
    pub fn utc(self) -> Self {
        Self { lines: self.lines.utc() }
    }

    /// Shows times in the zone of this name.
    ///
    /// The name is an IANA one, as `Europe/Zurich`, or a POSIX rule, as `CET-1CEST,M3.5.0,M10.5.0/3`.
    ///
    /// Fails with [`Error::Zone`] where it is neither in the system's time zone database nor a rule.
    pub fn time_zone(self, name: &str) -> Result<Self, Error> {
        Ok(Self { lines: self.lines.time_zone(name)? })
    }

    /// The line that this event is written as, without its newline. For a sink of one's own, whose lines go elsewhere: it takes
    /// no lock.
    pub fn line(&self, event: &Event) -> String {
        self.lines.line(event.at, event)
    }

    /// The first error the writer gave, if it gave any.
    ///
    /// A line that fails is lost, whole or in part, and the next one is tried all the same; no call ever fails for it.
    pub fn error(&self) -> Option<Arc<io::Error>> {
        self.lines.error()
    }

    /// Gives the writer back.
    pub fn into_inner(self) -> W {
        self.lines.into_inner()
    }
}

impl<W: Write + Send> Sink for Detailed<W> {
    fn record(&self, event: &Event) {
        self.lines.write(event.at, event);
    }
}

impl<W> fmt::Debug for Detailed<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Detailed").field("error", &self.error()).finish_non_exhaustive()
    }
}
