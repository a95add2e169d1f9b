//! What a program says about redirects: a closure that decides on each, and whether they name where they come from.
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use sortie_http::{Body, Headers, Method, PreparedRequest, StatusCode, Url};
use sortie_policy::{
    Course, Decide, Decision, Error, Policy, Question, Redirect, Reply, Retries, Seen, Verdict, asks_program, judge,
};

fn get(url: &str, fields: &[(&str, &str)]) -> PreparedRequest {
    let mut headers = Headers::new();
    for (name, value) in fields {
        headers.append(name, value).unwrap();
    }
    PreparedRequest::new(Method::GET, Url::parse(url).unwrap(), headers, Body::none())
}

fn verdict(policy: &Policy, request: &PreparedRequest, status: u16, location: &str) -> Verdict {
    let mut headers = Headers::new();
    headers.append("Location", location).unwrap();
    judge(policy, &Seen::first(request, StatusCode::from_u16(status).unwrap(), &headers))
}

fn deciding<D: Into<Decision>>(decide: impl Fn(&Redirect<'_>) -> D + Send + Sync + 'static) -> Policy {
    let mut policy = Policy::default();
    policy.redirects.decide = Some(Decide::new(decide));
    policy
}

#[test]
fn a_closure_sees_what_would_be_sent_and_how_far_the_call_has_come() {
    let notes = Arc::new(Mutex::new(Vec::new()));
    let kept = notes.clone();
    let policy = deciding(move |redirect: &Redirect<'_>| {
        kept.lock().unwrap().push(format!(
            "{} {} {} -> {} {} {} {}",
            redirect.status.as_u16(),
            redirect.from.url(),
            redirect.from.headers().contains("authorization"),
            redirect.to.url(),
            redirect.to.headers().contains("authorization"),
            redirect.followed,
            redirect.leaves_origin
        ));
        true
    });
    let request = get("http://h/a", &[("Authorization", "x")]);
    assert!(matches!(verdict(&policy, &request, 302, "/b"), Verdict::Again(_)));
    assert!(matches!(verdict(&policy, &request, 307, "http://u:p@other/"), Verdict::Again(_)));
    let mut headers = Headers::new();
    headers.append("Location", "/c").unwrap();
    let course = Course { redirects: 7, ..Course::default() };
    judge(&policy, &Seen { course, ..Seen::first(&request, StatusCode::FOUND, &headers) });
    let expected = [
        "302 http://h/a true -> http://h/b true 0 false",
        "307 http://h/a true -> http://other/ false 0 true",
        "302 http://h/a true -> http://h/c true 7 false",
    ];
    assert_eq!(*notes.lock().unwrap(), expected);
}

#[test]
fn a_closure_follows_stops_or_refuses() {
    let request = get("http://h/", &[]);
    assert!(matches!(verdict(&deciding(|_| Decision::Follow), &request, 302, "/b"), Verdict::Again(_)));
    assert!(matches!(verdict(&deciding(|_| Decision::Stop), &request, 302, "/b"), Verdict::Deliver));
    assert!(matches!(verdict(&deciding(|_| false), &request, 302, "/b"), Verdict::Deliver));
    let refusing = deciding(|redirect: &Redirect<'_>| match redirect.to.url().path() {
        "/b" => Decision::Refuse("not there".into()),
        _ => Decision::Follow,
    });
    assert!(matches!(verdict(&refusing, &request, 302, "/c"), Verdict::Again(_)));
    let Verdict::Fail(error) = verdict(&refusing, &request, 302, "/b") else { panic!() };
    assert_eq!(error.to_string(), "the program refused the redirect: not there");
    assert_eq!(*error, Error::Refused { url: Url::parse("http://h/b").unwrap(), why: "not there".into() });
}

