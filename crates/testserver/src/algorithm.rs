//! The hashes of digest authentication (RFC 7616, section 3.3).

use std::fmt::Write as _;

use md5::Md5;
use sha2::{Digest, Sha256, Sha512_256};

/// How digests are made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Algorithm {
    /// As it is written.
    pub(crate) name: &'static str,
    hash: Hash,
    /// The first of them covers the nonces (`-sess`).
    pub(crate) session: bool,
}

#[derive(Clone, Copy, Debug)]
enum Hash {
    Md5,
    Sha256,
    Sha512_256,
}

const ALL: [Algorithm; 6] = [
    Algorithm { name: "MD5", hash: Hash::Md5, session: false },
    Algorithm { name: "MD5-sess", hash: Hash::Md5, session: true },
    Algorithm { name: "SHA-256", hash: Hash::Sha256, session: false },
    Algorithm { name: "SHA-256-sess", hash: Hash::Sha256, session: true },
    Algorithm { name: "SHA-512-256", hash: Hash::Sha512_256, session: false },
    Algorithm { name: "SHA-512-256-sess", hash: Hash::Sha512_256, session: true },
];

impl Algorithm {
    /// What is meant where none is named.
    pub(crate) const DEFAULT: Self = ALL[0];

    /// The one of that name, in any case.
    pub(crate) fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|algorithm| algorithm.name.eq_ignore_ascii_case(name))
    }

    /// The digest of `bytes` in hex.
    pub(crate) fn digest(self, bytes: &[u8]) -> String {
        match self.hash {
            Hash::Md5 => hex(&Md5::digest(bytes)),
            Hash::Sha256 => hex(&Sha256::digest(bytes)),
            Hash::Sha512_256 => hex(&Sha512_256::digest(bytes)),
        }
    }
}

/// Each octet as two lower-case digits.
pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::with_capacity(2 * octets.len()), |mut text, octet| {
        // Writing to a string does not fail.
        let _ = write!(text, "{octet:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_standards() {
        for (name, digest) in [
            ("md5", "900150983cd24fb0d6963f7d28e17f72"),
            ("SHA-256-SESS", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            ("SHA-512-256", "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"),
        ] {
            assert_eq!(Algorithm::named(name).unwrap().digest(b"abc"), digest, "{name}");
        }
        assert!(Algorithm::named("SHA-512").is_none());
    }
}
