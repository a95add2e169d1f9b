//! The header of a gzip member (RFC 1952, section 2.3), in any pieces.
//!
//! ```text
//! magic, method, flags, 6 bytes ─ extra? ─ name? ─ comment? ─ header CRC?
//! ```

use flate2::Crc;

use crate::Damage;

/// What a member begins with.
pub(crate) const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The only compression method there is.
const DEFLATE: u8 = 8;

// The bits of the flags.
const HEADER_CRC: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;

/// A header that is being read.
#[derive(Debug)]
pub(crate) struct Header {
    part: Part,
    /// The flags of the parts that are still to come.
    left: u8,
    /// Of what was read; counted only where the header has a checksum.
    crc: Option<Crc>,
}

/// What the next byte is.
#[derive(Debug)]
enum Part {
    /// One of the ten that are always there.
    Fixed { bytes: [u8; 10], have: usize },
    /// The lower half of the extra field's length.
    ExtraLow,
    /// The upper half.
    ExtraHigh { low: u8 },
    /// In the extra field, `left` bytes of it before it ends.
    Extra { left: u16 },
    /// In a name or a comment, which a zero ends.
    Text,
    /// The lower half of the checksum.
    SumLow,
    /// The upper half.
    SumHigh { low: u8 },
    /// Not of the header any more.
    Done,
}

impl Header {
    /// One of which nothing was read.
    pub(crate) fn new() -> Self {
        Header { part: Part::Fixed { bytes: [0; 10], have: 0 }, left: 0, crc: None }
    }

    /// Reads on from the front of `input`: gives how many bytes it took if the header ends there.
    pub(crate) fn read(&mut self, input: &[u8]) -> Result<Option<usize>, Damage> {
        for (at, byte) in input.iter().enumerate() {
            self.take(*byte)?;
            if let Part::Done = self.part {
                return Ok(Some(at + 1));
            }
        }
        Ok(None)
    }

    fn take(&mut self, byte: u8) -> Result<(), Damage> {
        match &mut self.part {
            Part::Fixed { bytes, have } => {
                check_fixed(*have, byte)?;
                bytes[*have] = byte;
                *have += 1;
                if let (10, bytes) = (*have, *bytes) {
                    self.left = bytes[3];
                    self.crc = (self.left & HEADER_CRC != 0).then(Crc::new);
                    self.count(&bytes);
                    self.part = self.next();
                }
                return Ok(());
            }
            Part::ExtraLow => self.part = Part::ExtraHigh { low: byte },
            Part::ExtraHigh { low } => {
                self.part = match u16::from_le_bytes([*low, byte]) {
                    0 => self.next(),
                    left => Part::Extra { left },
                };
            }
            Part::Extra { left: 1 } => self.part = self.next(),
            Part::Extra { left } => *left -= 1,
            Part::Text if byte == 0 => self.part = self.next(),
            Part::Text => {}
            Part::SumLow => {
                self.part = Part::SumHigh { low: byte };
                return Ok(());
            }
            Part::SumHigh { low } => {
                let sum = u16::from_le_bytes([*low, byte]);
                self.part = Part::Done;
                return match self.crc.as_ref().is_none_or(|crc| crc.sum() as u16 == sum) {
                    true => Ok(()),
                    false => Err(Damage::Checksum),
                };
            }
            Part::Done => {}
        }
        self.count(&[byte]);
        Ok(())
    }

    /// The part that follows the one that has ended.
    fn next(&mut self) -> Part {
        for (flag, part) in
            [(EXTRA, Part::ExtraLow), (NAME, Part::Text), (COMMENT, Part::Text), (HEADER_CRC, Part::SumLow)]
        {
            if self.left & flag != 0 {
                self.left &= !flag;
                return part;
            }
        }
        Part::Done
    }

    fn count(&mut self, bytes: &[u8]) {
        if let Some(crc) = &mut self.crc {
            crc.update(bytes);
        }
    }
}

/// What is known of the ten bytes: the magic two, the method, and that some flags mean nothing yet.
fn check_fixed(at: usize, byte: u8) -> Result<(), Damage> {
    let valid = match at {
        0 | 1 => byte == MAGIC[at],
        2 => byte == DEFLATE,
        3 => byte & RESERVED == 0,
        _ => true,
    };
    if valid { Ok(()) } else { Err(Damage::Header) }
}
