//! How much content may come out of a message.

use crate::{Coding, Error};

/// Bounds on decoded content, in bytes. They hold for what each coding gives, not only for the last.
///
/// Memory is not taken past a limit before it is known to be broken (but for one byte, which proves that). Where content
/// is decoded as it comes, the `ratio` is that of what has come so far.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// No content may be larger. Default: `None`, no such limit.
    pub max: Option<u64>,
    /// Up to this size the `ratio` is not looked at. Default: 256 MiB.
    pub generous: u64,
    /// How many times its coded size, as received, content past `generous` may have. Default: 200.
    pub ratio: u64,
}

impl Limits {
    /// The limit that is met first by content of which `coded` bytes were received.
    pub(crate) fn ceiling(&self, coded: u64) -> Ceiling {
        let bomb = self.generous.max(self.ratio.saturating_mul(coded));
        match self.max {
            Some(max) if max <= bomb => Ceiling::Max { limit: max },
            _ => Ceiling::Bomb { coded, limit: bomb },
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits { max: None, generous: 256 << 20, ratio: 200 }
    }
}

/// The most that one message's content may decode to, and why. In bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ceiling {
    /// The caller said so.
    Max { limit: u64 },
    /// It would be out of proportion to the `coded` bytes.
    Bomb { coded: u64, limit: u64 },
}

impl Ceiling {
    pub(crate) fn limit(self) -> u64 {
        let (Ceiling::Max { limit } | Ceiling::Bomb { limit, .. }) = self;
        limit
    }

    pub(crate) fn size(self) -> usize {
        usize::try_from(self.limit()).unwrap_or(usize::MAX)
    }

    pub(crate) fn broken_by(self, coding: Coding) -> Error {
        match self {
            Ceiling::Max { limit } => Error::TooLarge { limit },
            Ceiling::Bomb { coded, limit } => Error::Bomb { coding, coded, limit },
        }
    }
}
