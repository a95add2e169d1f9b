//! Header fields of a request.

use std::ffi::c_char;

use crate::error::sortie_error;
use crate::fault::Fault;
use crate::guard::guard;
use crate::lend::{lend, text};
use crate::request::sortie_request;
use crate::status::sortie_status;
use crate::values::known;

/// Sets a header field, in place of the session's, of a default, or of one of that name in any case.
///
/// Parameters: `name`, `value`: UTF-8; a line break in them is told when the request is sent.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: both are copied.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_header(
    request: Option<&mut sortie_request>,
    name: *const c_char,
    value: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let request = lend(request, "request")?;
        let (name, value) = (text(name, "name")?, text(value, "value")?);
        request.arguments_mut().set_header(name, value);
        Ok(())
    })
}

/// Puts a header field last, beside others of its name in this request.
///
/// Parameters: `name`, `value`: UTF-8; a line break in them is told when the request is sent.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: both are copied.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_append_header(
    request: Option<&mut sortie_request>,
    name: *const c_char,
    value: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let request = lend(request, "request")?;
        let (name, value) = (text(name, "name")?, text(value, "value")?);
        request.arguments_mut().append_header(name, value);
        Ok(())
    })
}

/// Sets a header field that holds a credential: it is not shown in logs, and dropped when a redirect leaves the origin.
///
/// Parameters: `name`, `value`: UTF-8; a line break in them is told when the request is sent.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: both are copied.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_sensitive_header(
    request: Option<&mut sortie_request>,
    name: *const c_char,
    value: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let request = lend(request, "request")?;
        let (name, value) = (text(name, "name")?, text(value, "value")?);
        request.arguments_mut().set_sensitive_header(name, value);
        Ok(())
    })
}

/// Sends no such header field, though the session or a default has one.
///
/// Host and Content-Length, which HTTP needs, are derived then.
///
/// Parameters: `name`: in any case.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_unset_header(
    request: Option<&mut sortie_request>,
    name: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (request, name) = (lend(request, "request")?, text(name, "name")?);
        request.arguments_mut().unset_header(name);
        Ok(())
    })
}

/// Adds a cookie to this request, for its own origin only, in place of the session's of that name. It is not stored.
///
/// Parameters: `name`, `value`: what may not stand in a cookie is told when the request is sent.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: both are copied.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_add_cookie(
    request: Option<&mut sortie_request>,
    name: *const c_char,
    value: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let request = lend(request, "request")?;
        let (name, value) = (text(name, "name")?, text(value, "value")?);
        request.arguments_mut().append_cookie(name, value);
        Ok(())
    })
}

/// Asks for a part of the content alone, and for no content coding. A server that can answers 206, one that cannot 200 with
/// all of it.
///
/// Parameters: `first`, `last`: counted from 0, both are part of it; `last`: or `SORTIE_UNKNOWN` for all from `first` on.
/// Returns: `SORTIE_ERR_ARGUMENT` where `last` comes before `first`, or `first` is `SORTIE_UNKNOWN`; `SORTIE_ERR_NULL`.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_range(
    request: Option<&mut sortie_request>,
    first: u64,
    last: u64,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let request = lend(request, "request")?;
        let first = known(first).ok_or_else(|| Fault::argument("first", "is not known"))?;
        match known(last) {
            Some(last) if last < first => {
                let why = format_args!("is {last}, which comes before {first}");
                return Err(Fault::argument("last", why));
            }
            Some(last) => request.change(|request| request.range(first..=last)),
            None => request.change(|request| request.range(first..)),
        }
        Ok(())
    })
}
