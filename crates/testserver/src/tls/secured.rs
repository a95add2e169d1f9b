//! What a handshake agreed upon.

use rustls::{HandshakeKind, ProtocolVersion, ServerConnection};

/// What is known of a connection that is secured.
#[derive(Debug)]
pub(crate) struct Secured {
    pub(crate) version: &'static str,
    pub(crate) cipher: &'static str,
    pub(crate) alpn: Option<String>,
    pub(crate) server_name: Option<String>,
    pub(crate) resumed: bool,
    /// How many certificates the client showed.
    pub(crate) client_certificates: usize,
}

impl Secured {
    /// Reads it from a connection whose handshake is over.
    pub(crate) fn of(connection: &ServerConnection) -> Self {
        Self {
            version: match connection.protocol_version() {
                Some(ProtocolVersion::TLSv1_3) => "TLSv1.3",
                Some(ProtocolVersion::TLSv1_2) => "TLSv1.2",
                _ => "unknown",
            },
            cipher: connection.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str()).unwrap_or("unknown"),
            alpn: connection.alpn_protocol().map(|protocol| String::from_utf8_lossy(protocol).into_owned()),
            server_name: connection.server_name().map(str::to_owned),
            resumed: connection.handshake_kind() == Some(HandshakeKind::Resumed),
            client_certificates: connection.peer_certificates().map_or(0, <[_]>::len),
        }
    }
}
