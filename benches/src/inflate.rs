//! Content in the coding gzip, inflated as cheaply as can be: at once, into memory that is used again.

use flate2::{Decompress, FlushDecompress, Status};

use crate::Error;

/// The option of programs that can inflate, and what it does.
pub const INFLATE: (&str, &str) = (
    "--inflate",
    "inflate each content, which must be one gzip member with a plain header; then its length is counted",
);

/// How long a member's header is where it says nothing but that it is one, and how long what stands behind the data
/// (RFC 1952, section 2.3).
const HEADER: usize = 10;
const TRAILER: usize = 8;

/// The largest content that is expected, in bytes.
const LARGEST: usize = 1 << 20;

/// The state of the inflating, and where it goes to.
pub(crate) struct Inflate {
    state: Decompress,
    out: Vec<u8>,
}

impl Inflate {
    pub(crate) fn new() -> Self {
        Inflate { state: Decompress::new(false), out: vec![0; LARGEST] }
    }

    /// Inflates one member, whose end says how long its content is.
    pub(crate) fn run(&mut self, member: &[u8]) -> Result<&[u8], Error> {
        let (data, trailer) = match member {
            [0x1f, 0x8b, 8, 0, ..] if member.len() >= HEADER + TRAILER => {
                member[HEADER..].split_at(member.len() - HEADER - TRAILER)
            }
            _ => return Err(Error::Gzip),
        };
        self.state.reset(false);
        let status = self.state.decompress(data, &mut self.out, FlushDecompress::Finish);
        let length = usize::try_from(self.state.total_out()).unwrap_or(usize::MAX);
        let said = trailer.last_chunk::<4>().map(|size| u32::from_le_bytes(*size) as usize);
        match status {
            Ok(Status::StreamEnd) if said == Some(length) => Ok(&self.out[..length]),
            _ => Err(Error::Gzip),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf 'hello hello hello' | gzip -n`.
    const MEMBER: &[u8] = &[
        0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x90, 0, 0x80, 0x88, 0xf9,
        0xe5, 0x11, 0, 0, 0,
    ];

    #[test]
    fn a_member_is_inflated_any_number_of_times() {
        let mut inflate = Inflate::new();
        for _ in 0..3 {
            assert_eq!(inflate.run(MEMBER).unwrap(), b"hello hello hello");
        }
    }

    #[test]
    fn what_is_cut_or_none_is_an_error() {
        let mut inflate = Inflate::new();
        for end in 0..MEMBER.len() {
            assert!(matches!(inflate.run(&MEMBER[..end]), Err(Error::Gzip)), "cut at {end}");
        }
    }
}
