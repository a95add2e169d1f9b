//! Where a program's own code steps in, and what becomes of its answers.
#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use sortie_http::{Body, Headers, Method, PreparedRequest, ResponseParts, StatusCode, Timings, Url, Version};
use sortie_session::{
    Arguments, Ended, Error, ErrorKind, Memo, Phase, Prepared, Profile, Refuse, Response, Sent, finish, prepare,
    warnings,
};

fn get() -> Arguments {
    Arguments::new(Method::GET, "http://h/p")
}

fn ready(profile: &Profile, args: Arguments) -> Result<Prepared, Error> {
    prepare(&Arc::new(profile.clone()), &Memo::new(), args)
}

fn exchange(request: &PreparedRequest) -> sortie_http::Response {
    sortie_http::Response::from(ResponseParts {
        status: StatusCode::OK,
        version: Version::HTTP_11,
        rare: None,
        headers: Headers::new(),
        content: "content".into(),
        request: request.clone(),
        timings: Timings::default(),
        peer: None,
    })
}

/// Prepares, and ends in a response.
fn answered(profile: &Profile, args: Arguments) -> Result<Response, Error> {
    let Prepared { request, after, .. } = ready(profile, args).unwrap();
    let result = Ok(exchange(&request));
    finish(after, Ended { request: Some(request), before: None, result, at: SystemTime::UNIX_EPOCH })
}

/// Prepares, and ends in an error of this kind.
fn failed(profile: &Profile, args: Arguments, kind: ErrorKind) -> Error {
    let Prepared { request, after, .. } = ready(profile, args).unwrap();
    let result = Err(Error::new(kind));
    finish(after, Ended { request: Some(request), before: None, result, at: SystemTime::UNIX_EPOCH }).unwrap_err()
}

#[test]
fn rule_5_an_args_hook_sees_the_url_and_adds_a_header_beside_the_callers_own() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut profile = Profile::new();
    let log = seen.clone();
    profile.hooks.on_args(move |args: &Arguments| log.lock().unwrap().push(args.url().to_owned()));
    profile.hooks.on_args(|args: &Arguments| {
        let mut args = args.clone();
        args.set_header("X-Testing", "True");
        Some(args)
    });
    let mut args = get();
    args.set_header("yo", "dawg");
    let request = ready(&profile, args).unwrap().request;
    assert_eq!(*seen.lock().unwrap(), ["http://h/p"]);
    let own: Vec<_> = request.headers().iter().skip(4).collect();
    assert_eq!(own, [("yo", "dawg"), ("X-Testing", "True")]);
}

#[test]
fn an_args_hook_sees_the_sessions_defaults_and_may_take_them_away() {
    let mut profile = Profile::new();
    profile.set_header("X-Session", "1");
    profile.append_param("lang", "en");
    profile.append_param("q", "x");
    profile.hooks.on_args(|args: &Arguments| {
        assert_eq!((args.header("x-session"), args.header("accept")), (Some("1"), Some("*/*")));
        assert_eq!(args.params().collect::<Vec<_>>(), [("lang", "en"), ("q", "x")]);
        let mut args = args.clone();
        args.unset_header("x-session");
        args.unset_header("User-Agent");
        args.set_param("lang", None);
        args.set_method(Method::POST);
        args.set_body("text");
        Some(args)
    });
    let prepared = ready(&profile, get()).unwrap();
    let names: Vec<_> = prepared.request.headers().iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["Host", "Accept-Encoding", "Accept", "Content-Length"]);
    assert_eq!(prepared.request.url().target(), "/p?q=x");
    assert_eq!(prepared.request.method(), Method::POST);
}

#[test]
fn a_hook_that_only_looks_changes_nothing() {
    let mut profile = Profile::new();
    profile.set_header("X", "session");
    profile.append_header("X", "again");
    let plain = ready(&profile, get()).unwrap();
    profile.hooks.on_args(|_: &Arguments| ());
    profile.hooks.on_pre_request(|_: &PreparedRequest| ());
    let seen = ready(&profile, get()).unwrap();
    assert_eq!(plain.request, seen.request);
    assert_eq!(plain.request.headers().text(), seen.request.headers().text());
}

