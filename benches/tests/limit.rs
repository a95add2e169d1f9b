//! The limit against servers: well-behaved ones, and those that break what it takes for granted.
#![allow(clippy::unwrap_used)]

use sortie_benches::{Error, Job, Program, Tally, limit};
use sortie_testserver::raw::RawServer;
use sortie_testserver::{TestServer, refused_port};

fn job(url: &str, count: usize, concurrency: usize) -> Job {
    const PROGRAM: Program = Program { name: "test", options: &[], later: &[] };
    PROGRAM.job([url.to_owned(), count.to_string(), concurrency.to_string()]).unwrap()
}

fn tally(url: &str, count: usize, concurrency: usize) -> Tally {
    limit::run(&job(url, count, concurrency), false).unwrap().0
}

#[test]
fn every_request_is_answered_over_no_more_connections_than_asked_for() {
    let server = TestServer::start().unwrap();
    for concurrency in [1, 3, 500] {
        let before = server.connections();
        let tally = tally(&server.url("/small"), 100, concurrency);
        assert_eq!((tally.ok(), tally.bytes()), (100, 10_000), "concurrency {concurrency}");
        assert!(server.connections() - before <= concurrency.min(100), "concurrency {concurrency}");
    }
    assert_eq!(server.requests(), 300);
}

#[test]
fn content_larger_than_the_buffer_is_counted_and_kept_whole() {
    let server = TestServer::start().unwrap();
    let url = server.url("/bytes/300000?seed=7");
    assert_eq!(tally(&url, 10, 2).bytes(), 3_000_000);

    let (tally, kept) = limit::run(&job(&url, 10, 2), true).unwrap();
    assert_eq!((tally.ok(), kept.len()), (10, 10));
    let expected = sortie_testserver::random_bytes(7, 300_000);
    assert!(kept.iter().all(|kept| kept.status == 200 && *kept.content == *expected));
}

#[test]
fn what_is_kept_is_in_the_order_of_the_requests() {
    let answer = |text: &str| format!("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{text}").into_bytes();
    let server = RawServer::answers(["a", "b", "c"].map(answer).to_vec()).unwrap();
    let (_, kept) = limit::run(&job(&server.url("/"), 3, 1), true).unwrap();
    assert_eq!(kept.iter().map(|kept| &*kept.content).collect::<Vec<_>>(), [b"a", b"b", b"c"]);
}

#[test]
fn an_answer_in_pieces_is_an_answer() {
    let server = RawServer::start(|peer| {
        while peer.read_request()?.is_some() {
            peer.write_in_pieces(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 1)?;
        }
        Ok(())
    })
    .unwrap();
    let tally = tally(&server.url("/"), 6, 2);
    assert_eq!((tally.ok(), tally.bytes()), (6, 30), "{:?}", tally.failures());
}

#[test]
fn nothing_to_send_opens_nothing() {
    let server = TestServer::start().unwrap();
    let (tally, kept) = limit::run(&job(&server.url("/small"), 0, 64), true).unwrap();
    assert_eq!((tally.ok(), kept.len(), server.connections()), (0, 0, 0));
}

#[test]
fn a_status_that_is_not_200_is_told() {
    let server = TestServer::start().unwrap();
    let tally = tally(&server.url("/status/404"), 9, 2);
    assert_eq!((tally.ok(), tally.failures().len()), (0, 5));
    assert!(tally.failures().iter().all(|line| line.ends_with(": status 404")), "{:?}", tally.failures());
}

#[test]
fn a_connection_that_ends_early_fails_its_request_and_is_replaced() {
    let server = RawServer::answering_once("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe").unwrap();
    let tally = tally(&server.url("/"), 3, 1);
    assert_eq!((tally.ok(), server.connections()), (0, 3));
    assert_eq!(tally.failures()[0], "request 0: the connection ended before the response");
}

#[test]
fn a_whole_answer_before_the_end_of_its_connection_counts() {
    let server = RawServer::answering_once("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").unwrap();
    assert_eq!(tally(&server.url("/"), 1, 1).ok(), 1);
}

#[test]
fn bytes_beyond_the_response_are_no_response_to_the_next_request() {
    let server = RawServer::answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi!").unwrap();
    let tally = tally(&server.url("/"), 2, 1);
    assert_eq!((tally.ok(), tally.failures().len()), (0, 2));
}

#[test]
fn a_refused_connection_fails_each_request_once() {
    let tally = tally(&format!("http://127.0.0.1:{}/", refused_port()), 3, 2);
    assert_eq!((tally.ok(), tally.failures().len()), (0, 3));
    assert!(tally.failures()[0].starts_with("request 0: cannot connect: "), "{:?}", tally.failures());
}

#[test]
fn a_name_is_refused_before_anything_is_sent() {
    assert!(matches!(limit::run(&job("http://localhost:1/", 1, 1), false), Err(Error::Target { .. })));
}
