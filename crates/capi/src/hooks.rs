//! Hooks: where a program's own code steps in, and how its answers are read.

use std::error::Error;
use std::ffi::{c_char, c_void};

use facade::{Arguments, PreparedRequest, Refuse, Response, Sent};

use crate::context::Context;
use crate::error::sortie_error;
use crate::fault::Fault;
use crate::guard::guard;
use crate::lend::{lend, text};
use crate::prepared::sortie_prepared;
use crate::request::sortie_request;
use crate::response::sortie_response;
use crate::status::sortie_status;

/// A hook's answer: all stays as it was, whatever became of the copy that the hook was lent.
pub const SORTIE_HOOK_KEEP: i32 = 0;
/// A hook's answer: the copy that it was lent takes the place of the data.
pub const SORTIE_HOOK_REPLACE: i32 = 1;
/// A hook's answer: it failed. That gives a warning, and the call goes on with the data as they were. Numbers that are no answer
/// count as this.
pub const SORTIE_HOOK_FAIL: i32 = 2;
/// A hook's answer: the call is not sent, and ends with `SORTIE_ERR_REFUSED`. From `args` and `pre_request` hooks only: from
/// others it counts as `SORTIE_HOOK_FAIL`.
pub const SORTIE_HOOK_REFUSE: i32 = 3;

/// Runs before anything is encoded; the session's defaults are merged in. `request` is a copy that the hook may change: see
/// `sortie_session_on_args`.
pub type sortie_args_hook =
    Option<extern "C" fn(context: *mut c_void, request: &mut sortie_request, reason: &mut sortie_reason) -> i32>;

/// Runs directly before the request is sent. `prepared` is a copy that the hook may change: see
/// `sortie_session_on_pre_request`.
pub type sortie_pre_request_hook =
    Option<extern "C" fn(context: *mut c_void, prepared: &mut sortie_prepared, reason: &mut sortie_reason) -> i32>;

/// Runs directly after the call ended: one of `response` and `error` is NULL. `prepared` is a copy of what was sent, that the
/// hook may change: see `sortie_session_on_post_request`.
pub type sortie_post_request_hook = Option<
    extern "C" fn(
        context: *mut c_void,
        prepared: &mut sortie_prepared,
        response: Option<&sortie_response>,
        error: Option<&sortie_error>,
        reason: &mut sortie_reason,
    ) -> i32,
>;

/// Runs for a response that is about to be delivered. `response` is a copy that the hook may change: see
/// `sortie_session_on_response`.
pub type sortie_response_hook =
    Option<extern "C" fn(context: *mut c_void, response: &mut sortie_response, reason: &mut sortie_reason) -> i32>;

/// Where a hook puts why it fails or refuses.
#[derive(Default)]
pub struct sortie_reason {
    text: Option<Box<str>>,
}

/// Says why a hook is about to return `SORTIE_HOOK_FAIL` or `SORTIE_HOOK_REFUSE`. The last text counts.
///
/// Parameters: `text`: a clause that reads well behind `failed: ` or `refused: `.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: `text` is copied.
/// Threads: the hook's.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_reason_set(
    reason: Option<&mut sortie_reason>,
    text: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (reason, text) = (lend(reason, "reason")?, self::text(text, "text")?);
        reason.text = Some(text.into());
        Ok(())
    })
}

/// What a hook's answer comes to.
type Answer<T> = Result<Option<T>, Box<dyn Error + Send + Sync>>;

impl sortie_reason {
    /// Reads what a hook returned. `changed` is the copy that it was lent.
    fn answer<T>(self, returned: i32, changed: impl FnOnce() -> T) -> Answer<T> {
        let told = |otherwise: &str| String::from(self.text.as_deref().unwrap_or(otherwise));
        match returned {
            SORTIE_HOOK_KEEP => Ok(None),
            SORTIE_HOOK_REPLACE => Ok(Some(changed())),
            SORTIE_HOOK_FAIL => Err(told("the hook failed").into()),
            SORTIE_HOOK_REFUSE => Err(Refuse::new(told("the hook gave no reason")).into()),
            other => Err(told(&format!("the hook returned {other}, which is no answer")).into()),
        }
    }
}

/// An `args` hook, as the library calls it.
pub(crate) fn on_args(
    hook: sortie_args_hook,
    context: Context,
) -> Result<impl Fn(&Arguments) -> Answer<Arguments> + Send + Sync + 'static, Fault> {
    let hook = lend(hook, "hook")?;
    Ok(move |arguments: &Arguments| {
        let (mut request, mut reason) = (sortie_request::lent(arguments.clone()), sortie_reason::default());
        let returned = hook(context.pointer(), &mut request, &mut reason);
        reason.answer(returned, || request.into_arguments())
    })
}

/// A `pre_request` hook, as the library calls it.
pub(crate) fn on_pre_request(
    hook: sortie_pre_request_hook,
    context: Context,
) -> Result<impl Fn(&PreparedRequest) -> Answer<PreparedRequest> + Send + Sync + 'static, Fault> {
    let hook = lend(hook, "hook")?;
    Ok(move |request: &PreparedRequest| {
        let (mut prepared, mut reason) = (sortie_prepared::new(request.clone()), sortie_reason::default());
        let returned = hook(context.pointer(), &mut prepared, &mut reason);
        reason.answer(returned, || prepared.into_request())
    })
}

/// A `post_request` hook, as the library calls it.
pub(crate) fn on_post_request(
    hook: sortie_post_request_hook,
    context: Context,
) -> Result<impl Fn(&Sent) -> Answer<PreparedRequest> + Send + Sync + 'static, Fault> {
    let hook = lend(hook, "hook")?;
    Ok(move |sent: &Sent| {
        let (mut prepared, mut reason) = (sortie_prepared::new(sent.request().clone()), sortie_reason::default());
        let response = sent.response().cloned().map(sortie_response::lent);
        let error = sent.error().cloned().map(sortie_error::lent);
        let returned = hook(context.pointer(), &mut prepared, response.as_ref(), error.as_ref(), &mut reason);
        reason.answer(returned, || prepared.into_request())
    })
}

/// A `response` hook, as the library calls it.
pub(crate) fn on_response(
    hook: sortie_response_hook,
    context: Context,
) -> Result<impl Fn(&Response) -> Answer<Response> + Send + Sync + 'static, Fault> {
    let hook = lend(hook, "hook")?;
    Ok(move |response: &Response| {
        let (mut handle, mut reason) = (sortie_response::for_hook(response.clone()), sortie_reason::default());
        let returned = hook(context.pointer(), &mut handle, &mut reason);
        reason.answer(returned, || handle.response().clone())
    })
}
