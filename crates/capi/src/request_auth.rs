//! Who asks.

use std::ffi::c_char;

use facade::{Auth, Basic, Bearer, Digest};

use crate::error::sortie_error;
use crate::guard::guard;
use crate::lend::{lend, text};
use crate::request::sortie_request;
use crate::status::sortie_status;

/// Sends user and password with this request, in place of the session's credentials. They do not follow a redirect to another
/// origin.
///
/// Parameters: `user`: a colon in it, or a control character in either, is told when the request is sent.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: both are copied.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_basic_auth(
    request: Option<&mut sortie_request>,
    user: *const c_char,
    password: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let request = lend(request, "request")?;
        let (user, password) = (text(user, "user")?, text(password, "password")?);
        request.arguments_mut().set_auth(Basic::new(user, password));
        Ok(())
    })
}

/// Answers the server's challenge with user and password by the Digest scheme, which does not show the password, in place
/// of the session's credentials.
///
/// What the server's challenge has taught is kept with these credentials: a copy of this request shares it.
///
/// Parameters: `user`, `password`: a control character in either is told when the request is sent.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: both are copied.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_digest_auth(
    request: Option<&mut sortie_request>,
    user: *const c_char,
    password: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let request = lend(request, "request")?;
        let (user, password) = (text(user, "user")?, text(password, "password")?);
        request.arguments_mut().set_auth(Digest::new(user, password));
        Ok(())
    })
}

/// Sends a token with this request, in place of the session's credentials. It does not follow a redirect to another origin.
///
/// Parameters: `token`: without the word `Bearer`; what no header field can hold is told when the request is sent.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: it is copied.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_bearer_auth(
    request: Option<&mut sortie_request>,
    token: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (request, token) = (lend(request, "request")?, text(token, "token")?);
        request.arguments_mut().set_auth(Bearer::new(token));
        Ok(())
    })
}

/// Sends no credentials, though the session has some. An Authorization field, and those in the URL, still hold.
///
/// Returns: `SORTIE_ERR_NULL`.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_unset_auth(
    request: Option<&mut sortie_request>,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        lend(request, "request")?.arguments_mut().set_auth(None::<Auth>);
        Ok(())
    })
}
