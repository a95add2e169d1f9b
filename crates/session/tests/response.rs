//! What a program reads off a response or an error.
#![allow(clippy::unwrap_used)]

use std::error::Error as _;
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use sortie_http::{Body, Headers, Method, PreparedRequest, ResponseParts, StatusCode, Timings, Url, Version};
use sortie_session::{
    Arguments, Before, Ended, Error, ErrorKind, Links, Memo, Phase, Profile, Response, finish, prepare,
};

const NOW: SystemTime = SystemTime::UNIX_EPOCH;

fn exchange(url: &str, status: u16, headers: &[(&str, &str)], content: &'static [u8]) -> sortie_http::Response {
    let mut fields = Headers::new();
    for (name, value) in headers {
        fields.append(name, value).unwrap();
    }
    let url = Url::parse(url).unwrap();
    sortie_http::Response::from(ResponseParts {
        status: StatusCode::from_u16(status).unwrap(),
        version: Version::HTTP_11,
        rare: None,
        headers: fields,
        content: Bytes::from_static(content),
        request: PreparedRequest::new(Method::GET, url, Headers::new(), Body::none()),
        timings: Timings::from_nanoseconds([1, 2, 3, 4, 5, 6, 7]),
        peer: Some(std::sync::Arc::new(([127, 0, 0, 1], 80).into())),
    })
}

fn response(status: u16, headers: &[(&str, &str)], content: &'static [u8]) -> Response {
    Response::new(exchange("http://h/p?token=5ecret#f", status, headers, content), NOW)
}

fn ended(history: Vec<sortie_http::Response>, result: Result<sortie_http::Response, Error>) -> Result<Response, Error> {
    let mut args = Arguments::new(Method::GET, "http://h/");
    args.set_tag(9);
    let prepared = prepare(&Arc::new(Profile::new()), &Memo::new(), args).unwrap();
    let before = Some(Box::new(Before { history, tried: Vec::new() }));
    finish(prepared.after, Ended { request: Some(prepared.request), before, result, at: NOW })
}

#[test]
fn rule_31_ok_is_a_status_below_400() {
    assert!(response(200, &[], b"").ok() && response(399, &[], b"").ok());
    assert!(!response(400, &[], b"").ok() && !response(599, &[], b"").ok());
}

#[test]
fn rule_31_raise_for_status_says_whose_error_it_is_and_for_which_url() {
    let text = |status| response(status, &[], b"").raise_for_status().unwrap_err().to_string();
    assert_eq!(text(404), "404 Client Error: Not Found for url: http://h/p?token=***#f");
    assert_eq!(text(503), "503 Server Error: Service Unavailable for url: http://h/p?token=***#f");
    assert_eq!(response(302, &[], b"").raise_for_status().unwrap().status(), StatusCode::FOUND);
    let with_user = Response::new(exchange("http://user:5ecret@h/", 401, &[], b""), NOW);
    assert_eq!(
        with_user.raise_for_status().unwrap_err().to_string(),
        "401 Client Error: Unauthorized for url: http://h/"
    );
}

#[test]
fn rule_31_the_error_of_a_status_has_the_response() {
    let error = response(404, &[], b"gone").raise_for_status().unwrap_err();
    assert_eq!((error.kind(), error.attempts(), error.is_timeout()), (ErrorKind::Status, 1, false));
    assert_eq!(error.response().unwrap().text(), "gone");
    assert_eq!(error.request().unwrap().method(), Method::GET);
}

#[test]
fn rule_32_text_goes_by_mark_then_charset_then_utf_8() {
    let latin = [("Content-Type", "text/plain; charset=iso-8859-1")];
    assert_eq!(response(200, &latin, b"caf\xe9").text(), "café");
    assert_eq!(response(200, &latin, b"\xef\xbb\xbfcaf\xc3\xa9").text(), "café");
    assert_eq!(response(200, &[], b"caf\xe9").text(), "caf\u{fffd}");
    assert_eq!(response(200, &latin, b"").encoding(), "windows-1252");
    assert_eq!(response(200, &[], b"").encoding(), "UTF-8");
}

#[cfg(feature = "json")]
#[test]
fn rule_32_json_comes_from_utf_8_and_utf_16() {
    assert_eq!(response(200, &[], b"[1]").json::<Vec<u8>>().unwrap(), [1]);
    assert_eq!(response(200, &[], b"[\x001\0]\0").json::<Vec<u8>>().unwrap(), [1]);
    let error = response(200, &[], b"[1").json::<Vec<u8>>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Content);
    assert_eq!(error.response().unwrap().content(), "[1");
    assert!(error.source().is_some());
}

#[test]
fn rule_23_cookies_are_the_last_exchanges_and_history_has_each() {
    let first = exchange("http://h/1", 302, &[("Set-Cookie", "a=1")], b"");
    let second = exchange("http://h/2", 302, &[], b"");
    let last = exchange("http://h/3", 200, &[("Set-Cookie", "b=2; Max-Age=60"), ("Set-Cookie", "c=3; Max-Age=0")], b"");
    let response = ended(vec![first, second], Ok(last)).unwrap();
    let names = |response: &Response| response.cookies().iter().map(|it| it.name().to_owned()).collect::<Vec<_>>();
    assert_eq!(names(&response), ["b"]);
    let history = response.history();
    assert_eq!(history.iter().map(|it| it.url().path()).collect::<Vec<_>>(), ["/1", "/2"]);
    assert_eq!((names(&history[0]), names(&history[1])), (vec!["a".to_owned()], vec![]));
    assert!(history[0].history().is_empty());
    assert_eq!((response.url().path(), response.tag()), ("/3", 9));
}

