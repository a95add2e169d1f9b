//! Redirects: rules 26 to 30.
#![allow(clippy::unwrap_used)]

use std::error::Error as _;

use sortie_http::{Body, Headers, Method, PreparedRequest, StatusCode, Url, UrlFault};
use sortie_policy::{Again, Course, Credentials, Error, Policy, Seen, Verdict, judge};

fn headers(fields: &[(&str, &str)]) -> Headers {
    let mut headers = Headers::new();
    for (name, value) in fields {
        headers.append(name, value).unwrap();
    }
    headers
}

fn request(method: Method, url: &str, fields: &[(&str, &str)], body: Body) -> PreparedRequest {
    PreparedRequest::new(method, Url::parse(url).unwrap(), headers(fields), body)
}

fn get(url: &str) -> PreparedRequest {
    request(Method::GET, url, &[], Body::none())
}

fn verdict(policy: &Policy, request: &PreparedRequest, status: u16, location: &str, redirects: u32) -> Verdict {
    let (status, headers) = (StatusCode::from_u16(status).unwrap(), headers(&[("Location", location)]));
    let course = Course { redirects, ..Course::default() };
    judge(policy, &Seen { course, ..Seen::first(request, status, &headers) })
}

fn again(request: &PreparedRequest, status: u16, location: &str) -> Again {
    match verdict(&Policy::default(), request, status, location, 0) {
        Verdict::Again(again) => *again,
        other => panic!("{status} to {location:?} gave {other:?}"),
    }
}

fn error(policy: &Policy, request: &PreparedRequest, location: &str, redirects: u32) -> Error {
    match verdict(policy, request, 302, location, redirects) {
        Verdict::Fail(error) => *error,
        other => panic!("{location:?} gave {other:?}"),
    }
}

fn names(request: &PreparedRequest) -> Vec<&str> {
    request.headers().iter().map(|(name, _)| name).collect()
}

#[test]
fn rule_26_five_statuses_are_followed_and_no_other() {
    for status in 100..600 {
        let is_again = matches!(verdict(&Policy::default(), &get("http://h/"), status, "/x", 0), Verdict::Again(_));
        assert_eq!(is_again, [301, 302, 303, 307, 308].contains(&status), "{status}");
    }
}

#[test]
fn rule_26_without_a_location_the_response_itself_is_the_answer() {
    let request = get("http://h/");
    assert!(matches!(verdict(&Policy::default(), &request, 302, "", 0), Verdict::Deliver));
    let none = Headers::new();
    let seen = Seen::first(&request, StatusCode::FOUND, &none);
    assert!(matches!(judge(&Policy::default(), &seen), Verdict::Deliver));
}

#[test]
fn rule_26_which_method_becomes_which() {
    for (status, from, to) in [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "POST", "GET"),
        (307, "POST", "POST"),
        (308, "POST", "POST"),
        (301, "PUT", "PUT"),
        (302, "PUT", "PUT"),
        (303, "PUT", "GET"),
        (307, "PUT", "PUT"),
        (302, "DELETE", "DELETE"),
        (303, "DELETE", "GET"),
        (301, "HEAD", "HEAD"),
        (303, "HEAD", "HEAD"),
        (302, "GET", "GET"),
        (303, "GET", "GET"),
        (303, "ODD", "GET"),
        (302, "ODD", "ODD"),
    ] {
        let method = Method::from_bytes(from.as_bytes()).unwrap();
        let again = again(&request(method, "http://h/", &[], Body::bytes("x")), status, "/x");
        assert_eq!(again.request.method().as_str(), to, "{status} {from}");
        let is_kept = !again.request.body().is_none();
        assert_eq!(is_kept, from == to && (status, from) != (303, "GET"), "{status} {from}");
    }
}

#[test]
fn rule_26_turning_into_get_drops_the_body_and_what_speaks_of_it() {
    let fields = [
        ("Host", "h"),
        ("Content-Type", "text/plain"),
        ("X-Mine", "1"),
        ("content-length", "3"),
        ("Content-MD5", "x"),
        ("Transfer-Encoding", "chunked"),
        ("Expect", "100-continue"),
        ("Contents", "kept"),
    ];
    let post = request(Method::POST, "http://h/", &fields, Body::bytes("abc"));
    let turned = again(&post, 302, "/x").request;
    assert!(turned.body().is_none());
    assert_eq!(names(&turned), ["Host", "X-Mine", "Contents"]);

    let kept = again(&post, 307, "/x").request;
    assert_eq!(kept.body(), post.body());
    assert_eq!(names(&kept), names(&post));
}

