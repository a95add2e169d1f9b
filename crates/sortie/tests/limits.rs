//! Rules 42, 43 and 46: what a batch holds itself to: a deadline, failing fast, memory, gates; and how far it says it has come.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

#[path = "support/sockets.rs"]
mod sockets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use sockets::sockets_to;
use sortie::{Batch, Error, ErrorKind, Memory, Phase, Request, Response, Sent, Session, Snapshot, Wait, What};
use sortie_testserver::raw::RawServer;
use sortie_testserver::{TestServer, random_bytes, refused_port};

const SHORT: Duration = Duration::from_millis(50);
const HOUR: Duration = Duration::from_secs(3_600);
const MIB: u64 = 1 << 20;

/// A server that takes requests and never answers.
fn silent() -> RawServer {
    let server = RawServer::start(|peer| {
        while peer.read_request()?.is_some() {}
        Ok(())
    });
    server.unwrap()
}

/// A server that asks for an hour at its first request, and has time for all others.
fn busy_at_first() -> RawServer {
    let busy = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n";
    RawServer::answers(vec![busy.into(), "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone".into()]).unwrap()
}

fn kinds<'a>(outcomes: impl IntoIterator<Item = &'a Result<Response, Error>>) -> Vec<Option<ErrorKind>> {
    outcomes.into_iter().map(|outcome| outcome.as_ref().err().map(Error::kind)).collect()
}

#[test]
fn rule_43_what_comes_after_the_deadline_was_never_sent_and_says_so() {
    let (silent, session) = (silent(), Session::new());
    let mut batch = session.batch().concurrency(2).deadline(SHORT);
    let mut outcomes = Vec::new();
    let calls: Vec<u64> = (0..3).map(|tag| batch.submit(session.get(silent.url("/")).tag(tag))).collect();
    let turn_and_take = |batch: &mut Batch, outcomes: &mut Vec<_>| {
        while batch.unfinished() > 0 {
            batch.turn(Wait::Forever).unwrap();
            outcomes.extend(std::iter::from_fn(|| batch.take()));
        }
    };
    turn_and_take(&mut batch, &mut outcomes);
    assert!(batch.next_deadline().is_none_or(|rest| !rest.is_zero()), "the deadline is not awaited twice");
    let late = batch.submit(session.get(silent.url("/")).tag(3));
    turn_and_take(&mut batch, &mut outcomes);
    outcomes.sort_by_key(|(call, _)| calls.iter().position(|known| known == call).unwrap_or(3));
    assert_eq!((outcomes.len(), outcomes[3].0), (4, late));
    for ((_, outcome), (attempts, phase)) in outcomes.iter().zip([
        (1, Some(Phase::FirstByte)),
        (1, Some(Phase::FirstByte)),
        (0, Some(Phase::Queue)),
        (0, None),
    ]) {
        let error = outcome.as_ref().unwrap_err();
        assert_eq!((error.kind(), error.attempts(), error.phase()), (ErrorKind::Deadline, attempts, phase), "{error}");
        assert!(error.is_timeout() && error.to_string().starts_with("deadline of the batch passed: GET http://"));
    }
    assert_eq!((silent.requests().len(), silent.connections()), (2, 2), "giving up opens no connection");
}

#[test]
fn rule_43_an_outcome_that_was_there_before_the_deadline_stays() {
    let (silent, server, session) = (silent(), TestServer::start().unwrap(), Session::new());
    // Nothing is taken before the deadline has passed for those that are never answered.
    let mut batch = session.batch().deadline(Duration::from_millis(500));
    let answered = batch.submit(session.get(server.url("/small")));
    let silenced: Vec<u64> = (0..3).map(|_| batch.submit(session.get(silent.url("/")))).collect();
    while batch.progress().now().in_flight > 0 {
        batch.turn(Wait::UpTo(SHORT)).unwrap();
        thread::yield_now();
    }
    let outcomes: Vec<_> = std::iter::from_fn(|| batch.take()).collect();
    assert_eq!(outcomes.len(), 4);
    for (call, outcome) in outcomes {
        match outcome {
            Ok(response) => assert!(response.ok() && call == answered),
            Err(error) => assert!(error.kind() == ErrorKind::Deadline && silenced.contains(&call), "{error}"),
        }
    }
}

