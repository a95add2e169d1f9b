//! What goes over the wire: URLs, header fields, bodies, byte by byte.
#![allow(clippy::unwrap_used)]

mod support {
    pub(crate) mod heads;
}

use std::collections::BTreeMap;

use sortie::{Basic, ErrorKind, Method, Phase, Refuse, Request, Session, Values};
use sortie_testserver::raw::RawServer;
use support::heads::{OK, chain, heads, values};

fn server() -> RawServer {
    RawServer::answering(OK).unwrap()
}

/// The content of the last request.
fn last_content(server: &RawServer) -> Vec<u8> {
    let request = server.requests().pop().unwrap();
    let end = request.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    request[end + 4..].to_vec()
}

/// Sends it; gives the head as it came.
fn head_of(server: &RawServer, request: Request) -> Vec<String> {
    assert_eq!(request.send().unwrap().status().as_u16(), 200);
    heads(server).pop().unwrap()
}

/// Sends what must not be sent; gives the error with its causes.
fn fault_of(request: Request, kind: ErrorKind) -> String {
    let error = request.send().unwrap_err();
    assert_eq!((error.kind(), error.phase(), error.attempts()), (kind, Some(Phase::Prepare), 0), "{error}");
    chain(&error)
}

#[test]
fn rule_8_parameters_come_behind_the_query_in_order_and_no_fragment_is_sent() {
    let server = server();
    let session = Session::new();
    let params =
        || [("a", Values::from("1")), ("b", ["2", "3"].into()), ("c", Values::from(None)), ("d", "é &".into())];
    for request in [sortie::get(server.url("/p?x=1#f")), session.get(server.url("/p?x=1#f"))] {
        let response = request.params(params()).send().unwrap();
        let target = "/p?x=1&a=1&b=2&b=3&d=%C3%A9+%26";
        assert_eq!(heads(&server).pop().unwrap()[0], format!("GET {target} HTTP/1.1"));
        assert_eq!(response.url().as_str(), server.url(target) + "#f");
    }
}

#[test]
fn rule_8_session_parameters_merge_and_none_takes_one_away() {
    let server = server();
    let session = Session::builder().param("lang", "en").param("key", "1").param("page", "1").build().unwrap();
    let target = |request| head_of(&server, request).swap_remove(0);
    let plain = session.get(server.url("/"));
    assert_eq!(target(plain.clone()), "GET /?lang=en&key=1&page=1 HTTP/1.1");
    let changed = plain.param("key", None).param("q", "x").param("page", 2_u32);
    assert_eq!(target(changed), "GET /?lang=en&page=2&q=x HTTP/1.1");
}

#[test]
fn rule_9_a_url_is_written_as_the_standard_has_it() {
    let server = server();
    let session = Session::new();
    let cases = [
        ("", "/"),
        ("?q", "/?q"),
        ("/a b", "/a%20b"),
        ("//a//b", "//a//b"),
        ("/a/../b", "/b"),
        ("/a/./b/", "/a/b/"),
        ("/a%2Fb%7Ec%zz", "/a%2Fb%7Ec%zz"),
        ("/é?é=\"", "/%C3%A9?%C3%A9=%22"),
        ("/#f", "/"),
    ];
    // Twice: once parsed in full, once with the origin known.
    for _ in 0..2 {
        for (given, target) in cases {
            let head = head_of(&server, session.get(format!("http://{}{given}", server.addr())));
            assert_eq!(head[0], format!("GET {target} HTTP/1.1"), "{given}");
            assert_eq!(values(&head, "Host"), [server.addr().to_string()], "{given}");
        }
    }
}

#[test]
fn rule_9_scheme_and_host_are_lower_case_and_blanks_are_stripped() {
    let server = server();
    let port = server.addr().port();
    let response = sortie::get(format!(" \t HTTP://LocalHost:{port}/Path ")).send().unwrap();
    assert_eq!(response.url().as_str(), format!("http://localhost:{port}/Path"));
    let head = heads(&server).pop().unwrap();
    assert_eq!(head[..2], ["GET /Path HTTP/1.1".to_owned(), format!("Host: localhost:{port}")]);
}

