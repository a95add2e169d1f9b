//! Through a proxy, before the first byte of one's own: CONNECT and SOCKS5, without I/O.
//!
//! ```text
//! connect ─┐              ┌──────────────────────── More ─┐
//! socks5 ──┴► drain ─► (the link) ─► feed ────────────────┼─► Done { used }: the link is the target's
//!                                       └─ feed_end ──────┴─► TunnelError: close it
//! ```
//! A tunnel owns its bytes and no link: what [`drain`](Tunnel::drain) appends is sent, what comes back is fed, in
//! whatever cut. Nothing here knows a clock: who owns the link limits how long a handshake may take.

mod connect;
mod credentials;
mod error;
mod socks5;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;

use crate::Target;
use connect::Connect;
pub use credentials::Credentials;
pub use error::TunnelError;
use socks5::Socks5;

/// A handshake with a proxy.
pub(crate) struct Tunnel {
    /// What is to be sent.
    out: Vec<u8>,
    state: State,
}

/// Where a SOCKS proxy is asked to connect to.
#[derive(Clone, Copy, Eq, PartialEq, Debug)]
pub(crate) enum Destination<'a> {
    /// A name that the proxy looks up, and a port.
    Name(&'a str, u16),
    /// An address, which leaves nothing to look up.
    Address(SocketAddr),
}

/// What came of the bytes that were fed.
#[derive(Clone, Copy, Eq, PartialEq, Debug)]
pub(crate) enum Progress {
    /// All were used; send what `drain` has, and feed more.
    More,
    /// The tunnel stands. Only the first `used` of the bytes were the proxy's, the others are the target's.
    Done { used: usize },
}

/// ```text
/// Connect ──┬──► Done
/// Socks5 ───┴──► Failed
/// ```
enum State {
    Connect(Connect),
    Socks5(Socks5),
    Done,
    Failed(TunnelError),
}

impl Tunnel {
    /// A tunnel by the CONNECT method of HTTP/1.1 (RFC 9110, section 9.3.6), with Basic credentials (RFC 7617).
    ///
    /// # Errors
    /// [`Name`](TunnelError::Name) where the target's name may not stand in a request line;
    /// [`Credentials`](TunnelError::Credentials) where a user has a colon, or user or password a control character.
    pub(crate) fn connect(target: &Target, credentials: Option<&Credentials>) -> Result<Self, TunnelError> {
        let mut out = Vec::new();
        let connect = Connect::begin(target, credentials, &mut out)?;
        Ok(Self { out, state: State::Connect(connect) })
    }

    /// A tunnel by SOCKS5 (RFC 1928), with user and password where there are any (RFC 1929).
    ///
    /// # Errors
    /// [`Name`](TunnelError::Name) where the destination's name is no name, or is past 255 bytes;
    /// [`Credentials`](TunnelError::Credentials) where user or password is past 255 bytes.
    pub(crate) fn socks5(destination: Destination<'_>, credentials: Option<&Credentials>) -> Result<Self, TunnelError> {
        let mut out = Vec::new();
        let socks5 = Socks5::begin(destination, credentials, &mut out)?;
        Ok(Self { out, state: State::Socks5(socks5) })
    }

    /// Appends what is to be sent now; nothing, where it is the proxy's turn.
    pub(crate) fn drain(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.out);
    }

    /// Takes what the proxy sent. Once the tunnel stands nothing more is used; after an error comes the same again.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Result<Progress, TunnelError> {
        let result = match &mut self.state {
            State::Connect(connect) => connect.feed(bytes),
            State::Socks5(socks5) => socks5.feed(bytes, &mut self.out),
            State::Done => return Ok(Progress::Done { used: 0 }),
            State::Failed(error) => return Err(error.clone()),
        };
        match &result {
            Ok(Progress::More) => {}
            Ok(Progress::Done { .. }) => self.state = State::Done,
            Err(error) => self.fail(error.clone()),
        }
        result
    }

    /// Takes that the proxy sends no more, and says what is wrong with that.
    pub(crate) fn feed_end(&mut self) -> TunnelError {
        let error = match &self.state {
            State::Connect(connect) => connect.end(),
            State::Socks5(socks5) => socks5.end(),
            State::Done => TunnelError::closed(&[]),
            State::Failed(error) => error.clone(),
        };
        self.fail(error.clone());
        error
    }

    fn fail(&mut self, error: TunnelError) {
        self.out = Vec::new();
        self.state = State::Failed(error);
    }
}

/// Checks that a name is one that every proxy reads alike: 1 to 255 bytes, none of which ends a host or a line.
fn check_name(name: &str) -> Result<(), TunnelError> {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"/:?#@[]\\".contains(&byte);
    match (1..=255).contains(&name.len()) && name.bytes().all(is_plain) {
        true => Ok(()),
        false => Err(TunnelError::name(name)),
    }
}
