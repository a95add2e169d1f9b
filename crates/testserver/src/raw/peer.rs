//! The client as a script sees it.

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use memchr::memmem;
use socket2::SockRef;

use super::framing::{Framing, chunk_size, invalid};
use super::link::Link;

/// The longest head or chunk line, in octets.
const MOST_HEAD: usize = 1024 * 1024;

/// Octets read at a time.
const PIECE: usize = 16 * 1024;

/// Every request's bytes, in the order in which their heads were complete.
pub(super) type Record = Arc<Mutex<Vec<Vec<u8>>>>;

/// One connection, as its script sees it.
///
/// [`Read`] takes bytes as they come, for what is not HTTP (a SOCKS greeting, say); those are not recorded.
///
/// The connection closes as `close(2)` does: where the client's bytes stand unread, it gets a reset and may lose what was
/// written last. So read the request first, or end with [`Peer::finish`].
#[derive(Debug)]
pub struct Peer {
    number: usize,
    state: State,
    /// What came and was not taken yet.
    ahead: Vec<u8>,
    /// How the content that comes next is delimited.
    framing: Framing,
    record: Record,
    /// Where in the record the last head stands.
    recorded: usize,
}

/// Whether there is a connection.
#[derive(Debug)]
enum State {
    Open(Link),
    /// After [`Peer::reset`].
    Reset,
}

impl Peer {
    pub(super) fn new(number: usize, link: Link, record: Record) -> Self {
        Self { number, state: State::Open(link), ahead: Vec::new(), framing: Framing::Length(0), record, recorded: 0 }
    }

    /// Shakes hands, where there is TLS.
    pub(super) fn open(&mut self) -> io::Result<()> {
        self.link()?.channel.open()
    }

    /// Which connection of the server this is, counted from 0.
    pub fn number(&self) -> usize {
        self.number
    }

    /// Reads a request, head and content, as the bytes that came; `None` when the client has ended between requests.
    ///
    /// Content is delimited by the head's `Transfer-Encoding: chunked` or `Content-Length`. The bytes are recorded for
    /// [`RawServer::requests`](super::RawServer::requests), also what came of a request that was cut off. A client
    /// that waits for 100 (Continue) waits in vain: use [`Peer::read_head`] for it.
    ///
    /// # Errors
    /// `UnexpectedEof` when the client ends in mid-request, `InvalidData` when the head is longer than 1 MiB or its
    /// content has no end, and what the socket said.
    pub fn read_request(&mut self) -> io::Result<Option<Vec<u8>>> {
        let Some(mut request) = self.read_head()? else { return Ok(None) };
        request.extend(self.read_body()?);
        Ok(Some(request))
    }

    /// Reads and records a request's head, up to and with the empty line; `None` when the client has ended before it.
    ///
    /// # Errors
    /// As [`Peer::read_request`].
    pub fn read_head(&mut self) -> io::Result<Option<Vec<u8>>> {
        if self.ahead.is_empty() && self.fill()? == 0 {
            return Ok(None);
        }
        let mut head = Vec::new();
        let read = self.take_until(b"\r\n\r\n", &mut head);
        if read.is_err() {
            head.append(&mut self.ahead);
        }
        {
            let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
            self.recorded = record.len();
            record.push(head.clone());
        }
        read?;
        self.framing = Framing::of(&head)?;
        Ok(Some(head))
    }

    /// Reads and records the content that the last head announced, chunks and all; empty where there is none.
    ///
    /// # Errors
    /// As [`Peer::read_request`].
    pub fn read_body(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        let read = match std::mem::replace(&mut self.framing, Framing::Length(0)) {
            Framing::Length(length) => self.take(length, &mut body),
            Framing::Chunked => self.take_chunks(&mut body),
        };
        if read.is_err() {
            body.append(&mut self.ahead);
        }
        if let Some(request) = self.record.lock().unwrap_or_else(PoisonError::into_inner).get_mut(self.recorded) {
            request.extend_from_slice(&body);
        }
        read?;
        Ok(body)
    }

