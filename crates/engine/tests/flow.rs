//! Content that is streamed: who reads when, in which order it comes out, and how it breaks.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use sortie_engine::{CallId, Engine, Error, Limits, LinkId, Opened, Outcome, Output, Place, Read, Streamed, Time};
use sortie_http::{Body, Headers, Method, PreparedRequest, Url};
use sortie_policy::{Decide, Decision, Policy, Question, Redirect};

/// A call whose content is streamed, and what came of it.
struct Stream {
    engine: Engine,
    link: LinkId,
    head: Option<Box<Streamed>>,
    content: Vec<u8>,
    resumed: u32,
    closed: bool,
    outcome: Option<Outcome>,
    /// What the program's own code is asked, and was not answered yet.
    asked: Option<(CallId, u32, Question)>,
    now: Time,
}

impl Stream {
    fn new(change: impl FnOnce(&mut Policy)) -> Self {
        let mut policy = Policy::default();
        policy.stream = true;
        policy.timeouts.between_bytes = Some(Duration::from_secs(10));
        change(&mut policy);
        let mut engine = Engine::new(Limits::default(), [0; 32], SystemTime::UNIX_EPOCH);
        let request =
            PreparedRequest::new(Method::GET, Url::parse("http://h/a").unwrap(), Headers::new(), Body::none());
        engine.submit(request, Arc::new(policy), 7, Time(0));
        let Some(Output::Open { link, .. }) = engine.poll() else { panic!("a link is wanted") };
        let (head, content, outcome) = Default::default();
        let (resumed, closed, asked, now) = (0, false, None, Time(1));
        let mut stream = Stream { engine, link, head, content, resumed, closed, outcome, asked, now };
        stream.engine.handle_opened(link, Opened::default(), Time(1));
        stream.settle();
        stream
    }

    fn settle(&mut self) {
        while let Some(output) = self.engine.poll() {
            assert!(
                self.outcome.is_none() || matches!(output, Output::Close { .. }),
                "nothing follows the end: {output:?}"
            );
            match output {
                Output::Transmit { link } => {
                    self.engine.handle_writable(link, &mut Vec::new(), usize::MAX, self.now);
                }
                Output::Head { tag: 7, head } => assert!(self.head.replace(head).is_none() && self.content.is_empty()),
                Output::Content { tag: 7, bytes } => {
                    assert!(self.head.is_some() && !bytes.is_empty());
                    self.content.extend(bytes);
                }
                Output::Resume { .. } => self.resumed += 1,
                Output::Close { .. } => self.closed = true,
                Output::Ask { call, exchange, question } => self.asked = Some((call, exchange, question)),
                Output::Done { tag: 7, outcome } => self.outcome = Some(outcome),
                other => panic!("{other:?}"),
            }
        }
    }

    fn call(&self) -> CallId {
        self.head.as_ref().unwrap().call
    }

    fn want(&mut self) {
        let call = self.call();
        self.engine.want(call, Vec::new(), self.now);
        self.settle();
    }

    fn receive(&mut self, bytes: &[u8]) -> Read {
        let read = self.engine.handle_received(self.link, bytes, self.now);
        self.settle();
        read
    }

    /// Hands `wire` in as a driver does: `size` bytes at a time, each only when the engine reads; somebody always waits.
    fn play(&mut self, wire: &[u8], size: usize) {
        for piece in wire.chunks(size) {
            if self.outcome.is_some() {
                return;
            }
            if self.head.is_some() {
                self.want();
            }
            match self.engine.place(self.link) {
                Place::Body(body, room) if room >= piece.len() => {
                    body.extend_from_slice(piece);
                    let _ = self.engine.handle_filled(self.link, piece.len(), self.now);
                }
                Place::Pause | Place::Lent => panic!("it is wanted"),
                _ => {
                    let _ = self.engine.handle_received(self.link, piece, self.now);
                }
            }
            self.settle();
        }
    }

    fn failure(&self) -> &Error {
        &self.outcome.as_ref().unwrap().result.as_ref().unwrap_err().error
    }
}

fn at(seconds: u64) -> Time {
    Time(0).after(Duration::from_secs(seconds))
}

const LENGTH: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world";
const CHUNKED: &[u8] =
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\nSum: 1\r\n\r\n";