#[test]
fn rule_9_a_host_goes_out_as_punycode_and_without_the_usual_port() {
    for (url, host) in [
        ("http://BÜCHER.example/", "xn--bcher-kva.example"),
        ("http://H.com:80", "h.com"),
        ("https://h.com:443/", "h.com"),
        ("https://h.com:80/", "h.com:80"),
        ("http://[0:0::1]:81/", "[::1]:81"),
    ] {
        let stop = |_: &sortie::PreparedRequest| Err::<(), _>(Refuse::new("only looking"));
        let error = sortie::get(url).on_pre_request(stop).send().unwrap_err();
        assert_eq!(error.request().unwrap().headers().get("Host"), Some(host), "{url}");
    }
}

#[test]
fn rule_10_what_is_no_url_is_an_error_that_says_why() {
    for (url, why) in [
        ("", "no scheme"),
        ("127.0.0.1/get", "no scheme"),
        ("localhost:8000/get", "no scheme"),
        ("//h/p", "no scheme"),
        ("/get", "no scheme"),
        ("http://", "the host is empty"),
        ("http://:80/", "the host is empty"),
        ("http:///get", "the host is empty"),
        ("http://user@/get", "the host is empty"),
        ("http:h/p", "`//` does not follow the scheme"),
        ("http:/h/p", "`//` does not follow the scheme"),
        ("http://*.x", "the host is neither a name nor an address"),
        ("http://a b/", "the host is neither a name nor an address"),
        ("http://.h/", "the host is neither a name nor an address"),
        ("http://[::1/", "the host is neither a name nor an address"),
        ("ftp://h/", "unknown scheme"),
        ("httpx://h/", "unknown scheme"),
        ("http://h:65536/", "the port is not a number from 1 to 65535"),
        ("http://h:0/", "the port is not a number from 1 to 65535"),
        ("http://h:8o/", "the port is not a number from 1 to 65535"),
        ("http://h/a\nb", "control character at byte 10"),
        ("http://h/\r\nX-Evil: 1", "control character at byte 9"),
        ("http://h\t/", "control character at byte 8"),
        ("http://h/\u{0}", "control character at byte 9"),
        ("http://h/?a=\u{7f}", "control character at byte 12"),
        ("http://h/\n", "control character at byte 9"),
    ] {
        let fault = fault_of(sortie::get(url), ErrorKind::InvalidUrl);
        assert!(fault.starts_with("invalid URL: GET ") && fault.contains(why), "{url:?}: {fault}");
        assert!(!fault.contains(char::is_control), "{url:?}: {fault:?}");
    }
}

#[test]
fn rule_11_fields_go_out_in_the_order_of_the_rule() {
    let cookie = "HTTP/1.1 200 OK\r\nSet-Cookie: kept=1\r\nContent-Length: 0\r\n\r\n";
    let server = RawServer::answers(vec![cookie.into(), OK.into()]).unwrap();
    let session = Session::builder()
        .user_agent("agent/1")
        .auth(Basic::new("user", "pass"))
        .header("X-Session", "s")
        .header("accept", "text/html")
        .build()
        .unwrap();
    session.get(server.url("/")).send().unwrap();
    let request =
        session.post(server.url("/p")).header("x-B", "2").header("X-a", "1").header("x-session", "r").json(&1);
    let expected = [
        "POST /p HTTP/1.1",
        &format!("Host: {}", server.addr()),
        "User-Agent: agent/1",
        &accept_encoding(),
        "accept: text/html",
        "x-session: r",
        "x-B: 2",
        "X-a: 1",
        "Content-Type: application/json",
        "Content-Length: 1",
        "Authorization: Basic dXNlcjpwYXNz",
        "Cookie: kept=1",
    ];
    assert_eq!(head_of(&server, request), expected);
}

#[test]
fn rule_11_the_defaults_alone() {
    let server = server();
    let head = head_of(&server, sortie::get(server.url("/")));
    let agent = format!("User-Agent: sortie/{}", env!("CARGO_PKG_VERSION"));
    let host = format!("Host: {}", server.addr());
    assert_eq!(head, ["GET / HTTP/1.1", &host, &agent, &accept_encoding(), "Accept: */*"]);
}

