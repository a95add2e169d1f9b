//! How connections are secured. Where TLS is not built in, all of it says so.

use std::ffi::c_char;

#[cfg(feature = "tls")]
use facade::{ErrorKind, Tls, TlsBuilder, TlsError, TlsVersion};
use facade::{Request, SessionBuilder};

use crate::error::sortie_error;
use crate::fault::Fault;
use crate::guard::guard;
use crate::lend::{lend, list, out, text};
use crate::quiet::quiet;
use crate::status::sortie_status;
use crate::values::{SORTIE_TLS_1_2, SORTIE_TLS_1_3};

/// How connections are secured: whom to trust, who we are. What is not said is as it is by default: the system's roots, TLS 1.2
/// and 1.3, everything verified.
pub struct sortie_tls {
    /// What was said so far.
    #[cfg(feature = "tls")]
    builder: TlsBuilder,
    /// What came of it: those that it is handed to resume each other's TLS sessions.
    #[cfg(feature = "tls")]
    tls: Tls,
}

/// What is behind a handle, to be handed to sessions and requests.
pub(crate) struct Secured {
    #[cfg(feature = "tls")]
    tls: Tls,
}

/// What is said of it.
#[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "nobody hears it"))]
enum Wish<'a> {
    RootsFile(&'a str),
    RootsPem(&'a [u8]),
    AddRootsFile(&'a str),
    AddRootsPem(&'a [u8]),
    IdentityFiles {
        chain: &'a str,
        key: &'a str,
    },
    IdentityPem(&'a [u8]),
    Pin([u8; 32]),
    ServerName(&'a str),
    /// Not below TLS 1.3.
    Newest(bool),
    AcceptInvalid(bool),
    KeyLog(bool),
    Resumption(bool),
}

#[cfg(feature = "tls")]
impl sortie_tls {
    fn new() -> Result<Self, Fault> {
        let builder = Tls::builder();
        let tls = builder.clone().build().map_err(|source| unusable(ErrorKind::InvalidArgument, source))?;
        Ok(sortie_tls { builder, tls })
    }

    /// A copy of what is behind a handle.
    pub(crate) fn lend(handle: Option<&Self>) -> Result<Secured, Fault> {
        Ok(Secured { tls: lend(handle, "tls")?.tls.clone() })
    }

    /// All of it is checked at once: what cannot be used changes nothing. Files are not read again: what fails is this wish.
    fn hear(&mut self, wish: Wish<'_>) -> Result<(), Fault> {
        let kind = match wish {
            Wish::RootsFile(_) | Wish::AddRootsFile(_) | Wish::IdentityFiles { .. } => ErrorKind::File,
            _ => ErrorKind::InvalidArgument,
        };
        let builder = self.builder.clone();
        let builder = match wish {
            Wish::RootsFile(path) => builder.roots_file(path),
            Wish::RootsPem(pem) => builder.roots_pem(pem),
            Wish::AddRootsFile(path) => builder.add_roots_file(path),
            Wish::AddRootsPem(pem) => builder.add_roots_pem(pem),
            Wish::IdentityFiles { chain, key } => builder.identity_files(chain, key),
            Wish::IdentityPem(pem) => builder.identity_pem(pem),
            Wish::Pin(digest) => builder.pin_sha256(digest),
            Wish::ServerName(name) => builder.server_name(name),
            Wish::Newest(only) => builder.min_version(if only { TlsVersion::V1_3 } else { TlsVersion::V1_2 }),
            Wish::AcceptInvalid(accept) => builder.danger_accept_invalid_certs(accept),
            Wish::KeyLog(write) => builder.key_log(write),
            Wish::Resumption(resume) => builder.resumption(resume),
        };
        let builder = builder.load_files().map_err(|source| unusable(kind, source))?;
        let tls = builder.clone().build().map_err(|source| unusable(kind, source))?;
        *self = sortie_tls { builder, tls };
        Ok(())
    }
}

#[cfg(not(feature = "tls"))]
impl sortie_tls {
    fn new() -> Result<Self, Fault> {
        Err(unsupported())
    }

    /// There is none.
    pub(crate) fn lend(handle: Option<&Self>) -> Result<Secured, Fault> {
        lend(handle, "tls")?;
        Err(unsupported())
    }

    fn hear(&mut self, _: Wish<'_>) -> Result<(), Fault> {
        Err(unsupported())
    }
}

impl Secured {
    /// Secures a session's connections.
    #[cfg_attr(not(feature = "tls"), expect(clippy::unused_self, reason = "there is none"))]
    pub(crate) fn secure(self, defaults: SessionBuilder) -> SessionBuilder {
        #[cfg(feature = "tls")]
        let defaults = defaults.tls(self.tls);
        defaults
    }

    /// Secures a session's connections to proxies.
    #[cfg_attr(not(feature = "tls"), expect(clippy::unused_self, reason = "there is none"))]
    pub(crate) fn secure_proxy(self, defaults: SessionBuilder) -> SessionBuilder {
        #[cfg(feature = "tls")]
        let defaults = defaults.proxy_tls(self.tls);
        defaults
    }

    /// Secures a request's connections.
    #[cfg_attr(not(feature = "tls"), expect(clippy::unused_self, reason = "there is none"))]
    pub(crate) fn secure_one(self, request: Request) -> Request {
        #[cfg(feature = "tls")]
        let request = request.tls(self.tls);
        request
    }
}

/// How connections are secured, as it is by default. Hand it to a session or a request.
///
/// Returns: `SORTIE_ERR_UNSUPPORTED` where the library was built without TLS; `SORTIE_ERR_NULL`.
/// Ownership: `*tls` is yours: free it by `sortie_tls_free`.
/// Threads: any; it belongs to one thread at a time.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_tls_new(tls: *mut *mut sortie_tls, error: *mut *mut sortie_error) -> sortie_status {
    guard(error, || {
        let out = out(tls, "tls")?;
        out.write(Box::into_raw(Box::new(sortie_tls::new()?)));
        Ok(())
    })
}

/// Trusts the certificates of a PEM file in place of the system's roots, beside others that are given.
///
/// The file is read now, and not again.
/// Returns: `SORTIE_ERR_FILE` where it cannot be read or has no such certificate; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: `path` is copied.
/// Threads: its one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_tls_set_roots_file(
    tls: Option<&mut sortie_tls>,
    path: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let path = text(path, "path")?;
        hear(tls, Wish::RootsFile(path))
    })
}

/// Trusts the certificates in `pem` in place of the system's roots, beside others that are given.
///
/// Parameters: `pem`: `size` bytes of PEM.
/// Returns: `SORTIE_ERR_ARGUMENT` where it has no such certificate; `SORTIE_ERR_NULL`.
/// Ownership: `pem` is copied.
/// Threads: its one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_tls_set_roots_pem(
    tls: Option<&mut sortie_tls>,
    pem: *const u8,
    size: usize,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let pem = list(pem, size, "pem")?;
        hear(tls, Wish::RootsPem(pem))
    })
}

