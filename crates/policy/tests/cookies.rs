//! What an exchange takes along and what it brings: rules 23 and 24.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, SystemTime};

use sortie_cookie::SharedJar;
use sortie_http::{Body, Headers, Method, PreparedRequest, StatusCode, Url};
use sortie_policy::{Course, Policy, Seen, Verdict, absorb, cookie_value, judge};

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn get(url: &str) -> PreparedRequest {
    PreparedRequest::new(Method::GET, Url::parse(url).unwrap(), Headers::new(), Body::none())
}

fn fields(name: &str, values: &[&str]) -> Headers {
    let mut headers = Headers::new();
    for value in values {
        headers.append(name, value).unwrap();
    }
    headers
}

/// A policy with a jar that `http://h/` sent these, and these cookies of the call's own.
fn policy(kept: &[&str], own: Option<&str>) -> Policy {
    let mut policy = Policy::default();
    policy.jar = Some(SharedJar::new());
    policy.cookies = own.map(Into::into);
    absorb(&policy, get("http://h/").url(), &fields("Set-Cookie", kept), now());
    policy
}

#[test]
fn rule_23_what_one_exchange_brings_the_next_takes_along() {
    let policy = policy(&[], None);
    let first = get("http://h/cookies/set");
    assert_eq!(cookie_value(&policy, &first, true, now()), None);
    let mut headers = fields("Set-Cookie", &["a=1; Path=/", "b=2; Domain=com", "c=3; Path=/; Max-Age=60"]);
    headers.append("Location", "/cookies").unwrap();
    let refused = absorb(&policy, first.url(), &headers, now());
    assert_eq!(refused.iter().map(|refusal| refusal.name()).collect::<Vec<_>>(), ["b"]);

    let seen = Seen::first(&first, StatusCode::FOUND, &headers);
    let Verdict::Again(again) = judge(&policy, &seen) else { panic!() };
    assert_eq!(cookie_value(&policy, &again.request, true, now()).as_deref(), Some("a=1; c=3"));
    let later = now() + Duration::from_secs(60);
    assert_eq!(cookie_value(&policy, &again.request, true, later).as_deref(), Some("a=1"));
    assert_eq!(cookie_value(&policy, &get("http://other/"), true, now()), None);
}

#[test]
fn without_a_jar_nothing_is_kept_and_nothing_sent() {
    let policy = Policy::default();
    let request = get("http://h/");
    assert!(absorb(&policy, request.url(), &fields("Set-Cookie", &["a=1"]), now()).is_empty());
    assert_eq!(cookie_value(&policy, &request, true, now()), None);
}

#[test]
fn rule_24_a_calls_own_cookies_go_to_its_first_origin_and_are_not_kept() {
    let policy = policy(&[], Some("x=1; y=2"));
    let request = get("http://h/");
    assert_eq!(cookie_value(&policy, &request, true, now()).as_deref(), Some("x=1; y=2"));
    assert_eq!(cookie_value(&policy, &request, false, now()), None);
    assert!(policy.jar.unwrap().is_empty());
}

#[test]
fn rule_24_a_calls_own_cookie_replaces_the_jars_of_the_same_name() {
    let policy = policy(&["a=1", "x=old", "b=2", "nameless"], Some("x=new;y=3"));
    let request = get("http://h/");
    assert_eq!(cookie_value(&policy, &request, true, now()).as_deref(), Some("a=1; b=2; nameless; x=new;y=3"));
    assert_eq!(cookie_value(&policy, &request, false, now()).as_deref(), Some("a=1; x=old; b=2; nameless"));
    let all = self::policy(&["a=1", "nameless"], Some("mine; a=2"));
    assert_eq!(cookie_value(&all, &request, true, now()).as_deref(), Some("mine; a=2"));
}

#[test]
fn rule_24_a_cookie_field_stands_alone_and_is_dropped_with_the_origin() {
    let policy = policy(&["a=1"], Some("x=1"));
    let mut request = get("http://h/");
    request.headers_mut().append("cookie", "mine=1").unwrap();
    assert_eq!(cookie_value(&policy, &request, true, now()), None);

    let headers = fields("Location", &["http://other/"]);
    let seen = Seen::first(&request, StatusCode::FOUND, &headers);
    let Verdict::Again(away) = judge(&policy, &seen) else { panic!() };
    assert!(!away.request.headers().contains("cookie") && away.left_origin);
    assert_eq!(cookie_value(&policy, &away.request, false, now()), None);

    let headers = fields("Location", &["http://h/"]);
    let course = Course { redirects: 1, ..Course::default() };
    let seen = Seen { course, ..Seen::first(&away.request, StatusCode::FOUND, &headers) };
    let Verdict::Again(back) = judge(&policy, &seen) else { panic!() };
    assert_eq!(cookie_value(&policy, &back.request, false, now()).as_deref(), Some("a=1"), "the jar's, and no more");
}

#[test]
fn a_policy_does_not_show_its_cookies() {
    assert!(!format!("{:?}", policy(&["a=5ecret"], Some("b=5ecret"))).contains("5ecret"));
}
