//! Sessions in files.

use std::ffi::c_char;

use facade::{Secrets, Session};

use crate::error::sortie_error;
use crate::guard::guard;
use crate::lend::{out, text};
use crate::session::sortie_session;
use crate::status::sortie_status;

/// A session as a file of `sortie_session_save` tells it, upon the library's defaults. What is not known in it, and cookies that
/// are damaged or expired, are passed over.
///
/// Returns: `SORTIE_ERR_FILE` where it cannot be read, or what it says cannot be used: a cause names the line and the field;
/// `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: `*session` is yours: free it by `sortie_session_free`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_restore(
    path: *const c_char,
    session: *mut *mut sortie_session,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (path, out) = (text(path, "path")?, out(session, "session")?);
        out.write(sortie_session::into_raw(Session::restore(path)?));
        Ok(())
    })
}

/// Saves what a session was told, as JSON. Callbacks, and how connections are made (TLS, addresses, sockets), are never in it.
/// The file is replaced as a whole or not at all, and is for its owner alone. Blocks until the disk has it.
///
/// Parameters: `with_secrets`: 0: no credentials, no cookies; 1: with them, but for cookies that end with the session.
/// Returns: `SORTIE_ERR_FILE`; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_save(
    session: Option<&sortie_session>,
    path: *const c_char,
    with_secrets: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let path = text(path, "path")?;
        let secrets = if with_secrets == 0 { Secrets::Without } else { Secrets::With };
        Ok(sortie_session::lend(session)?.save(path, secrets)?)
    })
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::*;
    use crate::session_auth::sortie_session_set_basic_auth;
    use crate::session_defaults::sortie_session_set_user_agent;
    use crate::status::*;
    use crate::trial::{Temporary, made_session, session};

    const NO: *mut *mut sortie_error = ptr::null_mut();

    #[test]
    fn a_session_comes_back_with_its_secrets_or_without() {
        let file = Temporary::new("session.json");
        let path = file.path();
        let first = session();
        let first = Some(&*first);
        assert_eq!(sortie_session_set_user_agent(first, c"fleet/1.0".as_ptr(), NO), SORTIE_OK);
        assert_eq!(sortie_session_set_basic_auth(first, c"user".as_ptr(), c"5ecret".as_ptr(), NO), SORTIE_OK);
        for (with_secrets, expected) in [(0, false), (1, true)] {
            assert_eq!(sortie_session_save(first, path.as_ptr(), with_secrets, NO), SORTIE_OK);
            assert_eq!(file.read().contains("5ecret"), expected);
            let second = made_session(|out| sortie_session_restore(path.as_ptr(), out, NO));
            let profile = sortie_session::lend(Some(&second)).unwrap().profile();
            assert_eq!(profile.user_agent.as_deref(), Some("fleet/1.0"));
            assert_eq!(profile.auth.is_some(), expected);
        }
    }

    #[test]
    fn what_is_no_session_is_none() {
        let file = Temporary::new("no-session.json");
        let path = file.path();
        let mut session = ptr::null_mut();
        assert_eq!(sortie_session_restore(path.as_ptr(), &raw mut session, NO), SORTIE_ERR_FILE);
        file.write("[]");
        assert_eq!(sortie_session_restore(path.as_ptr(), &raw mut session, NO), SORTIE_ERR_FILE);
        assert_eq!(sortie_session_restore(ptr::null(), &raw mut session, NO), SORTIE_ERR_NULL);
        assert_eq!(sortie_session_restore(path.as_ptr(), ptr::null_mut(), NO), SORTIE_ERR_NULL);
        assert!(session.is_null());
        assert_eq!(sortie_session_save(None, path.as_ptr(), 0, NO), SORTIE_ERR_NULL);
        assert_eq!(file.read(), "[]");
    }
}
