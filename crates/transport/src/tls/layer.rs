//! One TLS session of ours, without I/O.

use std::io::{self, BufRead as _, Read as _, Write as _};

use rustls::pki_types::{DnsName, ServerName};
use rustls::{ClientConnection, HandshakeKind, InvalidMessage};

use super::{Secured, Tls, TlsError};
use crate::Host;

/// rustls takes no more ciphertext while it holds more plaintext than this.
const FULL: usize = 16 * 1024;

/// One TLS session, the client's side of it.
///
/// Ask `drain` for what is to be sent after `new`, `feed`, `write` and `close`: any of them may have queued something.
pub(crate) struct Layer {
    session: ClientConnection,
    /// Whose handshakes are counted.
    tls: Tls,
    /// How much plaintext `session` holds.
    held: usize,
    /// Plaintext that came before that, and that `session` had no room for; read up to `used`. No buffer when all is
    /// read.
    spilt: Vec<u8>,
    used: usize,
    end: End,
    /// Whether we have said that nothing more comes.
    closed: bool,
}

/// How far the stream below goes.
enum End {
    /// It goes on.
    Open,
    /// It ended.
    Ended,
    /// What it brought was refused, for good.
    Failed(rustls::Error),
}

impl Layer {
    /// Begins a handshake; `drain` gives its first message.
    ///
    /// A `host` that is a name is asked for (RFC 6066, section 3) and verified without a dot at its end. Fails if it
    /// cannot be a server's name, or if there are no roots to trust.
    pub(crate) fn new(tls: &Tls, host: &Host) -> Result<Self, TlsError> {
        let name = match (tls.server_name(), host) {
            (Some(name), _) => name.clone(),
            (None, Host::Ip(address)) => (*address).into(),
            (None, Host::Name(name)) => DnsName::try_from(name.strip_suffix('.').unwrap_or(name))
                .map(|name| ServerName::DnsName(name.to_owned()))
                .map_err(|source| TlsError::Name { name: name.clone(), source: source.into() })?,
        };
        let mut session = ClientConnection::new(tls.config()?.clone(), name).map_err(TlsError::of)?;
        session.set_buffer_limit(None); // callers bound what they write
        Ok(Self { session, tls: tls.clone(), held: 0, spilt: Vec::new(), used: 0, end: End::Open, closed: false })
    }

    /// Whether plaintext has to wait for the peer yet. With TLS 1.3 a peer that refuses our certificate says so only
    /// after this.
    pub(crate) fn is_handshaking(&self) -> bool {
        self.session.is_handshaking()
    }

    /// Takes ciphertext, all of it.
    ///
    /// What it holds is kept until it is read, however much it is. Ignored after the peer's close_notify and after
    /// `feed_end`. Fails for good: `drain` gives the alert for the peer then, `read` what came before.
    pub(crate) fn feed(&mut self, wire: &[u8]) -> Result<(), TlsError> {
        match &self.end {
            End::Open => {}
            End::Ended => return Ok(()),
            End::Failed(error) => return Err(TlsError::of(error.clone())),
        }
        let began = self.session.is_handshaking();
        let result = self.decrypt(wire);
        if began && !self.session.is_handshaking() {
            self.tls.count(self.session.handshake_kind() == Some(HandshakeKind::Resumed));
        }
        result.map_err(|error| {
            self.end = End::Failed(error.clone());
            TlsError::of(error)
        })
    }

    /// The stream below has ended.
    pub(crate) fn feed_end(&mut self) {
        if let End::Open = self.end {
            self.end = End::Ended;
        }
    }

    /// Reads plaintext into `buffer`, as much as there is and fits. A `buffer` without room reads 0.
    ///
    /// When there is none: 0 after the peer's close_notify; `UnexpectedEof` if the stream below ended without one;
    /// `InvalidData` after `feed` failed; `WouldBlock` otherwise.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let early = self.read_spilt(buffer);
        let room = &mut buffer[early..];
        if room.is_empty() {
            return Ok(early);
        }
        match (self.session.reader().read(room), &self.end) {
            (Ok(late), _) => {
                self.held = self.held.saturating_sub(late);
                Ok(early + late)
            }
            (Err(_), _) if early > 0 => Ok(early),
            (Err(error), End::Open) => Err(error),
            (Err(_), End::Ended) => Err(io::Error::new(io::ErrorKind::UnexpectedEof, TlsError::Truncated)),
            (Err(_), End::Failed(error)) => {
                Err(io::Error::new(io::ErrorKind::InvalidData, TlsError::of(error.clone())))
            }
        }
    }

    /// Whether `read` has plaintext to give.
    pub(crate) const fn has_plaintext(&self) -> bool {
        self.held > 0 || self.used < self.spilt.len()
    }

    /// Encrypts all of `plain`, or keeps it until the handshake is done. Ignored after `close`.
    pub(crate) fn write(&mut self, plain: &[u8]) -> Result<(), TlsError> {
        if let End::Failed(error) = &self.end {
            return Err(TlsError::of(error.clone()));
        }
        if self.closed {
            return Ok(());
        }
        let other = |error: io::Error| TlsError::of(rustls::Error::General(error.to_string()));
        self.session.writer().write_all(plain).map_err(other)
    }

    /// Appends the ciphertext that is to be sent.
    pub(crate) fn drain(&mut self, wire: &mut Vec<u8>) {
        while self.session.wants_write() {
            if self.session.write_tls(wire).is_err() {
                return; // a vector refuses nothing
            }
        }
    }

    /// Queues a close_notify (RFC 8446, section 6.1). What the peer sends can still be read.
    pub(crate) fn close(&mut self) {
        self.closed = true;
        self.session.send_close_notify();
    }

    /// What the handshake agreed upon; `None` as long as it lasts.
    pub(crate) fn facts(&self) -> Option<Secured> {
        Secured::of(&self.session)
    }

    #[cfg(test)]
    pub(super) fn spilt_capacity(&self) -> usize {
        self.spilt.capacity()
    }

    fn decrypt(&mut self, mut wire: &[u8]) -> Result<(), rustls::Error> {
        while !wire.is_empty() {
            if self.held > FULL {
                self.spill();
            }
            match self.session.read_tls(&mut wire) {
                Ok(0) => break, // behind a close_notify nothing counts
                Ok(_) => {}
                Err(_) => return Err(InvalidMessage::HandshakePayloadTooLarge.into()), // its buffer is full
            }
            match self.session.process_new_packets() {
                Ok(state) => self.held = state.plaintext_bytes_to_read(),
                Err(error) => {
                    self.spill(); // or nobody would know how much came before
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Moves what `session` holds into `spilt`.
    fn spill(&mut self) {
        let mut reader = self.session.reader();
        while let Ok(chunk) = reader.fill_buf()
            && !chunk.is_empty()
        {
            let length = chunk.len();
            self.spilt.extend_from_slice(chunk);
            reader.consume(length);
        }
        self.held = 0;
    }

    fn read_spilt(&mut self, buffer: &mut [u8]) -> usize {
        let left = &self.spilt[self.used..];
        let length = left.len().min(buffer.len());
        buffer[..length].copy_from_slice(&left[..length]);
        self.used += length;
        if self.used == self.spilt.len() && self.used > 0 {
            (self.spilt, self.used) = (Vec::new(), 0);
        }
        length
    }
}
