//! The `zstd` coding: Zstandard, piece by piece (RFC 8878, RFC 9659).
//!
//! Frames follow one another; those that are to be skipped have no content.

use std::{fmt, io};

use ::zstd::zstd_safe::{self, DCtx, DParameter, InBuffer, OutBuffer, ResetDirective};

use crate::moved::Moved;
use crate::{Coding, Damage, Error};

/// The largest window, as a power of two: 8 MiB (RFC 9659, section 3).
const LARGEST_WINDOW: u32 = 23;

/// Zstandard that is being taken off.
pub(crate) struct Zstd {
    context: DCtx<'static>,
    place: Place,
}

/// Where in the content we are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Place {
    /// Behind a frame, or before the first.
    Between,
    /// In a frame, of which all was given.
    Frame,
    /// In a frame, and there may be more to give than there was room for.
    Full,
}

impl Zstd {
    pub(crate) fn new() -> Result<Self, Error> {
        let failed = |source| Error::Library { coding: Coding::Zstd, source };
        let mut context = DCtx::try_create().ok_or_else(|| failed(io::ErrorKind::OutOfMemory.into()))?;
        let set = context.set_parameter(DParameter::WindowLogMax(LARGEST_WINDOW));
        set.map_err(|code| failed(io::Error::other(zstd_safe::get_error_name(code))))?;
        Ok(Zstd { context, place: Place::Between })
    }

    /// Makes it as good as new, or says that it is not.
    pub(crate) fn reset(&mut self) -> bool {
        self.place = Place::Between;
        self.context.reset(ResetDirective::SessionOnly).is_ok()
    }

    /// What it takes of memory, in bytes.
    pub(crate) fn size(&self) -> usize {
        self.context.sizeof()
    }

    pub(crate) fn run(&mut self, input: &[u8], out: &mut [u8]) -> Result<Moved, Damage> {
        // The library takes idle calls for a loop that hangs.
        if out.is_empty() || (input.is_empty() && self.place != Place::Full) {
            return Ok(Moved::default());
        }
        let mut input = InBuffer::around(input);
        let mut out = OutBuffer::around(out);
        let left = self.context.decompress_stream(&mut out, &mut input);
        let left = left.map_err(|code| Damage::Data { source: zstd_safe::get_error_name(code).into() })?;
        self.place = match left {
            0 => Place::Between,
            _ if out.pos() == out.capacity() => Place::Full,
            _ => Place::Frame,
        };
        Ok(Moved { used: input.pos(), made: out.pos() })
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.place == Place::Between
    }
}

/// The size that the first frame says it has; 0 where it does not.
pub(crate) fn promised(coded: &[u8]) -> usize {
    let size = zstd_safe::get_frame_content_size(coded).ok().flatten().unwrap_or(0);
    usize::try_from(size).unwrap_or(usize::MAX).min(coded.len().saturating_mul(200))
}

impl fmt::Debug for Zstd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Zstd").field("place", &self.place).finish_non_exhaustive()
    }
}
