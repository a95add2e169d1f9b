//! Which header fields a request is sent with, and in which order.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use sortie_http::{Method, PreparedRequest};
use sortie_session::{Arguments, Basic, BodyArgument, Error, ErrorKind, Memo, Profile, prepare};

const URL: &str = "http://h.com/p";

fn get() -> Arguments {
    Arguments::new(Method::GET, URL)
}

fn sent(profile: &Profile, args: Arguments) -> Result<PreparedRequest, Error> {
    prepare(&Arc::new(profile.clone()), &Memo::new(), args).map(|prepared| prepared.request)
}

/// The header fields as they stand on the wire.
fn wire(profile: &Profile, args: Arguments) -> Vec<String> {
    let request = sent(profile, args).unwrap();
    request.headers().iter().map(|(name, value)| format!("{name}: {value}")).collect()
}

fn defaults() -> [String; 4] {
    let agent = format!("User-Agent: sortie/{}", env!("CARGO_PKG_VERSION"));
    ["Host: h.com".into(), agent, accept_encoding(), "Accept: */*".into()]
}

fn fault(set: impl FnOnce(&mut Arguments)) -> ErrorKind {
    let mut args = get();
    set(&mut args);
    let error = sent(&Profile::new(), args).unwrap_err();
    assert_eq!(error.phase(), Some(sortie_session::Phase::Prepare));
    error.kind()
}

#[test]
fn rule_11_a_plain_request_has_the_four_defaults() {
    assert_eq!(wire(&Profile::new(), get()), defaults());
}

#[test]
fn rule_11_the_callers_follow_in_their_order_and_case_then_what_is_derived() {
    let mut profile = Profile::new();
    profile.set_header("x-Session", "1");
    profile.auth = Some(Basic::new("user", "pass").into());
    let mut args = Arguments::new(Method::POST, URL);
    args.set_header("X-b", "2");
    args.set_header("x-A", "3");
    args.set_body(BodyArgument::form([("a", "1")]));
    let derived = [
        "x-Session: 1",
        "X-b: 2",
        "x-A: 3",
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Length: 3",
        "Authorization: Basic dXNlcjpwYXNz",
    ];
    assert_eq!(wire(&profile, args), [&defaults()[..], &derived.map(String::from)].concat());
}

#[test]
fn rule_11_an_overridden_default_keeps_its_place_and_takes_the_callers_case() {
    let mut args = get();
    args.set_header("x", "1");
    args.set_header("accept", "text/plain");
    args.set_header("host", "other");
    args.set_header("user-agent", "me");
    let accepted = accept_encoding();
    let expected = ["host: other", "user-agent: me", &accepted, "accept: text/plain", "x: 1"];
    assert_eq!(wire(&Profile::new(), args), expected);
}

#[test]
fn rule_11_a_request_overrides_a_session_header_in_its_place() {
    let mut profile = Profile::new();
    profile.set_header("X-One", "session");
    profile.set_header("X-Two", "session");
    let mut args = get();
    args.set_header("x-one", "request");
    assert_eq!(wire(&profile, args)[4..], ["x-one: request", "X-Two: session"]);
}

#[test]
fn rule_11_unset_removes_a_session_header_in_any_case() {
    let mut profile = Profile::new();
    profile.append_header("X-One", "1");
    profile.append_header("X-One", "2");
    profile.set_header("X-Two", "3");
    let mut args = get();
    args.unset_header("x-ONE");
    assert_eq!(wire(&profile, args)[4..], ["X-Two: 3"]);
}

#[test]
fn rule_11_an_unset_default_is_not_sent_at_all() {
    let mut args = get();
    args.unset_header("user-agent");
    args.unset_header("Accept-Encoding");
    assert_eq!(wire(&Profile::new(), args), ["Host: h.com", "Accept: */*"]);

    let mut profile = Profile::new();
    profile.user_agent = None;
    profile.unset_header("accept");
    assert_eq!(wire(&profile, get()), ["Host: h.com".to_owned(), accept_encoding()]);
}

