//! Takes content codings off content that is whole.

use std::borrow::Cow;

use crate::inflate::Inflate;
#[cfg(any(feature = "br", feature = "zstd"))]
use crate::inflate::Room;
use crate::limits::Ceiling;
#[cfg(feature = "br")]
use crate::stage::Br;
#[cfg(any(feature = "br", feature = "zstd"))]
use crate::stage::Stage;
#[cfg(feature = "zstd")]
use crate::stage::{Zstd, promised};
use crate::{Coding, Codings, Error, Limits, MOST_CODINGS, deflate, gzip};

/// A state of zstd that takes more than this is not kept, in bytes.
#[cfg(feature = "zstd")]
const KEPT: usize = 1 << 20;

/// Takes content codings off. Reuse it: its states are about 40 KiB for gzip and deflate, and from 100 KiB to 1 MiB for
/// zstd, each allocated when it is first needed. That of br is made anew for each content, and is not kept.
///
/// One content knows nothing of another; after an error the decoder is as good as new. For content that is not whole in
/// memory there are [`StreamDecoder`](crate::StreamDecoder) and [`DecodeReader`](crate::DecodeReader).
#[derive(Debug, Default)]
pub struct Decoder {
    inflate: Inflate,
    #[cfg(feature = "zstd")]
    zstd: Option<Zstd>,
}

impl Decoder {
    /// A decoder. Allocates nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes `codings` off the whole of `coded`. The result has no spare capacity.
    ///
    /// No bytes decode to no bytes, whatever the codings: what answers HEAD, or has length 0, is not damaged. Without
    /// codings the result is a copy; ask [`Codings::is_empty`] first to save that.
    ///
    /// gzip may have several members, each with a CRC-32 and a length that must hold; what follows them and does not
    /// begin as a member is ignored. deflate is the zlib format, with its checksum, or a bare stream. zstd may have
    /// several frames, and checksums, which must hold. Behind br, and behind a bare stream, only zeros may follow.
    ///
    /// A gzip member and a zstd frame say how large they are: up to 1 MiB (and 200 times the coded size) are reserved on
    /// their word; beyond that memory grows with the content.
    ///
    /// Fails with [`Error::Damaged`], also where content is cut short; with [`Error::TooMany`] codings; with
    /// [`Error::TooLarge`] or [`Error::Bomb`] by the limits; with [`Error::Memory`] where the system has none left.
    pub fn decode(&mut self, codings: &Codings, coded: &[u8], limits: &Limits) -> Result<Vec<u8>, Error> {
        if coded.is_empty() {
            return Ok(Vec::new());
        }
        if codings.len() > MOST_CODINGS {
            return Err(Error::TooMany { count: codings.len() });
        }
        let mut content = Cow::Borrowed(coded);
        for coding in codings.iter() {
            if content.is_empty() {
                break;
            }
            // Bounded by what was received, not by what the last coding gave: ratios must not multiply.
            let ceiling = limits.ceiling(coded.len() as u64);
            content = Cow::Owned(self.take_off(coding, &content, ceiling)?);
        }
        if let Some(limit) = limits.max.filter(|max| content.len() as u64 > *max) {
            return Err(Error::TooLarge { limit });
        }
        let mut content = content.into_owned();
        content.shrink_to_fit();
        Ok(content)
    }

    fn take_off(&mut self, coding: Coding, coded: &[u8], ceiling: Ceiling) -> Result<Vec<u8>, Error> {
        match coding {
            Coding::Gzip => gzip::decode(&mut self.inflate, coded, ceiling),
            Coding::Deflate => deflate::decode(&mut self.inflate, coded, ceiling),
            #[cfg(feature = "br")]
            Coding::Br => {
                let mut room = Room::new(coded.len().saturating_mul(4), coding, ceiling)?;
                Stage::Br(Br::new()).run_whole(coded, &mut room)?;
                Ok(room.content)
            }
            #[cfg(feature = "zstd")]
            Coding::Zstd => {
                let mut room = Room::new(promised(coded), coding, ceiling)?;
                let mut stage = Stage::Zstd(self.zstd.take().map_or_else(Zstd::new, Ok)?);
                let outcome = stage.run_whole(coded, &mut room);
                if let Stage::Zstd(mut zstd) = stage
                    && zstd.size() <= KEPT
                    && zstd.reset()
                {
                    self.zstd = Some(zstd);
                }
                outcome.map(|()| room.content)
            }
        }
    }
}