#[test]
fn rule_42_failing_fast_leaves_what_was_done_and_sends_nothing_more() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let refused = format!("http://127.0.0.1:{}/", refused_port());
    for fault in ["nowhere", &refused] {
        let sent = server.requests();
        let urls = [&server.url("/status/500"), fault, &server.url("/small"), &server.url("/small")];
        let requests = || urls.iter().zip(0..).map(|(url, tag)| session.get(url).tag(tag));
        let outcomes = session.batch().concurrency(1).fail_fast(true).map(requests());
        let [failure, given_up] = [outcomes[1].as_ref(), outcomes[3].as_ref()].map(Result::unwrap_err);
        assert_eq!(kinds(&outcomes)[2..], [Some(ErrorKind::FailedFast); 2], "a status is no failure, {failure} is");
        assert!(outcomes[0].is_ok() && failure.kind() != ErrorKind::FailedFast);
        assert!(
            given_up.to_string().starts_with("given up, another call of the batch failed: GET http://"),
            "{given_up}"
        );
        assert_eq!((given_up.tag(), given_up.attempts(), server.requests() - sent), (3, 0, 1));
        let in_order: Vec<_> = session.batch().concurrency(1).fail_fast(true).stream_ordered(requests()).collect();
        assert_eq!(kinds(&in_order), kinds(&outcomes));
    }
}

#[test]
fn rule_46_a_memory_budget_never_loses_an_outcome_nor_stalls() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let bodies: Vec<Vec<u8>> = (0..40).map(|seed| random_bytes(seed, MIB as usize)).collect();
    let batch = || session.batch().concurrency(8).memory_budget(2 * MIB);
    // Every other body tells its length; a third is asked for by a detour.
    let requests = || {
        (0..40).map(|seed| {
            let path = format!("/{}/{MIB}?seed={seed}", ["bytes", "chunked"][seed % 2]);
            match seed % 3 {
                0 => session.get(server.url("/redirect-to")).param("url", path),
                _ => session.get(server.url(&path)),
            }
        })
    };
    let other = Session::new();
    let mut seen = Vec::new();
    let mut check = |index: usize, outcome: Result<Response, Error>| {
        assert!(outcome.unwrap().content() == &bodies[index], "the body of {index}");
        seen.push(index);
        // Slowly: whatever the servers can write meanwhile, they do.
        other.get(server.url("/bytes/100000")).send().unwrap();
    };
    batch().stream(requests()).for_each(|(index, outcome)| check(index, outcome));
    batch().stream_ordered(requests()).enumerate().for_each(|(index, outcome)| check(index, outcome));
    let tally = batch().for_each(requests(), &mut check);
    assert_eq!((tally.done, tally.failed, tally.panicked), (40, 0, 0));
    assert_eq!(seen[40..80], (0..40).collect::<Vec<_>>());
    seen.sort_unstable();
    assert_eq!(seen, (0..120).map(|index| index / 3).collect::<Vec<_>>());
}

#[test]
fn rule_46_outcomes_that_wait_for_their_turn_count_against_the_budget() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let path = |index| if index == 0 { "/hold".to_owned() } else { format!("/bytes/{MIB}") };
    let requests = (0..20).map(|index| session.get(server.url(&path(index))));
    let batch = session.batch().concurrency(8).memory_budget(2 * MIB);
    let progress = batch.progress();
    let mut stream = batch.stream_ordered(requests);
    let bytes = thread::scope(|scope| {
        let watched = scope.spawn(|| {
            while server.held() == 0 || progress.now().bytes == 0 {
                thread::yield_now();
            }
            // Time for all of them to come, if they could.
            let other = Session::new();
            (0..300).for_each(|_| drop(other.get(server.url("/small")).send().unwrap()));
            let bytes = progress.now().bytes;
            server.release();
            bytes
        });
        assert_eq!(stream.next().unwrap().unwrap().url().path(), "/hold");
        watched.join().unwrap()
    });
    assert!(bytes <= 4 * MIB, "{bytes} bytes were held, and 15 MiB would have come");
    assert_eq!(stream.filter(|outcome| outcome.as_ref().is_ok_and(|response| response.ok())).count(), 19);
}

#[test]
fn rule_46_what_does_not_fit_into_the_memory_of_a_map_fails_in_its_slot() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let sizes = [MIB, MIB / 2, MIB, MIB, 3 * MIB];
    for _ in 0..2 {
        let requests = sizes.iter().map(|size| session.get(server.url(&format!("/bytes/{size}"))));
        let outcomes = session.batch().concurrency(1).memory_budget(2 * MIB).map(requests);
        let kinds = kinds(&outcomes);
        assert_eq!((kinds[0], kinds[1]), (None, None), "the second map has as much room as the first");
        // What one turn has read is kept, so one of these may be there.
        let failed = kinds[2..].iter().filter(|kind| **kind == Some(ErrorKind::ContentTooLarge)).count();
        assert!(failed >= 2 && kinds[4].is_some(), "{kinds:?}");
        let error = outcomes[4].as_ref().unwrap_err();
        let said = "the content does not fit into the budget of 2097152 bytes: GET http://";
        assert!(error.to_string().starts_with(said) && error.phase() == Some(Phase::Content), "{error}");
    }
}

