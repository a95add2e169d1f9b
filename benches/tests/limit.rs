//! The limit against servers: well-behaved ones, and those that break what it takes for granted.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use sortie_benches::{Error, Job, Program, Tally, limit, tls};
use sortie_testserver::raw::RawServer;
use sortie_testserver::{Authority, TestServer, TlsOptions, TlsVersions, refused_port};

fn job(url: &str, count: usize, concurrency: usize) -> Job {
    job_with(url, count, concurrency, &[])
}

fn job_with(url: &str, count: usize, concurrency: usize, options: &[&str]) -> Job {
    const PROGRAM: Program = Program { name: "test", options: &[tls::CA, tls::NO_KEEP_ALIVE], later: &[] };
    let places = [url.to_owned(), count.to_string(), concurrency.to_string()];
    PROGRAM.job(places.into_iter().chain(options.iter().map(|option| (*option).to_owned()))).unwrap()
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

/// A server that speaks TLS, and the file of its authority, which goes with the test.
struct Secure {
    server: TestServer,
    ca: PathBuf,
}

impl Secure {
    fn start(name: &str, versions: TlsVersions) -> Self {
        let authority = Authority::new().unwrap();
        let identity = authority.certificate(&["127.0.0.1"]).unwrap();
        let server = TestServer::start_tls(TlsOptions { versions, ..TlsOptions::new(identity) }).unwrap();
        let ca = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}.pem", std::process::id()));
        std::fs::write(&ca, authority.pem()).unwrap();
        Secure { server, ca }
    }

    fn job(&self, path: &str, count: usize, concurrency: usize, option: Option<&str>) -> Job {
        let options: Vec<&str> = ["--ca", self.ca.to_str().unwrap()].into_iter().chain(option).collect();
        job_with(&self.server.url(path), count, concurrency, &options)
    }
}

impl Drop for Secure {
    fn drop(&mut self) {
        std::fs::remove_file(&self.ca).unwrap();
    }
}

#[test]
fn tls_carries_what_plain_connections_do() {
    for (name, versions) in [("kept-12", TlsVersions::Tls12), ("kept-13", TlsVersions::Tls13)] {
        let secure = Secure::start(name, versions);
        let (tally, kept) = limit::run(&secure.job("/bytes/300000?seed=7", 10, 3, None), true).unwrap();
        assert_eq!((tally.ok(), tally.bytes()), (10, 3_000_000), "{:?}", tally.failures());
        let expected = sortie_testserver::random_bytes(7, 300_000);
        assert!(kept.iter().all(|kept| *kept.content == *expected));
        let (tally, _) = limit::run(&secure.job("/small", 200, 16, None), false).unwrap();
        assert_eq!((tally.ok(), tally.bytes()), (200, 20_000), "{:?}", tally.failures());
        let (connections, handshakes) = (secure.server.connections(), secure.server.handshakes());
        assert!(connections <= 19 && handshakes.full <= 19 && handshakes.failed == 0, "{handshakes:?}");
    }
}

#[test]
fn a_connection_that_is_not_kept_takes_up_a_session() {
    for (name, versions) in [("new-12", TlsVersions::Tls12), ("new-13", TlsVersions::Tls13)] {
        let secure = Secure::start(name, versions);
        let (tally, _) = limit::run(&secure.job("/small", 100, 4, Some("--no-keep-alive")), false).unwrap();
        assert_eq!((tally.ok(), secure.server.connections()), (100, 100), "{:?}", tally.failures());
        let handshakes = secure.server.handshakes();
        assert!(handshakes.full <= 4 && handshakes.full + handshakes.resumed == 100, "{handshakes:?}");
    }
    let plain = TestServer::start().unwrap();
    let (tally, _) = limit::run(&job_with(&plain.url("/small"), 100, 4, &["--no-keep-alive"]), false).unwrap();
    assert_eq!((tally.ok(), plain.connections()), (100, 100), "{:?}", tally.failures());
}

#[test]
fn nobody_is_trusted_unless_the_file_says_so() {
    let (secure, other) = (Secure::start("one", TlsVersions::Both), Secure::start("other", TlsVersions::Both));
    let url = secure.server.url("/small");
    let stranger = job_with(&url, 1, 1, &["--ca", other.ca.to_str().unwrap()]);
    let (tally, _) = limit::run(&stranger, false).unwrap();
    let failure = &tally.failures()[0];
    assert!(failure.starts_with("request 0: the connection is not secure: invalid peer certificate"), "{failure}");
    assert!(matches!(limit::run(&job(&url, 1, 1), false), Err(Error::Missing { what: "--ca FILE" })));
    for file in ["/nowhere", "/dev/null"] {
        let error = limit::run(&job_with(&url, 1, 1, &["--ca", file]), false).unwrap_err();
        assert!(matches!(&error, Error::Authorities { .. }) && error.is_usage(), "{error}");
    }
}
