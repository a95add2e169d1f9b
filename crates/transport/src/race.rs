//! Several addresses, one connection (RFC 8305, sections 4 and 5).
//!
//! ```text
//! advance ──► the next address is dialled ──► check: Waiting ─ ─ ► Won
//!    ▲                                           │
//!    └── its attempt failed, or it is slow ◄─────┘
//! ```

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Interest, Registry};

use crate::Error;
use crate::error::is_exhaustion;
use crate::sockets::is_unbound;
use crate::token::{Stamp, token};

/// The Connection Attempt Delay: how long an attempt runs alone (RFC 8305, section 5).
pub(crate) const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// The attempts to connect one link.
pub(crate) struct Race {
    addresses: Box<[SocketAddr]>,
    /// The first address that was not tried.
    next: usize,
    running: Vec<Attempt>,
    /// The last attempt that failed.
    fault: Option<Error>,
}

/// One socket on its way.
pub(crate) struct Attempt {
    pub(crate) socket: TcpStream,
    pub(crate) stamp: Stamp,
    peer: SocketAddr,
}

/// What became of an attempt.
pub(crate) enum Check {
    /// Nothing yet, or the attempt is none of ours.
    Waiting,
    /// It stands. The others are closed by dropping the race.
    Won { winner: Attempt, peer: SocketAddr, local: SocketAddr },
    /// It failed: `advance`.
    Lost,
}

impl Race {
    pub(crate) fn new(addresses: &[IpAddr], port: u16) -> Self {
        let addresses = interleave(addresses).map(|address| SocketAddr::new(address, port)).collect();
        Self { addresses, next: 0, running: Vec::new(), fault: None }
    }

    /// Whether there are addresses that were not tried.
    pub(crate) const fn has_more(&self) -> bool {
        self.next < self.addresses.len()
    }

    /// The address of the attempt that was started last, of those that run.
    pub(crate) fn peer(&self) -> Option<SocketAddr> {
        self.running.last().map(|attempt| attempt.peer)
    }

    /// Whether `peer` is not of the family that came first.
    pub(crate) fn is_upset(&self, peer: SocketAddr) -> bool {
        self.addresses.first().is_some_and(|first| first.is_ipv6() != peer.is_ipv6())
    }

    /// Starts the next attempt that can be started. Without descriptors, or local ports, it waits for the
    /// attempts that run.
    ///
    /// Fails when no attempt runs in the end: the race is lost.
    pub(crate) fn advance(&mut self, mut dial: impl FnMut(SocketAddr) -> io::Result<Attempt>) -> Result<(), Error> {
        while let Some(&peer) = self.addresses.get(self.next) {
            match dial(peer) {
                Ok(attempt) => {
                    self.next += 1;
                    self.running.push(attempt);
                    return Ok(());
                }
                Err(source) if is_exhaustion(&source) || is_unbound(&source) => {
                    return if self.running.is_empty() { Err(Error::Socket { source }) } else { Ok(()) };
                }
                Err(source) => {
                    self.next += 1;
                    self.fault = Some(Error::Connect { peer, attempts: self.next, source });
                }
            }
        }
        if !self.running.is_empty() {
            return Ok(());
        }
        let nowhere =
            || Error::Socket { source: io::Error::new(io::ErrorKind::InvalidInput, "no address to connect to") };
        Err(self.fault.take().unwrap_or_else(nowhere))
    }

    /// Looks at the attempt that has `stamp`, now that its socket told something.
    pub(crate) fn check(&mut self, stamp: Stamp) -> Check {
        let Some(index) = self.running.iter().position(|attempt| attempt.stamp == stamp) else { return Check::Waiting };
        match ends(&self.running[index].socket) {
            Ok(None) => Check::Waiting,
            Ok(Some((peer, local))) => Check::Won { winner: self.running.swap_remove(index), peer, local },
            Err(source) => {
                let peer = self.running.swap_remove(index).peer;
                self.fault = Some(Error::Connect { peer, attempts: self.next, source });
                Check::Lost
            }
        }
    }
}

impl Attempt {
    /// An attempt whose socket is on its way to `peer`, for the link at `index`.
    pub(crate) fn new(
        registry: &Registry,
        index: usize,
        stamp: Stamp,
        peer: SocketAddr,
        mut socket: TcpStream,
    ) -> io::Result<Self> {
        registry.register(&mut socket, token(index, stamp)?, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self { socket, stamp, peer })
    }
}

/// The addresses by turns, family by family, beginning with the family of the first (RFC 8305, section 4).
fn interleave(addresses: &[IpAddr]) -> impl Iterator<Item = IpAddr> {
    let six_first = addresses.first().is_some_and(IpAddr::is_ipv6);
    let mut first = addresses.iter().filter(move |address| address.is_ipv6() == six_first);
    let mut second = addresses.iter().filter(move |address| address.is_ipv6() != six_first);
    let mut turn = false;
    std::iter::from_fn(move || {
        turn = !turn;
        let next = if turn { first.next().or_else(|| second.next()) } else { second.next().or_else(|| first.next()) };
        next.copied()
    })
}

/// Both ends of a connection, if it stands.
fn ends(socket: &TcpStream) -> io::Result<Option<(SocketAddr, SocketAddr)>> {
    if let Some(error) = socket.take_error()? {
        return Err(error);
    }
    match socket.peer_addr() {
        Ok(peer) => Ok(Some((peer, socket.local_addr()?))),
        Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use rustix::io::Errno;

    use super::*;

    fn race(addresses: &[&str]) -> Race {
        let addresses: Vec<IpAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
        Race::new(&addresses, 80)
    }

    #[test]
    fn families_take_turns_and_the_first_one_begins() {
        let race = race(&["::1", "::2", "::3", "10.0.0.1", "10.0.0.2"]);
        let order: Vec<String> = race.addresses.iter().map(|address| address.ip().to_string()).collect();
        assert_eq!(order, ["::1", "10.0.0.1", "::2", "10.0.0.2", "::3"]);
    }

    #[test]
    fn one_family_keeps_its_order() {
        let race = race(&["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
        let order: Vec<String> = race.addresses.iter().map(|address| address.ip().to_string()).collect();
        assert_eq!(order, ["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
    }

    #[test]
    fn every_address_is_tried_before_the_race_is_lost() {
        let mut dialled = Vec::new();
        let lost = race(&["10.0.0.1", "::1", "10.0.0.2"]).advance(|peer| {
            dialled.push(peer.to_string());
            Err(io::ErrorKind::NetworkUnreachable.into())
        });
        assert_eq!(dialled, ["10.0.0.1:80", "[::1]:80", "10.0.0.2:80"]);
        let Err(Error::Connect { peer, attempts: 3, source }) = lost else { panic!("{lost:?}") };
        assert_eq!((peer.to_string().as_str(), source.kind()), ("10.0.0.2:80", io::ErrorKind::NetworkUnreachable));
    }

    #[test]
    fn without_descriptors_no_address_is_blamed() {
        let mut race = race(&["10.0.0.1", "10.0.0.2"]);
        let error = race.advance(|_| Err(Errno::MFILE.into())).unwrap_err();
        assert!(matches!(error, Error::Socket { .. }) && error.is_exhausted(), "{error:?}");
        assert!(race.has_more());
    }
}
