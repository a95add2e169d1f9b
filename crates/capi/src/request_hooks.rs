//! The hooks of a request.

use std::ffi::c_void;

use crate::context::{Context, sortie_drop};
use crate::error::sortie_error;
use crate::guard::guard;
use crate::hooks::{self, sortie_args_hook, sortie_post_request_hook, sortie_pre_request_hook, sortie_response_hook};
use crate::lend::lend;
use crate::request::sortie_request;
use crate::status::sortie_status;

/// Registers an `args` hook: it sees the request before anything is encoded, the session's defaults merged in. It may refuse
/// the call.
///
/// Parameters: `hook`: returns one of `SORTIE_HOOK_...`; `context`: its first argument; `drop`: lets that go, or NULL.
/// Returns: `SORTIE_ERR_NULL`.
/// Ownership: `drop` is called once, when the request, its copies and their calls are gone; at once where this fails.
/// Threads: the request's one. The hook runs on whichever thread sends, after the session's and those that were registered
/// before it.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_on_args(
    request: Option<&mut sortie_request>,
    hook: sortie_args_hook,
    context: *mut c_void,
    drop: sortie_drop,
    error: *mut *mut sortie_error,
) -> sortie_status {
    let context = Context::new(context, drop);
    guard(error, || {
        let request = lend(request, "request")?;
        let hook = hooks::on_args(hook, context)?;
        request.change(|request| request.on_args(hook));
        Ok(())
    })
}

/// Registers a `pre_request` hook: it sees the request directly before it is sent, complete but for cookies. It may refuse
/// the call.
///
/// Parameters: `hook`: returns one of `SORTIE_HOOK_...`; `context`: its first argument; `drop`: lets that go, or NULL.
/// Returns: `SORTIE_ERR_NULL`.
/// Ownership: `drop` is called once, when the request, its copies and their calls are gone; at once where this fails.
/// Threads: the request's one. The hook runs on whichever thread sends, after the session's and those that were registered
/// before it.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_on_pre_request(
    request: Option<&mut sortie_request>,
    hook: sortie_pre_request_hook,
    context: *mut c_void,
    drop: sortie_drop,
    error: *mut *mut sortie_error,
) -> sortie_status {
    let context = Context::new(context, drop);
    guard(error, || {
        let request = lend(request, "request")?;
        let hook = hooks::on_pre_request(hook, context)?;
        request.change(|request| request.on_pre_request(hook));
        Ok(())
    })
}

/// Registers a `post_request` hook: it sees what was sent and how the call ended, exactly once for every call that was
/// begun, also where it failed or was cancelled. What it puts in its place shows in `sortie_response_request_...` only.
///
/// Parameters: `hook`: returns one of `SORTIE_HOOK_...`; `context`: its first argument; `drop`: lets that go, or NULL.
/// Returns: `SORTIE_ERR_NULL`.
/// Ownership: `drop` is called once, when the request, its copies and their calls are gone; at once where this fails.
/// Threads: the request's one. The hook runs on whichever thread sends, after the session's and those that were registered
/// before it.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_on_post_request(
    request: Option<&mut sortie_request>,
    hook: sortie_post_request_hook,
    context: *mut c_void,
    drop: sortie_drop,
    error: *mut *mut sortie_error,
) -> sortie_status {
    let context = Context::new(context, drop);
    guard(error, || {
        let request = lend(request, "request")?;
        let hook = hooks::on_post_request(hook, context)?;
        request.change(|request| request.on_post_request(hook));
        Ok(())
    })
}

/// Registers a `response` hook: it sees each response that is about to be delivered. That of a stream has no content yet.
///
/// Parameters: `hook`: returns one of `SORTIE_HOOK_...`; `context`: its first argument; `drop`: lets that go, or NULL.
/// Returns: `SORTIE_ERR_NULL`.
/// Ownership: `drop` is called once, when the request, its copies and their calls are gone; at once where this fails.
/// Threads: the request's one. The hook runs on whichever thread sends, after the session's and those that were registered
/// before it.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_on_response(
    request: Option<&mut sortie_request>,
    hook: sortie_response_hook,
    context: *mut c_void,
    drop: sortie_drop,
    error: *mut *mut sortie_error,
) -> sortie_status {
    let context = Context::new(context, drop);
    guard(error, || {
        let request = lend(request, "request")?;
        let hook = hooks::on_response(hook, context)?;
        request.change(|request| request.on_response(hook));
        Ok(())
    })
}
