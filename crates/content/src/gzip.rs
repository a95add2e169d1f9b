//! The gzip format (RFC 1952): members, one after the other.
//!
//! ```text
//! header ──► deflate stream ──► CRC-32, length
//! ```
//! What follows a member and does not begin as another one is ignored, as other clients do: mostly zeros that pad.

use flate2::Crc;

use crate::gzip_header::{Header, MAGIC};
use crate::inflate::{Frame, Inflate, Room};
use crate::limits::Ceiling;
use crate::{Coding, Damage, Error};

/// CRC-32 and length behind a stream, in bytes.
pub(crate) const TRAILER: usize = 8;

/// Decodes every member of `coded`, which is not empty.
pub(crate) fn decode(inflate: &mut Inflate, coded: &[u8], ceiling: Ceiling) -> Result<Vec<u8>, Error> {
    let mut room = Room::new(promised(coded), Coding::Gzip, ceiling)?;
    let mut rest = coded;
    loop {
        rest = decode_member(inflate, rest, &mut room)?;
        let another = !rest.is_empty() && MAGIC.starts_with(&rest[..rest.len().min(MAGIC.len())]);
        if !another {
            return Ok(room.content);
        }
    }
}

/// The size that the last member says it has: right where there is only one, a hint otherwise.
fn promised(coded: &[u8]) -> usize {
    let length = coded.last_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
    (length as usize).min(coded.len().saturating_mul(200))
}

/// Appends the member at the front of `coded`; gives what follows it.
fn decode_member<'a>(inflate: &mut Inflate, coded: &'a [u8], room: &mut Room) -> Result<&'a [u8], Error> {
    let header = Header::new().read(coded).map_err(|damage| room.damaged(damage))?;
    let stream = &coded[header.ok_or_else(|| room.damaged(Damage::Truncated))?..];
    let start = room.content.len();
    let used = inflate.run(Frame::Bare, stream, room)?;
    let Some((&[c0, c1, c2, c3, l0, l1, l2, l3], rest)) = stream[used..].split_first_chunk::<TRAILER>() else {
        return Err(room.damaged(Damage::Truncated));
    };
    let content = &room.content[start..];
    if crc(content) != u32::from_le_bytes([c0, c1, c2, c3]) {
        return Err(room.damaged(Damage::Checksum));
    }
    // The length is kept modulo 2^32.
    if content.len() as u32 != u32::from_le_bytes([l0, l1, l2, l3]) {
        return Err(room.damaged(Damage::Length));
    }
    Ok(rest)
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}
