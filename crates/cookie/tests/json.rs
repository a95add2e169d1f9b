//! Rule 25: a jar as JSON.
#![cfg(feature = "json")]
#![allow(clippy::unwrap_used)]

use std::error::Error as _;
use std::time::{Duration, SystemTime};

use sortie_cookie::{Error, Fault, Format, Jar, Loaded, Reason, SameSite, Scope};
use sortie_http::Url;

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn read(text: &str) -> Result<(Jar, Loaded), Error> {
    let mut jar = Jar::new();
    let loaded = jar.read_from(text.as_bytes(), Format::Json, now())?;
    Ok((jar, loaded))
}

fn read_cookies(list: &str) -> (Jar, Loaded) {
    read(&format!("{{\"version\":1,\"cookies\":[{list}]}}")).unwrap()
}

#[test]
fn rule_25_json_keeps_all_of_a_cookie() {
    let mut jar = Jar::new();
    let from = Url::parse("https://www.example.com/").unwrap();
    for field in [
        "a=\"1\\; Domain=example.com; Path=/x\t\"; Secure; HttpOnly; Max-Age=60; SameSite=None",
        "a\tü=2; SameSite=lax; Max-Age=1",
        "session=1; SameSite=Strict",
    ] {
        jar.store(&from, field, now()).unwrap();
    }
    let write = |jar: &Jar, scope| {
        let mut out = Vec::new();
        let count = jar.write_to(&mut out, Format::Json, scope).unwrap();
        (String::from_utf8(out).unwrap(), count)
    };
    let (text, count) = write(&jar, Scope::All);
    assert_eq!((count, text.lines().count()), (3, 5));
    let (again, loaded) = read(&text).unwrap();
    assert_eq!((loaded.kept, loaded.expired, loaded.damaged), (3, 0, vec![]));
    assert_eq!(write(&again, Scope::All).0, text);
    let values = |jar: &Jar| jar.iter().map(|cookie| cookie.to_cookie()).collect::<Vec<_>>();
    assert_eq!(values(&again), values(&jar));
    assert_eq!(again.get("session").unwrap().unwrap().same_site(), Some(SameSite::Strict));

    let (text, count) = write(&jar, Scope::Lasting);
    assert!(count == 2 && !text.contains("session"));
    let (text, _) = write(&Jar::new(), Scope::All);
    assert!(read(&text).unwrap().0.is_empty());
}

#[test]
fn rule_25_what_a_cookie_does_not_say_is_what_gives_least_away() {
    let (jar, _) = read_cookies(r#"{"name":"a","value":"1","domain":".A.example","later":[]}"#);
    let cookie = jar.get("a").unwrap().unwrap();
    assert_eq!((cookie.domain(), cookie.host_only(), cookie.path()), ("a.example", true, "/"));
    assert_eq!((cookie.secure(), cookie.http_only(), cookie.expires()), (false, false, None));
    assert_eq!(cookie.same_site(), None);
}

#[test]
fn rule_25_damaged_cookies_are_told_by_number_and_the_rest_is_kept() {
    let list = r#"
        {"name":"one","value":"1","domain":"a.example"},
        17,
        {"name":"a","domain":"a.example"},
        {"name":"a","value":1,"domain":"a.example"},
        {"name":"a","value":"1","domain":"a.example","path":"x"},
        {"name":"a","value":"1","domain":"a.example","expires":-1},
        {"name":"a","value":"1","domain":"a.example","expires":1.5},
        {"name":"a","value":"1","domain":"a.example","secure":"yes"},
        {"name":"a","value":"1","domain":"a.example","same_site":"Odd"},
        {"name":"a","value":"1\r\nX: y","domain":"a.example"},
        {"name":"old","value":"1","domain":"a.example","expires":0},
        {"name":"two","value":"2","domain":"a.example","expires":18446744073709551615}"#;
    let (jar, loaded) = read_cookies(list);
    assert_eq!(jar.iter().map(|cookie| cookie.name()).collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!((loaded.kept, loaded.expired), (2, 1));
    let faults: Vec<_> = loaded.damaged.iter().map(|damage| (damage.number(), damage.fault().clone())).collect();
    let field = |name| Fault::Field { name };
    let wanted = [
        (2, field("domain")),
        (3, field("value")),
        (4, field("value")),
        (5, field("path")),
        (6, field("expires")),
        (7, field("expires")),
        (8, field("secure")),
        (9, field("same_site")),
        (10, Fault::Refused(Reason::Control)),
    ];
    assert_eq!(faults, wanted);
}

#[test]
fn rule_25_what_is_no_jar_is_an_error_and_changes_nothing() {
    let cut = "{\"version\":1,\"cookies\":[\n{\"name\":\"a\",\"value\":\"1\",\"domain\":\"a.example\"},\n{\"na";
    let error = read(cut).unwrap_err();
    assert!(matches!(error, Error::Syntax { line: 3, .. }), "{error:?}");
    assert!(error.to_string() == "line 3 is not JSON" && error.source().is_some());
    assert!(matches!(read("").unwrap_err(), Error::Syntax { line: 1, .. }));
    for text in ["[]", "{}", "1", r#"{"cookies":[]}"#, r#"{"version":2,"cookies":[]}"#, r#"{"version":1,"cookies":{}}"#]
    {
        assert!(matches!(read(text), Err(Error::Schema)), "{text}");
    }
    let deep = "[".repeat(100_000);
    assert!(matches!(read(&deep), Err(Error::Syntax { .. })));
}
