//! Names and addresses: who looks them up, which may be connected to, and which connection wins.
#![cfg(all(feature = "tls", target_os = "linux"))]
#![allow(clippy::unwrap_used)]

mod support {
    pub(crate) mod chain;
    pub(crate) mod secure;
    pub(crate) mod sockets;
}

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sortie::{Addresses, Error, ErrorKind, Phase, Resolve, Session};
use sortie_testserver::TestServer;
use sortie_testserver::proxy::{Asked, ProxyOptions, ProxyServer};
use sortie_testserver::raw::RawServer;
use support::chain::chain;
use support::secure::{options, trusting};
use support::sockets::sockets_to;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A metadata service, as clouds have it.
const METADATA: IpAddr = IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254));

/// The URL of a path on that server, by this name.
fn named(server: &TestServer, name: &str, path: &str) -> String {
    server.url(path).replace("127.0.0.1", name)
}

/// Knows `*.test`, and counts what it was asked.
#[derive(Clone, Default)]
struct Book(Arc<AtomicUsize>);

impl Resolve for Book {
    fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        match name {
            "none.test" => Ok(Vec::new()),
            "panics.test" => panic!("a resolver that fails"),
            "inside.test" => Ok(vec![METADATA, HERE]),
            _ if name.ends_with(".test") => Ok(vec![HERE]),
            _ => Err(io::Error::new(io::ErrorKind::NotFound, "not in the book")),
        }
    }
}

#[test]
fn an_override_is_for_its_name_and_port_alone_and_the_last_one_counts() {
    let server = TestServer::start().unwrap();
    let port = server.addr().port();
    let session = Session::builder()
        .resolver(Book::default())
        .resolve("Api.Example", port, [METADATA])
        .resolve("api.example", port, [HERE])
        .build()
        .unwrap();
    let response = session.get(named(&server, "API.example", "/headers")).send().unwrap();
    assert!(response.text().contains(&format!("api.example:{port}")));
    for url in ["http://api.example:1/".to_owned(), named(&server, "other.example", "/")] {
        let error = session.get(url).send().unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::Resolve, Some(Phase::Resolve)), "{}", chain(&error));
        assert!(chain(&error).contains("not in the book"), "{}", chain(&error));
    }
    // Without an address there is nothing to connect to, and nobody is asked.
    let session = Session::builder().resolve("api.example", port, []).build().unwrap();
    let error = session.get(named(&server, "api.example", "/")).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Resolve, "{}", chain(&error));
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_resolver_of_ones_own_is_asked_once_for_a_name_and_its_failures_are_told() {
    let (server, book) = (TestServer::start().unwrap(), Book::default());
    let session = Session::builder().resolver(book.clone()).build().unwrap();
    let requests = (0..20).map(|_| session.get(named(&server, "a.test", "/small")));
    assert!(session.batch().concurrency(10).map(requests).iter().all(Result::is_ok));
    assert_eq!(book.0.load(Ordering::SeqCst), 1);
    let cases = [("none.test", "the name has no address"), ("b.example", "not in the book"), ("panics.test", "panic")];
    for (name, words) in cases {
        let error = session.get(named(&server, name, "/")).send().unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::Resolve, Some(Phase::Resolve)), "{}", chain(&error));
        let causes = chain(&error);
        assert!(causes.contains(words) && causes.contains(&format!("cannot resolve {name}")), "{causes}");
    }
}

#[test]
fn a_name_of_tls_is_verified_whoever_looked_it_up() {
    let server = TestServer::start_tls(options()).unwrap();
    let session = Session::builder().tls(trusting().build().unwrap()).resolver(Book::default()).build().unwrap();
    assert!(session.get(named(&server, "a.test", "/get")).send().unwrap().ok());
    let error = session.get(named(&server, "z.test", "/get")).send().unwrap_err();
    assert!(chain(&error).contains("not valid for z.test"), "{}", chain(&error));
}

/// Holds that an address was refused, and that the error names it.
fn assert_refused(outcome: Result<sortie::Response, Error>, address: &str) -> Error {
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Address, Some(Phase::Connect)), "{}", chain(&error));
    assert!(chain(&error).contains(address), "{}", chain(&error));
    error
}

#[test]
fn public_only_refuses_literals_however_they_are_spelled() {
    let server = TestServer::start().unwrap();
    let port = server.addr().port();
    let session = Session::builder().addresses(Addresses::public_only()).build().unwrap();
    let hosts = [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "localhost",
    ];
    for host in hosts {
        assert_refused(session.get(format!("http://{host}:{port}/get")).send(), "is not allowed");
    }
    assert_refused(session.get(format!("http://{METADATA}/latest/meta-data/")).send(), "169.254.169.254");
    assert_eq!(server.connections(), 0);
}

