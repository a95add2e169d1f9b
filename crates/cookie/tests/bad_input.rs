//! What servers send that is too long, too much, out of range or no text.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, SystemTime};

use sortie_cookie::{Change, Jar, PER_DOMAIN, Reason};
use sortie_http::{Headers, HeadersBuilder, Url};

const DAY: u64 = 86_400;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}

fn url() -> Url {
    Url::parse("https://www.example.com/").unwrap()
}

fn fields(values: impl IntoIterator<Item = String>) -> Headers {
    let mut builder = HeadersBuilder::new();
    for value in values {
        builder.append("Set-Cookie", &value).unwrap();
    }
    builder.build()
}

/// When the cookie ends, in seconds from now; `None` where it does so with the session.
fn lives(attributes: &str) -> Option<u64> {
    let mut jar = Jar::new();
    assert_eq!(jar.store(&url(), &format!("a=1; {attributes}"), at(0)), Ok(Change::Added), "{attributes}");
    let ends = jar.get("a").unwrap().unwrap().expires();
    ends.map(|ends| ends.duration_since(at(0)).unwrap().as_secs())
}

#[test]
fn a_cookie_of_100_kb_is_refused_wherever_it_is_long() {
    let long = "x".repeat(100_000);
    let mut jar = Jar::new();
    for field in [format!("a={long}"), format!("{long}=1"), long.clone(), format!("={long}")] {
        let reason = jar.store(&url(), &field, at(0)).unwrap_err().reason().clone();
        assert!(matches!(reason, Reason::TooLarge { size: 100_000.. }), "{reason}");
    }
    let refusal = jar.store(&url(), &format!("{long}=1"), at(0)).unwrap_err();
    assert!(refusal.to_string().len() < 200);
    assert!(jar.is_empty());
}

#[test]
fn attributes_of_100_kb_are_passed_over() {
    let long = "x".repeat(100_000);
    let attributes =
        format!("Domain={long}; Path=/{long}; Max-Age={}; Expires={long}; {long}; {long}=1", "9".repeat(100_000));
    let mut jar = Jar::new();
    jar.store(&url(), &format!("a=1; {attributes}"), at(0)).unwrap();
    let kept = jar.get("a").unwrap().unwrap();
    assert_eq!((kept.domain(), kept.path(), kept.expires()), ("www.example.com", "/", None));
    jar.store(&url(), &format!("b=1{}", "; Path=/p; Secure".repeat(10_000)), at(0)).unwrap();
    jar.store(&url(), &format!("c=1{}", ";".repeat(100_000)), at(0)).unwrap();
    assert_eq!(jar.header(&url(), at(0)).as_deref(), Some("a=1; c=1"));
}

#[test]
fn ten_thousand_fields_of_a_response_leave_as_many_cookies_as_a_domain_may_have() {
    let mut jar = Jar::new();
    let headers = fields((0..10_000).map(|number| format!("n{number}=1")));
    let report = jar.receive(&url(), &headers, at(0));
    assert_eq!((report.added, report.evicted, report.refused.len()), (10_000, 10_000 - PER_DOMAIN, 0));
    let names: Vec<_> = jar.iter().map(|cookie| cookie.name().to_owned()).collect();
    assert_eq!((names.len(), &*names[0], &*names[PER_DOMAIN - 1]), (PER_DOMAIN, "n9820", "n9999"));

    let headers = fields((0..10_000).map(|number| format!("n=={number}")));
    let report = Jar::new().receive(&url(), &headers, at(0));
    assert_eq!((report.added, report.replaced), (1, 9_999));
    let headers = fields((0..10_000).map(|number| format!("n{number}=1; Domain=com")));
    assert_eq!(Jar::new().receive(&url(), &headers, at(0)).refused.len(), 10_000);
}

#[test]
fn bytes_past_ascii_are_kept_and_control_bytes_are_not() {
    let mut jar = Jar::new();
    for value in ["\u{e9}\u{ff}", "\u{80}\u{9f}", "日本語", "\u{fffd}"] {
        jar.store(&url(), &format!("a={value}"), at(0)).unwrap();
        assert_eq!(jar.header(&url(), at(0)), Some(format!("a={value}")));
    }
    for control in (0..0x20).chain([0x7f]).map(char::from).filter(|control| *control != '\t') {
        for field in [format!("b={control}"), format!("b{control}=1"), format!("b=1; Path=/{control}")] {
            assert_eq!(jar.store(&url(), &field, at(0)).unwrap_err().reason(), &Reason::Control, "{control:?}");
        }
    }
    // Nothing that looks like white space to Unicode is cut away.
    jar.store(&url(), "\u{a0}b\u{2003}=\u{a0}1\u{3000}", at(0)).unwrap();
    assert_eq!(jar.get("\u{a0}b\u{2003}").unwrap().unwrap().value(), "\u{a0}1\u{3000}");
}

#[test]
fn years_past_all_measure_are_no_dates() {
    for year in ["0", "99999", "10000", "-1", "1600", "000000000000000000002030"] {
        assert_eq!(lives(&format!("Expires=Wed, 01 Jan {year} 00:00:00 GMT")), None, "{year}");
    }
    // Four digits that are a number below 70 are two digits to RFC 6265bis, section 5.1.1.
    assert_eq!(lives("Expires=Wed, 01 Jan 0069 00:00:00 GMT"), Some(400 * DAY));
    let mut jar = Jar::new();
    assert_eq!(jar.store(&url(), "a=1; Expires=Wed, 01 Jan 0000 00:00:00 GMT", at(0)), Ok(Change::Nothing));
}

#[test]
fn ages_past_all_measure_are_the_longest_or_none() {
    for age in ["9223372036854775807", "9223372036854775808", "18446744073709551616", &"9".repeat(1024)] {
        assert_eq!(lives(&format!("Max-Age={age}")), Some(400 * DAY), "{age}");
    }
    for age in ["-1", "-9223372036854775808", "-9223372036854775809", "-0", "0", "00"] {
        let stored = Jar::new().store(&url(), &format!("a=1; Max-Age={age}"), at(0));
        assert_eq!(stored, Ok(Change::Nothing), "{age}");
    }
}

#[test]
fn a_clock_at_either_end_does_no_harm() {
    let first = SystemTime::UNIX_EPOCH.checked_sub(Duration::from_secs(60)).unwrap();
    // Not every system's clock goes as far.
    let last = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(i64::MAX as u64)).unwrap_or(at(0));
    for now in [first, last] {
        let mut jar = Jar::new();
        jar.store(&url(), "a=1", now).unwrap();
        for field in ["b=1; Max-Age=99999999999", "c=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT", "d=1; Max-Age=-1"] {
            jar.store(&url(), field, now).unwrap();
        }
        assert!(jar.header(&url(), now).unwrap().starts_with("a=1"));
        jar.remove_expired(now);
    }
}
