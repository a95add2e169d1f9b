//! Retries: whether and when (rule 37).
#![allow(clippy::unwrap_used)]

use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use sortie_http::{Body, Headers, Method, PreparedRequest, StatusCode, Url};
use sortie_policy::{Course, Failed, Policy, Retries, Seen, Verdict, judge, retry};

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn policy(retries: Retries) -> Policy {
    let mut policy = Policy::default();
    policy.retries = retries;
    policy
}

fn request(method: Method, body: Body) -> PreparedRequest {
    PreparedRequest::new(method, Url::parse("http://h/").unwrap(), Headers::new(), body)
}

/// How long is waited after a status, by the retries so far; `None` where the response is the answer.
fn after_status(retries: &Retries, status: u16, fields: &[(&str, &str)], so_far: u32, chance: u64) -> Option<Duration> {
    let mut headers = Headers::new();
    for (name, value) in fields {
        headers.append(name, value).unwrap();
    }
    let request = request(Method::GET, Body::none());
    let course = Course { retries: so_far, ..Course::default() };
    // Sun, 06 Nov 1994 08:49:37 GMT
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    let first = Seen::first(&request, StatusCode::from_u16(status).unwrap(), &headers);
    match judge(&policy(retries.clone()), &Seen { course, now, chance, ..first }) {
        Verdict::Wait(wait) => Some(wait),
        Verdict::Deliver => None,
        other => panic!("{other:?}"),
    }
}

/// How long is waited after a failure.
fn after_failure(retries: &Retries, method: Method, written: bool, so_far: u32, chance: u64) -> Option<Duration> {
    let request = request(method, Body::bytes("x"));
    let course = Course { retries: so_far, ..Course::default() };
    retry(&policy(retries.clone()), &Failed { request: &request, written, course, chance })
}

#[test]
fn rule_37_nothing_is_tried_again_unless_asked() {
    assert_eq!(after_status(&Retries::default(), 503, &[], 0, 0), None);
    assert_eq!(after_failure(&Retries::default(), Method::GET, false, 0, 0), None);
}

#[test]
fn rule_37_waits_double_up_to_the_longest() {
    let retries = Retries { backoff: ms(100), max_wait: ms(450), jitter: 0, ..Retries::new(5) };
    let expected = [Some(100), Some(200), Some(400), Some(450), Some(450), None].map(|wait| wait.map(ms));
    for (so_far, expected) in (0..).zip(expected) {
        assert_eq!(after_status(&retries, 503, &[], so_far, 9), expected, "{so_far}");
        assert_eq!(after_failure(&retries, Method::GET, true, so_far, 9), expected, "{so_far}");
    }
}

#[test]
fn rule_37_only_an_idempotent_method_goes_again_unless_asked_or_nothing_was_written() {
    let (usual, any) = (Retries::new(1), Retries { any_method: true, ..Retries::new(1) });
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::OPTIONS, Method::TRACE] {
        assert!(after_failure(&usual, method.clone(), true, 0, 0).is_some(), "{method}");
    }
    for method in [Method::POST, Method::PATCH, Method::from_bytes(b"ODD").unwrap()] {
        assert!(after_failure(&usual, method.clone(), true, 0, 0).is_none(), "{method}");
        assert!(after_failure(&usual, method.clone(), false, 0, 0).is_some(), "{method}");
        assert!(after_failure(&any, method.clone(), true, 0, 0).is_some(), "{method}");
        let (status, headers, request) =
            (StatusCode::SERVICE_UNAVAILABLE, Headers::new(), request(method, Body::none()));
        let seen = Seen::first(&request, status, &headers);
        assert!(matches!(judge(&policy(usual.clone()), &seen), Verdict::Deliver));
        assert!(matches!(judge(&policy(any.clone()), &seen), Verdict::Wait(_)));
    }
    let statuses_alone = Retries { failures: false, ..Retries::new(1) };
    assert_eq!(after_failure(&statuses_alone, Method::GET, false, 0, 0), None);
}

#[test]
fn rule_37_retry_after_lengthens_a_wait_and_never_shortens_it() {
    let retries = Retries { backoff: Duration::from_secs(5), jitter: 0, ..Retries::new(1) };
    for (after, expected) in [
        ("0", Some(5)),
        ("4", Some(5)),
        ("6", Some(6)),
        ("60", Some(60)),
        ("61", None),
        ("18446744073709551616", None),
        ("Sun, 06 Nov 1994 08:49:57 GMT", Some(20)),
        ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
        ("Sun, 06 Nov 1994 08:50:38 GMT", None),
        ("Sunday, 06-Nov-94 08:49:57 GMT", Some(20)),
        ("Sun Nov  6 08:49:57 1994", Some(20)),
        ("Sat, 01 Jan 1994 00:00:00 GMT", Some(5)),
        ("soon", Some(5)),
        ("", Some(5)),
    ] {
        let wait = after_status(&retries, 503, &[("Retry-After", after)], 0, 0);
        assert_eq!(wait, expected.map(Duration::from_secs), "{after}");
    }
}

#[test]
fn waits_of_any_length_overflow_nothing() {
    for backoff in [Duration::ZERO, Duration::from_nanos(1), Duration::MAX] {
        for max_wait in [Duration::ZERO, Duration::MAX] {
            let retries = Retries { backoff, max_wait, jitter: u8::MAX, ..Retries::new(u32::MAX) };
            for so_far in [0, 1, 31, 32, 63, 64, u32::MAX - 1] {
                let wait = after_status(&retries, 503, &[], so_far, u64::MAX).unwrap();
                assert!(wait <= max_wait, "{backoff:?} {so_far}");
            }
        }
    }
}

proptest! {
    #[test]
    fn chance_shortens_a_wait_by_so_many_percent_at_the_most(
        backoff in 0_u64..20_000_000_000,
        max_wait in 0_u64..20_000_000_000,
        jitter: u8,
        so_far in 0_u32..70,
        chance: u64,
    ) {
        let [backoff, max_wait] = [backoff, max_wait].map(Duration::from_nanos);
        let retries = Retries { backoff, max_wait, jitter, ..Retries::new(100) };
        let wait = after_status(&retries, 503, &[], so_far, chance).unwrap();
        let whole = after_status(&Retries { jitter: 0, ..retries.clone() }, 503, &[], so_far, chance).unwrap();
        let left = 100 - u128::from(jitter.min(100));
        prop_assert!(wait <= whole && whole <= max_wait);
        prop_assert!(wait.as_nanos() * 100 >= whole.as_nanos() * left, "{wait:?} of {whole:?} at {jitter} %");
        prop_assert_eq!(after_failure(&retries, Method::GET, true, so_far, chance), Some(wait));
    }
}