#[test]
fn rule_11_appended_fields_stand_beside_one_another() {
    let mut profile = Profile::new();
    profile.set_header("X", "session");
    let mut args = get();
    args.append_header("x", "1");
    args.append_header("Y", "2");
    args.append_header("x", "3");
    assert_eq!(wire(&profile, args)[4..], ["x: 1", "Y: 2", "x: 3"]);
}

#[test]
fn rule_12_a_header_that_cannot_be_sent_is_an_error() {
    for (name, value) in
        [("a b", "1"), ("", "1"), ("é", "1"), ("a", "1\r\nb: 2"), ("a", " 1"), ("a", "1\t"), ("a", "\0")]
    {
        assert_eq!(fault(|args| args.set_header(name, value)), ErrorKind::InvalidHeader, "{name:?}: {value:?}");
    }
    let mut args = get();
    args.set_header("Empty", "");
    args.set_header("Tab", "a\tb");
    assert_eq!(wire(&Profile::new(), args)[4..], ["Empty: ", "Tab: a\tb"]);
}

#[test]
fn rule_12_a_sessions_faulty_header_is_an_error_of_each_request_and_of_check() {
    let mut profile = Profile::new();
    assert!(profile.check().is_ok());
    profile.set_header("a", "1\nb");
    assert_eq!(profile.check().unwrap_err().kind(), ErrorKind::InvalidHeader);
    let (profile, memo) = (Arc::new(profile), Memo::new());
    for _ in 0..2 {
        assert_eq!(prepare(&profile, &memo, get()).unwrap_err().kind(), ErrorKind::InvalidHeader);
    }
}

#[test]
fn rule_12_a_callers_transfer_encoding_is_an_error() {
    assert_eq!(fault(|args| args.set_header("transfer-encoding", "chunked")), ErrorKind::InvalidHeader);
    let mut profile = Profile::new();
    profile.set_header("Transfer-Encoding", "chunked");
    assert_eq!(sent(&profile, get()).unwrap_err().kind(), ErrorKind::InvalidHeader);
}

#[test]
fn rule_12_a_content_length_must_be_the_bodys() {
    for wrong in ["4", "6", "+5", "5, 5", "", "99999999999999999999999"] {
        let set = |args: &mut Arguments| {
            args.set_body("12345");
            args.set_header("Content-Length", wrong);
        };
        assert_eq!(fault(set), ErrorKind::InvalidHeader, "{wrong:?}");
    }
    assert_eq!(fault(|args| args.set_header("Content-Length", "5")), ErrorKind::InvalidHeader);
    let twice = |args: &mut Arguments| {
        args.set_body("12345");
        args.append_header("Content-Length", "5");
        args.append_header("Content-Length", "5");
    };
    assert_eq!(fault(twice), ErrorKind::InvalidHeader);
}

#[test]
fn rule_12_a_right_content_length_is_not_doubled() {
    let mut args = get();
    args.set_header("content-length", "5");
    args.set_header("x", "1");
    args.set_body("12345");
    assert_eq!(wire(&Profile::new(), args)[4..], ["content-length: 5", "x: 1"]);
}

#[test]
fn host_can_be_given_once_and_is_derived_where_it_was_taken_away() {
    let twice = |args: &mut Arguments| {
        args.append_header("Host", "a");
        args.append_header("Host", "b");
    };
    assert_eq!(fault(twice), ErrorKind::InvalidHeader);
    assert_eq!(fault(|args| args.set_header("Host", "")), ErrorKind::InvalidHeader);
    let mut profile = Profile::new();
    profile.set_header("Host", "session");
    assert_eq!(wire(&profile, get())[0], "Host: session");
    let mut args = get();
    args.unset_header("host");
    assert_eq!(wire(&profile, args)[0], "Host: h.com");
}

#[test]
fn rule_14_content_length_0_for_the_methods_that_mean_to_have_a_body() {
    for method in [Method::POST, Method::PUT, Method::PATCH] {
        let request = sent(&Profile::new(), Arguments::new(method, URL)).unwrap();
        assert_eq!(request.headers().get("Content-Length"), Some("0"));
    }
    for method in [Method::GET, Method::HEAD, Method::DELETE, Method::OPTIONS] {
        let request = sent(&Profile::new(), Arguments::new(method, URL)).unwrap();
        assert!(!request.headers().contains("Content-Length"));
    }
}

