//! Streamed responses: read as they come, bounded, and ended in every way.
#![allow(clippy::unwrap_used)]

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use sortie::{CancelToken, Error, ErrorKind, Response, ResponseStream, Session, StatusCode};
use sortie_testserver::TestServer;
use sortie_testserver::raw::RawServer;

/// Reads in pieces of this size, to the end or the error.
fn read_in_pieces(stream: &mut ResponseStream, size: usize) -> (Vec<u8>, Option<Error>) {
    let (mut all, mut piece) = (Vec::new(), vec![0; size]);
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return (all, None),
            Ok(count) => all.extend_from_slice(&piece[..count]),
            Err(error) => return (all, Some(error.downcast::<Error>().unwrap())),
        }
    }
}

/// Bytes that say where they stand.
fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 + at / 251) as u8).collect()
}

fn with_length(content: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", content.len()).as_bytes(), content].concat()
}

fn chunked(content: &[u8], size: usize, trailers: &str) -> Vec<u8> {
    let mut wire = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for chunk in content.chunks(size) {
        wire.extend(format!("{:x}\r\n", chunk.len()).bytes());
        wire.extend_from_slice(chunk);
        wire.extend(b"\r\n");
    }
    wire.extend(format!("0\r\n{trailers}\r\n").bytes());
    wire
}

#[test]
fn content_is_the_same_however_it_is_framed_and_read_and_the_connection_is_used_again() {
    let content = pattern(300_000);
    for (name, wire) in [("length", with_length(&content)), ("chunked", chunked(&content, 7_000, ""))] {
        let server = RawServer::answering(wire).unwrap();
        let session = Session::new();
        for size in [1_000, 20_000, 32 * 1024, 65_536, 262_144, 1 << 20] {
            let mut stream = session.get(server.url("/")).stream().unwrap();
            let (all, error) = read_in_pieces(&mut stream, size);
            assert!(error.is_none() && all == content, "{name}, read by {size}: {} bytes, {error:?}", all.len());
            // At the end, and not when the value goes, the connection is free.
            let mut chunks = Vec::new();
            let mut second = session.get(server.url("/")).stream().unwrap();
            while let Some(chunk) = second.chunk().unwrap() {
                assert!(!chunk.is_empty());
                chunks.extend_from_slice(&chunk);
            }
            assert!(chunks == content && second.chunk().unwrap().is_none() && stream.read(&mut [0]).unwrap() == 0);
        }
        assert_eq!(server.connections(), 1, "{name}");
    }
}

#[test]
fn small_and_large_reads_may_alternate() {
    let content = pattern(2_000_000);
    let server = RawServer::answering(with_length(&content)).unwrap();
    let mut stream = sortie::get(server.url("/")).stream().unwrap();
    let (mut all, mut buffer) = (Vec::new(), vec![0; 300_000]);
    for size in [1, 100_000, 40_000, 17, 300_000, 10, 33_000, 5_000].into_iter().cycle() {
        match stream.read(&mut buffer[..size]).unwrap() {
            0 => break,
            count => all.extend_from_slice(&buffer[..count]),
        }
    }
    assert!(all == content);
}

#[test]
fn content_that_ends_with_the_connection_is_read_to_its_end() {
    let content = pattern(200_000);
    let wire = [b"HTTP/1.1 200 OK\r\n\r\n", &content[..]].concat();
    let server = RawServer::answering_once(wire).unwrap();
    for size in [999, 65_536] {
        let mut stream = sortie::get(server.url("/")).stream().unwrap();
        assert_eq!(stream.content_length(), None);
        let (all, error) = read_in_pieces(&mut stream, size);
        assert!(error.is_none() && all == content);
    }
}

#[test]
fn a_head_without_content_ends_at_once() {
    for head in ["HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"] {
        let server = RawServer::answering(head).unwrap();
        let session = Session::new();
        for _ in 0..2 {
            let mut stream = session.get(server.url("/")).stream().unwrap();
            assert!(stream.chunk().unwrap().is_none() && stream.read(&mut [0; 100_000]).unwrap() == 0);
            let _unread = session.get(server.url("/")).stream().unwrap();
        }
        assert_eq!(server.connections(), 1, "{head}");
    }
}

