//! Header fields: rules 12 and 13, order, case and copies.
#![allow(clippy::unwrap_used)]

use sortie_http::{Error, FieldRange, Headers, HeadersBuilder};

fn headers(fields: &[(&str, &str)]) -> Headers {
    let mut builder = HeadersBuilder::new();
    for (name, value) in fields {
        builder.append(name, value).unwrap();
    }
    builder.build()
}

fn wire(headers: &Headers) -> String {
    let mut out = Vec::new();
    headers.write_to(&mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn rule_12_a_name_is_a_token_and_a_value_has_no_control_character() {
    let mut headers = Headers::new();
    for name in ["", "a b", "a:", "é", "a\r\n", "a\0", "(a)", "a\"b"] {
        assert!(matches!(headers.append(name, "x"), Err(Error::FieldName { .. })), "{name:?}");
    }
    for value in ["a\r\nb", "a\nb", "\0", "a\u{7f}", " a", "a ", "\ta", "a\t", " "] {
        assert!(matches!(headers.append("x", value), Err(Error::FieldValue { .. })), "{value:?}");
        assert!(matches!(headers.set("x", value), Err(Error::FieldValue { .. })), "{value:?}");
    }
    assert!(headers.is_empty());
    for value in ["", "a\tb", "a b", "ü", "a,b;c=\"d\""] {
        headers.set("X-1", value).unwrap();
        assert_eq!(headers.get("x-1"), Some(value));
    }
}

#[test]
fn a_refused_value_is_not_in_the_error() {
    let error = Headers::new().set("Authorization", "secret\n").unwrap_err();
    assert_eq!(error, Error::FieldValue { name: "Authorization".into(), at: 6 });
    assert!(!error.to_string().contains("secret"));
}

#[test]
fn rule_13_repeated_fields_can_be_had_first_each_and_joined() {
    let headers = headers(&[("A", "1"), ("Set-Cookie", "x=1"), ("a", "2"), ("set-cookie", "y=2"), ("B", "")]);
    assert_eq!(headers.get("a"), Some("1"));
    assert_eq!(headers.get_all("A").collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(headers.joined("a").as_deref(), Some("1, 2"));
    assert_eq!(headers.joined("SET-COOKIE").as_deref(), Some("x=1"));
    assert_eq!(headers.get_all("set-cookie").count(), 2);
    assert_eq!(headers.joined("none"), None);
    assert_eq!(headers.get("b"), Some(""));
    assert_eq!(headers.len(), 5);
}

#[test]
fn a_field_that_is_set_keeps_its_place_and_the_rest_of_its_name_goes() {
    let mut headers = headers(&[("A", "1"), ("B", "2"), ("a", "3"), ("C", "4")]);
    let before = headers.clone();
    headers.set("a", "5").unwrap();
    assert_eq!(wire(&headers), "a: 5\r\nB: 2\r\nC: 4\r\n");
    assert_eq!(wire(&before), "A: 1\r\nB: 2\r\na: 3\r\nC: 4\r\n", "a copy is not changed");
    assert!(headers.remove("b"));
    assert!(!headers.remove("b"));
    headers.append("D", "6").unwrap();
    assert_eq!(wire(&headers), "a: 5\r\nC: 4\r\nD: 6\r\n");
}

#[test]
fn received_text_is_kept_whole_and_can_be_changed() {
    let text = b"HTTP/1.1 200 OK\r\nServer:x\r\nA:  1\r\n\r\n";
    let range = |name: u32, name_length: u16, value: u32, value_length: u32| FieldRange {
        name,
        name_length,
        value,
        value_length,
        sensitive: false,
    };
    let fields = [range(17, 6, 24, 1), range(27, 1, 31, 1)];
    let mut headers = Headers::from_received(text, &fields, &mut Vec::new()).unwrap();
    assert_eq!(headers.text(), text);
    assert_eq!(headers.iter().collect::<Vec<_>>(), [("Server", "x"), ("A", "1")]);
    assert_eq!(wire(&headers), "Server: x\r\nA: 1\r\n");
    headers.append("B", "2").unwrap();
    assert_eq!(wire(&headers), "Server: x\r\nA: 1\r\nB: 2\r\n");
    let broken = Headers::from_received(b"ab", &[range(5, 5, 900, 100)], &mut Vec::new()).unwrap();
    assert_eq!(broken.iter().collect::<Vec<_>>(), [("", "")]);
}

#[test]
fn credentials_are_marked_and_not_shown() {
    let mut headers = headers(&[("A", "1")]);
    headers.set_sensitive("Authorization", "Basic c2VjcmV0").unwrap();
    headers.append("B", "2").unwrap();
    headers.set("authorization", "Basic bmV3").unwrap();
    assert!(headers.is_sensitive("AUTHORIZATION") && !headers.is_sensitive("a"));
    let shown = format!("{headers:?}");
    assert!(!shown.contains("bmV3"), "{shown}");
    headers.retain(|_, _, sensitive| !sensitive);
    assert_eq!(wire(&headers), "A: 1\r\nB: 2\r\n");
}

#[test]
fn an_http_header_map_can_be_made_and_read() {
    let ours = headers(&[("X-One", "1"), ("a", "ü"), ("x-one", "2")]);
    let map = http::HeaderMap::from(&ours);
    assert_eq!(map.get_all("x-one").iter().count(), 2);
    let back = Headers::try_from(&map).unwrap();
    assert_eq!(back.joined("X-One").as_deref(), Some("1, 2"));
    assert_eq!(back.get("a"), Some("ü"));
    let mut map = http::HeaderMap::new();
    map.insert("a", http::HeaderValue::from_bytes(b"\xff").unwrap());
    assert!(Headers::try_from(&map).is_err());
}
