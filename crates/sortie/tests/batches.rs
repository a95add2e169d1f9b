//! Rules 41, 42, 44, 45 and 47: many calls on one loop, cancelled in every state, dropped in the middle, shared by threads.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

#[path = "support/deaf.rs"]
mod deaf;
#[path = "support/sockets.rs"]
mod sockets;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use deaf::Deaf;
use sockets::sockets_to;
use sortie::{Batch, CancelToken, Error, ErrorKind, Memory, Phase, Request, Response, Session, Wait, What};
use sortie_testserver::raw::RawServer;
use sortie_testserver::{TestServer, random_bytes, refused_port};

/// A server that writes this behind each request, and nothing more, and keeps the connection.
fn stalling(bytes: &'static [u8]) -> RawServer {
    let server = RawServer::start(move |peer| {
        peer.read_request()?;
        peer.write(bytes)?;
        peer.stall()
    });
    server.unwrap()
}

/// Turns a batch until its next outcome.
fn next(batch: &mut Batch) -> (u64, Result<Response, Error>) {
    loop {
        if let Some(outcome) = batch.take() {
            return outcome;
        }
        batch.turn(Wait::Forever).unwrap();
    }
}

/// Turns a batch until something is the case, for which no turn may come by itself.
fn turn_until(batch: &mut Batch, done: impl Fn() -> bool) {
    while !done() {
        batch.turn(Wait::Not).unwrap();
        thread::yield_now();
    }
}

fn assert_cancelled(outcome: Result<Response, Error>, phase: Phase) {
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Cancelled, Some(phase)), "{error}");
    assert!(error.to_string().starts_with("cancelled: ") && !error.is_timeout(), "{error}");
}

#[test]
fn rule_41_results_have_the_length_and_order_of_the_input() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    // The first ones take longest.
    let paths: Vec<String> = (0..40).map(|index| format!("/delay/{}?i={index}", (40 - index) as f64 / 400.0)).collect();
    let outcomes = session.map(paths.iter().map(|path| session.get(server.url(path))));
    assert_eq!(outcomes.len(), 40);
    for (path, outcome) in paths.iter().zip(outcomes) {
        assert_eq!(outcome.unwrap().url().to_string(), server.url(path));
    }
    assert!(session.map([]).is_empty() && sortie::map(Vec::new()).is_empty());
}

#[test]
fn rule_41_any_iterator_is_pulled_as_calls_end() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let answered = Arc::new(AtomicUsize::new(0));
    let count = answered.clone();
    let requests = (0..30).map(|index| {
        assert!(index < 3 + answered.load(Ordering::SeqCst), "request {index} was pulled too early");
        let count = count.clone();
        sortie::get(server.url("/small")).on_response(move |_: &Response| {
            count.fetch_add(1, Ordering::SeqCst);
        })
    });
    assert!(session.batch().concurrency(3).map(requests).into_iter().all(|outcome| outcome.is_ok()));
}

#[test]
fn rule_41_requests_of_several_sessions_and_of_none_go_together() {
    let server = TestServer::start().unwrap();
    let sessions = ["a", "b"].map(|name| Session::builder().header("X-Name", name).build().unwrap());
    let get = |session: &Session| session.get(server.url("/headers"));
    let outcomes = sortie::map([get(&sessions[0]), sortie::get(server.url("/headers")), get(&sessions[1])]);
    let names = outcomes
        .into_iter()
        .map(|outcome| outcome.unwrap().json::<serde_json::Value>().unwrap()["headers"]["X-Name"].take());
    assert_eq!(names.collect::<Vec<_>>(), [serde_json::json!("a"), serde_json::Value::Null, serde_json::json!("b")]);
}

