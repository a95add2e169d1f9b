//! What lies between a socket and its owner: TLS, once or twice, and bytes that came early.

use std::io;

use crate::Secured;
use crate::tls::{Layer, TlsError};

/// TLS over a stream, and over that.
///
/// ```text
/// socket ── feed ──► outer ──► inner ── read ──► owner
/// socket ◄─ drain ── outer ◄── inner ◄─ write ── owner
/// ```
#[derive(Default)]
pub(crate) struct Layers {
    /// From the socket upwards; two at the most.
    stack: Vec<Layer>,
    /// What the owner reads first, but for `used` bytes of it.
    early: Vec<u8>,
    used: usize,
    /// Why nothing more can be read. Told after what came before it.
    fault: Option<io::Error>,
    /// A lower layer has ended.
    has_ended: bool,
    /// The owner was given bytes, and waits to be told of what is behind them.
    owes_end: bool,
    /// How many bytes the owner has written.
    pub(crate) plain: u64,
    /// How many bytes of a handshake are still to be sent before those.
    pub(crate) ahead: usize,
}

impl Layers {
    pub(crate) fn push(&mut self, layer: Layer) {
        self.stack.push(layer);
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.stack.is_empty()
    }

    /// Whether nothing lies between any more.
    pub(crate) fn is_done(&self) -> bool {
        self.stack.is_empty() && self.early.is_empty() && self.fault.is_none()
    }

    pub(crate) fn is_handshaking(&self) -> bool {
        self.stack.last().is_some_and(Layer::is_handshaking)
    }

    pub(crate) const fn has_ended(&self) -> bool {
        self.has_ended
    }

    pub(crate) fn facts(&self) -> Option<Secured> {
        self.stack.last().and_then(Layer::facts)
    }

    /// Takes what the socket gave: the first `count` bytes of `scratch`, which is used for what lies between, too.
    pub(crate) fn feed(&mut self, scratch: &mut [u8], count: usize) -> Result<(), TlsError> {
        match self.stack.first_mut() {
            Some(outer) => outer.feed(&scratch[..count])?,
            None => self.early.extend_from_slice(&scratch[..count]),
        }
        self.lift(scratch)
    }

    /// Takes plaintext of the lower layers for the topmost one.
    pub(crate) fn feed_top(&mut self, bytes: &[u8]) -> Result<(), TlsError> {
        self.stack.last_mut().map_or(Ok(()), |layer| layer.feed(bytes))
    }

    /// Moves what the outer layer has to the inner one.
    pub(crate) fn lift(&mut self, scratch: &mut [u8]) -> Result<(), TlsError> {
        let [outer, inner] = self.stack.as_mut_slice() else { return Ok(()) };
        loop {
            match outer.read(scratch) {
                Ok(count @ 1..) => inner.feed(&scratch[..count])?,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Ok(0) | Err(_) => {
                    self.has_ended = true;
                    inner.feed_end();
                    return Ok(());
                }
            }
        }
    }

    /// The socket has ended.
    pub(crate) fn feed_end(&mut self, scratch: &mut [u8]) {
        if let Some(outer) = self.stack.first_mut() {
            outer.feed_end();
        }
        if let Err(error) = self.lift(scratch) {
            self.fail(io::Error::new(io::ErrorKind::InvalidData, error));
        }
    }

    /// Nothing more can be read after what there is.
    pub(crate) fn fail(&mut self, error: io::Error) {
        self.fault.get_or_insert(error);
    }

    /// The owner reads these before anything else.
    pub(crate) fn put_back(&mut self, bytes: &[u8]) {
        self.early.splice(..self.used, bytes.iter().copied());
        self.used = 0;
    }

    /// Whether `read` has something to give at once, be it the end.
    pub(crate) fn has_plaintext(&self) -> bool {
        !self.early.is_empty() || self.fault.is_some() || self.stack.last().is_some_and(Layer::has_plaintext)
    }

    /// Gives what there is. 0 is the end, if `buffer` is not empty; `WouldBlock` when there is nothing.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.early.is_empty() {
            let left = &self.early[self.used..];
            let count = left.len().min(buffer.len());
            buffer[..count].copy_from_slice(&left[..count]);
            self.used += count;
            if self.used == self.early.len() {
                (self.early, self.used) = (Vec::new(), 0);
            }
            return Ok(count);
        }
        let result = match self.stack.last_mut() {
            Some(layer) => layer.read(buffer),
            None => Err(io::ErrorKind::WouldBlock.into()),
        };
        match (result, &self.fault) {
            // A layer that failed says so itself for good; what the socket said is said once.
            (Err(error), Some(_)) if error.kind() == io::ErrorKind::WouldBlock => {
                Err(self.fault.take().unwrap_or(error))
            }
            (result, _) => result,
        }
    }

    /// Encrypts `bytes`, and appends what is to be sent to `wire`.
    pub(crate) fn write(&mut self, bytes: &[u8], wire: &mut Vec<u8>) -> Result<(), TlsError> {
        match self.stack.last_mut() {
            Some(layer) => layer.write(bytes)?,
            None => wire.extend_from_slice(bytes),
        }
        self.drain(wire)
    }

    /// Appends what the layers have to send to `wire`.
    pub(crate) fn drain(&mut self, wire: &mut Vec<u8>) -> Result<(), TlsError> {
        match self.stack.as_mut_slice() {
            [outer, inner] => {
                let start = wire.len();
                inner.drain(wire);
                let result = if wire.len() > start { outer.write(&wire[start..]) } else { Ok(()) };
                wire.truncate(start);
                outer.drain(wire);
                result
            }
            [only] => {
                only.drain(wire);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Says goodbye, and appends that to `wire`.
    pub(crate) fn close(&mut self, wire: &mut Vec<u8>) {
        if let [outer, inner] = self.stack.as_mut_slice() {
            inner.close();
            let start = wire.len();
            inner.drain(wire);
            let _ = outer.write(&wire[start..]); // a layer that failed says nothing more
            wire.truncate(start);
        }
        if let Some(outer) = self.stack.first_mut() {
            outer.close();
            outer.drain(wire);
        }
    }

    /// Bytes were read, and what is behind them will not be told by the system.
    pub(crate) const fn owe_end(&mut self) {
        self.owes_end = true;
    }

    pub(crate) const fn take_owed_end(&mut self) -> bool {
        std::mem::replace(&mut self.owes_end, false)
    }
}
