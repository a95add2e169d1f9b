//! Streamed content in its codings: decoded as it comes, within its limits, and broken in every place.
#![cfg(all(target_os = "linux", feature = "br", feature = "zstd"))]
#![allow(clippy::unwrap_used)]

use std::io::{self, Read, Write};

use sortie::{Error, ErrorKind, ResponseStream, Session};
use sortie_content::{Coding, encode};
use sortie_testserver::raw::RawServer;

const MIB: usize = 1 << 20;

fn br(content: &[u8]) -> Vec<u8> {
    let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 18);
    encoder.write_all(content).unwrap();
    encoder.into_inner()
}

/// Content in every coding, and in two, with what Content-Encoding says.
fn coded(content: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let gzip = encode(Coding::Gzip, content).unwrap();
    vec![
        ("deflate", encode(Coding::Deflate, content).unwrap()),
        ("zstd", encode(Coding::Zstd, content).unwrap()),
        ("br", br(content)),
        ("gzip, br", br(&gzip)),
        ("foo, gzip", gzip.clone()),
        ("gzip", gzip),
    ]
}

fn text() -> Vec<u8> {
    (0..30_000).map(|n| format!("line {n} of {}\n", n * n)).collect::<String>().into_bytes()
}

fn with_length(coding: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn chunked(coding: &str, body: &[u8], size: usize) -> Vec<u8> {
    let mut wire =
        format!("HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nTransfer-Encoding: chunked\r\n\r\n").into_bytes();
    for chunk in body.chunks(size) {
        wire.extend(format!("{:x}\r\n", chunk.len()).bytes());
        wire.extend([chunk, b"\r\n"].concat());
    }
    wire.extend(b"0\r\n\r\n");
    wire
}

fn drain(stream: &mut ResponseStream, size: usize) -> (usize, Option<Error>) {
    let (mut all, mut piece) = (0, vec![0; size]);
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return (all, None),
            Ok(count) => all += count,
            Err(error) => return (all, Some(error.downcast::<Error>().unwrap())),
        }
    }
}

/// The most memory that this process has had so far, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn every_coding_is_taken_off_as_it_comes_and_the_connection_is_used_again() {
    let content = text();
    for (coding, body) in coded(&content) {
        for wire in [with_length(coding, &body), chunked(coding, &body, 1_000)] {
            let (server, session) = (RawServer::answering(wire).unwrap(), Session::new());
            let mut all = Vec::new();
            let mut stream = session.get(server.url("/")).stream().unwrap();
            stream.read_to_end(&mut all).unwrap();
            assert!(all == content, "{coding}");
            let mut stream = session.get(server.url("/")).stream().unwrap();
            all.clear();
            while let Some(chunk) = stream.chunk().unwrap() {
                all.extend_from_slice(&chunk);
            }
            assert!(all == content, "{coding}");
            let whole = session.get(server.url("/")).stream().unwrap().into_response().unwrap();
            assert!(whole.content() == &content && whole.headers().contains("Content-Encoding"), "{coding}");
            assert_eq!(server.connections(), 1, "{coding}");
        }
    }
}

#[test]
fn an_unknown_coding_ends_the_decoding() {
    let gzip = encode(Coding::Gzip, b"hello").unwrap();
    let server = RawServer::answering(with_length("gzip, foo", &gzip)).unwrap();
    let response = sortie::get(server.url("/")).stream().unwrap().into_response().unwrap();
    assert_eq!(response.content(), &gzip);
    let server = RawServer::answering("HTTP/1.1 204 x\r\nContent-Encoding: gzip\r\n\r\n").unwrap();
    assert!(sortie::get(server.url("/")).stream().unwrap().chunk().unwrap().is_none(), "nothing is no damage");
}

#[test]
fn content_that_is_cut_short_at_any_byte_is_an_error_that_names_its_coding() {
    let content = b"some content that is not very long, but long enough";
    for (coding, body) in coded(content) {
        for cut in 1..body.len() {
            // As the message has it, it is whole.
            let server = RawServer::answering_once(with_length(coding, &body[..cut])).unwrap();
            let mut stream = sortie::get(server.url("/")).stream().unwrap();
            let (length, error) = drain(&mut stream, 100);
            let error = error.unwrap_or_else(|| panic!("{coding}, cut at {cut}"));
            assert!(length <= content.len() && error.kind() == ErrorKind::Content, "{coding}, cut at {cut}: {error:#}");
            let named = coding.rsplit(", ").any(|name| format!("{error:#}").contains(name));
            assert!(named && error.request().is_some() && error.response().is_some(), "{error:#}");
            assert_eq!(stream.chunk().unwrap_err().kind(), ErrorKind::Content, "it comes again");
        }
    }
}

