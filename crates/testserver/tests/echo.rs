//! What the echoing routes tell back.
#![allow(clippy::unwrap_used)]

mod client;

use std::io::Write;

use client::Client;
use serde_json::json;
use sortie_testserver::TestServer;

#[test]
fn get_tells_the_head() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let head = "GET /get?a=1&b=x+%C3%A9&a=2 HTTP/1.1\r\nhost: h:1\r\nX-tEST: 1\r\nx-test: 2\r\n\r\n";
    let answer = client.send(head, b"");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.field("Content-Type"), Some("application/json"));
    let expected = json!({
        "args": { "a": ["1", "2"], "b": "x é" },
        "headers": { "Host": "h:1", "X-Test": "1,2" },
        "method": "GET",
        "origin": "127.0.0.1",
        "url": "http://h:1/get?a=1&b=x+%C3%A9&a=2",
    });
    assert_eq!(answer.json(), expected);
    assert_eq!(client.send("GET http://x.y/get HTTP/1.1\r\nHost: x.y\r\n\r\n", b"").json()["url"], "http://x.y/get");
}

#[test]
fn single_facts_have_their_routes() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    assert_eq!(client.get("/ip").json(), json!({ "origin": "127.0.0.1" }));
    assert_eq!(client.get("/headers").json(), json!({ "headers": { "Host": "h:1" } }));
    assert_eq!(client.get("/user-agent").json(), json!({ "user-agent": null }));
    let named = client.send("GET /user-agent HTTP/1.1\r\nHost: h\r\nUser-Agent: sortie/1\r\n\r\n", b"");
    assert_eq!(named.json(), json!({ "user-agent": "sortie/1" }));
}

#[test]
fn a_route_with_a_method_refuses_the_others() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    for method in ["post", "put", "patch", "delete"] {
        let upper = method.to_uppercase();
        assert_eq!(client.send_content(&upper, &format!("/{method}"), "", b"x").json()["method"], upper);
        let refused = client.get(&format!("/{method}"));
        assert_eq!((refused.status, refused.field("Allow")), (405, Some(&*format!("{upper}, OPTIONS"))));
    }
    assert_eq!(client.send_content("POST", "/get", "text/plain", b"x").status, 405);
    let options = client.send("OPTIONS /get HTTP/1.1\r\nHost: h\r\n\r\n", b"");
    assert_eq!((options.status, options.field("Allow")), (200, Some("GET, HEAD, OPTIONS")));
    assert_eq!(client.send_content("BREW", "/anything/at/all", "", b"x").json()["method"], "BREW");
}

#[test]
fn head_tells_the_length_and_sends_no_content() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    for path in ["/get", "/small", "/bytes/70000", "/json"] {
        let head = client.send(&format!("HEAD {path} HTTP/1.1\r\nHost: h:1\r\n\r\n"), b"");
        let get = client.get(path);
        assert_eq!((head.status, get.status), (200, 200), "{path}");
        if path != "/get" {
            assert_eq!(head.field("Content-Length"), get.field("Content-Length"), "{path}");
        }
        assert!(head.field("Content-Length").is_some(), "{path}");
    }
}

#[test]
fn content_is_told_by_its_type() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let form = client.send_content("POST", "/post", "application/x-www-form-urlencoded", b"a=1&b=2+3&a=4").json();
    assert_eq!(form["form"], json!({ "a": ["1", "4"], "b": "2 3" }));
    assert_eq!((&form["data"], &form["json"]), (&json!(""), &json!(null)));

    let document = client.send_content("PUT", "/put", "application/json", b"{\"a\": [1, null]}").json();
    assert_eq!(document["json"], json!({ "a": [1, null] }));
    assert_eq!(document["data"], "{\"a\": [1, null]}");

    let text = client.send_content("PATCH", "/patch", "text/plain", "é!".as_bytes()).json();
    assert_eq!((&text["data"], &text["json"]), (&json!("é!"), &json!(null)));

    let octets = client.send_content("DELETE", "/delete", "application/octet-stream", b"\xff\x00").json();
    assert_eq!(octets["data"], "data:application/octet-stream;base64,/wA=");
}

#[test]
fn multipart_is_told_as_form_and_files() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let content = b"preamble\r\n--=B=\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--=B=\r\n\
        Content-Disposition: form-data; name=\"f\"; filename=\"x.txt\"\r\n\r\nhello\r\n--=B=\r\n\
        Content-Disposition: form-data; name=\"g\"; filename=\"y\"\r\nContent-Type: a/b\r\n\r\n\xff\r\n--=B=--\r\n";
    let told = client.send_content("POST", "/post", "multipart/form-data; boundary=\"=B=\"", content).json();
    assert_eq!(told["form"], json!({ "a": "1" }));
    assert_eq!(told["files"], json!({ "f": "hello", "g": "data:a/b;base64,/w==" }));
    assert_eq!(told["data"], "");
}

