//! Certificates and keys out of PEM (RFC 7468).

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::{Error, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::roots::Roots;
use super::{TlsError, provider};

/// What only an encrypted key has in it: PKCS#8's label, and the header of those that OpenSSL encrypted before.
const ENCRYPTED: [&[u8]; 2] = [b"-----BEGIN ENCRYPTED PRIVATE KEY-----", b"Proc-Type: 4,ENCRYPTED"];

/// Where PEM comes from.
#[derive(Clone)]
pub(super) enum Source {
    /// It is here.
    Given {
        /// The option that it was given by, or the file that it was read from.
        origin: Box<str>,
        pem: Vec<u8>,
    },
    /// It is in a file.
    File(PathBuf),
}

impl Source {
    /// Adds every certificate in it to `roots`. Fails if there is none, and if one cannot be used.
    pub(super) fn add_to(&self, roots: &mut Roots) -> Result<(), TlsError> {
        for certificate in self.certificates(&self.read()?)? {
            let refused = |source: rustls::Error| TlsError::Root { origin: self.origin(), source: source.into() };
            roots.own.add(certificate.clone()).map_err(refused)?;
            roots.given.push(certificate);
        }
        Ok(())
    }

    /// The same, read if it is in a file.
    pub(super) fn load(self) -> Result<Self, TlsError> {
        match self {
            Self::File(ref path) => Ok(Self::Given { origin: self.origin(), pem: read_file(path)? }),
            given => Ok(given),
        }
    }

    /// What it is called in an error.
    pub(super) fn origin(&self) -> Box<str> {
        match self {
            Self::Given { origin, .. } => origin.clone(),
            Self::File(path) => path.to_string_lossy().into(),
        }
    }

    fn read(&self) -> Result<Cow<'_, [u8]>, TlsError> {
        match self {
            Self::Given { pem, .. } => Ok(pem.into()),
            Self::File(path) => Ok(read_file(path)?.into()),
        }
    }

    fn certificates(&self, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem)
            .collect::<Result<_, _>>()
            .map_err(|source| TlsError::Pem { origin: self.origin(), source: source.into() })?;
        if certificates.is_empty() {
            return Err(TlsError::NoCertificate { origin: self.origin() });
        }
        Ok(certificates)
    }

    fn key(&self, pem: &[u8]) -> Result<PrivateKeyDer<'static>, TlsError> {
        if ENCRYPTED.iter().any(|mark| pem.windows(mark.len()).any(|window| window == *mark)) {
            return Err(TlsError::EncryptedKey { origin: self.origin() });
        }
        PrivateKeyDer::from_pem_slice(pem).map_err(|error| match error {
            Error::NoItemsFound => TlsError::NoKey { origin: self.origin() },
            source => TlsError::Pem { origin: self.origin(), source: source.into() },
        })
    }
}

/// The certificates in `chain`, the leaf's first, with the first key in `key`. Fails if the two do not belong together.
pub(super) fn identity(chain: &Source, key: &Source) -> Result<Arc<CertifiedKey>, TlsError> {
    let secret = key.key(&key.read()?)?; // first: an encrypted one may make the whole PEM unreadable
    let certificates = chain.certificates(&chain.read()?)?;
    match CertifiedKey::from_der(certificates, secret, &provider()) {
        Ok(identity) => Ok(identity.into()),
        Err(source @ rustls::Error::InconsistentKeys(_)) => {
            Err(TlsError::KeyMismatch { chain: chain.origin(), key: key.origin(), source: source.into() })
        }
        Err(source) => Err(TlsError::Identity { chain: chain.origin(), key: key.origin(), source: source.into() }),
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|source| TlsError::Read { path: path.to_owned(), source })
}
