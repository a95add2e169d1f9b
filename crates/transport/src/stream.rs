//! A connected socket, what lies over it, and the bytes that it has not taken yet.

use std::io::{self, Read as _, Write as _};

use mio::net::TcpStream;
use rustix::buffer::spare_capacity;

use crate::layers::Layers;
use crate::tls::TlsError;
use crate::token::Stamp;

/// How many reads of the socket one read makes at the most.
const READS: usize = 16;

/// How much of a large buffer is made ready for plaintext at once.
const PIECE: usize = 64 * 1024;

/// An open link's socket.
pub(crate) struct Stream {
    pub(crate) socket: TcpStream,
    pub(crate) stamp: Stamp,
    /// What the socket did not take, after `sent` bytes that it did. Holds no memory when all was sent.
    tail: Vec<u8>,
    sent: usize,
    written: u64,
    /// What lies between the socket and the owner, if anything does.
    layers: Option<Box<Layers>>,
}

impl Stream {
    pub(crate) const fn new(socket: TcpStream, stamp: Stamp) -> Self {
        Self { socket, stamp, tail: Vec::new(), sent: 0, written: 0, layers: None }
    }

    pub(crate) const fn has_tail(&self) -> bool {
        !self.tail.is_empty()
    }

    /// Whether nothing lies between the socket and the owner.
    #[inline]
    pub(crate) const fn is_plain(&self) -> bool {
        self.layers.is_none()
    }

    /// How many of the owner's bytes the socket took; with layers a guess, but for none and all.
    pub(crate) fn written(&self) -> u64 {
        match &self.layers {
            Some(layers) if self.tail.is_empty() => layers.plain,
            _ => self.written,
        }
    }

