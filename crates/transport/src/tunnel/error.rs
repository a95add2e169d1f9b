//! Why a tunnel does not stand.

use std::{error, fmt};

/// How much of an answer that makes no sense is shown: enough to tell the protocol, and too little to reach what was
/// secret in the request, should the other end merely echo it.
const SHOWN: usize = 32;

/// Why a proxy gave no tunnel.
///
/// What the proxy said is in it as text: what is no UTF-8 is replaced, and a `start` is at most 32 bytes, escaped as in
/// a byte string.
#[derive(Clone, Eq, PartialEq, Debug)]
#[non_exhaustive]
pub enum TunnelError {
    /// An HTTP proxy answered CONNECT with a status other than 2xx.
    Refused {
        /// The status, 101 or from 300 to 999.
        status: u16,
        /// The reason phrase, at most 200 bytes of it; empty where there is none, or it is not ASCII.
        reason: Box<str>,
        /// The header fields, a line each, as they came; at most 16 KiB.
        head: Box<str>,
        /// The beginning of the content, where it came together with the head; at most 1 KiB.
        body: Box<str>,
        /// Whether credentials were sent.
        authorized: bool,
    },
    /// The head of the answer to CONNECT is past its limit, interim responses included, or has more than 256 fields.
    TooLarge {
        /// How many bytes it may have.
        limit: usize,
        /// How it begins.
        start: Box<str>,
    },
    /// What answered CONNECT is not HTTP/1.
    NotHttp {
        /// What it said.
        start: Box<str>,
    },
    /// What answered a SOCKS5 handshake does not follow RFC 1928.
    NotSocks {
        /// The message that makes no sense.
        start: Box<str>,
    },
    /// The SOCKS proxy takes none of the methods of authentication that it was offered (RFC 1928, section 3).
    NoMethod {
        /// Whether user and password were offered, and not only to go without.
        authorized: bool,
    },
    /// The SOCKS proxy took user and password, and they are wrong (RFC 1929, section 2).
    Denied,
    /// The SOCKS proxy does not connect to the destination (RFC 1928, section 6).
    Reply {
        /// Its reply: 1 to 8 have a meaning, the others have none.
        code: u8,
    },
    /// The proxy ended the connection within the handshake.
    Closed {
        /// What had come of the message that is missing; empty where nothing had.
        start: Box<str>,
    },
    /// The target's name cannot be told to a proxy: empty, past 255 bytes, or with a character that no host has.
    Name {
        /// How it begins.
        start: Box<str>,
    },
    /// User or password cannot be told to a proxy. For an HTTP proxy: a user with a colon, or a control character (RFC
    /// 7617, section 2). For a SOCKS proxy: one that is empty, or past 255 bytes (RFC 1929, section 2).
    Credentials,
}

impl TunnelError {
    pub(super) fn not_http(bytes: &[u8]) -> Self {
        Self::NotHttp { start: start(bytes) }
    }

    pub(super) fn not_socks(bytes: &[u8]) -> Self {
        Self::NotSocks { start: start(bytes) }
    }

    pub(super) fn too_large(limit: usize, bytes: &[u8]) -> Self {
        Self::TooLarge { limit, start: start(bytes) }
    }

    pub(super) fn closed(bytes: &[u8]) -> Self {
        Self::Closed { start: start(bytes) }
    }

    pub(super) fn name(name: &str) -> Self {
        Self::Name { start: start(name.as_bytes()) }
    }
}

impl fmt::Display for TunnelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { status, reason, authorized, .. } => {
                f.write_str(match (status, authorized) {
                    (407, true) => "the proxy refused the credentials",
                    (407, false) => "the proxy wants credentials",
                    _ => "the proxy refused the tunnel",
                })?;
                write!(f, ": {status}{}{reason}", if reason.is_empty() { "" } else { " " })
            }
            Self::TooLarge { limit, start } => {
                write!(
                    f,
                    "the head of the proxy's answer is past {limit} bytes or 256 fields, it begins with `{start}`"
                )
            }
            Self::NotHttp { start } => write!(f, "the proxy does not speak HTTP/1, it says `{start}`"),
            Self::NotSocks { start } => write!(f, "the proxy does not speak SOCKS5, it says `{start}`"),
            Self::NoMethod { authorized: true } => f.write_str("the SOCKS proxy takes none of the methods offered"),
            Self::NoMethod { authorized: false } => f.write_str("the SOCKS proxy wants credentials"),
            Self::Denied => f.write_str("the SOCKS proxy refused the credentials"),
            Self::Reply { code } => write!(f, "the SOCKS proxy did not connect: {} ({code})", meaning(*code)),
            Self::Closed { start } if start.is_empty() => f.write_str("the proxy closed without an answer"),
            Self::Closed { start } => write!(f, "the proxy closed within its answer `{start}`"),
            Self::Name { start } => write!(f, "the name that begins with `{start}` cannot be told to a proxy"),
            Self::Credentials => f.write_str("the credentials cannot be told to a proxy"),
        }
    }
}

impl error::Error for TunnelError {}

/// What a SOCKS proxy's reply means (RFC 1928, section 6).
const fn meaning(code: u8) -> &'static str {
    match code {
        1 => "general failure",
        2 => "connection not allowed by its rules",
        3 => "network unreachable",
        4 => "host unreachable",
        5 => "connection refused",
        6 => "TTL expired",
        7 => "command not supported",
        8 => "address type not supported",
        _ => "unknown reply",
    }
}

fn start(bytes: &[u8]) -> Box<str> {
    bytes[..bytes.len().min(SHOWN)].escape_ascii().to_string().into()
}
