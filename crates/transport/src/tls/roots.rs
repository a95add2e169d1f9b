//! The roots that are trusted.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls_native_certs::{CertificateResult, load_native_certs};

use super::TlsError;

/// Which roots to trust.
pub(super) struct Roots {
    /// Whether the system's are among them.
    pub(super) system: bool,
    /// The others.
    pub(super) own: RootCertStore,
    /// The certificates among these that were given one by one: a server may show one of them as its own.
    pub(super) given: Vec<CertificateDer<'static>>,
}

impl Roots {
    /// Those of the system.
    pub(super) fn system() -> Self {
        Self { system: true, own: RootCertStore::empty(), given: Vec::new() }
    }

    /// All of them. The system's are loaded by the first that asks for them, and kept as long as the process lives. Beside
    /// others they may be missing.
    pub(super) fn load(&self) -> Result<Arc<RootCertStore>, TlsError> {
        match (self.system, self.own.is_empty()) {
            (true, true) => system(),
            (false, true) => Err(TlsError::NoRoots { source: None }),
            (true, false) => Ok(beside(&self.own, system()).into()),
            (false, false) => Ok(self.own.clone().into()),
        }
    }
}

/// Our `own` roots and the system's, if it has any.
fn beside(own: &RootCertStore, system: Result<Arc<RootCertStore>, TlsError>) -> RootCertStore {
    let mut all = own.clone();
    if let Ok(system) = system {
        all.extend(system.roots.iter().cloned());
    }
    all
}

/// The system's roots. A failure is not kept: the next call tries again.
fn system() -> Result<Arc<RootCertStore>, TlsError> {
    static SYSTEM: Mutex<Option<Arc<RootCertStore>>> = Mutex::new(None);
    let mut system = SYSTEM.lock().unwrap_or_else(PoisonError::into_inner);
    match &*system {
        Some(roots) => Ok(Arc::clone(roots)),
        None => Ok(Arc::clone(system.insert(usable(load_native_certs())?.into()))),
    }
}

/// Those of the roots that were `found` that rustls can use. Fails if there is none.
fn usable(found: CertificateResult) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err(TlsError::NoRoots { source: found.errors.into_iter().next().map(Into::into) });
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use rcgen::generate_simple_self_signed;

    use super::*;

    #[test]
    fn a_root_that_cannot_be_read_does_not_spoil_the_others() {
        let good = generate_simple_self_signed(["a.test".to_owned()]).unwrap().cert.der().clone();
        let mut found = CertificateResult::default();
        found.certs.extend([vec![1, 2, 3].into(), good]);
        assert_eq!(usable(found).unwrap().len(), 1);
    }

    #[test]
    fn a_system_without_roots_is_an_error() {
        let mut found = CertificateResult::default();
        found.certs.push(vec![1, 2, 3].into());
        let error = usable(found).unwrap_err();
        assert_eq!(error.to_string(), "there are no root certificates to trust");
        assert!(error.source().is_none());
    }

    #[test]
    fn own_roots_do_without_the_systems() {
        let [own, system] = ["own.test", "system.test"].map(|name| {
            let mut found = CertificateResult::default();
            found.certs.push(generate_simple_self_signed([name.to_owned()]).unwrap().cert.der().clone());
            usable(found).unwrap()
        });
        assert_eq!(beside(&own, Err(TlsError::NoRoots { source: None })).len(), 1);
        assert_eq!(beside(&own, Ok(system.into())).len(), 2);
    }
}
