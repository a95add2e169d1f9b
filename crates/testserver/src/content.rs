//! The content of an answer, made as it is sent.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use serde_json::{Map, Value};

use crate::sequence::Sequence;

/// Octets of a random body made at a time; a multiple of eight.
const PIECE: u64 = 64 * 1024;

/// The content of an answer; hyper gives a length where it is known and chunks the rest.
#[derive(Debug)]
pub(crate) enum Content {
    /// Bytes at hand.
    Whole(Bytes),
    /// The next `left` octets of a sequence, with their length told beforehand or not.
    Random { sequence: Sequence, left: u64, told: bool },
    /// `line`, once for each `id` from `next` up to before `end`.
    Lines { line: Map<String, Value>, next: u64, end: u64 },
}

impl Content {
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_empty(),
            Self::Random { left, .. } => *left == 0,
            Self::Lines { next, end, .. } => next == end,
        }
    }

    /// The first half, rounded down, of the octets or of the lines.
    pub(crate) fn half(self) -> Self {
        match self {
            Self::Whole(bytes) => Self::Whole(bytes.slice(..bytes.len() / 2)),
            Self::Random { sequence, left, told } => Self::Random { sequence, left: left / 2, told },
            Self::Lines { line, next, end } => Self::Lines { line, next, end: next + (end - next) / 2 },
        }
    }
}

impl Body for Content {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = match self.get_mut() {
            Self::Whole(bytes) if bytes.is_empty() => None,
            Self::Whole(bytes) => Some(std::mem::take(bytes)),
            Self::Random { left: 0, .. } => None,
            Self::Random { sequence, left, .. } => {
                let count = PIECE.min(*left);
                *left -= count;
                let mut piece = Vec::with_capacity(PIECE as usize);
                sequence.append(&mut piece, count as usize);
                Some(piece.into())
            }
            Self::Lines { next, end, .. } if next == end => None,
            Self::Lines { line, next, .. } => {
                line.insert("id".into(), (*next).into());
                *next += 1;
                Some(format!("{}\n", Value::Object(line.clone())).into())
            }
        };
        Poll::Ready(next.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_empty(),
            Self::Random { left, told, .. } => *told && *left == 0,
            // Said only by the end itself, so that no lines are an empty chunked body and not a length of 0.
            Self::Lines { .. } => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Random { left, told: true, .. } => SizeHint::with_exact(*left),
            Self::Random { .. } | Self::Lines { .. } => SizeHint::default(),
        }
    }
}
