//! What a URL may be and how it is written: rules 8 to 10.
#![allow(clippy::unwrap_used)]

use sortie_http::{Error, Url, UrlFault};

fn text(url: &str) -> String {
    Url::parse(url).unwrap().as_str().to_owned()
}

fn fault(url: &str) -> UrlFault {
    match Url::parse(url) {
        Err(Error::Url { fault, .. }) => fault,
        other => panic!("{url:?} gave {other:?}"),
    }
}

#[test]
fn rule_8_params_go_behind_the_query_in_order_and_no_fragment_is_sent() {
    let pairs = [("a", "1"), ("b", "2"), ("b", "3"), ("d", "é &")];
    let url = Url::parse("http://h/p?x=1#f").unwrap().with_params(pairs);
    assert_eq!(url.target(), "/p?x=1&a=1&b=2&b=3&d=%C3%A9+%26");
    assert_eq!(url.as_str(), "http://h/p?x=1&a=1&b=2&b=3&d=%C3%A9+%26#f");
    assert_eq!(url.fragment(), Some("f"));
    assert_eq!(Url::parse("http://h").unwrap().with_params([("a", "")]).as_str(), "http://h/?a=");
    assert_eq!(Url::parse("http://h/?").unwrap().with_params([("a", "1")]).as_str(), "http://h/?a=1");
    assert_eq!(Url::parse("http://h/?").unwrap().with_params([]).as_str(), "http://h/?");
}

#[test]
fn rule_9_a_url_is_put_into_the_form_of_the_wire() {
    for (given, wanted) in [
        ("http://H.com", "http://h.com/"),
        ("http://h/a b", "http://h/a%20b"),
        ("http://h//a//b", "http://h//a//b"),
        ("http://h/a/../b", "http://h/b"),
        ("http://h/a%2Fb%20c", "http://h/a%2Fb%20c"),
        ("  \thttp://h/ ", "http://h/"),
        ("HtTp://h/", "http://h/"),
        ("http://h:80/", "http://h/"),
        ("https://h:443/x", "https://h/x"),
        ("http://h:8080", "http://h:8080/"),
        ("http://[::1]:81/", "http://[::1]:81/"),
        ("http://bücher.example/ü?ü", "http://xn--bcher-kva.example/%C3%BC?%C3%BC"),
        ("http://a_b.example./", "http://a_b.example./"),
    ] {
        assert_eq!(text(given), wanted, "{given:?}");
    }
}

#[test]
fn rule_10_what_cannot_be_a_url_is_refused_and_the_error_says_why() {
    for (given, wanted) in [
        ("example.com/x", UrlFault::NoScheme),
        ("example.com:80/x", UrlFault::NoScheme),
        ("localhost:80", UrlFault::NoScheme),
        ("/x", UrlFault::NoScheme),
        ("//h/x", UrlFault::NoScheme),
        ("", UrlFault::NoScheme),
        ("http://", UrlFault::EmptyHost),
        ("http:///get", UrlFault::EmptyHost),
        ("http://:80/", UrlFault::EmptyHost),
        ("http://u:p@/", UrlFault::EmptyHost),
        ("http://?x", UrlFault::EmptyHost),
        ("http:h/p", UrlFault::NoAuthority),
        ("http:/h/p", UrlFault::NoAuthority),
        ("http://*.x", UrlFault::Host),
        ("http://a..b/", UrlFault::Host),
        ("http://.x/", UrlFault::Host),
        ("http://a b/", UrlFault::Host),
        ("http://[::1/", UrlFault::Host),
        ("http://1.2.3.400/", UrlFault::Host),
        ("ftp://h/", UrlFault::UnknownScheme),
        ("mailto:a@b", UrlFault::UnknownScheme),
        ("http://h:65536/", UrlFault::Port),
        ("http://h:0/", UrlFault::Port),
        ("http://h\\@other/", UrlFault::Host),
        ("http://h:80\\x", UrlFault::Host),
        ("http://h:x/", UrlFault::Port),
        ("http://h/a\nb", UrlFault::Control { at: 10 }),
        ("http://h/a\r", UrlFault::Control { at: 10 }),
        ("ht\ttp://h/", UrlFault::Control { at: 2 }),
        ("http://h/\u{7f}", UrlFault::Control { at: 9 }),
        ("http://h/\0", UrlFault::Control { at: 9 }),
    ] {
        assert_eq!(fault(given), wanted, "{given:?}");
    }
}

