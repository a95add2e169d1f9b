//! One connection, seen by the client.
//!
//! ```text
//!         begin              Head                       the last byte         End
//! Idle ──────────► Awaiting ──────► Length │ Chunked ──────────────► Ended ──────► Idle
//!   ▲              │  ▲  └────────────────────────────────────────────▲              or Over
//!   │   1xx        └──┘     Head without content                      │
//!   └ reusable              UntilClose ──────────── closed ──────► Over
//! ```
//! Any error leads to `Over`, where nothing has an effect any more.

use std::mem;

use sortie_http::{Headers, Method, StatusCode};

use crate::chunked::{Decoder, Step};
use crate::collect::Collected;
use crate::framing::Expected;
use crate::{Error, Framing, Head, Limits, Memo, Scratch, head, trailers};

/// The state of one HTTP/1.1 connection. It carries one exchange at a time.
///
/// Below 100 bytes, and nothing on the heap but a head that came in pieces, until it is complete.
#[derive(Debug)]
pub struct Connection {
    state: State,
}

/// What came, one element at a time. Complete: a response has no other parts.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// All input was used, and the response is not complete: read on.
    More,
    /// A 1xx response; the final one is still to come.
    Informational(Head),
    /// The head of the final response.
    Head(Head),
    /// A piece of the content, never empty; it stands in the input.
    Content(&'a [u8]),
    /// The trailer fields of a chunked body (RFC 9110, section 6.5): once at the most, behind all content.
    ///
    /// Those that a trailer section may not have are left out (section 6.5.1); there is at least one.
    Trailers(Headers),
    /// The response is complete.
    ///
    /// What is left of the input belongs to no response; a connection with such a surplus should not be reused,
    /// whatever this says.
    End {
        /// Whether the connection can carry another exchange.
        reusable: bool,
    },
}

#[derive(Debug)]
enum State {
    /// No exchange is open.
    Idle,
    /// A head is to come.
    Awaiting(Awaiting),
    /// Content of a known length; `left` is not 0.
    Length { received: u64, left: u64, reusable: bool },
    /// Content in chunks.
    Chunked { decoder: Decoder, reusable: bool },
    /// Content that ends with the connection.
    UntilClose,
    /// The response is complete, which is to be told.
    Ended { reusable: bool },
    /// The connection has failed or cannot be reused.
    Over,
}

#[derive(Debug)]
struct Awaiting {
    expected: Expected,
    /// Whether a 101 is what was asked for.
    upgrade: bool,
    /// How many 1xx responses came.
    informational: u32,
    /// How many bytes they had.
    received: u64,
    collected: Collected,
}

impl Connection {
    /// A connection that is open and idle. Allocates nothing.
    pub fn new() -> Self {
        Connection { state: State::Idle }
    }

    /// Begins an exchange: a request of this method goes out, its response is awaited.
    ///
    /// Where the request asks for an `upgrade`, a 101 is its final response (RFC 9110, section 15.2.2): it has no content,
    /// and what follows it is no HTTP. Else a 101 is an error. Ignored unless the connection [is idle](Self::is_idle).
    pub fn begin(&mut self, method: &Method, upgrade: bool) {
        if self.is_idle() {
            self.state = State::Awaiting(Awaiting {
                expected: Expected::of(method),
                upgrade,
                informational: 0,
                received: 0,
                collected: Collected::default(),
            });
        }
    }