#[test]
fn rule_41_a_stream_pulls_lazily_and_gives_each_outcome_with_its_index() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let (pulled, taken) = (AtomicUsize::new(0), AtomicUsize::new(0));
    // It never ends.
    let requests = (0..).map(|tag| {
        let ahead = pulled.fetch_add(1, Ordering::SeqCst) - taken.load(Ordering::SeqCst);
        assert!(ahead <= 4, "{ahead} are ahead of what was taken");
        session.get(server.url("/small")).tag(tag)
    });
    let mut seen = [false; 50];
    for (index, outcome) in session.batch().concurrency(4).stream(requests).take_while(|(index, _)| *index < 50) {
        taken.fetch_add(1, Ordering::SeqCst);
        assert_eq!(outcome.unwrap().tag(), index as u64);
        assert!(!std::mem::replace(&mut seen[index], true), "{index} came twice");
    }
    assert!(seen.iter().filter(|seen| **seen).count() >= 47, "those before the last are home, but for its neighbours");
    let requests = (0..30).map(|tag| session.get(server.url(&format!("/delay/0.0{}", 9 - tag % 10))).tag(tag));
    let tags = session.batch().concurrency(10).stream_ordered(requests).map(|outcome| outcome.unwrap().tag());
    assert_eq!(tags.collect::<Vec<_>>(), (0..30).collect::<Vec<u64>>());
}

#[test]
fn rule_42_a_failure_stays_in_its_own_slot_with_its_reason() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let good = || session.get(server.url("/small"));
    let panicking = good().on_response(|response: &Response| assert!(!response.ok(), "a hook that fails"));
    let refused = session.get(format!("http://127.0.0.1:{}/", refused_port()));
    let requests = [good(), session.get("nowhere"), good(), panicking, refused, good(), good().header("X", "a\r\nb")];
    let outcomes = session.map(requests);
    let kinds: Vec<_> = outcomes.iter().map(|outcome| outcome.as_ref().err().map(Error::kind)).collect();
    let (url, connect, header) = (ErrorKind::InvalidUrl, ErrorKind::Connect, ErrorKind::InvalidHeader);
    assert_eq!(kinds, [None, Some(url), None, None, Some(connect), None, Some(header)]);
    let warnings: Vec<usize> = outcomes.iter().flatten().map(|response| response.warnings().len()).collect();
    assert_eq!(warnings, [0, 0, 1, 0]);
}

#[test]
fn rule_42_fail_fast_cancels_the_rest_and_says_so_in_each_slot() {
    let (silent, server) = (stalling(b""), TestServer::start().unwrap());
    let refused = format!("http://127.0.0.1:{}/", refused_port());
    let good = server.url("/small");
    let kinds = |concurrency, urls: &[&str]| {
        let batch = Session::new().batch().concurrency(concurrency).fail_fast(true);
        let outcomes = batch.map(urls.iter().map(sortie::get));
        outcomes.into_iter().map(|outcome| outcome.err().map(|error| error.kind())).collect::<Vec<_>>()
    };
    let (connect, given_up) = (Some(ErrorKind::Connect), Some(ErrorKind::FailedFast));
    assert_eq!(kinds(1, &[&good, &refused, &good, &good]), [None, connect, given_up, given_up]);
    assert_eq!(kinds(2, &[&silent.url("/"), &refused, &good]), [given_up, connect, given_up]);
    assert_eq!(kinds(1, &[&good, "nowhere", &good]), [None, Some(ErrorKind::InvalidUrl), given_up]);
    let missing = server.url("/status/404");
    assert_eq!(kinds(1, &[&missing, &good]), [None, None], "a status is no failure");
}

#[test]
fn rule_43_a_deadline_ends_what_is_unfinished_and_what_is_finished_stays() {
    let (silent, server) = (stalling(b""), TestServer::start().unwrap());
    let finished = Arc::new(AtomicUsize::new(0));
    let requests = (0..20).map(|tag| match tag % 2 {
        0 => sortie::get(silent.url("/")).tag(tag),
        _ => sortie::get(server.url("/small")).tag(tag).on_response({
            let count = finished.clone();
            move |_: &Response| {
                count.fetch_add(1, Ordering::SeqCst);
            }
        }),
    });
    let outcomes = Session::new().batch().concurrency(6).deadline(Duration::from_millis(200)).map(requests);
    assert_eq!((outcomes.len(), outcomes.iter().flatten().count()), (20, finished.load(Ordering::SeqCst)));
    for (index, error) in
        outcomes.iter().enumerate().filter_map(|(index, outcome)| Some((index, outcome.as_ref().err()?)))
    {
        assert_eq!(
            (error.kind(), error.tag(), error.is_timeout()),
            (ErrorKind::Deadline, index as u64, true),
            "{error}"
        );
    }
    assert!(sockets_to(silent.addr()).is_empty());
}

