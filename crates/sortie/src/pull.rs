//! Content that goes from its link straight into the memory of whoever reads it.

use std::io;

use sortie_engine::{CallId, LinkFault, LinkId};

use crate::Batch;
use crate::fault::closed_by;

/// What is known of the link that content is pulled from.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Lull {
    /// Nothing: it may have anything, its end included, and is read until it has no more.
    #[default]
    Unknown,
    /// It has said that it has something, and not that its peer has closed it: a short read drains it.
    Ready(LinkId),
    /// It has nothing, and says so when it has.
    Drained(LinkId),
}

/// What came of a pull.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Pulled {
    /// So many bytes, at least one.
    Bytes(usize),
    /// Nothing yet; the link is awaited.
    Nothing,
    /// The content has to go through the engine.
    Refused,
}

impl Lull {
    /// The link has something, or was closed by its peer, which is not told again.
    pub(crate) fn end(&mut self, link: LinkId, closed: bool) {
        *self = if closed { Lull::Unknown } else { Lull::Ready(link) };
    }

    /// The same, while nobody waits for it: it is not told again.
    pub(crate) fn heed(&mut self, link: LinkId, closed: bool) {
        if matches!(self, Lull::Ready(known) | Lull::Drained(known) if *known == link) {
            self.end(link, closed);
        }
    }
}

impl Batch {
    /// Reads content of a call that is streamed straight into `buffer`, where the engine lends its link.
    ///
    /// What the call has come to by that is on the desk.
    pub(crate) fn pull(&mut self, call: CallId, link: LinkId, buffer: &mut [u8]) -> Pulled {
        let pulled = self.pull_once(call, link, buffer);
        if self.alarm.as_ref().is_some_and(|alarm| alarm.take()) {
            self.heed_tokens();
        }
        if self.driver.as_ref().is_some_and(|driver| driver.engine.has_output()) {
            self.carry_out();
        }
        pulled
    }

    /// Whether the link has something, as far as its reader knows.
    pub(crate) fn has_come(&self, link: LinkId) -> bool {
        self.driver.as_ref().is_some_and(|driver| driver.lull != Lull::Drained(link))
    }

    fn pull_once(&mut self, call: CallId, link: LinkId, buffer: &mut [u8]) -> Pulled {
        let Some(driver) = &mut self.driver else { return Pulled::Refused };
        let Some(lent) = driver.engine.lend(call) else { return Pulled::Refused };
        let most = buffer.len().min(usize::try_from(lent).unwrap_or(usize::MAX));
        let now = driver.refresh();
        let count = match driver.lull == Lull::Drained(link) {
            true => Err(io::ErrorKind::WouldBlock.into()),
            false => driver.read_past(link, &mut buffer[..most]),
        };
        let pulled = match count {
            Ok(0) => {
                driver.engine.handle_closed(link, None, now);
                Pulled::Nothing
            }
            Ok(count) => {
                if count < most && driver.lull == Lull::Ready(link) {
                    driver.lull = Lull::Drained(link);
                }
                driver.engine.handle_lent(call, count as u64, now);
                if count as u64 == lent {
                    driver.read_again(link);
                }
                Pulled::Bytes(count)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                driver.lull = Lull::Drained(link);
                driver.engine.want_lent(call, now);
                Pulled::Nothing
            }
            Err(error) => {
                driver.engine.handle_closed(link, Some(closed_by(error, LinkFault::Read)), now);
                Pulled::Nothing
            }
        };
        // Where there is always something to read nobody turns the loop: time passes all the same.
        if driver.engine.next_deadline().is_some_and(|at| at <= now) {
            driver.engine.handle_deadline(now);
        }
        pulled
    }
}
