//! A jar as a program uses it: limits, look-ups, removal, sharing.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, SystemTime};

use sortie_cookie::{Cookie, Jar, PER_DOMAIN, SharedJar, TOTAL, parse_all};
use sortie_http::{Headers, Url};

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn names(jar: &Jar) -> Vec<String> {
    jar.iter().map(|cookie| cookie.name().to_owned()).collect()
}

#[test]
fn rule_22_a_domain_has_at_most_180_cookies_and_the_least_recently_used_goes() {
    let mut jar = Jar::new();
    for number in 0..PER_DOMAIN {
        // Over several hosts: the registrable domain is what counts.
        let from = format!("http://host{}.example.com/", number % 7);
        jar.store(&url(&from), &format!("c{number}=1; Path=/p{number}; Domain=example.com"), now()).unwrap();
    }
    assert_eq!(jar.len(), PER_DOMAIN);
    assert_eq!(jar.header(&url("http://example.com/p0"), now()).as_deref(), Some("c0=1"));
    jar.store(&url("http://example.com/"), "c1=2; Path=/p1; Domain=example.com", now()).unwrap();
    jar.store(&url("http://example.com/"), "new=1", now()).unwrap();
    assert_eq!(jar.len(), PER_DOMAIN);
    assert!(jar.get("c0").is_some() && jar.get("c1").is_some() && jar.get("new").is_some());
    assert!(jar.get("c2").is_none());
}

#[test]
fn rule_22_what_is_expired_is_evicted_first_and_what_is_secure_last() {
    let mut jar = Jar::new();
    let from = url("https://example.com/");
    jar.store(&from, "oldest=1; Secure", now()).unwrap();
    jar.store(&from, "plain=1", now()).unwrap();
    for number in 3..PER_DOMAIN {
        jar.store(&from, &format!("c{number}=1; Secure"), now()).unwrap();
    }
    jar.store(&from, "short=1; Secure; Max-Age=1", now()).unwrap();
    let later = now() + Duration::from_secs(1);
    jar.store(&from, "new=1; Secure", later).unwrap();
    assert!(jar.get("short").is_none() && jar.get("plain").is_some());
    jar.store(&from, "newer=1; Secure", later).unwrap();
    assert!(jar.get("plain").is_none() && jar.get("oldest").is_some());
    jar.store(&from, "newest=1; Secure", later).unwrap();
    assert!(jar.get("oldest").is_none() && jar.get("new").is_some());
    assert_eq!(jar.len(), PER_DOMAIN);
}

#[test]
fn rule_22_a_jar_has_at_most_3000_cookies_and_the_least_recently_used_go() {
    let mut jar = Jar::new();
    let site = |number: usize| url(&format!("http://site{number}.example/"));
    for number in 0..TOTAL {
        jar.store(&site(number), &format!("c{number}=1"), now()).unwrap();
    }
    assert_eq!(jar.len(), TOTAL);
    assert!(jar.header(&site(0), now()).is_some());
    jar.store(&site(TOTAL), "new=1", now()).unwrap();
    assert_eq!(jar.len(), TOTAL - TOTAL / 10);
    assert!(jar.get("c0").is_some() && jar.get("new").is_some() && jar.get("c2999").is_some());
    assert!(jar.get("c1").is_none());
    assert_eq!(jar.iter().count(), jar.len());
}

#[test]
fn rule_22_in_a_full_jar_what_is_expired_goes_before_anything_else() {
    let mut jar = Jar::new();
    for number in 0..TOTAL {
        let lives = if number % 2 == 0 { "" } else { "; Max-Age=1" };
        jar.store(&url(&format!("http://site{number}.example/")), &format!("c{number}=1{lives}"), now()).unwrap();
    }
    jar.store(&url("http://new.example/"), "new=1", now() + Duration::from_secs(1)).unwrap();
    assert_eq!(jar.len(), TOTAL / 2 + 1);
    assert!(jar.get("c0").is_some() && jar.get("c1").is_none());
}