#[test]
fn rule_35_elapsed_runs_from_sending_to_the_heads_end() {
    let response = response(200, &[], b"");
    assert_eq!(response.elapsed(), Duration::from_nanos(5 + 6));
    assert_eq!(response.timings().total(), Duration::from_nanos(28));
    assert_eq!(response.peer(), Some(([127, 0, 0, 1], 80).into()));
    assert_eq!((response.version(), response.reason()), (Version::HTTP_11, "OK"));
}

#[test]
fn rule_35_links_are_keyed_by_relation_and_commas_inside_a_target_are_safe() {
    let fields = [
        ("Link", r#"<https://h/?a=1,2;3>; rel="next prev"; title="x, \"y\"; z" , <rel>;REL=Last;title"#),
        ("link", "</no-relation>, <two>; rel=first; rel=second"),
    ];
    let links = response(200, &fields, b"").links();
    assert_eq!(links.len(), 4);
    let next = links.get("next").unwrap();
    assert_eq!((next.target(), next.param("Title")), ("https://h/?a=1,2;3", Some(r#"x, "y"; z"#)));
    assert_eq!(links.get("PREV"), Some(next));
    assert_eq!(links.get("last").map(|link| (link.target(), link.param("title"))), Some(("rel", Some(""))));
    assert_eq!(links.get("first").unwrap().params().count(), 2);
    assert!(links.get("second").is_none());
    assert_eq!(links.iter().nth(2).unwrap().relations().count(), 0);
}

#[test]
fn rule_35_a_link_field_that_is_broken_anywhere_ends_there() {
    let whole = r#"<a>; rel="x y"; t=1, <b>; rel=z"#;
    for end in 0..=whole.len() {
        let links = Links::parse([&whole[..end]]);
        assert!(links.iter().all(|link| link.target() == "a" || link.target() == "b"), "{end}");
    }
    for text in ["garbage", "<", "<a", "<a>;", "<a>;=", "<a>;;rel=\"\\", ",,,", "<a>x<b>", "<é>; é=é"] {
        assert!(Links::parse([text]).len() <= 1, "{text}");
    }
}

#[test]
fn an_error_at_the_end_of_a_history_has_the_whole_of_it() {
    let history = ["/1", "/2", "/3"].map(|path| exchange(&format!("http://h{path}"), 302, &[], b""));
    let error = ended(history.to_vec(), Err(Error::new(ErrorKind::TooManyRedirects).with_attempts(3))).unwrap_err();
    let last = error.response().unwrap();
    assert_eq!((last.url().path(), last.history().len(), last.tag()), ("/3", 2, 9));
    assert_eq!((error.tag(), error.attempts(), error.phase()), (9, 3, Some(Phase::Redirect)));
    assert_eq!(error.request().unwrap().url().as_str(), "http://h/");
    assert_eq!(error.to_string(), "too many redirects: GET http://h/ (phase redirect)");
}

#[test]
fn an_error_keeps_its_causes_and_does_not_repeat_them() {
    let cause = io::Error::other("the cause");
    let error = Error::new(ErrorKind::Receive).with_phase(Phase::Content).with_source(cause);
    assert_eq!(error.to_string(), "cannot read the response (phase content)");
    assert!(error.source().unwrap().is::<io::Error>());
    let shared = error.clone().with_tag(1);
    assert_eq!((error.tag(), shared.tag()), (0, 1));
    assert!(shared.source().is_some());
}

#[test]
fn an_error_shows_no_secret() {
    let url = "http://user:5ecret@h/?token=5ecret&q=1";
    let unparsed = Error::new(ErrorKind::InvalidUrl).with_asked(Method::GET, url);
    assert_eq!(unparsed.to_string(), "invalid URL: GET http://***@h/?token=***&q=1 (phase prepare)");
    let message = Error::new(ErrorKind::Connect).with_message(format!("cannot reach {url}"));
    assert_eq!(message.to_string(), "cannot reach http://***@h/?token=***&q=1 (phase connect)");
    assert_eq!(unparsed.url().as_deref(), Some("http://***@h/?token=***&q=1"));
    assert!(!format!("{unparsed:?} {:?}", response(200, &[], b"5ecret")).contains("5ecret"));
}

#[test]
fn every_timeout_names_its_phase_or_is_of_the_whole() {
    for kind in [ErrorKind::QueueTimeout, ErrorKind::FirstByteTimeout] {
        assert!(kind.is_timeout() && Error::new(kind).phase().is_some());
    }
    for kind in
        [ErrorKind::ConnectTimeout, ErrorKind::BetweenBytesTimeout, ErrorKind::TotalTimeout, ErrorKind::Deadline]
    {
        assert!(Error::new(kind).is_timeout());
    }
    assert!(!Error::new(ErrorKind::Cancelled).is_timeout());
}
