//! Rule 22: what a jar refuses, and the reason that it gives.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, SystemTime};

use sortie_cookie::{Cookie, Jar, Reason, SameSite, Suffixes};
use sortie_http::{Headers, Url};

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

/// Why `from` cannot set this; the jar must stay as it is.
fn reason(from: &str, field: &str) -> Option<Reason> {
    let mut jar = Jar::new();
    let refusal = jar.store(&url(from), field, now()).err();
    assert_eq!(jar.is_empty(), refusal.is_some(), "{field:?}");
    refusal.map(|refusal| refusal.reason().clone())
}

#[test]
fn rule_22_control_characters_are_refused_wherever_they_stand() {
    for field in ["a=1\0", "a\r=1", "a=1\n; Path=/", "a=1; Path=/\u{7f}", "a=1; x\u{1}", "\u{1f}"] {
        assert_eq!(reason("http://h.example/", field), Some(Reason::Control), "{field:?}");
    }
    assert_eq!(reason("http://h.example/", "a=1;\tPath=\t/"), None);
}

#[test]
fn rule_22_neither_name_nor_value_is_refused() {
    for field in ["", "=", " = ; Path=/", ";", "; a=1"] {
        assert_eq!(reason("http://h.example/", field), Some(Reason::Empty), "{field:?}");
    }
}

#[test]
fn rule_22_name_and_value_together_have_at_most_4096_bytes() {
    assert_eq!(reason("http://h.example/", &format!("ab={}", "x".repeat(4094))), None);
    let size = 4097;
    assert_eq!(reason("http://h.example/", &format!("ab={}", "x".repeat(4095))), Some(Reason::TooLarge { size }));
    assert_eq!(reason("http://h.example/", &format!("{}=b", "é".repeat(2048))), Some(Reason::TooLarge { size }));
}

#[test]
fn rule_22_a_domain_must_be_the_host_or_its_parent() {
    for (from, domain) in [
        ("http://a.example.com/", "b.example.com"),
        ("http://example.com/", "a.example.com"),
        ("http://badexample.com/", "example.com"),
        ("http://127.0.0.1/", "0.0.1"),
        ("http://127.0.0.1/", "1"),
        ("http://a.example.com/", ".example.com."),
        ("http://a.example.com/", "é.com"),
    ] {
        let given = domain.trim_start_matches('.').into();
        assert_eq!(reason(from, &format!("a=1; Domain={domain}")), Some(Reason::Domain { domain: given }), "{domain}");
    }
}

#[test]
fn rule_22_a_public_suffix_gets_no_cookies() {
    for (from, domain) in [
        ("http://example.com/", "com"),
        ("http://www.example.co.uk/", "co.uk"),
        ("http://me.github.io/", "github.io"),
        ("http://printer.local/", "local"),
        ("http://x.compute.amazonaws.com/", "amazonaws.com"),
    ] {
        let wanted = Some(Reason::PublicSuffix { domain: domain.into() });
        assert_eq!(reason(from, &format!("a=1; Domain={domain}")), wanted, "{from}");
    }
    assert_eq!(reason("http://www.example.co.uk/", "a=1; Domain=example.co.uk"), None);
}

#[test]
fn rule_22_the_suffix_list_of_a_jar_can_be_replaced() {
    let mut jar = Jar::with_suffixes(Suffixes::new(|name| name == "corp.example"));
    let from = url("http://a.b.corp.example/");
    let refusal = jar.store(&from, "a=1; Domain=corp.example", now()).unwrap_err();
    assert_eq!(refusal.reason(), &Reason::PublicSuffix { domain: "corp.example".into() });
    jar.store(&from, "a=1; Domain=b.corp.example", now()).unwrap();
    assert_eq!(jar.header(&url("http://b.corp.example/"), now()).as_deref(), Some("a=1"));
    assert!(jar.store(&url("http://me.github.io/"), "a=1; Domain=github.io", now()).is_ok());
    assert_eq!(jar.header(&url("http://you.github.io/"), now()).as_deref(), Some("a=1"));
}

#[test]
fn rule_22_secure_must_come_by_https() {
    assert_eq!(reason("http://h.example/", "a=1; Secure"), Some(Reason::Secure));
    assert_eq!(reason("https://h.example/", "a=1; Secure"), None);
}

#[test]
fn rule_22_same_site_none_must_be_secure() {
    assert_eq!(reason("https://h.example/", "a=1; SameSite=None"), Some(Reason::SameSite));
    assert_eq!(reason("https://h.example/", "a=1; SameSite=None; Secure"), None);
}

#[test]
fn rule_22_prefixes_hold_in_any_case() {
    for (field, is_refused) in [
        ("__Secure-a=1", true),
        ("__sEcUre-a=1", true),
        ("__Secure-a=1; Secure", false),
        ("__Host-a=1", true),
        ("__Host-a=1; Secure", true),
        ("__Host-a=1; Path=/", true),
        ("__host-a=1; Secure; Path=/x", true),
        ("__Host-a=1; Secure; Path=/; Domain=h.example", true),
        ("__Host-a=1; Secure; Path=/", false),
        ("=__Secure-a=1; Secure", true),
        ("__host-a; Secure; Path=/", true),
        ("__Hos-a=1", false),
    ] {
        let wanted = is_refused.then_some(Reason::Prefix);
        assert_eq!(reason("https://h.example/", field), wanted, "{field:?}");
    }
}

