//! What can fail about a response: judging it by its status, and changing it in a hook.

use std::ffi::c_char;

use crate::error::sortie_error;
use crate::fault::Fault;
use crate::guard::guard;
use crate::lend::{lend, list, text};
use crate::response::sortie_response;
use crate::status::sortie_status;
use crate::values::between;

/// Fails where the status is 400 or above.
///
/// Returns: `SORTIE_ERR_STATUS`, whose message is as `404 Client Error: Not Found for url: ...`, and whose error has this
/// response; `SORTIE_ERR_NULL`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_raise_for_status(
    response: Option<&sortie_response>,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        lend(response, "response")?.response().raise_for_status()?;
        Ok(())
    })
}

/// Sets the status of a response, for a `response` hook that replaces what it was lent. The reason phrase becomes the usual one.
///
/// Parameters: `response`: a hook's own; `status`: 100 to 999.
/// Returns: `SORTIE_ERR_ARGUMENT` for any other response or status; `SORTIE_ERR_NULL`.
/// Ownership: what was lent of the response before stays until the hook returns.
/// Threads: the hook's.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_set_status(
    response: Option<&mut sortie_response>,
    status: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let handle = lend(response, "response")?;
        let mut parts = handle.response().exchange().clone().into_parts();
        let status: u16 = between(status, 100..=999, "status")?;
        parts.status = status.try_into().map_err(|why| Fault::argument("status", why))?;
        if let Some(rare) = &mut parts.rare {
            rare.reason = None;
        }
        handle.replace(handle.response().clone().with_exchange(parts.into()))
    })
}

/// Sets a header field of a response, for a `response` hook that replaces what it was lent: in place of those of that name, in
/// any case.
///
/// Parameters: `response`: a hook's own.
/// Returns: `SORTIE_ERR_ARGUMENT` for any other response; `SORTIE_ERR_INVALID_HEADER`, `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: both texts are copied. What was lent of the response before stays until the hook returns.
/// Threads: the hook's.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_set_header(
    response: Option<&mut sortie_response>,
    name: *const c_char,
    value: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (handle, name, value) = (lend(response, "response")?, text(name, "name")?, text(value, "value")?);
        let mut parts = handle.response().exchange().clone().into_parts();
        parts.headers.set(name, value).map_err(Fault::header)?;
        handle.replace(handle.response().clone().with_exchange(parts.into()))
    })
}

/// Sets the content of a response, for a `response` hook that replaces what it was lent. Header fields stay as they are.
///
/// Parameters: `response`: a hook's own; `data`: may be NULL where `size` is 0.
/// Returns: `SORTIE_ERR_ARGUMENT` for any other response; `SORTIE_ERR_NULL`.
/// Ownership: `data` is copied. What was lent of the response before stays until the hook returns.
/// Threads: the hook's.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_set_content(
    response: Option<&mut sortie_response>,
    data: *const u8,
    size: usize,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (handle, data) = (lend(response, "response")?, list(data, size, "data")?);
        handle.replace(handle.response().clone().with_content(data.to_vec()))
    })
}