#[test]
fn cookies_are_listed_found_and_removed() {
    let mut jar = Jar::new();
    jar.store(&url("http://b.example/"), "x=1; Path=/p", now()).unwrap();
    jar.store(&url("http://a.example/"), "y=2", now()).unwrap();
    jar.store(&url("http://a.example/"), "x=3", now()).unwrap();
    assert_eq!(names(&jar), ["x", "y", "x"]);
    assert_eq!(jar.get("x").map(|cookie| cookie.value()), Some("1"));
    assert!(jar.get("X").is_none());

    assert!(!jar.remove("b.example", "/", "x"));
    assert!(jar.remove(".B.example", "/p", "x"));
    assert!(!jar.remove("b.example", "/p", "x"));
    assert_eq!(names(&jar), ["y", "x"]);

    jar.clear();
    assert!(jar.is_empty() && jar.iter().next().is_none());
    assert_eq!(jar.header(&url("http://a.example/"), now()), None);
}

#[test]
fn what_is_expired_can_be_removed_at_once() {
    let mut jar = Jar::new();
    jar.store(&url("http://a.example/"), "a=1; Max-Age=5", now()).unwrap();
    jar.store(&url("http://b.example/"), "b=1", now()).unwrap();
    jar.remove_expired(now() + Duration::from_secs(4));
    assert_eq!(jar.len(), 2);
    jar.remove_expired(now() + Duration::from_secs(5));
    assert_eq!(names(&jar), ["b"]);
}

#[test]
fn names_can_be_left_out_of_the_header() {
    let mut jar = Jar::new();
    for field in ["a=1", "b=2", "c=3"] {
        jar.store(&url("http://h.example/"), field, now()).unwrap();
    }
    let to = url("http://h.example/");
    assert_eq!(jar.header_where(&to, now(), |name| name != "b").as_deref(), Some("a=1; c=3"));
    assert_eq!(jar.header_where(&to, now(), |_| false), None);
}

#[test]
fn a_response_tells_its_own_cookies_as_it_means_them() {
    let mut headers = Headers::new();
    assert!(parse_all(&url("http://h.example/"), &headers, now()).is_empty());
    for value in [
        "b=2; Domain=h.example; HttpOnly",
        "gone=1; Max-Age=0",
        "a=1; Path=/x",
        "bad=1; Secure",
        "b=3; Domain=h.example",
    ] {
        headers.append("Set-Cookie", value).unwrap();
    }
    let cookies = parse_all(&url("http://h.example/"), &headers, now());
    let wanted =
        [Cookie::build(("b", "3")).domain("h.example").path("/").build(), Cookie::build(("a", "1")).path("/x").build()];
    assert_eq!(cookies, wanted);
}

#[test]
fn a_shared_jar_says_without_a_lock_whether_it_is_empty() {
    let shared = SharedJar::new();
    let other = shared.clone();
    assert!(shared.is_empty());
    let mut guard = shared.lock();
    guard.store(&url("http://h.example/"), "a=1", now()).unwrap();
    assert!(other.is_empty(), "asked while it is held, and not waited for");
    drop(guard);
    assert_eq!(other.len(), 1);
    other.lock().clear();
    assert!(shared.is_empty());
    let mut jar = Jar::new();
    jar.store(&url("http://h.example/"), "a=1", now()).unwrap();
    assert!(!SharedJar::from(jar).is_empty());
}

#[test]
fn a_panic_with_the_jar_in_hand_harms_no_other_thread() {
    let shared = SharedJar::new();
    let other = shared.clone();
    let thread = std::thread::spawn(move || {
        let mut guard = other.lock();
        guard.store(&url("http://h.example/"), "a=1", now()).unwrap();
        panic!("on purpose");
    });
    assert!(thread.join().is_err());
    assert_eq!(shared.len(), 1);
    assert_eq!(shared.lock().header(&url("http://h.example/"), now()).as_deref(), Some("a=1"));
}
