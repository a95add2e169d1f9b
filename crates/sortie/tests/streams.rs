//! Rules 41, 42 and 46: outcomes as they land, in order, or handed to a closure; requests pulled no further than need be.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

#[path = "support/sockets.rs"]
mod sockets;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use sockets::sockets_to;
use sortie::{ErrorKind, Request, Sent, Session, Wait};
use sortie_testserver::TestServer;
use sortie_testserver::raw::RawServer;

/// Requests for `/small`, and how many of them were pulled so far.
fn counted(server: &TestServer) -> (impl Iterator<Item = Request> + use<>, Arc<AtomicUsize>) {
    let (url, pulled) = (server.url("/small"), Arc::new(AtomicUsize::new(0)));
    let count = pulled.clone();
    let requests = (0..).map(move |tag| {
        count.fetch_add(1, Ordering::SeqCst);
        sortie::get(&url).tag(tag)
    });
    (requests, pulled)
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
fn rule_41_a_stream_gives_outcomes_as_they_land_each_with_its_index() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let paths: Vec<_> = (0..30).map(|index| if index % 10 == 0 { "/hold" } else { "/small" }).collect();
    let requests = paths.iter().zip(0..).map(|(path, tag)| session.get(server.url(path)).tag(tag));
    let mut stream = session.batch().concurrency(5).stream(requests);
    let mut landed: Vec<usize> = stream
        .by_ref()
        .take(27)
        .map(|(index, outcome)| {
            assert_eq!(outcome.unwrap().tag(), index as u64);
            index
        })
        .collect();
    assert!(landed.iter().all(|index| index % 10 > 0), "those that are held come last: {landed:?}");
    // The third of them may be on its way still.
    let rest = thread::scope(|scope| {
        scope.spawn(|| {
            while server.held() < 3 {
                thread::yield_now();
            }
            server.release();
        });
        stream.map(|(index, outcome)| (index, outcome.unwrap().url().path().to_owned())).collect::<Vec<_>>()
    });
    assert!(rest.iter().all(|(_, path)| path == "/hold"), "{rest:?}");
    landed.extend(rest.iter().map(|(index, _)| *index));
    landed.sort_unstable();
    assert_eq!(landed, (0..30).collect::<Vec<_>>(), "each has one outcome");
}

#[test]
fn rule_41_a_stream_pulls_no_further_ahead_than_its_concurrency() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let (requests, pulled) = counted(&server);
    let mut stream = session.batch().concurrency(6).stream(requests);
    assert_eq!(pulled.load(Ordering::SeqCst), 0, "nothing moves before the first is asked for");
    for taken in 1..=50 {
        let (index, outcome) = stream.next().unwrap();
        assert_eq!(outcome.unwrap().tag(), index as u64);
        let pulled = pulled.load(Ordering::SeqCst);
        assert!(pulled < taken + 6, "{pulled} were pulled when {taken} were taken");
    }
    assert!(pulled.load(Ordering::SeqCst) >= 50);
    drop(stream);
    assert!(server.requests() <= 55 && server.most_connections() <= 6);
}

#[test]
fn rule_41_a_request_that_cannot_be_sent_has_its_place_in_a_stream() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let request = |index: u64| match index % 3 {
        0 => session.get("nowhere").tag(index),
        _ => session.get(server.url("/small")).tag(index),
    };
    let mut seen: Vec<usize> = Vec::new();
    for (index, outcome) in session.batch().concurrency(4).stream((0..31).map(request)) {
        let (tag, failed) = match &outcome {
            Ok(response) => (response.tag(), false),
            Err(error) => (error.tag(), error.kind() == ErrorKind::InvalidUrl),
        };
        assert_eq!((tag, failed), (index as u64, index % 3 == 0), "{outcome:?}");
        seen.push(index);
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..31).collect::<Vec<_>>());
    let ordered = session.batch().concurrency(4).stream_ordered((0..31).map(request));
    let kinds: Vec<_> = ordered.map(|outcome| outcome.err().map(|error| (error.kind(), error.tag()))).collect();
    let expected = (0..31).map(|index| (index % 3 == 0).then_some((ErrorKind::InvalidUrl, index)));
    assert_eq!(kinds, expected.collect::<Vec<_>>());
}

