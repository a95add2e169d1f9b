//! What a [`Tls`] is built from.

use std::fmt;
use std::path::PathBuf;

use rustls::RootCertStore;
use rustls::pki_types::ServerName;

use super::pem::{Source, identity};
use super::roots::Roots;
use super::{Terms, Tls, TlsError, TlsVersion};

/// Builds a [`Tls`]. What is not said is as in [`Tls::default`].
///
/// Files are read, and everything is checked, by [`build`](Self::build); [`load_files`](Self::load_files) reads them before.
#[derive(Clone)]
pub struct TlsBuilder {
    system: bool,
    #[cfg(feature = "webpki-roots")]
    webpki: bool,
    roots: Vec<Source>,
    /// A chain, and the key of its first certificate.
    identity: Option<(Source, Source)>,
    verify: bool,
    pins: Vec<[u8; 32]>,
    server_name: Option<Box<str>>,
    min_version: TlsVersion,
    alpn: Vec<Vec<u8>>,
    key_log: bool,
    resumption: bool,
}

impl TlsBuilder {
    pub(super) fn new() -> Self {
        Self {
            system: true,
            #[cfg(feature = "webpki-roots")]
            webpki: false,
            roots: Vec::new(),
            identity: None,
            verify: true,
            pins: Vec::new(),
            server_name: None,
            min_version: TlsVersion::V1_2,
            alpn: Vec::new(),
            key_log: false,
            resumption: true,
        }
    }

    /// Trusts the certificates in `pem` instead of the system's roots, beside others that are given.
    ///
    /// A certificate that signs itself and is a server's at the same time will do, whether it calls itself an
    /// authority or not: time and name are verified as ever.
    pub fn roots_pem(self, pem: impl Into<Vec<u8>>) -> Self {
        self.system_roots(false).roots(Source::Given { origin: "roots_pem".into(), pem: pem.into() })
    }

    /// Trusts the certificates in a PEM file instead of the system's roots, beside others that are given.
    pub fn roots_file(self, path: impl Into<PathBuf>) -> Self {
        self.system_roots(false).roots(Source::File(path.into()))
    }

    /// Trusts the certificates in `pem` as well as the system's roots, where it has any, and others that are given.
    pub fn add_roots_pem(self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots(Source::Given { origin: "add_roots_pem".into(), pem: pem.into() })
    }

    /// Trusts the certificates in a PEM file as well, as [`add_roots_pem`](Self::add_roots_pem).
    pub fn add_roots_file(self, path: impl Into<PathBuf>) -> Self {
        self.roots(Source::File(path.into()))
    }

    /// Trusts Mozilla's roots, as they were when this program was built, instead of the system's.
    #[cfg(feature = "webpki-roots")]
    pub fn webpki_roots(mut self) -> Self {
        self.webpki = true;
        self.system_roots(false)
    }

    /// Whether the system's roots are trusted. Default: yes, until other roots are given instead.
    ///
    /// They are loaded when the first link needs them, once for the process, from where `SSL_CERT_FILE` and
    /// `SSL_CERT_DIR` say if one of these is set. One that cannot be used is left out; that link fails if there is
    /// none, and no other root was given.
    pub fn system_roots(mut self, trust: bool) -> Self {
        self.system = trust;
        self
    }

    /// Shows a certificate of ours to servers that ask for one: its chain, our own first, and its key, in one PEM.
    ///
    /// The key is PKCS#8, PKCS#1 or SEC1, and not encrypted.
    pub fn identity_pem(mut self, chain_and_key: impl Into<Vec<u8>>) -> Self {
        let source = Source::Given { origin: "identity_pem".into(), pem: chain_and_key.into() };
        self.identity = Some((source.clone(), source));
        self
    }

    /// Shows a certificate of ours, as [`identity_pem`](Self::identity_pem), out of two files. They may be the same.
    pub fn identity_files(mut self, chain: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.identity = Some((Source::File(chain.into()), Source::File(key.into())));
        self
    }

    /// Trusts any certificate: expired, of another host, of an unknown issuer. Default: no.
    ///
    /// Whoever stands between can then read and change everything, unless a [pin](Self::pin_sha256) tells the peer.
    /// That the peer has its certificate's key is verified still. No roots are loaded.
    pub fn danger_accept_invalid_certs(mut self, accept: bool) -> Self {
        self.verify = !accept;
        self
    }

