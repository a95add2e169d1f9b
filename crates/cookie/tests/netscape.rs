//! Rule 25: a jar as `cookies.txt`.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, SystemTime};

use sortie_cookie::{Fault, Format, Jar, Loaded, Reason, Scope};
use sortie_http::Url;

const NOW: u64 = 1_800_000_000;

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn written(jar: &Jar, scope: Scope) -> String {
    let mut out = Vec::new();
    let count = jar.write_to(&mut out, Format::Netscape, scope).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!(count, text.lines().count() - 1);
    text
}

fn read(text: impl AsRef<[u8]>) -> (Jar, Loaded) {
    let mut jar = Jar::new();
    let loaded = jar.read_from(text.as_ref(), Format::Netscape, now()).unwrap();
    (jar, loaded)
}

/// The one fault of a line.
fn fault(line: impl AsRef<[u8]>) -> Fault {
    let (jar, loaded) = read(&line);
    assert!(jar.is_empty() && (loaded.kept, loaded.expired) == (0, 0));
    let [damage] = &loaded.damaged[..] else { panic!("{:?}", line.as_ref()) };
    assert_eq!(damage.number(), 1);
    damage.fault().clone()
}

#[test]
fn rule_25_a_line_is_seven_fields_between_tabs() {
    let mut jar = Jar::new();
    for (from, field) in [
        ("https://www.example.com/", "a=1; Domain=example.com; Path=/x; Secure; Max-Age=60; SameSite=Lax"),
        ("http://www.example.com/", "b=2\t3; HttpOnly; Max-Age=60"),
        ("http://[::1]/", "=nameless; Max-Age=1"),
        ("http://www.example.com/", "session=1"),
        ("http://h.example/", "session=2; Domain=h.example; HttpOnly"),
        ("http://h.example/", "a\ttab=1; Max-Age=60"),
    ] {
        jar.store(&url(from), field, now()).unwrap();
    }
    let lasting = "# Netscape HTTP Cookie File\n\
        .example.com\tTRUE\t/x\tTRUE\t1800000060\ta\t1\n\
        #HttpOnly_www.example.com\tFALSE\t/\tFALSE\t1800000060\tb\t2\t3\n\
        [::1]\tFALSE\t/\tFALSE\t1800000001\t\tnameless\n";
    assert_eq!(written(&jar, Scope::Lasting), lasting);
    let sessions = "www.example.com\tFALSE\t/\tFALSE\t0\tsession\t1\n\
        #HttpOnly_.h.example\tTRUE\t/\tFALSE\t0\tsession\t2\n";
    assert_eq!(written(&jar, Scope::All), format!("{lasting}{sessions}"));

    let (mut again, loaded) = read(written(&jar, Scope::All));
    assert_eq!((loaded.kept, loaded.expired, loaded.damaged.len()), (5, 0, 0));
    assert_eq!(written(&again, Scope::All), format!("{lasting}{sessions}"));
    assert_eq!(again.header(&url("https://www.example.com/x"), now()).unwrap(), "a=1; b=2\t3; session=1");
    assert_eq!(again.header(&url("https://example.com/x"), now()).unwrap(), "a=1");
}

#[test]
fn rule_25_what_others_write_is_read() {
    for line in [
        ".example.com\tTRUE\t/\tFALSE\t1800000060\ta\t1",
        "example.com\tTRUE\t/\tFALSE\t1800000060\ta\t1\r\n\r\n",
        "\u{feff}# HTTP Cookie File\n\n# a remark\n \n.Example.COM\ttrue\t/\tfalse\t1800000060.75\ta\t1\n",
    ] {
        let (jar, loaded) = read(line);
        assert_eq!((loaded.kept, loaded.damaged), (1, vec![]), "{line:?}");
        let cookie = jar.get("a").unwrap().unwrap();
        assert_eq!((cookie.domain(), cookie.host_only(), cookie.value()), ("example.com", false, "1"));
        assert_eq!(cookie.expires(), Some(now() + Duration::from_secs(60)));
    }
    let (jar, _) = read("a.example\tFALSE\t/\tTRUE\t0\ta");
    let cookie = jar.get("a").unwrap().unwrap();
    assert_eq!((cookie.value(), cookie.secure(), cookie.host_only(), cookie.expires()), ("", true, true, None));
    let (jar, _) = read("::1\tFALSE\t/\tFALSE\t0\ta\t1");
    assert_eq!(jar.iter().next().unwrap().domain(), "[::1]");
}