#[test]
fn rule_41_an_ordered_stream_gives_outcomes_in_the_order_of_the_requests() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    // Of each three the first takes longest, so that they land in another order.
    let paths: Vec<String> =
        (0..45).map(|index| format!("/delay/{}?i={index}", [0.02, 0.01, 0.0][index % 3])).collect();
    let requests = paths.iter().map(|path| session.get(server.url(path)));
    let urls =
        session.batch().concurrency(7).stream_ordered(requests).map(|outcome| outcome.unwrap().url().to_string());
    assert_eq!(urls.collect::<Vec<_>>(), paths.iter().map(|path| server.url(path)).collect::<Vec<_>>());
}

#[test]
fn rule_41_an_ordered_stream_pulls_at_most_twice_its_concurrency_ahead() {
    const MOST: usize = 8;
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let (requests, pulled) = counted(&server);
    // All wait for the first, which is held until as many were pulled as may be.
    let requests = std::iter::once(session.get(server.url("/hold"))).chain(requests.skip(1));
    let mut stream = session.batch().concurrency(MOST / 2).stream_ordered(requests);
    thread::scope(|scope| {
        let first = {
            let (server, pulled) = (&server, &pulled);
            scope.spawn(move || {
                while pulled.load(Ordering::SeqCst) < MOST || server.held() == 0 {
                    thread::yield_now();
                }
                server.release()
            });
            stream.next().unwrap()
        };
        assert_eq!(first.unwrap().url().path(), "/hold");
    });
    assert_eq!(pulled.load(Ordering::SeqCst), MOST);
    for taken in 1..=40_u64 {
        assert_eq!(stream.next().unwrap().unwrap().tag(), taken);
        let pulled = pulled.load(Ordering::SeqCst);
        assert!(pulled <= MOST + taken as usize, "{pulled} were pulled when {taken} were taken");
    }
}

#[test]
fn rule_41_for_each_hands_on_every_outcome_once() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let request = |index: u64| match index % 100 {
        7 => session.get("nowhere").tag(index),
        _ => session.get(server.url("/small")).tag(index),
    };
    let mut seen = vec![0; 2_000];
    let tally = session.batch().concurrency(16).for_each((0..2_000).map(request), |index, outcome| {
        assert_eq!(outcome.map_or_else(|error| error.tag(), |response| response.tag()), index as u64);
        seen[index] += 1;
    });
    assert_eq!((tally.done, tally.failed, tally.panicked), (2_000, 20, 0));
    assert!(seen.iter().all(|times| *times == 1));
    assert_eq!((server.requests(), server.most_connections()), (1_980, 16));
}

#[test]
fn rule_42_a_closure_that_panics_loses_its_own_outcome_only() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let mut seen = 0;
    let requests = (0..60).map(|_| session.get(server.url("/small")));
    let tally = session.batch().concurrency(4).for_each(requests, |index, outcome| {
        assert!(index % 20 != 3, "a closure that fails");
        seen += usize::from(outcome.unwrap().ok());
    });
    assert_eq!((tally.done, tally.failed, tally.panicked, seen), (60, 0, 3, 57));
}

