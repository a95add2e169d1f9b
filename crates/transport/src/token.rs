//! The token of a socket: which link it belongs to, and which of the link's sockets it is.

use std::io;

use mio::Token;

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
