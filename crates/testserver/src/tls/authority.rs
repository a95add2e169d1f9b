//! A certificate authority for tests.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

/// A certificate authority that nobody knows but whoever is given its [`pem`](Authority::pem).
///
/// It is made of a fresh P-256 key and lives in memory. Its certificates hold from 1975 to 4096 unless they are asked
/// not to.
///
/// ```
/// use sortie_testserver::{Authority, TestServer, TlsOptions};
///
/// let authority = Authority::new()?;
/// let identity = authority.certificate(&["localhost", "127.0.0.1"])?;
/// let server = TestServer::start_tls(TlsOptions::new(identity))?;
/// assert!(server.url("/get").starts_with("https://127.0.0.1:"));
/// assert!(authority.pem().starts_with("-----BEGIN CERTIFICATE-----"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    pem: String,
    /// The certificates between what is issued and the root, the nearest first; empty for a root.
    chain: String,
}

/// A certificate and its key.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The certificate, and behind it those of the authorities that it needs but for the root, in PEM.
    pub cert_pem: String,
    /// The key, in PEM (PKCS#8).
    pub key_pem: String,
}

impl Authority {
    /// Makes a root.
    ///
    /// # Errors
    /// What the generator of keys said; so do the other functions that make something.
    pub fn new() -> io::Result<Self> {
        let issuer = CertifiedIssuer::self_signed(authority("root")?, key()?).map_err(io::Error::other)?;
        Ok(Self { pem: issuer.pem(), issuer, chain: String::new() })
    }

    /// Makes an authority below this one. What it issues brings its certificate along.
    ///
    /// # Errors
    /// As [`Authority::new`].
    pub fn intermediate(&self) -> io::Result<Self> {
        let params = authority("intermediate")?;
        let issuer = CertifiedIssuer::signed_by(params, key()?, &self.issuer).map_err(io::Error::other)?;
        let pem = issuer.pem();
        Ok(Self { chain: format!("{pem}{}", self.chain), pem, issuer })
    }

    /// The authority's own certificate: what its friends trust.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Issues a server's certificate for these names; what reads as an IP address becomes one.
    ///
    /// # Errors
    /// When a name is not ASCII; else as [`Authority::new`].
    pub fn certificate(&self, names: &[&str]) -> io::Result<Identity> {
        self.issue(server(names)?)
    }

    /// Issues a server's certificate that ended with the year 1999.
    ///
    /// # Errors
    /// As [`Authority::certificate`].
    pub fn expired(&self, names: &[&str]) -> io::Result<Identity> {
        let mut params = server(names)?;
        params.not_after = date_time_ymd(1999, 12, 31);
        self.issue(params)
    }

    /// Issues a server's certificate that begins with the year 3000.
    ///
    /// # Errors
    /// As [`Authority::certificate`].
    pub fn not_yet_valid(&self, names: &[&str]) -> io::Result<Identity> {
        let mut params = server(names)?;
        params.not_before = date_time_ymd(3000, 1, 1);
        self.issue(params)
    }

    /// Issues a client's certificate for somebody of that name.
    ///
    /// # Errors
    /// As [`Authority::new`].
    pub fn client(&self, name: &str) -> io::Result<Identity> {
        let mut params = leaf(name, &[])?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.issue(params)
    }

    fn issue(&self, params: CertificateParams) -> io::Result<Identity> {
        let key = key()?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(io::Error::other)?;
        Ok(Identity { cert_pem: format!("{}{}", certificate.pem(), self.chain), key_pem: key.serialize_pem() })
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("cert_pem", &self.cert_pem).finish_non_exhaustive()
    }
}

fn key() -> io::Result<KeyPair> {
    KeyPair::generate().map_err(io::Error::other)
}

fn authority(name: &str) -> io::Result<CertificateParams> {
    /// No two have one name: a stranger's certificate would be known by it, and its signature bad.
    static MADE: AtomicUsize = AtomicUsize::new(0);
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let mut params = leaf(&format!("sortie test {name} {number}"), &[])?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn server(names: &[&str]) -> io::Result<CertificateParams> {
    let mut params = leaf("sortie test server", names)?;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}

fn leaf(subject: &str, names: &[&str]) -> io::Result<CertificateParams> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
    params.distinguished_name.push(DnType::CommonName, subject);
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    Ok(params)
}
