//! The HTTP proxy: tunnels, requests that are passed on, and what it does wrong.
#![allow(clippy::unwrap_used)]

mod client;
mod secure;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use client::{Answer, Client};
use serde_json::json;
use sortie_testserver::proxy::{Asked, ProxyFault, ProxyOptions, ProxyServer};
use sortie_testserver::raw::RawServer;
use sortie_testserver::{Authority, TestServer, refused_port};

/// A proxy that knows `server` as `example.test`.
fn proxy(server: &TestServer, change: impl FnOnce(&mut ProxyOptions)) -> ProxyServer {
    let names = vec![("example.test".to_owned(), server.addr())];
    let mut options = ProxyOptions { names, ..ProxyOptions::http() };
    change(&mut options);
    ProxyServer::start(options).unwrap()
}

/// Asks for a tunnel. The answer to CONNECT has no content, whatever its fields say.
fn tunnel<S: Read + Write>(client: &mut Client<S>, target: &str, fields: &str) -> Answer {
    client
        .stream()
        .write_all(format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{fields}\r\n").as_bytes())
        .unwrap();
    client.receive(true)
}

#[test]
fn a_tunnel_carries_whatever_it_is_given() {
    let server = TestServer::start().unwrap();
    let proxy = proxy(&server, |_| {});
    assert_eq!(proxy.url(), format!("http://{}", proxy.addr()));
    let mut client = Client::new(proxy.addr());
    let answer = tunnel(&mut client, "EXAMPLE.test:443", "X-A: b\r\n");
    assert_eq!(answer.status, 200);
    assert_eq!((answer.field("Content-Length"), answer.field("Transfer-Encoding")), (None, None));
    assert_eq!(client.get("/bytes/300000?seed=3").content, sortie_testserver::random_bytes(3, 300_000));
    assert_eq!(client.get("/small").status, 200);
    let [request] = &proxy.requests()[..] else { panic!("{:?}", proxy.requests()) };
    assert_eq!((request.asked, request.host.as_str(), request.port), (Asked::Connect, "EXAMPLE.test", 443));
    assert_eq!(request.line, "CONNECT EXAMPLE.test:443 HTTP/1.1");
    assert_eq!((request.field("x-a"), request.field("host")), (Some("b"), Some("EXAMPLE.test:443")));
    assert!(request.carried.starts_with(b"GET /bytes/300000?seed=3 HTTP/1.1\r\n"));
    assert!(request.carried.ends_with(b"GET /small HTTP/1.1\r\nHost: h:1\r\n\r\n"));
    assert_eq!((proxy.connections(), server.connections(), request.credentials.as_ref()), (1, 1, None));
}

#[test]
fn a_tunnel_ends_with_either_end() {
    let server = TestServer::start().unwrap();
    let proxy = proxy(&server, |_| {});
    let mut client = Client::new(proxy.addr());
    tunnel(&mut client, "example.test:80", "");
    client.stream().write_all(b"GET /small HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").unwrap();
    assert!(client.end().unwrap().starts_with(b"HTTP/1.1 200 OK\r\n"));
    let mut client = Client::new(proxy.addr());
    tunnel(&mut client, "example.test:80", "");
    client.stream().shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(client.end().unwrap(), b"");
}

#[test]
fn a_request_is_passed_on_without_what_was_for_the_proxy() {
    let server = TestServer::start().unwrap();
    let proxy = proxy(&server, |_| {});
    let mut client = Client::new(proxy.addr());
    let fields = "Host: example.test\r\nProxy-Authorization: Basic dTpw\r\nProxy-Connection: keep-alive\r\n\
                  Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nX-End: 2\r\n";
    for _ in 0..2 {
        let answer = client.send(&format!("GET http://example.test/headers HTTP/1.1\r\n{fields}\r\n"), b"");
        let told = json!({ "Host": "example.test", "X-End": "2", "Via": "1.1 sortie-testserver" });
        assert_eq!((answer.status, answer.json()), (200, json!({ "headers": told })));
    }
    let head = "POST http://example.test:81/post?a=b HTTP/1.1\r\nHost: example.test:81\r\nContent-Length: 5\r\n\r\n";
    assert_eq!(client.send(head, b"hello").json()["data"], "hello");
    let answer = client.send("GET http://example.test/chunked/70000 HTTP/1.1\r\nHost: example.test\r\n\r\n", b"");
    assert_eq!(answer.content, sortie_testserver::random_bytes(0, 70_000));
    assert_eq!(proxy.connections(), 1);
    let requests = proxy.requests();
    assert_eq!(requests[0].line, "GET http://example.test/headers HTTP/1.1");
    assert_eq!(requests[0].credentials, Some(("u".into(), "p".into())));
    let asked: Vec<_> = requests.iter().map(|request| (request.asked, request.port)).collect();
    assert_eq!(asked, [80, 80, 81, 80].map(|port| (Asked::Forward, port)));
}

#[test]
fn what_cannot_be_reached_or_asked_is_told() {
    let server = TestServer::start().unwrap();
    let proxy = proxy(&server, |_| {});
    let ask = |target: &str| {
        let target = format!("{target} HTTP/1.1\r\nHost: h\r\n\r\n");
        Client::new(proxy.addr()).send(&target, b"")
    };
    let answer = ask("CONNECT unknown.test:443");
    assert_eq!(answer.status, 502);
    assert!(answer.content.starts_with(b"cannot reach unknown.test:443: "), "{answer:?}");
    assert_eq!(ask(&format!("CONNECT 127.0.0.1:{}", refused_port())).status, 502);
    assert_eq!(ask("GET http://unknown.test/").status, 502);
    assert_eq!(ask("GET https://example.test/").status, 400);
    assert_eq!(ask("GET /").status, 400);
    assert_eq!(ask(&format!("GET http://localhost:{}/small", server.addr().port())).status, 200);
    assert_eq!(ask(&format!("GET {}", server.url("/small"))).status, 200);
    assert_eq!(proxy.requests()[4].asked, Asked::Nothing);
}

#[test]
fn credentials_are_wanted_where_they_were_asked_for() {
    let server = TestServer::start().unwrap();
    let proxy = proxy(&server, |options| options.credentials = Some(("user".into(), "p:w".into())));
    for request in ["CONNECT example.test:1", "GET http://example.test/small"] {
        let mut client = Client::new(proxy.addr());
        let mut ask = |field: &str| {
            client.stream().write_all(format!("{request} HTTP/1.1\r\nHost: h\r\n{field}\r\n").as_bytes()).unwrap();
            client.receive(false)
        };
        for field in ["", "Proxy-Authorization: Basic dXNlcjpw\r\n", "Authorization: Basic dXNlcjpwOnc=\r\n"] {
            let refused = ask(field);
            assert_eq!(refused.status, 407, "{request} {field}");
            assert_eq!(refused.field("Proxy-Authenticate"), Some("Basic realm=\"test proxy\""));
        }
        let mut client = Client::new(proxy.addr());
        let fields = "Proxy-Authorization: basic dXNlcjpwOnc=\r\n\r\n";
        client.stream().write_all(format!("{request} HTTP/1.1\r\nHost: h\r\n{fields}").as_bytes()).unwrap();
        assert_eq!(client.receive(request.starts_with("CONNECT")).status, 200);
        assert_eq!(proxy.requests().last().unwrap().credentials, Some(("user".into(), "p:w".into())));
    }
    assert_eq!(server.connections(), 2);
}

#[test]
fn an_https_proxy_carries_tls_inside_tls() {
    let (server, authority) = secure::server(|_| {});
    let own = Authority::new().unwrap();
    let proxy = proxy(&server, |options| options.tls = Some(secure::options(&own)));
    assert!(proxy.url().starts_with("https://127.0.0.1:"));
    let (outer, inner) = (Arc::new(secure::client(&own)), Arc::new(secure::client(&authority)));
    let mut stream = secure::connect(&outer, proxy.addr(), "localhost").unwrap();
    let mut client = Client::over(&mut stream);
    assert_eq!(tunnel(&mut client, "example.test:443", "").status, 200);
    let mut client = Client::over(secure::secure(&inner, &mut stream, "localhost").unwrap());
    assert_eq!(client.get("/bytes/100000").content.len(), 100_000);
    assert_eq!(client.get("/tls").json()["version"], "TLSv1.3");
    // A handshake record.
    assert_eq!(proxy.requests()[0].carried[..2], [22, 3]);
}

#[test]
fn a_proxy_does_wrong_what_it_was_told_to() {
    let server = TestServer::start().unwrap();
    let proxy = proxy(&server, |options| options.fault = Some(ProxyFault::Close));
    assert!(Client::new(proxy.addr()).at_end());
    for answer in [
        "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\nbad",
        "SSH-2.0-x\r\n",
        "",
    ] {
        proxy.set_fault(Some(ProxyFault::Answer(answer.into())));
        let mut client = Client::new(proxy.addr());
        client.stream().write_all(b"CONNECT example.test:44 HTTP/1.1\r\nA: b\r\n\r\n").unwrap();
        assert_eq!(client.end().unwrap(), answer.as_bytes());
    }
    let requests = proxy.requests();
    assert_eq!((requests.len(), requests[3].asked), (4, Asked::Connect));
    assert_eq!((requests[3].host.as_str(), requests[3].port, requests[3].field("a")), ("example.test", 44, Some("b")));

    proxy.set_fault(Some(ProxyFault::Silence));
    let mut silent = Client::new(proxy.addr());
    silent.stream().write_all(b"CONNECT example.test:443 HTTP/1.1\r\n\r\n").unwrap();
    while proxy.connections() < 6 {
        std::thread::yield_now();
    }
    proxy.set_fault(Some(ProxyFault::Reply(1)));
    assert_eq!(tunnel(&mut Client::new(proxy.addr()), "example.test:443", "").status, 502);
    proxy.set_fault(None);
    assert_eq!(tunnel(&mut Client::new(proxy.addr()), "example.test:443", "").status, 200);
    silent.stream().set_nonblocking(true).unwrap();
    assert_eq!(silent.stream().peek(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
    assert_eq!(proxy.connections(), 8);
}

#[test]
fn dropping_the_proxy_ends_its_tunnels() {
    let server = RawServer::start(|peer| peer.stall()).unwrap();
    let proxy = ProxyServer::start(ProxyOptions::http()).unwrap();
    let addr = proxy.addr();
    let mut client = Client::new(addr);
    assert_eq!(tunnel(&mut client, &server.addr().to_string(), "").status, 200);
    drop(proxy);
    assert!(client.at_end());
    assert!(TcpStream::connect(addr).is_err());
}
