//! A reader that takes content codings off what another reader gives.

use std::io::{self, Read};
use std::ops::Range;

use crate::{Codings, Limits, StreamDecoder};

/// How much is read at once, in bytes.
const READ: usize = 16 << 10;

/// Reads content, whatever codings it is in. Holds a [`StreamDecoder`] and 16 KiB.
///
/// It reads on to the end of what it reads from, also where the coding has ended before; nothing is read ahead of what
/// is asked for but those 16 KiB. An error of the inner reader is passed on as it is, and may be followed by more
/// content; one of the content ([`Error`](crate::Error), inside the `io::Error`) may not: the content is lost.
///
/// ```
/// use std::io::Read;
///
/// use sortie_content::{Coding, Codings, DecodeReader, Limits, encode};
///
/// let mut headers = sortie_http::Headers::new();
/// headers.append("Content-Encoding", "deflate, gzip")?;
/// let coded = encode(Coding::Gzip, &encode(Coding::Deflate, b"hello")?)?;
///
/// let mut text = String::new();
/// DecodeReader::new(&coded[..], &Codings::of(&headers), &Limits::default()).read_to_string(&mut text)?;
/// assert_eq!(text, "hello");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct DecodeReader<R> {
    reader: R,
    decoder: StreamDecoder,
    buffer: Box<[u8]>,
    /// What of the buffer is still to be decoded.
    waiting: Range<usize>,
    /// The inner reader has come to its end.
    is_drained: bool,
}

impl<R: Read> DecodeReader<R> {
    /// Takes `codings` off what `reader` gives, within `limits`.
    pub fn new(reader: R, codings: &Codings, limits: &Limits) -> Self {
        DecodeReader {
            reader,
            decoder: StreamDecoder::new(codings, limits),
            buffer: vec![0; READ].into_boxed_slice(),
            waiting: 0..0,
            is_drained: false,
        }
    }

    /// The inner reader.
    pub fn inner(&self) -> &R {
        &self.reader
    }

    /// The inner reader, to be told something. What is read from it is missing here.
    pub fn inner_mut(&mut self) -> &mut R {
        &mut self.reader
    }

    /// The inner reader, again. What was read ahead is lost.
    pub fn into_inner(self) -> R {
        self.reader
    }
}

impl<R: Read> Read for DecodeReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            let moved = self.decoder.run(&self.buffer[self.waiting.clone()], out)?;
            self.waiting.start += moved.used;
            if moved.made > 0 {
                return Ok(moved.made);
            }
            if self.is_drained {
                self.decoder.end()?;
                return Ok(0);
            }
            let count = self.reader.read(&mut self.buffer)?;
            self.waiting = 0..count;
            self.is_drained = count == 0;
        }
    }
}
