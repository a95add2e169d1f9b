//! Redirects, cookies, statuses, codings and lengths.
#![allow(clippy::unwrap_used)]

mod client;

use std::io::Read;

use client::Client;
use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};
use serde_json::{Value, json};
use sortie_testserver::{TestServer, random_bytes};

#[test]
fn redirects_count_down_to_get() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let cases = [
        ("/redirect/3", "/redirect/2"),
        ("/redirect/1", "/get"),
        ("/redirect/2?absolute=true", "http://h:1/redirect/1?absolute=true"),
        ("/redirect/1?absolute=true", "http://h:1/get"),
        ("/relative-redirect/2", "/relative-redirect/1"),
        ("/relative-redirect/1", "/get"),
        ("/absolute-redirect/2", "http://h:1/absolute-redirect/1"),
        ("/absolute-redirect/1", "http://h:1/get"),
    ];
    for (path, location) in cases {
        let answer = client.get(path);
        assert_eq!((answer.status, answer.field("Location")), (302, Some(location)), "{path}");
    }
    for path in ["/redirect/0", "/redirect/x", "/redirect/-1", "/relative-redirect/", "/absolute-redirect/0"] {
        assert_eq!(client.get(path).status, 400, "{path}");
    }
}

#[test]
fn a_free_redirect_goes_where_the_query_says() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let answer = client.get("/redirect-to?url=%2F%2Fx%2F%C3%A9%3Fq&status_code=307");
    assert_eq!((answer.status, answer.field("Location")), (307, Some("//x/é?q")));
    let answer = client.send_content("POST", "/redirect-to?url=/get", "text/plain", b"x");
    assert_eq!((answer.status, answer.field("Location")), (302, Some("/get")));
    for path in ["/redirect-to", "/redirect-to?url=/&status_code=200", "/redirect-to?url=a%0D%0Ab"] {
        assert_eq!(client.get(path).status, 400, "{path}");
    }
}

#[test]
fn cookies_are_set_told_and_deleted() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let set = client.get("/cookies/set?a=1&b=2%203");
    assert_eq!((set.status, set.field("Location")), (302, Some("/cookies")));
    assert_eq!(set.fields("Set-Cookie"), ["a=1; Path=/", "b=2 3; Path=/"]);
    assert_eq!(client.get("/cookies/set/sessioncookie/1234%21").fields("Set-Cookie"), ["sessioncookie=1234!; Path=/"]);
    let deleted = client.get("/cookies/delete?a&b");
    assert_eq!((deleted.status, deleted.fields("Set-Cookie").len()), (302, 2));
    assert!(deleted.fields("Set-Cookie")[1].starts_with("b=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"));
    let told = client.send("GET /cookies HTTP/1.1\r\nHost: h\r\nCookie: a=1; b==2; a=3\r\n\r\n", b"");
    assert_eq!(told.json(), json!({ "cookies": { "a": "1", "b": "=2" } }));
    assert_eq!(client.get("/cookies").json(), json!({ "cookies": {} }));
}

#[test]
fn a_status_comes_with_what_makes_sense_of_it() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    for code in [200, 204, 299, 304, 404, 418, 500, 503, 599] {
        let answer = client.get(&format!("/status/{code}"));
        assert_eq!((answer.status, answer.content.len(), answer.field("Location")), (code, 0, None), "{code}");
    }
    for code in [300, 301, 302, 303, 307, 308] {
        assert_eq!(client.get(&format!("/status/{code}")).field("Location"), Some("/redirect/1"), "{code}");
    }
    assert!(client.get("/status/401").field("Www-Authenticate").unwrap().starts_with("Basic realm="));
    assert!(client.get("/status/407").field("Proxy-Authenticate").unwrap().starts_with("Basic realm="));
    assert_eq!(client.send_content("POST", "/status/503", "text/plain", b"x").status, 503);
    for code in ["100", "199", "600", "x", ""] {
        assert_eq!(client.get(&format!("/status/{code}")).status, 400, "{code}");
    }
}

#[test]
fn basic_auth_lets_one_user_in() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let with = |client: &mut Client, field: &str| {
        client.send(&format!("GET /basic-auth/user/p%3Aw HTTP/1.1\r\nHost: h\r\n{field}\r\n"), b"")
    };
    let allowed = with(&mut client, "Authorization: bASIC dXNlcjpwOnc=\r\n");
    assert_eq!((allowed.status, allowed.json()), (200, json!({ "authenticated": true, "user": "user" })));
    for field in ["", "Authorization: Basic dXNlcjpwOng=\r\n", "Authorization: Bearer dXNlcjpwOnc=\r\n"] {
        let refused = with(&mut client, field);
        assert_eq!(refused.status, 401, "{field}");
        assert!(refused.field("Www-Authenticate").unwrap().starts_with("Basic realm="), "{field}");
    }
}

#[test]
fn a_bearer_of_any_token_is_let_in() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let with =
        |client: &mut Client, field: &str| client.send(&format!("GET /bearer HTTP/1.1\r\nHost: h\r\n{field}\r\n"), b"");
    let allowed = with(&mut client, "Authorization: bEARER a.b-c=\r\n");
    assert_eq!((allowed.status, allowed.json()), (200, json!({ "authenticated": true, "token": "a.b-c=" })));
    for field in ["", "Authorization: Bearer \r\n", "Authorization: Bearer\r\n", "Authorization: Basic YTpi\r\n"] {
        let refused = with(&mut client, field);
        assert_eq!((refused.status, refused.field("Www-Authenticate")), (401, Some("Bearer")), "{field}");
    }
}

