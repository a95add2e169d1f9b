//! Rules 36 to 38, and what a bad network does: each fault is an error of its own kind, in its own slot.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

#[path = "support/chain.rs"]
mod chain;
#[path = "support/deaf.rs"]
mod deaf;
#[path = "support/sockets.rs"]
mod sockets;

use std::io;
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use chain::chain;
use deaf::Deaf;
use sockets::{TcpState, sockets_to};
use sortie::{Error, ErrorKind, Method, Phase, Request, Session, Wait};
use sortie_testserver::raw::{Peer, RawServer};
use sortie_testserver::{TestServer, refused_port};

const DONE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone";

/// Long enough to be set, short enough to be waited for.
const SHORT: Duration = Duration::from_millis(50);

/// A server that writes this behind each request, and nothing more, and keeps the connection.
fn stalling(bytes: &'static [u8]) -> RawServer {
    let server = RawServer::start(move |peer| {
        peer.read_request()?;
        peer.write(bytes)?;
        peer.stall()
    });
    server.unwrap()
}

/// The timeout that this request runs into.
fn timed_out(request: Request) -> Error {
    let error = request.tag(7).send().unwrap_err();
    assert!(error.is_timeout() && error.tag() == 7, "{}", chain(&error));
    assert!(error.to_string().contains("50ms"), "{error}");
    error
}

#[test]
fn rule_36_each_timeout_names_its_phase() {
    let (deaf, silent) = (Deaf::start(), stalling(b""));
    let halfway = stalling(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    let in_the_head = stalling(b"HTTP/1.1 200 OK\r\nContent-Le");
    let large = vec![0; 64 << 20];
    // The system takes the connection and what fits into its buffers; nobody reads it.
    let unread = TcpListener::bind("127.0.0.1:0").unwrap();
    let upload = format!("http://{}/", unread.local_addr().unwrap());
    let get = |server: &RawServer| sortie::get(server.url("/"));
    let cases = [
        (sortie::get(deaf.url()).connect_timeout(SHORT), ErrorKind::ConnectTimeout, Phase::Connect),
        (get(&silent).first_byte_timeout(SHORT), ErrorKind::FirstByteTimeout, Phase::FirstByte),
        (get(&in_the_head).first_byte_timeout(SHORT), ErrorKind::FirstByteTimeout, Phase::FirstByte),
        (get(&halfway).between_bytes_timeout(SHORT), ErrorKind::BetweenBytesTimeout, Phase::Content),
        (sortie::put(upload).body(large).between_bytes_timeout(SHORT), ErrorKind::BetweenBytesTimeout, Phase::Send),
        (sortie::get(deaf.url()).timeout(SHORT), ErrorKind::TotalTimeout, Phase::Connect),
        (get(&silent).timeout(SHORT), ErrorKind::TotalTimeout, Phase::FirstByte),
        (get(&halfway).timeout(SHORT), ErrorKind::TotalTimeout, Phase::Content),
    ];
    for (request, kind, phase) in cases {
        let error = timed_out(request);
        assert_eq!((error.kind(), error.phase()), (kind, Some(phase)), "{error}");
        assert!(error.to_string().ends_with(&format!("(phase {phase})")), "{error}");
    }
}

#[test]
fn rule_36_zero_is_an_error_before_any_io() {
    let server = TestServer::start().unwrap();
    let zero = Duration::ZERO;
    let get = || sortie::get(server.url("/get"));
    let all = [
        get().timeout(zero),
        get().connect_timeout(zero),
        get().first_byte_timeout(zero),
        get().between_bytes_timeout(zero),
        get().queue_timeout(zero),
    ];
    for request in all {
        let error = request.send().unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::InvalidArgument, Some(Phase::Prepare)));
        assert!(chain(&error).contains("is zero"), "{}", chain(&error));
    }
    assert!(Session::builder().timeout(zero).build().is_err());
    assert_eq!(server.connections(), 0);
}

#[test]
fn rule_36_the_total_covers_redirects_and_says_how_far_the_call_came() {
    let server = RawServer::start(|peer| {
        peer.read_request()?;
        peer.write(b"HTTP/1.1 302 Found\r\nLocation: /silence\r\nContent-Length: 0\r\n\r\n")?;
        peer.stall()
    });
    let server = server.unwrap();
    let error = timed_out(Session::new().get(server.url("/")).timeout(SHORT));
    assert_eq!((error.kind(), error.phase()), (ErrorKind::TotalTimeout, Some(Phase::FirstByte)));
    assert_eq!((error.attempts(), error.url()), (2, Some(server.url("/silence"))));
    assert_eq!(error.response().map(|response| response.status().as_u16()), Some(302));
}

