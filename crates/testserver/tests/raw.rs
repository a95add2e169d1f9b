//! The scripted server: what it reads, writes and breaks.
#![allow(clippy::unwrap_used)]

mod client;

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;

use client::Client;
use sortie_testserver::raw::RawServer;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

fn connected(server: &RawServer) -> TcpStream {
    TcpStream::connect(server.addr()).unwrap()
}

#[test]
fn the_same_answer_comes_on_a_kept_connection() {
    let server = RawServer::answering(OK).unwrap();
    let mut client = Client::new(server.addr());
    assert_eq!(client.get("/1").content, b"ok");
    assert_eq!(client.send_content("POST", "/2", "text/plain", b"content").content, b"ok");
    let chunked = "POST /3 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    let content = b"3;a=b\r\n\r\n0\r\n0\r\nTrailer: x\r\n\r\n";
    assert_eq!(client.send(chunked, content).content, b"ok");
    assert_eq!(server.connections(), 1);
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert_eq!(requests[0], b"GET /1 HTTP/1.1\r\nHost: h:1\r\n\r\n");
    assert!(requests[1].ends_with(b"\r\n\r\ncontent"));
    assert_eq!(requests[2], [chunked.as_bytes(), content].concat());
    assert_eq!(server.url("x"), format!("http://{}/x", server.addr()));
}

#[test]
fn a_request_is_the_same_however_it_is_cut() {
    let wire: &[u8] = b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcPOST /b HTTP/1.1\r\nTransfer-Encoding: chunked\
        \r\n\r\n2\r\nhi\r\n0\r\n\r\nGET /c HTTP/1.1\r\n\r\n";
    for size in [1, 2, 3, 7, 50, wire.len()] {
        let server = RawServer::answering(OK).unwrap();
        let mut client = Client::new(server.addr());
        for piece in wire.chunks(size) {
            client.stream().write_all(piece).unwrap();
        }
        for _ in 0..3 {
            assert_eq!(client.receive(false).content, b"ok");
        }
        let requests = server.requests();
        assert_eq!(requests.len(), 3, "pieces of {size}");
        assert_eq!(requests.concat(), wire, "pieces of {size}");
        assert!(requests[1].starts_with(b"POST /b") && requests[2].starts_with(b"GET /c"), "pieces of {size}");
    }
}

#[test]
fn one_answer_and_then_the_end() {
    let server = RawServer::answering_once("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort").unwrap();
    for _ in 0..2 {
        let mut stream = connected(&server);
        stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.ends_with("\r\n\r\nshort"));
    }
    assert_eq!((server.connections(), server.requests().len()), (2, 2));
}

