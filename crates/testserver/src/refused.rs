//! A port that refuses.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use socket2::{Domain, Socket, Type};

/// Sockets that hold their ports until the process ends.
static HELD: Mutex<Vec<Socket>> = Mutex::new(Vec::new());

/// A port of 127.0.0.1 where nothing listens: connecting to it is refused.
///
/// A socket is bound there that never listens, and is kept until the process ends, so nobody else can be given the
/// port meanwhile. Each call takes another port and one descriptor.
///
/// # Panics
/// When the system has no port or descriptor left.
pub fn refused_port() -> u16 {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).expect("a port of 127.0.0.1");
    let addr = socket.local_addr().expect("the address of a bound socket");
    HELD.lock().unwrap_or_else(PoisonError::into_inner).push(socket);
    addr.as_socket_ipv4().expect("an IPv4 address").port()
}