#[test]
fn rule_36_a_request_can_lift_what_the_session_limits() {
    let server = TestServer::start().unwrap();
    let session = Session::builder().first_byte_timeout(SHORT).build().unwrap();
    let get = || session.get(server.url("/delay/0.3"));
    assert_eq!(get().send().unwrap_err().kind(), ErrorKind::FirstByteTimeout);
    assert_eq!(get().first_byte_timeout(None).send().unwrap().status().as_u16(), 200);
}

#[test]
fn rule_36_the_queue_has_a_limit_of_its_own_and_the_call_before_is_unharmed() {
    let (go, gate) = mpsc::channel();
    let gate = Mutex::new(gate);
    let server = RawServer::start(move |peer| {
        while peer.read_request()?.is_some() {
            gate.lock().unwrap().recv().map_err(io::Error::other)?;
            peer.write(DONE)?;
        }
        Ok(())
    });
    // Dropped before the server, which waits for its scripts.
    let (server, go) = (server.unwrap(), go);
    let mut batch = Session::new().batch().per_origin(1);
    let first = batch.submit(sortie::get(server.url("/")));
    let second = batch.submit(sortie::get(server.url("/")).queue_timeout(SHORT));
    let mut next = || loop {
        if let Some(outcome) = batch.take() {
            return outcome;
        }
        batch.turn(Wait::Forever).unwrap();
    };
    let (call, outcome) = next();
    let error = outcome.unwrap_err();
    assert_eq!((call, error.kind(), error.phase()), (second, ErrorKind::QueueTimeout, Some(Phase::Queue)));
    assert_eq!((error.attempts(), error.to_string().contains("50ms")), (0, true), "{error}");
    go.send(()).unwrap();
    let (call, outcome) = next();
    assert_eq!((call, outcome.unwrap().text().as_ref()), (first, "done"));
    assert_eq!(server.requests().len(), 1);
}

/// A server whose connections below `fickle` answer one request each, read one more, and close without a word.
fn fickle(fickle: usize) -> RawServer {
    let server = RawServer::start(move |peer| {
        while peer.read_request()?.is_some() {
            peer.write(DONE)?;
            if peer.number() < fickle {
                return peer.read_request().map(drop);
            }
        }
        Ok(())
    });
    server.unwrap()
}

/// Sends a GET, which leaves its connection to the pool, and then this method.
fn after_a_get(server: &RawServer, session: &Session, method: Method) -> Result<sortie::Response, Error> {
    assert_eq!(session.get(server.url("/")).send().unwrap().text(), "done");
    session.request(method, server.url("/again")).send()
}

#[test]
fn rule_37_an_idempotent_method_goes_again_once_on_a_fresh_connection() {
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::OPTIONS, Method::TRACE] {
        let server = fickle(1);
        let response = after_a_get(&server, &Session::new(), method.clone());
        // HEAD is answered with content here, which is a surplus.
        assert_eq!(response.unwrap().status().as_u16(), 200, "{method}");
        assert_eq!((server.requests().len(), server.connections()), (3, 2), "{method}");
    }
}

#[test]
fn rule_37_another_method_does_not_go_again_unless_it_is_asked_for() {
    for method in [Method::POST, Method::PATCH] {
        let server = fickle(1);
        let error = after_a_get(&server, &Session::new(), method.clone()).unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::Closed, Some(Phase::FirstByte)));
        assert_eq!((error.attempts(), server.requests().len(), server.connections()), (1, 2, 1), "{method}");
        let session = Session::builder().resend(true).build().unwrap();
        let server = fickle(1);
        assert_eq!(after_a_get(&server, &session, method.clone()).unwrap().text(), "done");
        assert_eq!((server.requests().len(), server.connections()), (3, 2), "{method}");
    }
}

#[test]
fn rule_37_it_goes_again_only_once_and_only_where_the_connection_was_reused() {
    // The second connection reads the request too and closes.
    let server = RawServer::start(|peer| {
        peer.read_request()?;
        if peer.number() == 0 {
            peer.write(DONE)?;
            peer.read_request()?;
        }
        Ok(())
    });
    let server = server.unwrap();
    let error = after_a_get(&server, &Session::new(), Method::GET).unwrap_err();
    assert_eq!((error.kind(), error.attempts(), server.connections()), (ErrorKind::Closed, 2, 2));
    let error = Session::new().get(server.url("/")).send().unwrap_err();
    assert_eq!((error.kind(), error.attempts(), server.connections()), (ErrorKind::Closed, 1, 3));
}