#[test]
fn codings_hold_the_document() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let mut text = String::new();
    let answer = client.get("/gzip");
    assert_eq!(answer.field("Content-Encoding"), Some("gzip"));
    GzDecoder::new(&answer.content[..]).read_to_string(&mut text).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["gzipped"], true);
    for path in ["/deflate", "/deflate-raw"] {
        let answer = client.get(path);
        assert_eq!(answer.field("Content-Encoding"), Some("deflate"), "{path}");
        text.clear();
        match path {
            "/deflate" => ZlibDecoder::new(&answer.content[..]).read_to_string(&mut text).unwrap(),
            _ => DeflateDecoder::new(&answer.content[..]).read_to_string(&mut text).unwrap(),
        };
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&document["deflated"], &document["method"]), (&json!(true), &json!("GET")), "{path}");
    }
    let answer = client.get("/brotli");
    assert_eq!(answer.field("Content-Encoding"), Some("br"));
    text.clear();
    brotli::Decompressor::new(&answer.content[..], 4096).read_to_string(&mut text).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["brotli"], true);
    let answer = client.get("/zstd");
    assert_eq!(answer.field("Content-Encoding"), Some("zstd"));
    let plain = zstd::decode_all(&answer.content[..]).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&plain).unwrap()["zstd"], true);
}

#[test]
fn pages_have_their_type() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    for (path, within) in [("/html", "&amp;"), ("/encoding/utf8", "日本語")] {
        let answer = client.get(path);
        assert_eq!(answer.field("Content-Type"), Some("text/html; charset=utf-8"), "{path}");
        assert!(String::from_utf8(answer.content).unwrap().contains(within), "{path}");
    }
}

#[test]
fn octets_are_the_same_with_and_without_a_length() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    for count in [0, 1, 8, 65_535, 65_536, 200_001] {
        let expected = random_bytes(7, count);
        assert_eq!(expected.len(), count);
        let told = client.get(&format!("/bytes/{count}?seed=7"));
        assert_eq!(told.field("Content-Length"), Some(&*count.to_string()));
        assert!(told.content == expected, "bytes/{count}");
        let chunked = client.get(&format!("/chunked/{count}?seed=7"));
        assert_eq!((chunked.field("Transfer-Encoding"), chunked.field("Content-Length")), (Some("chunked"), None));
        assert!(chunked.content == expected, "chunked/{count}");
    }
    assert_eq!(client.get("/bytes/20").content, random_bytes(0, 20));
    assert_ne!(random_bytes(0, 20), random_bytes(1, 20));
    for path in ["/bytes/104857601", "/bytes/x", "/chunked/-1", "/bytes/1?seed=x"] {
        assert_eq!(client.get(path).status, 400, "{path}");
    }
}

#[test]
fn a_stream_is_a_line_for_each_number() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let answer = client.get("/stream/3?q=1");
    assert_eq!(answer.field("Transfer-Encoding"), Some("chunked"));
    let text = String::from_utf8(answer.content).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|line| line["id"].as_u64().unwrap()).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(lines[2]["args"], json!({ "q": "1" }));
    assert_eq!(client.get("/stream/100001").status, 400);
}

#[test]
fn response_headers_are_what_the_query_says() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let answer = client.get("/response-headers?x-a=1&X-A=2&content-type=text/plain%3B+charset%3Dx&Server=s");
    assert_eq!(answer.fields("X-A"), ["1", "2"]);
    assert_eq!(answer.fields("Content-Type"), ["text/plain; charset=x"]);
    assert_eq!(answer.json()["Server"], "s");
    for query in ["content-length=1", "transfer-encoding=chunked", "a%20b=1", "a=%0A"] {
        assert_eq!(client.get(&format!("/response-headers?{query}")).status, 400, "{query}");
    }
    assert_eq!(client.get("/response-headers?connection=close").status, 200);
    assert!(client.at_end());
}

#[test]
fn fixed_documents_are_what_they_say() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    assert_eq!(client.get("/json").json()["slideshow"]["slides"].as_array().unwrap().len(), 2);
    let page = client.get("/encoding/utf8");
    assert_eq!(page.field("Content-Type"), Some("text/html; charset=utf-8"));
    assert!(String::from_utf8(page.content).unwrap().contains("日本語"));
    let small = client.get("/small");
    assert_eq!((small.field("Content-Length"), small.field("Content-Type")), (Some("100"), Some("text/plain")));
    assert_eq!(small.content.len(), 100);
    for path in ["/404", "/", "/get/", "//get"] {
        let answer = client.get(path);
        assert_eq!((answer.status, answer.json()), (404, json!({ "error": "no such route" })), "{path}");
    }
}

#[test]
fn a_delay_is_a_number_of_seconds() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    assert_eq!(client.get("/delay/0.001?q=1").json()["args"], json!({ "q": "1" }));
    for seconds in ["-1", "x", "nan", ""] {
        assert_eq!(client.get(&format!("/delay/{seconds}")).status, 400, "{seconds}");
    }
}
