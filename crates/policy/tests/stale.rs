//! The one repeat on a stale connection (rule 37), and what are only data: timeouts (rule 36), Basic (rule 21).
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use sortie_http::{Body, Headers, Method, PreparedRequest, Url};
use sortie_policy::{Error, Policy, Stale, Timeouts, basic, is_idempotent, stale};

fn request(method: Method) -> PreparedRequest {
    PreparedRequest::new(method, Url::parse("http://h/").unwrap(), Headers::new(), Body::bytes("x"))
}

/// A reused connection that closed after the request and before any byte of the response.
const CLOSED: Stale = Stale { reused: true, written: true, received: false, again: false };

#[test]
fn rule_37_an_idempotent_request_goes_again_on_a_stale_connection() {
    for (method, wanted) in [
        (Method::GET, true),
        (Method::HEAD, true),
        (Method::OPTIONS, true),
        (Method::TRACE, true),
        (Method::PUT, true),
        (Method::DELETE, true),
        (Method::POST, false),
        (Method::PATCH, false),
        (Method::CONNECT, false),
        (Method::from_bytes(b"ODD").unwrap(), false),
    ] {
        assert_eq!(is_idempotent(&method), wanted, "{method}");
        assert_eq!(stale(&Policy::default(), &request(method.clone()), &CLOSED), wanted, "{method}");
    }
}

#[test]
fn rule_37_any_other_goes_again_if_nothing_was_written_or_the_caller_opted_in() {
    let post = request(Method::POST);
    assert!(stale(&Policy::default(), &post, &Stale { written: false, ..CLOSED }));
    let mut policy = Policy::default();
    policy.resend = true;
    assert!(stale(&policy, &post, &CLOSED));
}

#[test]
fn rule_37_nothing_goes_again_twice_or_on_a_fresh_connection_or_after_a_byte_came() {
    let mut policy = Policy::default();
    policy.resend = true;
    for facts in [
        Stale { again: true, ..CLOSED },
        Stale { reused: false, ..CLOSED },
        Stale { received: true, ..CLOSED },
        Stale { reused: false, written: false, ..CLOSED },
    ] {
        assert!(!stale(&policy, &request(Method::GET), &facts), "{facts:?}");
    }
}

#[test]
fn rule_36_timeouts_have_their_defaults_and_zero_is_an_error() {
    let usual = Timeouts::default();
    assert_eq!(usual.connect, Some(Duration::from_secs(10)));
    assert_eq!((usual.first_byte, usual.between_bytes), (Some(Duration::from_secs(60)), Some(Duration::from_secs(60))));
    assert_eq!((usual.queue, usual.total), (None, None));
    assert_eq!(usual.check(), Ok(()));
    type Set = fn(&mut Timeouts) -> &mut Option<Duration>;
    let all: [(&str, Set); 5] = [
        ("connect", |all| &mut all.connect),
        ("first_byte", |all| &mut all.first_byte),
        ("between_bytes", |all| &mut all.between_bytes),
        ("queue", |all| &mut all.queue),
        ("total", |all| &mut all.total),
    ];
    for (which, field) in all {
        let mut timeouts = Timeouts::default();
        *field(&mut timeouts) = Some(Duration::ZERO);
        assert_eq!(timeouts.check(), Err(Error::ZeroTimeout { which }));
        *field(&mut timeouts) = Some(Duration::from_nanos(1));
        assert_eq!(timeouts.check(), Ok(()));
    }
}

#[test]
fn rule_21_basic_is_user_colon_password_in_utf_8() {
    assert_eq!(basic("user", "pass"), "Basic dXNlcjpwYXNz");
    assert_eq!(basic("test", "123£"), "Basic dGVzdDoxMjPCow==");
    assert_eq!(basic("", ""), "Basic Og==");
}