#[test]
fn the_head_goes_out_before_the_content_and_the_end_comes_last_in_every_cut() {
    for wire in [LENGTH, CHUNKED] {
        for size in 1..=wire.len() {
            let mut stream = Stream::new(|_| {});
            stream.play(wire, size);
            assert_eq!(stream.content, b"hello world", "pieces of {size}");
            let outcome = stream.outcome.unwrap();
            assert!(outcome.history().is_empty() && outcome.held == 0);
            let response = outcome.result.unwrap();
            assert!(response.content().is_empty());
            assert_eq!(response.trailers().and_then(|trailers| trailers.get("sum")), (wire == CHUNKED).then_some("1"));
            assert_eq!(stream.head.unwrap().response.status(), 200);
            assert!(!stream.closed && stream.engine.idle_links().count() == 1, "the connection can be used again");
        }
    }
}

#[test]
fn a_body_that_is_cut_gives_what_came_and_then_the_error() {
    for wire in [LENGTH, CHUNKED] {
        let head = wire.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
        for cut in head..wire.len() {
            let mut stream = Stream::new(|_| {});
            stream.play(&wire[..cut], usize::MAX);
            assert!(stream.outcome.is_none(), "cut at {cut}");
            stream.engine.handle_closed(stream.link, None, stream.now);
            stream.settle();
            assert!(b"hello world".starts_with(&stream.content), "cut at {cut}");
            assert!(matches!(stream.failure(), Error::Protocol(sortie_h1::Error::Truncated { .. })));
            assert!(stream.closed);
        }
    }
}