#[test]
fn rule_6_a_hook_that_fails_or_panics_gives_a_warning_and_the_call_goes_on() {
    let mut profile = Profile::new();
    profile.hooks.on_args(|_: &Arguments| Err::<(), _>("args"));
    profile.hooks.on_pre_request(|_: &PreparedRequest| Err::<(), _>("pre"));
    profile.hooks.on_post_request(|_: &Sent| -> Result<(), &str> { Err("post") });
    profile.hooks.on_response(|_: &Response| -> Option<Response> { panic!("response") });
    let outcome = answered(&profile, get());
    let texts: Vec<_> = warnings(&outcome).iter().map(ToString::to_string).collect();
    let expected = [
        "hook 1 of args failed: args",
        "hook 1 of pre_request failed: pre",
        "hook 1 of post_request failed: post",
        "hook 1 of response panicked: response",
    ];
    assert_eq!(texts, expected);
    let response = outcome.unwrap();
    assert_eq!((response.warnings().len(), response.text()), (4, "content".into()));
    let error = failed(&profile, get(), ErrorKind::Closed);
    assert_eq!(error.warnings().len(), 3);
}

#[test]
fn rule_6_warnings_are_with_an_error_of_prepare_too() {
    let mut profile = Profile::new();
    profile.hooks.on_args(|_: &Arguments| Err::<(), _>("args"));
    let error = ready(&profile, Arguments::new(Method::GET, "nowhere")).unwrap_err();
    assert_eq!(error.warnings().len(), 1);
}

#[test]
fn rule_6_a_returned_response_replaces_the_data_and_keeps_tag_and_warnings() {
    let mut profile = Profile::new();
    profile.hooks.on_response(|_: &Response| Err::<(), _>("no"));
    profile.hooks.on_response(|response: &Response| {
        let other = exchange(response.request());
        Some(Response::new(other, SystemTime::UNIX_EPOCH).with_content("replaced"))
    });
    let mut args = get();
    args.set_tag(3);
    args.hooks_mut().on_response(|response: &Response| {
        assert_eq!(response.text(), "replaced");
    });
    let response = answered(&profile, args).unwrap();
    assert_eq!((response.text(), response.tag(), response.warnings().len()), ("replaced".into(), 3, 1));
}

#[test]
fn session_hooks_run_first_each_list_in_the_order_of_registration() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let note = |what: &'static str| {
        let order = order.clone();
        move || order.lock().unwrap().push(what)
    };
    let mut profile = Profile::new();
    let mut args = get();
    for (hooks, whose) in [(&mut profile.hooks, 0), (args.hooks_mut(), 1)] {
        let (a, b, c, d) = (
            note(["args 1", "args 2"][whose]),
            note(["pre 1", "pre 2"][whose]),
            note(["post 1", "post 2"][whose]),
            note(["response 1", "response 2"][whose]),
        );
        hooks.on_args(move |_: &Arguments| a());
        hooks.on_pre_request(move |_: &PreparedRequest| b());
        hooks.on_post_request(move |_: &Sent| c());
        hooks.on_response(move |_: &Response| d());
    }
    answered(&profile, args).unwrap();
    let expected = ["args 1", "args 2", "pre 1", "pre 2", "post 1", "post 2", "response 1", "response 2"];
    assert_eq!(*order.lock().unwrap(), expected);
}

#[test]
fn a_hook_can_refuse_a_call_which_is_then_not_sent() {
    let ran = Arc::new(AtomicUsize::new(0));
    let mut profile = Profile::new();
    let count = ran.clone();
    profile.hooks.on_post_request(move |_: &Sent| {
        count.fetch_add(1, Ordering::Relaxed);
    });
    let mut at_args = profile.clone();
    at_args.hooks.on_args(|_: &Arguments| Err::<(), _>(Refuse::new("quota")));
    let error = ready(&at_args, get()).unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Refused, Some(Phase::Prepare)));
    assert_eq!(error.to_string(), "refused by a hook: GET http://h/p (phase prepare)");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "hook 1 of args refused: quota");
    assert!(error.request().is_none());

    let mut args = get();
    args.hooks_mut().on_pre_request(|_: &PreparedRequest| Err::<(), _>(Refuse::new("robots.txt")));
    let error = ready(&profile, args).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(error.request().unwrap().url().as_str(), "http://h/p");
    assert_eq!(ran.load(Ordering::Relaxed), 0);
}

