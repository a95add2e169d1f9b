//! Long answers, answers in pieces, and what comes behind them.
#![allow(clippy::unwrap_used)]

mod client;

use std::io::{Read, Write};

use client::Client;
use sortie_testserver::{TestServer, random_bytes};

/// The sizes of the chunks of an answer to `path`, without the last.
fn chunks(server: &TestServer, path: &str) -> Vec<usize> {
    let wire = wire(server, path, "");
    let mut rest = wire.split_once("\r\n\r\n").unwrap().1;
    let mut sizes = Vec::new();
    loop {
        let (size, after) = rest.split_once("\r\n").unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            return sizes;
        }
        sizes.push(size);
        rest = &after[size + 2..];
    }
}

/// What comes back, to the last octet.
fn wire(server: &TestServer, path: &str, fields: &str) -> String {
    let mut client = Client::new(server.addr());
    let head = format!("GET {path} HTTP/1.1\r\nHost: h\r\n{fields}Connection: close\r\n\r\n");
    client.stream().write_all(head.as_bytes()).unwrap();
    let mut wire = Vec::new();
    client.stream().read_to_end(&mut wire).unwrap();
    wire.iter().map(|octet| if octet.is_ascii() { char::from(*octet) } else { '?' }).collect()
}

#[test]
fn a_chunk_is_as_long_as_the_query_says() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let answer = client.get("/stream-bytes/1001?seed=3&chunk_size=100");
    assert_eq!((answer.field("Transfer-Encoding"), answer.field("Content-Length")), (Some("chunked"), None));
    assert!(answer.content == random_bytes(3, 1001));
    assert_eq!(chunks(&server, "/stream-bytes/1001?chunk_size=300"), [300, 300, 300, 101]);
    assert_eq!(chunks(&server, "/stream-bytes/20000"), [10_240, 9_760]);
    assert!(chunks(&server, "/stream-bytes/0").is_empty());
    for path in ["/stream-bytes/x", "/stream-bytes/104857601", "/stream-bytes/1?chunk_size=0", "/stream-bytes/1?seed=x"]
    {
        assert_eq!(client.get(path).status, 400, "{path}");
    }
}

#[test]
fn what_drips_is_all_there_at_last() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    for (path, count) in [
        ("/drip", 10),
        ("/drip?numbytes=7&chunks=3", 7),
        ("/drip?numbytes=2&chunks=5", 2),
        ("/drip?numbytes=0", 0),
        ("/drip?numbytes=300000&chunks=4", 300_000),
    ] {
        let answer = client.get(path);
        assert_eq!(answer.field("Content-Length"), Some(&*count.to_string()), "{path}");
        assert_eq!(answer.content.len(), count, "{path}");
        assert!(answer.content.iter().all(|octet| *octet == b'*'), "{path}");
    }
    for path in ["/drip?numbytes=x", "/drip?numbytes=104857601", "/drip?chunks=0", "/drip?chunks=-1"] {
        assert_eq!(client.get(path).status, 400, "{path}");
    }
}

#[test]
fn a_huge_answer_is_read_as_far_as_one_likes() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let head = client.send("HEAD /huge/18446744073709551614 HTTP/1.1\r\nHost: h\r\n\r\n", b"");
    assert_eq!(head.field("Content-Length"), Some("18446744073709551614"));
    assert!(client.get("/huge/200001").content == vec![0; 200_001]);
    assert_eq!(client.get("/huge/0").content, b"");
    assert_eq!(client.get("/huge/-1").status, 400);
    let mut client = Client::new(server.addr());
    client.stream().write_all(b"GET /huge/1000000000000 HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    assert!(client.octets(1_000_000).ends_with(&[0; 1000]));
}

#[test]
fn trailers_come_for_who_takes_them() {
    let server = TestServer::start().unwrap();
    let told = wire(&server, "/trailers?x-sum=1&X-Sum=2&etag=%22a%22", "TE: gzip, Trailers\r\n");
    assert!(told.contains("\r\nTrailer: x-sum, etag\r\n"), "{told}");
    assert!(told.contains("\r\nTransfer-Encoding: chunked\r\n"), "{told}");
    let (content, trailers) = told.split_once("The fields follow.\n\r\n0\r\n").unwrap();
    assert!(!content.contains("X-Sum"), "{told}");
    assert!(trailers.contains("X-Sum: 1\r\nX-Sum: 2\r\n") && trailers.contains("Etag: \"a\"\r\n"), "{told}");
    assert!(trailers.ends_with("\r\n\r\n"), "{told}");
    for (path, te) in
        [("/trailers?x-sum=1", ""), ("/trailers?x-sum=1", "TE: gzip\r\n"), ("/trailers", "TE: trailers\r\n")]
    {
        let told = wire(&server, path, te);
        assert!(told.ends_with("follow.\n\r\n0\r\n\r\n") && !told.contains("Trailer: "), "{path}: {told}");
    }
    for query in ["content-length=1", "trailer=x", "a%20b=1", "a=%0A"] {
        assert!(wire(&server, &format!("/trailers?{query}"), "").starts_with("HTTP/1.1 400 "), "{query}");
    }
}
