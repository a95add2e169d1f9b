//! Rule 39: a connection that goes on in another protocol, and a 101 that nobody asked for.
#![cfg(all(feature = "tls", target_os = "linux"))]
#![allow(clippy::unwrap_used)]

mod support {
    pub(crate) mod chain;
    pub(crate) mod secure;
    pub(crate) mod sockets;
}

use std::io::{self, ErrorKind as IoKind, Read, Write};
use std::time::Duration;

use sortie::{Detached, Error, ErrorKind, Method, Phase, Session};
use sortie_testserver::TestServer;
use sortie_testserver::proxy::{Asked, ProxyFault, ProxyOptions, ProxyServer};
use sortie_testserver::raw::{Peer, RawServer};
use support::chain::chain;
use support::secure::{options, trusting};
use support::sockets::sockets_to;

const SWITCHED: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";

fn trustful() -> Session {
    Session::builder().tls(trusting().build().unwrap()).build().unwrap()
}

/// The same script behind a plain port and behind TLS.
fn both(script: impl Fn(&mut Peer) -> io::Result<()> + Clone + Send + Sync + 'static) -> [RawServer; 2] {
    [RawServer::start(script.clone()).unwrap(), RawServer::start_tls(options(), script).unwrap()]
}

/// Gives back what comes, in capitals, until the client ends.
fn shout(peer: &mut Peer) -> io::Result<()> {
    let mut piece = [0; 1024];
    loop {
        match peer.read(&mut piece)? {
            0 => return Ok(()),
            count => peer.write(&piece[..count].to_ascii_uppercase())?,
        }
    }
}

/// Says `words` and reads as many bytes as there should come back.
fn talk(stream: &mut Detached, words: &[u8]) -> Vec<u8> {
    stream.set_blocking(true).unwrap();
    stream.write_all(words).unwrap();
    stream.flush().unwrap();
    let mut answer = vec![0; words.len()];
    stream.read_exact(&mut answer).unwrap();
    answer
}

#[test]
fn rule_39_a_101_that_was_asked_for_hands_the_connection_over() {
    let servers = [TestServer::start().unwrap(), TestServer::start_tls(options()).unwrap()];
    for server in servers {
        let session = trustful();
        let upgraded = session.get(server.url("/upgrade")).upgrade("echo").unwrap();
        let response = &upgraded.response;
        assert_eq!((response.status().as_u16(), response.headers().get("upgrade")), (101, Some("echo")));
        assert_eq!(response.request().headers().get("Connection"), Some("Upgrade"));
        let mut stream = upgraded.stream;
        assert_eq!(stream.peer_addr().unwrap(), server.addr());
        let large = vec![7; 300_000];
        for words in [&b"hello"[..], &large[..100_000]] {
            assert_eq!(talk(&mut stream, words), words);
        }
        // It is out of the pool: the session opens another, and this one lives on without it.
        assert!(session.get(server.url("/small")).send().unwrap().ok());
        assert_eq!(server.connections(), 2);
        drop(session);
        assert_eq!(talk(&mut stream, b"still there"), b"still there");
        drop(stream);
        assert!(sockets_to(server.addr()).is_empty());
    }
}

#[test]
fn rule_39_bytes_that_came_with_the_head_are_not_lost() {
    let script = |peer: &mut Peer| {
        peer.read_request()?;
        peer.write(&[SWITCHED, b"early"].concat())?;
        peer.write(b" and late")?;
        shout(peer)
    };
    for server in both(script) {
        let mut stream = trustful().get(server.url("/")).upgrade("shout").unwrap().stream;
        stream.set_blocking(true).unwrap();
        let mut first = [0; 14];
        stream.read_exact(&mut first).unwrap();
        assert_eq!(&first, b"early and late");
        assert_eq!(talk(&mut stream, b"words"), b"WORDS");
    }
}

#[test]
fn rule_39_the_connection_does_not_block_until_it_is_told_to() {
    let script = |peer: &mut Peer| {
        peer.read_request()?;
        peer.write(SWITCHED)?;
        shout(peer)
    };
    for server in both(script) {
        let mut stream = trustful().get(server.url("/")).upgrade("shout").unwrap().stream;
        // After a 101 the server waits for the client.
        assert_eq!(stream.read(&mut [0; 8]).unwrap_err().kind(), IoKind::WouldBlock);
        assert_eq!(talk(&mut stream, b"words"), b"WORDS");
    }
}

#[test]
fn rule_39_interim_responses_go_before_and_redirects_lead_there() {
    let last = RawServer::start(|peer| {
        peer.read_request()?;
        peer.write(&[b"HTTP/1.1 103 Early Hints\r\n\r\n", SWITCHED].concat())?;
        shout(peer)
    });
    let last = last.unwrap();
    let answer = format!("HTTP/1.1 307 Elsewhere\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", last.url("/there"));
    let first = RawServer::answering(answer).unwrap();
    let upgraded = sortie::get(first.url("/")).upgrade("shout").unwrap();
    assert_eq!((upgraded.response.history().len(), upgraded.response.url().as_str()), (1, &*last.url("/there")));
    let mut stream = upgraded.stream;
    assert_eq!(talk(&mut stream, b"words"), b"WORDS");
    assert!(String::from_utf8(last.requests().remove(0)).unwrap().contains("\r\nUpgrade: shout\r\n"));
}