#[test]
fn post_request_runs_exactly_once_however_the_call_ended() {
    let ends = Arc::new(Mutex::new(Vec::new()));
    let mut profile = Profile::new();
    let log = ends.clone();
    profile.hooks.on_post_request(move |sent: &Sent| {
        assert_eq!(sent.request().url().as_str(), "http://h/p");
        log.lock().unwrap().push(sent.error().map(Error::kind));
    });
    answered(&profile, get()).unwrap();
    let kinds = [ErrorKind::Connect, ErrorKind::Cancelled, ErrorKind::Deadline, ErrorKind::TotalTimeout];
    for kind in kinds {
        assert_eq!(failed(&profile, get(), kind).kind(), kind);
    }
    let expected: Vec<_> = [None].into_iter().chain(kinds.map(Some)).collect();
    assert_eq!(*ends.lock().unwrap(), expected);
}

#[test]
fn what_post_request_returns_replaces_the_responses_request_only() {
    let mut profile = Profile::new();
    profile.hooks.on_post_request(|_: &Sent| {
        let url = Url::parse("http://replaced/").unwrap();
        Some(PreparedRequest::new(Method::PUT, url, Headers::new(), Body::none()))
    });
    let response = answered(&profile, get()).unwrap();
    assert_eq!(response.request().method(), Method::PUT);
    assert_eq!(response.url().as_str(), "http://h/p");
    assert_eq!(response.exchange().request().method(), Method::GET);
    let error = failed(&profile, get(), ErrorKind::Closed);
    assert_eq!(error.request().unwrap().method(), Method::GET);
}

#[test]
fn response_hooks_do_not_run_for_an_error() {
    let mut profile = Profile::new();
    profile.hooks.on_response(|_: &Response| -> Option<Response> { panic!("no response to see") });
    assert!(failed(&profile, get(), ErrorKind::Closed).warnings().is_empty());
}

#[test]
fn a_pre_request_hook_may_change_body_and_host_and_what_follows_is_derived() {
    let mut profile = Profile::new();
    profile.hooks.on_pre_request(|request: &PreparedRequest| {
        let mut request = request.clone();
        request.set_method(Method::POST);
        request.set_body("longer than before");
        request.headers_mut().remove("Host");
        Some(request)
    });
    let request = ready(&profile, get()).unwrap().request;
    assert_eq!(request.headers().get("Content-Length"), Some("18"));
    assert_eq!(request.headers().iter().next(), Some(("Host", "h")));

    let mut args = Arguments::new(Method::PUT, "http://h/p");
    args.set_body("some");
    args.hooks_mut().on_pre_request(|request: &PreparedRequest| {
        let mut request = request.clone();
        request.set_method(Method::GET);
        request.remove_body();
        Some(request)
    });
    assert!(!ready(&Profile::new(), args).unwrap().request.headers().contains("Content-Length"));
}

#[test]
fn rule_12_a_pre_request_hook_cannot_leave_a_request_that_smuggles() {
    let changes: [fn(&mut PreparedRequest); 3] = [
        |request| request.headers_mut().set("Transfer-Encoding", "chunked").unwrap(),
        |request| request.headers_mut().set("Content-Length", "99").unwrap(),
        |request| request.headers_mut().append("Host", "other").unwrap(),
    ];
    for change in changes {
        let mut args = Arguments::new(Method::POST, "http://h/p");
        args.set_body("some");
        args.hooks_mut().on_pre_request(move |request: &PreparedRequest| {
            let mut request = request.clone();
            change(&mut request);
            Some(request)
        });
        let error = ready(&Profile::new(), args).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidHeader);
        assert!(error.request().is_some());
    }
}
