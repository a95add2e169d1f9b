//! How long a request may take, and how much it may bring.

use crate::error::sortie_error;
use crate::guard::guard;
use crate::lend::lend;
use crate::request::sortie_request;
use crate::retries::sortie_retries;
use crate::status::sortie_status;
use crate::values::{Timeout, known, limit};

/// Bounds a part of the call, in place of the session's limit.
///
/// Parameters: `which`: one of `SORTIE_TIMEOUT_...`; `timeout_ms`: 1 or more, or `SORTIE_NEVER`, which lifts the session's limit.
/// Returns: `SORTIE_ERR_ARGUMENT` for other numbers; `SORTIE_ERR_NULL`.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_timeout_ms(
    request: Option<&mut sortie_request>,
    which: i32,
    timeout_ms: i64,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let request = lend(request, "request")?;
        let (which, limit) = (Timeout::of(which)?, limit(timeout_ms, "timeout_ms")?);
        let mut arguments = request.arguments_mut();
        match which {
            Timeout::Total => arguments.set_timeout(limit),
            Timeout::Connect => arguments.set_connect_timeout(limit),
            Timeout::FirstByte => arguments.set_first_byte_timeout(limit),
            Timeout::BetweenBytes => arguments.set_between_bytes_timeout(limit),
            Timeout::Queue => arguments.set_queue_timeout(limit),
            Timeout::Resolve => arguments.set_resolve_timeout(limit),
            Timeout::Proxy => arguments.set_proxy_timeout(limit),
            Timeout::Tls => arguments.set_tls_timeout(limit),
        }
        Ok(())
    })
}

/// Whether redirects are followed. Default: as the session says, which follows them, but for HEAD.
///
/// Parameters: `follow`: 1 or 0.
/// Returns: `SORTIE_ERR_NULL`.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_redirects(
    request: Option<&mut sortie_request>,
    follow: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        lend(request, "request")?.arguments_mut().set_redirects(follow != 0);
        Ok(())
    })
}

/// Says that it goes where a redirect led which the program follows itself: the session's parameters are not added again.
///
/// Parameters: `left_origin`: whether one of the redirects left the first request's origin. Then what no other origin may see of
/// the session's defaults is not sent either: its credentials, and its sensitive header fields. netrc still holds.
/// Returns: `SORTIE_ERR_NULL`.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_redirected(
    request: Option<&mut sortie_request>,
    left_origin: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        lend(request, "request")?.arguments_mut().set_redirected(left_origin != 0);
        Ok(())
    })
}

/// How many redirects are followed; one more is `SORTIE_ERR_TOO_MANY_REDIRECTS`. Default: as the session says, which is 30.
///
/// Parameters: `most`: 0 fails on the first.
/// Returns: `SORTIE_ERR_NULL`.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_max_redirects(
    request: Option<&mut sortie_request>,
    most: u32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        lend(request, "request")?.arguments_mut().set_redirect_limit(most);
        Ok(())
    })
}

/// Whether, how often and when it goes again after what went wrong, in place of what the session says.
///
/// Parameters: `retries`: as they are now.
/// Returns: `SORTIE_ERR_NULL`.
/// Ownership: they are copied.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_retries(
    request: Option<&mut sortie_request>,
    retries: Option<&sortie_retries>,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (request, retries) = (lend(request, "request")?, sortie_retries::lend(retries)?);
        request.arguments_mut().set_retries(retries);
        Ok(())
    })
}

/// How many bytes of decoded content are accepted; more is `SORTIE_ERR_CONTENT_TOO_LARGE`. Default: as the session says, which
/// has no limit but that against bombs.
///
/// Parameters: `bytes`: or `SORTIE_UNKNOWN`, which lifts the session's limit.
/// Returns: `SORTIE_ERR_NULL`.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_max_content(
    request: Option<&mut sortie_request>,
    bytes: u64,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        lend(request, "request")?.arguments_mut().set_max_content(known(bytes));
        Ok(())
    })
}

/// Whether it may be sent again, though its method is not idempotent, where a connection that was reused turns out to be
/// closed. Default: as the session says, which says no.
///
/// Parameters: `resend`: 1 or 0.
/// Returns: `SORTIE_ERR_NULL`.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_resend(
    request: Option<&mut sortie_request>,
    resend: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        lend(request, "request")?.arguments_mut().set_resend(resend != 0);
        Ok(())
    })
}