/// Trusts the certificates of a PEM file as well as the system's roots, and others that are given.
///
/// The file is read now, and not again.
/// Returns: `SORTIE_ERR_FILE` where it cannot be read or has no such certificate; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: `path` is copied.
/// Threads: its one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_tls_add_roots_file(
    tls: Option<&mut sortie_tls>,
    path: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let path = text(path, "path")?;
        hear(tls, Wish::AddRootsFile(path))
    })
}

/// Trusts the certificates in `pem` as well as the system's roots, and others that are given.
///
/// Parameters: `pem`: `size` bytes of PEM.
/// Returns: `SORTIE_ERR_ARGUMENT` where it has no such certificate; `SORTIE_ERR_NULL`.
/// Ownership: `pem` is copied.
/// Threads: its one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_tls_add_roots_pem(
    tls: Option<&mut sortie_tls>,
    pem: *const u8,
    size: usize,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let pem = list(pem, size, "pem")?;
        hear(tls, Wish::AddRootsPem(pem))
    })
}

/// Shows a certificate of ours to servers that ask for one.
///
/// The files are read now, and not again.
/// Parameters: `chain_path`: PEM, our own certificate first; `key_path`: its key as PEM, PKCS#8, PKCS#1 or SEC1, not encrypted. Both
/// may be the same file.
/// Returns: `SORTIE_ERR_FILE` where one cannot be read or used, or they do not belong together; `SORTIE_ERR_NULL`,
/// `SORTIE_ERR_UTF8`.
/// Ownership: both are copied.
/// Threads: its one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_tls_set_identity_files(
    tls: Option<&mut sortie_tls>,
    chain_path: *const c_char,
    key_path: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (chain, key) = (text(chain_path, "chain_path")?, text(key_path, "key_path")?);
        hear(tls, Wish::IdentityFiles { chain, key })
    })
}

