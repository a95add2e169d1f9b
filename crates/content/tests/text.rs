//! Characters: which encoding wins, and what Content-Type may look like.

#![allow(clippy::unwrap_used)]

use std::borrow::Cow;

use sortie_content::{encoding, text};
use sortie_http::Headers;

fn typed(content_type: &str) -> Headers {
    let mut headers = Headers::new();
    headers.append("Content-Type", content_type).unwrap();
    headers
}

#[test]
fn a_byte_order_mark_beats_the_charset_and_is_not_text() {
    let headers = typed("text/plain; charset=iso-8859-1");
    assert_eq!(text(&headers, b"\xef\xbb\xbf\xc3\xa9"), "é");
    assert_eq!(text(&headers, b"\xff\xfea\0\xe9\0"), "aé");
    assert_eq!(text(&headers, b"\xfe\xff\0a\0\xe9"), "aé");
    assert_eq!(encoding(&headers, b"\xfe\xff\0a").name(), "UTF-16BE");
}

#[test]
fn the_charset_beats_utf_8() {
    assert_eq!(text(&typed("text/plain; charset=iso-8859-1"), b"\xc3\xa9"), "Ã©");
    assert_eq!(text(&typed("text/html; charset=Shift_JIS"), b"\x93\xfa"), "日");
    assert_eq!(text(&typed("text/plain; charset=utf-16be"), b"\0a"), "a");
}

#[test]
fn the_charset_is_found_however_it_is_written() {
    for content_type in [
        "text/plain;charset=koi8-r",
        "text/plain; CHARSET=KOI8-R",
        "text/plain; charset=\"koi8-r\"",
        "text/plain; charset='koi8-r'",
        "text/plain ; charset = koi8-r ; x=y",
        "text/plain; x=y; charset=koi8-r",
        "text/plain; x=\"; charset=utf-8\"; charset=koi8-r",
        r#"text/plain; x="a\"; charset=utf-8"; charset=koi8-r"#,
        "text/plain; charset=\"koi8-r",
        "text/plain;; ;charset=koi8-r;",
        "text/plain; charset=koi8-r; charset=utf-8",
    ] {
        assert_eq!(encoding(&typed(content_type), b"").name(), "KOI8-R", "{content_type}");
    }
}

#[test]
fn without_a_known_charset_it_is_utf_8() {
    for content_type in [
        "text/plain",
        "text/plain; charset=",
        "text/plain; charset=\"\"",
        "text/plain; charset=klingon",
        "text/plain; charset=iso-2022-kr",
        "text/plain; xcharset=koi8-r",
        "text/plain; charset",
        "charset=koi8-r",
        ";",
        "",
    ] {
        assert_eq!(encoding(&typed(content_type), b"").name(), "UTF-8", "{content_type}");
    }
    assert_eq!(text(&Headers::new(), "é".as_bytes()), "é");
}

#[test]
fn what_is_not_valid_is_replaced() {
    assert_eq!(text(&Headers::new(), b"a\xffb"), "a\u{fffd}b");
    assert_eq!(text(&typed("text/plain; charset=utf-16le"), b"a\0b"), "a\u{fffd}");
}

#[test]
fn valid_utf_8_is_borrowed() {
    assert!(matches!(text(&Headers::new(), "é".as_bytes()), Cow::Borrowed("é")));
}
