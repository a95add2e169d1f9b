//! A connected socket, and the bytes that it has not taken yet.

use std::io::{self, Read as _, Write as _};

use mio::net::TcpStream;
use rustix::buffer::spare_capacity;

use crate::token::Stamp;

/// An open link's socket.
pub(crate) struct Stream {
    socket: TcpStream,
    pub(crate) stamp: Stamp,
    /// What the socket did not take, after `sent` bytes that it did. Holds no memory when all was sent.
    tail: Vec<u8>,
    sent: usize,
    pub(crate) written: u64,
}

impl Stream {
    pub(crate) const fn new(socket: TcpStream, stamp: Stamp) -> Self {
        Self { socket, stamp, tail: Vec::new(), sent: 0, written: 0 }
    }

    pub(crate) const fn has_tail(&self) -> bool {
        !self.tail.is_empty()
    }

    /// One read.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        uninterrupted(|| self.socket.read(buffer))
    }

    /// One read, behind what is in `buffer`.
    pub(crate) fn read_into(&mut self, buffer: &mut Vec<u8>, limit: usize) -> io::Result<usize> {
        let length = buffer.len();
        let spare = buffer.capacity() - length;
        if spare == 0 || limit == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no room to read into"));
        }
        if limit >= spare {
            return uninterrupted(|| Ok(rustix::io::read(&self.socket, spare_capacity(buffer))?));
        }
        // Only the whole of the spare capacity can be handed out without unsafe: a part of it must be bytes first.
        buffer.resize(length + limit, 0);
        let result = self.read(&mut buffer[length..]);
        buffer.truncate(length + *result.as_ref().unwrap_or(&0));
        result
    }

    /// Sends `bytes` after what waits; whether nothing is left.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> io::Result<bool> {
        if self.has_tail() {
            if self.sent >= self.tail.len() / 2 {
                self.tail.drain(..self.sent);
                self.sent = 0;
            }
            self.tail.extend_from_slice(bytes);
            return Ok(false);
        }
        let count = write(&mut self.socket, bytes)?;
        self.written += count as u64;
        self.tail.extend_from_slice(&bytes[count..]);
        Ok(!self.has_tail())
    }

    /// Sends what waits, now that the socket takes bytes again; whether nothing is left. After an error nothing waits.
    pub(crate) fn flush(&mut self) -> io::Result<bool> {
        match write(&mut self.socket, &self.tail[self.sent..]) {
            Ok(count) => {
                self.written += count as u64;
                self.sent += count;
            }
            Err(error) => {
                self.forget();
                return Err(error);
            }
        }
        if self.sent == self.tail.len() {
            self.forget();
        }
        Ok(!self.has_tail())
    }

    fn forget(&mut self) {
        self.tail = Vec::new();
        self.sent = 0;
    }
}

/// One write; 0 when the socket takes nothing now. A plain one: a vectored write of std's raises SIGPIPE.
fn write(socket: &mut TcpStream, bytes: &[u8]) -> io::Result<usize> {
    if bytes.is_empty() {
        return Ok(0);
    }
    match uninterrupted(|| socket.write(bytes)) {
        Ok(0) => Err(io::ErrorKind::WriteZero.into()),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
        result => result,
    }
}

/// Does it again for as long as a signal comes between.
fn uninterrupted<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
