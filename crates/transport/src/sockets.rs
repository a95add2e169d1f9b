//! How sockets are made.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use mio::net::TcpStream;
use rustix::io::Errno;
use socket2::{Domain, Protocol, SockAddr, Socket, TcpKeepalive, Type};

/// The shortest idle time that the system knows.
const LEAST_IDLE: Duration = Duration::from_secs(1);

/// The longest idle time that Linux takes; it refuses more.
const MOST_IDLE: Duration = Duration::from_secs(32_767);

/// What is set on every TCP socket before it connects.
#[derive(Clone, Debug)]
pub(crate) struct Sockets {
    pub(crate) keepalive: Option<Duration>,
    pub(crate) bind: Option<IpAddr>,
    pub(crate) interface: Option<Box<str>>,
}

impl Default for Sockets {
    fn default() -> Self {
        Self { keepalive: Some(Duration::from_secs(60)), bind: None, interface: None }
    }
}

impl Sockets {
    /// Whether all addresses can be connected to that the system has a way to.
    pub(crate) const fn is_free(&self) -> bool {
        self.bind.is_none() && self.interface.is_none()
    }

    /// A socket that has begun to connect to `peer`.
    pub(crate) fn dial(&self, peer: SocketAddr) -> io::Result<TcpStream> {
        let socket = self.open(peer)?;
        match socket.connect(&peer.into()) {
            Err(error) if !goes_on(&error) => Err(error),
            _ => Ok(TcpStream::from_std(socket.into())),
        }
    }

    fn open(&self, peer: SocketAddr) -> io::Result<Socket> {
        let socket = nonblocking(Domain::for_address(peer), Some(Protocol::TCP))?;
        socket.set_tcp_nodelay(true)?;
        if let Some(idle) = self.keepalive {
            socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(idle.clamp(LEAST_IDLE, MOST_IDLE)))?;
        }
        if let Some(interface) = &self.interface {
            bind_to_interface(&socket, interface)?;
        }
        match self.bind {
            Some(local) if local.is_ipv4() != peer.is_ipv4() => {
                let words = format!("the local address {local} is of another family");
                return Err(io::Error::new(io::ErrorKind::AddrNotAvailable, words));
            }
            Some(local) => socket
                .bind(&SocketAddr::new(local, 0).into())
                .map_err(|source| io::Error::new(source.kind(), Unbound { local, source }))?,
            None => {}
        }
        Ok(socket)
    }
}

/// A local address that no socket can be had for: it is none of this machine's, or all its ports are taken.
#[derive(Debug)]
struct Unbound {
    local: IpAddr,
    source: io::Error,
}

impl fmt::Display for Unbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot connect from the local address {}", self.local)
    }
}

impl Error for Unbound {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

/// Whether it is the local address that failed, and no peer.
pub(crate) fn is_unbound(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Unbound>())
}

/// A socket that is connected to the Unix socket at `path`; [`WouldBlock`](io::ErrorKind::WouldBlock) when its queue is full.
///
/// All that is done with it is to send, to receive and to ask for its error; a [`TcpStream`] does that with any socket, so
/// that what reads and writes need not ask which one it has.
pub(crate) fn dial_path(path: &Path) -> io::Result<TcpStream> {
    let socket = nonblocking(Domain::UNIX, None)?;
    socket.connect(&SockAddr::unix(path)?)?;
    Ok(TcpStream::from_std(socket.into()))
}

fn nonblocking(domain: Domain, protocol: Option<Protocol>) -> io::Result<Socket> {
    #[cfg(target_os = "linux")]
    return Socket::new(domain, Type::STREAM.nonblocking(), protocol);
    #[cfg(not(target_os = "linux"))]
    {
        let socket = Socket::new(domain, Type::STREAM, protocol)?;
        socket.set_nonblocking(true)?;
        Ok(socket)
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn bind_to_interface(socket: &Socket, interface: &str) -> io::Result<()> {
    socket.bind_device(Some(interface.as_bytes()))
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn bind_to_interface(_: &Socket, interface: &str) -> io::Result<()> {
    let words = format!("sockets cannot be bound to the interface {interface} on this system");
    Err(io::Error::new(io::ErrorKind::Unsupported, words))
}

/// Whether a connect that returned this goes on by itself.
fn goes_on(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(|code| [Errno::INPROGRESS, Errno::INTR].map(Errno::raw_os_error).contains(&code))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const PEER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 80);

    #[test]
    fn a_socket_sends_at_once_and_is_kept_alive() {
        let socket = Sockets::default().open(PEER).unwrap();
        assert!(socket.tcp_nodelay().unwrap() && socket.keepalive().unwrap());
        assert_eq!(socket.tcp_keepalive_time().unwrap(), Duration::from_secs(60));

        let sockets = Sockets { keepalive: Some(Duration::from_millis(1)), ..Sockets::default() };
        assert_eq!(sockets.open(PEER).unwrap().tcp_keepalive_time().unwrap(), Duration::from_secs(1));
        let sockets = Sockets { keepalive: Some(Duration::MAX), ..Sockets::default() };
        assert_eq!(sockets.open(PEER).unwrap().tcp_keepalive_time().unwrap(), Duration::from_secs(32_767));
    }

    #[test]
    fn a_socket_is_not_kept_alive_when_nobody_wants_it() {
        let sockets = Sockets { keepalive: None, ..Sockets::default() };
        assert!(!sockets.open(PEER).unwrap().keepalive().unwrap());
    }

    #[test]
    fn a_local_address_of_another_family_is_named() {
        let sockets = Sockets { bind: Some("::1".parse().unwrap()), ..Sockets::default() };
        let error = sockets.open(PEER).unwrap_err();
        assert_eq!(error.to_string(), "the local address ::1 is of another family");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_socket_keeps_to_its_interface() {
        let sockets = Sockets { interface: Some("lo".into()), ..Sockets::default() };
        assert_eq!(sockets.open(PEER).unwrap().device().unwrap().unwrap(), b"lo");
        let sockets = Sockets { interface: Some("no-such-one".into()), ..Sockets::default() };
        assert!(sockets.open(PEER).is_err());
    }
}
