//! One response while it comes: its head, its content so far, and what is to follow.

use sortie_http::Headers;
use sortie_policy::Verdict;

use crate::Error;
use crate::conn::Head;

/// How much memory is reserved for a body on the peer's word alone.
pub(crate) const TRUSTED: u64 = 1024 * 1024;

/// What has come of a response.
pub(crate) struct Receiving {
    pub(crate) head: Head,
    /// The content so far; of what is streamed, what was not handed out yet.
    pub(crate) body: Vec<u8>,
    pub(crate) flow: Flow,
    /// What came behind the content.
    pub(crate) trailers: Option<Box<Headers>>,
    /// What follows once the body is here; nothing is known while the program's own code is asked.
    pub(crate) then: Option<Verdict>,
    /// The head came before the request was wholly sent: what of it was not.
    pub(crate) early: Option<Unsent>,
    /// The peer switches protocols, as was asked for: what follows the head is not HTTP.
    pub(crate) switches: bool,
}

/// What was not sent of a request when the head of its response came.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unsent {
    /// What is behind so many bytes of the body.
    Bytes(usize),
    /// What is behind so many bytes of a streamed body; whether the next ones are `pending`.
    Streamed { sent: u64, pending: bool },
    /// The body, which the peer has not asked for: it is not sent.
    Body,
    /// Nothing any more.
    Nothing,
}

/// What became of a piece of content.
pub(crate) enum Kept {
    Yes,
    /// It is not wanted, and there is too much of it to read it for the connection's sake.
    TooMuch,
    Failed(Error),
}

/// Where the content of a response goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Flow {
    /// It is kept until it is whole.
    Kept,
    /// It is to go out, if what the program's own code is asked comes to that. The link is not read.
    Asked,
    /// It goes out; at this moment nobody waits for it, and the link is not read.
    Resting,
    /// It goes out, and is waited for.
    Wanted,
    /// As wanted; but when the link has something, its reader is to take it.
    Lent,
}

impl Receiving {
    /// Whether the content is read for the connection's sake alone.
    pub(crate) fn is_drained(&self) -> bool {
        !matches!(self.then, None | Some(Verdict::Deliver))
    }

    /// A piece of the content, kept as far as it is wanted.
    pub(crate) fn keep(&mut self, piece: &[u8], max: Option<u64>, drain: usize) -> Kept {
        let length = self.body.len() as u64 + piece.len() as u64;
        if self.is_drained() {
            if length > drain as u64 {
                return Kept::TooMuch;
            }
        } else if let Some(limit) = max.filter(|limit| length > coded_limit(*limit, self.head.has.content_encoding)) {
            return Kept::Failed(Error::TooLarge { limit });
        }
        if self.body.try_reserve(piece.len()).is_err() {
            return Kept::Failed(Error::Memory { bytes: length as usize });
        }
        self.body.extend_from_slice(piece);
        Kept::Yes
    }
}

impl Flow {
    /// Whether the head went out, and content follows as it comes.
    pub(crate) fn is_streamed(self) -> bool {
        !matches!(self, Flow::Kept | Flow::Asked)
    }
}

/// How many bytes may come where so many bytes of decoded content are allowed: a coding may make small content larger.
pub(crate) fn coded_limit(limit: u64, coded: bool) -> u64 {
    if coded { limit.saturating_add(64 * 1024) } else { limit }
}
