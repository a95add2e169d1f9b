//! Bodies that cannot be had, or are not what they were to be: the outcome says so, and the connection is closed.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

#[path = "support/heads.rs"]
#[allow(dead_code)]
mod heads;
#[path = "support/temporary.rs"]
mod temporary;

use std::fs::{self, File};
use std::io::{self, Cursor, Read, Write};
use std::sync::mpsc;
use std::thread;

use heads::chain;
use sortie::{Body, BodyArgument, CancelToken, Error, ErrorKind, Phase, Session};
use sortie_testserver::TestServer;
use sortie_testserver::raw::RawServer;
use temporary::Temporary;

/// Gives so many bytes, and then does that.
struct Then<F>(usize, F);

impl<F: FnMut() -> io::Result<usize>> Read for Then<F> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.0.min(out.len());
        if count == 0 {
            return (self.1)();
        }
        out[..count].fill(b'x');
        self.0 -= count;
        Ok(count)
    }
}

/// What becomes of a body that cannot be sent; and whether the session can go on after it.
fn fails(body: impl Into<BodyArgument>) -> Error {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let error = session.post(server.url("/sink")).body(body).send().unwrap_err();
    assert_eq!((error.kind(), error.phase(), error.attempts()), (ErrorKind::Body, Some(Phase::Send), 1), "{error:#}");
    assert!(session.get(server.url("/get")).send().unwrap().ok());
    assert_eq!(server.connections(), 2, "its connection is not used again");
    error
}

#[test]
fn a_reader_that_fails_is_told_with_its_error() {
    for length in [None, Some(1_000_000)] {
        let error = fails(Body::reader(Then(300_000, || Err(io::ErrorKind::PermissionDenied.into())), length));
        let source = std::error::Error::source(&error).unwrap().downcast_ref::<io::Error>().unwrap();
        assert_eq!(source.kind(), io::ErrorKind::PermissionDenied);
    }
    let error = fails(Body::reopen(|| Err(io::Error::other("not there")), None));
    assert!(chain(&error).ends_with(": not there"), "{error:#}");
}

#[test]
fn a_reader_that_panics_is_told_with_its_message() {
    for bytes in [0, 300_000] {
        let error = fails(Body::reader(Then(bytes, || panic!("out of {}", "luck")), None));
        assert!(chain(&error).ends_with("the reader panicked: out of luck"), "{error:#}");
    }
    let error = fails(Body::reopen(|| panic!("at once"), None));
    assert!(chain(&error).ends_with("the reader panicked: at once"), "{error:#}");
}

#[test]
fn a_reader_of_another_length_is_told_with_how_many_bytes() {
    let of = |size: usize, length| fails(BodyArgument::sized_reader(Cursor::new(vec![0; size]), length));
    assert!(chain(&of(4, 6)).ends_with("it ended after 4 of 6 bytes"));
    assert!(chain(&of(0, 1)).ends_with("it ended after 0 of 1 bytes"));
    assert!(chain(&of(200_000, 100_000)).ends_with("it has more than its 100000 bytes"));
    assert!(chain(&of(100_000, 200_000)).ends_with("it ended after 100000 of 200000 bytes"));
}

#[test]
fn a_file_that_shrinks_or_vanishes_is_told() {
    let place = Temporary::new("shrinks", vec![0; 400_000]);
    let body = Body::file(File::open(place.path()).unwrap()).unwrap();
    File::options().write(true).open(place.path()).unwrap().set_len(100_000).unwrap();
    let error = fails(body);
    assert!(chain(&error).ends_with("the file ends 300000 bytes before the length that it had"), "{error:#}");

    let place = Temporary::new("vanishes", "content");
    let body = Body::path(place.path()).unwrap();
    fs::remove_file(place.path()).unwrap();
    let error = fails(body);
    assert!(chain(&error).contains("No such file"), "{error:#}");
}

#[test]
fn a_file_that_is_not_there_fails_in_its_own_slot_before_anything_is_sent() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let nowhere = std::env::temp_dir().join("sortie-nothing-is-here");
    let outcomes = session.map([
        session.post(server.url("/sink")).file(&nowhere),
        session.post(server.url("/sink")).file(std::env::temp_dir()),
        session.post(server.url("/sink")).body("fine"),
    ]);
    for outcome in &outcomes[..2] {
        let error = outcome.as_ref().unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::InvalidBody, Some(Phase::Prepare)));
        assert!(
            std::error::Error::source(error).unwrap().is::<io::Error>()
                && error.to_string().contains("sortie-") | error.to_string().contains("file")
        );
    }
    assert!(outcomes[2].as_ref().unwrap().ok());
    assert_eq!(server.requests(), 1);
}