#[test]
fn rule_28_a_location_may_be_relative_or_raw() {
    for (location, wanted) in [
        ("/x", "http://h.example/x"),
        ("y", "http://h.example/a/y"),
        ("../y", "http://h.example/y"),
        ("/a/./../z", "http://h.example/z"),
        ("?q=2", "http://h.example/a/b?q=2"),
        ("//other.example/x", "http://other.example/x"),
        ("/\\other.example/x", "http://other.example/x"),
        ("https://other.example", "https://other.example/"),
        ("/é b", "http://h.example/%C3%A9%20b"),
        ("/x%2Fy", "http://h.example/x%2Fy"),
        ("//bücher.example/", "http://xn--bcher-kva.example/"),
        ("HTTP://H.example:80/x", "http://h.example/x"),
    ] {
        let again = again(&get("http://h.example/a/b?q=1"), 302, location);
        assert_eq!(again.request.url().as_str(), wanted, "{location}");
    }
}

#[test]
fn rule_28_the_fragment_is_carried_over_unless_the_new_url_has_one() {
    for (location, wanted) in [
        ("/x", "http://h/x#top"),
        ("/x#new", "http://h/x#new"),
        ("/x#", "http://h/x#"),
        ("#new", "http://h/a#new"),
        ("http://other/", "http://other/#top"),
    ] {
        assert_eq!(again(&get("http://h/a#top"), 302, location).request.url().as_str(), wanted, "{location}");
    }
}

#[test]
fn a_location_that_is_no_http_url_is_an_error_with_its_cause() {
    for (location, wanted) in [
        ("mailto:a@b", UrlFault::UnknownScheme),
        ("ftp://h/", UrlFault::UnknownScheme),
        ("http://", UrlFault::EmptyHost),
        ("http:x", UrlFault::NoAuthority),
        ("//h:99999/", UrlFault::Port),
    ] {
        let error = error(&Policy::default(), &get("http://h/"), location, 0);
        let Error::Location { source: sortie_http::Error::Url { fault, .. } } = &error else { panic!("{error:?}") };
        assert_eq!(fault, &wanted, "{location}");
        assert!(error.source().is_some());
    }
}

#[test]
fn rule_29_past_the_limit_is_an_error_and_0_fails_on_the_first() {
    let mut policy = Policy::default();
    let request = get("http://h/");
    assert!(matches!(verdict(&policy, &request, 302, "/", 29), Verdict::Again(_)));
    assert_eq!(error(&policy, &request, "/", 30), Error::TooManyRedirects { limit: 30 });
    policy.redirects.limit = 0;
    assert_eq!(error(&policy, &request, "/", 0), Error::TooManyRedirects { limit: 0 });
    assert!(matches!(verdict(&policy, &request, 200, "/", 0), Verdict::Deliver));
}

#[test]
fn rule_29_without_following_the_3xx_itself_is_the_answer() {
    let mut policy = Policy::default();
    policy.redirects.follow = false;
    policy.redirects.limit = 0;
    assert!(matches!(verdict(&policy, &get("http://h/"), 302, "/", 0), Verdict::Deliver));
}

/// One field of each kind that is or is not a credential.
const FIELDS: &[(&str, &str)] = &[
    ("Host", "h.example"),
    ("Accept", "*/*"),
    ("Authorization", "Basic x"),
    ("proxy-authorization", "Basic x"),
    ("COOKIE", "a=1"),
    ("X-Api-Key", "1"),
    ("Api-Key", "1"),
    ("X-Auth-User", "1"),
    ("X-CSRF-Token", "1"),
    ("Client-Secret", "1"),
    ("X-Tokens", "1"),
    ("Author", "1"),
];

#[test]
fn rule_30_credentials_are_dropped_when_the_origin_changes_and_stay_dropped() {
    let mut first = request(Method::GET, "http://h.example/", FIELDS, Body::none());
    first.headers_mut().set_sensitive("X-Mine", "1").unwrap();
    let away = again(&first, 302, "http://other.example/");
    assert!(away.left_origin);
    assert_eq!(names(&away.request), ["Host", "Accept", "X-Tokens", "Author"]);
    let back = again(&away.request, 302, "http://h.example/");
    assert_eq!(names(&back.request), ["Host", "Accept", "X-Tokens", "Author"]);
}

