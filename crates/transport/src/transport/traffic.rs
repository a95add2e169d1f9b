//! Bytes, to and fro.

use std::io;

use super::{Transport, stream_of};
use crate::link::{Link, State};
use crate::stream::Stream;
use crate::{Detached, Event, LinkId};

impl Transport {
    /// Closes a link, in whatever state: its socket at once, and what it had to send is lost. No event of it is told any
    /// more. Ignored if it is closed already.
    ///
    /// The peer of an open link that is secured is told by a close_notify (RFC 8446, section 6.1), if nothing waits and the
    /// socket takes it at once.
    pub fn close(&mut self, link: LinkId) {
        if !self.is_present(link) {
            return;
        }
        self.deadlines.clear(link.index);
        match self.links.remove(link.index()).state {
            State::Resolving(road) => {
                if let Some((name, _)) = road.question() {
                    self.resolver(&road).forget(name, link, &self.inbox);
                }
            }
            State::Open(mut stream) => stream.farewell(),
            State::Connecting(_) | State::Knocking(_) | State::SettingUp(_) | State::Failed => {}
        }
    }

    /// One read. 0 is the end of what the peer sends, if `buffer` is not empty.
    ///
    /// Of a secured link as many as the socket and `buffer` have, so that here, too, a short read has drained it.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) when there is nothing, [`NotConnected`](io::ErrorKind::NotConnected) when
    /// the link is not open, else what the system says. Of a secured link also [`UnexpectedEof`](io::ErrorKind::UnexpectedEof)
    /// when the connection ended without close_notify (RFC 8446, section 6.1), and [`InvalidData`](io::ErrorKind::InvalidData)
    /// when TLS failed, both with the [`TlsError`](crate::TlsError) inside.
    #[inline]
    pub fn read(&mut self, link: LinkId, buffer: &mut [u8]) -> io::Result<usize> {
        let stream = stream_of(&mut self.links, link)?;
        if stream.is_plain() {
            return stream.read(buffer);
        }
        self.through(link, |stream, scratch| stream.read_through(buffer, scratch))
    }

    /// One read, behind what is in `buffer`, into its spare capacity; it never grows. 0 is the end of what the peer sends.
    ///
    /// Reads at most `limit` bytes, and no more than there is room for. Where `limit` is all the room there is, the bytes
    /// come straight to their place, but for those of a secured link; where it is less, `limit` bytes are zeroed first. So
    /// reserve what you will read, exactly.
    ///
    /// # Errors
    /// As [`read`](Self::read); and [`InvalidInput`](io::ErrorKind::InvalidInput) without room, or a limit of 0.
    #[inline]
    pub fn read_into(&mut self, link: LinkId, buffer: &mut Vec<u8>, limit: usize) -> io::Result<usize> {
        let stream = stream_of(&mut self.links, link)?;
        if stream.is_plain() {
            return stream.read_into(buffer, limit);
        }
        self.through(link, |stream, scratch| stream.read_into_through(buffer, limit, scratch))
    }

    /// Sends bytes: one write, and none if others wait. Whether nothing is left to send.
    ///
    /// What the socket does not take is copied, sent in turns to come, and its end told by [`Drained`](Event::Drained).
    /// It has no limit here: who sends much waits for that event.
    ///
    /// # Errors
    /// [`NotConnected`](io::ErrorKind::NotConnected) when the link is not open, else what the system says, or TLS.
    #[inline]
    pub fn send(&mut self, link: LinkId, bytes: &[u8]) -> io::Result<bool> {
        let stream = stream_of(&mut self.links, link)?;
        if stream.is_plain() { stream.send(bytes) } else { stream.send_through(bytes, &mut self.wire) }
    }

    /// Whether bytes wait for the socket to take them.
    #[must_use]
    pub fn has_tail(&self, link: LinkId) -> bool {
        self.stream(link).is_some_and(Stream::has_tail)
    }

    /// How many bytes the socket took since the link was opened. 0 if it is not open.
    ///
    /// Of a secured link it is all that was sent when nothing waits, none if nothing of it can have reached the peer, and
    /// something between otherwise.
    #[must_use]
    pub fn written(&self, link: LinkId) -> u64 {
        self.stream(link).map_or(0, Stream::written)
    }

    /// Takes an open link out of the loop, as a value that reads and writes by itself; the link is closed here, and no event
    /// of it is told any more. `None` if it is not open, or the system does not let go of its socket.
    pub fn detach(&mut self, link: LinkId) -> Option<Detached> {
        let stream = stream_of(&mut self.links, link).ok()?;
        self.poll.registry().deregister(&mut stream.socket).ok()?;
        self.deadlines.clear(link.index);
        match self.links.remove(link.index()).state {
            State::Open(mut stream) => {
                let _ = stream.answer(); // if it cannot be sent, the next write says so
                Some(Detached::new(stream))
            }
            _ => None,
        }
    }

    /// Reads from a link that is not plain, and tells of an end that the system will not tell of.
    #[inline(never)]
    fn through(
        &mut self,
        link: LinkId,
        read: impl FnOnce(&mut Stream, &mut [u8]) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let stream = stream_of(&mut self.links, link)?;
        let result = read(stream, &mut self.scratch);
        if stream.take_owed_end() {
            self.events.push_back(Event::Ready { link, readable: true, closed: true });
        }
        result
    }
}

impl Drop for Transport {
    /// Takes the questions back that were not answered, so that nobody else waits for what nobody wants to know.
    fn drop(&mut self) {
        for (index, Link { generation, state }) in &self.links {
            if let State::Resolving(road) = state
                && let Some((name, _)) = road.question()
            {
                let link = LinkId { index: index as u32, generation: *generation };
                self.resolver(road).forget(name, link, &self.inbox);
            }
        }
    }
}
