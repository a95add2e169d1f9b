//! The listening socket.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Socket, Type};

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
