//! What lies between a socket and its owner: TLS, once or twice, and bytes that came early.

use std::io;

use crate::Secured;
use crate::tls::{Layer, TlsError};

/// TLS over a stream, and over that.
///
/// ```text
/// socket ── feed ──► outer ──► inner ── read ──► owner
/// socket ◄─ write ── outer ◄── inner ◄─ write ── owner
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

    /// What the socket gave before and the next `feed` begins with. At most 64 KiB less one byte.
    pub(crate) fn unfinished(&self) -> &[u8] {
        self.stack.first().map_or(&[], Layer::unfinished)
    }

    /// Takes what the socket gave, behind what was `unfinished`. Nothing is in `wire` afterwards that is of use.
    ///
    /// What the owner reads next goes to the front of `room`, which is what is left of it afterwards; or waits.
    pub(crate) fn feed(&mut self, wire: &mut [u8], room: &mut &mut [u8]) -> Result<(), TlsError> {
        let nowhere: &mut &mut [u8] = &mut [].as_mut_slice();
        let room = if self.early.is_empty() { room } else { nowhere };
        match self.stack.as_mut_slice() {
            [] => {
                self.early.extend_from_slice(wire);
                Ok(())
            }
            [only] => only.feed(wire, room),
            [outer, ..] => {
                outer.feed(wire, &mut [].as_mut_slice())?;
                self.lift(room)
            }
        }
    }

    /// Takes plaintext of the lower layers for the topmost one, before `lift` gives it more.
    pub(crate) fn feed_top(&mut self, bytes: &mut [u8]) -> Result<(), TlsError> {
        self.stack.last_mut().map_or(Ok(()), |layer| layer.feed(bytes, &mut [].as_mut_slice()))
    }

    /// Moves what the outer layer has to the inner one, and what that has to the front of `room`.
    pub(crate) fn lift(&mut self, room: &mut &mut [u8]) -> Result<(), TlsError> {
        let [outer, inner] = self.stack.as_mut_slice() else { return Ok(()) };
        if outer.has_plaintext() {
            let mut wire = inner.unfinished().to_vec();
            outer.read_all(&mut wire);
            inner.feed(&mut wire, room)?;
        }
        if outer.has_ended() {
            self.has_ended = true;
            inner.feed_end();
        }
        Ok(())
    }

    /// The socket has ended.
    pub(crate) fn feed_end(&mut self) {
        if let Some(outer) = self.stack.first_mut() {
            outer.feed_end();
        }
        if let Err(error) = self.lift(&mut [].as_mut_slice()) {
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
    pub(crate) fn has_news(&self) -> bool {
        let tells = |layer: &Layer| layer.has_plaintext() || layer.has_ended();
        !self.early.is_empty() || self.fault.is_some() || self.stack.last().is_some_and(tells)
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

    /// Encrypts `bytes`, and appends them to `wire` behind what was to be sent before.
    pub(crate) fn write(&mut self, bytes: &[u8], wire: &mut Vec<u8>) -> Result<(), TlsError> {
        match self.stack.as_mut_slice() {
            [] => {
                wire.extend_from_slice(bytes);
                Ok(())
            }
            [only] => only.write(bytes, wire),
            [outer, inner, ..] => {
                let mut between = Vec::new();
                inner.write(bytes, &mut between)?;
                outer.write(&between, wire)
            }
        }
    }

    /// Whether `drain` has something to give.
    pub(crate) fn wants_write(&self) -> bool {
        self.stack.iter().any(Layer::wants_write)
    }

    /// Appends what the layers have to send to `wire`.
    pub(crate) fn drain(&mut self, wire: &mut Vec<u8>) -> Result<(), TlsError> {
        let mut result = Ok(());
        if let [outer, inner] = self.stack.as_mut_slice()
            && inner.wants_write()
        {
            let mut between = Vec::new();
            inner.drain(&mut between);
            result = outer.write(&between, wire);
        }
        if let Some(outer) = self.stack.first_mut() {
            outer.drain(wire);
        }
        result
    }

    /// Says goodbye, and appends that to `wire`.
    pub(crate) fn close(&mut self, wire: &mut Vec<u8>) {
        if let [_, inner] = self.stack.as_mut_slice() {
            inner.close();
            let _ = self.drain(wire); // a layer that failed says nothing more
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
