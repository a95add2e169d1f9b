//! The hooks of a session.

use std::ffi::c_void;

use crate::context::{Context, sortie_drop};
use crate::error::sortie_error;
use crate::guard::guard;
use crate::hooks::{self, sortie_args_hook, sortie_post_request_hook, sortie_pre_request_hook, sortie_response_hook};
use crate::session::sortie_session;
use crate::status::sortie_status;

/// Registers an `args` hook: it sees the request before anything is encoded, the session's defaults merged in. It may refuse
/// the call.
///
/// Parameters: `hook`: returns one of `SORTIE_HOOK_...`; `context`: its first argument; `drop`: lets that go, or NULL.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Ownership: `drop` is called once, when the session and all its calls are gone; at once where this fails.
/// Threads: any. The hook runs on whichever thread sends, on several at once; it may use the session. The session's hooks
/// run before those of a request, in the order of registration, for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_on_args(
    session: Option<&sortie_session>,
    hook: sortie_args_hook,
    context: *mut c_void,
    drop: sortie_drop,
    error: *mut *mut sortie_error,
) -> sortie_status {
    let context = Context::new(context, drop);
    guard(error, || {
        let hook = hooks::on_args(hook, context)?;
        sortie_session::change(session, |defaults| defaults.on_args(hook))
    })
}

/// Registers a `pre_request` hook: it sees the request directly before it is sent, complete but for cookies. It may refuse
/// the call.
///
/// Parameters: `hook`: returns one of `SORTIE_HOOK_...`; `context`: its first argument; `drop`: lets that go, or NULL.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Ownership: `drop` is called once, when the session and all its calls are gone; at once where this fails.
/// Threads: any. The hook runs on whichever thread sends, on several at once; it may use the session. The session's hooks
/// run before those of a request, in the order of registration, for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_on_pre_request(
    session: Option<&sortie_session>,
    hook: sortie_pre_request_hook,
    context: *mut c_void,
    drop: sortie_drop,
    error: *mut *mut sortie_error,
) -> sortie_status {
    let context = Context::new(context, drop);
    guard(error, || {
        let hook = hooks::on_pre_request(hook, context)?;
        sortie_session::change(session, |defaults| defaults.on_pre_request(hook))
    })
}

/// Registers a `post_request` hook: it sees what was sent and how the call ended, exactly once for every call that was
/// begun, also where it failed or was cancelled. What it puts in its place shows in `sortie_response_request_...` only.
///
/// Parameters: `hook`: returns one of `SORTIE_HOOK_...`; `context`: its first argument; `drop`: lets that go, or NULL.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Ownership: `drop` is called once, when the session and all its calls are gone; at once where this fails.
/// Threads: any. The hook runs on whichever thread sends, on several at once; it may use the session. The session's hooks
/// run before those of a request, in the order of registration, for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_on_post_request(
    session: Option<&sortie_session>,
    hook: sortie_post_request_hook,
    context: *mut c_void,
    drop: sortie_drop,
    error: *mut *mut sortie_error,
) -> sortie_status {
    let context = Context::new(context, drop);
    guard(error, || {
        let hook = hooks::on_post_request(hook, context)?;
        sortie_session::change(session, |defaults| defaults.on_post_request(hook))
    })
}

/// Registers a `response` hook: it sees each response that is about to be delivered. That of a stream has no content yet.
///
/// Parameters: `hook`: returns one of `SORTIE_HOOK_...`; `context`: its first argument; `drop`: lets that go, or NULL.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Ownership: `drop` is called once, when the session and all its calls are gone; at once where this fails.
/// Threads: any. The hook runs on whichever thread sends, on several at once; it may use the session. The session's hooks
/// run before those of a request, in the order of registration, for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_on_response(
    session: Option<&sortie_session>,
    hook: sortie_response_hook,
    context: *mut c_void,
    drop: sortie_drop,
    error: *mut *mut sortie_error,
) -> sortie_status {
    let context = Context::new(context, drop);
    guard(error, || {
        let hook = hooks::on_response(hook, context)?;
        sortie_session::change(session, |defaults| defaults.on_response(hook))
    })
}
