//! How the server misbehaves on demand.
#![allow(clippy::unwrap_used)]

mod client;

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

use client::Client;
use sortie_testserver::{Manners, Misdeeds, TestServer, random_bytes};

const GOOD: Manners =
    Manners { refuse_every: None, stall_every: None, cut_every: None, close_every: None, drop_idle_after: None };

/// Gives the server turns, by exchanges on a connection of their own, until `done`.
fn until(server: &TestServer, done: impl Fn(&TestServer) -> bool) {
    let mut client = Client::new(server.addr());
    for _ in 0..10_000 {
        if done(server) {
            return;
        }
        client.get("/small");
    }
    panic!("it does not come: {server:?}");
}

/// Sends `GET path` and reads until the server ends the connection.
fn ask(addr: SocketAddr, path: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n").as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

/// What stands after the head.
fn content(answer: &[u8]) -> &[u8] {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    &answer[end + 4..]
}

/// Nothing has come, and no end.
fn is_silent(client: &mut Client) -> bool {
    let stream = client.stream();
    stream.set_nonblocking(true).unwrap();
    let read = stream.peek(&mut [0]);
    stream.set_nonblocking(false).unwrap();
    read.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}

#[test]
fn a_server_behaves_unless_it_is_told_otherwise() {
    assert_eq!(Manners::default(), GOOD);
    let never = Manners {
        refuse_every: Some(0),
        stall_every: Some(0),
        cut_every: Some(0),
        close_every: Some(0),
        drop_idle_after: Some(0),
    };
    for manners in [GOOD, never] {
        let server = TestServer::start_with(manners).unwrap();
        for _ in 0..3 {
            let mut client = Client::new(server.addr());
            assert!((0..20).all(|_| client.get("/small").content.len() == 100));
        }
        assert_eq!(server.misdeeds(), Misdeeds::default());
    }
}

#[test]
fn every_third_connection_is_reset() {
    let server = TestServer::start_with(Manners { refuse_every: Some(3), ..GOOD }).unwrap();
    for number in 1..=9 {
        let mut stream = TcpStream::connect(server.addr()).unwrap();
        if number % 3 == 0 {
            assert_eq!(stream.read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset, "connection {number}");
        } else {
            stream.write_all(b"GET /small HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
            assert_eq!(stream.read(&mut [0]).unwrap(), 1, "connection {number}");
        }
    }
    assert_eq!(server.misdeeds(), Misdeeds { refused: 3, ..Misdeeds::default() });
    assert_eq!((server.connections(), server.requests()), (9, 6));
}

#[test]
fn every_third_request_is_stalled_whatever_its_connection() {
    let server = TestServer::start_with(Manners { stall_every: Some(3), ..GOOD }).unwrap();
    let (mut one, mut other) = (Client::new(server.addr()), Client::new(server.addr()));
    one.get("/small");
    other.get("/small");
    // With content, which is taken.
    let head = "POST /post HTTP/1.1\r\nHost: h\r\nContent-Length: 10000000\r\n\r\n";
    one.stream().write_all(head.as_bytes()).unwrap();
    one.stream().write_all(&[b'x'; 10_000_000]).unwrap();
    while server.requests() < 3 {
        std::thread::yield_now();
    }
    assert_eq!(other.get("/small").status, 200);
    server.set_manners(GOOD);
    until(&server, |server| server.misdeeds().stalled == 1);
    assert!(is_silent(&mut one));
    // What was pipelined behind it has no answer either.
    one.stream().write_all(b"GET /small HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    other.get("/small");
    assert!(is_silent(&mut one));
    assert_eq!(server.misdeeds(), Misdeeds { stalled: 1, ..Misdeeds::default() });
}

#[test]
fn a_stalled_connection_ends_with_its_client() {
    let server = TestServer::start_with(Manners { stall_every: Some(2), ..GOOD }).unwrap();
    let mut client = Client::new(server.addr());
    // Pipelined: the second is stalled, the first answered whole, the third never looked at.
    let get = |path| format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n");
    let wire = [get("/bytes/5000000"), get("/small"), get("/small")].concat();
    client.stream().write_all(wire.as_bytes()).unwrap();
    assert_eq!(client.receive(false).content, random_bytes(0, 5_000_000));
    server.set_manners(GOOD);
    until(&server, |server| server.misdeeds().stalled == 1);
    assert!(is_silent(&mut client));
    drop(client);
    // The one that asks is open.
    until(&server, |server| server.open_connections() == 1);
}

#[test]
fn a_cut_response_has_its_head_and_half_of_its_content() {
    let server = TestServer::start_with(Manners { cut_every: Some(1), ..GOOD }).unwrap();
    for size in [1, 2, 1001, 20_000_001] {
        let answer = ask(server.addr(), &format!("/bytes/{size}"));
        let head = String::from_utf8_lossy(&answer[..answer.len() - content(&answer).len()]).into_owned();
        assert!(head.contains(&format!("\r\nContent-Length: {size}\r\n")), "{head}");
        assert!(!head.contains("Connection:"), "{head}");
        assert!(content(&answer) == &random_bytes(0, size)[..size / 2], "{size}");
    }
    assert_eq!(content(&ask(server.addr(), "/small")).len(), 50);
    let expected = [b"1F4\r\n", &random_bytes(0, 1000)[..500], b"\r\n"].concat();
    assert_eq!(content(&ask(server.addr(), "/chunked/1000")), expected);
    let lines = ask(server.addr(), "/stream/5");
    assert_eq!(lines.iter().filter(|byte| **byte == b'{').count(), 2 * 3, "each has three objects");
    assert!(lines.ends_with(b"}\n\r\n"));
    assert_eq!(server.misdeeds(), Misdeeds { cut: 7, ..Misdeeds::default() });
}

#[test]
fn a_response_without_content_is_not_cut() {
    let server = TestServer::start_with(Manners { cut_every: Some(2), ..GOOD }).unwrap();
    let mut client = Client::new(server.addr());
    client.get("/small");
    assert_eq!(client.send("HEAD /get HTTP/1.1\r\nHost: h\r\n\r\n", b"").status, 200);
    for path in ["/status/204", "/status/200", "/bytes/0", "/chunked/0", "/stream/0"] {
        assert!(client.get(path).content.is_empty(), "{path}");
    }
    assert_eq!(server.misdeeds().cut, 0);
    // What is pipelined behind a cut does not cost the client what was sent.
    let get = |path| format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n");
    client.stream().write_all([get("/bytes/10000000"), get("/small")].concat().as_bytes()).unwrap();
    let mut answer = Vec::new();
    client.stream().read_to_end(&mut answer).unwrap();
    assert_eq!(content(&answer).len(), 5_000_000);
    assert_eq!(server.misdeeds().cut, 1);
}

#[test]
fn every_third_response_closes_and_says_so() {
    let server = TestServer::start_with(Manners { close_every: Some(3), ..GOOD }).unwrap();
    let mut client = Client::new(server.addr());
    for number in 1..=9 {
        let answer = client.get(if number == 6 { "/status/204" } else { "/small" });
        assert_eq!(answer.field("Connection"), (number % 3 == 0).then_some("close"), "response {number}");
        if number % 3 == 0 {
            assert!(client.at_end());
            client = Client::new(server.addr());
        }
    }
    assert_eq!(server.misdeeds(), Misdeeds { closed: 3, ..Misdeeds::default() });
}

#[test]
fn each_connection_is_dropped_after_its_second_response() {
    let server = TestServer::start_with(Manners { drop_idle_after: Some(2), ..GOOD }).unwrap();
    let paths = ["/small", "/status/204", "/bytes/0", "/chunked/100000", "/stream/3", "/bytes/5000000"];
    for (number, path) in paths.into_iter().enumerate() {
        let mut client = Client::new(server.addr());
        for _ in 0..2 {
            let answer = client.get(path);
            assert_eq!(answer.field("Connection"), None, "{path}");
        }
        assert!(client.at_end(), "{path}");
        assert_eq!(server.misdeeds(), Misdeeds { dropped: number + 1, ..Misdeeds::default() }, "{path}");
    }
    let mut client = Client::new(server.addr());
    client.get("/small");
    client.send("HEAD /small HTTP/1.1\r\nHost: h\r\n\r\n", b"");
    assert!(client.at_end());
    // An end that the client asked for is none of the server's.
    let mut client = Client::new(server.addr());
    client.get("/small");
    client.send("GET /small HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", b"");
    assert!(client.at_end());
    assert_eq!(server.misdeeds().dropped, paths.len() + 1);
}

#[test]
fn manners_change_while_the_server_runs_and_count_anew() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    for _ in 0..4 {
        client.get("/small");
    }
    server.set_manners(Manners { close_every: Some(3), ..GOOD });
    assert_eq!([(); 3].map(|()| client.get("/small").fields("Connection").len()), [0, 0, 1]);
    server.set_manners(Manners { drop_idle_after: Some(1), ..GOOD });
    let mut client = Client::new(server.addr());
    client.get("/small");
    assert!(client.at_end());
    server.set_manners(GOOD);
    let mut client = Client::new(server.addr());
    assert!((0..10).all(|_| client.get("/small").status == 200));
    assert_eq!(server.misdeeds(), Misdeeds { closed: 1, dropped: 1, ..Misdeeds::default() });
}

/// How an exchange of `/small` went, as its client saw it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Seen {
    Whole,
    WholeAndClosed,
    Half,
    /// The end, or a reset, before the first octet.
    Nothing,
}

fn exchange(stream: &mut TcpStream) -> Seen {
    let mut answer = Vec::new();
    if stream.write_all(b"GET /small HTTP/1.1\r\nHost: h\r\n\r\n").is_ok() {
        let mut piece = [0; 1024];
        while let Ok(count @ 1..) = stream.read(&mut piece) {
            answer.extend_from_slice(&piece[..count]);
            if answer.ends_with(b"what it says.") {
                let closes = String::from_utf8_lossy(&answer).contains("\r\nConnection: close\r\n");
                return if closes { Seen::WholeAndClosed } else { Seen::Whole };
            }
        }
    }
    if answer.is_empty() { Seen::Nothing } else { Seen::Half }
}

#[test]
fn a_client_that_looks_can_tell_every_misdeed() {
    let manners =
        Manners { refuse_every: Some(5), cut_every: Some(7), close_every: Some(11), drop_idle_after: Some(4), ..GOOD };
    let server = TestServer::start_with(manners).unwrap();
    let mut seen = Misdeeds::default();
    let mut whole = 0;
    while whole < 2000 {
        let mut stream = TcpStream::connect(server.addr()).unwrap();
        for number in 0.. {
            match exchange(&mut stream) {
                Seen::Whole => whole += 1,
                Seen::WholeAndClosed => {
                    whole += 1;
                    seen.closed += 1;
                    break;
                }
                Seen::Half => {
                    seen.cut += 1;
                    break;
                }
                Seen::Nothing if number == 0 => {
                    seen.refused += 1;
                    break;
                }
                Seen::Nothing => {
                    assert_eq!(number, 4);
                    seen.dropped += 1;
                    break;
                }
            }
        }
    }
    // A response can be told to close and be cut; its client sees the cut.
    let told = server.misdeeds();
    assert_eq!((told.refused, told.cut, told.dropped), (seen.refused, seen.cut, seen.dropped));
    assert!(told.closed >= seen.closed && seen.closed > 50, "{told:?}, {seen:?}");
}