#[test]
fn rule_27_a_reader_is_not_sent_twice() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let error = session
        .post(server.url("/redirect-to?status_code=307&url=/anything"))
        .body(BodyArgument::reader(&b"once"[..]))
        .send()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect, "{error:#}");
    assert!(chain(&error).contains("cannot be sent a second time"), "{error:#}");
    // Nor by the program.
    let request = session.post(server.url("/sink")).body(BodyArgument::reader(&b"once"[..]));
    assert!(request.clone().send().unwrap().ok());
    let error = request.send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Body);
    assert!(chain(&error).ends_with("it can be read once, and was read or given up before"), "{error:#}");
}

#[test]
fn an_early_refusal_is_the_answer() {
    let server = RawServer::start(|peer| {
        peer.read_head()?;
        peer.write(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig")?;
        peer.stall()
    });
    let (server, session) = (server.unwrap(), Session::new());
    for body in [Body::reader(io::repeat(b'x'), None), Body::reader(io::repeat(b'x').take(1 << 40), 1 << 40)] {
        let response = session.post(server.url("/")).body(body).send().unwrap();
        assert_eq!((response.status().as_u16(), &*response.text()), (413, "big"));
    }
    assert_eq!(server.connections(), 2);
}

#[test]
fn a_sender_that_is_dropped_makes_the_call_fail_and_one_that_nobody_reads_fails() {
    let (mut sender, body) = BodyArgument::channel();
    let writer = thread::spawn(move || sender.write_all(b"half of it"));
    let error = fails(body);
    assert!(chain(&error).ends_with("the sender was dropped before it had finished"), "{error:#}");
    writer.join().unwrap().unwrap();

    // Whatever becomes of the call, its sender does not wait for ever: not even while the error is kept.
    let (mut sender, body) = BodyArgument::channel();
    let writer = thread::spawn(move || {
        loop {
            if let Err(error) = sender.send(vec![0; 100_000]) {
                return error.kind();
            }
        }
    });
    let error = sortie::post("http://127.0.0.1:1/").body(body).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!(writer.join().unwrap(), io::ErrorKind::BrokenPipe);
    drop(error);
}

#[test]
fn a_reader_that_panics_when_it_is_dropped_harms_nobody() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    impl Read for Panics {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Ok(0)
        }
    }
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let error = session.post(server.url("/sink")).body(BodyArgument::reader(Panics)).send().unwrap_err();
    assert!(chain(&error).ends_with("the reader panicked: dropped"), "{error:#}");
    let error = session.post("http://127.0.0.1:1/").body(BodyArgument::reader(Panics)).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
}

#[test]
fn a_call_that_is_cancelled_lets_its_reader_go() {
    let (server, token) = (TestServer::start().unwrap(), CancelToken::new());
    let ((tell, told), (go, gate)) = (mpsc::channel(), mpsc::channel::<()>());
    /// Tells when it is dropped.
    struct Told(mpsc::Sender<()>);
    impl Drop for Told {
        fn drop(&mut self) {
            let _ = self.0.send(());
        }
    }
    let fires = token.clone();
    let (told_drop, dropped) = mpsc::channel();
    let guard = Told(told_drop);
    let body = BodyArgument::reader(Then(10, move || {
        let _ = &guard;
        let _ = tell.send(());
        let _ = gate.recv();
        Ok(0)
    }));
    let canceller = thread::spawn(move || {
        told.recv().unwrap();
        fires.cancel();
    });
    let error = sortie::post(server.url("/sink")).body(body).cancel_token(&token).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    canceller.join().unwrap();
    // It is still being read; as soon as that returns, it is gone.
    assert!(dropped.try_recv().is_err());
    go.send(()).unwrap();
    dropped.recv().unwrap();
}

#[test]
fn what_makes_no_sense_is_an_error_before_anything_is_sent() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let post = || session.post(server.url("/sink"));
    let reader = || BodyArgument::reader(&b"content"[..]);
    for (request, kind) in [
        (post().body("x").compress("lzma"), ErrorKind::Unsupported),
        (post().body("x").compress("br"), ErrorKind::InvalidBody),
        (post().body("x").compress("gzip").header("Content-Encoding", "gzip"), ErrorKind::InvalidHeader),
        (post().body("x").expect_continue(std::time::Duration::ZERO), ErrorKind::InvalidArgument),
        (post().body(reader()).header("Transfer-Encoding", "chunked"), ErrorKind::InvalidHeader),
        (post().body(reader()).header("Content-Length", "7"), ErrorKind::InvalidHeader),
        (
            post().body(BodyArgument::sized_reader(&b"content"[..], 7)).header("Content-Length", "8"),
            ErrorKind::InvalidHeader,
        ),
        (post().body("x").header("Transfer-Encoding", "chunked"), ErrorKind::InvalidHeader),
    ] {
        let error = request.send().unwrap_err();
        assert_eq!(error.kind(), kind, "{error:#}");
    }
    assert_eq!(server.connections(), 0);
}
