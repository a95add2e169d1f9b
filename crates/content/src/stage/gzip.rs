//! The gzip format, piece by piece (RFC 1952).
//!
//! ```text
//! Header ──► Stream ──► Trailer ──► Between ──► Header ..
//!                                      └──────► Rest
//! ```

use flate2::{Crc, Decompress};

use crate::Damage;
use crate::gzip::TRAILER;
use crate::gzip_header::{Header, MAGIC};
use crate::moved::{Moved, inflate};

/// gzip that is being taken off.
#[derive(Debug)]
pub(crate) struct Gzip {
    state: Decompress,
    part: Part,
}

/// What the next byte is.
#[derive(Debug)]
enum Part {
    /// Of a member's header.
    Header(Header),
    /// Of its deflate stream. `crc` knows what came out of it, and how much.
    Stream { crc: Crc },
    /// Of its CRC-32 and length.
    Trailer { crc: Crc, bytes: [u8; TRAILER], have: usize },
    /// The first one behind a member, or the second, after one that may begin another member.
    Between { is_second: bool },
    /// Of something that is no member, and is ignored.
    Rest,
}

impl Gzip {
    pub(crate) fn new() -> Self {
        Gzip { state: Decompress::new(false), part: Part::Header(Header::new()) }
    }

    pub(crate) fn run(&mut self, input: &[u8], out: &mut [u8]) -> Result<Moved, Damage> {
        match &mut self.part {
            Part::Header(header) => {
                let end = header.read(input)?;
                if end.is_some() {
                    self.state.reset(false);
                    self.part = Part::Stream { crc: Crc::new() };
                }
                Ok(Moved { used: end.unwrap_or(input.len()), made: 0 })
            }
            Part::Stream { crc } => {
                let (moved, is_end) = inflate(&mut self.state, input, out)?;
                crc.update(&out[..moved.made]);
                if is_end {
                    self.part = Part::Trailer { crc: std::mem::take(crc), bytes: [0; TRAILER], have: 0 };
                }
                Ok(moved)
            }
            Part::Trailer { crc, bytes, have } => {
                let used = input.len().min(TRAILER - *have);
                bytes[*have..*have + used].copy_from_slice(&input[..used]);
                *have += used;
                if *have == TRAILER {
                    check(crc, *bytes)?;
                    self.part = Part::Between { is_second: false };
                }
                Ok(Moved { used, made: 0 })
            }
            Part::Between { is_second } => {
                let Some(byte) = input.first() else { return Ok(Moved::default()) };
                match (*is_second, *byte == MAGIC[usize::from(*is_second)]) {
                    (false, true) => *is_second = true,
                    (true, true) => {
                        let mut header = Header::new();
                        header.read(&MAGIC)?;
                        self.part = Part::Header(header);
                    }
                    (_, false) => self.part = Part::Rest,
                }
                Ok(Moved { used: 1, made: 0 })
            }
            Part::Rest => Ok(Moved { used: input.len(), made: 0 }),
        }
    }

    pub(crate) fn is_whole(&self) -> bool {
        matches!(self.part, Part::Between { is_second: false } | Part::Rest)
    }
}

/// Both are kept in 32 bits: the length is the content's modulo 2^32.
fn check(crc: &Crc, [c0, c1, c2, c3, l0, l1, l2, l3]: [u8; TRAILER]) -> Result<(), Damage> {
    match () {
        () if crc.sum() != u32::from_le_bytes([c0, c1, c2, c3]) => Err(Damage::Checksum),
        () if crc.amount() != u32::from_le_bytes([l0, l1, l2, l3]) => Err(Damage::Length),
        () => Ok(()),
    }
}