#[test]
fn rule_37_other_pooled_connections_may_be_stale_too() {
    let (server, session) = (fickle(2), Session::new());
    for outcome in session.map((0..2).map(|_| session.get(server.url("/")))) {
        outcome.unwrap();
    }
    assert_eq!(server.connections(), 2);
    assert_eq!(session.get(server.url("/")).send().unwrap().text(), "done");
    assert_eq!((server.requests().len(), server.connections()), (4, 3));
}

#[test]
fn rule_37_a_response_that_has_begun_is_not_asked_for_again() {
    let server = RawServer::start(|peer| {
        peer.read_request()?;
        peer.write(DONE)?;
        peer.read_request()?;
        peer.write(b"HTTP/1.1 20")
    });
    let server = server.unwrap();
    let error = after_a_get(&server, &Session::new(), Method::GET).unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Protocol, Some(Phase::FirstByte)));
    assert_eq!(server.connections(), 1);
    assert!(chain(&error).contains("closed after 11 bytes of an unfinished response head"), "{}", chain(&error));
}

#[test]
fn rule_37_a_post_takes_no_connection_that_was_closed_while_it_was_idle() {
    let (go, gate) = mpsc::channel();
    let gate = Mutex::new(gate);
    let server = RawServer::start(move |peer| {
        peer.read_request()?;
        peer.write(DONE)?;
        // The test says when it closes.
        gate.lock().unwrap().recv().map_err(io::Error::other)
    });
    // Dropped before the server, which waits for its scripts.
    let (server, go, session) = (server.unwrap(), go, Session::new());
    assert_eq!(session.get(server.url("/")).send().unwrap().text(), "done");
    assert_eq!(sockets_to(server.addr()), [TcpState::Established]);
    go.send(()).unwrap();
    while sockets_to(server.addr()) != [TcpState::CloseWait] {
        thread::yield_now();
    }
    assert_eq!(session.post(server.url("/")).body("x").send().unwrap().text(), "done");
    assert_eq!((server.requests().len(), server.connections()), (2, 2));
}

#[test]
fn rule_38_what_a_server_sends_unasked_is_not_the_answer_to_the_next_request() {
    let (told, unasked) = mpsc::channel();
    let (go, gate) = mpsc::channel();
    let gate = Mutex::new(gate);
    let server = RawServer::start(move |peer| {
        while peer.read_request()?.is_some() {
            peer.write(DONE)?;
            if peer.number() == 0 {
                gate.lock().unwrap().recv().map_err(io::Error::other)?;
                peer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")?;
                told.send(()).map_err(io::Error::other)?;
            }
        }
        Ok(())
    });
    let (server, go, session) = (server.unwrap(), go, Session::new());
    let mut batch = session.batch();
    for wanted_connections in [1, 2] {
        batch.submit(session.get(server.url("/")));
        while batch.unfinished() > 0 {
            batch.turn(Wait::Forever).unwrap();
            if let Some((_, outcome)) = batch.take() {
                assert_eq!(outcome.unwrap().text(), "done");
            }
        }
        assert_eq!(server.connections(), wanted_connections);
        if wanted_connections == 1 {
            go.send(()).unwrap();
            unasked.recv().unwrap();
        }
    }
}

#[test]
fn rule_38_what_cannot_be_reused_is_not() {
    let cases = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone", 1),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndone\r\n0\r\n\r\n", 1),
        ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\ndone", 2),
        ("HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 4\r\n\r\ndone", 2),
        ("HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\ndone", 2),
        ("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\ndone", 2),
        ("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndoneHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", 2),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndone\r\n0\r\n\r\n\r\n", 2),
        ("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=0\r\nContent-Length: 4\r\n\r\ndone", 2),
    ];
    for (answer, connections) in cases {
        let (server, session) = (RawServer::answering(answer).unwrap(), Session::new());
        for _ in 0..2 {
            assert_eq!(session.get(server.url("/")).send().unwrap().text(), "done");
        }
        assert_eq!(server.connections(), connections, "{answer:?}");
    }
    let (server, session) = (RawServer::answering_once("HTTP/1.1 200 OK\r\n\r\ndone").unwrap(), Session::new());
    for connections in 1..=2 {
        assert_eq!(session.get(server.url("/")).send().unwrap().text(), "done");
        assert_eq!(server.connections(), connections);
    }
}

