//! Corners that a close reading has found: each has been wrong once.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use std::thread;
use std::time::Duration;

use sortie::{CancelToken, ErrorKind, Session, Wait};
use sortie_testserver::TestServer;
use sortie_testserver::raw::RawServer;

#[test]
fn a_token_that_is_given_while_calls_are_under_way_ends_them() {
    let server = TestServer::start().unwrap();
    for is_fired_before in [true, false] {
        let token = CancelToken::new();
        if is_fired_before {
            token.cancel();
        }
        let mut batch = Session::new().batch();
        batch.submit(sortie::get(server.url("/hold")));
        batch.turn(Wait::Not).unwrap();
        let mut batch = batch.cancel_token(&CancelToken::new()).cancel_token(&token);
        if !is_fired_before {
            assert_eq!(batch.progress().now().done, 0);
            thread::spawn(move || token.cancel());
        }
        batch.turn(Wait::Forever).unwrap();
        while batch.progress().now().done == 0 {
            batch.turn(Wait::Forever).unwrap();
        }
        let (_, outcome) = batch.take().unwrap();
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Cancelled);
    }
}

#[test]
fn a_token_that_was_taken_back_ends_nothing() {
    let server = TestServer::start().unwrap();
    let token = CancelToken::new();
    let mut batch = Session::new().batch().cancel_token(&token);
    batch.submit(sortie::get(server.url("/get")));
    batch.turn(Wait::Not).unwrap();
    let mut batch = batch.cancel_token(None);
    token.cancel();
    batch.submit(sortie::get(server.url("/get")));
    let mut answers = 0;
    while batch.unfinished() > 0 {
        batch.turn(Wait::Forever).unwrap();
        while let Some((_, outcome)) = batch.take() {
            assert!(outcome.unwrap().ok());
            answers += 1;
        }
    }
    assert_eq!(answers, 2);
}

#[test]
fn a_token_that_is_fired_between_two_turns_is_heeded_by_the_next() {
    let (server, session, token) = (TestServer::start().unwrap(), Session::new(), CancelToken::new());
    let mut batch = session.batch();
    let first = batch.submit(session.get(server.url("/hold")).first_byte_timeout(None).cancel_token(&token));
    while server.held() == 0 {
        batch.turn(Wait::Not).unwrap();
    }
    token.cancel();
    // It has something to send first, and listens before it does: that must not swallow the wake.
    batch.submit(session.get(server.url("/hold")).first_byte_timeout(None));
    batch.turn(Wait::Forever).unwrap();
    let (call, outcome) = batch.take().unwrap();
    assert_eq!((call, outcome.unwrap_err().kind()), (first, ErrorKind::Cancelled));
}

#[test]
fn a_wake_between_two_turns_ends_the_next() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let mut batch = session.batch();
    batch.submit(session.get(server.url("/hold")).first_byte_timeout(None));
    while server.held() == 0 {
        batch.turn(Wait::Not).unwrap();
    }
    batch.waker().unwrap().wake().unwrap();
    batch.submit(session.get(server.url("/hold")).first_byte_timeout(None));
    // Nothing else can end it: both answers are held back.
    batch.turn(Wait::Forever).unwrap();
    assert!(batch.take().is_none());
}

#[test]
fn the_rest_of_an_upload_is_sent_though_the_answer_has_begun() {
    const SIZE: usize = 24 << 20;
    let server = RawServer::start(|peer| {
        peer.read_head()?;
        peer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nfour")?;
        // Only when all of it has come does the answer go on.
        peer.read_body()?;
        peer.write(b"more")?;
        peer.finish()
    });
    let server = server.unwrap();
    let answer = sortie::post(server.url("/")).body(vec![7; SIZE]).send().unwrap();
    assert_eq!(answer.text(), "fourmore");
    assert!(server.requests()[0].len() > SIZE);
}

#[test]
fn a_memory_budget_can_be_set_after_the_first_request() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let mut batch = session.batch();
    for _ in 0..4 {
        batch.submit(session.get(server.url("/bytes/3000000")));
    }
    let mut batch = batch.memory_budget(1 << 20);
    let mut bytes = 0;
    while batch.unfinished() > 0 {
        batch.turn(Wait::Forever).unwrap();
        while let Some((_, outcome)) = batch.take() {
            bytes += outcome.unwrap().content().len();
        }
    }
    assert_eq!(bytes, 12_000_000);
}

#[test]
fn a_parked_loop_keeps_no_more_connections_than_its_session_may_have() {
    let server = TestServer::start().unwrap();
    let session = Session::builder().per_origin(3).build().unwrap();
    let outcomes = session.batch().concurrency(20).map((0..20).map(|_| session.get(server.url("/wait/20"))));
    assert!(outcomes.iter().all(Result::is_ok) && server.connections() == 20);
    while server.open_connections() > 3 {
        std::thread::yield_now();
    }
    session.get(server.url("/get")).timeout(Duration::from_secs(60)).send().unwrap();
    assert_eq!(server.connections(), 20, "one of those that were kept has served");
}
