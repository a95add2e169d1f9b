//! From options to what rustls takes.

use std::io;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs::{Ticketer, default_provider};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};

use super::{TlsOptions, TlsVersions};

/// Reads the options; `InvalidInput` says that they hold no certificate or key, or some that do not fit.
pub(crate) fn config(options: &TlsOptions) -> io::Result<Arc<ServerConfig>> {
    let provider = Arc::new(default_provider());
    let versions: &[&SupportedProtocolVersion] = match options.versions {
        TlsVersions::Both => &[&TLS13, &TLS12],
        TlsVersions::Tls12 => &[&TLS12],
        TlsVersions::Tls13 => &[&TLS13],
    };
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_protocol_versions(versions).map_err(invalid)?;
    let builder = match &options.client_auth {
        None => builder.with_no_client_auth(),
        Some(pem) => {
            let mut roots = RootCertStore::empty();
            for root in certificates(pem)? {
                roots.add(root).map_err(invalid)?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().map_err(invalid)?)
        }
    };
    let key = PrivateKeyDer::from_pem_slice(options.identity.key_pem.as_bytes()).map_err(invalid)?;
    let mut config = builder.with_single_cert(certificates(&options.identity.cert_pem)?, key).map_err(invalid)?;
    config.alpn_protocols.clone_from(&options.alpn);
    config.send_tls13_tickets = options.tickets;
    match options.tickets {
        0 => config.session_storage = Arc::new(NoServerSessionStorage {}),
        // The tickets hold all: however many there are, none is forgotten.
        _ => config.ticketer = Ticketer::new().map_err(io::Error::other)?,
    }
    Ok(Arc::new(config))
}

fn certificates(pem: &str) -> io::Result<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>().map_err(invalid)
}

fn invalid(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}
