//! The other side of TLS: one certificate for all names of the tests, which is its own root.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, LazyLock};

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use sortie_transport::{Connector, ConnectorBuilder, Tls};

struct Identity {
    pem: String,
    config: Arc<ServerConfig>,
}

static IDENTITY: LazyLock<Identity> = LazyLock::new(|| {
    let names = ["a.test", "proxy.test", "127.0.0.1"].map(String::from);
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"echo".to_vec()];
    Identity { pem: made.cert.pem(), config: Arc::new(config) }
});

/// The certificate of the servers of the tests.
pub(crate) fn pem() -> &'static str {
    &IDENTITY.pem
}

/// TLS that trusts the servers of the tests.
pub(crate) fn tls() -> Tls {
    Tls::builder().roots_pem(pem()).alpn(["echo"]).build().unwrap()
}

/// Means that trust the servers of the tests.
pub(crate) fn trusting() -> ConnectorBuilder {
    Connector::builder().tls(tls())
}

/// The server's side of TLS over any stream, its handshake not begun.
pub(crate) fn accept<S: io::Read + io::Write>(stream: S) -> StreamOwned<ServerConnection, S> {
    StreamOwned::new(ServerConnection::new(Arc::clone(&IDENTITY.config)).unwrap(), stream)
}

/// Ends TLS in good order, and then the connection.
pub(crate) fn finish(mut stream: StreamOwned<ServerConnection, TcpStream>) {
    stream.conn.send_close_notify();
    stream.flush().unwrap();
    stream.sock.shutdown(std::net::Shutdown::Write).unwrap();
    let _ = stream.sock.read_to_end(&mut Vec::new()); // what is unread would make it a reset
}
