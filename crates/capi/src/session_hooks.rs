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

#[cfg(test)]
mod tests {
    use std::ptr;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
    use std::sync::{Mutex, OnceLock};

    use facade::{ErrorKind, Session};
    use sortie_testserver::{TestServer, refused_port};

    use super::*;
    use crate::hooks::*;
    use crate::lend::{list, text};
    use crate::prepared::*;
    use crate::request::sortie_request;
    use crate::request_header::sortie_request_set_header;
    use crate::request_hooks::*;
    use crate::response::*;
    use crate::response_head::sortie_response_header;
    use crate::response_setters::*;
    use crate::status::*;

    const NONE: *mut *mut sortie_error = ptr::null_mut();

    fn session() -> sortie_session {
        sortie_session::new(Session::builder().trust_env(false).build().unwrap())
    }

    fn ask(session: &sortie_session, url: String) -> Result<facade::Response, facade::Error> {
        sortie_session::lend(Some(session)).unwrap().get(url).send()
    }

    /// A context that is told apart by its number alone.
    fn number(number: usize) -> *mut c_void {
        ptr::without_provenance_mut(number)
    }

    extern "C" fn adds_a_field(_: *mut c_void, request: &mut sortie_request, _: &mut sortie_reason) -> i32 {
        assert_eq!(sortie_request_set_header(Some(request), c"X-Testing".as_ptr(), c"True".as_ptr(), NONE), SORTIE_OK);
        SORTIE_HOOK_REPLACE
    }

    extern "C" fn adds_a_field_in_vain(_: *mut c_void, request: &mut sortie_request, _: &mut sortie_reason) -> i32 {
        sortie_request_set_header(Some(request), c"X-Vain".as_ptr(), c"True".as_ptr(), NONE);
        SORTIE_HOOK_KEEP
    }

    #[test]
    fn what_a_hook_replaces_is_sent_and_what_it_only_changes_is_not() {
        let (server, session) = (TestServer::start().unwrap(), session());
        for hook in [adds_a_field as extern "C" fn(_, &mut _, &mut _) -> _, adds_a_field_in_vain] {
            assert_eq!(sortie_session_on_args(Some(&session), Some(hook), number(0), None, NONE), SORTIE_OK);
        }
        let request = sortie_session::lend(Some(&session)).unwrap().get(server.url("/headers")).header("yo", "dawg");
        let sent = request.send().unwrap();
        assert_eq!(sent.request().headers().get("X-Testing"), Some("True"));
        assert_eq!(sent.request().headers().get("yo"), Some("dawg"));
        assert_eq!(sent.request().headers().get("X-Vain"), None);
    }

    extern "C" fn answers(context: *mut c_void, _: &mut sortie_prepared, reason: &mut sortie_reason) -> i32 {
        let (returned, is_told) = (context.addr() % 1_000, context.addr() >= 1_000);
        if is_told {
            assert_eq!(sortie_reason_set(Some(reason), c"no such table".as_ptr(), NONE), SORTIE_OK);
        }
        i32::try_from(returned).unwrap()
    }

    #[test]
    fn a_hook_that_fails_gives_a_warning_and_the_call_goes_on() {
        let (server, session) = (TestServer::start().unwrap(), session());
        for answer in [2, 1_002, 77] {
            sortie_session_on_pre_request(Some(&session), Some(answers), number(answer), None, NONE);
        }
        let response = sortie_response::new(ask(&session, server.url("/get")).unwrap());
        let warnings = (0..4).map(|index| crate::response_head::sortie_response_warning(Some(&response), index));
        let warnings: Vec<_> = warnings.map(|warning| text(warning, "warning").ok()).collect();
        let told = [
            Some("hook 1 of pre_request failed: the hook failed"),
            Some("hook 2 of pre_request failed: no such table"),
            Some("hook 3 of pre_request failed: the hook returned 77, which is no answer"),
            None,
        ];
        assert_eq!(warnings, told);
    }

