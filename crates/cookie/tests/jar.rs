//! A jar as a program uses it: limits, look-ups, removal, sharing.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, SystemTime};

use sortie_cookie::{Change, Cookie, Error, Jar, Key, PER_DOMAIN, Reason, Report, SharedJar, TOTAL, parse_all};
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
    assert!(jar.get("c0").unwrap().is_some() && jar.get("c1").unwrap().is_some() && jar.get("new").unwrap().is_some());
    assert!(jar.get("c2").unwrap().is_none());
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
    assert!(jar.get("short").unwrap().is_none() && jar.get("plain").unwrap().is_some());
    jar.store(&from, "newer=1; Secure", later).unwrap();
    assert!(jar.get("plain").unwrap().is_none() && jar.get("oldest").unwrap().is_some());
    jar.store(&from, "newest=1; Secure", later).unwrap();
    assert!(jar.get("oldest").unwrap().is_none() && jar.get("new").unwrap().is_some());
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
    assert!(
        jar.get("c0").unwrap().is_some() && jar.get("new").unwrap().is_some() && jar.get("c2999").unwrap().is_some()
    );
    assert!(jar.get("c1").unwrap().is_none());
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
    assert!(jar.get("c0").unwrap().is_some() && jar.get("c1").unwrap().is_none());
}

#[test]
fn cookies_are_listed_found_and_removed() {
    let mut jar = Jar::new();
    jar.store(&url("http://b.example/"), "x=1; Path=/p", now()).unwrap();
    jar.store(&url("http://a.example/"), "y=2", now()).unwrap();
    jar.store(&url("http://a.example/"), "x=3", now()).unwrap();
    assert_eq!(names(&jar), ["x", "y", "x"]);
    assert_eq!(jar.get("y").unwrap().map(|cookie| cookie.value()), Some("2"));
    assert!(jar.get("X").unwrap().is_none());

    let x_of_b = || Key::new("x").domain(".B.example");
    assert_eq!(jar.remove(x_of_b().path("/")), 0);
    assert_eq!(jar.remove(x_of_b().path("/p")), 1);
    assert_eq!(jar.remove(x_of_b()), 0);
    assert_eq!(names(&jar), ["y", "x"]);

    jar.clear();
    assert!(jar.is_empty() && jar.iter().next().is_none());
    assert_eq!(jar.header(&url("http://a.example/"), now()), None);
}

#[test]
fn a_name_that_several_cookies_have_is_not_enough() {
    let mut jar = Jar::new();
    for (from, field) in [
        ("http://www.a.example/", "x=1; Domain=a.example; Path=/"),
        ("http://www.a.example/", "x=2; Path=/p"),
        ("http://127.0.0.1/", "x=3"),
        ("http://github.io/", "y=4"),
    ] {
        jar.store(&url(from), field, now()).unwrap();
    }
    let Err(error @ Error::Ambiguous { count: 3, .. }) = jar.get("x") else { panic!() };
    assert_eq!(error.to_string(), "3 cookies have the name `x`");
    let all: Vec<_> = jar.get_all("x").map(|cookie| cookie.value()).collect();
    assert_eq!(all, ["1", "2", "3"]);
    for (key, wanted) in [
        (Key::new("x").domain("A.example"), Some("1")),
        (Key::new("x").domain(".www.a.example"), Some("2")),
        (Key::new("x").path("/p"), Some("2")),
        (Key::new("x").domain("127.0.0.1"), Some("3")),
        (Key::new("y").domain("github.io"), Some("4")),
        (Key::new("x").domain("a.example").path("/p"), None),
        (Key::new("x").domain("example"), None),
        (Key::new("y").domain("www.a.example"), None),
    ] {
        assert_eq!(jar.get(key.clone()).unwrap().map(|cookie| cookie.value()), wanted, "{key:?}");
    }
    assert_eq!(jar.remove("x"), 3);
    assert_eq!(names(&jar), ["y"]);
}

#[test]
fn a_host_and_its_domain_may_both_have_a_cookie_of_one_name_and_path() {
    let mut jar = Jar::new();
    for field in ["x=1; Domain=a.example", "x=2"] {
        jar.store(&url("http://a.example/"), field, now()).unwrap();
    }
    assert!(matches!(jar.get(Key::new("x").domain("a.example").path("/")), Err(Error::Ambiguous { count: 2, .. })));
}

#[test]
fn a_domain_is_removed_with_all_below_and_without_its_parents() {
    let mut jar = Jar::new();
    for (from, field) in [
        ("http://www.a.example/", "parent=1; Domain=a.example"),
        ("http://www.a.example/", "own=1"),
        ("http://x.www.a.example/", "below=1"),
        ("http://notwww.a.example/", "beside=1"),
        ("http://127.0.0.1/", "address=1"),
    ] {
        jar.store(&url(from), field, now()).unwrap();
    }
    assert_eq!(jar.remove_domain("0.0.1"), 0);
    assert_eq!(jar.remove_domain(".WWW.a.example"), 2);
    assert_eq!(names(&jar), ["parent", "beside", "address"]);
    assert_eq!(jar.remove_domain("example"), 2);
    assert_eq!(jar.remove_domain("127.0.0.1"), 1);
    assert!(jar.is_empty());
}

