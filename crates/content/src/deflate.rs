//! The `deflate` coding: the zlib format, or a bare deflate stream (RFC 9110, section 8.4.1.2).

use crate::inflate::{Frame, Inflate, Room};
use crate::limits::Ceiling;
use crate::{Coding, Damage, Error};

/// Decodes `coded`: as zlib if it begins so, else as a bare stream; if zlib fails, once more as a bare stream.
///
/// What follows zlib's checksum is ignored. A bare stream has none: behind it only zeros are.
pub(crate) fn decode(inflate: &mut Inflate, coded: &[u8], ceiling: Ceiling) -> Result<Vec<u8>, Error> {
    if !begins_as_zlib(coded) {
        return decode_bare(inflate, coded, ceiling);
    }
    let mut room = room(coded, ceiling)?;
    match inflate.run(Frame::Zlib, coded, &mut room) {
        Ok(_) => Ok(room.content),
        Err(error @ Error::Damaged { .. }) => decode_bare(inflate, coded, ceiling).map_err(|_| error),
        Err(error) => Err(error),
    }
}

fn decode_bare(inflate: &mut Inflate, coded: &[u8], ceiling: Ceiling) -> Result<Vec<u8>, Error> {
    let mut room = room(coded, ceiling)?;
    let used = inflate.run(Frame::Bare, coded, &mut room)?;
    match coded[used..].iter().all(|byte| *byte == 0) {
        true => Ok(room.content),
        false => Err(room.damaged(Damage::Surplus)),
    }
}

/// Nothing says how large the content is; text is mostly about four times its coded size.
fn room(coded: &[u8], ceiling: Ceiling) -> Result<Room, Error> {
    Room::new(coded.len().saturating_mul(4), Coding::Deflate, ceiling)
}

/// Method deflate, a window of at most 32 KiB, no dictionary, and the check of these two bytes (RFC 1950, section 2.2).
pub(crate) fn begins_as_zlib(coded: &[u8]) -> bool {
    let Some(header @ [method, flags]) = coded.first_chunk() else {
        return false;
    };
    method & 0x0f == 8 && method >> 4 <= 7 && flags & 0x20 == 0 && u16::from_be_bytes(*header) % 31 == 0
}
