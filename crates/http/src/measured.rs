//! A reader that is held to its length.

use std::io::{self, Read};

/// What a reader gives, which must end after so many bytes.
///
/// Whether it does is known before the last of them are given away: nobody takes them for the whole of it.
pub(crate) struct Measured<R> {
    reader: R,
    length: u64,
    read: u64,
}

impl<R> Measured<R> {
    pub(crate) fn new(reader: R, length: u64) -> Self {
        Measured { reader, length, read: 0 }
    }
}

impl<R: Read> Read for Measured<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() || self.read == self.length {
            return Ok(0);
        }
        let count = self.reader.read(out)?;
        if count == 0 {
            let text = format!("it ended after {} of {} bytes", self.read, self.length);
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, text));
        }
        self.read = self.read.saturating_add(count as u64);
        if self.read > self.length || self.read == self.length && !self.has_ended()? {
            // It stays an error, however often it is read.
            self.read = u64::MAX;
            let text = format!("it has more than its {} bytes", self.length);
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        Ok(count)
    }
}

impl<R: Read> Measured<R> {
    fn has_ended(&mut self) -> io::Result<bool> {
        loop {
            match self.reader.read(&mut [0]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return Ok(other? == 0),
            }
        }
    }
}
