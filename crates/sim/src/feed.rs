//! Streamed bodies, as the real driver has them from a thread: a piece is there, or comes later.

use std::io::Read;
use std::time::Duration;

use sortie_engine::{LinkId, Piece, Write};
use sortie_http::Opened;

use crate::agenda::Event;
use crate::{Error, World};

/// The body of the exchange on a link.
pub(crate) struct Feed {
    opened: Opened,
    /// When the next piece is there was drawn already, and has come.
    ready: bool,
}

impl World {
    /// Hands in the next piece of a body, if it is there by now.
    pub(crate) fn feed(&mut self, link: LinkId, out: &mut Vec<u8>) -> Write {
        let Some(wire) = self.wires.get_mut(&link) else { return Write::Done };
        if wire.feed.is_none() {
            match self.engine.body(link).map(|body| body.open()) {
                Some(Ok(opened)) => wire.feed = Some(Feed { opened, ready: false }),
                Some(Err(error)) => return self.engine.handle_fed(link, Piece::Failed(error), out, self.now).0,
                None => return Write::Done,
            }
        }
        let Some(feed) = &mut wire.feed else { return Write::Done };
        let pause = self.chance.duration(self.slow.clone());
        if pause > Duration::ZERO && !feed.ready {
            self.agenda.put(self.now.after(pause), Event::Fed { link });
            return self.engine.handle_fed(link, Piece::Pending, out, self.now).0;
        }
        feed.ready = false;
        let mut piece = vec![0; self.chance.size(self.piece.clone()).max(1)];
        let (write, rest) = match feed.opened.read(&mut piece) {
            Ok(0) => self.engine.handle_fed(link, Piece::End, out, self.now),
            Ok(count) => self.engine.handle_fed(link, Piece::Bytes(&piece[..count]), out, self.now),
            Err(error) => self.engine.handle_fed(link, Piece::Failed(error), out, self.now),
        };
        out.extend_from_slice(rest);
        if write != Write::Feed
            && let Some(wire) = self.wires.get_mut(&link)
        {
            wire.feed = None;
        }
        write
    }

    /// The next piece of a body is there.
    pub(crate) fn fed(&mut self, link: LinkId) -> Result<(), Error> {
        let Some(wire) = self.wires.get_mut(&link) else { return Ok(()) };
        let Some(feed) = &mut wire.feed else { return Ok(()) };
        feed.ready = true;
        if wire.blocked { Ok(()) } else { self.write(link) }
    }
}
