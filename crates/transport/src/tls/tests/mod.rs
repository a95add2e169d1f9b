//! Layers against rustls servers, in memory.

mod certificates;
mod environment;
mod identities;
mod proxies;
mod resumption;
mod streams;
mod terms;

use std::io::{Read as _, Write as _};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::ServerSessionMemoryCache;
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, ServerConnection, SupportedProtocolVersion};

use super::{Layer, Tls, TlsBuilder, TlsError, provider};
use crate::Host;

const VERSIONS: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

/// Who vouches for servers.
type Authority = CertifiedIssuer<'static, KeyPair>;

/// A certificate with those between it and the root behind it, and its key.
struct Papers {
    chain: Vec<CertificateDer<'static>>,
    key: KeyPair,
}

/// A link from end to end: our layer, and the server's side.
struct Pair {
    layer: Layer,
    server: ServerConnection,
}

fn ca_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn authority(name: &str) -> Authority {
    CertifiedIssuer::self_signed(ca_params(name), KeyPair::generate().unwrap()).unwrap()
}

/// A certificate by `issuer`, for `names`, changed by `change`.
fn papers_with(issuer: &Issuer<'_, KeyPair>, names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Papers {
    let key = KeyPair::generate().unwrap();
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    change(&mut params);
    Papers { chain: vec![params.signed_by(&key, issuer).unwrap().der().clone()], key }
}

fn papers(issuer: &Issuer<'_, KeyPair>, names: &[&str]) -> Papers {
    papers_with(issuer, names, |_| {})
}

fn private_key(papers: &Papers) -> PrivateKeyDer<'static> {
    PrivateKeyDer::try_from(papers.key.serialize_der()).unwrap()
}

fn server_config(papers: &Papers, versions: &[&'static SupportedProtocolVersion]) -> ServerConfig {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(papers.chain.clone(), private_key(papers))
        .unwrap();
    config.session_storage = ServerSessionMemoryCache::new(10_000);
    config
}

/// A server called `a.test`, and one who trusts it.
fn acquainted(versions: &[&'static SupportedProtocolVersion]) -> (ServerConfig, TlsBuilder) {
    let ca = authority("ours");
    (server_config(&papers(&ca, &["a.test"]), versions), Tls::builder().roots_pem(ca.pem()))
}

impl Pair {
    fn new(tls: &Tls, host: &str, server: &Arc<ServerConfig>) -> Self {
        let layer = Layer::new(tls, &Host::from(host)).unwrap();
        Self { layer, server: ServerConnection::new(Arc::clone(server)).unwrap() }
    }

    /// Gives the server what we have for it.
    fn deliver(&mut self) -> Result<(), rustls::Error> {
        let mut wire = Vec::new();
        self.layer.drain(&mut wire);
        self.give(&wire)
    }

    /// Gives the server ciphertext.
    fn give(&mut self, mut wire: &[u8]) -> Result<(), rustls::Error> {
        while !wire.is_empty() {
            self.server.read_tls(&mut wire).unwrap();
            self.server.process_new_packets()?;
        }
        Ok(())
    }

    /// What the server has for us.
    fn collect(&mut self) -> Vec<u8> {
        let mut wire = Vec::new();
        while self.server.wants_write() {
            self.server.write_tls(&mut wire).unwrap();
        }
        wire
    }

    /// Lets both talk until neither has anything to say, in pieces of `size` towards us.
    fn shake_in_pieces(&mut self, size: usize) -> Result<(), TlsError> {
        loop {
            let refused = self.deliver().is_err();
            let wire = self.collect();
            if wire.is_empty() {
                return Ok(());
            }
            for piece in wire.chunks(size) {
                self.feed(piece)?;
            }
            assert!(!refused, "a server that refuses says so");
        }
    }

    fn shake(&mut self) -> Result<(), TlsError> {
        self.shake_in_pieces(usize::MAX)
    }

    /// Gives us ciphertext; all plaintext waits to be read.
    fn feed(&mut self, wire: &[u8]) -> Result<(), TlsError> {
        let mut wire = [self.layer.unfinished(), wire].concat();
        self.layer.feed(&mut wire, &mut [].as_mut_slice())
    }

    /// The ciphertext of what the server says.
    fn said(&mut self, plain: &[u8]) -> Vec<u8> {
        self.server.set_buffer_limit(None);
        self.server.writer().write_all(plain).unwrap();
        self.collect()
    }

    /// Tells the server something.
    fn tell(&mut self, plain: &[u8]) -> Result<(), TlsError> {
        let mut wire = Vec::new();
        self.layer.write(plain, &mut wire)?;
        self.give(&wire).unwrap();
        Ok(())
    }

    /// What the server heard of us.
    fn heard(&mut self) -> Vec<u8> {
        self.deliver().unwrap();
        let mut plain = Vec::new();
        let _would_block = self.server.reader().read_to_end(&mut plain);
        plain
    }

    /// All plaintext that there is for us.
    fn read(&mut self) -> Vec<u8> {
        let (mut plain, mut buffer) = (Vec::new(), [0; 1000]);
        while self.layer.has_plaintext() {
            let count = self.layer.read(&mut buffer).unwrap();
            plain.extend_from_slice(&buffer[..count]);
        }
        plain
    }
}

/// What comes of a handshake with `host`.
fn attempt(tls: &Tls, host: &str, server: ServerConfig) -> Result<Pair, TlsError> {
    let mut pair = Pair::new(tls, host, &Arc::new(server));
    pair.shake()?;
    assert!(!pair.layer.is_handshaking());
    Ok(pair)
}

/// Why a handshake with `host` fails.
fn refusal(tls: &Tls, host: &str, server: ServerConfig) -> TlsError {
    attempt(tls, host, server).err().expect("the handshake fails")
}
