//! A batch inside a loop of the program's own: one descriptor, one deadline, a waker, and nothing that is missed.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

#[path = "support/rerun.rs"]
mod rerun;

use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rerun::{rerun, word};
use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use sortie::{Batch, Request, Response, Session, Wait};
use sortie_testserver::TestServer;
use sortie_testserver::raw::RawServer;

/// Level-triggered, and edge-triggered.
const MODES: [epoll::EventFlags; 2] = [epoll::EventFlags::IN, epoll::EventFlags::IN.union(epoll::EventFlags::ET)];

/// After so long without an event, one was missed.
const TOO_LONG: Duration = Duration::from_secs(30);

/// A loop of one's own around a batch.
struct Outer {
    epoll: OwnedFd,
    turns: usize,
}

impl Outer {
    fn around(batch: &mut Batch, mode: epoll::EventFlags) -> Self {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC).unwrap();
        epoll::add(&epoll, batch.fd().unwrap(), epoll::EventData::new_u64(1), mode).unwrap();
        Outer { epoll, turns: 0 }
    }

    /// Waits as long as the batch allows. Fails when nothing happens though something has to.
    fn wait(&self, batch: &mut Batch) {
        let patience = batch.next_deadline().map_or(TOO_LONG, |own| own.min(TOO_LONG));
        let until = Timespec { tv_sec: patience.as_secs() as i64, tv_nsec: patience.subsec_nanos().into() };
        let mut events: Vec<epoll::Event> = Vec::with_capacity(4);
        epoll::wait(&self.epoll, spare_capacity(&mut events), Some(&until)).unwrap();
        assert!(!events.is_empty() || patience < TOO_LONG, "nothing was told, and {} wait", batch.unfinished());
    }

    /// Turns a batch to its end; gives the responses as they ended.
    fn run(&mut self, batch: &mut Batch) -> Vec<Response> {
        let mut responses = Vec::new();
        while batch.unfinished() > 0 {
            self.wait(batch);
            batch.turn(Wait::Not).unwrap();
            self.turns += 1;
            responses.extend(std::iter::from_fn(|| batch.take()).map(|(_, outcome)| outcome.unwrap()));
        }
        responses
    }
}

/// No timeout ends a wait: only what happens does.
fn patient(request: Request) -> Request {
    request.connect_timeout(None).first_byte_timeout(None).between_bytes_timeout(None)
}

/// The tags of some responses, in order.
fn tags(responses: &[Response]) -> Vec<u64> {
    let mut tags: Vec<u64> = responses.iter().map(Response::tag).collect();
    tags.sort_unstable();
    tags
}

/// A server that takes requests and never answers.
fn silent() -> RawServer {
    let server = RawServer::start(|peer| {
        while peer.read_request()?.is_some() {}
        Ok(())
    });
    server.unwrap()
}

#[test]
fn an_outer_loop_misses_nothing() {
    const COUNT: u64 = 2_000;
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    for mode in MODES {
        let mut batch = session.batch().concurrency(200);
        let mut outer = Outer::around(&mut batch, mode);
        for tag in 0..COUNT {
            batch.submit(patient(session.get(server.url("/small"))).tag(tag));
        }
        assert_eq!(tags(&outer.run(&mut batch)), (0..COUNT).collect::<Vec<_>>());
        assert!(outer.turns as u64 <= 2 * COUNT, "{} turns, which is a loop that spins", outer.turns);
    }
    assert_eq!(server.requests() as u64, 2 * COUNT);
}

#[test]
fn an_outer_loop_misses_nothing_where_more_happens_than_one_turn_can_see() {
    // All connect at once, and all are answered at once.
    const COUNT: u64 = 1_500;
    if word().is_none() {
        return rerun(
            "an_outer_loop_misses_nothing_where_more_happens_than_one_turn_can_see",
            "ulimit -n 4000",
            "alone",
        );
    }
    let server = TestServer::start().unwrap();
    for mode in MODES {
        let session = Session::new();
        let mut batch = session.batch().concurrency(COUNT as usize);
        let mut outer = Outer::around(&mut batch, mode);
        for tag in 0..COUNT {
            batch.submit(patient(session.get(server.url(&format!("/wait/{COUNT}")))).tag(tag));
        }
        assert_eq!(tags(&outer.run(&mut batch)), (0..COUNT).collect::<Vec<_>>());
    }
}

#[test]
fn what_a_turn_leaves_behind_makes_the_deadline_now() {
    const SIZE: usize = 6 << 20;
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    for mode in MODES {
        for paths in [["/bytes", "/chunked"], ["/chunked", "/bytes"]] {
            // Links are left unread since their turn is over, and others since there is no room.
            let mut batch = session.batch().memory_budget(SIZE as u64);
            let mut outer = Outer::around(&mut batch, mode);
            for tag in 0..6 {
                let path = format!("{}/{SIZE}", paths[tag as usize % 2]);
                batch.submit(patient(session.get(server.url(&path))).tag(tag));
            }
            let responses = outer.run(&mut batch);
            assert_eq!(tags(&responses), [0, 1, 2, 3, 4, 5]);
            assert!(responses.iter().all(|response| response.content().len() == SIZE));
        }
    }
}