#[test]
fn a_message_that_is_cut_short_is_told_as_such_whatever_its_coding() {
    let content = text();
    for (coding, body) in coded(&content) {
        for wire in [with_length(coding, &body), chunked(coding, &body, 5_000)] {
            for cut in [wire.len() / 2, wire.len() - 1] {
                let server = RawServer::answering_once(&wire[..cut]).unwrap();
                let mut stream = sortie::get(server.url("/")).stream().unwrap();
                let (length, error) = drain(&mut stream, 10_000);
                assert_eq!(error.unwrap().kind(), ErrorKind::Truncated, "{coding}");
                assert!(length > 0 && length <= content.len(), "{coding}: what came before comes first");
                assert_eq!(stream.read(&mut [0]).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
            }
        }
    }
}

#[test]
fn damage_closes_the_connection() {
    let mut body = encode(Coding::Gzip, &text()).unwrap();
    let middle = body.len() / 2;
    body[middle..middle + 50].fill(0xff);
    let server = RawServer::start(move |peer| {
        peer.read_request()?;
        peer.write(&with_length("gzip", &[&body[..], &[0; 5 * MIB]].concat())).or_else(|error| {
            // The client has closed.
            if error.kind() == io::ErrorKind::WouldBlock { Err(error) } else { Ok(()) }
        })?;
        peer.stall()
    });
    let (server, session) = (server.unwrap(), Session::new());
    let mut stream = session.get(server.url("/")).stream().unwrap();
    assert_eq!(drain(&mut stream, 1_000).1.unwrap().kind(), ErrorKind::Content);
    session.get(server.url("/")).stream().unwrap();
    assert_eq!(server.connections(), 2);
}

#[test]
fn bombs_stop_at_the_limit_and_take_no_memory_for_it() {
    const LIMIT: usize = 4 * MIB;
    let zeros = vec![0; MIB];
    let list = [
        ("gzip", encode(Coding::Gzip, &zeros).unwrap().repeat(1024)),
        ("zstd", encode(Coding::Zstd, &zeros).unwrap().repeat(1024)),
    ];
    let stacked = list.clone().map(|(coding, bomb)| (format!("{coding}, gzip"), encode(Coding::Gzip, &bomb).unwrap()));
    let bombs = list.map(|(coding, bomb)| (coding.to_owned(), bomb)).into_iter().chain(stacked);
    let before = peak();
    for (coding, bomb) in bombs {
        for wire in [with_length(&coding, &bomb), chunked(&coding, &bomb, 10_000)] {
            let server = RawServer::answering_once(wire).unwrap();
            let request = sortie::get(server.url("/")).max_content(LIMIT as u64);
            let (length, error) = drain(&mut request.clone().stream().unwrap(), 100_000);
            assert_eq!(error.unwrap().kind(), ErrorKind::ContentTooLarge, "{coding}");
            assert!(length <= LIMIT && length > LIMIT - 200_000, "{coding}: {length}");
            let whole = request.stream().unwrap().into_response();
            assert_eq!(whole.unwrap_err().kind(), ErrorKind::ContentTooLarge, "{coding}");
        }
    }
    assert!(peak() - before < 64 << 10, "{} KiB more", peak() - before);
}

#[test]
fn a_limit_holds_for_content_without_a_coding_to_the_byte() {
    let content = vec![7; 100_000];
    let mut wire = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n".to_vec();
    wire.extend([&content[..], b"\r\n0\r\n\r\n"].concat());
    let server = RawServer::answering(wire).unwrap();
    for size in [999, 65_536] {
        let stream = |limit: u64| sortie::get(server.url("/")).max_content(limit).stream().unwrap();
        assert_eq!(drain(&mut stream(100_000), size).0, 100_000);
        let (length, error) = drain(&mut stream(99_999), size);
        assert_eq!((length, error.unwrap().kind()), (99_999, ErrorKind::ContentTooLarge));
        assert!(stream(100_000).into_response().is_ok() && stream(99_999).into_response().is_err());
    }
}

#[test]
fn lines_come_one_by_one_in_their_encoding() {
    let content = encode(Coding::Gzip, b"caf\xe9\r\ntwo\n\nlast").unwrap();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=latin1\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        content.len()
    );
    let server = RawServer::answering([head.as_bytes(), &content].concat()).unwrap();
    let lines: Result<Vec<_>, _> = sortie::get(server.url("/")).stream().unwrap().lines().collect();
    assert_eq!(lines.unwrap(), ["café", "two", "", "last"]);
    let response = sortie::get(server.url("/")).send().unwrap();
    assert_eq!(response.lines().collect::<Vec<_>>(), ["café", "two", "", "last"]);
    assert!(response.content_type().unwrap().is("text/plain"));
    let lines: Vec<_> = sortie::get(server.url("/")).stream().unwrap().lines().limit(4).collect();
    assert_eq!((lines.len(), lines[0].as_ref().map_err(Error::kind)), (1, Err(ErrorKind::ContentTooLarge)));
}