#[test]
fn rule_46_outcomes_that_nobody_took_hold_no_memory_of_the_next_batch() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let get = |_| session.get(server.url(&format!("/bytes/{MIB}")));
    let mut dropped = session.batch().memory_budget(4 * MIB);
    for index in 0..4 {
        dropped.submit(get(index));
    }
    while dropped.progress().now().in_flight > 0 {
        dropped.turn(Wait::UpTo(SHORT)).unwrap();
    }
    drop(dropped);
    assert_eq!(kinds(&session.batch().memory_budget(4 * MIB).map((0..3).map(get))), [None; 3]);
}

#[test]
fn a_gate_holds_the_origin_that_asks_for_time_and_no_other() {
    let (busy, server, told) = (busy_at_first(), TestServer::start().unwrap(), Arc::new(Memory::new()));
    let session = Session::builder().sink(told.clone()).build().unwrap();
    let mut batch = session.batch().per_origin(1).gate(HOUR);
    let held: Vec<u64> = (0..3).map(|_| batch.submit(session.get(busy.url("/")))).collect();
    let others: Vec<u64> = (0..20).map(|_| batch.submit(session.get(server.url("/small")))).collect();
    let mut turns = 0;
    let mut outcomes = Vec::new();
    while batch.unfinished() > 2 {
        batch.turn(Wait::Forever).unwrap();
        outcomes.extend(std::iter::from_fn(|| batch.take()).map(|(call, outcome)| (call, outcome.unwrap().status())));
        turns += 1;
    }
    assert!(turns <= 4 * 21, "{turns} turns");
    let told_off = outcomes.iter().position(|(_, status)| status.as_u16() == 429).unwrap();
    assert_eq!(outcomes.remove(told_off).0, held[0]);
    assert_eq!(outcomes.iter().map(|(call, _)| *call).collect::<Vec<_>>(), others, "they went on");
    assert_eq!((busy.requests().len(), batch.unfinished()), (1, 2));
    let rest = batch.next_deadline().unwrap();
    assert!(rest > SHORT && rest <= HOUR, "there is nothing to be done before");
    let waits: Vec<_> = told
        .events()
        .into_iter()
        .filter_map(|event| match event.what {
            What::Held { origin, wait } => Some((origin, wait)),
            _ => None,
        })
        .collect();
    assert_eq!(waits, [(format!("http://{}", busy.addr()).into(), HOUR)]);
    batch.cancel_all();
    for (_, outcome) in std::iter::from_fn(|| batch.take()) {
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::Cancelled, Some(Phase::Queue)), "{error}");
    }
    drop(batch);
    // The wish was the batch's: who has no gate is not held.
    let answer = session.get(busy.url("/")).timeout(Duration::from_secs(10)).send().unwrap();
    assert_eq!((answer.text().as_ref(), busy.connections()), ("done", 1));
}

#[test]
fn a_gate_opens_after_its_limit_and_the_wait_is_time_in_the_queue() {
    let (busy, session) = (busy_at_first(), Session::new());
    let outcomes = session.batch().per_origin(1).gate(SHORT).map((0..4).map(|_| session.get(busy.url("/"))));
    let answers: Vec<&Response> = outcomes.iter().flatten().collect();
    assert_eq!(answers.iter().map(|answer| answer.status().as_u16()).collect::<Vec<_>>(), [429, 200, 200, 200]);
    assert!(answers[1..].iter().all(|answer| answer.timings().queue() >= SHORT), "they were held");
    let open = busy_at_first();
    assert!(session.batch().per_origin(1).map((0..4).map(|_| session.get(open.url("/")))).iter().all(Result::is_ok));
}

