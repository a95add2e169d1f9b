//! TLS, where it is built in.

use sortie_engine::LinkError;
use sortie_transport::{Connector, ConnectorBuilder, Secured};

/// A connector that speaks of HTTP/1.1 where it speaks TLS, and resumes its sessions (RFC 7301; RFC 8446, section 2.2).
#[cfg(any(feature = "tls", feature = "ring"))]
pub(crate) fn connector(builder: ConnectorBuilder) -> Connector {
    match sortie_transport::Tls::builder().alpn(["http/1.1"]).build() {
        Ok(tls) => builder.tls(tls).build(),
        // Nothing of it can fail; where it did, TLS would do without the name of the protocol.
        Err(_) => builder.build(),
    }
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
