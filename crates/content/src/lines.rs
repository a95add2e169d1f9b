//! Text that a reader gives, line by line.

use std::fmt;
use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder};
use sortie_http::Headers;

use crate::{Error, encoding};

/// How much is read at once, in bytes.
const READ: usize = 16 << 10;

/// The longest line, in bytes of UTF-8, unless another limit is set.
const LIMIT: usize = 1 << 20;

/// The lines of a text, without their ends: LF or CRLF. A last line needs none.
///
/// The text is in the encoding of its byte order mark, else of Content-Type's `charset`, else in UTF-8; what is not valid
/// there reads as U+FFFD. It holds no more than a line and 64 KiB. After an error nothing follows.
///
/// ```
/// use sortie_content::Lines;
///
/// let mut headers = sortie_http::Headers::new();
/// headers.append("Content-Type", "text/plain; charset=iso-8859-1")?;
/// let lines = Lines::new(&b"caf\xe9\r\ntwo\n\nlast"[..], &headers);
/// let lines: Vec<String> = lines.collect::<Result<_, _>>()?;
/// assert_eq!(lines, ["café", "two", "", "last"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Lines<R> {
    reader: R,
    decoder: Decoder,
    raw: Box<[u8]>,
    /// What was decoded; all before `start` was given.
    text: String,
    start: usize,
    /// No end of a line is before this place.
    searched: usize,
    limit: usize,
    state: State,
}

/// What the reader may still give.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Open,
    /// It has come to its end.
    Drained,
    /// It has failed, or a line was too long.
    Failed,
}

impl<R: Read> Lines<R> {
    /// The lines of what `reader` gives, whose encoding these fields tell.
    pub fn new(reader: R, headers: &Headers) -> Self {
        Lines {
            reader,
            decoder: encoding(headers, b"").new_decoder(),
            raw: vec![0; READ].into_boxed_slice(),
            text: String::new(),
            start: 0,
            searched: 0,
            limit: LIMIT,
            state: State::Open,
        }
    }

    /// How long a line may be, in bytes of UTF-8; a longer one is [`Error::LineTooLong`]. Default: 1 MiB.
    #[must_use]
    pub fn limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
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

    /// The next line that is whole.
    fn whole(&mut self) -> Option<&str> {
        let Some(found) = self.text[self.searched..].find('\n') else {
            self.searched = self.text.len();
            return None;
        };
        let (start, end) = (self.start, self.searched + found);
        (self.start, self.searched) = (end + 1, end + 1);
        let line = &self.text[start..end];
        Some(line.strip_suffix('\r').unwrap_or(line))
    }

    /// Reads and decodes once.
    fn fill(&mut self) -> io::Result<()> {
        if self.start > 0 {
            self.text.drain(..self.start);
            (self.searched, self.start) = (self.searched - self.start, 0);
        }
        let count = loop {
            match self.reader.read(&mut self.raw) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        let mut rest = &self.raw[..count];
        loop {
            self.text.reserve(READ);
            let (result, used, _) = self.decoder.decode_to_string(rest, &mut self.text, count == 0);
            rest = &rest[used..];
            if result == CoderResult::InputEmpty {
                break;
            }
        }
        if count == 0 {
            self.state = State::Drained;
        }
        Ok(())
    }

    fn advance(&mut self) -> io::Result<Option<String>> {
        let limit = self.limit;
        let too_long = Err(Error::LineTooLong { limit }.into());
        loop {
            if let Some(line) = self.whole() {
                return if line.len() > limit { too_long } else { Ok(Some(line.to_owned())) };
            }
            // A CR may be a part of the line's end.
            if self.text.len() - self.start > limit.saturating_add(1) {
                return too_long;
            }
            match self.state {
                State::Open => self.fill()?,
                State::Failed => return Ok(None),
                State::Drained => {
                    self.state = State::Failed;
                    let last = self.text[self.start..].to_owned();
                    return match last.len() {
                        0 => Ok(None),
                        length if length > limit => too_long,
                        _ => Ok(Some(last)),
                    };
                }
            }
        }
    }
}

impl<R: Read> Iterator for Lines<R> {
    type Item = io::Result<String>;

    fn next(&mut self) -> Option<io::Result<String>> {
        if self.state == State::Failed {
            return None;
        }
        self.advance().inspect_err(|_| self.state = State::Failed).transpose()
    }
}

impl<R: fmt::Debug> fmt::Debug for Lines<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").field("reader", &self.reader).field("limit", &self.limit).finish_non_exhaustive()
    }
}
