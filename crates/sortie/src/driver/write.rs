//! What goes out: as much as a link takes, from wherever it comes.

use std::io::Read;

use sortie_engine::{LinkError, LinkFault, LinkId, Piece, Write};

use super::Driver;
use crate::fault::closed_by;
use crate::feeder::{Fed, PIECE};
use crate::feeds::Feed;

/// How many bytes of a body in memory are handed over at once.
const BUDGET: usize = 256 * 1024;

/// How many writes one link gets before the others have their turn.
const WRITES: usize = 32;

/// What is to be sent behind the output, as it is.
enum Rest {
    Nothing,
    /// So many bytes of the loop's own buffer.
    Input(usize),
    Piece(Vec<u8>),
}

impl Driver {
    /// Writes what the engine has for a link, as far as the link takes it.
    pub(super) fn write(&mut self, link: LinkId) {
        let Some(name) = self.name_of(link) else { return };
        for _ in 0..WRITES {
            self.output.clear();
            let mut write = self.engine.handle_writable(link, &mut self.output, BUDGET, self.now);
            let mut rest = Rest::Nothing;
            if write == Write::Feed {
                (write, rest) = self.feed(link);
            } else if self.output.is_empty() {
                return;
            }
            let as_it_is = match &rest {
                Rest::Nothing => &[][..],
                Rest::Input(count) => &self.input[..*count],
                Rest::Piece(piece) => piece,
            };
            let bytes = match (self.output.is_empty(), as_it_is.is_empty()) {
                (true, true) => return,
                (true, false) => as_it_is,
                // A head and what follows it leave in one write.
                (false, _) => {
                    self.output.extend_from_slice(as_it_is);
                    &self.output
                }
            };
            let sent = self.transport.send(name, bytes);
            if let Rest::Piece(piece) = rest {
                self.spent = piece;
            }
            match sent {
                Ok(true) if write != Write::Done => {}
                Ok(true) => return,
                Ok(false) => return self.engine.handle_blocked(link, self.now),
                Err(error) => {
                    return self.fail_write(link, closed_by(error, LinkFault::Write));
                }
            }
        }
        self.unwritten.push(link);
    }

    /// Goes on with bodies that had nothing to send when they were asked last.
    pub(super) fn write_fed(&mut self) {
        for link in self.feeds.rung() {
            // What waits for the link is sent first, and its end is told.
            if self.name_of(link).is_some_and(|name| !self.transport.has_tail(name)) {
                self.write(link);
            }
        }
    }

    /// Goes on with links that had more to write when their turn was over.
    pub(super) fn write_on(&mut self) {
        if self.unwritten.is_empty() {
            return;
        }
        for link in std::mem::take(&mut self.unwritten) {
            self.write(link);
        }
    }

    /// Hands the next piece of a body to the engine, if it is there.
    fn feed(&mut self, link: LinkId) -> (Write, Rest) {
        let mut taken = Vec::new();
        let (piece, mut rest) = match self.feeds.open(link, self.engine.body(link)) {
            Err(error) => (Piece::Failed(error), Rest::Nothing),
            Ok(Feed::File(file)) => match file.read(&mut self.input[..PIECE]) {
                Ok(0) => (Piece::End, Rest::Nothing),
                Ok(count) => (Piece::Bytes(&self.input[..count]), Rest::Input(count)),
                Err(error) => (Piece::Failed(error), Rest::Nothing),
            },
            Ok(Feed::Reader(feeder)) => match feeder.take(std::mem::take(&mut self.spent)) {
                Fed::Piece(piece) => {
                    taken = piece;
                    (Piece::Bytes(&taken), Rest::Nothing)
                }
                Fed::Nothing => (Piece::Pending, Rest::Nothing),
                Fed::End => (Piece::End, Rest::Nothing),
                Fed::Failed(error) => (Piece::Failed(error), Rest::Nothing),
            },
        };
        let is_pending = matches!(piece, Piece::Pending);
        let (write, as_it_is) = self.engine.handle_fed(link, piece, &mut self.output, self.now);
        let is_framed = as_it_is.is_empty();
        if write != Write::Feed && !is_pending {
            self.feeds.close(link);
        }
        if is_framed {
            rest = Rest::Nothing;
            self.spent = taken;
        } else if !taken.is_empty() {
            rest = Rest::Piece(taken);
        }
        (write, rest)
    }

    /// A link that cannot be written to: the peer may have said why before it closed.
    pub(super) fn fail_write(&mut self, link: LinkId, cause: LinkError) {
        let end = self.read(link, true);
        if end.is_none() && self.engine.handle_unsent(link) {
            // What has come of the answer is its reader's to read, and to find the end of.
            self.lull.heed(link, true);
            return self.feeds.close(link);
        }
        let cause = match end {
            // An answer that ends in good order is one, whatever became of the request.
            Some(None) if self.engine.has_head(link) => None,
            // An alert says more than the pipe that it broke.
            Some(Some(said)) if said.kind == LinkFault::Tls => Some(said),
            _ => Some(cause),
        };
        self.engine.handle_closed(link, cause, self.now);
    }
}