#[test]
fn rule_38_a_response_that_is_not_read_to_its_end_gives_no_connection_back() {
    for path in ["/bytes/1000000", "/chunked/1000000"] {
        let (server, session) = (TestServer::start().unwrap(), Session::new());
        session.get(server.url(path)).max_content(10).send().unwrap_err();
        assert!(sockets_to(server.addr()).is_empty(), "{path}");
        assert_eq!(session.get(server.url("/get")).send().unwrap().status().as_u16(), 200);
        assert_eq!(server.connections(), 2, "{path}");
    }
}

/// What each path of the server of faults does, and what comes of it: kind, phase, and how the chain of causes ends.
const FAULTS: &[(&str, ErrorKind, Phase, &str)] = &[
    ("/garbage", ErrorKind::Protocol, Phase::FirstByte, "the response does not begin with an HTTP version"),
    ("/http2", ErrorKind::Protocol, Phase::FirstByte, "the response is neither HTTP/1.0 nor HTTP/1.1"),
    ("/closes", ErrorKind::Closed, Phase::FirstByte, ""),
    ("/closes-in-head", ErrorKind::Protocol, Phase::FirstByte, "after 15 bytes of an unfinished response head"),
    ("/resets", ErrorKind::Receive, Phase::FirstByte, "reset by peer (os error 104)"),
    ("/endless-head", ErrorKind::Protocol, Phase::FirstByte, "the response head is larger than 262144 bytes"),
    ("/many-fields", ErrorKind::Protocol, Phase::FirstByte, "the response has more than 1024 fields"),
    ("/stalls", ErrorKind::FirstByteTimeout, Phase::FirstByte, ""),
    ("/short", ErrorKind::Truncated, Phase::Content, "the content ended after 4 bytes, 6 are missing"),
    ("/enormous", ErrorKind::Truncated, Phase::Content, "4 bytes, 9223372036854775803 are missing"),
    ("/impossible", ErrorKind::Protocol, Phase::FirstByte, "invalid content length \"99999999999999999999\""),
    ("/bad-chunk", ErrorKind::Protocol, Phase::Content, "malformed chunk size after 4 bytes of content"),
    ("/loop", ErrorKind::TooManyRedirects, Phase::Redirect, "more than 30 redirects"),
];

/// A server that misbehaves as its paths say.
fn misbehaving() -> RawServer {
    let server = RawServer::start(|peer| {
        while let Some(request) = peer.read_request()? {
            let request = String::from_utf8_lossy(&request).into_owned();
            let answer: &[u8] = match request.split(' ').nth(1).unwrap_or_default() {
                "/garbage" => b"SSH-2.0-OpenSSH_9.2\r\n",
                "/http2" => b"HTTP/2.0 200 OK\r\n\r\n",
                "/closes" => b"",
                "/closes-in-head" => b"HTTP/1.1 200 OK",
                "/resets" => return peer.reset(),
                "/endless-head" => return endless(peer, &[b"X: ", &[b'a'; 10_000][..], b"\r\n"].concat()),
                "/many-fields" => &[&b"HTTP/1.1 200 OK\r\n"[..], &b"X: y\r\n".repeat(2_000), b"\r\n"].concat(),
                "/stalls" => return peer.stall(),
                "/short" => b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
                "/enormous" => b"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\nhalf",
                "/impossible" => b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhalf",
                "/bad-chunk" => b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nsome\r\n",
                "/loop" => {
                    peer.write(b"HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n")?;
                    continue;
                }
                _ => {
                    peer.write(DONE)?;
                    continue;
                }
            };
            peer.write(answer)?;
            return peer.finish();
        }
        Ok(())
    });
    server.unwrap()
}

/// Writes a head that has no end, until the client has gone.
fn endless(peer: &mut Peer, lines: &[u8]) -> io::Result<()> {
    peer.write(b"HTTP/1.1 200 OK\r\n")?;
    loop {
        peer.write(lines)?;
    }
}

