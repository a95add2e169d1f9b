//! A link that has left its loop.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

use socket2::SockRef;

use crate::stream::Stream;

/// How much of what a socket has is taken at once.
const SCRATCH: usize = 16 * 1024;

/// How much is encrypted at once: one record's worth (RFC 8446, section 5.1).
const PIECE: usize = 16 * 1024;

/// A link that was taken out of its loop: a socket, and the TLS over it. See [`Transport::detach`](crate::Transport::detach).
///
/// It does not block until [`set_blocking`](Self::set_blocking) says so: a read without bytes and a write without room are
/// [`WouldBlock`](io::ErrorKind::WouldBlock) then, and its descriptor can be waited for. Read on until that: bytes may be
/// here already of which the descriptor says nothing.
///
/// A write takes the bytes and may keep what TLS made of them; [`flush`](Write::flush), or the next write, sends it.
/// Dropping it closes the socket, after a close_notify where it is secured and nothing waits.
pub struct Detached {
    stream: Stream,
    scratch: Vec<u8>,
    wire: Vec<u8>,
    is_blocking: bool,
}

impl Detached {
    pub(crate) const fn new(stream: Stream) -> Self {
        Self { stream, scratch: Vec::new(), wire: Vec::new(), is_blocking: false }
    }

    /// Gives bytes back: they are read first. What was given back last comes before what was given back earlier.
    pub fn unread(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.stream.put_back(bytes);
        }
    }

    /// Whether reads and writes wait for the peer. Default: no.
    ///
    /// # Errors
    /// What the system says of the socket.
    pub fn set_blocking(&mut self, blocks: bool) -> io::Result<()> {
        SockRef::from(&self.stream.socket).set_nonblocking(!blocks)?;
        self.is_blocking = blocks;
        Ok(())
    }

    /// The address at the other end: the proxy's, if there is one.
    ///
    /// # Errors
    /// What the system says; of a Unix socket that it has none.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.socket.peer_addr()
    }
}

impl Read for Detached {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.stream.is_plain() {
            return self.stream.read(buffer);
        }
        self.stream.read_some(buffer, &mut self.scratch, SCRATCH)
    }
}

impl Write for Detached {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.flush()?;
        let piece = &bytes[..bytes.len().min(PIECE)];
        self.stream.send_through(piece, &mut self.wire)?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        while self.stream.has_tail() {
            if !self.stream.flush()? && !self.is_blocking {
                return Err(io::ErrorKind::WouldBlock.into());
            }
        }
        Ok(())
    }
}

impl Drop for Detached {
    fn drop(&mut self) {
        if !self.stream.is_plain() && (!self.is_blocking || self.set_blocking(false).is_ok()) {
            self.stream.farewell();
        }
    }
}

impl AsFd for Detached {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.socket.as_fd()
    }
}

impl AsRawFd for Detached {
    fn as_raw_fd(&self) -> RawFd {
        self.stream.socket.as_raw_fd()
    }
}

impl fmt::Debug for Detached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Detached")
            .field("fd", &self.as_raw_fd())
            .field("plain", &self.stream.is_plain())
            .field("blocking", &self.is_blocking)
            .finish_non_exhaustive()
    }
}