    /// One read. Of a plain stream only.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        uninterrupted(|| self.socket.read(buffer))
    }

    /// One read, behind what is in `buffer`. Of a plain stream only.
    pub(crate) fn read_into(&mut self, buffer: &mut Vec<u8>, limit: usize) -> io::Result<usize> {
        let length = buffer.len();
        let spare = buffer.capacity() - length;
        if spare == 0 || limit == 0 {
            return Err(no_room());
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

    /// Sends `bytes` as they are, after what waits; whether nothing is left.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> io::Result<bool> {
        if self.has_tail() {
            self.make_room();
            self.tail.extend_from_slice(bytes);
            return Ok(false);
        }
        let count = write(&mut self.socket, bytes)?;
        self.took(count);
        self.tail.extend_from_slice(&bytes[count..]);
        Ok(!self.has_tail())
    }

    /// Sends what waits, now that the socket takes bytes again; whether nothing is left. After an error nothing waits.
    pub(crate) fn flush(&mut self) -> io::Result<bool> {
        match write(&mut self.socket, &self.tail[self.sent..]) {
            Ok(count) => {
                self.took(count);
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

    /// Moves what waits to the front, if that makes for much room.
    fn make_room(&mut self) {
        if self.sent >= self.tail.len() / 2 {
            self.tail.drain(..self.sent);
            self.sent = 0;
        }
    }

    /// The socket took `count` bytes.
    fn took(&mut self, count: usize) {
        match &mut self.layers {
            None => self.written += count as u64,
            Some(layers) => {
                let ahead = layers.ahead.min(count);
                layers.ahead -= ahead;
                self.written = (self.written + (count - ahead) as u64).min(layers.plain);
            }
        }
    }

    fn forget(&mut self) {
        self.tail = Vec::new();
        self.sent = 0;
    }
}

/// What is done where something lies between the socket and the owner.
impl Stream {
    pub(crate) fn layers(&mut self) -> &mut Layers {
        self.layers.get_or_insert_default()
    }

    /// The owner reads these before anything else.
    pub(crate) fn put_back(&mut self, bytes: &[u8]) {
        let plain = self.written;
        if self.is_plain() {
            self.layers().plain = plain;
        }
        self.layers().put_back(bytes);
    }

    /// From here on what is sent is the owner's.
    pub(crate) fn begin(&mut self) {
        self.written = 0;
        match &mut self.layers {
            Some(layers) if layers.is_done() => self.layers = None,
            Some(layers) => (layers.plain, layers.ahead) = (0, self.tail.len() - self.sent),
            None => {}
        }
    }

    /// Whether a read has something to give without the socket, be it the end.
    pub(crate) fn has_news(&self) -> bool {
        self.layers.as_ref().is_some_and(|layers| layers.has_news())
    }

    /// Whether the layers have something to say of themselves.
    pub(crate) fn has_word(&self) -> bool {
        self.layers.as_ref().is_some_and(|layers| layers.wants_write())
    }

    /// Whether the last read has left something that the system will not tell of. Says so once.
    pub(crate) fn take_owed_end(&mut self) -> bool {
        self.layers.as_mut().is_some_and(|layers| layers.take_owed_end())
    }

    /// Reads until `buffer` is full, or the socket has no more. `scratch` is for what the socket has.
    pub(crate) fn read_through(&mut self, buffer: &mut [u8], scratch: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.layers.as_ref().is_some_and(|layers| layers.is_done()) {
            self.become_plain();
        }
        // A short read has drained the socket of bytes. Whether it has an end only the next read tells: where nothing is
        // given to the owner, who would then ask again, it is made here.
        let (mut filled, mut is_drained, mut is_asked) = (0, false, false);
        let mut reads = 0;
        while filled < buffer.len() {
            let Some(layers) = &mut self.layers else { return self.read(buffer) };
            if layers.has_news() {
                match layers.read(&mut buffer[filled..]) {
                    Ok(count @ 1..) => filled += count,
                    result if filled == 0 => return result,
                    result => {
                        layers.owe_end();
                        if let Err(error) = result {
                            layers.fail(error);
                        }
                        return Ok(filled);
                    }
                }
                continue;
            }
            if is_drained && filled > 0 {
                return Ok(filled);
            }
            if is_asked {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            if reads == READS {
                // A flood of records without a byte for the owner: the others have their turn.
                layers.owe_end();
                return if filled > 0 { Ok(filled) } else { Err(io::ErrorKind::WouldBlock.into()) };
            }
            reads += 1;
            match self.take_in(scratch, &mut buffer[filled..]) {
                Ok(Taken { count: 0, .. }) if self.layers().is_empty() => {
                    if filled > 0 {
                        self.layers().owe_end();
                    }
                    return Ok(filled);
                }
                Ok(taken) => {
                    filled += taken.plain;
                    (is_drained, is_asked) = (taken.is_all, taken.count == 0);
                }
                Err(error) => {
                    if error.kind() != io::ErrorKind::WouldBlock {
                        self.layers().fail(error);
                    }
                    (is_drained, is_asked) = (true, true);
                }
            }
        }
        Ok(filled)
    }

    /// [`read_through`](Self::read_through), behind what is in `buffer`.
    pub(crate) fn read_into_through(
        &mut self,
        buffer: &mut Vec<u8>,
        limit: usize,
        scratch: &mut [u8],
    ) -> io::Result<usize> {
        let start = buffer.len();
        let room = limit.min(buffer.capacity() - start);
        if room == 0 {
            return Err(no_room());
        }
        loop {
            let (filled, piece) = (buffer.len(), PIECE.min(room - (buffer.len() - start)));
            buffer.resize(filled + piece, 0);
            let result = self.read_through(&mut buffer[filled..], scratch);
            buffer.truncate(filled + *result.as_ref().unwrap_or(&0));
            let all = buffer.len() - start;
            match result {
                Ok(count) if count == piece && all < room => {}
                Ok(0) if all > 0 => {
                    // The end, at the border of two pieces: it is told once more.
                    self.layers().owe_end();
                    return Ok(all);
                }
                Ok(_) => return Ok(all),
                Err(error) if all == 0 => return Err(error),
                Err(error) => {
                    if error.kind() != io::ErrorKind::WouldBlock {
                        self.layers().fail(error);
                        self.layers().owe_end();
                    }
                    return Ok(all);
                }
            }
        }
    }

    /// Reads what there is first, without looking for more. `scratch` is for what the socket has: `room` bytes at a time,
    /// behind what the layers need again.
    pub(crate) fn read_some(&mut self, buffer: &mut [u8], scratch: &mut Vec<u8>, room: usize) -> io::Result<usize> {
        loop {
            let Some(layers) = &mut self.layers else { return self.read(buffer) };
            if layers.is_done() {
                self.become_plain();
                continue;
            }
            if layers.has_news() || buffer.is_empty() {
                return layers.read(buffer);
            }
            scratch.resize(self.unfinished() + room, 0);
            match self.take_in(scratch, buffer)? {
                Taken { count: 0, .. } if self.layers().is_empty() => return Ok(0),
                Taken { plain: 0, .. } => {}
                Taken { plain, .. } => return Ok(plain),
            }
        }
    }

    /// Sends `bytes` through the layers; whether nothing is left. `wire` is for what they become.
    pub(crate) fn send_through(&mut self, bytes: &[u8], wire: &mut Vec<u8>) -> io::Result<bool> {
        let Some(layers) = &mut self.layers else { return self.send(bytes) };
        wire.clear();
        let mut result = Ok(());
        if layers.wants_write() {
            result = layers.drain(wire);
            if self.tail.is_empty() || layers.plain == 0 {
                layers.ahead += wire.len();
            }
        }
        result = result.and_then(|()| layers.write(bytes, wire));
        layers.plain += bytes.len() as u64;
        let sent = self.send(wire);
        result.map_err(io::Error::other)?;
        sent
    }

    /// Sends what the layers have to say of themselves, as far as the socket takes it now.
    pub(crate) fn answer(&mut self) -> io::Result<()> {
        let Some(layers) = &mut self.layers else { return Ok(()) };
        if !layers.wants_write() {
            return Ok(());
        }
        let before = self.tail.len();
        let result = layers.drain(&mut self.tail);
        if before == 0 || layers.plain == 0 {
            layers.ahead += self.tail.len() - before;
        }
        if before == 0 && self.has_tail() {
            self.flush()?;
        }
        result.map_err(io::Error::other)
    }

    /// Tells the peer that nothing more comes, if there is a word for it and the socket takes it at once.
    pub(crate) fn farewell(&mut self) {
        if let Some(layers) = &mut self.layers
            && self.tail.is_empty()
        {
            layers.close(&mut self.tail);
            let _ = write(&mut self.socket, &self.tail); // it is a courtesy
        }
    }

    /// One read of the socket, behind what the layers need again in front of it; how much is in `scratch` then, and how
    /// much of it is new. 0 is the socket's end.
    pub(crate) fn fetch(&mut self, scratch: &mut [u8]) -> io::Result<(usize, usize)> {
        let start = self.layers.as_ref().map_or(0, |layers| {
            let unfinished = layers.unfinished();
            scratch[..unfinished.len()].copy_from_slice(unfinished);
            unfinished.len()
        });
        let count = self.read(&mut scratch[start..])?;
        Ok((start + count, count))
    }

    /// How much of the buffer for `fetch` is needed for what came before.
    fn unfinished(&self) -> usize {
        self.layers.as_ref().map_or(0, |layers| layers.unfinished().len())
    }

    /// One read of the socket, for the layers; what the owner reads comes to the front of `room`.
    fn take_in(&mut self, scratch: &mut [u8], mut room: &mut [u8]) -> io::Result<Taken> {
        let (length, count) = self.fetch(scratch)?;
        let (layers, all) = (self.layers(), room.len());
        match count {
            0 => layers.feed_end(),
            _ => {
                if let Err(error) = layers.feed(&mut scratch[..length], &mut room) {
                    layers.fail(broken(error));
                }
            }
        }
        let _ = self.answer(); // if it cannot be sent, the next send says so
        Ok(Taken { count, plain: all - room.len(), is_all: length < scratch.len() })
    }

    fn become_plain(&mut self) {
        self.written = self.written();
        self.layers = None;
    }
}

/// What came of one read of the socket.
struct Taken {
    /// How many bytes it gave. 0 is its end.
    count: usize,
    /// How many of the owner's they were, at once.
    plain: usize,
    /// Whether the socket had no more.
    is_all: bool,
}

/// What a read says when the layers cannot go on.
fn broken(error: TlsError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

fn no_room() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "no room to read into")
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