#[test]
fn rule_15_and_16_what_a_body_brings() {
    let cases = [
        (BodyArgument::form([("a", "1"), ("a", "2 3")]), "a=1&a=2+3", Some("application/x-www-form-urlencoded")),
        (BodyArgument::form([("", ""); 0]), "", Some("application/x-www-form-urlencoded")),
        (BodyArgument::text("é"), "é", None),
        (BodyArgument::bytes(&b""[..]), "", None),
    ];
    for (body, bytes, media_type) in cases {
        let mut args = Arguments::new(Method::POST, URL);
        args.set_body(body);
        let request = sent(&Profile::new(), args).unwrap();
        assert_eq!(request.body().as_bytes().unwrap(), bytes);
        assert_eq!(request.headers().get("Content-Type"), media_type);
        assert_eq!(request.headers().get("Content-Length"), Some(&*bytes.len().to_string()));
    }
}

#[test]
fn typed_bytes_bring_their_type_unless_another_is_given() {
    let mut args = Arguments::new(Method::POST, URL);
    args.set_body(BodyArgument::typed("<a/>", "application/xml"));
    assert_eq!(wire(&Profile::new(), args.clone())[4..], ["Content-Type: application/xml", "Content-Length: 4"]);
    args.set_header("content-type", "text/xml");
    assert_eq!(wire(&Profile::new(), args)[4..], ["content-type: text/xml", "Content-Length: 4"]);
    assert_eq!(fault(|args| args.set_body(BodyArgument::typed("", "a\r\nb"))), ErrorKind::InvalidHeader);
}

#[cfg(feature = "json")]
#[test]
fn rule_16_any_value_is_sent_as_json() {
    use serde_json::{Value, json};
    for value in [Value::Null, json!(0), json!(false), json!([]), json!({}), json!("é")] {
        let mut args = Arguments::new(Method::POST, URL);
        args.set_body(BodyArgument::json(&value));
        let request = sent(&Profile::new(), args).unwrap();
        assert_eq!(request.body().as_bytes().unwrap(), value.to_string().as_bytes());
        assert_eq!(request.headers().get("Content-Type"), Some("application/json"));
    }
    let map = std::collections::BTreeMap::from([((1, 2), 3)]);
    assert_eq!(fault(|args| args.set_body(BodyArgument::json(&map))), ErrorKind::InvalidBody);
}

#[cfg(feature = "json")]
#[test]
fn rule_16_a_content_type_that_is_given_or_taken_away_wins() {
    let mut args = Arguments::new(Method::POST, URL);
    args.set_body(BodyArgument::json(&1));
    let mut given = args.clone();
    given.set_header("content-type", "application/problem+json");
    assert_eq!(wire(&Profile::new(), given)[4..], ["content-type: application/problem+json", "Content-Length: 1"]);
    args.unset_header("Content-Type");
    assert_eq!(wire(&Profile::new(), args)[4..], ["Content-Length: 1"]);
}

#[test]
fn rule_33_a_range_asks_for_identity_unless_a_coding_was_given() {
    let mut args = get();
    args.set_header("Range", "bytes=0-9");
    assert_eq!(
        wire(&Profile::new(), args.clone())[2..],
        ["Accept-Encoding: identity", "Accept: */*", "Range: bytes=0-9"]
    );
    args.set_header("Accept-Encoding", "gzip, deflate");
    assert_eq!(wire(&Profile::new(), args)[2], "Accept-Encoding: gzip, deflate");
}

#[test]
fn credentials_are_marked_as_sensitive() {
    let mut args = get();
    args.set_header("cookie", "a=1");
    args.set_header("Proxy-Authorization", "Basic x");
    args.set_sensitive_header("X-Mine", "5ecret");
    let headers = sent(&Profile::new(), args.clone()).unwrap().headers().clone();
    assert!(["Cookie", "Proxy-Authorization", "X-Mine"].iter().all(|name| headers.is_sensitive(name)));
    assert!(!headers.is_sensitive("Accept"));
    assert!(!format!("{args:?}").contains("5ecret"));
}

/// The codings that are compiled in.
fn accept_encoding() -> String {
    format!("Accept-Encoding: {}", sortie_content::ACCEPT_ENCODING)
}
