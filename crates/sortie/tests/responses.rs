//! Rules 31 to 35 and 39: what becomes of the bytes that a server sends.
#![allow(clippy::unwrap_used)]

#[path = "support/chain.rs"]
mod chain;

use std::sync::Arc;
use std::time::Duration;

use chain::chain;
use sortie::{Error, ErrorKind, Memory, Phase, Response, Session, What};
use sortie_testserver::raw::RawServer;
use sortie_testserver::{TestServer, random_bytes};

/// `hello ` and `world`, a gzip member each.
const HELLO: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\x02\x03\xcbH\xcd\xc9\xc9W\0\0\xf6\xf9\x81\xed\x06\0\0\0";
const WORLD: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\x02\x03+\xcf/\xcaI\x01\0C\x11w:\x05\0\0\0";
/// `hello` in gzip in gzip.
const TWICE: &[u8] =
    b"\x1f\x8b\x08\0\0\0\0\0\x02\x03\x93\xef\xe6`\0\x01&\xe6\xd3\x1egO\x9edgh[&`\xc6\n\x14\0\0\xa7o\xb4E\x19\0\0\0";

/// A response with these fields, its length and this content.
fn response(status: &str, fields: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\n{fields}Content-Length: {}\r\n\r\n", content.len());
    [head.as_bytes(), content].concat()
}

/// What becomes of a GET that is answered with exactly these bytes, behind which the connection closes.
fn answered(bytes: impl Into<Vec<u8>>) -> Result<Response, Error> {
    let server = RawServer::answering_once(bytes).unwrap();
    sortie::get(server.url("/")).send()
}

/// The error that this answer is, its kind and phase looked at.
fn fault(bytes: impl Into<Vec<u8>>, kind: ErrorKind, phase: Phase) -> String {
    let error = answered(bytes).unwrap_err();
    assert_eq!((error.kind(), error.phase()), (kind, Some(phase)), "{}", chain(&error));
    chain(&error)
}

#[test]
fn rule_31_ok_is_below_400_and_raise_for_status_says_whose_error_it_is() {
    let server = TestServer::start().unwrap();
    for (status, ok) in [(200, true), (204, true), (304, true), (399, true), (400, false), (500, false), (599, false)] {
        let response = sortie::get(server.url(&format!("/status/{status}"))).redirects(false).send().unwrap();
        assert_eq!((response.status().as_u16(), response.ok()), (status, ok));
        assert_eq!(response.raise_for_status().is_ok(), ok, "{status}");
    }
    let url = server.url("/status/404?q=1");
    let error = sortie::get(&url).tag(3).send().unwrap().raise_for_status().map(drop).unwrap_err();
    assert_eq!(error.to_string(), format!("404 Client Error: Not Found for url: {url}"));
    assert_eq!((error.kind(), error.tag(), error.attempts()), (ErrorKind::Status, 3, 1));
    assert_eq!(error.response().map(|response| response.status().as_u16()), Some(404));
    let url = server.url("/status/503?token=5ecret").replacen("http://", "http://user:5ecret@", 1);
    let error = sortie::get(&url).send().unwrap().raise_for_status().map(drop).unwrap_err();
    assert!(error.to_string().starts_with("503 Server Error: Service Unavailable for url: http://"), "{error}");
    assert!(!format!("{error} {error:?}").contains("5ecret"), "{error:?}");
}

#[test]
fn rule_31_the_reason_is_the_servers_own() {
    let response = answered(response("418 Short and stout", "", b"")).unwrap();
    assert_eq!(response.reason(), "Short and stout");
    let error = response.raise_for_status().map(drop).unwrap_err();
    assert!(error.to_string().starts_with("418 Client Error: Short and stout for url: "), "{error}");
}

