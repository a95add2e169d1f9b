//! How links are secured: TLS 1.2 and 1.3 by rustls (RFC 5246, RFC 8446).
//!
//! A [`Tls`] says whom to trust and who we are; any number of links share it, and with it what lets them resume one
//! another's sessions. Nothing here knows a socket: a `Layer` takes ciphertext and gives plaintext, and the other way
//! round.
//!
//! ```text
//!   wire ── feed ───────────► Layer ── read ──► plaintext
//!   wire ◄─ write or drain ── Layer ◄─ write ── plaintext
//! ```

mod builder;
mod error;
mod layer;
mod pem;
mod roots;
mod secured;
mod sessions;
#[cfg(test)]
mod tests;
mod verifier;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};

use rustls::client::Resumption;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use rustls::{CipherSuite, ClientConfig, KeyLogFile};

pub use self::builder::TlsBuilder;
pub use self::error::TlsError;
pub(crate) use self::layer::Layer;
use self::roots::Roots;
pub use self::secured::{Secured, TlsVersion};
use self::sessions::Sessions;
use self::verifier::Verifier;

/// How links are secured: whom to trust, who we are, and what lets sessions be resumed.
///
/// A clone is the same value: cheap, equal to the original, and of one session store with it. Two values that were
/// built apart are never equal and never resume each other's sessions, whatever they were built from.
///
/// By default the system's roots are trusted (`SSL_CERT_FILE` and `SSL_CERT_DIR` stand in for them), TLS 1.2 and 1.3
/// are spoken, sessions are resumed, and no certificate of ours is shown.
///
/// ```
/// use sortie_transport::{Tls, TlsVersion};
///
/// # fn main() -> Result<(), sortie_transport::TlsError> {
/// let tls = Tls::builder().min_version(TlsVersion::V1_3).alpn(["http/1.1"]).build()?;
/// assert_eq!(tls, tls.clone());
/// assert_ne!(tls, Tls::default());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Tls {
    shared: Arc<Shared>,
    /// The protocols to offer where the terms name none.
    offer: Option<Arc<Offer>>,
}

impl Tls {
    /// What is not said otherwise is as in [`Tls::default`].
    pub fn builder() -> TlsBuilder {
        TlsBuilder::new()
    }

    /// How many handshakes were completed with this value and its clones.
    #[must_use]
    pub fn handshakes(&self) -> Handshakes {
        let [full, resumed] = [&self.shared.full, &self.shared.resumed].map(|count| count.load(Ordering::Relaxed));
        Handshakes { full, resumed }
    }

