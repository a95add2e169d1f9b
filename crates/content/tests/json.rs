//! JSON: what is written, and every encoding that is read.

#![cfg(feature = "json")]
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;

use serde_json::{Value, json};
use sortie_content::{Error, from_json, to_json};
use sortie_http::Headers;

const TEXT: &str = r#"{"name":"日é😀","list":[1,null]}"#;

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

fn utf32(text: &str, bytes: fn(u32) -> [u8; 4]) -> Vec<u8> {
    text.chars().flat_map(|character| bytes(character.into())).collect()
}

fn read(content: &[u8]) -> Result<Value, Error> {
    from_json(content, &Headers::new())
}

fn typed(content_type: &str) -> Headers {
    let mut headers = Headers::new();
    headers.append("Content-Type", content_type).unwrap();
    headers
}

#[test]
fn any_value_is_content() {
    for (value, written) in [(json!(null), "null"), (json!(0), "0"), (json!(false), "false"), (json!([]), "[]")] {
        assert_eq!(to_json(&value).unwrap(), written);
    }
    assert_eq!(to_json(&json!({})).unwrap(), "{}");
    assert_eq!(to_json("é").unwrap(), "\"é\"");
}

#[test]
fn a_value_without_a_form_in_json_is_an_error() {
    let error = to_json(&HashMap::from([(vec![1], 2)])).unwrap_err();
    assert!(matches!(error, Error::ToJson { .. }));
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn every_unicode_encoding_is_read_with_and_without_a_mark() {
    let expected = json!({"name": "日é😀", "list": [1, null]});
    for mark in ["", "\u{feff}"] {
        let text = format!("{mark}{TEXT}");
        for content in [
            text.clone().into_bytes(),
            utf16(&text, u16::to_le_bytes),
            utf16(&text, u16::to_be_bytes),
            utf32(&text, u32::to_le_bytes),
            utf32(&text, u32::to_be_bytes),
        ] {
            assert_eq!(read(&content).unwrap(), expected, "{content:?}");
        }
    }
}

#[test]
fn the_shortest_json_is_read_in_every_encoding() {
    for mark in ["", "\u{feff}"] {
        let text = format!("{mark}1");
        assert_eq!(read(text.as_bytes()).unwrap(), 1);
        assert_eq!(read(&utf16(&text, u16::to_le_bytes)).unwrap(), 1);
        assert_eq!(read(&utf16(&text, u16::to_be_bytes)).unwrap(), 1);
        assert_eq!(read(&utf32(&text, u32::to_le_bytes)).unwrap(), 1);
        assert_eq!(read(&utf32(&text, u32::to_be_bytes)).unwrap(), 1);
    }
}

#[test]
fn a_string_that_begins_beyond_latin_is_read() {
    for text in ["\"日\"", "\"😀\""] {
        let expected = Value::from(text.trim_matches('"'));
        assert_eq!(read(&utf16(text, u16::to_le_bytes)).unwrap(), expected);
        assert_eq!(read(&utf16(text, u16::to_be_bytes)).unwrap(), expected);
    }
}

#[test]
fn the_charset_is_asked_where_the_bytes_say_nothing() {
    let latin: String = from_json(b"\"caf\xe9\"", &typed("application/json; charset=iso-8859-1")).unwrap();
    assert_eq!(latin, "café");
    let zeros: Value = from_json(&utf16(TEXT, u16::to_le_bytes), &typed("application/json; charset=utf-8")).unwrap();
    assert_eq!(zeros["list"][0], 1);
    for wrong in ["utf-16", "utf-16be", "klingon"] {
        let text: String =
            from_json("\"é\"".as_bytes(), &typed(&format!("application/json; charset={wrong}"))).unwrap();
        assert_eq!(text, "é", "{wrong}");
    }
}

#[test]
fn bytes_that_are_no_text_are_an_error() {
    for (content, encoding) in [
        (&b"\"\0\x00\xd8\"\0"[..], "UTF-16LE"),
        (b"1\0\0", "UTF-16LE"),
        (b"1\0\0\0\0", "UTF-32LE"),
        (b"\0\0\0\"\0\x11\0\0\0\0\0\"", "UTF-32BE"),
    ] {
        let error = read(content).unwrap_err();
        assert!(matches!(error, Error::NotText { encoding: found } if found == encoding), "{content:?}: {error}");
    }
    assert!(matches!(read(b"\"\xff\""), Err(Error::FromJson { .. })));
}

#[test]
fn what_is_not_the_expected_json_is_an_error_with_its_source() {
    for content in [&b""[..], b"{", b"[1] 2", b"<html>"] {
        let error = read(content).unwrap_err();
        assert_eq!(error.to_string(), "the content is not the expected JSON");
        assert!(std::error::Error::source(&error).is_some());
    }
    assert!(matches!(from_json::<Vec<u8>>(b"{}", &Headers::new()), Err(Error::FromJson { .. })));
}
