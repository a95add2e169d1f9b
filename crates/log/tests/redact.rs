//! What a log must not hold, and what it must keep.
#![allow(clippy::unwrap_used)]

use std::borrow::Cow;

use sortie_log::{redact_text, redact_url};

#[test]
fn userinfo_is_masked_wherever_the_authority_begins() {
    for (url, shown) in [
        ("http://user:pass@h/p", "http://***@h/p"),
        ("http://user@h", "http://***@h"),
        ("HTTP://us%40er:p@h:80/", "HTTP://***@h:80/"),
        ("http://a@b:c@h/", "http://***@h/"),
        ("//user:pass@h/p", "//***@h/p"),
        ("user:pass@h/p", "***@h/p"),
        ("http:/user:pass@h/", "http:/***@h/"),
        (r"http:\\user:pass@h\p", r"http:\\***@h\p"),
        ("http:user:pass@h/", "***@h/"),
        ("http://user:pass@[::1]:80/", "http://***@[::1]:80/"),
        ("socks5h://u:p@proxy:1080", "socks5h://***@proxy:1080"),
        (" http://u:p@h/", " http://***@h/"),
    ] {
        assert_eq!(redact_url(url), shown, "{url}");
    }
}

#[test]
fn a_raw_delimiter_in_a_password_does_not_show_the_rest_of_it() {
    for delimiter in ['/', '?', '#', '\\'] {
        for user in ["user:pa", "us@er:pa"] {
            let url = format!("http://{user}{delimiter}ss@h/p");
            assert_eq!(redact_url(&url), "http://***@h/p", "{url}");
        }
    }
}

#[test]
fn secret_values_are_masked_in_query_fragment_and_path() {
    for (url, shown) in [
        ("http://h/?token=a", "http://h/?token=***"),
        ("http://h/?x=1&api_key=a&y=2", "http://h/?x=1&api_key=***&y=2"),
        ("http://h/?api%5fkey=a", "http://h/?api%5fkey=***"),
        ("http://h/?%zztoken=a", "http://h/?%zztoken=***"),
        ("http://h/?token=a;b=c&d=e", "http://h/?token=***&d=e"),
        ("http://h/?x=1;token=a", "http://h/?x=1;token=***"),
        ("http://h/?token=a=b==", "http://h/?token=***"),
        ("http://h/?token=a?b", "http://h/?token=***"),
        ("http://h/?next=/p?token=a", "http://h/?next=/p?token=***"),
        ("http://h/#access_token=a&state=b", "http://h/#access_token=***&state=b"),
        ("http://h/#/cb?code=a", "http://h/#/cb?code=***"),
        ("http://h/p;jsessionid=a/q?x=1", "http://h/p;jsessionid=***/q?x=1"),
        ("/p?password=a#f", "/p?password=***#f"),
        ("?sig=a", "?sig=***"),
        ("http://u:p@h/?token=a#token=b", "http://***@h/?token=***#token=***"),
        ("http://h/?token=é漢", "http://h/?token=***"),
    ] {
        assert_eq!(redact_url(url), shown, "{url}");
    }
}

#[test]
fn what_holds_no_secret_is_not_even_copied() {
    for url in [
        "",
        "http://127.0.0.1:8000/headers",
        "http://h/?q=a&page=2#top",
        "http://h/@me/p@q?mail=a@b.c",
        "http://h:80/@me",
        "http://[::1]/@me",
        "/users/@me:x@y",
        "http://@h/",
        "http://h/?token=",
        "http://h/?token",
        "http://***@h/?token=***",
        "@",
        "=",
        "://",
        "&&==;;",
    ] {
        assert!(matches!(redact_url(url), Cow::Borrowed(same) if same == url), "{url}: {}", redact_url(url));
    }
}

#[test]
fn any_text_can_be_redacted_and_doing_it_twice_changes_nothing() {
    // Every text of up to five of these pieces, the delimiters among them.
    let pieces = ["a", "token=", "%4", "é", ":", "/", "//", "?", "#", "@", "&", ";", "[", "\\", " "];
    let mut texts = vec![String::new()];
    let mut begin = 0;
    for _ in 0..4 {
        let end = texts.len();
        for at in begin..end {
            texts.extend(pieces.map(|piece| texts[at].clone() + piece));
        }
        begin = end;
    }
    for text in &texts {
        let once = redact_url(text);
        assert_eq!(redact_url(&once), once, "{text:?}");
        redact_text(text);
    }
}

#[test]
fn urls_within_a_text_lose_their_secrets_and_the_text_stays() {
    for (text, shown) in [
        ("cannot reach http://u:p@h/ (refused)", "cannot reach http://***@h/ (refused)"),
        ("\"http://h/?key=a\" and  http://h/?q=1\n", "\"http://h/?key=***\" and  http://h/?q=1\n"),
        ("<http://h/a?sig=x>; rel=preload, <b>; rel=next", "<http://h/a?sig=***>; rel=preload, <b>; rel=next"),
        ("GET /get?token=abc HTTP/1.1", "GET /get?token=*** HTTP/1.1"),
    ] {
        assert_eq!(redact_text(text), shown);
    }
    assert!(matches!(redact_text("mail a@b.c: no http here"), Cow::Borrowed(_)));
}