    /// Whose certificates are trusted, in words: `the system's roots`, `given roots`, both, or anybody's.
    pub fn trusted(&self) -> &'static str {
        let Terms { roots, verify, .. } = &self.shared.terms;
        match (verify, roots.system, roots.own.is_empty()) {
            (false, _, _) => "anybody, nothing is verified",
            (true, true, true) => "the system's roots",
            (true, true, false) => "the system's roots, and given ones",
            (true, false, _) => "given roots",
        }
    }

    fn new(terms: Terms) -> Self {
        let (full, resumed) = (AtomicU64::new(0), AtomicU64::new(0));
        let shared = Shared { terms, config: OnceLock::new(), proxy: OnceLock::new(), full, resumed };
        Self { shared: Arc::new(shared), offer: None }
    }

    /// The same value, which offers `protocols` if it has none of its own; sessions and counts are those of this one.
    pub(crate) fn or_alpn(&self, protocols: &[Vec<u8>]) -> Self {
        let is_wanted = self.shared.terms.alpn.is_empty() && !protocols.is_empty();
        let offer = || Arc::new(Offer { protocols: protocols.to_vec(), config: OnceLock::new() });
        Self { shared: Arc::clone(&self.shared), offer: is_wanted.then(offer) }
    }

    /// For a proxy of which nothing is said: the same roots, lowest version and key log, and nothing that was said of
    /// the target. One for all clones, with a session store of its own.
    pub(crate) fn for_proxy(&self) -> &Self {
        self.shared.proxy.get_or_init(|| {
            let Terms { roots, min_version, key_log, resumption, .. } = &self.shared.terms;
            let (min_version, key_log, resumption) = (*min_version, *key_log, *resumption);
            Self::new(Terms { roots: Arc::clone(roots), min_version, key_log, resumption, ..Terms::default() })
        })
    }

    /// The rustls configuration, made at first use. Fails if the system's roots are needed, and it has none.
    fn config(&self) -> Result<&Arc<ClientConfig>, TlsError> {
        let config = self.shared.config()?;
        Ok(match &self.offer {
            None => config,
            Some(offer) => offer.config.get_or_init(|| {
                let mut config = ClientConfig::clone(config); // the session store is the same one
                config.alpn_protocols.clone_from(&offer.protocols);
                config.into()
            }),
        })
    }

    /// The name that is asked for and verified, if it is not the host's.
    fn server_name(&self) -> Option<&ServerName<'static>> {
        self.shared.terms.server_name.as_ref()
    }

    fn count(&self, resumed: bool) {
        let count = if resumed { &self.shared.resumed } else { &self.shared.full };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// How many handshakes were completed. See [`Tls::handshakes`].
#[derive(Copy, Clone, Eq, PartialEq, Default, Debug)]
#[non_exhaustive]
pub struct Handshakes {
    /// Those in which the peer showed a certificate.
    pub full: u64,
    /// Those that went on with an earlier session, without certificates and signatures (RFC 8446, section 2.2).
    pub resumed: u64,
}

/// What all clones of a [`Tls`] have in common.
struct Shared {
    terms: Terms,
    /// Made of `terms`, when it is first needed: the system's roots take milliseconds to load.
    config: OnceLock<Arc<ClientConfig>>,
    /// What proxies get of it.
    proxy: OnceLock<Tls>,
    full: AtomicU64,
    resumed: AtomicU64,
}

impl Shared {
    fn config(&self) -> Result<&Arc<ClientConfig>, TlsError> {
        if let Some(config) = self.config.get() {
            return Ok(config);
        }
        let config = self.terms.config()?;
        Ok(self.config.get_or_init(|| config.into()))
    }
}

/// Protocols to offer, and the configuration that does.
struct Offer {
    protocols: Vec<Vec<u8>>,
    config: OnceLock<Arc<ClientConfig>>,
}

/// What was asked for, checked as far as that goes without the system's roots.
struct Terms {
    roots: Arc<Roots>,
    verify: bool,
    pins: Vec<[u8; 32]>,
    identity: Option<Arc<CertifiedKey>>,
    server_name: Option<ServerName<'static>>,
    min_version: TlsVersion,
    alpn: Vec<Vec<u8>>,
    key_log: bool,
    resumption: bool,
}

impl Terms {
    fn config(&self) -> Result<ClientConfig, TlsError> {
        let verifier = match self.verify {
            true => Verifier::of_roots(self.roots.load()?, &self.roots.given, &self.pins)?,
            false => Verifier::of_anyone(&self.pins),
        };
        let versions: &[_] = match self.min_version {
            TlsVersion::V1_2 => &[&TLS13, &TLS12],
            TlsVersion::V1_3 => &[&TLS13],
        };
        let builder = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(versions)
            .map_err(TlsError::of)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = match &self.identity {
            Some(identity) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(Arc::clone(identity)))),
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols.clone_from(&self.alpn);
        config.resumption = match self.resumption {
            true => Resumption::store(Arc::new(Sessions::default())),
            false => Resumption::disabled(),
        };
        if self.key_log {
            config.key_log = Arc::new(KeyLogFile::new());
        }
        Ok(config)
    }
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            roots: Arc::new(Roots::system()),
            verify: true,
            pins: Vec::new(),
            identity: None,
            server_name: None,
            min_version: TlsVersion::V1_2,
            alpn: Vec::new(),
            key_log: false,
            resumption: true,
        }
    }
}

impl Default for Tls {
    fn default() -> Self {
        Self::new(Terms::default())
    }
}

impl PartialEq for Tls {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl Eq for Tls {}

impl Hash for Tls {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.shared).hash(state);
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Terms { verify, pins, identity, server_name, min_version, key_log, resumption, .. } = &self.shared.terms;
        f.debug_struct("Tls")
            .field("verify", verify)
            .field("pins", &pins.len())
            .field("identity", &identity.is_some())
            .field("server_name", server_name)
            .field("min_version", min_version)
            .field("key_log", key_log)
            .field("resumption", resumption)
            .field("handshakes", &self.handshakes())
            .finish_non_exhaustive()
    }
}

/// What does the arithmetic: aws-lc-rs where it is compiled in, ring otherwise. Never the process's default.
///
/// Suites of 128 bits come first, as with browsers: nobody breaks these either, and where the processor has instructions
/// for SHA-256 a new connection costs a sixth less than with SHA-384.
fn provider() -> Arc<CryptoProvider> {
    #[cfg(feature = "tls")]
    use rustls::crypto::aws_lc_rs::default_provider;
    #[cfg(not(feature = "tls"))]
    use rustls::crypto::ring::default_provider;

    static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| {
        let mut provider = default_provider();
        provider.cipher_suites.sort_by_key(|suite| !is_short(suite.suite())); // stable
        Arc::new(provider)
    });
    Arc::clone(&PROVIDER)
}

/// Whether it is AES with a key of 128 bits, and SHA-256.
fn is_short(suite: CipherSuite) -> bool {
    matches!(
        suite,
        CipherSuite::TLS13_AES_128_GCM_SHA256
            | CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
            | CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
    )
}