    /// Reads one element from the front of `input`; says how many bytes it took.
    ///
    /// Call it with the rest until it answers [`Event::More`] or [`Event::End`]. The end is an event of its own: it
    /// comes after the last content (or after the head, where there is none), also with no input left. It takes no
    /// bytes but the last line and the trailers of a chunked body. Bytes after a connection is over are swallowed.
    ///
    /// Fails where the response is malformed, goes past the limits or was not asked for; the connection is over then.
    pub fn receive<'a>(
        &mut self,
        input: &'a [u8],
        memo: &mut Memo,
        limits: &Limits,
        scratch: &mut Scratch,
    ) -> Result<(usize, Event<'a>), Error> {
        let result = self.step(input, memo, limits, scratch);
        if result.is_err() {
            self.state = State::Over;
        }
        result
    }

    /// The peer closed the connection, and all it sent was received before.
    ///
    /// The end of content that ends with the connection; [`Event::More`] where no exchange is open. Fails with
    /// [`Error::ClosedBeforeHead`] or [`Error::Truncated`] where something was missing. The connection is over.
    pub fn closed(&mut self) -> Result<Event<'static>, Error> {
        match mem::replace(&mut self.state, State::Over) {
            State::Idle | State::Over => Ok(Event::More),
            State::Awaiting(Awaiting { received, collected, .. }) => {
                Err(Error::ClosedBeforeHead { received: received + collected.len() as u64 })
            }
            State::Length { received, left, .. } => Err(Error::Truncated { received, missing: Some(left) }),
            State::Chunked { decoder, .. } => Err(Error::Truncated { received: decoder.received(), missing: None }),
            State::UntilClose | State::Ended { .. } => Ok(Event::End { reusable: false }),
        }
    }

    /// Within content of a known length: how many bytes of it are still missing, never 0.
    ///
    /// They may be read straight to where they belong, past [`receive`](Self::receive); tell it by
    /// [`placed`](Self::placed).
    pub fn want(&self) -> Option<u64> {
        match self.state {
            State::Length { left, .. } => Some(left),
            _ => None,
        }
    }

    /// So many bytes of the content were read elsewhere; says whether it is complete with them.
    ///
    /// If so, [`receive`](Self::receive) with no input gives the [`Event::End`]. More than was
    /// [wanted](Self::want) completes the content too, but the connection is not reusable. Ignored where nothing is wanted.
    pub fn placed(&mut self, count: u64) -> bool {
        let State::Length { received, left, reusable } = self.state else {
            return false;
        };
        self.state = match count < left {
            true => State::Length { received: received + count, left: left - count, reusable },
            false => State::Ended { reusable: reusable && count == left },
        };
        count >= left
    }

    /// Whether the connection can begin an exchange.
    pub fn is_idle(&self) -> bool {
        matches!(self.state, State::Idle)
    }

    fn step<'a>(
        &mut self,
        input: &'a [u8],
        memo: &mut Memo,
        limits: &Limits,
        scratch: &mut Scratch,
    ) -> Result<(usize, Event<'a>), Error> {
        match &mut self.state {
            State::Awaiting(awaiting) => {
                let Some((used, head)) = awaiting.head(input, memo, limits, scratch)? else {
                    return Ok((input.len(), Event::More));
                };
                if head.status.is_informational() && !awaiting.switches(&head) {
                    awaiting.pass(&head, limits)?;
                    return Ok((used, Event::Informational(head)));
                }
                self.state = State::after(&head);
                Ok((used, Event::Head(head)))
            }
            State::Ended { reusable } => {
                let reusable = *reusable;
                self.state = if reusable { State::Idle } else { State::Over };
                Ok((0, Event::End { reusable }))
            }
            State::Over => Ok((input.len(), Event::More)),
            _ if input.is_empty() => Ok((0, Event::More)),
            State::Idle => Err(Error::Unasked),
            State::Length { left, .. } => {
                let content = &input[..(*left).min(input.len() as u64) as usize];
                self.placed(content.len() as u64);
                Ok((content.len(), Event::Content(content)))
            }
            State::Chunked { decoder, reusable } => match decoder.decode(input, limits)? {
                (used, Step::More) => Ok((used, Event::More)),
                (used, Step::Content(content)) => Ok((used, Event::Content(content))),
                (used, Step::Trailers(lines)) => {
                    self.state = State::Ended { reusable: *reusable };
                    match trailers::read(&lines)? {
                        Some(trailers) => Ok((used, Event::Trailers(trailers))),
                        None => self.step(&[], memo, limits, scratch).map(|(_, event)| (used, event)),
                    }
                }
                (used, Step::End) => {
                    let reusable = *reusable;
                    self.state = if reusable { State::Idle } else { State::Over };
                    Ok((used, Event::End { reusable }))
                }
            },
            State::UntilClose => Ok((input.len(), Event::Content(input))),
        }
    }
}

impl State {
    /// What follows the head of a final response.
    fn after(head: &Head) -> Self {
        let reusable = head.reusable && head.status != StatusCode::SWITCHING_PROTOCOLS;
        match head.framing {
            Framing::None | Framing::Length(0) => State::Ended { reusable },
            Framing::Length(left) => State::Length { received: 0, left, reusable },
            Framing::Chunked => State::Chunked { decoder: Decoder::new(), reusable },
            Framing::Close => State::UntilClose,
        }
    }
}

impl Awaiting {
    /// The next head, and how much of the input it took; `None` when all of it was taken and the head goes on.
    fn head(
        &mut self,
        input: &[u8],
        memo: &mut Memo,
        limits: &Limits,
        scratch: &mut Scratch,
    ) -> Result<Option<(usize, Head)>, Error> {
        if self.collected.len() == 0
            && let Some((used, head)) = head::read(input, self.expected, memo, limits, scratch)?
        {
            self.received += used as u64;
            return Ok(Some((used, head)));
        }
        let Some(used) = self.collected.take(input, limits)? else {
            return Ok(None);
        };
        let bytes = mem::take(&mut self.collected).into_bytes();
        self.received += bytes.len() as u64;
        // The empty line is there, so that the head is complete or at fault.
        let (_, head) = head::read(&bytes, self.expected, memo, limits, scratch)?.ok_or(Error::StatusLine)?;
        Ok(Some((used, head)))
    }

    /// Whether this head ends HTTP on the connection, as was asked for.
    fn switches(&self, head: &Head) -> bool {
        self.upgrade && head.status == StatusCode::SWITCHING_PROTOCOLS
    }

    /// Passes over a 1xx response.
    fn pass(&mut self, head: &Head, limits: &Limits) -> Result<(), Error> {
        if head.status == StatusCode::SWITCHING_PROTOCOLS {
            return Err(Error::SwitchedUnasked);
        }
        self.informational = self.informational.saturating_add(1);
        match self.informational <= limits.informational {
            true => Ok(()),
            false => Err(Error::TooManyInformational { limit: limits.informational }),
        }
    }
}

impl Default for Connection {
    fn default() -> Self {
        Self::new()
    }
}