#[test]
fn rule_46_progress_can_be_read_at_any_time() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let get = |index| if index % 5 == 0 { session.get("nowhere") } else { session.get(server.url("/small")) };
    let batch = session.batch().concurrency(3);
    let progress = batch.progress();
    assert_eq!((progress.now(), progress.now().rate(), progress.now().remaining()), (Snapshot::default(), 0.0, None));
    let mut failed = 0;
    for (taken, (_, outcome)) in (1..).zip(batch.stream((0..20).map(get))) {
        failed += u64::from(outcome.is_err());
        let now = thread::scope(|scope| scope.spawn(|| progress.now()).join().unwrap());
        assert_eq!((now.total, now.submitted), (Some(20), now.done + now.in_flight));
        assert!(
            now.done >= taken && now.submitted <= taken + 2 && now.failed >= failed && now.in_flight <= 3,
            "{now:?}"
        );
        assert_eq!(now.bytes, 100 * (now.done - now.failed));
    }
    let end = progress.now();
    assert_eq!((end.submitted, end.in_flight, end.done, end.failed, end.bytes), (20, 0, 20, 4, 1_600));
    assert_eq!((end.remaining(), end.rate() > 0.0), (Some(Duration::ZERO), true));
    let endless = session.batch().concurrency(2).stream((0..).map(get)).batch().progress();
    assert_eq!(endless.now().total, None);
}

#[test]
fn rule_46_on_progress_is_called_at_the_end_whoever_turns() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let get = |_| session.get(server.url("/small"));
    let watched = || {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sees = seen.clone();
        (session.batch().concurrency(4).on_progress(move |now| sees.lock().unwrap().push(*now)), seen)
    };
    let [mapped, streamed, turned] = [(); 3].map(|()| watched());
    mapped.0.map((0..30).map(get));
    streamed.0.stream_ordered((0..30).map(get)).for_each(drop);
    let mut batch = turned.0;
    for index in 0..30 {
        batch.submit(get(index));
    }
    while batch.unfinished() > 0 {
        batch.turn(Wait::Forever).unwrap();
        while batch.take().is_some() {}
    }
    for seen in [mapped.1, streamed.1, turned.1] {
        let seen = seen.lock().unwrap();
        let dones: Vec<u64> = seen.iter().map(|now| now.done).collect();
        assert_eq!(dones.last(), Some(&30), "{dones:?}");
        assert!(dones.is_sorted_by(|one, next| one < next), "{dones:?}");
    }
}

#[test]
fn rule_42_an_on_progress_that_panics_is_not_called_again_and_harms_nobody() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let calls = Arc::new(AtomicUsize::new(0));
    let count = calls.clone();
    let mut batch = session.batch().concurrency(1).on_progress(move |now| {
        count.fetch_add(1, Ordering::SeqCst);
        panic!("a report that fails at {}", now.done);
    });
    for _ in 0..3 {
        batch.submit(session.get(server.url("/small")));
        while batch.unfinished() > 0 {
            batch.turn(Wait::Forever).unwrap();
            assert!(batch.take().is_none_or(|(_, outcome)| outcome.is_ok()));
        }
        // Nothing is left: a turn reports what was done.
        batch.turn(Wait::Not).unwrap();
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[test]
fn an_iterator_that_panics_ends_all_that_was_submitted_once() {
    type Verb = fn(Batch, &mut dyn Iterator<Item = Request>);
    let verbs: [Verb; 4] = [
        |batch, requests| drop(batch.map(requests)),
        |batch, requests| batch.stream(requests).for_each(drop),
        |batch, requests| batch.stream_ordered(requests).for_each(drop),
        |batch, requests| assert_eq!(batch.for_each(requests, |_, outcome| drop(outcome)).done, 20),
    ];
    let (server, silent) = (TestServer::start().unwrap(), silent());
    for verb in verbs {
        let ended = Arc::new(Mutex::new(vec![0; 20]));
        let count = ended.clone();
        let session = Session::builder().on_post_request(move |sent: &Sent| {
            let url = sent.request().url().to_string();
            count.lock().unwrap()[url.rsplit_once('=').unwrap().1.parse::<usize>().unwrap()] += 1;
        });
        let session = session.build().unwrap();
        let mut requests = (0..).map(|index: usize| match index {
            20 => panic!("an iterator that fails"),
            17.. => session.get(silent.url(&format!("/?i={index}"))),
            _ => session.get(server.url(&format!("/small?i={index}"))),
        });
        let panicked = catch_unwind(AssertUnwindSafe(|| verb(session.batch().concurrency(6), &mut requests)));
        assert_eq!(*panicked.unwrap_err().downcast::<&str>().unwrap(), "an iterator that fails");
        assert_eq!(*ended.lock().unwrap(), [1; 20]);
        assert!(sockets_to(silent.addr()).is_empty());
        assert_eq!(
            session.get(server.url("/small?i=0")).send().unwrap().content().len(),
            100,
            "the session is unharmed"
        );
        drop(requests);
        drop(session);
        assert!(sockets_to(server.addr()).is_empty());
    }
}