#[test]
fn rule_22_plain_http_cannot_overwrite_or_hide_what_is_secure() {
    let mut jar = Jar::new();
    jar.store(&url("https://a.example.com/"), "s=1; Secure; Path=/x; Domain=example.com", now()).unwrap();
    jar.store(&url("https://a.example.com/"), "own=1; Secure", now()).unwrap();
    for (from, field, is_refused) in [
        ("http://a.example.com/", "s=2; Path=/x; Domain=example.com", true),
        ("http://a.example.com/", "s=; Path=/x; Domain=example.com; Max-Age=0", true),
        ("http://b.a.example.com/", "s=2; Path=/x/y", true),
        ("http://example.com/", "s=2; Path=/x", true),
        ("http://a.example.com/", "own=2; Domain=example.com", true),
        ("http://b.example.com/", "own=2", false),
        ("http://a.example.com/", "s=2; Path=/", false),
        ("http://a.example.com/", "t=2; Path=/x", false),
        ("https://a.example.com/", "s=2; Path=/x", false),
    ] {
        let got = jar.store(&url(from), field, now()).err();
        assert_eq!(got.map(|it| it.reason().clone()), is_refused.then_some(Reason::Overwrite), "{from} {field}");
    }
}

#[test]
fn a_secure_cookie_that_is_expired_holds_nothing_back() {
    let mut jar = Jar::new();
    jar.store(&url("https://h.example/"), "s=1; Secure; Max-Age=5", now()).unwrap();
    let later = now() + Duration::from_secs(5);
    jar.store(&url("http://h.example/"), "s=2", later).unwrap();
    assert_eq!(jar.header(&url("http://h.example/"), later).as_deref(), Some("s=2"));
    assert_eq!(jar.len(), 1);
}

#[test]
fn a_program_cannot_insert_what_would_not_be_sent_as_it_is() {
    let mut jar = Jar::new();
    for (name, value, wanted) in [
        ("a;b", "1", Reason::Delimiter),
        ("a=b", "1", Reason::Delimiter),
        ("a", "1; b=2", Reason::Delimiter),
        ("a", " 1", Reason::Delimiter),
        ("a ", "1", Reason::Delimiter),
        ("a", "1\r\nX: y", Reason::Control),
        ("", "", Reason::Empty),
        ("__Host-a", "1", Reason::Prefix),
    ] {
        let refusal = jar.insert(Cookie::new(name, value), &url("https://h.example/"), now()).unwrap_err();
        assert_eq!(refusal.reason(), &wanted, "{name:?} {value:?}");
    }
    let cookie = Cookie::build(("a", "1")).domain("other.example").build();
    assert!(jar.insert(cookie, &url("https://h.example/"), now()).is_err());
    assert!(jar.is_empty());
}

#[test]
fn a_program_inserts_under_the_same_rules_as_a_server() {
    let mut jar = Jar::new();
    let cookie = Cookie::build(("a", "1")).domain(".example.com").path("/x").secure(true).http_only(true);
    let cookie = cookie.same_site(SameSite::None).max_age(sortie_cookie::time::Duration::seconds(60)).build();
    jar.insert(cookie, &url("https://www.example.com/"), now()).unwrap();
    let kept = jar.get("a").unwrap().unwrap();
    assert_eq!((kept.domain(), kept.host_only(), kept.path()), ("example.com", false, "/x"));
    assert_eq!((kept.secure(), kept.http_only(), kept.same_site()), (true, true, Some(SameSite::None)));
    assert_eq!(kept.expires(), Some(now() + Duration::from_secs(60)));
    let mut removal = kept.to_cookie();
    removal.make_removal();
    jar.insert(removal, &url("https://www.example.com/"), now()).unwrap();
    assert!(jar.is_empty());
}

#[test]
fn a_refusal_names_the_cookie_and_hides_the_value() {
    let mut jar = Jar::new();
    let refusal = jar.store(&url("http://h.example/"), "na\x1bme=5ecret; Secure", now()).unwrap_err();
    assert_eq!(refusal.to_string(), "cookie `na\\u{1b}me` is refused: a control character stands in it");
    jar.store(&url("http://h.example/"), "a=5ecret", now()).unwrap();
    assert!(!format!("{refusal:?} {jar:?} {:?}", jar.get("a")).contains("5ecret"));
}

#[test]
fn absorbing_keeps_what_is_good_and_gives_back_what_is_refused() {
    let mut headers = Headers::new();
    for value in ["a=1", "b=2; Domain=com", "c=3", "d=4; Secure"] {
        headers.append("Set-Cookie", value).unwrap();
    }
    let mut jar = Jar::new();
    let refused = jar.absorb(&url("http://h.example/"), &headers, now());
    assert_eq!(refused.iter().map(|it| it.name()).collect::<Vec<_>>(), ["b", "d"]);
    assert_eq!(jar.header(&url("http://h.example/"), now()).as_deref(), Some("a=1; c=3"));
    assert_eq!(jar.absorb(&url("http://h.example/"), &Headers::new(), now()).capacity(), 0);
}
