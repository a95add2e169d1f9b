//! Rule 22: what a jar keeps of what servers say, and sends again.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, SystemTime};

use sortie_cookie::{Jar, SameSite, Stored};
use sortie_http::Url;

const DAY: u64 = 86_400;

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn after(seconds: u64) -> SystemTime {
    now() + Duration::from_secs(seconds)
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

/// A jar that `from` sent these fields.
fn jar(from: &str, fields: &[&str]) -> Jar {
    let mut jar = Jar::new();
    for field in fields {
        jar.store(&url(from), field, now()).unwrap();
    }
    jar
}

fn sent(jar: &mut Jar, to: &str) -> String {
    jar.header(&url(to), now()).unwrap_or_default()
}

/// What is kept of one field that `http://h.example/a/b` sent.
fn kept(field: &str) -> Stored {
    jar("https://h.example/a/b", &[field]).iter().next().unwrap().clone()
}

#[test]
fn rule_22_name_and_value_are_cut_at_the_first_equals_sign() {
    for (field, name, value) in [
        ("a=1", "a", "1"),
        (" a\t= 1 2 \t; Secure", "a", "1 2"),
        ("a=b=c", "a", "b=c"),
        ("a=", "a", ""),
        ("a=\"1; 2\"", "a", "\"1"),
        ("a=\"x\"", "a", "\"x\""),
        ("a b=1", "a b", "1"),
        ("a=x,y", "a", "x,y"),
        ("é=ü", "é", "ü"),
        ("a=1\t2", "a", "1\t2"),
    ] {
        let cookie = kept(field);
        assert_eq!((cookie.name(), cookie.value()), (name, value), "{field:?}");
    }
}

#[test]
fn rule_22_a_nameless_cookie_is_its_value() {
    for (field, value) in [("1", "1"), ("=1", "1"), ("=a=b", "a=b"), (" x ;", "x")] {
        let mut jar = jar("http://h.example/", &[field]);
        assert_eq!(jar.get("").unwrap().unwrap().value(), value, "{field:?}");
        assert_eq!(sent(&mut jar, "http://h.example/"), value);
    }
}

#[test]
fn rule_22_attributes_are_read_in_any_case_and_the_last_counts() {
    let cookie = kept("a=1; PATH=/x; path=/y; SECURE; httponly=no; samesite=LAX; SameSite=strict; unknown=1; ;=");
    assert_eq!((cookie.path(), cookie.secure(), cookie.http_only()), ("/y", true, true));
    assert_eq!(cookie.same_site(), Some(SameSite::Strict));
    assert_eq!(kept("a=1; samesite=odd").same_site(), None);
    assert_eq!(kept("a=1; Domain=x.example; domain=").domain(), "h.example");
}

#[test]
fn rule_22_a_path_that_is_none_gives_way_to_the_default() {
    for (field, path) in [
        ("a=1", "/a"),
        ("a=1; Path", "/a"),
        ("a=1; Path=", "/a"),
        ("a=1; Path=x", "/a"),
        ("a=1; Path=/", "/"),
        ("a=1; Path=/x; Path=", "/a"),
        ("a=1; Path = /x/ ", "/x/"),
    ] {
        assert_eq!(kept(field).path(), path, "{field:?}");
    }
}

#[test]
fn rule_22_an_attribute_past_1024_bytes_is_passed_over() {
    let path = format!("/{}", "x".repeat(1023));
    assert_eq!(kept(&format!("a=1; Path={path}")).path(), path);
    assert_eq!(kept(&format!("a=1; Path={path}x")).path(), "/a");
    assert_eq!(kept(&format!("a=1; Domain={}", "x".repeat(1025))).domain(), "h.example");
}

#[test]
fn rule_22_a_cookie_without_domain_goes_to_its_host_alone() {
    let mut jar = jar("http://example.com/", &["a=1"]);
    assert!(jar.get("a").unwrap().unwrap().host_only());
    assert_eq!(sent(&mut jar, "http://example.com/"), "a=1");
    assert_eq!(sent(&mut jar, "http://example.com:8080/"), "a=1");
    assert_eq!(sent(&mut jar, "http://www.example.com/"), "");
}

#[test]
fn rule_22_a_cookie_with_domain_goes_to_every_host_below() {
    for domain in ["example.com", ".example.com", "EXAMPLE.com"] {
        let mut jar = jar("http://www.example.com/", &[&format!("a=1; Domain={domain}")]);
        for (host, is_sent) in
            [("www.example.com", true), ("example.com", true), ("x.y.example.com", true), ("badexample.com", false)]
        {
            assert_eq!(sent(&mut jar, &format!("http://{host}/")) == "a=1", is_sent, "{domain} to {host}");
        }
    }
}

#[test]
fn rule_22_an_address_is_matched_exactly() {
    let mut jar = jar("http://127.0.0.1/", &["a=1; Domain=127.0.0.1", "b=2"]);
    assert_eq!(sent(&mut jar, "http://127.0.0.1:8000/"), "a=1; b=2");
    assert_eq!(sent(&mut jar, "http://1.127.0.0.1.example/"), "");
    let mut jar = self::jar("http://[::1]/", &["a=1; Domain=[::1]"]);
    assert_eq!(sent(&mut jar, "http://[::1]:8000/"), "a=1");
    assert_eq!(sent(&mut jar, "http://[::2]/"), "");
}

#[test]
fn rule_22_a_public_suffix_may_set_a_cookie_for_itself() {
    for host in ["github.io", "localhost"] {
        let mut jar = jar(&format!("http://{host}/"), &[&format!("a=1; Domain={host}")]);
        assert!(jar.get("a").unwrap().unwrap().host_only());
        assert_eq!(sent(&mut jar, &format!("http://{host}/")), "a=1");
        assert_eq!(sent(&mut jar, &format!("http://me.{host}/")), "");
    }
}

#[test]
fn rule_22_secure_goes_by_https_only() {
    let mut jar = jar("https://h.example/", &["a=1; Secure", "b=2"]);
    assert_eq!(sent(&mut jar, "https://h.example/"), "a=1; b=2");
    assert_eq!(sent(&mut jar, "http://h.example/"), "b=2");
}

#[test]
fn rule_22_the_longest_path_comes_first_and_then_the_oldest() {
    let mut jar =
        jar("http://h.example/", &["a=1; Path=/", "b=2; Path=/x/y", "c=3; Path=/x", "d=4; Path=/", "e=5; Path=/x"]);
    assert_eq!(sent(&mut jar, "http://h.example/x/y/z"), "b=2; c=3; e=5; a=1; d=4");
    assert_eq!(sent(&mut jar, "http://h.example/x?/x/y"), "c=3; e=5; a=1; d=4");
    assert_eq!(sent(&mut jar, "http://h.example/xy"), "a=1; d=4");
}

#[test]
fn rule_22_a_replaced_cookie_keeps_its_age() {
    let mut jar = jar("http://h.example/", &["a=1; Max-Age=9", "b=2", "a=3; HttpOnly"]);
    assert_eq!(jar.len(), 2);
    assert_eq!(sent(&mut jar, "http://h.example/"), "a=3; b=2");
    let replaced = jar.get("a").unwrap().unwrap();
    assert_eq!((replaced.expires(), replaced.http_only()), (None, true));
}

#[test]
fn a_cookie_that_had_expired_hands_no_age_on() {
    let mut jar = jar("http://h.example/", &["a=1; Max-Age=5", "b=2"]);
    jar.store(&url("http://h.example/"), "a=3", after(5)).unwrap();
    assert_eq!(jar.len(), 2);
    assert_eq!(jar.header(&url("http://h.example/"), after(5)).as_deref(), Some("b=2; a=3"));
}

#[test]
fn rule_22_only_the_same_name_domain_and_path_are_replaced() {
    let fields = ["a=1; Path=/", "a=2; Path=/x", "a=3; Path=/; Domain=h.example", "A=4; Path=/"];
    let mut jar = jar("http://h.example/", &fields);
    assert_eq!(jar.len(), 4);
    assert_eq!(sent(&mut jar, "http://h.example/x"), "a=2; a=1; a=3; A=4");
}

#[test]
fn rule_22_max_age_counts_over_expires_in_whatever_order() {
    let past = "Expires=Sun, 06 Nov 1994 08:49:37 GMT";
    for field in [format!("a=1; Max-Age=60; {past}"), format!("a=1; {past}; Max-Age=60; Max-Age=odd; Max-Age=")] {
        let cookie = kept(&field);
        assert_eq!(cookie.expires(), Some(after(60)), "{field}");
    }
    assert!(jar("http://h.example/", &["a=1; Max-Age=0; Expires=Fri, 01 Jan 2100 00:00:00 GMT"]).is_empty());
}

#[test]
fn rule_22_a_max_age_that_is_no_number_is_none() {
    for value in ["", "-", "+5", "1.5", "x", "5x", "--1", " "] {
        assert_eq!(kept(&format!("a=1; Max-Age={value}")).expires(), None, "{value:?}");
    }
    for value in ["0", "-1", "-99999999999999999999999"] {
        assert!(jar("http://h.example/", &[&format!("a=1; Max-Age={value}")]).is_empty(), "{value:?}");
    }
}

#[test]
fn rule_22_no_cookie_lives_past_400_days() {
    let most = Some(after(400 * DAY));
    assert_eq!(kept("a=1; Max-Age=34560000").expires(), most);
    for field in ["Max-Age=34560001", "Max-Age=99999999999999999999999", "Expires=Fri, 31 Dec 9999 23:59:59 GMT"] {
        assert_eq!(kept(&format!("a=1; {field}")).expires(), most, "{field}");
    }
}

#[test]
fn rule_22_an_expired_cookie_is_not_sent_and_goes() {
    let mut jar = jar("http://h.example/", &["a=1; Max-Age=60", "b=2; Expires=Thu, 02 Jan 2070 00:00:00 GMT"]);
    let to = url("http://h.example/");
    assert_eq!(jar.header(&to, after(59)).unwrap(), "a=1; b=2");
    assert_eq!(jar.len(), 2);
    assert_eq!(jar.header(&to, after(60)).unwrap(), "b=2");
    assert_eq!(jar.len(), 1);
    assert_eq!(jar.header(&to, after(401 * DAY)), None);
    assert!(jar.is_empty());
}

#[test]
fn rule_22_a_server_takes_a_cookie_away_by_one_that_is_expired() {
    let mut jar = jar("http://h.example/", &["a=1", "b=2", "a=; Max-Age=0", "never=1; Max-Age=0"]);
    assert_eq!(sent(&mut jar, "http://h.example/"), "b=2");
    jar.store(&url("http://h.example/"), "b=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", now()).unwrap();
    assert!(jar.is_empty());
    assert_eq!(jar.iter().count(), 0);
}

#[test]
fn a_date_that_cannot_be_read_makes_a_session_cookie() {
    assert_eq!(kept("a=1; Expires=tomorrow").expires(), None);
    assert_eq!(kept("a=1; Expires=").expires(), None);
}

#[test]
fn the_look_up_of_another_domain_leaves_a_jar_alone() {
    let mut jar = jar("http://h.example/", &["a=1"]);
    for other in ["http://other.example/", "http://example/", "http://x.h.example/", "http://10.0.0.1/"] {
        assert_eq!(jar.header(&url(other), now()), None, "{other}");
    }
    assert_eq!(jar.len(), 1);
}
