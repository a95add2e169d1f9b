//! Media types, as servers write them.

#![allow(clippy::unwrap_used)]

use sortie_content::{MediaType, content_type};
use sortie_http::Headers;

#[test]
fn type_subtype_and_parameters_are_taken_apart() {
    let media_type = MediaType::parse("Image/SVG+xml ; Charset = \"utf-8\";q=1;; ; x").unwrap();
    assert_eq!((media_type.kind(), media_type.subtype()), ("Image", "SVG+xml"));
    assert_eq!(media_type.essence(), "Image/SVG+xml");
    assert!(media_type.is("image/svg+xml"));
    let parameters: Vec<_> = media_type.parameters().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(parameters, ["Charset=utf-8", "q=1"]);
    assert_eq!(media_type.parameter("CHARSET").unwrap(), "utf-8");
    assert_eq!(media_type.parameter("x"), None);
}

#[test]
fn a_quoted_value_may_have_anything() {
    for (value, expected) in [
        (r#""a;b=c""#, "a;b=c"),
        (r#""say \"hi\" \\""#, r#"say "hi" \"#),
        (r#""""#, ""),
        (r#""never closed"#, "never closed"),
        (r#""\é""#, "é"),
        (r#""trailing\"#, "trailing"),
        ("token", "token"),
        ("", ""),
    ] {
        let text = format!("a/b; first={value}");
        assert_eq!(MediaType::parse(&text).unwrap().parameter("first").unwrap(), expected, "{text}");
    }
    let text = r#"a/b; first="x; \"y=z"; second=2"#;
    assert_eq!(MediaType::parse(text).unwrap().parameter("second").unwrap(), "2");
}

#[test]
fn the_first_of_two_parameters_counts() {
    assert_eq!(MediaType::parse("a/b; c=1; C=2").unwrap().parameter("c").unwrap(), "1");
}

#[test]
fn what_has_no_type_or_no_subtype_is_none() {
    for text in ["", ";", "text", "text/", "/html", "te xt/html", "text/html/x", "text/ht ml", "é/b", "; charset=utf-8"]
    {
        assert_eq!(MediaType::parse(text), None, "{text}");
    }
}

#[test]
fn json_is_known_by_its_names() {
    for text in ["application/json", "Application/JSON; charset=utf-8", "text/json", "application/problem+JSON"] {
        assert!(MediaType::parse(text).unwrap().is_json(), "{text}");
    }
    for text in ["application/jsonp", "text/html", "a/json", "a/+jso", "a/b"] {
        assert!(!MediaType::parse(text).unwrap().is_json(), "{text}");
    }
}

#[test]
fn it_is_read_from_the_first_field_and_shown_as_it_was_sent() {
    let mut headers = Headers::new();
    assert_eq!(content_type(&headers), None);
    headers.append("content-type", "text/plain; charset=latin1").unwrap();
    headers.append("Content-Type", "text/html").unwrap();
    assert_eq!(content_type(&headers).unwrap().to_string(), "text/plain; charset=latin1");
    assert_eq!(MediaType::parse("a/b").unwrap().to_string(), "a/b");
}
