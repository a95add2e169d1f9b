//! One TLS session of ours, without I/O.

use std::io::{self, Write as _};
use std::mem;

use rustls::client::{ClientConnectionData, UnbufferedClientConnection};
use rustls::pki_types::{DnsName, ServerName};
use rustls::unbuffered::{ConnectionState, EncodeError, EncodeTlsData, EncryptError, UnbufferedStatus, WriteTraffic};
use rustls::{HandshakeKind, InvalidMessage};

use super::{Secured, Tls, TlsError};
use crate::Host;

/// How much is kept of messages that are not whole; a handshake's are no longer.
const UNFINISHED: usize = 0xffff;

/// How much plaintext a record holds (RFC 8446, section 5.1).
const RECORD: usize = 16 * 1024;

/// How much longer a record is than its plaintext, at the most: head, nonce or type, and tag.
const OVERHEAD: usize = 32;

/// How long a goodbye is, at the most: an answered key update and an alert.
const GOODBYE: usize = 256;

/// One TLS session, the client's side of it.
///
/// It holds no buffer while nothing waits in it. Ask `drain` for what is to be sent after `new`, `feed` and `close`: any
/// of them may have queued something.
pub(crate) struct Layer {
    session: UnbufferedClientConnection,
    /// Whose handshakes are counted.
    tls: Tls,
    /// What was fed and is not whole yet, as `session` left it.
    unfinished: Vec<u8>,
    /// Plaintext that there was no room for, read up to `used`. No buffer when all is read.
    spilt: Vec<u8>,
    used: usize,
    /// What `session` had to send when it was fed.
    queued: Vec<u8>,
    /// Plaintext that was written before it could be encrypted.
    early: Vec<u8>,
    end: End,
    /// Whether we have said that nothing more comes.
    closed: bool,
}