#[test]
fn chunked_content_is_told_whole() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let head = "POST /post HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    let answer = client.send(head, b"2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n");
    assert_eq!(answer.json()["data"], "hello");
    assert_eq!(client.get("/small").status, 200);
}

#[test]
fn raw_headers_keep_order_and_case() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    client.send_content("POST", "/post", "text/plain", b"before");
    for connection in ["b: 2", "B:3"] {
        let answer = client.send(&format!("GET /raw-headers HTTP/1.1\r\nhoST: h\r\nA: 1\r\n{connection}\r\n\r\n"), b"");
        assert_eq!(answer.content, format!("hoST: h\nA: 1\n{connection}\n").into_bytes());
    }
    let head = "POST /raw-headers HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n";
    assert_eq!(client.send(head, b"abc").content, b"Host: h\nContent-Length: 3\n");
    assert_eq!(client.get("/small").status, 200);
}

#[test]
fn expecting_100_is_answered_by_it_only_where_content_is_wanted() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let head = "POST /post HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
    assert_eq!(client.send(head, b"").status, 100);
    assert_eq!(client.send("", b"hello").json()["data"], "hello");
    let refused = client.send(&head.replace("/post", "/status/417"), b"");
    assert_eq!(refused.status, 417);
    assert!(client.at_end());
}

#[test]
fn an_expectation_is_met_ignored_or_refused_as_the_query_says() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let head =
        |query| format!("POST /expect{query} HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    for _ in 0..2 {
        assert_eq!(client.send(&head("?continue=1"), b"").status, 100);
        assert_eq!(client.send("", b"hello").json()["data"], "hello");
        // The next that comes is the answer, whether the client waits or not.
        let answer = client.send(&head(""), b"hello");
        assert_eq!((answer.status, &answer.json()["data"]), (200, &json!("hello")));
    }
    assert_eq!(client.send_content("POST", "/expect?continue=0", "text/plain", b"x").json()["data"], "x");
    assert_eq!(client.send(&head("?continue=0"), b"").status, 417);
    assert!(client.at_end());
}

#[test]
fn what_sinks_is_counted_and_summed() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    assert_eq!(client.get("/sink").json(), json!({ "length": 0 }));
    let expecting = "PUT /sink?sum=crc32 HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n";
    assert_eq!(client.send(expecting, b"").status, 100);
    assert_eq!(client.send("", b"123456789").json(), json!({ "length": 9, "crc32": "cbf43926" }));
    let head = "POST /sink?sum=sha256 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    let answer = client.send(head, b"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n");
    let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(answer.json(), json!({ "length": 3, "sha256": sum }));
    assert_eq!(client.send_content("POST", "/sink?sum=md5", "", b"").status, 400);
}

#[test]
fn more_sinks_than_any_other_route_takes() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let length = 300 * 1024 * 1024;
    let head = format!("POST /sink HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n");
    client.stream().write_all(head.as_bytes()).unwrap();
    let piece = vec![0; 1024 * 1024];
    for _ in 0..300 {
        client.stream().write_all(&piece).unwrap();
    }
    assert_eq!(client.receive(false).json(), json!({ "length": length }));
}

#[test]
fn a_retry_succeeds_in_the_end() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let seen = [(); 4].map(|()| {
        let answer = client.send_content("PUT", "/retry/a/2?status=429&after=7", "text/plain", b"again");
        let told = answer.json();
        assert_eq!(told["data"], "again");
        (answer.status, answer.field("Retry-After").map(str::to_owned), told["attempt"].as_u64().unwrap())
    });
    let after = Some("7".to_owned());
    assert_eq!(seen, [(429, after.clone(), 1), (429, after, 2), (200, None, 3), (200, None, 4)]);
    let other = client.get("/retry/b/1");
    assert_eq!((other.status, other.field("Retry-After")), (503, None));
    assert_eq!(client.get("/retry/b/1").status, 200);
    assert_eq!(client.get("/retry/c/0").status, 200);
    for path in ["/retry/a/x", "/retry/a/-1", "/retry/a/1?status=700"] {
        assert_eq!(client.get(path).status, 400, "{path}");
    }
}

#[test]
fn more_content_than_is_taken_is_a_413() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let refused = client.send("POST /post HTTP/1.1\r\nHost: h\r\nContent-Length: 268435457\r\n\r\n", b"");
    assert_eq!((refused.status, refused.field("Connection")), (413, Some("close")));
}