#[test]
fn dropping_a_stream_in_the_middle_cancels_what_is_under_way() {
    let (server, silent) = (TestServer::start().unwrap(), silent());
    let counts = [const { AtomicUsize::new(0) }; 2].map(Arc::new);
    let [answered, cancelled] = counts.clone();
    let session = Session::builder().on_post_request(move |sent: &Sent| {
        match sent.outcome() {
            Ok(_) => &answered,
            Err(_) => &cancelled,
        }
        .fetch_add(1, Ordering::SeqCst);
    });
    let session = session.build().unwrap();
    for ordered in [true, false] {
        let pulled = AtomicUsize::new(0);
        let requests = (0..).map(|index| match (pulled.fetch_add(1, Ordering::SeqCst), index % 4) {
            (_, 0) => session.get(server.url("/small")),
            _ => session.get(silent.url("/")),
        });
        let batch = session.batch().concurrency(12);
        match ordered {
            true => batch.stream_ordered(requests).take(1).for_each(|outcome| assert!(outcome.unwrap().ok())),
            false => batch.stream(requests).take(3).for_each(|(_, outcome)| assert!(outcome.unwrap().ok())),
        }
        assert!(sockets_to(silent.addr()).is_empty());
        let [answered, cancelled] = counts.each_ref().map(|count| count.swap(0, Ordering::SeqCst));
        assert_eq!(answered + cancelled, pulled.into_inner(), "each that was submitted has ended, once");
        assert!(answered >= 1 && cancelled >= 1);
    }
    drop(session);
    assert!(sockets_to(server.addr()).is_empty());
}

/// How long a call may take, how long the program looks away, and how long an answer takes.
const PATIENCE: Duration = Duration::from_millis(500);
const PAUSE: &str = "/delay/0.8";
const ANSWER: &str = "/delay/0.1";

#[test]
fn a_slow_taker_does_not_use_up_the_time_of_later_calls() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let path = |index| if index == 0 { "/small" } else { ANSWER };
    let get = |index| session.get(server.url(path(index))).timeout(PATIENCE);
    for (index, outcome) in session.batch().concurrency(2).stream((0..4).map(get)) {
        outcome.unwrap();
        if index == 0 {
            // The second has its answer after this, and the third is sent.
            sortie::get(server.url(PAUSE)).send().unwrap();
        }
    }
}

#[test]
fn a_slow_iterator_does_not_use_up_the_time_of_its_requests() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let get = |index| {
        if index == 2 {
            sortie::get(server.url(PAUSE)).send().unwrap();
        }
        session.get(server.url(if index == 0 { "/small" } else { ANSWER })).timeout(PATIENCE)
    };
    let outcomes = session.batch().concurrency(2).map((0..4).map(get));
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
}

#[test]
fn what_is_submitted_beside_a_stream_is_taken_beside_it() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let get = |tag| session.get(server.url("/small")).tag(tag);
    let mut batch = session.batch().concurrency(2);
    let before = batch.submit(get(100));
    batch.submit(get(101));
    assert_eq!(session.batch().map((0..3).map(get)).len(), 3);
    let mut stream = batch.stream((0..3).map(get));
    let mut indices: Vec<usize> = stream
        .by_ref()
        .map(|(index, outcome)| {
            assert_eq!(outcome.unwrap().tag(), index as u64);
            index
        })
        .collect();
    indices.sort_unstable();
    assert_eq!(indices, [0, 1, 2]);
    let batch = stream.batch();
    let mut tags = Vec::new();
    while batch.unfinished() > 0 {
        batch.turn(Wait::Forever).unwrap();
        tags.extend(
            std::iter::from_fn(|| batch.take()).map(|(call, outcome)| (call == before, outcome.unwrap().tag())),
        );
    }
    assert_eq!(tags, [(true, 100), (false, 101)]);
}

#[test]
fn a_batch_that_has_unfinished_calls_maps_only_what_it_is_given() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let get = |tag| session.get(server.url("/small")).tag(tag);
    for count in [0, 1, 5] {
        let mut batch = session.batch();
        batch.submit(get(100));
        let tags: Vec<u64> = batch.map((0..count).map(get)).into_iter().map(|outcome| outcome.unwrap().tag()).collect();
        assert_eq!(tags, (0..count).collect::<Vec<_>>());
    }
}
