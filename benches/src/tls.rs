//! What a program needs for `https`: whom it trusts, and sessions that are taken up again.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, TcpStream};
use std::sync::Arc;

use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ClientConnection, RootCertStore};

use crate::target::Target;
use crate::{Error, Job};

/// The option of programs that speak `https`, and what it does.
pub const CA: (&str, &str) = ("--ca FILE", "trust the certificates in that file, in PEM; an https URL needs it");

/// The option of programs that can do without keeping connections, and what it does.
pub const NO_KEEP_ALIVE: (&str, &str) =
    ("--no-keep-alive", "send `Connection: close`, and each request on a new connection");

/// The certificates that the job trusts, in PEM.
///
/// Fails if no file was named, or if it cannot be read.
pub fn authorities(job: &Job) -> Result<Vec<u8>, Error> {
    let file = job.value(CA.0).ok_or(Error::Missing { what: CA.0 })?;
    fs::read(file).map_err(|source| Error::Authorities { file: file.to_owned(), source: source.into() })
}

/// How a client that trusts these certificates speaks TLS: 1.2 or 1.3, by aws-lc, with a store of sessions.
///
/// Fails as [`authorities`] does, and if there is no certificate in the file.
pub fn config(job: &Job) -> Result<ClientConfig, Error> {
    let pem = authorities(job)?;
    let fault = |source: Box<dyn std::error::Error + Send + Sync>| Error::Authorities {
        file: job.value(CA.0).unwrap_or_default().to_owned(),
        source,
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        roots.add(certificate.map_err(|error| fault(error.into()))?).map_err(|error| fault(error.into()))?;
    }
    if roots.is_empty() {
        return Err(fault("no certificate".into()));
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| fault(error.into()))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// TLS on one of the limit's connections.
#[derive(Debug)]
pub(crate) struct Session {
    connection: ClientConnection,
    /// The request is still to be sent: it waits for the handshake.
    waiting: bool,
}

impl Session {
    /// Begins a handshake.
    pub(crate) fn begin(config: &Arc<ClientConfig>, target: &Target, stream: &TcpStream) -> Result<Self, Error> {
        let name = IpAddr::V4(*target.address.ip()).into();
        let connection = ClientConnection::new(Arc::clone(config), name);
        let mut session = Session { connection: connection.map_err(|source| Error::Tls { source })?, waiting: true };
        session.flush(stream)?;
        Ok(session)
    }

    /// Encrypts and writes a request. One write takes it, together with the end of the handshake.
    pub(crate) fn send(&mut self, stream: &TcpStream, request: &[u8]) -> Result<(), Error> {
        self.connection.writer().write_all(request).map_err(|source| Error::Write { source })?;
        self.flush(stream)
    }

    /// Takes octets from the front of `wire`, and goes on with the handshake; the request leaves at its end.
    pub(crate) fn receive(&mut self, wire: &mut &[u8], stream: &TcpStream, request: &[u8]) -> Result<(), Error> {
        self.connection.read_tls(wire).map_err(|source| Error::Read { source })?;
        if let Err(source) = self.connection.process_new_packets() {
            // The alert; whether it leaves changes nothing.
            let _ = self.flush(stream);
            return Err(Error::Tls { source });
        }
        if self.waiting && !self.connection.is_handshaking() {
            self.waiting = false;
            return self.send(stream, request);
        }
        self.flush(stream)
    }

    /// Reads content into `buffer`, and says how much; `None` if there is no more for now.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<Option<usize>, Error> {
        match self.connection.reader().read(buffer) {
            Ok(0) => Err(Error::Closed),
            Ok(size) => Ok(Some(size)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
            Err(source) => Err(Error::Read { source }),
        }
    }

    /// Nothing here is larger than a socket's buffer.
    fn flush(&mut self, mut stream: &TcpStream) -> Result<(), Error> {
        while self.connection.wants_write() {
            self.connection.write_tls(&mut stream).map_err(|source| match source.kind() {
                ErrorKind::WouldBlock => Error::Partial,
                _ => Error::Write { source },
            })?;
        }
        Ok(())
    }
}
