//! The SOCKS proxy, octet by octet.
#![allow(clippy::unwrap_used)]

mod client;
mod secure;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use client::Client;
use sortie_testserver::proxy::{Asked, ProxyFault, ProxyOptions, ProxyServer};
use sortie_testserver::{Authority, TestServer, refused_port};

const NAME: &[u8] = b"\x05\x01\x00\x03\x0cexample.test\x01\xbb";

fn proxy(server: &TestServer, change: impl FnOnce(&mut ProxyOptions)) -> ProxyServer {
    let names = vec![("Example.Test".to_owned(), server.addr())];
    let mut options = ProxyOptions { names, ..ProxyOptions::socks5() };
    change(&mut options);
    ProxyServer::start(options).unwrap()
}

/// Sends octets, and reads so many.
fn say<S: Read + Write>(stream: &mut S, octets: &[u8], count: usize) -> Vec<u8> {
    stream.write_all(octets).unwrap();
    let mut answer = vec![0; count];
    stream.read_exact(&mut answer).unwrap();
    answer
}

fn connected(proxy: &ProxyServer) -> TcpStream {
    TcpStream::connect(proxy.addr()).unwrap()
}

/// The address form of a request for 127.0.0.1.
fn address(port: u16) -> Vec<u8> {
    [b"\x05\x01\x00\x01\x7f\x00\x00\x01", &port.to_be_bytes()[..]].concat()
}

/// Whether the proxy ends the connection, with nothing more to say.
fn at_end(stream: TcpStream) -> bool {
    Client::over(stream).end().unwrap().is_empty()
}

#[test]
fn names_and_addresses_are_reached_and_told_apart() {
    let server = TestServer::start().unwrap();
    let proxy = proxy(&server, |_| {});
    assert_eq!(proxy.url(), format!("socks5://{}", proxy.addr()));
    for request in [NAME.to_vec(), address(server.addr().port())] {
        let mut stream = connected(&proxy);
        assert_eq!(say(&mut stream, b"\x05\x02\x02\x00", 2), b"\x05\x00");
        let reply = say(&mut stream, &request, 10);
        assert_eq!(reply[..8], *b"\x05\x00\x00\x01\x7f\x00\x00\x01");
        assert_eq!(Client::over(stream).get("/bytes/200000").content.len(), 200_000);
    }
    let requests = proxy.requests();
    let told: Vec<_> = requests.iter().map(|request| (request.asked, request.host.as_str(), request.port)).collect();
    let port = server.addr().port();
    assert_eq!(told, [(Asked::SocksName, "example.test", 443), (Asked::SocksAddress, "127.0.0.1", port)]);
    assert!(requests[0].carried.starts_with(b"GET /bytes/200000 HTTP/1.1\r\n") && requests[0].line.is_empty());
}

#[test]
fn octets_may_come_one_by_one_or_all_at_once() {
    let server = TestServer::start().unwrap();
    let proxy = proxy(&server, |_| {});
    let wire = [b"\x05\x01\x00", NAME, b"GET /small HTTP/1.1\r\nHost: h\r\n\r\n"].concat();
    for size in [1, wire.len()] {
        let mut stream = connected(&proxy);
        stream.set_nodelay(true).unwrap();
        wire.chunks(size).for_each(|piece| stream.write_all(piece).unwrap());
        assert_eq!(say(&mut stream, b"", 12)[..4], *b"\x05\x00\x05\x00");
        assert_eq!(Client::over(stream).receive(false).status, 200, "pieces of {size}");
    }
}