#[test]
fn a_closure_is_asked_about_what_would_be_followed_and_nothing_else() {
    let mut policy = deciding(|_| -> bool { panic!("it is not to be asked") });
    let request = get("http://h/", &[]);
    assert!(matches!(verdict(&policy, &request, 200, "/b"), Verdict::Deliver));
    assert!(matches!(verdict(&policy, &request, 304, "/b"), Verdict::Deliver));
    assert!(matches!(verdict(&policy, &request, 302, ""), Verdict::Deliver));
    assert!(matches!(verdict(&policy, &request, 302, "ftp://h/"), Verdict::Fail(_)));
    policy.redirects.limit = 0;
    assert!(matches!(verdict(&policy, &request, 302, "/b"), Verdict::Fail(_)));
    policy.redirects.follow = false;
    assert!(matches!(verdict(&policy, &request, 302, "/b"), Verdict::Deliver));
}

#[test]
fn a_question_is_put_where_the_closure_has_a_say_and_asks_it_once() {
    let policy = Arc::new(deciding(|_| Decision::Stop));
    let request = get("http://h/", &[]);
    let mut headers = Headers::new();
    let asks = |status: u16, headers: &Headers| {
        asks_program(&policy, &Seen::first(&request, StatusCode::from_u16(status).unwrap(), headers))
    };
    assert!(!asks(302, &headers), "there is no Location");
    headers.append("Location", "/b").unwrap();
    assert!(asks(302, &headers) && !asks(200, &headers) && !asks(401, &headers));
    let question = Question::judge(&policy, &Seen::first(&request, StatusCode::FOUND, &headers));
    assert!(matches!(question.ask(), Reply::Judged(Verdict::Deliver)));
    let Reply::Judged(Verdict::Fail(error)) = question.failed("it panicked") else { panic!() };
    assert!(matches!(*error, Error::Undecided { .. }));
    assert_eq!(format!("{question:?}"), "Question::Judge(..)");
}

#[test]
fn a_redirect_that_is_stopped_can_still_be_a_status_to_try_again() {
    let mut policy = deciding(|_| Decision::Stop);
    policy.retries = Retries { statuses: vec![302], ..Retries::new(1) };
    assert!(matches!(verdict(&policy, &get("http://h/", &[]), 302, "/b"), Verdict::Wait(_)));
}

#[test]
fn a_referer_is_strict_origin_when_cross_origin() {
    let mut policy = Policy::default();
    policy.redirects.referer = true;
    for (from, to, expected) in [
        ("http://u:p@h/a?b=c#d", "/x", Some("http://h/a?b=c")),
        ("https://h/a?b=c#d", "/x", Some("https://h/a?b=c")),
        ("https://h:8443/a", "https://h:8443/x", Some("https://h:8443/a")),
        ("http://h/a?b=c", "http://other/x", Some("http://h/")),
        ("https://h/a?b=c", "https://other/x", Some("https://h/")),
        ("http://h:81/a?b=c", "http://h/x", Some("http://h:81/")),
        ("http://h/a?b=c", "https://h/x", Some("http://h/")),
        ("http://h/a?b=c", "https://other/x", Some("http://h/")),
        ("https://h/a?b=c", "http://h/x", None),
        ("https://h/a?b=c", "http://other/x", None),
        ("http://[::1]:81/a", "/x", Some("http://[::1]:81/a")),
        ("http://h/\u{e9}", "/x", Some("http://h/%C3%A9")),
    ] {
        for fields in [&[][..], &[("Referer", "http://before/secret")]] {
            let Verdict::Again(again) = verdict(&policy, &get(from, fields), 302, to) else { panic!("{from} {to}") };
            assert_eq!(again.request.headers().get("Referer"), expected, "{from} to {to}");
        }
    }
    let fields = [("Referer", "http://mine/")];
    let Verdict::Again(again) = verdict(&Policy::default(), &get("https://h/", &fields), 302, "/x") else { panic!() };
    assert_eq!(again.request.headers().get("Referer"), Some("http://mine/"), "what the program says is its own affair");
}
