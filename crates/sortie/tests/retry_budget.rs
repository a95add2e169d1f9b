//! How many retries a batch may make.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use sortie::{Retries, Session};
use sortie_testserver::TestServer;

/// Retries that come at once.
fn retries() -> Retries {
    Retries { backoff: Duration::ZERO, ..Retries::new(3) }
}

/// How many retries a batch of ten makes where one in ten may.
fn tried(session: &Session, server: &TestServer) -> usize {
    let requests = (0..10).map(|_| session.get(server.url("/status/503")).retries(retries()));
    let outcomes = session.batch().retry_budget(0.1).map(requests);
    outcomes.iter().map(|outcome| outcome.as_ref().unwrap().tried().len()).sum()
}

#[test]
fn the_budget_of_a_batch_is_its_own() {
    let server = TestServer::start().unwrap();
    let session = Session::new();
    for _ in 0..30 {
        session.get(server.url("/get")).send().unwrap();
    }
    assert_eq!(tried(&session, &server), 1, "calls before it give it nothing");
    for _ in 0..5 {
        assert_eq!(session.get(server.url("/status/503")).retries(retries()).send().unwrap().tried().len(), 3);
    }
    assert_eq!(tried(&session, &server), 1, "retries before it take nothing");
}
