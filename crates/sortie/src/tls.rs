//! TLS, where it is built in.

use sortie_engine::LinkError;
use sortie_transport::{Connector, ConnectorBuilder, Secured};

/// The name of the one protocol that is spoken (RFC 7301, section 6).
#[cfg(any(feature = "tls", feature = "ring"))]
const HTTP_1_1: &[u8] = b"http/1.1";

/// A connector that offers HTTP/1.1 where it speaks TLS (RFC 7301), also by what callers say of TLS, unless that names
/// protocols itself.
#[cfg(any(feature = "tls", feature = "ring"))]
pub(crate) fn connector(builder: ConnectorBuilder) -> Connector {
    builder.alpn([HTTP_1_1]).build()
}

#[cfg(not(any(feature = "tls", feature = "ring")))]
pub(crate) fn connector(builder: ConnectorBuilder) -> Connector {
    builder.build()
}

/// Whether a handshake resumed an earlier session.
#[cfg(any(feature = "tls", feature = "ring"))]
pub(crate) fn is_resumed(secured: &Secured) -> bool {
    secured.resumed
}

#[cfg(not(any(feature = "tls", feature = "ring")))]
pub(crate) fn is_resumed(_: &Secured) -> bool {
    false
}

/// Fails where the peer has chosen another protocol than HTTP/1.1, of those that the caller had offered.
#[cfg(any(feature = "tls", feature = "ring"))]
pub(crate) fn check_protocol(secured: &Secured) -> Result<(), LinkError> {
    match secured.alpn.as_deref() {
        None | Some(HTTP_1_1) => Ok(()),
        Some(other) => {
            let words = format!("the peer chose the protocol {}, not http/1.1", other.escape_ascii());
            let source = std::io::Error::new(std::io::ErrorKind::Unsupported, words);
            Err(LinkError { kind: sortie_engine::LinkFault::Tls, source: Box::new(source) })
        }
    }
}

#[cfg(not(any(feature = "tls", feature = "ring")))]
pub(crate) fn check_protocol(_: &Secured) -> Result<(), LinkError> {
    Ok(())
}

/// Fails where TLS is wanted and not built in.
#[cfg(any(feature = "tls", feature = "ring"))]
pub(crate) fn check(_is_wanted: bool) -> Result<(), LinkError> {
    Ok(())
}

#[cfg(not(any(feature = "tls", feature = "ring")))]
pub(crate) fn check(is_wanted: bool) -> Result<(), LinkError> {
    if !is_wanted {
        return Ok(());
    }
    let source = std::io::Error::new(std::io::ErrorKind::Unsupported, "https needs the feature `tls`");
    Err(LinkError { kind: sortie_engine::LinkFault::Unsupported, source: Box::new(source) })
}