#[test]
fn a_reader_that_stops_stops_the_server() {
    let written = Arc::new(AtomicU64::new(0));
    let (count, (stalled, wait)) = (written.clone(), mpsc::channel());
    let server = RawServer::start(move |peer| {
        peer.read_request()?;
        peer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")?;
        let piece = vec![7; 64 * 1024];
        for _ in 0..1073741824 / piece.len() {
            peer.write(&piece)?;
            count.fetch_add(piece.len() as u64, Ordering::SeqCst);
            let _ = stalled.send(());
        }
        Ok(())
    });
    let server = server.unwrap();
    let mut stream = sortie::get(server.url("/")).stream().unwrap();
    for size in [1, 100, 64 * 1024, 256 * 1024] {
        stream.read_exact(&mut vec![0; size]).unwrap();
    }
    // Until the server has written nothing for a while: what it wrote stands in the system's buffers.
    while wait.recv_timeout(Duration::from_millis(300)).is_ok() {}
    let written = written.load(Ordering::SeqCst);
    assert!(written < 64 << 20, "{written} bytes were written, with nobody reading");
}

#[test]
fn one_that_is_dropped_early_closes_its_connection_and_its_hook_is_told() {
    let (closed, wait) = mpsc::channel();
    let server = RawServer::start(move |peer| {
        peer.read_request()?;
        peer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhello")?;
        peer.stall()?;
        let _ = closed.send(());
        Ok(())
    });
    let server = server.unwrap();
    let ends = Arc::new(Mutex::new(Vec::new()));
    let seen = ends.clone();
    let session = Session::builder()
        .on_post_request(move |sent: &sortie::Sent| seen.lock().unwrap().push(sent.error().map(Error::kind)))
        .build()
        .unwrap();
    let mut stream = session.get(server.url("/")).stream().unwrap();
    assert_eq!(&stream.chunk().unwrap().unwrap()[..], b"hello");
    drop(stream);
    wait.recv_timeout(Duration::from_secs(60)).unwrap();
    assert_eq!(*ends.lock().unwrap(), [Some(ErrorKind::Cancelled)]);
    session.get(server.url("/")).stream().unwrap().cancel();
    assert_eq!((ends.lock().unwrap().len(), server.connections()), (2, 2));
}

#[test]
fn hooks_see_the_head_and_then_the_end_once_each() {
    let server = RawServer::answering(chunked(b"hello", 2, "")).unwrap();
    let story = Arc::new(Mutex::new(Vec::new()));
    let (early, late) = (story.clone(), story.clone());
    let session = Session::builder()
        .on_response(move |response: &Response| {
            early.lock().unwrap().push(format!("response {} {}", response.status(), response.content().len()));
        })
        .on_post_request(move |sent: &sortie::Sent| {
            late.lock().unwrap().push(format!("end {:?}", sent.response().map(Response::status)));
        })
        .build()
        .unwrap();
    let response = session.get(server.url("/")).tag(7).stream().unwrap().into_response().unwrap();
    assert_eq!((response.text().as_ref(), response.tag()), ("hello", 7));
    assert_eq!(*story.lock().unwrap(), ["response 200 OK 0".to_owned(), format!("end {:?}", Some(StatusCode::OK))]);
}

#[test]
fn what_a_hook_puts_in_the_place_of_content_to_come_is_dropped() {
    let server = RawServer::answering(chunked(b"hello", 2, "")).unwrap();
    let session = Session::builder()
        .on_response(|response: &Response| Some(response.clone().with_content("replaced")))
        .build()
        .unwrap();
    let mut stream = session.get(server.url("/")).stream().unwrap();
    assert!(stream.head().content().is_empty());
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    assert_eq!(all, b"hello");
    assert_eq!(session.get(server.url("/")).stream().unwrap().into_response().unwrap().text(), "hello");
}

#[test]
fn a_body_that_is_cut_surfaces_at_the_read_that_meets_it() {
    let content = pattern(1_000);
    for wire in [with_length(&content), chunked(&content, 300, "Sum: 1\r\n")] {
        let head = wire.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
        for cut in (head..wire.len()).step_by(61) {
            let server = RawServer::answering_once(&wire[..cut]).unwrap();
            for size in [7, 100_000] {
                let mut stream = sortie::get(server.url("/")).stream().unwrap();
                let (all, error) = read_in_pieces(&mut stream, size);
                let error = error.unwrap_or_else(|| panic!("cut at {cut}"));
                assert_eq!(error.kind(), ErrorKind::Truncated, "cut at {cut}");
                assert!(content.starts_with(&all) && error.request().is_some() && error.response().is_some());
                let again = stream.read(&mut [0]).unwrap_err();
                assert_eq!(again.kind(), io::ErrorKind::UnexpectedEof, "it comes again");
                assert_eq!(stream.chunk().unwrap_err().kind(), ErrorKind::Truncated);
            }
        }
    }
}

