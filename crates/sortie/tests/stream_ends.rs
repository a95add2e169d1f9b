//! Content that is read past the loop: what the loop has heard meanwhile is not lost.
#![allow(clippy::unwrap_used)]

use std::io::Read;
use std::sync::{Mutex, mpsc};
use std::time::Duration;

use sortie::Session;
use sortie_testserver::raw::{Peer, RawServer};

const GOOD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood";

/// Lets the client come to the point where it waits; whether it has, nothing depends on.
fn pause(limit: u64) {
    let (_keep, never) = mpsc::channel::<()>();
    let _ = never.recv_timeout(Duration::from_millis(limit));
}

/// A server whose first answer has content that comes late, with `behind` behind it at once.
fn late(behind: fn(&mut Peer) -> std::io::Result<()>) -> RawServer {
    let server = RawServer::start(move |peer| {
        peer.read_request()?;
        if peer.number() > 0 {
            return peer.write(GOOD).and_then(|()| peer.stall());
        }
        peer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")?;
        pause(50);
        behind(peer)
    });
    server.unwrap()
}

fn read_all(session: &Session, server: &RawServer) {
    let mut stream = session.get(server.url("/")).stream().unwrap();
    let (mut buffer, mut length) = (vec![0; 64 * 1024], 0);
    while length < 1_000 {
        length += stream.read(&mut buffer).unwrap();
    }
    assert_eq!((length, stream.read(&mut buffer).unwrap()), (1_000, 0));
}

#[test]
fn surplus_behind_content_that_was_read_straight_answers_no_later_request() {
    let server = late(|peer| {
        let surplus = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
        peer.write(&[&[b'x'; 1_000], &surplus[..]].concat())?;
        peer.stall()
    });
    let session = Session::new();
    read_all(&session, &server);
    assert_eq!(session.get(server.url("/")).send().unwrap().content(), "good");
    assert_eq!(server.connections(), 2);
}

#[test]
fn content_that_was_heard_while_another_connection_was_given_up_is_read() {
    let (go, gate) = mpsc::channel::<()>();
    let (tell, written) = mpsc::channel();
    let gate = Mutex::new(gate);
    let other = RawServer::answering(GOOD).unwrap();
    let server = RawServer::start(move |peer| {
        peer.read_request()?;
        peer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")?;
        pause(50);
        peer.write(&[b'x'; 40_000])?;
        gate.lock().unwrap().recv().map_err(std::io::Error::other)?;
        peer.write(&[b'x'; 60_000])?;
        let _ = tell.send(());
        peer.stall()
    });
    let server = server.unwrap();
    let hour = Duration::from_secs(3_600);
    let session = Session::builder().idle_timeout(Duration::from_millis(300)).connect_timeout(hour).build().unwrap();
    session.get(other.url("/")).send().unwrap();
    let mut stream = session.get(server.url("/")).stream().unwrap();
    let (done, end) = mpsc::channel();
    std::thread::spawn(move || {
        let (mut buffer, mut length) = (vec![0; 100_000], 0);
        while length < 40_000 {
            length += stream.read(&mut buffer).unwrap();
        }
        go.send(()).unwrap();
        written.recv().unwrap();
        // The other connection runs out of its time; what was written is here.
        pause(400);
        while length < 100_000 {
            length += stream.read(&mut buffer).unwrap();
        }
        let _ = done.send(length);
    });
    assert_eq!(end.recv_timeout(Duration::from_secs(60)).unwrap(), 100_000);
}

#[test]
fn an_answer_outlives_a_body_that_nobody_takes() {
    let ((go, gate), (tell, gone)) = (mpsc::channel::<()>(), mpsc::channel());
    let gate = Mutex::new(gate);
    let server = RawServer::start(move |peer| {
        peer.read_head()?;
        peer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n")?;
        pause(50);
        peer.write(&[b'x'; 10_000])?;
        gate.lock().unwrap().recv().map_err(std::io::Error::other)?;
        peer.write(&[b'x'; 30_000])?;
        // What stands unread of the body has it end in a reset.
        let _ = tell.send(());
        Ok(())
    });
    let (server, endless) = (server.unwrap(), sortie::BodyArgument::reader(std::io::repeat(b'b')));
    let mut stream = sortie::post(server.url("/")).body(endless).stream().unwrap();
    let (mut buffer, mut length) = (vec![0; 64 * 1024], 0);
    while length < 10_000 {
        length += stream.read(&mut buffer).unwrap();
    }
    go.send(()).unwrap();
    gone.recv().unwrap();
    pause(20);
    while length < 40_000 {
        length += stream.read(&mut buffer).unwrap();
    }
    assert_eq!(stream.read(&mut buffer).unwrap(), 0);
}