/// How far the stream below goes.
enum End {
    /// It goes on.
    Open,
    /// The peer has said that nothing more comes.
    Closed,
    /// It ended without that.
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
        let session = UnbufferedClientConnection::new(tls.config()?.clone(), name).map_err(TlsError::of)?;
        let (unfinished, spilt, queued, early) = Default::default();
        let (tls, end) = (tls.clone(), End::Open);
        Ok(Self { session, tls, unfinished, spilt, used: 0, queued, early, end, closed: false })
    }

    /// Whether plaintext has to wait for the peer yet. With TLS 1.3 a peer that refuses our certificate says so only
    /// after this.
    pub(crate) fn is_handshaking(&self) -> bool {
        self.session.is_handshaking()
    }

    /// What was fed and is not whole yet: the next `feed` begins with it. At most 64 KiB less one byte.
    pub(crate) fn unfinished(&self) -> &[u8] {
        &self.unfinished
    }

    /// Takes ciphertext, all of it, behind what was `unfinished`. Nothing is in `wire` afterwards that is of use.
    ///
    /// Plaintext goes to the front of `room`, which is what is left of it afterwards. What does not fit is kept until it
    /// is read, however much it is. Ignored after the peer's close_notify and after `feed_end`. Fails for good: `drain`
    /// gives the alert for the peer then, `read` what came before.
    pub(crate) fn feed(&mut self, wire: &mut [u8], room: &mut &mut [u8]) -> Result<(), TlsError> {
        match &self.end {
            End::Open => {}
            End::Closed | End::Ended => return Ok(()),
            End::Failed(error) => return Err(TlsError::of(error.clone())),
        }
        let began = self.session.is_handshaking();
        let mut result = self.decrypt(wire, room);
        if began && !self.session.is_handshaking() {
            self.tls.count(self.session.handshake_kind() == Some(HandshakeKind::Resumed));
            if result.is_ok() && !self.early.is_empty() {
                let (early, mut queued) = (mem::take(&mut self.early), Vec::new());
                result = self.encrypt(&early, &mut queued);
                self.queued = queued;
            }
        }
        result.map_err(|error| {
            self.unfinished = Vec::new();
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
        let left = &self.spilt[self.used..];
        if !left.is_empty() || buffer.is_empty() {
            let length = left.len().min(buffer.len());
            buffer[..length].copy_from_slice(&left[..length]);
            self.used += length;
            if self.used == self.spilt.len() {
                (self.spilt, self.used) = (Vec::new(), 0);
            }
            return Ok(length);
        }
        match &self.end {
            End::Open => Err(io::ErrorKind::WouldBlock.into()),
            End::Closed => Ok(0),
            End::Ended => Err(io::Error::new(io::ErrorKind::UnexpectedEof, TlsError::Truncated)),
            End::Failed(error) => Err(io::Error::new(io::ErrorKind::InvalidData, TlsError::of(error.clone()))),
        }
    }

    /// Moves all plaintext behind what is in `buffer`.
    pub(crate) fn read_all(&mut self, buffer: &mut Vec<u8>) {
        buffer.extend_from_slice(&self.spilt[self.used..]);
        (self.spilt, self.used) = (Vec::new(), 0);
    }

    /// Whether `read` has plaintext to give.
    pub(crate) const fn has_plaintext(&self) -> bool {
        self.used < self.spilt.len()
    }

    /// Whether no plaintext comes but what `read` has.
    pub(crate) const fn has_ended(&self) -> bool {
        !matches!(self.end, End::Open)
    }

    /// Encrypts all of `plain`, and appends it to `wire` behind what was to be sent before; or keeps it until the
    /// handshake is done. Ignored after `close`.
    pub(crate) fn write(&mut self, plain: &[u8], wire: &mut Vec<u8>) -> Result<(), TlsError> {
        if let End::Failed(error) = &self.end {
            return Err(TlsError::of(error.clone()));
        }
        if self.closed {
            return Ok(());
        }
        if self.session.is_handshaking() {
            self.early.extend_from_slice(plain);
            return Ok(());
        }
        self.encrypt(plain, wire).map_err(TlsError::of)
    }

    /// Whether `drain` has something to give.
    pub(crate) fn wants_write(&self) -> bool {
        !self.queued.is_empty() || self.session.wants_write()
    }

    /// Appends the ciphertext that is to be sent.
    pub(crate) fn drain(&mut self, wire: &mut Vec<u8>) {
        if !self.queued.is_empty() {
            wire.append(&mut mem::take(&mut self.queued));
        }
        // As long as it wants to write it looks at no input.
        while self.session.wants_write()
            && let Ok(ConnectionState::EncodeTlsData(message)) = self.session.process_tls_records(&mut []).state
        {
            encode(message, wire);
        }
    }

    /// Queues a close_notify (RFC 8446, section 6.1), unless the handshake lasts yet. What the peer sends can still be
    /// read.
    pub(crate) fn close(&mut self) {
        if mem::replace(&mut self.closed, true) || self.session.is_handshaking() {
            return;
        }
        let (mut queued, mut goodbye) = (Vec::new(), [0; GOODBYE]);
        self.drain(&mut queued);
        let said = self
            .traffic(|mut traffic| traffic.queue_close_notify(&mut goodbye).map_err(|_| rustls::Error::EncryptError));
        queued.extend_from_slice(&goodbye[..said.unwrap_or(0)]); // one that failed has said all
        self.queued = queued;
    }

    /// What the handshake agreed upon; `None` as long as it lasts.
    pub(crate) fn facts(&self) -> Option<Secured> {
        Secured::of(&self.session)
    }

    /// How many bytes its buffers take.
    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        [&self.unfinished, &self.spilt, &self.queued, &self.early].map(Vec::capacity).iter().sum()
    }

    fn decrypt(&mut self, wire: &mut [u8], room: &mut &mut [u8]) -> Result<(), rustls::Error> {
        let mut used = 0;
        loop {
            let UnbufferedStatus { discard, state, .. } = self.session.process_tls_records(&mut wire[used..]);
            used += discard;
            match state? {
                ConnectionState::ReadTraffic(mut traffic) => {
                    while let Some(record) = traffic.next_record() {
                        let record = record?;
                        used += record.discard;
                        let taken = if self.spilt.is_empty() { room.write(record.payload).unwrap_or(0) } else { 0 };
                        if taken < record.payload.len() {
                            self.spilt.extend_from_slice(&record.payload[taken..]);
                        }
                    }
                    if used == wire.len() {
                        break;
                    }
                }
                ConnectionState::EncodeTlsData(message) => encode(message, &mut self.queued),
                ConnectionState::TransmitTlsData(sent) => sent.done(),
                ConnectionState::PeerClosed => {
                    self.end = End::Closed;
                    used = wire.len(); // behind a close_notify nothing counts
                    break;
                }
                _ => break, // it waits for more
            }
        }
        let left = &wire[used..];
        if left.len() >= UNFINISHED {
            return Err(InvalidMessage::HandshakePayloadTooLarge.into());
        }
        if left.is_empty() {
            self.unfinished = Vec::new();
        } else {
            self.unfinished.clear();
            self.unfinished.extend_from_slice(left);
        }
        Ok(())
    }

    fn encrypt(&mut self, plain: &[u8], wire: &mut Vec<u8>) -> Result<(), rustls::Error> {
        self.drain(wire);
        let (start, mut size) = (wire.len(), plain.len() + (plain.len() / RECORD + 1) * OVERHEAD);
        let result = self.traffic(|mut traffic| {
            loop {
                wire.resize(start + size, 0);
                match traffic.encrypt(plain, &mut wire[start..]) {
                    Ok(count) => return Ok(count),
                    // An answer to a key update goes before it.
                    Err(EncryptError::InsufficientSize(error)) if error.required_size > size => {
                        size = error.required_size;
                    }
                    Err(_) => return Err(rustls::Error::EncryptError),
                }
            }
        });
        wire.truncate(start + *result.as_ref().unwrap_or(&0));
        result.map(|_| ())
    }

    /// Lets `act` send. Only when the handshake is done and nothing is left to `drain`.
    fn traffic<T>(
        &mut self,
        act: impl FnOnce(WriteTraffic<'_, ClientConnectionData>) -> Result<T, rustls::Error>,
    ) -> Result<T, rustls::Error> {
        loop {
            // Nothing in there is whole, so nothing of it is used.
            match self.session.process_tls_records(&mut self.unfinished).state? {
                ConnectionState::WriteTraffic(traffic) => return act(traffic),
                ConnectionState::TransmitTlsData(sent) => sent.done(),
                _ => return Err(rustls::Error::EncryptError),
            }
        }
    }
}

/// Appends a message of the session's own to `wire`.
fn encode(mut message: EncodeTlsData<'_, ClientConnectionData>, wire: &mut Vec<u8>) {
    let start = wire.len();
    let mut size = 0;
    while let Err(EncodeError::InsufficientSize(error)) = message.encode(&mut wire[start..])
        && error.required_size > size
    {
        size = error.required_size;
        wire.resize(start + size, 0);
    }
}
