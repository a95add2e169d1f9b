//! The algorithms of digests (RFC 7616, section 3.3).

use md5::Md5;
use sha2::digest::Digest as Hasher;
use sha2::{Sha256, Sha512_256};

/// How a digest is made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Algorithm {
    pub(crate) hash: Hash,
    /// Whether it is one of the `-sess` kind, whose key is made once for all requests of an authentication session.
    pub(crate) is_session: bool,
}

/// A hash function; a stronger one is greater.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Hash {
    Md5,
    Sha256,
    /// SHA-512/256 of FIPS 180-4, which is not SHA-512 cut short.
    Sha512_256,
}

impl Algorithm {
    /// What is meant where a challenge names none.
    pub(crate) const USUAL: Algorithm = Algorithm { hash: Hash::Md5, is_session: false };

    /// The algorithm of that name, in any case.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let start = name.len().saturating_sub("-sess".len());
        let is_session = name.get(start..).is_some_and(|end| end.eq_ignore_ascii_case("-sess"));
        let base = if is_session { &name[..start] } else { name };
        let known = [("MD5", Hash::Md5), ("SHA-256", Hash::Sha256), ("SHA-512-256", Hash::Sha512_256)];
        let (_, hash) = known.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(base))?;
        Some(Algorithm { hash, is_session })
    }
}

impl Hash {
    /// The digest of the parts with a colon between each two, in lower-case hexadecimal.
    pub(crate) fn of(self, parts: &[&str]) -> String {
        match self {
            Hash::Md5 => digest::<Md5>(parts),
            Hash::Sha256 => digest::<Sha256>(parts),
            Hash::Sha512_256 => digest::<Sha512_256>(parts),
        }
    }
}

/// Bytes in lower-case hexadecimal.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn digest<H: Hasher>(parts: &[&str]) -> String {
    let mut hasher = H::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            hasher.update(b":");
        }
        hasher.update(part);
    }
    hexadecimal(&hasher.finalize())
}