#[test]
fn rule_32_text_goes_by_mark_then_charset_then_utf_8_with_replacement() {
    let cases: [(&str, &[u8], &str); 6] = [
        ("text/plain; charset=iso-8859-1", b"\xef\xbb\xbf\xc3\xa9", "\u{e9}"),
        ("text/plain; charset=utf-8", b"\xff\xfeh\0i\0", "hi"),
        ("text/html; charset=\"ISO-8859-1\"", b"caf\xe9", "caf\u{e9}"),
        ("text/plain; charset=nonsense", b"caf\xc3\xa9", "caf\u{e9}"),
        ("application/json", b"\"\xc3\xa9\"", "\"\u{e9}\""),
        ("text/plain", b"a\xffb", "a\u{fffd}b"),
    ];
    for (kind, content, text) in cases {
        let response = answered(response("200 OK", &format!("Content-Type: {kind}\r\n"), content)).unwrap();
        assert_eq!(response.text(), text, "{kind}");
        assert_eq!(response.content(), content, "{kind}");
    }
}

#[test]
fn rule_32_json_is_read_from_utf_16_and_32_too() {
    let text = "{\"a\": \"\u{e9}\u{1f54a}\"}";
    let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf_32: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
    for content in [text.as_bytes(), &utf_16, &utf_32] {
        let response = answered(response("200 OK", "Content-Type: application/json\r\n", content)).unwrap();
        assert_eq!(response.json::<serde_json::Value>().unwrap()["a"], "\u{e9}\u{1f54a}");
    }
    let error = answered(response("200 OK", "", b"{\"a\": 1,")).unwrap().json::<serde_json::Value>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Content);
    assert!(chain(&error).contains("line 1"), "{}", chain(&error));
}

#[test]
fn rule_33_codings_are_taken_off_and_their_field_stays() {
    let server = TestServer::start().unwrap();
    for (path, key, coding) in
        [("/gzip", "gzipped", "gzip"), ("/deflate", "deflated", "deflate"), ("/deflate-raw", "deflated", "deflate")]
    {
        let response = sortie::get(server.url(path)).send().unwrap();
        assert_eq!(response.json::<serde_json::Value>().unwrap()[key], true, "{path}");
        assert_eq!(response.headers().get("content-encoding"), Some(coding));
    }
    let cases: [(&str, &[u8], &[u8]); 5] = [
        ("gzip", &[HELLO, WORLD].concat(), b"hello world"),
        ("X-GZIP", HELLO, b"hello "),
        ("gzip, gzip", TWICE, b"hello"),
        ("foo, gzip", HELLO, b"hello "),
        ("gzip, foo", HELLO, HELLO),
    ];
    for (coding, content, plain) in cases {
        let response = answered(response("200 OK", &format!("Content-Encoding: {coding}\r\n"), content)).unwrap();
        assert_eq!(response.content(), plain, "{coding}");
        assert_eq!(response.headers().get("content-encoding"), Some(coding));
    }
}

#[test]
fn rule_33_damage_is_an_error_that_names_the_coding() {
    let cut = &HELLO[..HELLO.len() - 9];
    let mut wrong = HELLO.to_vec();
    wrong[20] ^= 1;
    for (coding, content) in [("gzip", cut), ("gzip", &wrong), ("gzip", b"plain text"), ("deflate", b"\xff\xff\xff")] {
        let coded = response("200 OK", &format!("Content-Encoding: {coding}\r\n"), content);
        let chain = fault(coded, ErrorKind::Content, Phase::Content);
        assert!(chain.contains(coding), "{chain}");
    }
    let six = response("200 OK", &format!("Content-Encoding: {}gzip\r\n", "gzip, ".repeat(5)), HELLO);
    let chain = fault(six, ErrorKind::Content, Phase::Content);
    assert!(chain.contains('6'), "{chain}");
}