#[test]
fn answers_follow_one_another_across_connections() {
    let answer = |text: &str| format!("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{text}").into_bytes();
    let server = RawServer::answers(["a", "b", "c"].map(answer).to_vec()).unwrap();
    let (mut one, mut other) = (Client::new(server.addr()), Client::new(server.addr()));
    assert_eq!(one.get("/").content, b"a");
    assert_eq!(other.get("/").content, b"b");
    assert_eq!(one.get("/").content, b"c");
    assert_eq!(other.get("/").content, b"c");
    assert_eq!(RawServer::answers(Vec::new()).unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[test]
fn a_script_knows_its_connection_and_writes_in_pieces() {
    let server = RawServer::start(|peer| {
        let number = peer.number().to_string();
        peer.read_request()?;
        peer.write_in_pieces(b"HTTP/1.1 200 OK\r\n\r\nconnection ", 1)?;
        peer.write(number.as_bytes())
    })
    .unwrap();
    for number in 0..3 {
        let content = Client::new(server.addr()).get("/").content;
        assert_eq!(content, format!("connection {number}").into_bytes());
    }
}

#[test]
fn a_head_can_be_answered_before_its_content() {
    let server = RawServer::start(|peer| {
        peer.read_head()?;
        peer.write(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        assert_eq!(peer.read_body()?, b"hello");
        assert_eq!(peer.read_body()?, b"");
        peer.write(OK)
    })
    .unwrap();
    let mut client = Client::new(server.addr());
    let head = "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n";
    assert_eq!(client.send(head, b"").status, 100);
    assert_eq!(client.send("", b"hello").content, b"ok");
    assert_eq!(server.requests(), [[head.as_bytes(), b"hello"].concat()]);
}

#[test]
fn what_is_not_http_can_be_read_too() {
    let server = RawServer::start(|peer| {
        let mut greeting = [0; 3];
        peer.read_exact(&mut greeting)?;
        peer.write(&greeting)?;
        peer.read_request()?;
        peer.write(OK)
    })
    .unwrap();
    let mut stream = connected(&server);
    stream.write_all(b"\x05\x01\x00GET / HTTP/1.1\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, [b"\x05\x01\x00", OK].concat());
    assert_eq!(server.requests(), [b"GET / HTTP/1.1\r\n\r\n"]);
}

#[test]
fn a_request_that_is_cut_off_is_recorded_and_an_error() {
    for cut in ["GET / HT", "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhe"] {
        let (tell, told) = mpsc::channel();
        let server = RawServer::start(move |peer| {
            tell.send(peer.read_request().map_err(|error| error.kind())).unwrap();
            tell.send(peer.read_request().map_err(|error| error.kind())).unwrap();
            Ok(())
        })
        .unwrap();
        let mut stream = connected(&server);
        stream.write_all(cut.as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        assert_eq!(told.recv().unwrap(), Err(ErrorKind::UnexpectedEof), "{cut:?}");
        assert_eq!(told.recv().unwrap(), Ok(None), "{cut:?}");
        assert_eq!(server.requests(), [cut.as_bytes()]);
    }
}

#[test]
fn a_reset_is_seen_as_one_at_once() {
    let (go, wait) = mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let server = RawServer::start(move |peer| {
        peer.read_request()?;
        peer.reset()?;
        assert_eq!(peer.write(b"x").unwrap_err().kind(), ErrorKind::NotConnected);
        // The script goes on, the connection does not.
        let _ = wait.lock().unwrap().recv();
        Ok(())
    })
    .unwrap();
    let mut stream = connected(&server);
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let read = stream.read(&mut [0; 9]);
    drop(go);
    assert_eq!(read.unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[test]
fn finishing_keeps_what_was_written_though_a_request_is_unread() {
    let server = RawServer::start(|peer| {
        peer.write(OK)?;
        peer.finish()
    })
    .unwrap();
    let mut stream = connected(&server);
    stream.write_all(&vec![b'x'; 100_000]).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, OK);
}

#[test]
fn a_stall_lasts_until_the_client_goes() {
    let (tell, told) = mpsc::channel();
    let server = RawServer::start(move |peer| {
        peer.write(b"HTTP/1.1 200 OK\r\n")?;
        tell.send(peer.stall().is_ok()).unwrap();
        Ok(())
    })
    .unwrap();
    let mut stream = connected(&server);
    stream.read_exact(&mut [0; 17]).unwrap();
    stream.write_all(b"anything").unwrap();
    assert!(told.try_recv().is_err());
    drop(stream);
    assert!(told.recv().unwrap());
    drop(server);
}

#[test]
fn dropping_the_server_ends_whatever_its_scripts_do() {
    let (tell, told) = mpsc::channel();
    let server = RawServer::start(move |peer| {
        peer.write(b"!")?;
        tell.send(()).unwrap();
        match peer.number() {
            0 => peer.stall(),
            1 => peer.read_request().map(drop),
            2 => peer.finish(),
            _ => loop {
                peer.write(&[0; 65_536])?;
            },
        }
    })
    .unwrap();
    let addr = server.addr();
    let mut streams: Vec<TcpStream> = (0..4).map(|_| connected(&server)).collect();
    for _ in 0..4 {
        told.recv().unwrap();
    }
    drop(server);
    for stream in &mut streams {
        let mut rest = Vec::new();
        // Ended, by FIN or RST: in either case this returns.
        let _ = stream.read_to_end(&mut rest);
    }
    assert!(told.recv().is_err(), "no script is left");
    assert!(TcpStream::connect(addr).is_err());
}

#[test]
fn an_assertion_in_a_script_fails_the_test_that_drops_the_server() {
    let server = RawServer::start(|_| panic!("on purpose")).unwrap();
    assert!(Client::new(server.addr()).at_end());
    let panicked = catch_unwind(AssertUnwindSafe(|| drop(server))).unwrap_err();
    assert_eq!(panicked.downcast_ref(), Some(&"on purpose"));
}