#[test]
fn a_link_is_read_only_while_somebody_waits() {
    let mut stream = Stream::new(|_| {});
    assert_eq!(stream.receive(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"), Read::Pause);
    assert_eq!((&stream.content[..], stream.resumed), (&b"ab"[..], 0));
    assert!(matches!(stream.engine.place(stream.link), Place::Pause));
    stream.want();
    assert_eq!(stream.resumed, 1);
    assert!(matches!(stream.engine.place(stream.link), Place::Anywhere));
    // A part of the framing is no content: it still waits.
    assert_eq!(stream.receive(b"3"), Read::More);
    assert!(matches!(stream.engine.place(stream.link), Place::Anywhere));
    assert_eq!(stream.receive(b"\r\ncde\r\n0\r\n"), Read::Pause);
    assert!(matches!(stream.engine.place(stream.link), Place::Pause));
    stream.want();
    assert_eq!(stream.receive(b"\r\n"), Read::More);
    assert!(stream.outcome.is_some() && stream.content == b"abcde");
}

#[test]
fn time_between_bytes_rests_while_nobody_waits_and_the_total_goes_on() {
    let mut stream = Stream::new(|policy| policy.timeouts.total = Some(Duration::from_secs(1000)));
    let _ = stream.receive(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
    for now in [9, 11, 500] {
        stream.now = at(now);
        stream.engine.handle_deadline(stream.now);
        stream.settle();
        assert!(stream.outcome.is_none(), "after {now} s");
    }
    stream.want();
    // Asked again, it is no other wait.
    stream.now = at(505);
    stream.want();
    assert_eq!(stream.resumed, 1);
    stream.now = at(509);
    stream.engine.handle_deadline(stream.now);
    stream.settle();
    assert!(stream.outcome.is_none());
    stream.now = at(510);
    stream.engine.handle_deadline(stream.now);
    stream.settle();
    assert!(matches!(stream.failure(), Error::Timeout { .. }), "{:?}", stream.failure());

    let mut stream = Stream::new(|policy| policy.timeouts.total = Some(Duration::from_secs(20)));
    let _ = stream.receive(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
    stream.engine.handle_deadline(at(20));
    stream.settle();
    assert!(matches!(stream.failure(), Error::Total { .. }) && stream.content == b"ab" && stream.closed);
}

#[test]
fn content_of_a_known_length_is_lent_to_its_reader() {
    let mut stream = Stream::new(|_| {});
    let _ = stream.receive(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nab");
    let call = stream.call();
    assert_eq!(stream.engine.lend(call), Some(4));
    assert!(matches!(stream.engine.place(stream.link), Place::Pause), "nobody waits");
    stream.engine.want_lent(call, at(100));
    assert_eq!(stream.engine.next_deadline().map(|next| next <= at(110)), Some(true));
    assert!(matches!(stream.engine.place(stream.link), Place::Lent));
    stream.engine.handle_deadline(at(110));
    stream.settle();
    assert!(stream.outcome.is_none(), "what has come goes before what has expired");
    stream.engine.handle_lent(call, 3, at(110));
    assert_eq!(stream.engine.lend(call), Some(1));
    stream.engine.handle_lent(call, 1, at(111));
    stream.settle();
    assert!(stream.outcome.as_ref().unwrap().result.is_ok() && stream.content == b"ab");
    assert_eq!(stream.engine.idle_links().count(), 1);
    stream.engine.handle_lent(call, 9, at(112));
    stream.engine.want(call, Vec::new(), at(112));
    assert!(stream.engine.lend(call).is_none() && !stream.engine.has_output(), "late input changes nothing");
}

#[test]
fn what_was_handed_out_is_used_again() {
    let mut stream = Stream::new(|_| {});
    let _ = stream.receive(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    let call = stream.call();
    let spare = Vec::with_capacity(70_000);
    let place = spare.as_ptr();
    stream.engine.want(call, spare, stream.now);
    let Place::Body(body, room) = stream.engine.place(stream.link) else { panic!("a body is read into its place") };
    assert!(body.as_ptr() == place && room >= 70_000);
}

#[test]
fn a_redirect_in_the_way_is_not_streamed() {
    let mut stream = Stream::new(|_| {});
    let wire = b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 5\r\n\r\nmoved";
    assert_eq!(stream.receive(wire), Read::More);
    assert!(stream.head.is_none() && stream.outcome.is_none());
    stream.play(LENGTH, 7);
    let head = stream.head.unwrap();
    assert_eq!((head.history.len(), head.response.url().path(), &stream.content[..]), (1, "/b", &b"hello world"[..]));
    assert_eq!(head.history[0].content(), "moved");
}

/// A redirect of which the program's own code decides; it was asked.
fn asked(decision: fn() -> Decision, wire: &[u8]) -> (Stream, Read) {
    let decide = Decide::new(move |_: &Redirect<'_>| decision());
    let mut stream = Stream::new(|policy| policy.redirects.decide = Some(decide));
    let read = stream.receive(wire);
    assert!(stream.head.is_none() && stream.content.is_empty() && stream.outcome.is_none());
    (stream, read)
}

impl Stream {
    fn answer(&mut self) {
        let (call, exchange, question) = self.asked.take().unwrap();
        self.engine.handle_reply(call, exchange, question.ask(), self.now);
        self.settle();
    }
}

const MOVED: &[u8] = b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 5\r\n\r\nmoved";

#[test]
fn nothing_goes_out_before_the_program_has_said_what_follows() {
    let part = &MOVED[..MOVED.len() - 2];
    let (mut stream, read) = asked(|| Decision::Stop, part);
    assert_eq!(read, Read::Pause);
    assert!(matches!(stream.engine.place(stream.link), Place::Pause));
    stream.answer();
    assert_eq!((stream.head.as_ref().unwrap().response.status().as_u16(), &stream.content[..]), (302, &b"mov"[..]));
    stream.want();
    let _ = stream.receive(b"ed");
    assert!(stream.content == b"moved" && stream.outcome.take().unwrap().result.is_ok());

    // It may be whole by then.
    let (mut stream, _) = asked(|| Decision::Stop, MOVED);
    stream.answer();
    assert!(stream.head.is_some() && stream.content == b"moved" && stream.outcome.take().unwrap().result.is_ok());

    for wire in [MOVED, part] {
        let (mut stream, _) = asked(|| Decision::Follow, wire);
        stream.answer();
        if wire == part {
            assert_eq!(stream.resumed, 1, "it is read to keep its connection");
            let _ = stream.receive(b"ed");
        }
        stream.play(LENGTH, 5);
        let head = stream.head.unwrap();
        assert_eq!((head.history[0].content(), &stream.content[..]), (&"moved".into(), &b"hello world"[..]));
    }
}

#[test]
fn what_was_begun_to_be_handed_out_is_not_tried_again() {
    let mut stream = Stream::new(|policy| policy.retries.count = 3);
    let _ = stream.receive(&LENGTH[..LENGTH.len() - 3]);
    stream.engine.handle_closed(stream.link, None, stream.now);
    stream.settle();
    assert!(matches!(stream.failure(), Error::Protocol(_)) && stream.content == b"hello wo");
}

#[test]
fn a_call_that_is_cancelled_closes_its_link_and_gives_what_came() {
    let mut stream = Stream::new(|_| {});
    let _ = stream.receive(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nab");
    let call = stream.call();
    stream.engine.cancel(call, stream.now);
    stream.settle();
    assert!(matches!(stream.failure(), Error::Cancelled) && stream.closed && stream.content == b"ab");
}

#[test]
fn content_that_is_announced_as_too_large_fails_before_its_head_is_handed_out() {
    let mut stream = Stream::new(|policy| policy.max_content = Some(10));
    let _ = stream.receive(LENGTH);
    assert!(matches!(stream.failure(), Error::TooLarge { limit: 10 }) && stream.head.is_none() && stream.closed);
}
