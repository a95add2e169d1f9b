//! Content that leaves the server in pieces, each in a write of its own.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::sync::oneshot::Receiver;

use crate::rooms::Rooms;

/// Bytes that are not all given at once.
#[derive(Debug)]
pub(crate) struct Pieces {
    left: Bytes,
    cut: Cut,
    pace: Pace,
}

/// Where one piece ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cut {
    /// After so many octets, from 1; the last piece may have fewer.
    Size(usize),
    /// So that there are so many pieces of about one size, from 1.
    Count(usize),
}

/// When the next piece is given.
///
/// ```text
/// Open:  Ready ─ piece ─► Rest ─► Ready
/// Gated: Ready ─► Held ─ released, piece ─► Ready
/// ```
#[derive(Debug)]
pub(crate) enum Pace {
    /// In the next turn of the connection, so that what was given before is written.
    Open(Turn),
    /// When the rooms are released.
    Gated(Arc<Rooms>, Option<Receiver<()>>),
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Turn {
    /// The next piece's.
    Ready,
    /// The connection's, to write what it has.
    Rest,
}

impl Pieces {
    pub(crate) fn new(bytes: Bytes, cut: Cut, pace: Pace) -> Self {
        Self { left: bytes, cut, pace }
    }

    /// Octets that are still to be given.
    pub(crate) fn len(&self) -> usize {
        self.left.len()
    }

    /// The first half of the octets and of the pieces, rounded down.
    pub(crate) fn half(self) -> Self {
        let cut = match self.cut {
            Cut::Size(size) => Cut::Size(size),
            Cut::Count(count) => Cut::Count((count / 2).max(1)),
        };
        Self { left: self.left.slice(..self.left.len() / 2), cut, pace: self.pace }
    }

    /// The next piece, when it is time; `None` after the last.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        ready!(self.pace.poll(cx));
        let size = self.cut.take(self.left.len());
        Poll::Ready(Some(self.left.split_to(size)))
    }
}

impl Cut {
    /// The size of the next piece of `left` octets.
    fn take(&mut self, left: usize) -> usize {
        match self {
            Self::Size(size) => left.min((*size).max(1)),
            Self::Count(count) => {
                let size = left.div_ceil((*count).max(1));
                *count = count.saturating_sub(1);
                size
            }
        }
    }
}

impl Pace {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match self {
            Self::Open(turn @ Turn::Ready) => {
                *turn = Turn::Rest;
                Poll::Ready(())
            }
            Self::Open(turn @ Turn::Rest) => {
                *turn = Turn::Ready;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Self::Gated(rooms, held) => {
                // An error would say that the rooms are gone, and the server with them.
                let _ = ready!(Pin::new(held.get_or_insert_with(|| rooms.enter())).poll(cx));
                *held = None;
                Poll::Ready(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(mut cut: Cut, mut left: usize) -> Vec<usize> {
        let mut sizes = Vec::new();
        while left > 0 {
            sizes.push(cut.take(left));
            left -= sizes[sizes.len() - 1];
        }
        sizes
    }

    #[test]
    fn a_count_of_pieces_is_kept_where_there_are_octets_enough() {
        assert_eq!(sizes(Cut::Count(6), 10), [2, 2, 2, 2, 1, 1]);
        assert_eq!(sizes(Cut::Count(1), 10), [10]);
        assert_eq!(sizes(Cut::Count(9), 2), [1, 1]);
    }

    #[test]
    fn the_last_piece_of_a_size_may_be_shorter() {
        assert_eq!(sizes(Cut::Size(4), 10), [4, 4, 2]);
    }
}
