//! The listening socket.

use std::io;
use std::net::{IpAddr, Shutdown, SocketAddr, TcpListener};

use socket2::{Domain, SockRef, Socket, Type};

use crate::socket;

/// Connections that the system completes ahead of us, if its own limit allows; std asks for 128, and a client of a longer
/// burst would wait a second for its next try.
const AHEAD: i32 = 4096;

/// Listens on `addr`, also where connections of an earlier listener linger.
pub(crate) fn listen(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&addr.into())?;
    socket.listen(AHEAD)?;
    Ok(socket.into())
}

/// A listening socket in a runtime.
#[derive(Debug)]
pub(crate) enum Listener {
    Tcp(tokio::net::TcpListener),
    #[cfg(unix)]
    Unix(tokio::net::UnixListener),
}

impl Listener {
    /// Takes over a listening socket. Needs a runtime around it.
    pub(crate) fn tcp(listener: TcpListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        tokio::net::TcpListener::from_std(listener).map(Self::Tcp)
    }

    /// Takes over a listening socket. Needs a runtime around it.
    #[cfg(unix)]
    pub(crate) fn unix(listener: std::os::unix::net::UnixListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        tokio::net::UnixListener::from_std(listener).map(Self::Unix)
    }

    /// Accepts a connection, and says where it comes from; on a Unix socket that is nowhere.
    pub(crate) async fn accept(&self) -> io::Result<(Box<dyn socket::Socket>, Option<IpAddr>)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, client) = listener.accept().await?;
                // Fails only where the client has gone already, which the first read will tell.
                let _ = stream.set_nodelay(true);
                Ok((Box::new(stream), Some(client.ip())))
            }
            #[cfg(unix)]
            Self::Unix(listener) => {
                let (stream, _) = listener.accept().await?;
                Ok((Box::new(stream), None))
            }
        }
    }

    /// Ends it for every process that has its descriptor: closing would not do where one was forked just now.
    pub(crate) fn shut(&self) {
        let socket = match self {
            Self::Tcp(listener) => SockRef::from(listener),
            #[cfg(unix)]
            Self::Unix(listener) => SockRef::from(listener),
        };
        // Fails only where the system knows no such end; there the closing is all.
        let _ = socket.shutdown(Shutdown::Both);
    }
}
