//! One step of a decoder.

use flate2::{Decompress, FlushDecompress, Status};

use crate::Damage;

/// How many bytes a step took from its input, and how many it gave.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Moved {
    pub(crate) used: usize,
    pub(crate) made: usize,
}

/// Moves on through a deflate stream; says whether that is its end.
pub(crate) fn inflate(state: &mut Decompress, input: &[u8], out: &mut [u8]) -> Result<(Moved, bool), Damage> {
    let (taken, given) = (state.total_in(), state.total_out());
    let status = state.decompress(input, out, FlushDecompress::None);
    let moved = Moved { used: (state.total_in() - taken) as usize, made: (state.total_out() - given) as usize };
    match status {
        Ok(status) => Ok((moved, status == Status::StreamEnd)),
        Err(error) => Err(Damage::Data { source: Box::new(error) }),
    }
}