#[test]
fn rule_30_scheme_host_and_port_make_the_origin_and_http_to_https_is_excepted() {
    for (from, to, is_left) in [
        ("http://h/", "http://h/x", false),
        ("http://h/", "http://H:80/x", false),
        ("http://h/", "https://h/", false),
        ("http://h:80/", "https://h:443/", false),
        ("https://h/", "http://h/", true),
        ("http://h/", "http://h:81/", true),
        ("http://h/", "https://h:444/", true),
        ("http://h:81/", "https://h/", true),
        ("http://h/", "https://www.h/", true),
        ("https://h/", "https://h:444/", true),
        ("https://h.example/", "https://h.example./", true),
    ] {
        let again = again(&request(Method::GET, from, &[("Authorization", "x")], Body::none()), 302, to);
        assert_eq!(again.left_origin, is_left, "{from} to {to}");
        assert_eq!(again.request.headers().contains("authorization"), !is_left, "{from} to {to}");
    }
}

#[test]
fn rule_30_the_list_of_names_can_be_set() {
    let mut policy = Policy::default();
    policy.credentials = Credentials::new(["X-Tokens", "*UTH*"]);
    let mut first = request(Method::GET, "http://h.example/", FIELDS, Body::none());
    first.headers_mut().set_sensitive("Accept", "*/*").unwrap();
    let Verdict::Again(away) = verdict(&policy, &first, 302, "//other.example/", 0) else { panic!() };
    assert_eq!(names(&away.request), ["Host", "X-Api-Key", "Api-Key", "X-CSRF-Token", "Client-Secret"]);
}

#[test]
fn rule_30_userinfo_in_a_location_is_removed() {
    for (location, wanted) in
        [("http://u:p@other/x", "http://other/x"), ("//u@h/x#f", "http://h/x#f"), ("/x", "http://h/x")]
    {
        let again = again(&get("http://me:secret@h/"), 302, location);
        assert_eq!(again.request.url().as_str(), wanted, "{location}");
        assert_eq!(again.request.url().userinfo(), None);
    }
    let error = error(&Policy::default(), &get("http://h/"), "ftp://u:p@other/", 0);
    assert!(!format!("{error:?} {}", error.source().unwrap()).contains("u:p"));
}

#[test]
fn rule_30_a_callers_host_never_follows_to_another_origin() {
    let fields = [("Accept", "*/*"), ("host", "virtual.example"), ("X", "1")];
    let first = request(Method::GET, "http://127.0.0.1:8000/", &fields, Body::none());
    for (location, wanted) in [
        ("/x", "virtual.example"),
        ("http://127.0.0.1:8001/", "127.0.0.1:8001"),
        ("https://other.example/", "other.example"),
        ("http://[::1]:81/", "[::1]:81"),
    ] {
        let again = again(&first, 302, location);
        assert_eq!(again.request.headers().get("host"), Some(wanted), "{location}");
        assert!(names(&again.request)[1].eq_ignore_ascii_case("host"), "it keeps its place");
    }
    let upgraded = again(&request(Method::GET, "http://h/", &[("Host", "virtual")], Body::none()), 301, "https://h/");
    assert_eq!(upgraded.request.headers().get("host"), Some("h"));
}

#[test]
fn rule_30_plain_http_is_refused_where_only_https_may_be_asked() {
    let mut policy = Policy::default();
    policy.https_only = true;
    for from in ["https://h/", "http://h/"] {
        let url = Url::parse("http://other/").unwrap();
        assert_eq!(error(&policy, &get(from), "http://other/", 0), Error::Insecure { url }, "{from}");
        assert!(matches!(verdict(&policy, &get(from), 302, "https://other/", 0), Verdict::Again(_)), "{from}");
    }
    assert!(matches!(verdict(&Policy::default(), &get("https://h/"), 302, "http://h/", 0), Verdict::Again(_)));
}

#[test]
fn netrc_is_looked_up_for_a_new_host_but_not_from_https_to_http() {
    let mut policy = Policy::default();
    policy.netrc = sortie_policy::Netrc::parse("machine b login u password p\nmachine c login a:b password p").0;
    let said = |from: &str, to: &str| match verdict(&policy, &get(from), 302, to, 0) {
        Verdict::Again(again) => again.request.headers().get("Authorization").map(ToOwned::to_owned),
        other => panic!("{from} to {to} gave {other:?}"),
    };
    let known = Some(sortie_policy::basic("u", "p"));
    assert_eq!(said("http://a/", "http://b/"), known);
    assert_eq!(said("http://a/", "https://b/"), known);
    assert_eq!(said("https://a/", "http://b/"), None);
    assert_eq!(said("https://b/", "http://b/"), None);
    assert_eq!(error(&policy, &get("http://a/"), "http://c/", 0), Error::Credentials);
}
