//! Trailer fields, of whole responses and of streamed ones; and parts of content.
#![allow(clippy::unwrap_used)]

use std::io::Read;

use sortie::{ContentRange, ErrorKind, Session};
use sortie_testserver::TestServer;
use sortie_testserver::raw::RawServer;

fn chunked(trailers: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n{trailers}\r\n")
}

#[test]
fn trailers_are_there_at_the_end_without_those_that_frame_or_route() {
    let wire =
        chunked("Digest: a\r\nX-Sum: é 1\r\ndigest: b\r\nContent-Length: 9\r\nSet-Cookie: a=1\r\nHost: evil\r\n");
    let (server, session) = (RawServer::answering(wire).unwrap(), Session::new());
    let response = session.get(server.url("/")).send().unwrap();
    let mut stream = session.get(server.url("/")).stream().unwrap();
    assert!(stream.trailers().is_none(), "not before the end");
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let whole = session.get(server.url("/")).stream().unwrap().into_response().unwrap();
    for trailers in [response.trailers(), stream.trailers(), whole.trailers()] {
        let trailers = trailers.unwrap();
        assert_eq!(trailers.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["Digest", "X-Sum", "digest"]);
        assert_eq!(trailers.get_all("digest").collect::<Vec<_>>(), ["a", "b"]);
    }
    assert!(!response.headers().contains("Digest") && response.text() == "hello" && response.cookies().is_empty());
    assert!(session.cookies().unwrap().is_empty() && server.connections() == 1);
}

#[test]
fn most_responses_have_none() {
    let server = RawServer::answering(chunked("")).unwrap();
    assert!(sortie::get(server.url("/")).send().unwrap().trailers().is_none());
    let server = RawServer::answering(chunked("Content-Length: 5\r\n")).unwrap();
    assert!(sortie::get(server.url("/")).send().unwrap().trailers().is_none());
}

#[test]
fn a_trailer_that_is_malformed_breaks_the_response_behind_its_content() {
    for bad in ["no colon\r\n", "a b: c\r\n", &format!("X: {}\r\n", "y".repeat(300_000)), &"a: b\r\n".repeat(2_000)] {
        let server = RawServer::answering_once(chunked(bad)).unwrap();
        assert_eq!(sortie::get(server.url("/")).send().unwrap_err().kind(), ErrorKind::Protocol);
        let mut stream = sortie::get(server.url("/")).stream().unwrap();
        let mut content = Vec::new();
        let error = stream.read_to_end(&mut content).unwrap_err();
        assert_eq!((&content[..], error.kind()), (&b"hello"[..], std::io::ErrorKind::InvalidData));
    }
}

#[test]
fn a_server_that_was_asked_sends_trailers() {
    let server = TestServer::start().unwrap();
    let request = sortie::get(server.url("/trailers?sum=1")).header("TE", "trailers").header("Connection", "TE");
    assert_eq!(request.send().unwrap().trailers().unwrap().get("sum"), Some("1"));
}

#[test]
fn a_range_brings_a_part_that_says_which_it_is() {
    let server = TestServer::start().unwrap();
    let url = server.url("/range/26");
    let part = |first, last| Some(ContentRange { first, last, total: Some(26) });
    let response = sortie::get(&url).range(2..5).send().unwrap();
    assert_eq!((response.status().as_u16(), response.text().len()), (206, 3));
    assert_eq!((response.content_range(), response.request().headers().get("Range")), (part(2, 4), Some("bytes=2-4")));
    assert_eq!(response.request().headers().get("Accept-Encoding"), Some("identity"));
    assert_eq!(sortie::get(&url).range(20..).send().unwrap().content_range(), part(20, 25));
    assert_eq!(sortie::get(&url).range(..=3).stream().unwrap().content_range(), part(0, 3));
    assert_eq!(sortie::get(&url).range(26..).send().unwrap().status().as_u16(), 416);
    let whole = sortie::get(&url).range(5..5).send().unwrap();
    assert_eq!((whole.status().as_u16(), whole.content_range()), (200, None));
}