    /// Trusts only a peer whose key is known: `digest` is the SHA-256 of a certificate's SubjectPublicKeyInfo (RFC
    /// 7469, section 2.4). Can be given several times; one has to match.
    ///
    /// The certificate is the peer's own, or one between it and the root that vouches for it; what else the peer shows
    /// does not count, nor does the root's. This is beside the usual verification. Where [that is
    /// off](Self::danger_accept_invalid_certs), the peer's own key has to be pinned.
    pub fn pin_sha256(mut self, digest: [u8; 32]) -> Self {
        self.pins.push(digest);
        self
    }

    /// Asks for `name`, and verifies it, in place of the host that a link leads to. A name or an IP address.
    pub fn server_name(mut self, name: impl Into<Box<str>>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    /// The lowest version that is spoken. Default: TLS 1.2, the lowest there is.
    pub fn min_version(mut self, version: TlsVersion) -> Self {
        self.min_version = version;
        self
    }

    /// Offers these protocols, the one liked best first (RFC 7301). Default: those of the
    /// [connector](crate::ConnectorBuilder::alpn); without any the extension is not sent.
    ///
    /// Each has 1 to 255 bytes.
    pub fn alpn(mut self, protocols: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Self {
        self.alpn = protocols.into_iter().map(Into::into).collect();
        self
    }

    /// Writes the secrets of each session to the file that `SSLKEYLOGFILE` names, for whoever looks into a capture of
    /// it.
    ///
    /// Default: no, whatever the environment says. Nothing is written where the variable is not set, or the file
    /// cannot be opened.
    pub fn key_log(mut self, write: bool) -> Self {
        self.key_log = write;
        self
    }

    /// Whether sessions are resumed, which spares a round trip (TLS 1.2) or signatures and certificates. Default: yes.
    ///
    /// Up to 256 tickets of a server, 8,192 in all and 1,024 servers are remembered, in memory only.
    pub fn resumption(mut self, resume: bool) -> Self {
        self.resumption = resume;
        self
    }

    /// Reads the files now: [`build`](Self::build) needs them no more, so that what becomes of them changes nothing.
    ///
    /// Fails if one cannot be read. What is in them is checked by `build`, and named by their paths as before.
    pub fn load_files(mut self) -> Result<Self, TlsError> {
        self.roots = self.roots.into_iter().map(Source::load).collect::<Result<_, _>>()?;
        self.identity = match self.identity {
            Some((chain, key)) => Some((chain.load()?, key.load()?)),
            None => None,
        };
        Ok(self)
    }

    /// Reads the files and checks everything but the system's roots.
    ///
    /// Fails if a file cannot be read, holds nothing of what it should, or holds something that cannot be used; if
    /// there is nobody to trust; if our certificate and its key do not belong together; if the server's name or a
    /// protocol cannot be one.
    pub fn build(self) -> Result<Tls, TlsError> {
        let mut roots = Roots { system: self.system, own: RootCertStore::empty(), given: Vec::new() };
        for source in &self.roots {
            source.add_to(&mut roots)?;
        }
        #[cfg(feature = "webpki-roots")]
        if self.webpki {
            roots.own.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        let lazy = self.verify && self.system;
        let tls = Tls::new(Terms {
            roots: roots.into(),
            verify: self.verify,
            pins: self.pins,
            identity: self.identity.map(|(chain, key)| identity(&chain, &key)).transpose()?,
            server_name: self.server_name.map(parse_name).transpose()?,
            min_version: self.min_version,
            alpn: self.alpn.into_iter().map(checked_protocol).collect::<Result<_, _>>()?,
            key_log: self.key_log,
            resumption: self.resumption,
        });
        if !lazy {
            tls.config()?;
        }
        Ok(tls)
    }

    fn roots(mut self, source: Source) -> Self {
        self.roots.push(source);
        self
    }
}

impl fmt::Debug for TlsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsBuilder")
            .field("system_roots", &self.system)
            .field("roots", &self.roots.iter().map(Source::origin).collect::<Vec<_>>())
            .field("identity", &self.identity.as_ref().map(|(chain, key)| (chain.origin(), key.origin())))
            .field("verify", &self.verify)
            .field("server_name", &self.server_name)
            .field("min_version", &self.min_version)
            .finish_non_exhaustive()
    }
}

fn parse_name(name: Box<str>) -> Result<ServerName<'static>, TlsError> {
    match ServerName::try_from(name.strip_suffix('.').unwrap_or(&name)) {
        Ok(parsed) => Ok(parsed.to_owned()),
        Err(source) => Err(TlsError::Name { name, source: source.into() }),
    }
}

fn checked_protocol(protocol: Vec<u8>) -> Result<Vec<u8>, TlsError> {
    match protocol.len() {
        1..=255 => Ok(protocol),
        length => Err(TlsError::Alpn { length }),
    }
}