#[test]
fn rule_44_20_requests_at_concurrency_5_open_at_most_5_connections() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    for _ in 0..2 {
        let requests = (0..20).map(|tag| session.get(server.url("/small")).tag(tag));
        let outcomes = session.batch().concurrency(5).map(requests);
        let tags: Vec<u64> = outcomes.into_iter().map(|outcome| outcome.unwrap().tag()).collect();
        assert_eq!(tags, (0..20).collect::<Vec<u64>>());
    }
    assert_eq!((server.connections(), server.requests()), (5, 40), "the second batch found the first one's");
}

#[test]
fn rule_44_redirects_need_no_second_connection() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let outcomes = session.batch().concurrency(1).map((0..10).map(|_| session.get(server.url("/redirect/3"))));
    assert!(outcomes.iter().all(|outcome| outcome.as_ref().is_ok_and(|response| response.history().len() == 3)));
    assert_eq!((server.connections(), server.requests()), (1, 40));
}

#[test]
fn rule_45_the_same_request_twice_is_sent_twice() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let request = session.post(server.url("/post")).body("x").tag(1);
    assert_eq!(session.map(vec![request.clone(), request.clone(), request]).iter().flatten().count(), 3);
    assert_eq!(server.requests(), 3);
}

#[test]
fn rule_45_cookies_of_one_item_are_seen_by_those_sent_later() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let requests = ["/cookies/set/a/1", "/cookies"].map(|path| session.get(server.url(path)));
    let outcomes = session.batch().concurrency(1).map(requests);
    assert_eq!(outcomes[1].as_ref().unwrap().json::<serde_json::Value>().unwrap()["cookies"]["a"], "1");
}

#[test]
fn rule_47_concurrency_raises_both_limits_unless_per_origin_is_given() {
    let url = |server: &TestServer| server.url("/small");
    let cases = [
        (None, None, 16),
        (Some(40), None, 40),
        (Some(40), Some(3), 3),
        (None, Some(3), 3),
        (Some(0), None, 1),
        (Some(3), Some(40), 3),
    ];
    for (concurrency, per_origin, connections) in cases {
        let (server, session) = (TestServer::start().unwrap(), Session::new());
        let batch = concurrency.into_iter().fold(session.batch(), Batch::concurrency);
        let batch = per_origin.into_iter().fold(batch, Batch::per_origin);
        let outcomes = batch.map((0..60).map(|_| session.get(url(&server))));
        assert!(outcomes.iter().all(Result::is_ok));
        assert_eq!(server.connections(), connections, "{concurrency:?} {per_origin:?}");
    }
    let server = TestServer::start().unwrap();
    let session = Session::builder().connections(4).build().unwrap();
    assert!(session.map((0..60).map(|_| session.get(url(&server)))).iter().all(Result::is_ok));
    assert_eq!(server.connections(), 4);
}

#[test]
fn rule_47_a_tag_comes_back_with_either_outcome() {
    let server = TestServer::start().unwrap();
    let outcomes = sortie::map([sortie::get(server.url("/redirect/1")).tag(u64::MAX), sortie::get("nowhere").tag(7)]);
    assert_eq!(outcomes[0].as_ref().unwrap().tag(), u64::MAX);
    assert_eq!(outcomes[1].as_ref().unwrap_err().tag(), 7);
}

/// A request in each state that takes long, the phase it is in then, and whether it is there.
fn long_calls(silent: &RawServer, halfway: &RawServer, deaf: &Deaf, unread: SocketAddr) -> [(Request, Phase); 4] {
    [
        (sortie::get(deaf.url()), Phase::Connect),
        (sortie::put(format!("http://{unread}/")).body(vec![0; 64 << 20]), Phase::Send),
        (sortie::get(silent.url("/")), Phase::FirstByte),
        (sortie::get(halfway.url("/")), Phase::Content),
    ]
}

