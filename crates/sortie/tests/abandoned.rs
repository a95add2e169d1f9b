//! What is let go without a word: descriptors are closed, and nothing else happens. That a parent's calls go on is for
//! `ffi-tests/c/fork.c` to show.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

#[path = "support/sockets.rs"]
mod sockets;

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use sockets::sockets_to;
use sortie::{Session, Wait};
use sortie_testserver::TestServer;

#[test]
fn a_batch_that_is_abandoned_closes_its_sockets_and_runs_no_hook() {
    let (server, told) = (TestServer::start().unwrap(), Arc::new(AtomicUsize::new(0)));
    let hook = told.clone();
    let builder = Session::builder().on_post_request(move |_| {
        hook.fetch_add(1, Ordering::Relaxed);
    });
    let session = builder.build().unwrap();
    let mut batch = session.batch();
    batch.submit(session.get(server.url("/delay/10")));
    while sockets_to(server.addr()).is_empty() {
        batch.turn(Wait::Not).unwrap();
    }
    batch.abandon();
    assert!(sockets_to(server.addr()).is_empty());
    drop(session);
    assert_eq!((told.load(Ordering::Relaxed), Arc::strong_count(&told)), (0, 2));
}

#[test]
fn a_session_and_a_stream_that_are_abandoned_close_their_sockets() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let mut stream = session.get(server.url("/bytes/3000000")).stream().unwrap();
    stream.read_exact(&mut [0; 10]).unwrap();
    session.get(server.url("/small")).send().unwrap();
    until_open(&server, 2);
    stream.abandon();
    until_open(&server, 1);
    session.abandon();
    until_open(&server, 0);
}

/// Waits for the server to have so many connections.
fn until_open(server: &TestServer, count: usize) {
    while server.open_connections() != count {
        thread::yield_now();
    }
}
