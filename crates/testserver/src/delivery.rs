//! A response's content on its way out, and what its end means for the connection.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use crate::content::Content;
use crate::fate::{Ending, Fate};

/// Content as the server's manners let it go.
#[derive(Debug)]
pub(crate) enum Delivery {
    /// All of it.
    Whole(Content),
    /// All of it, and nothing after it on this connection.
    Last { content: Content, _last: Last },
    /// `half` of what was promised; the other half never comes.
    Cut { promised: SizeHint, half: Content, fate: Fate },
}

/// Decides that its connection is dropped when hyper drops this: the content is written, or there was none to write.
#[derive(Debug)]
pub(crate) struct Last(Fate);

impl Delivery {
    pub(crate) fn last(content: Content, fate: Fate) -> Self {
        Self::Last { content, _last: Last(fate) }
    }

    pub(crate) fn cut(content: Content, fate: Fate) -> Self {
        Self::Cut { promised: content.size_hint(), half: content.half(), fate }
    }
}

impl Body for Delivery {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Self::Whole(content) | Self::Last { content, .. } => Pin::new(content).poll_frame(cx),
            Self::Cut { half, fate, .. } => match Pin::new(half).poll_frame(cx) {
                // Nobody is woken: the connection's task looks at the fate after each of its turns.
                Poll::Ready(None) => {
                    fate.decide(Ending::Cut);
                    Poll::Pending
                }
                more => more,
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(content) | Self::Last { content, .. } => content.is_end_stream(),
            Self::Cut { .. } => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(content) | Self::Last { content, .. } => content.size_hint(),
            Self::Cut { promised, .. } => *promised,
        }
    }
}

impl Drop for Last {
    fn drop(&mut self) {
        self.0.decide(Ending::Drop);
    }
}
