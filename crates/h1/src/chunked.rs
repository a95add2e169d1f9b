//! The chunked transfer coding, read (RFC 9112, section 7.1).
//!
//! ```text
//!    ┌──────────────────────────────────────────────────────────────┐
//!    ▼                                                              │
//! Size ─► (Blank ─► Extension) ─► SizeEnd ─► Data ─► DataCr ─► DataLf
//!                                    │ size 0
//!                                    ▼
//!            Line ─► Name ─► Value ─► ValueEnd ─► Line ─► LastEnd ─► Done
//! ```

use std::mem;

use crate::{Error, Limits};

/// Reads chunks. Extensions are checked and dropped; trailers are kept until they are complete.
#[derive(Debug)]
pub(crate) struct Decoder {
    state: State,
    /// How many bytes of content came.
    received: u64,
    /// The trailer section so far, each line with its end; most bodies have none.
    trailers: Vec<u8>,
}

/// What the decoder found at the front of the input.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Step<'a> {
    /// All input was used.
    More,
    /// Content, never empty.
    Content(&'a [u8]),
    /// The lines of the trailer section, checked; never empty. What is left is the end.
    Trailers(Vec<u8>),
    /// The body is complete.
    End,
}

/// What the next byte is.
#[derive(Clone, Copy, Debug)]
enum State {
    /// Part of a size, of which there are so many digits.
    Size { size: u64, digits: u8 },
    /// White space behind a size; `length` of it and of the extension so far.
    Blank { size: u64, length: usize },
    /// Part of an extension.
    Extension { size: u64, length: usize },
    /// The LF of a size line.
    SizeEnd { size: u64 },
    /// Content, `left` bytes of it before the chunk ends.
    Data { left: u64 },
    /// The CR behind a chunk's content.
    DataCr,
    /// The LF behind it.
    DataLf,
    /// A part of the trailers.
    Trailer { part: Part, length: usize, line: usize },
    /// Nothing of this body.
    Done,
}

/// Where in the trailers the next byte stands.
#[derive(Clone, Copy, Debug)]
enum Part {
    /// At the start of a line.
    Line,
    /// In a name, behind its first byte.
    Name,
    /// Behind the colon.
    Value,
    /// At the LF of a trailer.
    ValueEnd,
    /// At the LF of the empty line.
    LastEnd,
}

impl Decoder {
    pub(crate) fn new() -> Self {
        Decoder { state: State::FIRST, received: 0, trailers: Vec::new() }
    }

    /// How many bytes of content came.
    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    /// Reads from the front of `input` up to the end of one piece of content; says how much was used.
    ///
    /// After an error the body is lost: close the connection.
    pub(crate) fn decode<'a>(&mut self, input: &'a [u8], limits: &Limits) -> Result<(usize, Step<'a>), Error> {
        for (at, byte) in input.iter().enumerate() {
            match self.state {
                State::Data { left } => {
                    let rest = &input[at..];
                    let content = &rest[..left.min(rest.len() as u64) as usize];
                    let length = content.len() as u64;
                    self.received = self.received.saturating_add(length);
                    self.state = if left == length { State::DataCr } else { State::Data { left: left - length } };
                    return Ok((at + content.len(), Step::Content(content)));
                }
                State::Done => return Ok((at, self.end())),
                _ => self.state = self.state.next(*byte, self.received, limits)?,
            }
            if let State::Trailer {
                part: Part::Line | Part::Name | Part::Value | Part::ValueEnd, length: 1.., ..
            } = self.state
            {
                self.trailers.push(*byte);
            }
        }
        match self.state {
            State::Done => Ok((input.len(), self.end())),
            _ => Ok((input.len(), Step::More)),
        }
    }
}

impl Decoder {
    /// What follows the last byte: the trailers, if there are any, and then the end.
    fn end<'a>(&mut self) -> Step<'a> {
        match mem::take(&mut self.trailers) {
            none if none.is_empty() => Step::End,
            trailers => Step::Trailers(trailers),
        }
    }
}

impl State {
    /// No chunk yet.
    const FIRST: State = State::Size { size: 0, digits: 0 };

    /// What follows one byte. Content is not read here.
    fn next(self, byte: u8, received: u64, limits: &Limits) -> Result<State, Error> {
        let bad_size = Err(Error::ChunkSize { received });
        let extension = |size, length| match length <= limits.chunk_extension {
            true => Ok(State::Extension { size, length }),
            false => Err(Error::ChunkExtension { limit: limits.chunk_extension }),
        };
        match self {
            State::Size { size, digits } => match (char::from(byte).to_digit(16), byte) {
                (Some(digit), _) if digits < 16 => {
                    Ok(State::Size { size: size << 4 | u64::from(digit), digits: digits + 1 })
                }
                (None, b'\r') if digits > 0 => Ok(State::SizeEnd { size }),
                (None, b';') if digits > 0 => extension(size, 1),
                (None, b' ' | b'\t') if digits > 0 => Ok(State::Blank { size, length: 1 }),
                _ => bad_size,
            },
            State::Blank { size, length } => match byte {
                b'\r' => Ok(State::SizeEnd { size }),
                b';' => extension(size, length + 1),
                b' ' | b'\t' if length < limits.chunk_extension => Ok(State::Blank { size, length: length + 1 }),
                b' ' | b'\t' => Err(Error::ChunkExtension { limit: limits.chunk_extension }),
                _ => bad_size,
            },
            State::Extension { size, length } => match byte {
                b'\r' => Ok(State::SizeEnd { size }),
                _ if is_control(byte) => bad_size,
                _ => extension(size, length + 1),
            },
            State::SizeEnd { size } => match (byte, size) {
                (b'\n', 0) => Ok(State::Trailer { part: Part::Line, length: 0, line: 1 }),
                (b'\n', left) => Ok(State::Data { left }),
                _ => bad_size,
            },
            State::DataCr if byte == b'\r' => Ok(State::DataLf),
            State::DataLf if byte == b'\n' => Ok(State::FIRST),
            State::DataCr | State::DataLf => Err(Error::ChunkEnd { received }),
            State::Trailer { part, length, line } => part.next(byte, length + 1, line, limits),
            State::Data { .. } | State::Done => Ok(self),
        }
    }
}

impl Part {
    fn next(self, byte: u8, length: usize, line: usize, limits: &Limits) -> Result<State, Error> {
        if length > limits.head {
            return Err(Error::TrailersTooLarge { limit: limits.head });
        }
        let goes_on = |part| Ok(State::Trailer { part, length, line });
        match (self, byte) {
            (Part::Line, b'\r') => goes_on(Part::LastEnd),
            (Part::LastEnd, b'\n') => Ok(State::Done),
            (Part::Line, _) if line > limits.fields => Err(Error::TooManyFields { limit: limits.fields }),
            (Part::Name, b':') => goes_on(Part::Value),
            (Part::Line | Part::Name, _) if is_token(byte) => goes_on(Part::Name),
            (Part::Value, b'\r') => goes_on(Part::ValueEnd),
            (Part::Value, _) if !is_control(byte) => goes_on(Part::Value),
            (Part::ValueEnd, b'\n') => Ok(State::Trailer { part: Part::Line, length, line: line + 1 }),
            _ => Err(Error::Trailer { line }),
        }
    }
}

fn is_control(byte: u8) -> bool {
    byte.is_ascii_control() && byte != b'\t'
}

/// RFC 9110, section 5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