/// Shows a certificate of ours to servers that ask for one.
///
/// Parameters: `pem`: `size` bytes of PEM: the chain, our own first, and its key, as in `sortie_tls_set_identity_files`.
/// Returns: `SORTIE_ERR_ARGUMENT` where it cannot be used; `SORTIE_ERR_NULL`.
/// Ownership: `pem` is copied.
/// Threads: its one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_tls_set_identity_pem(
    tls: Option<&mut sortie_tls>,
    pem: *const u8,
    size: usize,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let pem = list(pem, size, "pem")?;
        hear(tls, Wish::IdentityPem(pem))
    })
}

/// Trusts only a peer whose key is known, beside the usual verification. Can be given several times; one has to match.
///
/// Parameters: `digest`: the SHA-256 of a certificate's SubjectPublicKeyInfo (RFC 7469, section 2.4); `size`: 32.
/// Returns: `SORTIE_ERR_ARGUMENT` for another size; `SORTIE_ERR_NULL`.
/// Ownership: `digest` is copied.
/// Threads: its one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_tls_add_pin_sha256(
    tls: Option<&mut sortie_tls>,
    digest: *const u8,
    size: usize,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let digest = list(digest, size, "digest")?;
        let digest = <[u8; 32]>::try_from(digest)
            .map_err(|_| Fault::argument("digest", format_args!("has {size} bytes, not 32")))?;
        hear(tls, Wish::Pin(digest))
    })
}

/// Asks for a name, and verifies it, in place of the host that a URL names.
///
/// Parameters: `name`: a name or an IP address.
/// Returns: `SORTIE_ERR_ARGUMENT` for what is neither; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: `name` is copied.
/// Threads: its one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_tls_set_server_name(
    tls: Option<&mut sortie_tls>,
    name: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let name = text(name, "name")?;
        hear(tls, Wish::ServerName(name))
    })
}

/// The lowest version that is spoken.
///
/// Parameters: `version`: `SORTIE_TLS_1_2`, which is the default, or `SORTIE_TLS_1_3`.
/// Returns: `SORTIE_ERR_ARGUMENT` for another; `SORTIE_ERR_NULL`.
/// Threads: its one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_tls_set_min_version(
    tls: Option<&mut sortie_tls>,
    version: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let newest = match version {
            SORTIE_TLS_1_2 => false,
            SORTIE_TLS_1_3 => true,
            other => return Err(Fault::argument("version", format_args!("is {other}, which is no version of TLS"))),
        };
        hear(tls, Wish::Newest(newest))
    })
}

/// Trusts any certificate: expired, of another host, of an unknown issuer. Default: no. Whoever stands between can then read and
/// change everything, unless a pin tells the peer.
///
/// Returns: `SORTIE_ERR_NULL`.
/// Threads: its one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_tls_set_danger_accept_invalid_certs(
    tls: Option<&mut sortie_tls>,
    accept: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || hear(tls, Wish::AcceptInvalid(accept != 0)))
}

/// Writes the secrets of each TLS session to the file that `SSLKEYLOGFILE` names, for whoever looks into a capture of it.
/// Default: no, whatever the environment says.
///
/// Returns: `SORTIE_ERR_NULL`.
/// Threads: its one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_tls_set_key_log(
    tls: Option<&mut sortie_tls>,
    write: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || hear(tls, Wish::KeyLog(write != 0)))
}

/// Whether TLS sessions are resumed, which spares a round trip, or signatures and certificates. Default: yes.
///
/// Returns: `SORTIE_ERR_NULL`.
/// Threads: its one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_tls_set_resumption(
    tls: Option<&mut sortie_tls>,
    resume: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || hear(tls, Wish::Resumption(resume != 0)))
}

/// Lets it go. What it was handed to has a copy.
///
/// Parameters: `tls`: or NULL, which is ignored.
/// Threads: its one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_tls_free(tls: Option<Box<sortie_tls>>) {
    quiet((), || drop(tls));
}

fn hear(tls: Option<&mut sortie_tls>, wish: Wish<'_>) -> Result<(), Fault> {
    lend(tls, "tls")?.hear(wish)
}

#[cfg(feature = "tls")]
fn unusable(kind: ErrorKind, source: TlsError) -> Fault {
    facade::Error::new(kind).with_message("TLS cannot be set up like that").with_source(source).into()
}