#[test]
fn cancelling_works_in_every_state_and_closes_the_connection() {
    let (silent, deaf) = (stalling(b""), Deaf::start());
    let halfway = stalling(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nhalf");
    // The system takes the connection and what fits into its buffers; nobody reads it.
    let unread = TcpListener::bind("127.0.0.1:0").unwrap();
    let unread_at = unread.local_addr().unwrap();
    for by_token in [true, false] {
        let told = Arc::new(Memory::new());
        let mut batch = Session::builder().sink(told.clone()).build().unwrap().batch().per_origin(1);
        let calls = long_calls(&silent, &halfway, &deaf, unread_at).map(|(request, phase)| {
            let token = CancelToken::new();
            (batch.submit(request.cancel_token(&token)), token, phase)
        });
        let waits = CancelToken::new();
        let queued = batch.submit(sortie::get(silent.url("/")).cancel_token(&waits));
        let count = |is: fn(&What) -> bool| told.events().iter().filter(|event| is(&event.what)).count();
        turn_until(&mut batch, || {
            count(|what| matches!(what, What::Sending { .. })) == 3
                && count(|what| matches!(what, What::Received { .. })) == 1
        });
        assert_eq!(batch.unfinished(), 5);
        for (call, token, phase) in std::iter::once((queued, waits, Phase::Queue)).chain(calls) {
            match by_token {
                true => thread::scope(|scope| scope.spawn(|| token.cancel()).join().unwrap()),
                false => assert!(batch.cancel(call)),
            }
            let (number, outcome) = next(&mut batch);
            assert_eq!(number, call, "{phase}");
            assert_cancelled(outcome, phase);
            assert!(!batch.cancel(call), "it is over");
            token.cancel();
        }
        assert_eq!(batch.unfinished(), 0);
        for addr in [silent.addr(), halfway.addr(), unread_at] {
            assert!(sockets_to(addr).is_empty());
        }
    }
}

#[test]
fn a_call_that_is_cancelled_in_the_queue_is_never_sent_and_the_next_one_is() {
    let server = TestServer::start().unwrap();
    let mut batch = Session::new().batch().concurrency(1);
    let [_, second, _] = [1, 2, 3].map(|i| batch.submit(sortie::get(server.url(&format!("/get?i={i}"))).tag(i)));
    assert!(batch.cancel(second));
    let mut tags: Vec<u64> = Vec::new();
    while batch.unfinished() > 0 {
        match next(&mut batch).1 {
            Ok(response) => tags.push(response.tag()),
            Err(error) => assert_eq!((error.tag(), error.kind()), (2, ErrorKind::Cancelled)),
        }
    }
    assert_eq!((tags, server.requests(), server.connections()), (vec![1, 3], 2, 1));
}

#[test]
fn a_token_ends_a_send_from_another_thread() {
    let (silent, token) = (stalling(b""), CancelToken::new());
    let request = sortie::get(silent.url("/")).cancel_token(&token).tag(5);
    let sent = thread::spawn(move || request.send());
    while silent.requests().is_empty() {
        thread::yield_now();
    }
    token.cancel();
    let outcome = sent.join().unwrap();
    assert_eq!(outcome.as_ref().unwrap_err().tag(), 5);
    assert_cancelled(outcome, Phase::FirstByte);
    assert!(sockets_to(silent.addr()).is_empty());
    let later = sortie::get(silent.url("/")).cancel_token(&token).send().unwrap_err();
    assert_eq!((later.kind(), later.attempts(), silent.requests().len()), (ErrorKind::Cancelled, 0, 1));
}

#[test]
fn a_token_ends_a_whole_batch_and_what_was_finished_stays() {
    let (silent, server) = (stalling(b""), TestServer::start().unwrap());
    let (token, session) = (CancelToken::new(), Session::new());
    let (url, fires) = (silent.url("/"), token.clone());
    let finished = Arc::new(AtomicUsize::new(0));
    let (count, small) = (finished.clone(), server.url("/small"));
    let mapped = thread::spawn(move || {
        let requests = (0..60).map(|tag| match tag % 2 {
            0 => session.get(&url).tag(tag),
            _ => session.get(&small).tag(tag).on_response({
                let count = count.clone();
                move |_: &Response| {
                    count.fetch_add(1, Ordering::SeqCst);
                }
            }),
        });
        session.batch().concurrency(20).cancel_token(&token).map(requests)
    });
    // 20 of the silent ones fill the window, and nothing moves any more.
    while silent.requests().len() < 20 {
        thread::yield_now();
    }
    fires.cancel();
    let outcomes = mapped.join().unwrap();
    assert_eq!(outcomes.len(), 60);
    assert_eq!(outcomes.iter().flatten().count(), finished.load(Ordering::SeqCst));
    for (index, outcome) in outcomes.iter().enumerate() {
        let tag = match outcome {
            Ok(response) => response.tag(),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
                error.tag()
            }
        };
        assert_eq!(tag, index as u64);
    }
    assert!(sockets_to(silent.addr()).is_empty());
}

