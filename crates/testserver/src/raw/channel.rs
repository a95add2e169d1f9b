//! A script's connection: TCP, or TLS over it.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};

use rustls::{ServerConnection, StreamOwned};

/// What a script reads from and writes to.
#[derive(Debug)]
pub(super) enum Channel {
    Plain(TcpStream),
    Secure(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Channel {
    /// The stream below.
    pub(super) fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Secure(stream) => &stream.sock,
        }
    }

    /// Shakes hands, if there are hands to shake. If that fails, the client has heard why when this returns.
    pub(super) fn open(&mut self) -> io::Result<()> {
        let Self::Secure(stream) = self else { return Ok(()) };
        while stream.conn.is_handshaking() {
            if let Err(error) = stream.conn.complete_io(&mut stream.sock) {
                // Closed with octets unread, the socket would send a reset, and the alert might be lost.
                let _ = stream.sock.shutdown(Shutdown::Write);
                let _ = io::copy(&mut stream.sock, &mut io::sink());
                return Err(error);
            }
        }
        // Tickets go with the handshake, not with what the script writes first.
        stream.flush()
    }

    /// Ends this direction: close_notify under TLS, then FIN.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        if let Self::Secure(stream) = self {
            stream.conn.send_close_notify();
            stream.flush()?;
        }
        self.tcp().shutdown(Shutdown::Write)
    }
}

impl Read for Channel {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buf),
            Self::Secure(stream) => match stream.read(buf) {
                // The end, though without close_notify.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
                read => read,
            },
        }
    }
}

impl Write for Channel {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(buf),
            // What could not leave is told by the flush.
            Self::Secure(stream) => stream.write(buf).and_then(|count| stream.flush().map(|()| count)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
