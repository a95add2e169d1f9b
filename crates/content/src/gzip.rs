//! The gzip format (RFC 1952): members, one after the other.
//!
//! ```text
//! magic, method, flags, 6 bytes ─ extra? ─ name? ─ comment? ─ header CRC? ─ deflate stream ─ CRC-32, length
//! ```
//! What follows a member and does not begin as another one is ignored, as other clients do: mostly zeros that pad.

use flate2::Crc;

use crate::inflate::{Frame, Inflate, Room};
use crate::limits::Ceiling;
use crate::{Coding, Damage, Error};

const MAGIC: [u8; 2] = [0x1f, 0x8b];
/// The only compression method there is.
const DEFLATE: u8 = 8;
/// CRC-32 and length behind a stream, in bytes.
const TRAILER: usize = 8;

// The bits of the flags.
const HEADER_CRC: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;

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
    let stream = pass_header(coded).map_err(|damage| room.damaged(damage))?;
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

/// What follows the header at the front of `coded`.
fn pass_header(coded: &[u8]) -> Result<&[u8], Damage> {
    let known = coded.iter().zip([MAGIC[0], MAGIC[1], DEFLATE]).all(|(byte, expected)| *byte == expected);
    if !known {
        return Err(Damage::Header);
    }
    let (fixed, mut rest) = coded.split_first_chunk::<10>().ok_or(Damage::Truncated)?;
    let flags = fixed[3];
    if flags & RESERVED != 0 {
        return Err(Damage::Header);
    }
    if flags & EXTRA != 0 {
        let (length, extra) = rest.split_first_chunk().ok_or(Damage::Truncated)?;
        rest = extra.get(usize::from(u16::from_le_bytes(*length))..).ok_or(Damage::Truncated)?;
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let end = rest.iter().position(|byte| *byte == 0).ok_or(Damage::Truncated)?;
            rest = &rest[end + 1..];
        }
    }
    if flags & HEADER_CRC != 0 {
        let header = &coded[..coded.len() - rest.len()];
        let (sum, stream) = rest.split_first_chunk().ok_or(Damage::Truncated)?;
        if crc(header) as u16 != u16::from_le_bytes(*sum) {
            return Err(Damage::Checksum);
        }
        rest = stream;
    }
    Ok(rest)
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}
