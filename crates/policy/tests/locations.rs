//! Locations of every kind: each is followed or refused, and none breaks anything (rules 28 and 30).
#![allow(clippy::unwrap_used)]

use std::error::Error as _;

use proptest::prelude::*;
use sortie_http::{Body, Headers, Method, PreparedRequest, StatusCode, Url};
use sortie_policy::{Again, Error, Policy, Seen, Verdict, judge};

/// In bytes. That longer ones cost no more than in proportion is measured by a bench.
const LONG: usize = 100_000;

/// What becomes of a redirect there, from two pages; `None` where no field can say so.
fn follow(location: &str) -> Option<Vec<Result<Again, Error>>> {
    let mut headers = Headers::new();
    headers.append("Location", location).ok()?;
    let mut policy = Policy::default();
    policy.redirects.referer = true;
    let outcomes = ["http://h.test/a/b?c=d#e", "https://[::1]:8443/"].map(|url| {
        let request = PreparedRequest::new(Method::GET, Url::parse(url).unwrap(), Headers::new(), Body::none());
        match judge(&policy, &Seen::first(&request, StatusCode::FOUND, &headers)) {
            Verdict::Again(again) => Ok(*again),
            Verdict::Fail(error) => Err(*error),
            other => panic!("{location:?}: {other:?}"),
        }
    });
    Some(outcomes.into())
}

fn is_followed(location: &str) -> bool {
    follow(location).unwrap().iter().all(Result::is_ok)
}

fn is_refused(location: &str) -> bool {
    follow(location).unwrap().iter().all(|outcome| matches!(outcome, Err(Error::Location { .. })))
}

#[test]
fn only_http_and_https_are_followed() {
    for location in ["/x", "//other.test/x", "http://other.test", "HTTPS://other.test/", "?q", "x:y/../z", "x/y:z"] {
        assert_eq!(is_followed(location), !location.starts_with("x:"), "{location}");
    }
    for location in [
        "file:///etc/passwd",
        "FILE:/etc/passwd",
        "javascript:alert(1)",
        "data:text/html,hello",
        "blob:http://h.test/1",
        "ftp://h.test/",
        "gopher://h.test/",
        "about:blank",
        "ws://h.test/",
        "http+unix://%2Ftmp%2Fs/",
        "http://",
        "http:///x",
        "http:x",
        "//",
        "http://h.test:65536/",
        "http://h.test:-1/",
        "http://[::1/",
        "http://a b/",
        "http://*.test/",
        "http://h\u{0}.test/",
    ] {
        assert!(follow(location).is_none() || is_refused(location), "{location:?}: {:?}", follow(location));
    }
}

#[test]
fn userinfo_is_removed_however_it_is_spelled() {
    for location in [
        "http://u:5ecret@other.test/x",
        "http://u:5ecret@h.test/x",
        "//5ecret@other.test",
        "http://u:5ecret%40a@other.test/",
        "http://u@5ecret@other.test/",
        "http://:5ecret@other.test/",
        "http:\\\\u:5ecret@other.test\\x",
        "/\\u:5ecret@other.test/",
        "http://u:5ecret\u{e9}@other.test/",
    ] {
        for outcome in follow(location).unwrap() {
            let text = match outcome {
                Ok(again) => {
                    assert_eq!(again.request.url().userinfo(), None, "{location}");
                    format!("{:?} {}", again.request, again.request.url())
                }
                Err(error) => format!("{error:?} {error} {}", error.source().unwrap()),
            };
            assert!(!text.contains("5ecret"), "{location}: {text}");
        }
    }
}

#[test]
fn what_no_url_may_hold_is_escaped_or_refused() {
    for (location, expected) in [
        ("/a b", "http://h.test/a%20b#e"),
        ("/\u{e9}\u{1f600}", "http://h.test/%C3%A9%F0%9F%98%80#e"),
        ("/a\"<>`{}|\\^", "http://h.test/a%22%3C%3E%60%7B%7D|/^#e"),
        ("/%zz%", "http://h.test/%zz%#e"),
        ("  /x", "http://h.test/x#e"),
        ("?a b=\u{e9}", "http://h.test/a/b?a%20b=%C3%A9#e"),
    ] {
        let Some(outcomes) = follow(location) else { continue };
        let url = outcomes[0].as_ref().map(|again| again.request.url().as_str().to_owned());
        assert_eq!(url.ok().as_deref(), Some(expected), "{location:?}");
    }
}

#[test]
fn a_long_location_is_followed_or_refused() {
    let of = |unit: &str| unit.repeat(LONG / unit.len());
    for long in [
        format!("/{}", of("a")),
        format!("/x{}", of("/")),
        format!("/{}", of("../")),
        format!("/{}", of("./")),
        format!("/{}", of("%2e%2e/")),
        format!("/{}", of("\u{e9}")),
        format!("/{}", of(" a")),
        format!("?{}", of("a=b&")),
        format!("#{}", of("f")),
        of("../"),
        of("x"),
        of(":"),
        format!("/{}", of("a").repeat(10)),
        format!("http://other.test/{}", of("a/../")),
    ] {
        assert!(is_followed(&long), "{}", &long[..40]);
    }
    for long in [
        format!("http://{}/", of("a")),
        format!("http://{}/", of("a.")),
        format!("http://{}/", of("\u{fc}")),
        format!("http://h.test:{}/", of("9")),
        format!("http://[{}]/", of(":")),
        format!("javascript:{}", of("a")),
    ] {
        assert!(is_refused(&long), "{}", long.chars().take(40).collect::<String>());
        let texts = follow(&long).unwrap().into_iter().map(|outcome| outcome.unwrap_err());
        for text in texts.map(|error| format!("{error} {}", error.source().unwrap())) {
            assert!(text.len() < 10_000, "an error is not as long as what is wrong: {}", text.len());
        }
    }
    let long = format!("http://{}@other.test/", of("5ecret"));
    assert!(follow(&long).unwrap().iter().all(|outcome| !format!("{outcome:?}").contains("5ecret")));
}

proptest! {
    #[test]
    fn whatever_a_location_says_it_is_followed_or_refused(location in "[\\t -~\u{80}-\u{10ffff}]{1,60}") {
        for outcome in follow(&location).unwrap_or_default().into_iter().flatten() {
            let url = outcome.request.url();
            prop_assert!(url.userinfo().is_none());
            prop_assert!(url.target().bytes().all(|byte| byte.is_ascii_graphic()), "{}", url.target());
            prop_assert!(["http", "https"].contains(&url.scheme().as_str()));
        }
    }

    #[test]
    fn so_are_those_that_nearly_are_urls(
        location in "(http|https|HTTP|ftp|javascript)?:?[/\\\\]{0,3}([a-z:@%]{0,8}@)?[a-z0-9.:\\[\\]%*-]{0,12}[/?#][!-~]{0,20}",
    ) {
        for outcome in follow(&location).unwrap_or_default().into_iter().flatten() {
            prop_assert!(outcome.request.url().userinfo().is_none());
            prop_assert!(!outcome.request.url().host().to_string().contains(['@', '/', '\\']));
        }
    }
}
