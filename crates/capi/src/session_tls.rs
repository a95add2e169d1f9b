//! How a session secures its connections.

use crate::error::sortie_error;
use crate::guard::guard;
use crate::session::sortie_session;
use crate::status::sortie_status;
use crate::tls::sortie_tls;

/// How connections are secured: roots, pins, a client certificate. Default: the system's roots, TLS 1.2 and 1.3.
///
/// Returns: `SORTIE_ERR_UNSUPPORTED` where the library was built without TLS; `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Ownership: `tls` is copied: later changes of it change nothing here. Sessions and requests that were handed the same one, not
/// changed in between, resume each other's TLS sessions.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_tls(
    session: Option<&sortie_session>,
    tls: Option<&sortie_tls>,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let tls = sortie_tls::lend(tls)?;
        sortie_session::change(session, |defaults| tls.secure(defaults))
    })
}

/// How connections to an `https` proxy are secured. By default with the roots, the lowest version and the key log of
/// `sortie_session_set_tls`, and nothing else of it.
///
/// Returns: `SORTIE_ERR_UNSUPPORTED` where the library was built without TLS; `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Ownership: `tls` is copied: later changes of it change nothing here. Sessions and requests that were handed the same one, not
/// changed in between, resume each other's TLS sessions.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_proxy_tls(
    session: Option<&sortie_session>,
    tls: Option<&sortie_tls>,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let tls = sortie_tls::lend(tls)?;
        sortie_session::change(session, |defaults| tls.secure_proxy(defaults))
    })
}

#[cfg(all(test, feature = "tls"))]
mod tests {
    use std::ptr;

    use facade::ErrorKind;
    use sortie_testserver::{Authority, TestServer, TlsOptions};

    use super::*;
    use crate::status::*;
    use crate::tls::*;
    use crate::trial::{failed, made, session};
    use crate::values::SORTIE_TLS_1_3;

    const NO: *mut *mut sortie_error = ptr::null_mut();

    #[test]
    fn what_is_handed_to_a_session_secures_it() {
        let authority = Authority::new().unwrap();
        let options = TlsOptions::new(authority.certificate(&["127.0.0.1"]).unwrap());
        let server = TestServer::start_tls(options).unwrap();
        let session = session();
        let session = Some(&*session);
        let get = || sortie_session::lend(session).unwrap().get(server.url("/get")).send();
        let mut tls: Box<sortie_tls> = made(|out| sortie_tls_new(out, NO));
        let missing = failed(|error| sortie_session_set_tls(session, None, error));
        assert_eq!(missing, (SORTIE_ERR_NULL, "`tls` is NULL".into()));
        assert_eq!(sortie_session_set_proxy_tls(session, None, NO), SORTIE_ERR_NULL);
        assert_eq!(sortie_session_set_tls(session, Some(&tls), NO), SORTIE_OK);
        assert_eq!(get().unwrap_err().kind(), ErrorKind::Tls);
        let pem = authority.pem();
        assert_eq!(sortie_tls_set_roots_pem(Some(&mut tls), pem.as_ptr(), pem.len(), NO), SORTIE_OK);
        // The session has a copy from before.
        assert_eq!(get().unwrap_err().kind(), ErrorKind::Tls);
        assert_eq!(sortie_session_set_tls(session, Some(&tls), NO), SORTIE_OK);
        assert_eq!(sortie_session_set_proxy_tls(session, Some(&tls), NO), SORTIE_OK);
        assert!(get().unwrap().ok());

        assert_eq!(sortie_tls_add_pin_sha256(Some(&mut tls), [7; 32].as_ptr(), 32, NO), SORTIE_OK);
        assert_eq!(sortie_tls_set_danger_accept_invalid_certs(Some(&mut tls), 1, NO), SORTIE_OK);
        assert_eq!(sortie_tls_set_min_version(Some(&mut tls), SORTIE_TLS_1_3, NO), SORTIE_OK);
        assert_eq!(sortie_tls_set_resumption(Some(&mut tls), 0, NO), SORTIE_OK);
        assert_eq!(sortie_tls_set_server_name(Some(&mut tls), c"h.test".as_ptr(), NO), SORTIE_OK);
        assert_eq!(sortie_session_set_tls(session, Some(&tls), NO), SORTIE_OK);
        sortie_tls_free(Some(tls));
        assert_eq!(get().unwrap_err().kind(), ErrorKind::Tls);
        sortie_tls_free(None);
    }
}