#[test]
fn rule_33_no_content_is_no_damage() {
    let server = RawServer::answers(vec![
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 25\r\n\r\n".to_vec(),
        b"HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\n\r\n".to_vec(),
        b"HTTP/1.1 304 Not Modified\r\nContent-Encoding: gzip\r\nContent-Length: 25\r\n\r\n".to_vec(),
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n".to_vec(),
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_vec(),
    ]);
    let (server, session) = (server.unwrap(), Session::new());
    for (request, status) in [session.head(server.url("/"))]
        .into_iter()
        .chain((0..4).map(|_| session.get(server.url("/"))))
        .zip([200, 204, 304, 200, 200])
    {
        let response = request.send().unwrap();
        assert_eq!((response.status().as_u16(), response.content().len()), (status, 0));
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn rule_33_limits_count_decoded_bytes() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let get = || session.get(server.url(&format!("/gzip?repeated={}", "a".repeat(5_000))));
    let response = get().send().unwrap();
    let decoded = response.content().len() as u64;
    let coded: u64 = response.headers().get("content-length").unwrap().parse().unwrap();
    assert!(coded < decoded / 5, "{coded} {decoded}");
    assert_eq!(get().max_content(decoded).send().unwrap().content().len() as u64, decoded);
    for limit in [decoded - 1, coded] {
        let error = get().max_content(limit).send().unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::ContentTooLarge, Some(Phase::Content)));
        assert!(chain(&error).contains(&format!("{limit} bytes")), "{}", chain(&error));
    }
}

#[test]
fn rule_33_a_limit_holds_however_the_content_is_framed() {
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n1\r\n!\r\n0\r\n\r\n";
    let closed = b"HTTP/1.1 200 OK\r\n\r\nfour!";
    for bytes in [&response("200 OK", "", b"four!")[..], chunked, closed] {
        let server = RawServer::answering_once(bytes).unwrap();
        assert_eq!(sortie::get(server.url("/")).max_content(5).send().unwrap().text(), "four!");
        let error = sortie::get(server.url("/")).max_content(4).send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ContentTooLarge);
        assert!(chain(&error).contains("4 bytes"), "{}", chain(&error));
    }
}

#[test]
fn rule_33_a_range_asks_for_identity() {
    let server = TestServer::start().unwrap();
    let response = sortie::get(server.url("/headers")).header("Range", "bytes=0-1").send().unwrap();
    assert_eq!(response.json::<serde_json::Value>().unwrap()["headers"]["Accept-Encoding"], "identity");
}