#[test]
fn rule_39_a_101_that_was_not_asked_for_is_an_error() {
    let script = |peer: &mut Peer| {
        peer.read_request()?;
        peer.write(SWITCHED)?;
        peer.stall()
    };
    for server in both(script) {
        let error = trustful().get(server.url("/")).header("Upgrade", "echo").send().unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::Protocol, Some(Phase::FirstByte)));
        assert!(chain(&error).contains("the server switched protocols without being asked"), "{}", chain(&error));
        assert!(sockets_to(server.addr()).is_empty());
    }
}

/// The error of an upgrade that came to nothing, which still has the response.
fn refused(outcome: Result<sortie::Upgraded, Error>, status: u16) {
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Upgrade, "{}", chain(&error));
    assert!(error.to_string().contains(&status.to_string()), "{error}");
    assert_eq!(error.response().map(|response| response.status().as_u16()), Some(status));
}

#[test]
fn another_answer_than_101_is_an_error_and_the_connection_stays_in_the_pool() {
    let server = TestServer::start().unwrap();
    let session = Session::new();
    refused(session.get(server.url("/upgrade")).upgrade("telepathy"), 426);
    refused(session.get(server.url("/status/404")).upgrade("echo"), 404);
    assert!(session.get(server.url("/small")).send().unwrap().ok());
    assert_eq!(server.connections(), 1);
}

#[test]
fn an_upgrade_that_is_not_answered_runs_out_of_its_time() {
    let server = RawServer::start(|peer| {
        peer.read_request()?;
        peer.stall()
    });
    let server = server.unwrap();
    let request = sortie::get(server.url("/")).first_byte_timeout(Duration::from_millis(50));
    let error = request.upgrade("echo").unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::FirstByteTimeout, Some(Phase::FirstByte)));
    assert!(sockets_to(server.addr()).is_empty());
}

#[test]
fn connect_opens_a_tunnel_at_the_server_that_is_asked() {
    for server in both(|peer| {
        peer.read_head()?;
        // A 2xx to CONNECT has no content, whatever its fields say.
        peer.write(b"HTTP/1.1 200 Connection established\r\nContent-Length: 5\r\n\r\nearly")?;
        shout(peer)
    }) {
        let upgraded = trustful().request(Method::CONNECT, server.url("/")).upgrade("").unwrap();
        assert_eq!((upgraded.response.status().as_u16(), upgraded.response.content().len()), (200, 0));
        let mut stream = upgraded.stream;
        stream.set_blocking(true).unwrap();
        let mut early = [0; 5];
        stream.read_exact(&mut early).unwrap();
        assert_eq!((&early, talk(&mut stream, b"words").as_slice()), (b"early", &b"WORDS"[..]));
        let head = String::from_utf8(server.requests().remove(0)).unwrap();
        assert!(head.starts_with(&format!("CONNECT {} HTTP/1.1\r\n", server.addr())), "{head}");
        assert!(!head.contains("Upgrade"), "{head}");
    }
}

#[test]
fn connect_goes_by_way_of_the_proxy_of_the_request() {
    let echo = RawServer::start(shout).unwrap();
    let names = vec![("a.test".to_owned(), echo.addr())];
    let credentials = Some(("ann".to_owned(), "secret".to_owned()));
    let proxy = ProxyServer::start(ProxyOptions { names, credentials, ..ProxyOptions::http() }).unwrap();
    let connect = |userinfo: &str| {
        let request = sortie::request(Method::CONNECT, "http://a.test:25/");
        request.proxy(format!("http://{userinfo}{}", proxy.addr())).upgrade("")
    };
    let upgraded = connect("ann:secret@").unwrap();
    let mut stream = upgraded.stream;
    assert_eq!(talk(&mut stream, b"ehlo"), b"EHLO");
    assert_eq!(stream.peer_addr().unwrap(), proxy.addr());
    let asked = proxy.requests().remove(0);
    assert_eq!((asked.asked, &*asked.host, asked.port), (Asked::Connect, "a.test", 25));
    assert!(asked.credentials.is_some() && asked.carried == b"ehlo");
    refused(connect(""), 407);
    proxy.set_fault(Some(ProxyFault::Reply(1)));
    refused(connect("ann:secret@"), 502);
}

#[test]
fn an_upgrade_goes_through_a_tunnel_and_the_tls_inside() {
    let server = TestServer::start_tls(options()).unwrap();
    let names = vec![("a.test".to_owned(), server.addr())];
    for options in [ProxyOptions::http(), ProxyOptions { tls: Some(options()), ..ProxyOptions::http() }] {
        let proxy = ProxyServer::start(ProxyOptions { names: names.clone(), ..options }).unwrap();
        let session = Session::builder().tls(trusting().build().unwrap()).proxy(proxy.url()).build().unwrap();
        let mut stream = session.get("https://a.test/upgrade").upgrade("echo").unwrap().stream;
        let words = vec![5; 100_000];
        assert_eq!(talk(&mut stream, &words), words);
        assert_eq!(proxy.requests()[0].asked, Asked::Connect);
    }
}

#[test]
fn connect_is_sent_by_upgrade_alone() {
    let server = TestServer::start().unwrap();
    let error = sortie::request(Method::CONNECT, server.url("/")).send().unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::InvalidArgument, Some(Phase::Prepare)));
    assert_eq!(server.connections(), 0);
}