#[cfg(not(feature = "tls"))]
fn unsupported() -> Fault {
    facade::Error::new(facade::ErrorKind::Unsupported)
        .with_phase(facade::Phase::Prepare)
        .with_message("this library was built without TLS")
        .into()
}

#[cfg(all(test, feature = "tls"))]
mod tests {
    use std::ptr;

    use sortie_testserver::Authority;

    use super::*;
    use crate::status::*;
    use crate::trial::{Temporary, failed, made};

    const NO: *mut *mut sortie_error = ptr::null_mut();

    fn tls() -> Box<sortie_tls> {
        made(|out| sortie_tls_new(out, NO))
    }

    #[test]
    fn a_fault_is_told_at_once_and_changes_nothing() {
        let mut tls = tls();
        let before = tls.tls.clone();
        let (status, words) = failed(|error| sortie_tls_set_roots_file(Some(&mut tls), c"/no/roots".as_ptr(), error));
        assert_eq!((status, words.as_str()), (SORTIE_ERR_FILE, "TLS cannot be set up like that"));
        let tls = &mut *tls;
        let (nowhere, nonsense, size) = (c"/no/file".as_ptr(), b"nonsense".as_ptr(), 8);
        assert_eq!(sortie_tls_add_roots_file(Some(tls), nowhere, NO), SORTIE_ERR_FILE);
        assert_eq!(sortie_tls_set_identity_files(Some(tls), nowhere, nowhere, NO), SORTIE_ERR_FILE);
        assert_eq!(sortie_tls_set_roots_pem(Some(tls), nonsense, size, NO), SORTIE_ERR_ARGUMENT);
        assert_eq!(sortie_tls_add_roots_pem(Some(tls), nonsense, size, NO), SORTIE_ERR_ARGUMENT);
        assert_eq!(sortie_tls_set_identity_pem(Some(tls), ptr::null(), 0, NO), SORTIE_ERR_ARGUMENT);
        assert_eq!(sortie_tls_set_roots_pem(Some(tls), ptr::null(), 1, NO), SORTIE_ERR_NULL);
        assert_eq!(sortie_tls_add_pin_sha256(Some(tls), nonsense, size, NO), SORTIE_ERR_ARGUMENT);
        assert_eq!(sortie_tls_set_server_name(Some(tls), c"a b".as_ptr(), NO), SORTIE_ERR_ARGUMENT);
        assert_eq!(sortie_tls_set_min_version(Some(tls), 11, NO), SORTIE_ERR_ARGUMENT);
        assert_eq!(sortie_tls_set_key_log(None, 1, NO), SORTIE_ERR_NULL);
        assert_eq!(sortie_tls_new(ptr::null_mut(), NO), SORTIE_ERR_NULL);
        assert_eq!(tls.tls, before);
    }

    #[test]
    fn a_file_is_read_once_and_may_go() {
        let authority = Authority::new().unwrap();
        let file = Temporary::new("roots");
        file.write(authority.pem());
        let mut tls = tls();
        assert_eq!(sortie_tls_set_roots_file(Some(&mut tls), file.path().as_ptr(), NO), SORTIE_OK);
        drop(file);
        assert_eq!(sortie_tls_set_min_version(Some(&mut tls), SORTIE_TLS_1_3, NO), SORTIE_OK);
        assert_eq!(sortie_tls_set_server_name(Some(&mut tls), c"a b".as_ptr(), NO), SORTIE_ERR_ARGUMENT);
    }
}

#[cfg(all(test, not(feature = "tls")))]
mod tests {
    use std::ptr;

    use super::*;
    use crate::status::SORTIE_ERR_UNSUPPORTED;
    use crate::trial::failed;

    #[test]
    fn what_is_not_built_in_is_said() {
        let mut tls = ptr::null_mut();
        let (status, words) = failed(|error| sortie_tls_new(&raw mut tls, error));
        assert_eq!(status, SORTIE_ERR_UNSUPPORTED);
        assert!(words.starts_with("this library was built without TLS"), "{words}");
        assert!(tls.is_null());
        // No program has such a handle.
        let mut tls = sortie_tls {};
        assert_eq!(sortie_tls_set_key_log(Some(&mut tls), 1, ptr::null_mut()), SORTIE_ERR_UNSUPPORTED);
        assert!(matches!(sortie_tls::lend(None), Err(Fault::Null("tls"))));
        assert!(sortie_tls::lend(Some(&tls)).is_err());
    }
}
