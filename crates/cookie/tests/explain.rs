//! Why a cookie goes with a request, or does not.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, SystemTime};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use sortie_cookie::{Considered, Fate, Jar};
use sortie_http::Url;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

/// Names and fates, in order.
fn told(considered: &[Considered]) -> Vec<(&str, Fate)> {
    considered.iter().map(|one| (one.name(), one.fate())).collect()
}

fn jar() -> Jar {
    let mut jar = Jar::new();
    for (from, field) in [
        ("https://www.example.com/", "all=5ecret; Domain=example.com"),
        ("https://www.example.com/", "www=5ecret"),
        ("https://api.example.com/", "api=5ecret"),
        ("https://www.example.com/", "deep=5ecret; Path=/a/b"),
        ("https://www.example.com/", "tls=5ecret; Secure"),
        ("https://www.example.com/", "brief=5ecret; Max-Age=5"),
        ("https://www.example.org/", "other=5ecret"),
    ] {
        jar.store(&url(from), field, at(0)).unwrap();
    }
    jar
}

#[test]
fn each_cookie_of_a_domain_has_one_thing_against_it_or_is_sent() {
    let considered = jar().explain(&url("http://www.example.com/a"), at(5));
    let expected = [
        ("all", Fate::Sent),
        ("www", Fate::Sent),
        ("deep", Fate::OtherPath),
        ("api", Fate::OtherHost),
        ("tls", Fate::Secure),
        ("brief", Fate::Expired),
    ];
    assert_eq!(told(&considered), expected);
    assert_eq!((considered[0].domain(), considered[2].path()), ("example.com", "/a/b"));
    assert!(jar().explain(&url("http://www.example.net/"), at(0)).is_empty());
    assert!(Jar::new().explain(&url("http://127.0.0.1/"), at(0)).is_empty());
}

#[test]
fn the_first_thing_that_is_against_a_cookie_is_told() {
    let mut jar = Jar::new();
    jar.store(&url("https://a.example.com/"), "a=1; Path=/x; Secure; Max-Age=5", at(0)).unwrap();
    let fates = [
        ("http://b.example.com/", Fate::OtherHost),
        ("http://a.example.com/", Fate::OtherPath),
        ("http://a.example.com/x", Fate::Secure),
        ("https://a.example.com/x", Fate::Expired),
    ];
    for (to, fate) in fates {
        assert_eq!(told(&jar.explain(&url(to), at(5))), [("a", fate)], "{to}");
    }
    assert_eq!(told(&jar.explain(&url("https://a.example.com/x"), at(4))), [("a", Fate::Sent)]);
}

#[test]
fn what_is_expired_is_still_there_after_it_was_explained() {
    let mut jar = jar();
    let before = jar.len();
    let to = url("https://www.example.com/");
    assert_eq!(jar.explain(&to, at(5)), jar.explain(&to, at(5)));
    assert_eq!(jar.len(), before);
    jar.header(&to, at(5));
    assert_eq!(jar.len(), before - 1);
    assert!(jar.explain(&to, at(5)).iter().all(|one| one.fate() != Fate::Expired));
}

#[test]
fn an_explanation_is_no_use_of_a_cookie() {
    let mut jar = Jar::new().with_per_domain(2);
    let to = url("http://h.example/");
    for field in ["a=1", "b=2"] {
        jar.store(&to, field, at(0)).unwrap();
    }
    let first = url("http://h.example/first");
    jar.explain(&first, at(0));
    jar.store(&to, "c=3", at(0)).unwrap();
    // The one that was used least recently has gone: the oldest, however often it was explained.
    assert_eq!(jar.header(&to, at(0)).as_deref(), Some("b=2; c=3"));
}

#[test]
fn an_explanation_shows_names_and_no_values() {
    let mut jar = jar();
    jar.store(&url("http://www.example.com/"), "n\u{202e}ame=5ecret", at(0)).unwrap();
    jar.store(&url("http://www.example.com/"), "5ecret", at(0)).unwrap();
    let considered = jar.explain(&url("http://www.example.com/"), at(5));
    let texts: Vec<_> = considered.iter().map(Considered::to_string).collect();
    assert_eq!(texts[0], "cookie `all` of example.com at / is sent");
    assert!(texts.contains(&"cookie `tls` of www.example.com at / is held back: it goes by https only".into()));
    assert!(texts.contains(&"cookie `n\\u{202e}ame` of www.example.com at / is sent".into()), "{texts:?}");
    assert!(!format!("{considered:?} {texts:?}").contains("5ecret"));
}

proptest! {
    #[test]
    fn what_is_told_to_be_sent_is_sent_in_that_order(
        fields in vec(
            (
                select(vec!["example.com", "www.example.com", "a.www.example.com", "other.example.com", "127.0.0.1"]),
                select(vec!["", "; Domain=example.com", "; Domain=www.example.com"]),
                select(vec!["", "; Path=/", "; Path=/a", "; Path=/a/b", "; Path=/b"]),
                select(vec!["", "; Secure"]),
                select(vec!["", "; Max-Age=3", "; Max-Age=6"]),
            ),
            0..40,
        ),
        host in select(vec!["example.com", "www.example.com", "a.www.example.com", "127.0.0.1"]),
        scheme in select(vec!["http", "https"]),
        path in select(vec!["/", "/a", "/a/b", "/ab"]),
        passed in 0..8u64,
    ) {
        let mut jar = Jar::new();
        for (number, (from, domain, path, secure, age)) in fields.iter().enumerate() {
            // Some are refused: an address has no parents, and a host is in no other host's domain.
            let _ = jar.store(&url(&format!("https://{from}/a/b/c")), &format!("n{number}=v{domain}{path}{secure}{age}"), at(0));
        }
        let to = url(&format!("{scheme}://{host}{path}"));
        let site = if host == "127.0.0.1" { host } else { "example.com" };
        let of_site = jar.iter().filter(|cookie| cookie.domain().ends_with(site)).count();
        let considered = jar.explain(&to, at(passed));
        prop_assert_eq!(considered.len(), of_site);
        let sent = considered.iter().take_while(|one| one.fate() == Fate::Sent);
        let header = sent.map(|one| format!("{}=v", one.name())).collect::<Vec<_>>().join("; ");
        prop_assert!(considered.iter().skip_while(|one| one.fate() == Fate::Sent).all(|one| one.fate() != Fate::Sent));
        prop_assert_eq!(jar.header(&to, at(passed)).unwrap_or_default(), header);
    }
}
