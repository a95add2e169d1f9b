//! One deflate stream, from memory to memory (RFC 1951, and RFC 1950 around it).

use flate2::{Decompress, FlushDecompress, Status};

use crate::limits::Ceiling;
#[cfg(any(feature = "br", feature = "zstd"))]
use crate::moved::Moved;
use crate::{Coding, Damage, Error};

/// No more than this is reserved on the word of the peer, in bytes.
pub(crate) const TRUSTED: usize = 1 << 20;

/// The least that is reserved when nothing is known about the size, in bytes.
const LEAST: usize = 4096;

/// An inflate state that is reused. Allocates nothing before it is used: about 40 KiB then.
#[derive(Debug, Default)]
pub(crate) struct Inflate(Option<Decompress>);

/// What stands around a deflate stream.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Frame {
    /// Nothing.
    Bare,
    /// The zlib header and its Adler-32, which is checked.
    Zlib,
}

impl Inflate {
    /// Appends what the stream at the front of `input` holds to `out`, and gives how many bytes the stream took.
    pub(crate) fn run(&mut self, frame: Frame, input: &[u8], out: &mut Room) -> Result<usize, Error> {
        let has_header = frame == Frame::Zlib;
        let state = self.0.get_or_insert_with(|| Decompress::new(has_header));
        state.reset(has_header);
        let mut used = 0;
        loop {
            let before = out.content.len();
            // `Finish` spares the copy into the window where all fits at once; where it does not, it changes nothing.
            let step = state.decompress_vec(&input[used..], &mut out.content, FlushDecompress::Finish);
            let taken = state.total_in() as usize - used;
            used += taken;
            match step {
                Ok(Status::StreamEnd) => return out.check().map(|()| used),
                Ok(_) if out.is_full() => out.grow()?,
                Ok(_) if taken == 0 && out.content.len() == before => return Err(out.damaged(Damage::Truncated)),
                Ok(_) => {}
                Err(error) => return Err(out.damaged(Damage::Data { source: Box::new(error) })),
            }
        }
    }
}

/// A place for what one coding gives, which does not grow past its ceiling.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) content: Vec<u8>,
    coding: Coding,
    ceiling: Ceiling,
}

impl Room {
    /// A place for `expected` bytes; for less, where that is past [`TRUSTED`] or the ceiling.
    pub(crate) fn new(expected: usize, coding: Coding, ceiling: Ceiling) -> Result<Self, Error> {
        let mut room = Room { content: Vec::new(), coding, ceiling };
        room.reserve(expected.min(TRUSTED).min(ceiling.size()))?;
        Ok(room)
    }

    pub(crate) fn damaged(&self, damage: Damage) -> Error {
        Error::Damaged { coding: self.coding, damage }
    }

    /// Has the spare place filled, as far as it goes.
    #[cfg(any(feature = "br", feature = "zstd"))]
    pub(crate) fn fill(&mut self, step: impl FnOnce(&mut [u8]) -> Result<Moved, Damage>) -> Result<Moved, Error> {
        let start = self.content.len();
        self.content.resize(self.content.capacity(), 0);
        let moved = step(&mut self.content[start..]);
        self.content.truncate(start + moved.as_ref().map_or(0, |moved| moved.made));
        moved.map_err(|damage| self.damaged(damage))
    }

    pub(crate) fn is_full(&self) -> bool {
        self.content.len() == self.content.capacity()
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.content.len() > self.ceiling.size() {
            true => Err(self.ceiling.broken_by(self.coding)),
            false => Ok(()),
        }
    }

    /// Doubles the place, up to one byte past the ceiling: if that one is filled too, the ceiling is broken.
    pub(crate) fn grow(&mut self) -> Result<(), Error> {
        self.check()?;
        let doubled = self.content.len().saturating_mul(2).max(LEAST);
        self.reserve(doubled.min(self.ceiling.size().saturating_add(1)))
    }

    fn reserve(&mut self, size: usize) -> Result<(), Error> {
        let more = size.saturating_sub(self.content.len());
        self.content.try_reserve_exact(more).map_err(|source| Error::Memory { coding: self.coding, size, source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    /// Content of `size` zeros, as a bare stream.
    fn zeros(size: usize) -> Vec<u8> {
        let mut coded = Vec::with_capacity(size + 100);
        let mut state = flate2::Compress::new(flate2::Compression::fast(), false);
        state.compress_vec(&vec![0; size], &mut coded, flate2::FlushCompress::Finish).unwrap();
        coded
    }

    #[test]
    fn memory_is_not_taken_past_the_limit() {
        let coded = zeros(1 << 20);
        for limit in [0, 1, 4095, 4096, 4097, 100_000, (1 << 20) - 1] {
            let ceiling = Limits { max: Some(limit), ..Limits::default() }.ceiling(coded.len() as u64);
            let mut room = Room::new(usize::MAX, Coding::Gzip, ceiling).unwrap();
            let error = Inflate::default().run(Frame::Bare, &coded, &mut room).unwrap_err();
            assert!(matches!(error, Error::TooLarge { .. }), "{error:?}");
            assert!(room.content.capacity() as u64 <= limit + 1, "limit {limit}");
        }
    }

    #[test]
    fn content_of_just_the_limit_is_let_through() {
        let coded = zeros(100_000);
        for expected in [0, 1, 50_000, 100_000, usize::MAX] {
            let ceiling = Limits { max: Some(100_000), ..Limits::default() }.ceiling(coded.len() as u64);
            let mut room = Room::new(expected, Coding::Gzip, ceiling).unwrap();
            assert_eq!(Inflate::default().run(Frame::Bare, &coded, &mut room).unwrap(), coded.len());
            assert_eq!(room.content.len(), 100_000);
        }
    }

    #[test]
    fn no_more_than_a_mebibyte_is_reserved_on_the_word_of_the_peer() {
        let ceiling = Limits::default().ceiling(1);
        assert_eq!(Room::new(usize::MAX, Coding::Gzip, ceiling).unwrap().content.capacity(), TRUSTED);
    }
}
