//! Takes content codings off.

use std::borrow::Cow;

use crate::inflate::Inflate;
use crate::{Coding, Codings, Error, Limits, MOST_CODINGS, deflate, gzip};

/// Takes content codings off. Reuse it: its state is about 40 KiB, allocated when it is first needed.
///
/// One content knows nothing of another; after an error the decoder is as good as new.
#[derive(Debug, Default)]
pub struct Decoder {
    inflate: Inflate,
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
    /// begin as a member is ignored. deflate is the zlib format, with its checksum, or a bare stream.
    ///
    /// A gzip member says how large it is: up to 1 MiB (and 200 times the coded size) are reserved on its word;
    /// beyond that memory grows with the content.
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
            let ceiling = limits.ceiling(coded.len());
            content = Cow::Owned(match coding {
                Coding::Gzip => gzip::decode(&mut self.inflate, &content, ceiling)?,
                Coding::Deflate => deflate::decode(&mut self.inflate, &content, ceiling)?,
            });
        }
        if let Some(limit) = limits.max.filter(|max| content.len() as u64 > *max) {
            return Err(Error::TooLarge { limit });
        }
        let mut content = content.into_owned();
        content.shrink_to_fit();
        Ok(content)
    }
}
