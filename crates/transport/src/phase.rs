//! The phases of a link that is being opened.

use std::fmt;

/// What a link that is being opened is at.
///
/// ```text
/// Resolving ──► Connecting ──► Proxying ──► Securing ──► open
/// ```
/// What is not needed is left out. Ordered as they come.
#[derive(Copy, Clone, Eq, PartialEq, Ord, PartialOrd, Hash, Debug)]
#[non_exhaustive]
pub enum OpenPhase {
    /// A name is looked up: the target's, or the proxy's.
    Resolving,
    /// Sockets connect.
    Connecting,
    /// The proxy is asked to lead on; TLS to the proxy itself is part of it.
    Proxying,
    /// TLS with the target.
    Securing,
}

impl fmt::Display for OpenPhase {
    /// As in "while connecting".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resolving => "resolving",
            Self::Connecting => "connecting",
            Self::Proxying => "going through the proxy",
            Self::Securing => "securing",
        })
    }
}