#[test]
fn dropping_a_batch_in_the_middle_gives_every_descriptor_back() {
    let silent = stalling(b"");
    let ended = Arc::new(AtomicUsize::new(0));
    let count = ended.clone();
    let session = Session::builder().on_post_request(move |sent: &sortie::Sent| {
        assert!(sent.outcome().is_err());
        count.fetch_add(1, Ordering::SeqCst);
    });
    let session = session.build().unwrap();
    let mut batch = session.batch().concurrency(50);
    for _ in 0..80 {
        batch.submit(session.get(silent.url("/")));
    }
    turn_until(&mut batch, || silent.requests().len() == 50);
    assert_eq!(sockets_to(silent.addr()).len(), 50);
    drop(batch);
    assert!(sockets_to(silent.addr()).is_empty());
    assert_eq!((ended.load(Ordering::SeqCst), silent.requests().len()), (80, 50));
}

#[test]
fn dropping_a_session_closes_its_idle_connections() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let response = session.get(server.url("/get")).send().unwrap();
    let error = session.get("nowhere").send().unwrap_err();
    assert_eq!(sockets_to(server.addr()).len(), 1);
    drop(session);
    assert!(sockets_to(server.addr()).is_empty(), "a response or an error held the session");
    drop((response, error));
}

#[test]
fn eight_threads_share_a_session_and_none_loses_an_answer() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    thread::scope(|scope| {
        for thread in 0..8_u64 {
            let (server, session) = (&server, &session);
            scope.spawn(move || {
                session.get(server.url(&format!("/cookies/set/t{thread}/1"))).send().unwrap();
                for index in 0..50 {
                    let seed = thread * 1_000 + index;
                    let path = format!("/bytes/{}?seed={seed}", 100 + seed);
                    let response = session.get(server.url(&path)).tag(seed).send().unwrap();
                    assert_eq!(response.tag(), seed);
                    assert!(response.content() == &random_bytes(seed, 100 + seed as usize), "{path}");
                }
            });
        }
    });
    assert_eq!(server.requests(), 8 * 52);
    let cookies = session.get(server.url("/cookies")).send().unwrap().json::<serde_json::Value>().unwrap();
    assert_eq!(cookies["cookies"].as_object().unwrap().len(), 8);
    assert!(sockets_to(server.addr()).len() <= 4, "more loops were parked than are kept");
}

#[test]
fn a_batch_is_used_again_after_it_was_empty() {
    let server = TestServer::start().unwrap();
    let mut batch = Session::new().batch();
    batch.turn(Wait::Forever).unwrap();
    for round in 0..3 {
        let call = batch.submit(sortie::get(server.url("/get")).tag(round));
        let (number, outcome) = next(&mut batch);
        assert_eq!((number, outcome.unwrap().tag(), batch.unfinished()), (call, round, 0));
        batch.turn(Wait::Forever).unwrap();
        assert!(batch.take().is_none());
    }
    assert_eq!(server.connections(), 1);
}
