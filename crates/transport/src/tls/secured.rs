//! What a handshake agreed upon.

use std::fmt;
use std::sync::Arc;

use rustls::{CommonState, HandshakeKind, ProtocolVersion};

/// A version of TLS that we speak.
#[derive(Copy, Clone, Eq, PartialEq, Ord, PartialOrd, Hash, Debug)]
#[non_exhaustive]
pub enum TlsVersion {
    /// TLS 1.2 (RFC 5246).
    V1_2,
    /// TLS 1.3 (RFC 8446).
    V1_3,
}

/// What a handshake agreed upon.
#[derive(Clone, Eq, PartialEq, Debug)]
#[non_exhaustive]
pub struct Secured {
    /// The version of TLS.
    pub version: TlsVersion,
    /// The cipher suite, by the name that rustls gives it: `TLS13_AES_128_GCM_SHA256`.
    pub cipher: &'static str,
    /// The protocol that the peer chose of those that were offered (RFC 7301). `None`: none were offered, or it chose
    /// none.
    pub alpn: Option<Box<[u8]>>,
    /// Whether an earlier session went on.
    pub resumed: bool,
    /// The peer's own certificate, in DER. Of a resumed session: the one that was shown when it began.
    pub certificate: Option<Arc<[u8]>>,
}

impl Secured {
    /// `None` as long as the handshake lasts.
    pub(super) fn of(session: &CommonState) -> Option<Self> {
        let version = match session.protocol_version()? {
            ProtocolVersion::TLSv1_3 => TlsVersion::V1_3,
            _ => TlsVersion::V1_2, // the only other one that rustls has
        };
        (!session.is_handshaking()).then(|| Self {
            version,
            cipher: session.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str()).unwrap_or_default(),
            alpn: session.alpn_protocol().map(Into::into),
            resumed: session.handshake_kind() == Some(HandshakeKind::Resumed),
            certificate: session.peer_certificates().and_then(|chain| chain.first()).map(|leaf| Arc::from(&**leaf)),
        })
    }
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1_2 => "TLS 1.2",
            Self::V1_3 => "TLS 1.3",
        })
    }
}