#[test]
fn each_fault_is_an_error_of_its_own_kind_in_its_own_slot() {
    let (server, session) = (misbehaving(), Session::new());
    let refused = format!("http://127.0.0.1:{}/", refused_port());
    let no_tls = TestServer::start().unwrap();
    let plain = no_tls.url("/").replace("http:", "https:");
    let before: [(&str, ErrorKind, Phase, &str); 8] = [
        ("nowhere", ErrorKind::InvalidUrl, Phase::Prepare, ""),
        ("http://", ErrorKind::InvalidUrl, Phase::Prepare, ""),
        ("http://h:99999/", ErrorKind::InvalidUrl, Phase::Prepare, ""),
        ("gopher://h/", ErrorKind::InvalidUrl, Phase::Prepare, ""),
        ("http://h/\r\nX: y", ErrorKind::InvalidUrl, Phase::Prepare, ""),
        (&refused, ErrorKind::Connect, Phase::Connect, "Connection refused (os error 111)"),
        ("http://name.invalid/", ErrorKind::Resolve, Phase::Resolve, ""),
        (&plain, ErrorKind::Tls, Phase::Tls, ""),
    ];
    let cases: Vec<_> = before
        .into_iter()
        .map(|(url, ..)| url.to_owned())
        .chain(FAULTS.iter().map(|(path, ..)| server.url(path)))
        .collect();
    let expected = before.iter().chain(FAULTS);
    let good = || session.get(server.url("/good"));
    let bad = |url: &String| match url.ends_with("/stalls") {
        true => session.get(url).first_byte_timeout(SHORT),
        false => session.get(url),
    };
    let requests = cases.iter().flat_map(|url| [bad(url), good()]);
    let outcomes = session.map(requests.enumerate().map(|(tag, request)| request.tag(tag as u64)));
    assert_eq!(outcomes.len(), 2 * cases.len());
    for ((index, pair), (name, kind, phase, cause)) in outcomes.chunks(2).enumerate().zip(expected) {
        let error = pair[0].as_ref().unwrap_err();
        let chain = chain(error);
        assert_eq!((error.kind(), error.phase()), (*kind, Some(*phase)), "{name}: {chain}");
        assert_eq!(error.tag(), 2 * index as u64, "{name}");
        assert!(chain.ends_with(cause) && (cause.is_empty() || chain.contains(" < ")), "{name}: {chain}");
        assert!(error.to_string().contains(": GET ") && error.method() == Some(&Method::GET), "{name}: {error}");
        assert_eq!(pair[1].as_ref().unwrap().text(), "done", "the item behind {name}");
    }
}

#[test]
fn no_secret_of_a_url_shows_in_any_error() {
    let wrong = [
        "http://u:5ecret@h.invalid:99999/?token=5ecret",
        "u:5ecret@h.invalid/",
        "ftp://u:5ecret@h.invalid/",
        "http://u:5ec\nret@h.invalid/",
    ];
    let more = [
        "http:u:5ecret@h.invalid/p",
        "http:///u:5ecret@h.invalid",
        "http://u:5ecret@*.x/#token=5ecret",
        "https://u:5ecret@h.invalid/",
    ];
    let refused = format!("http://u:5ecret@127.0.0.1:{}/?api_key=5ecret", refused_port());
    for url in wrong.into_iter().chain(more).chain([&*refused]) {
        let told = format!("HTTP/1.1 302 Found\r\nLocation: {url}\r\nContent-Length: 0\r\n\r\n");
        let redirecting = RawServer::answering(told).unwrap();
        for error in [sortie::get(url).send().unwrap_err(), sortie::get(redirecting.url("/")).send().unwrap_err()] {
            let shown = format!("{} {error:?} {:?}", chain(&error), error.url());
            assert!(!shown.contains("5ecret") && !shown.contains("5ec\\nret"), "{shown}");
        }
    }
}

#[test]
fn when_the_server_dies_in_the_middle_every_item_has_its_outcome() {
    const COUNT: usize = 1_000;
    let server = TestServer::start().unwrap();
    let url = server.url("/small");
    let (living, landed) = (Mutex::new(Some(server)), Arc::new(AtomicUsize::new(0)));
    let count = landed.clone();
    let session = Session::builder().on_response(move |_: &sortie::Response| {
        if count.fetch_add(1, Ordering::SeqCst) == 200 {
            drop(living.lock().unwrap().take());
        }
    });
    let session = session.build().unwrap();
    let outcomes = session.batch().concurrency(32).map((0..COUNT).map(|tag| session.get(&url).tag(tag as u64)));
    assert_eq!(outcomes.len(), COUNT);
    let mut failed = 0;
    for (index, outcome) in outcomes.iter().enumerate() {
        let tag = match outcome {
            Ok(response) => response.tag(),
            Err(error) => {
                use ErrorKind::{Closed, Connect, Protocol, Receive, Send, Truncated};
                assert!(
                    [Closed, Connect, Protocol, Receive, Send, Truncated].contains(&error.kind()),
                    "{}",
                    chain(error)
                );
                failed += 1;
                error.tag()
            }
        };
        assert_eq!(tag, index as u64);
    }
    assert_eq!(failed + landed.load(Ordering::SeqCst), COUNT);
    assert!(failed > COUNT / 2, "{failed}");
}
