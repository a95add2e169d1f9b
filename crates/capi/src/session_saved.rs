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
