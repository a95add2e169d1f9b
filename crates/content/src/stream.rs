//! Takes content codings off content that comes piece by piece.
//!
//! ```text
//! piece ──► Layer ──► Layer ──► .. ──► out      the outermost coding first; what waits between two is bounded
//! ```

use crate::layer::{self, Layer};
use crate::limits::Ceiling;
use crate::moved::Moved;
use crate::{Codings, Error, Limits, MOST_CODINGS};

/// Room is made in steps of this size, in bytes, so that little is cleared in vain where little comes.
const STRIDE: usize = 16 << 10;

/// Takes content codings off pieces in any cuts. For one content; the next wants a new one.
///
/// Each call gives a bounded number of bytes, so that a reader that stops, stops the whole. What it holds does not grow
/// with the content: about 40 KiB for a gzip or deflate coding, the window (up to 16 MiB) for br and for zstd (8 MiB),
/// and 16 KiB between two stacked ones. It allocates nothing before the first byte.
///
/// It decodes what [`Decoder`](crate::Decoder) does, with the same limits, but tells bare deflate from zlib by the first
/// 1 KiB only. After an error the content is lost, and every later call fails.
///
/// ```
/// use sortie_content::{Codings, Limits, Step, StreamDecoder, encode};
///
/// let coded = encode(sortie_content::Coding::Gzip, &[b'x'; 100_000])?;
/// let mut headers = sortie_http::Headers::new();
/// headers.append("Content-Encoding", "gzip")?;
///
/// let mut decoder = StreamDecoder::new(&Codings::of(&headers), &Limits::default());
/// let (mut out, mut seen) = (Vec::new(), 0);
/// for mut piece in coded.chunks(10) {
///     while let Step::Full { used } = decoder.push(piece, &mut out, 4096)? {
///         piece = &piece[used..];
///         seen += out.len();
///         out.clear();
///     }
/// }
/// while let Step::Full { .. } = decoder.finish(&mut out, 4096)? {
///     seen += out.len();
///     out.clear();
/// }
/// assert_eq!(seen + out.len(), 100_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct StreamDecoder {
    limits: Limits,
    /// How many bytes were taken so far.
    received: u64,
    state: State,
}

/// What a call to a [`StreamDecoder`] came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    /// The piece was taken, and all that it holds was given: there is room for the next.
    More,
    /// The call gave as much as it may, and perhaps there is more: come again with what is left of the piece, also where
    /// nothing is left of it.
    Full {
        /// How many bytes of the piece were taken.
        used: usize,
    },
    /// All is given, and whole. Only [`finish`](StreamDecoder::finish) says so.
    End,
}

#[derive(Debug)]
enum State {
    /// Nothing has come yet.
    New { codings: Codings },
    /// Nothing is to be taken off; `made` bytes went through.
    Plain { made: u64 },
    /// The outermost coding first; there is at least one.
    Coded { layers: Vec<Layer> },
    /// What came before the error was given; the error is still to be told.
    Failed { error: Error },
    /// The error was told.
    Lost,
}

impl StreamDecoder {
    /// A decoder for one content. More than [`MOST_CODINGS`] are an error when the first byte comes.
    pub fn new(codings: &Codings, limits: &Limits) -> Self {
        StreamDecoder { limits: *limits, received: 0, state: State::New { codings: *codings } }
    }

    /// Decodes a piece, and appends at most `most` bytes to `out`. Gives [`Step::More`] or [`Step::Full`].
    ///
    /// Fails as [`Decoder::decode`](crate::Decoder::decode) does, but for what only the end can show; `out` then has what
    /// came before.
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>, most: usize) -> Result<Step, Error> {
        let (start, mut used) = (out.len(), 0);
        loop {
            let end = out.len();
            let room = STRIDE.min(most - (end - start));
            if room == 0 {
                return Ok(Step::Full { used });
            }
            out.resize(end + room, 0);
            let moved = self.run(&piece[used..], &mut out[end..]);
            out.truncate(end + moved.as_ref().map_or(0, |moved| moved.made));
            let moved = moved?;
            used += moved.used;
            if moved.made < room && !matches!(self.state, State::Failed { .. }) {
                return Ok(Step::More);
            }
        }
    }

    /// Says that no piece follows, and appends at most `most` bytes of what is left to `out`.
    ///
    /// Gives [`Step::Full`], and is then to be called again, or [`Step::End`]. Fails with [`Error::Damaged`] where the
    /// content is cut short. No bytes at all are whole, whatever the codings.
    pub fn finish(&mut self, out: &mut Vec<u8>, most: usize) -> Result<Step, Error> {
        match self.push(&[], out, most)? {
            Step::More => self.end().map(|()| Step::End),
            step => Ok(step),
        }
    }

    /// Decodes as much of `input` as there is room for: all of it, unless `out` is full afterwards.
    pub(crate) fn run(&mut self, input: &[u8], out: &mut [u8]) -> Result<Moved, Error> {
        let mut sum = Moved::default();
        let outcome = self.advance(input, out, &mut sum);
        self.received += sum.used as u64;
        match outcome {
            Ok(()) => Ok(sum),
            Err(error) if sum.made > 0 => {
                self.state = State::Failed { error };
                Ok(sum)
            }
            Err(error) => {
                self.state = State::Lost;
                Err(error)
            }
        }
    }

    /// Fails where the content may not end here. What could be given was given.
    pub(crate) fn end(&mut self) -> Result<(), Error> {
        let outcome = match &mut self.state {
            State::New { .. } | State::Plain { .. } => Ok(()),
            State::Coded { layers } => layer::end(layers),
            State::Failed { .. } | State::Lost => Err(Error::Lost),
        };
        outcome.inspect_err(|_| self.state = State::Lost)
    }

    fn advance(&mut self, input: &[u8], out: &mut [u8], sum: &mut Moved) -> Result<(), Error> {
        if let State::New { codings } = &self.state {
            if input.is_empty() {
                return Ok(());
            }
            self.state = start(codings)?;
        }
        match &mut self.state {
            State::New { .. } => Ok(()),
            State::Plain { made } => {
                let limit = self.limits.max.unwrap_or(u64::MAX);
                let left = usize::try_from(limit - *made).unwrap_or(usize::MAX);
                let count = input.len().min(out.len()).min(left);
                out[..count].copy_from_slice(&input[..count]);
                *made += count as u64;
                *sum = Moved { used: count, made: count };
                if left < input.len().min(out.len()) { Err(Error::TooLarge { limit }) } else { Ok(()) }
            }
            State::Coded { layers } => {
                let ceiling: Ceiling = self.limits.ceiling(self.received + input.len() as u64);
                layer::run(layers, input, out, ceiling, sum)
            }
            State::Failed { .. } | State::Lost => match std::mem::replace(&mut self.state, State::Lost) {
                State::Failed { error } => Err(error),
                _ => Err(Error::Lost),
            },
        }
    }
}

fn start(codings: &Codings) -> Result<State, Error> {
    if codings.is_empty() {
        return Ok(State::Plain { made: 0 });
    }
    if codings.len() > MOST_CODINGS {
        return Err(Error::TooMany { count: codings.len() });
    }
    let layers = codings.iter().enumerate().map(|(at, coding)| Layer::new(coding, at + 1 == codings.len()));
    Ok(State::Coded { layers: layers.collect::<Result<_, _>>()? })
}
