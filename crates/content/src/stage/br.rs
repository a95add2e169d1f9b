//! The `br` coding: Brotli, piece by piece (RFC 7932).

use std::fmt;

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};

use super::deflate::pass_zeros;
use crate::Damage;
use crate::moved::Moved;

/// The library counts in 32 bits: a step takes no more than this, in bytes.
const LARGEST: usize = 1 << 30;

/// Brotli that is being taken off.
pub(crate) struct Br {
    /// Large windows, which RFC 7932 does not know, are refused: up to 1 GiB would be taken on the word of the peer.
    state: Box<BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>>,
    is_whole: bool,
}

impl Br {
    pub(crate) fn new() -> Self {
        let state =
            BrotliState::new_strict(StandardAlloc::default(), StandardAlloc::default(), StandardAlloc::default());
        Br { state: Box::new(state), is_whole: false }
    }

    pub(crate) fn run(&mut self, input: &[u8], out: &mut [u8]) -> Result<Moved, Damage> {
        if self.is_whole {
            return pass_zeros(input);
        }
        let (mut left, mut room) = (input.len().min(LARGEST), out.len().min(LARGEST));
        let mut moved = Moved::default();
        let result = BrotliDecompressStream(
            &mut left,
            &mut moved.used,
            input,
            &mut room,
            &mut moved.made,
            out,
            &mut 0,
            &mut self.state,
        );
        match result {
            BrotliResult::ResultSuccess => self.is_whole = true,
            BrotliResult::NeedsMoreInput | BrotliResult::NeedsMoreOutput => {}
            BrotliResult::ResultFailure => {
                return Err(Damage::Data { source: format!("{:?}", self.state.error_code).into() });
            }
        }
        Ok(moved)
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.is_whole
    }
}

impl fmt::Debug for Br {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Br").field("is_whole", &self.is_whole).finish_non_exhaustive()
    }
}