#[test]
fn rule_11_none_takes_a_field_away_in_any_case() {
    let server = server();
    let session = Session::builder().header("X-Session", "1").header("X-Kept", "1").build().unwrap();
    let request = session
        .get(server.url("/"))
        .unset_header("x-SESSION")
        .unset_header("user-agent")
        .unset_header("ACCEPT-encoding")
        .unset_header("Accept");
    assert_eq!(head_of(&server, request)[1..], [format!("Host: {}", server.addr()), "X-Kept: 1".to_owned()]);
    let session = Session::builder().unset_header("User-Agent").unset_header("Accept-Encoding").build().unwrap();
    assert_eq!(
        head_of(&server, session.get(server.url("/")))[1..],
        [format!("Host: {}", server.addr()), "Accept: */*".to_owned()]
    );
}

#[test]
fn rule_11_a_callers_host_takes_the_place_of_the_derived_one() {
    let server = server();
    let head = head_of(&server, sortie::get(server.url("/")).header("X-First", "1").header("host", "other.example"));
    assert_eq!(head[1], "host: other.example");
    assert_eq!(values(&head, "Host").len(), 1);
}

#[test]
fn rule_12_a_field_that_breaks_the_message_is_an_error_before_any_io() {
    let server = server();
    let get = || sortie::get(server.url("/"));
    for name in ["", "a b", "a:", "a\r\nX-Evil", "é", "a\0", "(a)"] {
        let fault = fault_of(get().header(name, "v"), ErrorKind::InvalidHeader);
        assert!(fault.contains("invalid header name `") && !fault.contains('\r'), "{name:?}: {fault}");
    }
    for value in ["5ecret\r\nX-Evil: 1", "5ecret\n", "\r5ecret", "5ec\0ret", "5ecret\u{7f}", " 5ecret", "5ecret\t"] {
        let fault = fault_of(get().header("X-Value", value), ErrorKind::InvalidHeader);
        assert!(fault.contains("invalid value of header `X-Value`"), "{value:?}: {fault}");
        assert!(!fault.contains("5ec"), "the value stands in the error: {fault}");
        let error = Session::builder().header("X-Value", value).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidHeader, "{value:?}");
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn rule_12_an_empty_value_and_a_tab_within_are_allowed() {
    let server = server();
    let head = head_of(&server, sortie::get(server.url("/")).header("X-Empty", "").header("X-Tab", "a\tb é"));
    assert_eq!(head[5..], ["X-Empty: ", "X-Tab: a\tb é"]);
}

#[test]
fn rule_12_framing_is_not_the_callers() {
    let server = server();
    let post = || sortie::post(server.url("/")).body("four");
    let fault = fault_of(post().header("transfer-encoding", "chunked"), ErrorKind::InvalidHeader);
    assert!(fault.contains("Transfer-Encoding cannot be given"), "{fault}");
    for length in ["5", "3", "+4", "4, 4", "0x4", ""] {
        let fault = fault_of(post().header("Content-Length", length), ErrorKind::InvalidHeader);
        assert!(fault.contains("Content-Length is not the length of the body"), "{length}: {fault}");
    }
    fault_of(sortie::get(server.url("/")).header("Content-Length", "1"), ErrorKind::InvalidHeader);
    assert_eq!(server.connections(), 0);
    assert_eq!(values(&head_of(&server, post().header("content-length", "4")), "Content-Length"), ["4"]);
}

#[test]
fn rule_13_repeated_fields_are_first_each_or_a_list() {
    let answer = "HTTP/1.1 200 OK\r\nVary: a\r\nSet-Cookie: a=1; Expires=Wed, 01 Jan 2200 00:00:00 GMT\r\n\
                  vary: b,c\r\nset-cookie: b=2\r\nContent-Length: 0\r\n\r\n";
    let server = RawServer::answering(answer).unwrap();
    let response = sortie::get(server.url("/")).send().unwrap();
    let headers = response.headers();
    assert_eq!(headers.get("VARY"), Some("a"));
    assert_eq!(headers.get_all("Vary").collect::<Vec<_>>(), ["a", "b,c"]);
    assert_eq!(headers.joined("Vary").as_deref(), Some("a, b,c"));
    let first = "a=1; Expires=Wed, 01 Jan 2200 00:00:00 GMT";
    assert_eq!(headers.joined("set-cookie").as_deref(), Some(first));
    assert_eq!(headers.get_all("Set-Cookie").collect::<Vec<_>>(), [first, "b=2"]);
    assert_eq!(headers.iter().map(|(name, _)| name).nth(2), Some("vary"));
    assert_eq!((headers.get("X-None"), headers.joined("X-None")), (None, None));
}

#[test]
fn rule_14_a_method_that_means_to_have_a_body_says_that_it_has_none() {
    let server = server();
    for (method, length) in [
        (Method::POST, vec!["0"]),
        (Method::PUT, vec!["0"]),
        (Method::PATCH, vec!["0"]),
        (Method::GET, vec![]),
        (Method::HEAD, vec![]),
        (Method::DELETE, vec![]),
        (Method::OPTIONS, vec![]),
        (Method::TRACE, vec![]),
    ] {
        let head = head_of(&server, sortie::request(method.clone(), server.url("/")));
        assert_eq!(head[0], format!("{method} / HTTP/1.1"));
        assert_eq!(values(&head, "Content-Length"), length, "{method}");
        assert!(values(&head, "Transfer-Encoding").is_empty() && values(&head, "Content-Type").is_empty());
    }
}

#[test]
fn rule_14_a_body_is_sent_with_any_method() {
    let server = server();
    for method in [Method::GET, Method::DELETE, Method::OPTIONS] {
        let head = head_of(&server, sortie::request(method.clone(), server.url("/")).body("four"));
        assert_eq!((values(&head, "Content-Length"), last_content(&server)), (vec!["4"], b"four".to_vec()), "{method}");
    }
}

#[test]
fn rule_15_a_form_is_encoded_with_its_content_type() {
    let server = server();
    let head = head_of(&server, sortie::post(server.url("/")).form([("a", "1"), ("a", "2 3"), ("é", "&=")]));
    assert_eq!(values(&head, "Content-Type"), ["application/x-www-form-urlencoded"]);
    assert_eq!(last_content(&server), b"a=1&a=2+3&%C3%A9=%26%3D");
    let own = sortie::post(server.url("/")).header("content-type", "text/x-form").form([("a", "1")]);
    assert_eq!(values(&head_of(&server, own), "Content-Type"), ["text/x-form"]);
}

#[test]
fn rule_15_text_is_utf_8_without_a_content_type_and_an_empty_form_has_length_0() {
    let server = server();
    let head = head_of(&server, sortie::put(server.url("/")).body("naïve\r\n\0"));
    assert_eq!((values(&head, "Content-Type").len(), values(&head, "Content-Length")), (0, vec!["9"]));
    assert_eq!(last_content(&server), "naïve\r\n\0".as_bytes());
    let head = head_of(&server, sortie::post(server.url("/")).form::<&str, &str>([]));
    assert_eq!(values(&head, "Content-Length"), ["0"]);
    assert!(last_content(&server).is_empty());
}

#[test]
fn rule_16_any_value_is_sent_as_json() {
    let server = server();
    for text in ["null", "0", "false", "[]", "{}", "\"\"", r#"{"a":[1,2.5,"é"]}"#] {
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        let head = head_of(&server, sortie::post(server.url("/")).json(&value));
        assert_eq!(values(&head, "Content-Type"), ["application/json"], "{text}");
        assert_eq!(values(&head, "Content-Length"), [text.len().to_string()], "{text}");
        assert_eq!(last_content(&server), text.as_bytes());
    }
    let own = sortie::post(server.url("/")).json(&()).header("Content-Type", "application/vnd.api+json");
    assert_eq!(values(&head_of(&server, own), "Content-Type"), ["application/vnd.api+json"]);
    let none = sortie::post(server.url("/")).json(&()).unset_header("content-type");
    assert!(values(&head_of(&server, none), "Content-Type").is_empty());
}

#[test]
fn rule_16_what_json_cannot_say_is_an_error_before_any_io() {
    let server = server();
    let keys = BTreeMap::from([([1, 2], "a list is no key")]);
    let fault = fault_of(sortie::post(server.url("/")).json(&keys), ErrorKind::InvalidBody);
    assert!(fault.contains("key must be a string"), "{fault}");
    assert_eq!(server.connections(), 0);
}

/// The codings that are compiled in.
fn accept_encoding() -> String {
    format!("Accept-Encoding: {}", sortie_content::ACCEPT_ENCODING)
}