#[test]
fn public_only_refuses_what_a_name_resolves_to() {
    let server = TestServer::start().unwrap();
    let port = server.addr().port();
    let builder = || Session::builder().addresses(Addresses::public_only());
    let session = builder().resolver(Book::default()).build().unwrap();
    assert_refused(session.get(named(&server, "inside.test", "/")).send(), "169.254.169.254 of inside.test");
    // An override is no permission.
    let session = builder().resolve("a.test", port, [HERE]).build().unwrap();
    assert_refused(session.get(named(&server, "a.test", "/")).send(), "127.0.0.1 of a.test");
    assert_refused(Err(session.warm(server.url("/"), 1).unwrap_err()), "127.0.0.1");
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_rule_for_addresses_holds_in_redirects_and_passes_over_what_it_refuses() {
    let inside = TestServer::start().unwrap();
    let location = named(&inside, "127.0.0.2", "/get");
    let answer = format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
    let outside = RawServer::answering(answer).unwrap();
    let rule = Addresses::by(|address| address == HERE);
    let session = Session::builder().addresses(rule).resolver(Book::default()).build().unwrap();
    let error = assert_refused(session.get(outside.url("/")).send(), "127.0.0.2");
    assert_eq!((error.url(), error.attempts()), (Some(location), 1));
    assert_eq!(error.response().map(|response| response.status().as_u16()), Some(302));
    // Of two addresses the allowed one is taken.
    assert!(session.get(named(&inside, "inside.test", "/get")).send().unwrap().ok());
}

#[test]
fn a_rule_for_addresses_holds_for_proxies_and_for_what_they_are_asked_for() {
    let server = TestServer::start().unwrap();
    let [http, socks] =
        [ProxyOptions::http(), ProxyOptions::socks5()].map(|options| ProxyServer::start(options).unwrap());
    let public = |proxy: String| Session::builder().addresses(Addresses::public_only()).proxy(proxy).build().unwrap();
    for proxy in [http.url(), socks.url(), "http://localhost:3128".to_owned()] {
        assert_refused(public(proxy).get("http://8.8.8.8/").send(), "is not allowed");
    }
    let rule = Addresses::by(|address| address == HERE);
    let builder = || Session::builder().addresses(rule.clone()).resolve("b.test", 80, [METADATA]);
    for (proxy, url) in [
        (http.url(), "http://169.254.169.254/"),
        (http.url(), "https://169.254.169.254/"),
        (socks.url(), "http://169.254.169.254/"),
        (socks.url(), "http://b.test/"),
        (socks.url().replace("socks5", "socks5h"), "http://169.254.169.254/"),
    ] {
        assert_refused(builder().proxy(&proxy).build().unwrap().get(url).send(), "169.254.169.254");
    }
    assert_eq!((http.connections(), socks.connections()), (0, 0));
    // The same rule lets through what is allowed on both sides.
    assert!(builder().proxy(socks.url()).build().unwrap().get(server.url("/get")).send().unwrap().ok());
    assert_eq!(socks.requests()[0].asked, Asked::SocksAddress);
}

/// A port where `127.0.0.1` answers and `[::1]` refuses.
fn one_family(answering: IpAddr) -> TestServer {
    TestServer::start_on(SocketAddr::new(answering, 0)).unwrap()
}

#[test]
fn an_address_that_refuses_gives_way_to_the_next_family() {
    let six = IpAddr::V6(Ipv6Addr::LOCALHOST);
    let mut answering = vec![HERE];
    // Where there is no IPv6, its address fails just as well.
    if TcpListener::bind((six, 0)).is_ok() {
        answering.push(six);
    }
    for address in answering {
        let server = one_family(address);
        let port = server.addr().port();
        let order = if address == HERE { [six, HERE] } else { [HERE, six] };
        let session = Session::builder().resolve("both.test", port, order).build().unwrap();
        for _ in 0..2 {
            let response = session.get(format!("http://both.test:{port}/ip")).send().unwrap();
            assert!(response.text().contains(&address.to_string()), "{}", response.text());
        }
        assert_eq!(server.connections(), 1);
    }
}

#[test]
fn where_no_address_answers_the_error_names_the_last_and_counts_them() {
    let port = sortie_testserver::refused_port();
    let addresses = [HERE, IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)), IpAddr::V4(Ipv4Addr::new(127, 0, 0, 3))];
    let session = Session::builder().resolve("a.test", port, addresses).build().unwrap();
    let error = session.get(format!("http://a.test:{port}/")).send().unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Connect, Some(Phase::Connect)));
    let causes = chain(&error);
    assert!(causes.contains(&format!("127.0.0.3:{port}, the last of 3 addresses to fail")), "{causes}");
    for address in addresses {
        assert!(sockets_to(SocketAddr::new(address, port)).is_empty());
    }
}