#[test]
fn rule_25_damaged_lines_are_told_by_number_and_the_rest_is_kept() {
    let text = b"# title\n\
        a.example\tFALSE\t/\tFALSE\t0\tone\t1\n\
        nonsense\n\
        a.example\tFALSE\t/\tFALSE\t0\tbroken\t\xff\n\
        .com\tTRUE\t/\tFALSE\t0\tcom\t1\n\
        a.example\tFALSE\t/\tFALSE\t1\told\t1\n\
        .sub.co.uk.\tTRUE\t/\tmaybe\t0\tflag\t1\n\
        a.example\tFALSE\t/\tFALSE\t0\ttwo\t2";
    let (jar, loaded) = read(text);
    let names: Vec<_> = jar.iter().map(|cookie| cookie.name()).collect();
    // Of a public suffix the host itself may have a cookie.
    assert_eq!(names, ["one", "com", "two"]);
    assert!(jar.get("com").unwrap().unwrap().host_only());
    assert_eq!((loaded.kept, loaded.expired), (3, 1));
    let told: Vec<_> = loaded.damaged.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "entry 3 was passed over: it has 1 of seven fields",
            "entry 4 was passed over: it is not UTF-8",
            "entry 7 was passed over: its `secure` is missing or wrong",
        ]
    );
}

#[test]
fn rule_25_what_a_server_could_not_set_cannot_be_loaded_either() {
    for (line, reason) in [
        ("a/b\tFALSE\t/\tFALSE\t0\ta\t1", Reason::Domain { domain: "a/b".into() }),
        ("\tFALSE\t/\tFALSE\t0\ta\t1", Reason::Domain { domain: "".into() }),
        ("a.example:80\tFALSE\t/\tFALSE\t0\ta\t1", Reason::Domain { domain: "a.example:80".into() }),
        ("a.example\tFALSE\t/\tFALSE\t0\ta;b\t1", Reason::Delimiter),
        ("a.example\tFALSE\t/\tFALSE\t0\ta\t1; b=2", Reason::Delimiter),
        ("a.example\tFALSE\t/\tFALSE\t0\ta\t1\u{1}", Reason::Control),
        ("a.example\tFALSE\t/\tFALSE\t0\t\t", Reason::Empty),
        ("a.example\tFALSE\t/\tFALSE\t0\t__Secure-a\t1", Reason::Prefix),
        (".a.example\tTRUE\t/\tTRUE\t0\t__Host-a\t1", Reason::Prefix),
    ] {
        assert_eq!(fault(line), Fault::Refused(reason), "{line:?}");
    }
    let size = 5001;
    let line = format!("a.example\tFALSE\t/\tFALSE\t0\ta\t{}", "x".repeat(5000));
    assert_eq!(fault(line), Fault::Refused(Reason::TooLarge { size }));
}

#[test]
fn rule_25_a_field_that_cannot_be_read_is_named() {
    for (line, name) in [
        ("a.example\tYES\t/\tFALSE\t0\ta\t1", "include subdomains"),
        ("a.example\tFALSE\tx\tFALSE\t0\ta\t1", "path"),
        ("a.example\tFALSE\t/\t0\t0\ta\t1", "secure"),
        ("a.example\tFALSE\t/\tFALSE\t-1\ta\t1", "expires"),
        ("a.example\tFALSE\t/\tFALSE\t\ta\t1", "expires"),
        ("a.example\tFALSE\t/\tFALSE\t1.x\ta\t1", "expires"),
        ("a.example\tFALSE\t/\tFALSE\tsoon\ta\t1", "expires"),
    ] {
        assert_eq!(fault(line), Fault::Field { name }, "{line:?}");
    }
    assert_eq!(fault("a.example FALSE / FALSE 0 a 1"), Fault::Fields { count: 1 });
    assert_eq!(fault("a.example\tFALSE\t/\tFALSE\t0"), Fault::Fields { count: 5 });
}

#[test]
fn rule_25_no_cookie_that_is_loaded_lives_past_400_days() {
    for seconds in ["9999999999", "99999999999999999999999999"] {
        let (jar, _) = read(format!("a.example\tFALSE\t/\tFALSE\t{seconds}\ta\t1"));
        let most = now() + Duration::from_secs(400 * 86_400);
        assert_eq!(jar.iter().next().unwrap().expires(), Some(most));
    }
}

#[test]
fn what_is_loaded_replaces_its_like_and_what_is_expired_takes_nothing_away() {
    let mut jar = Jar::new();
    jar.store(&url("http://a.example/"), "a=new", now()).unwrap();
    jar.store(&url("http://a.example/"), "b=2", now()).unwrap();
    let mut load = |text: &str| jar.read_from(text.as_bytes(), Format::Netscape, now()).unwrap();
    assert_eq!(load("a.example\tFALSE\t/\tFALSE\t1\ta\told").expired, 1);
    assert_eq!(load("a.example\tFALSE\t/\tFALSE\t0\tb\tloaded").kept, 1);
    assert_eq!(jar.header(&url("http://a.example/"), now()).as_deref(), Some("a=new; b=loaded"));
}
