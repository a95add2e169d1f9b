//! A TLS client on rustls and std's sockets, so that no client of ours vouches for the servers.
#![allow(dead_code, reason = "not every test file asks in every way")]

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{
    ClientConfig, ClientConnection, ConfigBuilder, RootCertStore, StreamOwned, SupportedProtocolVersion, WantsVerifier,
};
use sortie_testserver::{Authority, Identity, TestServer, TlsOptions};

/// A secured stream.
pub(crate) type Secure<S = TcpStream> = StreamOwned<ClientConnection, S>;

/// A server of `localhost` and 127.0.0.1, and whom to trust for it.
pub(crate) fn server(change: impl FnOnce(&mut TlsOptions)) -> (TestServer, Authority) {
    let authority = Authority::new().unwrap();
    let mut options = options(&authority);
    change(&mut options);
    (TestServer::start_tls(options).unwrap(), authority)
}

/// The options of such a server.
pub(crate) fn options(authority: &Authority) -> TlsOptions {
    TlsOptions::new(authority.certificate(&["localhost", "127.0.0.1"]).unwrap())
}

/// Whoever trusts `authority` and has no certificate.
pub(crate) fn client(authority: &Authority) -> ClientConfig {
    of_versions(authority, rustls::ALL_VERSIONS)
}

/// The same, of those versions only.
pub(crate) fn of_versions(authority: &Authority, versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
    builder(versions).with_root_certificates(roots(authority.pem())).with_no_client_auth()
}

/// Whoever trusts the authority of that certificate and is `identity`.
pub(crate) fn known_client(root: &str, identity: &Identity) -> ClientConfig {
    let chain = CertificateDer::pem_slice_iter(identity.cert_pem.as_bytes()).map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_slice(identity.key_pem.as_bytes()).unwrap();
    builder(rustls::ALL_VERSIONS).with_root_certificates(roots(root)).with_client_auth_cert(chain, key).unwrap()
}

fn builder(versions: &[&'static SupportedProtocolVersion]) -> ConfigBuilder<ClientConfig, WantsVerifier> {
    ClientConfig::builder_with_provider(Arc::new(default_provider())).with_protocol_versions(versions).unwrap()
}

fn roots(root: &str) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(root.as_bytes()).unwrap()).unwrap();
    roots
}

/// Connects, and shakes hands.
pub(crate) fn connect(config: &Arc<ClientConfig>, addr: SocketAddr, name: &str) -> io::Result<Secure> {
    let stream = TcpStream::connect(addr)?;
    stream.set_nodelay(true)?;
    secure(config, stream, name)
}

/// Shakes hands over a stream.
pub(crate) fn secure<S: io::Read + io::Write>(
    config: &Arc<ClientConfig>,
    mut stream: S,
    name: &str,
) -> io::Result<Secure<S>> {
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut session = ClientConnection::new(Arc::clone(config), name).map_err(io::Error::other)?;
    while session.is_handshaking() {
        session.complete_io(&mut stream)?;
    }
    Ok(StreamOwned::new(session, stream))
}

/// What rustls says behind an error of a stream.
pub(crate) fn reason(error: &io::Error) -> &rustls::Error {
    error.get_ref().and_then(|error| error.downcast_ref()).unwrap_or_else(|| panic!("not of TLS: {error:?}"))
}