#[test]
fn time_between_bytes_counts_only_while_somebody_reads() {
    let server = RawServer::start(|peer| {
        peer.read_request()?;
        peer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")?;
        peer.stall()
    });
    let server = server.unwrap();
    for size in [5, 100_000] {
        let request = sortie::get(server.url("/")).between_bytes_timeout(Duration::from_millis(50));
        let (all, error) = read_in_pieces(&mut request.stream().unwrap(), size);
        assert_eq!((&all[..], error.unwrap().kind()), (&b"hello"[..], ErrorKind::BetweenBytesTimeout));
        let request = sortie::get(server.url("/")).timeout(Duration::from_millis(50));
        let (all, error) = read_in_pieces(&mut request.stream().unwrap(), size);
        assert_eq!((&all[..], error.unwrap().kind()), (&b"hello"[..], ErrorKind::TotalTimeout));
    }
}

#[test]
fn the_total_ends_a_stream_that_always_has_more() {
    let server = RawServer::start(|peer| {
        peer.read_request()?;
        peer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824000\r\n\r\n")?;
        let piece = vec![7; 64 * 1024];
        loop {
            peer.write(&piece)?;
        }
    });
    let server = server.unwrap();
    for size in [100, 100_000] {
        let mut stream = sortie::get(server.url("/")).timeout(Duration::from_millis(100)).stream().unwrap();
        let mut buffer = vec![0; size];
        let error = loop {
            if let Err(error) = stream.read(&mut buffer) {
                break error;
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}

#[test]
fn a_token_ends_a_read_that_waits() {
    let (begun, wait) = mpsc::channel();
    let server = RawServer::start(move |peer| {
        peer.read_request()?;
        peer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")?;
        let _ = begun.send(());
        peer.stall()
    });
    let (server, token) = (server.unwrap(), CancelToken::new());
    for size in [5, 100_000] {
        let token = if size == 5 { token.clone() } else { CancelToken::new() };
        let mut stream = sortie::get(server.url("/")).cancel_token(&token).stream().unwrap();
        wait.recv().unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| token.cancel());
            let (all, error) = read_in_pieces(&mut stream, size);
            assert_eq!(error.unwrap().kind(), ErrorKind::Cancelled);
            assert!(b"hello".starts_with(&all));
        });
    }
}

#[test]
fn an_error_before_the_head_is_an_error_of_stream_itself() {
    let server = RawServer::answering_once("HTTP/1.1 200 OK\r\nContent-Le").unwrap();
    assert_eq!(sortie::get(server.url("/")).stream().unwrap_err().kind(), ErrorKind::Protocol);
    assert_eq!(sortie::get("http://").stream().unwrap_err().kind(), ErrorKind::InvalidUrl);
    let server = RawServer::answering(with_length(b"hello world")).unwrap();
    let error = sortie::get(server.url("/")).max_content(10).stream().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ContentTooLarge);
}

#[test]
fn redirects_are_followed_before_anything_is_streamed() {
    let moved = b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 5\r\n\r\nmoved".to_vec();
    let server = RawServer::answers(vec![moved, with_length(b"here")]).unwrap();
    let stream = sortie::get(server.url("/a")).stream().unwrap();
    assert_eq!((stream.history().len(), stream.url().path()), (1, "/b"));
    assert_eq!(stream.history()[0].content(), "moved");
    let response = stream.into_response().unwrap();
    assert_eq!((response.text().as_ref(), response.history().len()), ("here", 1));
}

#[test]
fn a_status_is_no_error_unless_asked_for() {
    let server = TestServer::start().unwrap();
    let stream = sortie::get(server.url("/status/404")).stream().unwrap();
    assert!(!stream.ok());
    assert_eq!(stream.raise_for_status().unwrap_err().kind(), ErrorKind::Status);
}

#[test]
fn a_stream_can_go_to_another_thread() {
    let content = pattern(100_000);
    let server = RawServer::answering(with_length(&content)).unwrap();
    let mut stream = sortie::get(server.url("/")).stream().unwrap();
    let all = std::thread::spawn(move || read_in_pieces(&mut stream, 1_000).0).join().unwrap();
    assert!(all == content);
}

#[test]
fn threads_that_stream_at_once_do_not_disturb_one_another() {
    let content = pattern(500_000);
    let (server, session) = (RawServer::answering(with_length(&content)).unwrap(), Session::new());
    std::thread::scope(|scope| {
        for size in [1_000, 64 * 1024, 100_000, 9_999] {
            let (session, url, content) = (&session, server.url("/"), &content);
            scope.spawn(move || {
                for _ in 0..5 {
                    let (all, error) = read_in_pieces(&mut session.get(&url).stream().unwrap(), size);
                    assert!(error.is_none() && all == *content);
                }
            });
        }
    });
}
