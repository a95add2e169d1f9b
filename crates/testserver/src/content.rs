//! The content of an answer, made as it is sent.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::HeaderMap;
use hyper::body::{Body, Frame, SizeHint};
use serde_json::{Map, Value};

use crate::pieces::Pieces;
use crate::sequence::Sequence;

/// Octets of a long body made at a time; a multiple of eight.
const PIECE: u64 = 64 * 1024;

/// A piece of what is nothing but zeros.
const ZEROS: &[u8; PIECE as usize] = &[0; PIECE as usize];

/// The content of an answer; hyper gives a length where it is known and chunks the rest.
#[derive(Debug)]
pub(crate) enum Content {
    /// Bytes at hand.
    Whole(Bytes),
    /// The next `left` octets of a sequence, with their length told beforehand or not.
    Random { sequence: Sequence, left: u64, told: bool },
    /// That many octets of value 0, with their length told beforehand.
    Zeros(u64),
    /// `line`, once for each `id` from `next` up to before `end`.
    Lines { line: Map<String, Value>, next: u64, end: u64 },
    /// Bytes at hand, in pieces, with their length told beforehand or not.
    Pieces { pieces: Pieces, told: bool },
    /// Bytes at hand, and fields after them; no length is told.
    Trailed { bytes: Bytes, trailers: HeaderMap },
}

impl Content {
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Whole(bytes) | Self::Trailed { bytes, .. } => bytes.is_empty(),
            Self::Random { left, .. } | Self::Zeros(left) => *left == 0,
            Self::Lines { next, end, .. } => next == end,
            Self::Pieces { pieces, .. } => pieces.len() == 0,
        }
    }

    /// The first half, rounded down, of the octets or of the lines.
    pub(crate) fn half(self) -> Self {
        match self {
            Self::Whole(bytes) => Self::Whole(bytes.slice(..bytes.len() / 2)),
            Self::Random { sequence, left, told } => Self::Random { sequence, left: left / 2, told },
            Self::Zeros(left) => Self::Zeros(left / 2),
            Self::Lines { line, next, end } => Self::Lines { line, next, end: next + (end - next) / 2 },
            Self::Pieces { pieces, told } => Self::Pieces { pieces: pieces.half(), told },
            Self::Trailed { bytes, .. } => Self::Whole(bytes.slice(..bytes.len() / 2)),
        }
    }
}

impl Body for Content {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = match self.get_mut() {
            Self::Whole(bytes) if bytes.is_empty() => None,
            Self::Whole(bytes) => Some(std::mem::take(bytes)),
            Self::Random { left: 0, .. } | Self::Zeros(0) => None,
            Self::Random { sequence, left, .. } => {
                let count = PIECE.min(*left);
                *left -= count;
                let mut piece = Vec::with_capacity(PIECE as usize);
                sequence.append(&mut piece, count as usize);
                Some(piece.into())
            }
            Self::Zeros(left) => {
                let count = PIECE.min(*left);
                *left -= count;
                Some(Bytes::from_static(&ZEROS[..count as usize]))
            }
            Self::Lines { next, end, .. } if next == end => None,
            Self::Lines { line, next, .. } => {
                line.insert("id".into(), (*next).into());
                *next += 1;
                Some(format!("{}\n", Value::Object(line.clone())).into())
            }
            Self::Pieces { pieces, .. } => ready!(pieces.poll_next(cx)),
            Self::Trailed { bytes, trailers } if bytes.is_empty() => {
                let trailers = std::mem::take(trailers);
                return Poll::Ready((!trailers.is_empty()).then(|| Ok(Frame::trailers(trailers))));
            }
            Self::Trailed { bytes, .. } => Some(std::mem::take(bytes)),
        };
        Poll::Ready(next.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_empty(),
            Self::Random { left, told, .. } => *told && *left == 0,
            Self::Zeros(left) => *left == 0,
            Self::Pieces { pieces, told } => *told && pieces.len() == 0,
            // Said only by the end itself, so that no lines are an empty chunked body and not a length of 0.
            Self::Lines { .. } | Self::Trailed { .. } => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Random { left, told: true, .. } | Self::Zeros(left) => SizeHint::with_exact(*left),
            Self::Pieces { pieces, told: true } => SizeHint::with_exact(pieces.len() as u64),
            Self::Random { .. } | Self::Lines { .. } | Self::Pieces { .. } | Self::Trailed { .. } => {
                SizeHint::default()
            }
        }
    }
}