    /// Writes all of `bytes`.
    ///
    /// # Errors
    /// What the socket said; `NotConnected` after [`Peer::reset`].
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.link()?.channel.write_all(bytes)
    }

    /// Writes all of `bytes` below TLS, as they are: no client takes them for records. Without TLS it is [`Peer::write`].
    ///
    /// # Errors
    /// As [`Peer::write`].
    pub fn write_below(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.link()?.channel.tcp().write_all(bytes)
    }

    /// Writes `bytes` in pieces of `size` octets (at least 1), each in a write of its own with `TCP_NODELAY` on.
    ///
    /// The network is free to deliver several at once.
    ///
    /// # Errors
    /// As [`Peer::write`].
    pub fn write_in_pieces(&mut self, bytes: &[u8], size: usize) -> io::Result<()> {
        bytes.chunks(size.max(1)).try_for_each(|piece| self.write(piece))
    }

    /// Keeps the connection open and says nothing until the client closes or the server is dropped.
    ///
    /// What comes meanwhile is thrown away, unrecorded.
    ///
    /// # Errors
    /// What the socket said, other than that the client is gone; `NotConnected` after [`Peer::reset`].
    pub fn stall(&mut self) -> io::Result<()> {
        loop {
            self.ahead.clear();
            match self.fill() {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }

    /// Ends this direction (close_notify under TLS, FIN), then waits as [`Peer::stall`] does: nothing that was written can get lost.
    ///
    /// # Errors
    /// As [`Peer::stall`].
    pub fn finish(&mut self) -> io::Result<()> {
        match self.link()?.channel.finish() {
            Err(error) if error.kind() != io::ErrorKind::NotConnected => Err(error),
            _ => self.stall(),
        }
    }

    /// Ends the connection with a reset (RST), at once. What the client has not read yet may be lost to it.
    ///
    /// # Errors
    /// `NotConnected` when it was reset before, and what the socket said.
    pub fn reset(&mut self) -> io::Result<()> {
        SockRef::from(self.link()?.channel.tcp()).set_linger(Some(Duration::ZERO))?;
        // With no time to linger, closing the last handle of the socket resets it.
        self.state = State::Reset;
        Ok(())
    }

    fn link(&mut self) -> io::Result<&mut Link> {
        match &mut self.state {
            State::Open(link) => Ok(link),
            State::Reset => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Reads once, to the end of what is ahead; 0 says that the client has ended.
    fn fill(&mut self) -> io::Result<usize> {
        let mut piece = [0; PIECE];
        let count = loop {
            match self.link()?.channel.read(&mut piece) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.ahead.extend_from_slice(&piece[..count]);
        Ok(count)
    }

    /// Reads as [`Peer::fill`], where the end would be in the middle.
    fn fill_more(&mut self) -> io::Result<()> {
        match self.fill()? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    /// Moves the next `count` octets.
    fn take(&mut self, count: usize, into: &mut Vec<u8>) -> io::Result<()> {
        while self.ahead.len() < count {
            self.fill_more()?;
        }
        into.extend(self.ahead.drain(..count));
        Ok(())
    }

    /// Moves what comes up to and with `end`.
    fn take_until(&mut self, end: &[u8], into: &mut Vec<u8>) -> io::Result<()> {
        let mut searched = 0;
        loop {
            if let Some(at) = memmem::find(&self.ahead[searched..], end) {
                return self.take(searched + at + end.len(), into);
            }
            if self.ahead.len() > MOST_HEAD {
                return Err(invalid("the request's head is too long"));
            }
            searched = self.ahead.len().saturating_sub(end.len() - 1);
            self.fill_more()?;
        }
    }

    /// Moves a chunked body, up to and with the empty line after its trailer.
    fn take_chunks(&mut self, into: &mut Vec<u8>) -> io::Result<()> {
        loop {
            let start = into.len();
            self.take_until(b"\r\n", into)?;
            match chunk_size(&into[start..])? {
                0 => break,
                size => self.take(size.saturating_add(2), into)?,
            }
        }
        loop {
            let start = into.len();
            self.take_until(b"\r\n", into)?;
            if into.len() - start == 2 {
                return Ok(());
            }
        }
    }
}

impl Read for Peer {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.ahead.is_empty() {
            return self.link()?.channel.read(buf);
        }
        let count = buf.len().min(self.ahead.len());
        buf[..count].copy_from_slice(&self.ahead[..count]);
        self.ahead.drain(..count);
        Ok(count)
    }
}