    #[test]
    fn a_hook_that_refuses_ends_the_call_unsent() {
        let (server, session) = (TestServer::start().unwrap(), session());
        sortie_session_on_pre_request(Some(&session), Some(answers), number(1_003), None, NONE);
        let error = ask(&session, server.url("/get")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert!(format!("{error:#}").contains("no such table"), "{error:#}");
        assert_eq!(server.requests(), 0);
    }

    extern "C" fn redirects(_: *mut c_void, prepared: &mut sortie_prepared, _: &mut sortie_reason) -> i32 {
        let before = sortie_prepared_url(Some(prepared));
        let host = sortie_prepared_header(Some(prepared), c"host".as_ptr());
        assert_eq!(text(host, "host").unwrap(), "elsewhere.test");
        let to = crate::text::c_string(TARGET.lock().unwrap().clone());
        assert_eq!(sortie_prepared_set_url(Some(prepared), c"nowhere".as_ptr(), NONE), SORTIE_ERR_INVALID_URL);
        assert_eq!(sortie_prepared_set_url(Some(prepared), to.as_ptr(), NONE), SORTIE_OK);
        assert_eq!(sortie_prepared_set_method(Some(prepared), c"PUT".as_ptr(), NONE), SORTIE_OK);
        assert_eq!(sortie_prepared_set_body(Some(prepared), b"hello".as_ptr(), 5, NONE), SORTIE_OK);
        assert_eq!(text(before, "url").unwrap(), "http://elsewhere.test/", "lent before a change, and still there");
        assert_eq!(text(host, "host").unwrap(), "elsewhere.test");
        let host = text(sortie_prepared_header(Some(prepared), c"Host".as_ptr()), "host").unwrap();
        assert!(to.to_str().unwrap().contains(host), "{host}");
        let body = sortie_prepared_body(Some(prepared));
        assert_eq!(list(body.data, body.size, "body").unwrap(), b"hello");
        SORTIE_HOOK_REPLACE
    }

    static TARGET: Mutex<String> = Mutex::new(String::new());

    #[test]
    fn a_hook_may_change_all_of_what_is_sent_and_host_and_length_follow() {
        let (server, session) = (TestServer::start().unwrap(), session());
        *TARGET.lock().unwrap() = server.url("/anything?from=hook");
        sortie_session_on_pre_request(Some(&session), Some(redirects), number(0), None, NONE);
        let response = ask(&session, "http://elsewhere.test/".into()).unwrap();
        let echo = response.json::<serde_json::Value>().unwrap();
        assert_eq!((&echo["method"], &echo["data"]), (&"PUT".into(), &"hello".into()));
        assert_eq!(response.request().headers().get("Content-Length"), Some("5"));
    }

    extern "C" fn sets_a_plain_body(_: *mut c_void, prepared: &mut sortie_prepared, _: &mut sortie_reason) -> i32 {
        let coding = sortie_prepared_header(Some(prepared), c"Content-Encoding".as_ptr());
        assert_eq!(text(coding, "header").unwrap(), "gzip");
        assert_eq!(sortie_prepared_set_body(Some(prepared), b"plain".as_ptr(), 5, NONE), SORTIE_OK);
        assert!(sortie_prepared_header(Some(prepared), c"Content-Encoding".as_ptr()).is_null());
        let kind = sortie_prepared_header(Some(prepared), c"Content-Type".as_ptr());
        assert_eq!(text(kind, "header").unwrap(), "text/plain");
        SORTIE_HOOK_REPLACE
    }

    #[test]
    fn a_body_in_the_place_of_an_encoded_one_is_not_called_encoded() {
        let (server, session) = (TestServer::start().unwrap(), session());
        sortie_session_on_pre_request(Some(&session), Some(sets_a_plain_body), number(0), None, NONE);
        let home = sortie_session::lend(Some(&session)).unwrap();
        let request = home.post(server.url("/anything")).header("Content-Type", "text/plain").body("hello");
        let response = request.compress("gzip").send().unwrap();
        assert_eq!(response.json::<serde_json::Value>().unwrap()["data"], "plain");
        assert!(response.warnings().is_empty() && !response.request().headers().contains("Content-Encoding"));
    }

    extern "C" fn rewrites(_: *mut c_void, response: &mut sortie_response, _: &mut sortie_reason) -> i32 {
        let content = sortie_response_content(Some(response));
        let before = list(content.data, content.size, "content").unwrap();
        let server = sortie_response_header(Some(response), c"content-type".as_ptr());
        let kind = text(server, "header").unwrap().to_owned();
        for wrong in [99, 1000, -1, 65_536 + 200] {
            assert_eq!(sortie_response_set_status(Some(response), wrong, NONE), SORTIE_ERR_ARGUMENT, "{wrong}");
        }
        assert_eq!(sortie_response_set_status(Some(response), 404, NONE), SORTIE_OK);
        assert_eq!(
            sortie_response_set_header(Some(response), c"a\n".as_ptr(), c"".as_ptr(), NONE),
            SORTIE_ERR_INVALID_HEADER
        );
        let status = sortie_response_set_header(Some(response), c"Content-Type".as_ptr(), c"text/plain".as_ptr(), NONE);
        assert_eq!(status, SORTIE_OK);
        assert_eq!(sortie_response_set_content(Some(response), b"gone".as_ptr(), 4, NONE), SORTIE_OK);
        assert!(before.starts_with(b"{"), "lent before a change, and still there");
        assert_eq!(text(server, "header").unwrap(), kind);
        let now = sortie_response_header(Some(response), c"content-type".as_ptr());
        assert_eq!(text(now, "header").unwrap(), "text/plain");
        SORTIE_HOOK_REPLACE
    }

    #[test]
    fn a_response_hook_may_change_what_is_delivered_and_nobody_else_may() {
        let (server, session) = (TestServer::start().unwrap(), session());
        sortie_session_on_response(Some(&session), Some(rewrites), number(0), None, NONE);
        let response = ask(&session, server.url("/get")).unwrap();
        assert_eq!((response.status().as_u16(), response.reason()), (404, "Not Found"));
        assert_eq!((response.text().as_ref(), response.headers().get("Content-Type")), ("gone", Some("text/plain")));
        for mut handle in [sortie_response::new(response.clone()), sortie_response::lent(response)] {
            assert_eq!(sortie_response_set_status(Some(&mut handle), 200, NONE), SORTIE_ERR_ARGUMENT);
            assert_eq!(sortie_response_status(Some(&handle)), 404);
        }
    }

    static ENDED: Mutex<Vec<(usize, u16, sortie_status)>> = Mutex::new(Vec::new());

    extern "C" fn notes_the_end(
        context: *mut c_void,
        prepared: &mut sortie_prepared,
        response: Option<&sortie_response>,
        error: Option<&sortie_error>,
        _: &mut sortie_reason,
    ) -> i32 {
        assert_eq!(response.is_some(), error.is_none());
        let status = crate::error::sortie_error_status(error);
        ENDED.lock().unwrap().push((context.addr(), sortie_response_status(response), status));
        sortie_prepared_set_header(Some(prepared), c"X-Seen".as_ptr(), c"yes".as_ptr(), NONE);
        SORTIE_HOOK_REPLACE
    }

    #[test]
    fn every_call_ends_once_and_the_sessions_hook_comes_first() {
        let (server, session) = (TestServer::start().unwrap(), session());
        let mut request = sortie_request::lent(facade::get(server.url("/redirect/2")).arguments().clone());
        sortie_request_on_post_request(Some(&mut request), Some(notes_the_end), number(2), None, NONE);
        sortie_session_on_post_request(Some(&session), Some(notes_the_end), number(1), None, NONE);
        let home = sortie_session::lend(Some(&session)).unwrap();
        let response = request.request().bound_to(&home).send().unwrap();
        assert_eq!(response.request().headers().get("X-Seen"), Some("yes"));
        ask(&session, format!("http://127.0.0.1:{}/", refused_port())).unwrap_err();
        let ended = ENDED.lock().unwrap().clone();
        assert_eq!(ended, [(1, 200, SORTIE_OK), (2, 200, SORTIE_OK), (1, 0, SORTIE_ERR_CONNECT)]);
    }

    static HOME: OnceLock<sortie_session> = OnceLock::new();
    static INSIDE: AtomicBool = AtomicBool::new(false);

    extern "C" fn asks_again(_: *mut c_void, response: &mut sortie_response, _: &mut sortie_reason) -> i32 {
        if INSIDE.swap(true, SeqCst) {
            return SORTIE_HOOK_KEEP;
        }
        let url = response.response().url().to_string();
        let inner = ask(HOME.get().unwrap(), url).unwrap();
        sortie_response_set_content(Some(response), inner.content().as_ptr(), inner.content().len(), NONE);
        assert_eq!(sortie_session_on_response(HOME.get(), Some(asks_again), number(0), None, NONE), SORTIE_OK);
        SORTIE_HOOK_REPLACE
    }

    #[test]
    fn a_hook_may_use_the_session_that_called_it() {
        let server = TestServer::start().unwrap();
        let session = HOME.get_or_init(session);
        sortie_session_on_response(Some(session), Some(asks_again), number(0), None, NONE);
        ask(session, server.url("/get")).unwrap();
        assert_eq!(server.requests(), 2);
    }

    #[test]
    fn a_context_is_dropped_once_when_session_and_calls_are_gone() {
        static DROPPED: AtomicUsize = AtomicUsize::new(0);
        extern "C" fn drops(context: *mut c_void) {
            DROPPED.fetch_add(context.addr(), SeqCst);
        }
        let (server, session) = (TestServer::start().unwrap(), session());
        sortie_session_on_args(Some(&session), Some(adds_a_field), number(1), Some(drops), NONE);
        sortie_session_on_response(Some(&session), None, number(10), Some(drops), NONE);
        assert_eq!(DROPPED.load(SeqCst), 10, "no hook: at once");
        sortie_session_on_response(None, Some(asks_again), number(100), Some(drops), NONE);
        assert_eq!(DROPPED.load(SeqCst), 110, "no session: at once");
        ask(&session, server.url("/get")).unwrap();
        let unsent = sortie_session::lend(Some(&session)).unwrap().get(server.url("/get"));
        drop(session);
        assert_eq!(DROPPED.load(SeqCst), 110, "a call can still be made");
        unsent.send().unwrap();
        assert_eq!(DROPPED.load(SeqCst), 111);
    }

    #[test]
    fn a_requests_context_is_dropped_with_its_last_copy() {
        static DROPPED: AtomicUsize = AtomicUsize::new(0);
        extern "C" fn drops(_: *mut c_void) {
            DROPPED.fetch_add(1, SeqCst);
        }
        let mut request = sortie_request::lent(facade::get("http://127.0.0.1/").arguments().clone());
        sortie_request_on_args(Some(&mut request), Some(adds_a_field), number(0), Some(drops), NONE);
        let copy = request.request();
        drop(request);
        assert_eq!(DROPPED.load(SeqCst), 0);
        drop(copy);
        assert_eq!(DROPPED.load(SeqCst), 1);
        assert_eq!(sortie_request_on_args(None, None, number(0), Some(drops), NONE), SORTIE_ERR_NULL);
        assert_eq!(DROPPED.load(SeqCst), 2);
    }
}