#[test]
fn an_error_about_a_url_holds_no_password_and_no_line_break() {
    let message = Url::parse("http://user:secret@*.x/a").unwrap_err().to_string();
    assert!(!message.contains("secret"), "{message}");
    let message = Url::parse("http://user:secret@h/a\r\nX: y").unwrap_err().to_string();
    assert!(!message.contains("secret") && !message.contains('\n'), "{message}");
    for url in [
        "http:///user:5ecret@h/",
        "http://user:p/5ecret@h/",
        "http://user:p?5ecret@h/",
        "http://user:5e#cret@h:x/",
        "//u:5ecret@h/",
        "user:5ecret@h",
        "http:\\\\user:5ecret@h/",
        "http://h:x/?token=5ecret",
        "http://h:x/#5ecret",
    ] {
        let message = Url::parse(url).unwrap_err().to_string();
        assert!(!message.contains("cret"), "{message}");
    }
    let message = Url::parse(&format!("http://*/{}", "x".repeat(10_000))).unwrap_err().to_string();
    assert!(message.len() < 400, "{}", message.len());
}

#[test]
fn the_fast_path_gives_what_the_parser_gives() {
    let like = Url::parse("http://127.0.0.1:8000/get").unwrap();
    for rest in [
        "/get",
        "/",
        "",
        "/a?b=c",
        "/a?b=%20",
        "/a b",
        "/a/../b",
        "/a/./b",
        "/.",
        "/a/.b",
        "/a%2e",
        "/%2e%2e/x",
        "//x",
        "/\\x",
        "/a#f",
        "/a?x#f",
        "/'",
        "/?'",
        "/ü",
        "/a?ü",
        "0/x",
        "/a;b=c,d:e@f",
        "/a|b",
        "/a^b",
        "/a\"b",
        "/{}",
        "/a?a?b/.",
        "?x",
        "/[x]",
    ] {
        let raw = format!("http://127.0.0.1:8000{rest}");
        match (Url::parse(&raw), Url::parse_like(raw.as_str(), &like)) {
            (Ok(slow), Ok(fast)) => {
                assert_eq!(slow, fast, "{raw}");
                let parts = |url: &Url| {
                    let own = |part: Option<&str>| part.map(str::to_owned);
                    (
                        url.path().to_owned(),
                        own(url.query()),
                        own(url.fragment()),
                        url.target().to_owned(),
                        url.origin().clone(),
                    )
                };
                assert_eq!(parts(&slow), parts(&fast), "{raw}");
            }
            (slow, fast) => assert_eq!(slow.map_err(drop).is_ok(), fast.map_err(drop).is_ok(), "{raw}"),
        }
    }
    let shared = Url::parse_like("http://127.0.0.1:8000/other?x=1", &like).unwrap();
    assert!(std::sync::Arc::ptr_eq(shared.origin(), like.origin()));
    assert!(!Url::parse_like("http://127.0.0.1:8001/", &like).unwrap().same_origin(&like));
}

#[test]
fn rule_28_a_location_may_be_any_reference() {
    let base = Url::parse("http://user:pw@h:81/a/b?q#f").unwrap();
    for (reference, wanted) in [
        ("c", "http://user:pw@h:81/a/c"),
        ("/c", "http://user:pw@h:81/c"),
        ("?x=1", "http://user:pw@h:81/a/b?x=1"),
        ("//other/x", "http://other/x"),
        ("http://other", "http://other/"),
        ("/ü ü", "http://user:pw@h:81/%C3%BC%20%C3%BC"),
        ("../../..", "http://user:pw@h:81/"),
        ("#new", "http://user:pw@h:81/a/b?q#new"),
        ("/a:b", "http://user:pw@h:81/a:b"),
    ] {
        assert_eq!(base.join(reference).unwrap().as_str(), wanted, "{reference}");
    }
    for reference in ["http://", "javascript:alert(1)", "ftp://h/", "http://h:99999", "/a\nb", "http:c"] {
        assert!(base.join(reference).is_err(), "{reference}");
    }
}

#[test]
fn userinfo_is_decoded_and_taken_out() {
    let url = Url::parse("http://us%40er:p%3Aw@h/x?y#z").unwrap();
    assert_eq!(url.userinfo(), Some(("us@er".into(), "p:w".into())));
    assert_eq!(url.without_userinfo().as_str(), "http://h/x?y#z");
    assert_eq!(url.without_userinfo().fragment(), Some("z"));
    assert_eq!(url.origin().authority(), "h");
    assert_eq!(url.to_string(), "http://h/x?y#z");
    assert_eq!(format!("{url:?}"), "Url(http://h/x?y#z)");
    assert_eq!(Url::parse("http://h/").unwrap().userinfo(), None);
}
