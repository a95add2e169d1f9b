//! One link: its name, its token and its state.

use std::io;

use mio::Token;

use crate::race::Race;
use crate::stream::Stream;

/// The name of a link. It is never given twice: a late use of a closed one does nothing.
#[derive(Copy, Clone, Eq, PartialEq, Hash, Debug)]
pub struct LinkId {
    pub(crate) index: u32,
    /// Tells the links apart that had this index one after another.
    pub(crate) generation: u32,
}

impl LinkId {
    /// A small number, unlike that of every other link that is not closed; of use as an index. Given again after `close`.
    #[must_use]
    pub const fn index(self) -> usize {
        self.index as usize
    }
}

/// What the transport keeps of a link.
pub(crate) struct Link {
    pub(crate) generation: u32,
    pub(crate) state: State,
}

/// ```text
/// Resolving ──► Connecting ──► Open
///     └─────────────┴────► Failed
/// ```
pub(crate) enum State {
    /// The resolver was asked.
    Resolving { name: Box<str>, port: u16, since: u64 },
    /// Sockets race for the connection.
    Connecting(Box<Race>),
    /// Bytes flow.
    Open(Stream),
    /// Never opened; waits for `close`.
    Failed,
}

/// How much of a token is the link's index: 40 bits of 64, 20 of 32. The rest is the socket's stamp.
const INDEX_BITS: u32 = usize::BITS / 8 * 5;

/// The largest index is left free for [`WAKER`].
const INDEX_MASK: usize = (1 << INDEX_BITS) - 1;

/// The token of the waker, which no link can have.
pub(crate) const WAKER: Token = Token(usize::MAX);

/// Distinguishes the sockets that a link's index has had: an event that was meant for a closed one finds nobody.
#[derive(Copy, Clone, Eq, PartialEq, Debug)]
pub(crate) struct Stamp(usize);

impl Stamp {
    /// Keeps what fits into a token.
    pub(crate) const fn new(serial: u32) -> Self {
        Self(serial as usize & (usize::MAX >> INDEX_BITS))
    }
}

/// The token of a socket that belongs to the link at `index`.
pub(crate) fn token(index: usize, stamp: Stamp) -> io::Result<Token> {
    if index >= INDEX_MASK {
        return Err(io::Error::other("too many links"));
    }
    Ok(Token(stamp.0 << INDEX_BITS | index))
}

/// What [`token`] was made from.
pub(crate) const fn split(token: Token) -> (usize, Stamp) {
    (token.0 & INDEX_MASK, Stamp(token.0 >> INDEX_BITS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_holds_an_index_and_a_stamp() {
        for index in [0, 1, INDEX_MASK - 1] {
            for serial in [0, 1, u32::MAX] {
                let stamp = Stamp::new(serial);
                assert_eq!(split(token(index, stamp).unwrap()), (index, stamp));
                assert_ne!(token(index, stamp).unwrap(), WAKER);
            }
        }
    }

    #[test]
    fn an_index_that_does_not_fit_is_an_error() {
        assert!(token(INDEX_MASK, Stamp::new(0)).is_err());
        assert!(token(1 << INDEX_BITS, Stamp::new(0)).is_err());
    }
}