#[test]
fn rule_34_a_short_body_says_how_much_came_and_how_much_is_missing() {
    let (kind, phase) = (ErrorKind::Truncated, Phase::Content);
    let length = fault(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", kind, phase);
    assert!(length.ends_with("the content ended after 4 bytes, 6 are missing"), "{length}");
    let chunks = fault(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n9\r\nhal", kind, phase);
    assert!(chunks.ends_with("the content ended after 7 bytes, before its last chunk"), "{chunks}");
    let enormous = fault(b"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\nhalf", kind, phase);
    assert!(enormous.ends_with("after 4 bytes, 18446744073709551611 are missing"), "{enormous}");
    let bad = fault(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour!\r\n", ErrorKind::Protocol, phase);
    assert!(bad.ends_with("a chunk does not end after 4 bytes of content"), "{bad}");
}

#[test]
fn rule_35_links_are_keyed_by_rel_and_commas_inside_brackets_are_safe() {
    let fields =
        "Link: </a,b?c=d>; rel=\"next last\"; title=\"one, two\", </prev>; rel=prev\r\nLink: </css>; rel=preload\r\n";
    let response = answered(response("200 OK", fields, b"")).unwrap();
    let links = response.links();
    assert_eq!(links.len(), 3);
    for (rel, target) in [("next", "/a,b?c=d"), ("last", "/a,b?c=d"), ("prev", "/prev"), ("preload", "/css")] {
        assert_eq!(links.get(rel).map(|link| link.target()), Some(target), "{rel}");
    }
    assert!(links.get("first").is_none());
}

#[test]
fn rule_35_timings_tell_each_part_of_each_exchange() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let first = session.get(server.url("/redirect/1")).send().unwrap();
    assert!(first.history()[0].timings().connect() > Duration::ZERO);
    assert_eq!(first.timings().connect(), Duration::ZERO, "the second exchange found the connection open");
    for response in [&first, &first.history()[0]] {
        let timings = response.timings();
        assert!(timings.first_byte() > Duration::ZERO);
        assert_eq!(response.elapsed(), timings.send() + timings.first_byte());
        assert!(timings.total() >= response.elapsed() + timings.connect());
        assert_eq!((timings.resolve(), timings.tls()), (Duration::ZERO, Duration::ZERO));
    }
}

#[test]
fn rule_39_interim_responses_are_passed_over_and_told() {
    let told = Arc::new(Memory::new());
    let session = Session::builder().sink(told.clone()).build().unwrap();
    let hints = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n";
    let all = format!(
        "HTTP/1.1 100 Continue\r\n\r\n{hints}{}HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 102 P\r\n\r\n".repeat(98)
    );
    let server = RawServer::start(move |peer| {
        while peer.read_request()?.is_some() {
            peer.write_in_pieces(all.as_bytes(), 7)?;
        }
        Ok(())
    });
    let server = server.unwrap();
    for _ in 0..2 {
        assert_eq!(session.get(server.url("/")).send().unwrap().status().as_u16(), 204);
    }
    assert_eq!(server.connections(), 1);
    let hint =
        |what: &What| matches!(what, What::Informational { status: 103, link: Some(link) } if link.contains("style"));
    assert_eq!(told.events().iter().filter(|event| hint(&event.what)).count(), 2);
    let endless = fault("HTTP/1.1 100 Continue\r\n\r\n".repeat(101), ErrorKind::Protocol, Phase::FirstByte);
    assert!(endless.ends_with("more than 100 informational responses"), "{endless}");
}

#[test]
fn rule_39_101_is_an_error_where_nobody_asked_for_it() {
    let switched = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nraw";
    let chain = fault(switched, ErrorKind::Protocol, Phase::FirstByte);
    assert!(chain.ends_with("the server switched protocols without being asked"), "{chain}");
}

#[test]
fn rule_39_head_204_and_304_have_no_body_and_keep_the_connection() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let head = session.head(server.url("/bytes/1000")).send().unwrap();
    assert_eq!((head.headers().get("content-length"), head.content().len()), (Some("1000"), 0));
    for status in [204, 304] {
        let response = session.get(server.url(&format!("/status/{status}"))).send().unwrap();
        assert_eq!((response.status().as_u16(), response.content().len()), (status, 0));
    }
    assert_eq!(session.get(server.url("/get")).send().unwrap().status().as_u16(), 200);
    assert_eq!(server.connections(), 1);
}

#[test]
fn rule_39_a_coding_wins_over_a_length_is_logged_and_the_connection_is_not_reused() {
    let told = Arc::new(Memory::new());
    let session = Session::builder().sink(told.clone()).build().unwrap();
    let both = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    let server = RawServer::answering(both).unwrap();
    for connections in 1..=2 {
        assert_eq!(session.get(server.url("/")).send().unwrap().text(), "hello");
        assert_eq!(server.connections(), connections);
    }
    assert_eq!(told.events().iter().filter(|event| matches!(event.what, What::Suspicious { .. })).count(), 2);
}

#[test]
fn rule_39_framing_that_could_smuggle_is_an_error() {
    let cases = [
        ("Transfer-Encoding: chunked, gzip", "chunked must be last"),
        ("Transfer-Encoding: gzip, chunked", "unsupported transfer coding \"gzip\""),
        ("Transfer-Encoding: identity", "identity"),
        ("Content-Length: 5\r\nContent-Length: 6", "two content lengths, 5 and 6"),
        ("Content-Length: 5, 6", "two content lengths, 5 and 6"),
        ("Content-Length: +5", "invalid content length \"+5\""),
        ("Content-Length: -5", "invalid content length \"-5\""),
        ("Content-Length: 0x5", "invalid content length"),
        ("Content-Length: 18446744073709551616", "invalid content length \"18446744073709551616\""),
        ("X: a\rb", "malformed header field in line 1"),
        ("Good: 1\r\nBad : 2", "malformed header field in line 2"),
        ("nonsense", "malformed header field in line 1"),
    ];
    for (fields, says) in cases {
        let bytes = format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\nhello");
        let chain = fault(bytes, ErrorKind::Protocol, Phase::FirstByte);
        assert!(chain.contains(says), "{fields:?}: {chain}");
    }
    let twice = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello";
    assert_eq!(answered(twice).unwrap().text(), "hello");
}

#[test]
fn content_arrives_intact_in_every_framing() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    for count in [0, 1, 4_096, 65_535, 65_536, 65_537, 1_048_576, 3_000_001] {
        for path in ["bytes", "chunked"] {
            let response = session.get(server.url(&format!("/{path}/{count}?seed=7"))).send().unwrap();
            assert!(response.content() == &random_bytes(7, count), "/{path}/{count}");
        }
    }
    assert_eq!(session.get(server.url("/stream/50")).send().unwrap().text().lines().count(), 50);
    assert_eq!(server.connections(), 1);
    let old = [&b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n"[..], &random_bytes(3, 200_000)].concat();
    assert!(answered(old).unwrap().content() == &random_bytes(3, 200_000));
}

#[test]
fn content_of_64_mib_arrives_intact() {
    let server = TestServer::start().unwrap();
    let response = sortie::get(server.url("/bytes/67108864")).send().unwrap();
    assert_eq!(response.content().len(), 64 << 20);
    assert!(response.content() == &random_bytes(0, 64 << 20));
}

#[test]
fn an_upload_of_20_mib_leaves_whole() {
    let body = random_bytes(1, 20 << 20);
    let sent = body.clone();
    let server = RawServer::start(move |peer| {
        while peer.read_head()?.is_some() {
            let body = peer.read_body()?;
            let verdict = format!("{} {}", body.len(), body == sent);
            peer.write(&response("200 OK", "", verdict.as_bytes()))?;
        }
        Ok(())
    });
    let (server, session) = (server.unwrap(), Session::new());
    for _ in 0..2 {
        assert_eq!(session.put(server.url("/")).body(body.clone()).send().unwrap().text(), "20971520 true");
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn an_answer_that_comes_before_the_upload_is_through_is_the_answer() {
    let server = RawServer::start(|peer| {
        peer.read_head()?;
        peer.write(&response("413 Content Too Large", "", b"too much"))?;
        peer.finish()
    });
    let (server, session) = (server.unwrap(), Session::new());
    for connections in 1..=2 {
        let response = session.put(server.url("/")).body(vec![0; 64 << 20]).send().unwrap();
        assert_eq!((response.status().as_u16(), response.text().as_ref()), (413, "too much"));
        assert_eq!(server.connections(), connections, "what was left of the upload must not meet the next request");
    }
}

#[test]
fn an_answer_is_the_same_however_the_network_cuts_it() {
    let answer = b"HTTP/1.1 200 OK\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nT: x\r\n\r\n";
    let (session, size) = (Session::new(), std::sync::atomic::AtomicUsize::new(0));
    let server = RawServer::start(move |peer| {
        while peer.read_request()?.is_some() {
            peer.write_in_pieces(answer, size.fetch_add(1, std::sync::atomic::Ordering::SeqCst) % answer.len() + 1)?;
        }
        Ok(())
    });
    let server = server.unwrap();
    for size in 1..=answer.len() {
        let response = session.get(server.url("/")).send().unwrap();
        assert_eq!((response.text().as_ref(), response.headers().get("x-a")), ("hello world", Some("b")), "{size}");
    }
    assert_eq!(server.connections(), 1);
}