#[test]
fn a_password_is_wanted_where_it_was_asked_for() {
    let server = TestServer::start().unwrap();
    let proxy = proxy(&server, |options| options.credentials = Some(("user".into(), "pass".into())));
    let mut stream = connected(&proxy);
    assert_eq!(say(&mut stream, b"\x05\x01\x00", 2), b"\x05\xff");
    assert!(at_end(stream));

    let mut stream = connected(&proxy);
    assert_eq!(say(&mut stream, b"\x05\x02\x00\x02", 2), b"\x05\x02");
    assert_eq!(say(&mut stream, b"\x01\x04user\x04word", 2), b"\x01\x01");
    assert!(at_end(stream));

    let mut stream = connected(&proxy);
    assert_eq!(say(&mut stream, b"\x05\x02\x00\x02", 2), b"\x05\x02");
    assert_eq!(say(&mut stream, b"\x01\x04user\x04pass", 2), b"\x01\x00");
    assert_eq!(say(&mut stream, NAME, 10)[..2], *b"\x05\x00");
    assert_eq!(Client::over(stream).get("/small").status, 200);

    let requests = proxy.requests();
    let told: Vec<_> = requests.iter().map(|request| (request.asked, request.credentials.clone().unwrap().1)).collect();
    assert_eq!(told, [(Asked::Nothing, "word".into()), (Asked::SocksName, "pass".into())]);
}

#[test]
fn what_cannot_be_done_has_its_code() {
    let server = TestServer::start().unwrap();
    let proxy = proxy(&server, |_| {});
    let cases: [(&[u8], u8); 5] = [
        (b"\x05\x01\x00\x03\x0cunknown.test\x00\x50", 4),
        (&address(refused_port()), 5),
        (b"\x05\x02\x00\x01\x7f\x00\x00\x01\x00\x50", 7),
        (b"\x05\x01\x00\x09", 8),
        (NAME, 0),
    ];
    for (request, code) in cases {
        let mut stream = connected(&proxy);
        say(&mut stream, b"\x05\x01\x00", 2);
        assert_eq!(say(&mut stream, request, 10)[..2], [5, code], "{}", request.escape_ascii());
        assert!(code == 0 || at_end(stream));
    }
}

#[test]
fn an_ipv6_address_is_read_as_one() {
    let proxy = ProxyServer::start(ProxyOptions {
        names: vec![("2001:db8::1".to_owned(), TestServer::start().unwrap().addr())],
        fault: Some(ProxyFault::Reply(3)),
        ..ProxyOptions::socks5()
    })
    .unwrap();
    let mut stream = connected(&proxy);
    say(&mut stream, b"\x05\x01\x00", 2);
    let request = [b"\x05\x01\x00\x04\x20\x01\x0d\xb8", &[0; 11][..], b"\x01\x00\x50"].concat();
    assert_eq!(say(&mut stream, &request, 10), b"\x05\x03\x00\x01\x00\x00\x00\x00\x00\x00");
    assert_eq!((proxy.requests()[0].host.as_str(), proxy.requests()[0].port), ("2001:db8::1", 80));
}

#[test]
fn a_proxy_does_wrong_what_it_was_told_to() {
    let server = TestServer::start().unwrap();
    let proxy = proxy(&server, |options| options.fault = Some(ProxyFault::Close));
    assert!(at_end(connected(&proxy)));
    for answer in [&b"\x04\x00"[..], b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x05\x00\x05\x63"] {
        proxy.set_fault(Some(ProxyFault::Answer(answer.to_vec())));
        let mut stream = connected(&proxy);
        assert_eq!(say(&mut stream, b"\x05\x01\x00", answer.len()), answer);
        assert!(at_end(stream));
    }
}

#[test]
fn socks_goes_over_tls_too() {
    let server = TestServer::start().unwrap();
    let authority = Authority::new().unwrap();
    let proxy = proxy(&server, |options| options.tls = Some(secure::options(&authority)));
    let config = Arc::new(secure::client(&authority));
    let mut stream = secure::connect(&config, proxy.addr(), "127.0.0.1").unwrap();
    assert_eq!(say(&mut stream, b"\x05\x01\x00", 2), b"\x05\x00");
    assert_eq!(say(&mut stream, NAME, 10)[..2], *b"\x05\x00");
    assert_eq!(Client::over(stream).get("/small").status, 200);
}
