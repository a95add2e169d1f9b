//! The streams that the proper server speaks through.

use std::fmt::Debug;
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// A stream that can be told to end badly.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Debug + Send + Unpin {
    /// Makes closing reset the connection (RST), whatever stands unsent; where there is no such thing it just closes.
    fn set_reset(&self);
}

impl Socket for TcpStream {
    fn set_reset(&self) {
        // Fails only where the client has reset it already.
        let _ = SockRef::from(self).set_linger(Some(Duration::ZERO));
    }
}

#[cfg(unix)]
impl Socket for tokio::net::UnixStream {
    fn set_reset(&self) {}
}

impl Socket for TlsStream<Box<dyn Socket>> {
    fn set_reset(&self) {
        self.get_ref().0.set_reset();
    }
}