#[test]
fn the_cookies_of_a_session_are_removed_with_it() {
    let mut jar = Jar::new();
    for field in ["a=1", "b=2; Max-Age=60", "c=3; Expires=odd"] {
        jar.store(&url("http://a.example/"), field, now()).unwrap();
    }
    assert_eq!(jar.remove_session(), 2);
    assert_eq!(names(&jar), ["b"]);
}

#[test]
fn a_program_sets_a_cookie_for_a_domain() {
    let mut jar = Jar::new();
    let cookie = |domain| Cookie::build(("a", "1")).domain(domain).build();
    assert_eq!(jar.set(cookie(".Example.com"), now()), Ok(Change::Added));
    assert_eq!(jar.set(cookie("example.com"), now()), Ok(Change::Replaced));
    assert_eq!(jar.set(cookie("[::1]"), now()), Ok(Change::Added));
    let kept: Vec<_> = jar.iter().map(|cookie| (cookie.domain(), cookie.host_only(), cookie.path())).collect();
    assert_eq!(kept, [("example.com", false, "/"), ("[::1]", true, "/")]);
    assert_eq!(jar.header(&url("http://www.example.com/x"), now()).as_deref(), Some("a=1"));
    assert_eq!(jar.header(&url("http://[::1]:80/"), now()).as_deref(), Some("a=1"));

    for domain in ["", "a/b", "a.example:80", "exam ple"] {
        let refusal = jar.set(cookie(domain), now()).unwrap_err();
        assert_eq!(refusal.reason(), &Reason::Domain { domain: domain.into() });
    }
    let mut removal = cookie("example.com");
    removal.make_removal();
    assert_eq!(jar.set(removal, now()), Ok(Change::Removed));
    assert_eq!(jar.len(), 1);
}

#[test]
fn a_jar_may_be_told_how_much_it_keeps() {
    let mut jar = Jar::new().with_per_domain(2).with_total(10);
    for number in 0..4 {
        jar.store(&url("http://a.example/"), &format!("a{number}=1"), now()).unwrap();
    }
    assert_eq!(names(&jar), ["a2", "a3"]);
    for number in 0..9 {
        jar.store(&url(&format!("http://b{number}.example/")), "b=1", now()).unwrap();
    }
    assert_eq!(jar.len(), 9);
    assert!(jar.get("a2").unwrap().is_none());

    let mut jar = Jar::new().with_per_domain(0).with_total(0);
    for host in ["a", "b"] {
        jar.store(&url(&format!("http://{host}/")), &format!("{host}=1"), now()).unwrap();
    }
    assert_eq!(names(&jar), ["b"]);
}

#[test]
fn what_goes_at_once_is_what_would_have_gone_one_by_one() {
    let from = url("https://h.example/");
    let mut jar = Jar::new();
    for number in 0..60 {
        let path = ["/", "/deep"][number % 2];
        let secure = if number % 3 == 0 { "; Secure" } else { "" };
        jar.store(&from, &format!("c{number}=1; Path={path}{secure}"), now()).unwrap();
    }
    // Those of the shorter path are used, all in one turn.
    jar.header(&from, now());
    let mut at_once = jar.clone().with_per_domain(12);
    at_once.store(&from, "new=1", now()).unwrap();
    for most in (12..60).rev() {
        jar = jar.with_per_domain(most);
        jar.store(&from, "new=1", now()).unwrap();
        jar.remove("new");
    }
    assert_eq!(at_once.len(), 12);
    at_once.remove("new");
    assert_eq!(names(&at_once), names(&jar));
}

#[test]
fn a_response_is_reported() {
    let mut headers = Headers::new();
    for value in ["a=1", "b=2", "b=3", "gone=1; Max-Age=0", "a=1; Max-Age=0", "c=1; Domain=com", "d=1", "e=1"] {
        headers.append("Set-Cookie", value).unwrap();
    }
    let mut jar = Jar::new().with_per_domain(2);
    let report = jar.receive(&url("http://h.example.com/"), &headers, now());
    assert_eq!((report.added, report.replaced, report.removed, report.evicted), (4, 1, 1, 1));
    assert_eq!(report.refused[0].reason(), &Reason::PublicSuffix { domain: "com".into() });
    assert_eq!(
        report.to_string(),
        "4 added, 1 replaced, 1 removed, 1 evicted; cookie `c` is refused: `com` is a public suffix"
    );
    let report = jar.receive(&url("http://h.example.com/"), &Headers::new(), now());
    assert_eq!((report.clone(), report.to_string().as_str()), (Report::default(), "nothing changed"));
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