#[test]
fn a_request_that_is_submitted_between_turns_is_sent_without_an_event() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    for mode in MODES {
        let mut batch = session.batch();
        let mut outer = Outer::around(&mut batch, mode);
        for tag in 0..20 {
            let before = batch.submit(patient(session.get("nowhere")));
            let (failed, outcome) = batch.take().unwrap();
            assert!(failed == before && outcome.is_err(), "what cannot be sent has ended by now");
            batch.submit(patient(session.get(server.url("/redirect/1"))).tag(tag));
            assert_eq!(tags(&outer.run(&mut batch)), [tag]);
        }
    }
    assert_eq!(server.connections(), 1, "the second batch has found the first one's");
}

#[test]
fn a_waker_ends_a_turn_from_another_thread() {
    let silent = silent();
    let mut batch = Session::new().batch();
    let waker = batch.waker().unwrap();
    batch.submit(patient(sortie::get(silent.url("/"))));
    while silent.requests().is_empty() {
        batch.turn(Wait::UpTo(Duration::from_millis(1))).unwrap();
    }
    let woken = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            woken.store(true, Ordering::SeqCst);
            waker.wake().unwrap();
        });
        batch.turn(Wait::Forever).unwrap();
    });
    assert!(woken.load(Ordering::SeqCst) && batch.unfinished() == 1 && batch.take().is_none());
}

#[test]
fn a_waker_ends_the_wait_of_an_outer_loop() {
    let silent = silent();
    for mode in MODES {
        let mut batch = Session::new().batch();
        let (outer, waker) = (Outer::around(&mut batch, mode), batch.waker().unwrap());
        let sent = silent.requests().len();
        batch.submit(patient(sortie::get(silent.url("/"))));
        while silent.requests().len() == sent {
            batch.turn(Wait::UpTo(Duration::from_millis(1))).unwrap();
        }
        for _ in 0..3 {
            thread::scope(|scope| {
                scope.spawn(|| waker.wake().unwrap());
                outer.wait(&mut batch);
            });
            batch.turn(Wait::Not).unwrap();
        }
        assert_eq!(batch.unfinished(), 1);
    }
}

#[test]
fn the_next_deadline_is_now_while_there_is_work_and_none_when_nothing_is_awaited() {
    const LIMIT: Duration = Duration::from_secs(20);
    let closing = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let (server, silent) = (RawServer::answering_once(closing).unwrap(), silent());
    let mut batch = Session::new().batch();
    assert_eq!(batch.next_deadline(), None);
    let fd = batch.fd().unwrap().as_raw_fd();
    assert_eq!(batch.next_deadline(), None, "an empty loop awaits nothing");
    batch.submit(patient(sortie::get(server.url("/"))));
    assert_eq!(batch.next_deadline(), Some(Duration::ZERO), "there is something to send");
    while batch.progress().now().in_flight > 0 {
        batch.turn(Wait::Forever).unwrap();
    }
    assert_eq!(batch.next_deadline(), Some(Duration::ZERO), "there is something to take");
    assert!(batch.take().unwrap().1.unwrap().ok());
    assert_eq!(batch.next_deadline(), None, "its connection is closed");
    let call = batch.submit(sortie::get(silent.url("/")).connect_timeout(LIMIT).first_byte_timeout(LIMIT));
    batch.turn(Wait::Not).unwrap();
    let rest = batch.next_deadline().unwrap();
    assert!(rest <= LIMIT && !rest.is_zero(), "{rest:?} for connecting, or for the first byte");
    assert!(batch.cancel(call) && batch.take().is_some());
    assert_eq!((batch.next_deadline(), batch.unfinished()), (None, 0), "it is cancelled");
    assert_eq!(batch.fd().unwrap().as_raw_fd(), fd, "the descriptor stays the same");
}

#[test]
fn a_deadline_of_the_batch_is_a_deadline_of_the_loop() {
    const LIMIT: Duration = Duration::from_secs(20);
    let silent = silent();
    let mut batch = Session::new().batch().deadline(LIMIT);
    batch.fd().unwrap();
    assert_eq!(batch.next_deadline(), None, "it begins with the first request");
    let call = batch.submit(patient(sortie::get(silent.url("/"))));
    batch.turn(Wait::Not).unwrap();
    let rest = batch.next_deadline().unwrap();
    assert!(rest <= LIMIT && !rest.is_zero(), "{rest:?}");
    batch.cancel(call);
    batch.take().unwrap().1.unwrap_err();
    assert_eq!(batch.next_deadline(), None);
}
