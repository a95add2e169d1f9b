//! A server that dies, refuses, stalls or cuts, and a process without descriptors: each call ends once, and nothing is left
//! behind or spins.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

#[path = "support/chain.rs"]
mod chain;
#[path = "support/rerun.rs"]
mod rerun;
#[path = "support/sockets.rs"]
mod sockets;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chain::chain;
use rerun::{rerun, word};
use sockets::sockets_to;
use sortie::{Batch, Error, ErrorKind, Phase, Request, Response, Sent, Session, Wait};
use sortie_testserver::{Manners, TestServer, random_bytes};

/// How long an answer may take to begin, where some never do.
const PATIENCE: Duration = Duration::from_millis(300);

/// Turns a batch to its end. Each request has one outcome, in the order in which they were submitted; and the loop turns
/// no more often than things happen: few times a call.
fn run(mut batch: Batch, requests: impl IntoIterator<Item = Request>) -> Vec<Result<Response, Error>> {
    let calls: Vec<u64> = requests.into_iter().map(|request| batch.submit(request)).collect();
    let mut outcomes: Vec<Option<Result<Response, Error>>> = calls.iter().map(|_| None).collect();
    let mut turns = 0;
    while batch.unfinished() > 0 {
        batch.turn(Wait::Forever).unwrap();
        turns += 1;
        while let Some((call, outcome)) = batch.take() {
            let slot = &mut outcomes[calls.iter().position(|known| *known == call).unwrap()];
            assert!(slot.replace(outcome).is_none(), "call {call} ended twice");
        }
    }
    assert!(turns <= 4 * calls.len() + 100, "{turns} turns for {} calls", calls.len());
    outcomes.into_iter().map(Option::unwrap).collect()
}

/// How many of these failed in this way; those that did not must have gone well.
fn count(outcomes: &[Result<Response, Error>], kinds: &[(ErrorKind, Phase)]) -> usize {
    let failed = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    failed
        .inspect(|error| {
            let is_expected = kinds.iter().any(|(kind, phase)| error.kind() == *kind && error.phase() == Some(*phase));
            assert!(is_expected, "{}", chain(*error));
        })
        .count()
}

/// How a fresh connection fails that the server resets.
const RESET: &[(ErrorKind, Phase)] = &[
    (ErrorKind::Connect, Phase::Connect),
    (ErrorKind::Send, Phase::Send),
    (ErrorKind::Send, Phase::FirstByte),
    (ErrorKind::Receive, Phase::Send),
    (ErrorKind::Receive, Phase::FirstByte),
    (ErrorKind::Closed, Phase::FirstByte),
];

#[test]
fn a_server_that_is_killed_in_mid_batch_fails_the_calls_that_it_owes() {
    const COUNT: usize = 600;
    let server = TestServer::start().unwrap();
    let (addr, small) = (server.addr(), server.url("/bytes/2000"));
    let ended = Arc::new(AtomicUsize::new(0));
    let count_ended = ended.clone();
    let session = Session::builder().on_post_request(move |_: &Sent| {
        count_ended.fetch_add(1, Ordering::SeqCst);
    });
    let session = session.build().unwrap();
    let mut batch = session.batch().concurrency(50);
    for _ in 0..COUNT {
        batch.submit(session.get(&small));
    }
    let (mut server, mut answered, mut failed, mut turns) = (Some(server), 0, 0, 0);
    while batch.unfinished() > 0 {
        batch.turn(Wait::Forever).unwrap();
        turns += 1;
        for (_, outcome) in std::iter::from_fn(|| batch.take()) {
            match outcome {
                Ok(response) => {
                    assert_eq!(response.content().len(), 2_000);
                    answered += 1;
                }
                Err(error) => {
                    use ErrorKind::{Closed, Connect, Receive, Send, Truncated};
                    assert!([Closed, Connect, Receive, Send, Truncated].contains(&error.kind()), "{}", chain(&error));
                    failed += 1;
                }
            }
        }
        if answered >= 100
            && let Some(server) = server.take()
        {
            server.kill();
        }
    }
    assert!(answered >= 100 && failed > 0 && answered + failed == COUNT, "{answered} answered, {failed} failed");
    assert_eq!(ended.load(Ordering::SeqCst), COUNT);
    assert!(turns <= 4 * COUNT, "{turns} turns");
    assert!(sockets_to(addr).is_empty());
    // Another server at that place is found by the same batch.
    let _server = TestServer::start_on(addr).unwrap();
    assert!(run(batch, (0..20).map(|_| session.get(&small))).iter().all(Result::is_ok));
}

#[test]
fn every_third_connection_that_is_refused_fails_its_own_call_only() {
    let server = TestServer::start_with(Manners { refuse_every: Some(3), close_every: Some(1), ..Manners::default() });
    let (server, session) = (server.unwrap(), Session::new());
    let outcomes = run(session.batch().concurrency(20), (0..300).map(|_| session.get(server.url("/small"))));
    // Each call has a connection of its own.
    assert_eq!((count(&outcomes, RESET), server.misdeeds().refused, server.connections()), (100, 100, 300));
    let pool = server.requests();
    assert_eq!(pool, 200);
    assert!(sockets_to(server.addr()).is_empty());
}

#[test]
fn every_tenth_answer_that_never_comes_is_a_timeout_and_no_other_is() {
    let server = TestServer::start_with(Manners { stall_every: Some(10), ..Manners::default() }).unwrap();
    let session = Session::new();
    let get = |_| session.get(server.url("/small")).first_byte_timeout(PATIENCE);
    let outcomes = run(session.batch().concurrency(20), (0..200).map(get));
    let stalled = [(ErrorKind::FirstByteTimeout, Phase::FirstByte)];
    // On a machine that is busy enough an answer can be late that did come.
    let late = count(&outcomes, &stalled);
    assert!(late >= 20 && server.misdeeds().stalled == 20, "{late} came too late");
    let error = outcomes.into_iter().find_map(Result::err).unwrap();
    assert!(
        error.to_string().starts_with("first byte timeout after 300ms, waiting for 127.0.0.1:") && error.is_timeout(),
        "{error}"
    );
    assert_eq!(error.attempts(), 1);
    drop(session);
    assert!(sockets_to(server.addr()).is_empty());
}

#[test]
fn every_hundredth_answer_that_is_cut_is_truncated_and_says_by_how_much() {
    let server = TestServer::start_with(Manners { cut_every: Some(100), ..Manners::default() }).unwrap();
    let session = Session::new();
    let get = |tag| session.get(server.url(&format!("/bytes/3000?seed={tag}"))).tag(tag);
    let outcomes = run(session.batch().concurrency(20), (0..1_000).map(get));
    let cut = [(ErrorKind::Truncated, Phase::Content)];
    assert_eq!((count(&outcomes, &cut), server.misdeeds().cut, server.requests()), (10, 10, 1_000));
    for (tag, outcome) in (0..).zip(&outcomes) {
        match outcome {
            Ok(response) => assert!(response.content() == &random_bytes(tag, 3_000), "the content of {tag}"),
            Err(error) => {
                let said = chain(error);
                assert!(said.ends_with("the content ended after 1500 bytes, 1500 are missing"), "{said}");
                assert_eq!(error.tag(), tag);
            }
        }
    }
}

#[test]
fn all_faults_at_once_are_told_apart() {
    let manners = Manners {
        refuse_every: Some(3),
        stall_every: Some(10),
        cut_every: Some(15),
        close_every: Some(7),
        drop_idle_after: Some(5),
    };
    let (server, session) = (TestServer::start_with(manners).unwrap(), Session::new());
    let get = |tag| session.get(server.url("/bytes/1000")).first_byte_timeout(PATIENCE).tag(tag);
    let outcomes = run(session.batch().concurrency(20), (0..500).map(get));
    let faults: Vec<_> = RESET
        .iter()
        .copied()
        .chain([(ErrorKind::FirstByteTimeout, Phase::FirstByte), (ErrorKind::Truncated, Phase::Content)])
        .collect();
    let failed = count(&outcomes, &faults);
    let (truncated, misdeeds) = (kind(&outcomes, ErrorKind::Truncated), server.misdeeds());
    assert_eq!(truncated, misdeeds.cut, "{misdeeds:?}");
    assert!(kind(&outcomes, ErrorKind::FirstByteTimeout) >= misdeeds.stalled && failed < 500, "{misdeeds:?}");
    for (tag, outcome) in (0..).zip(&outcomes) {
        assert_eq!(outcome.as_ref().map_or_else(Error::tag, Response::tag), tag);
    }
    drop((session, outcomes));
    assert!(sockets_to(server.addr()).is_empty());
}

fn kind(outcomes: &[Result<Response, Error>], kind: ErrorKind) -> usize {
    outcomes.iter().filter(|outcome| outcome.as_ref().is_err_and(|error| error.kind() == kind)).count()
}

/// The other process has so few descriptors.
const DESCRIPTORS: &str = "ulimit -n 64";

#[test]
fn a_batch_of_1000_at_once_ends_well_with_64_descriptors() {
    let Some(url) = word() else {
        let server = TestServer::start().unwrap();
        rerun("a_batch_of_1000_at_once_ends_well_with_64_descriptors", DESCRIPTORS, &server.url("/small"));
        assert_eq!(server.requests(), 2_000);
        // How many at the most cannot be told from here: what the client has closed, the server sees later.
        let most = server.most_connections();
        return assert!(most >= 8, "{most} connections");
    };
    let session = Session::new();
    let outcomes = run(session.batch().concurrency(1_000), (0..1_000).map(|_| session.get(&url)));
    assert_eq!(count(&outcomes, &[]), 0);
    let mut batch = session.batch().concurrency(1_000);
    batch.fd().unwrap();
    let outcomes = run(batch, (0..1_000).map(|_| session.get(&url)));
    assert_eq!(count(&outcomes, &[]), 0);
    drop(session);
    assert!(descriptors() < 8, "{} descriptors are left", descriptors());
}

#[test]
fn connections_that_close_give_others_a_descriptor_and_the_loop_does_not_spin() {
    let Some(url) = word() else {
        let server = TestServer::start_with(Manners { close_every: Some(1), ..Manners::default() }).unwrap();
        rerun(
            "connections_that_close_give_others_a_descriptor_and_the_loop_does_not_spin",
            DESCRIPTORS,
            &server.url("/small"),
        );
        return assert_eq!((server.requests(), server.connections()), (1_000, 1_000));
    };
    let session = Session::new();
    let mut batch = session.batch().concurrency(1_000);
    let calls: Vec<u64> = (0..1_000).map(|_| batch.submit(session.get(&url))).collect();
    let (mut turns, mut answered) = (0, 0);
    while batch.unfinished() > 0 {
        batch.turn(Wait::Forever).unwrap();
        turns += 1;
        answered += std::iter::from_fn(|| batch.take()).filter(|(_, outcome)| outcome.is_ok()).count();
    }
    let pool = batch.pool();
    assert_eq!(answered, calls.len());
    println!("{turns} turns, {pool:?}");
    assert!(turns <= 4 * calls.len(), "{turns} turns");
    // Each connection that closes lets one more be tried, and not all that wait.
    assert!(pool.failed <= 4 * calls.len() as u64, "{pool:?}");
}

#[test]
fn descriptors_and_memory_return_to_where_they_were() {
    const ROUNDS: usize = 24;
    if word().is_none() {
        return rerun("descriptors_and_memory_return_to_where_they_were", "ulimit -n 1000", "alone");
    }
    let manners = Manners { refuse_every: Some(9), cut_every: Some(11), close_every: Some(13), ..Manners::default() };
    let server = TestServer::start_with(manners).unwrap();
    let mut held = Vec::new();
    for round in 0..ROUNDS {
        let session = Session::new();
        let get = |_| session.get(server.url("/bytes/20000"));
        // Each round has 10 MB of content, and they end in twelve ways.
        let requests = (0..500).map(get).chain(
            (0..2).map(|_| if round % 3 == 0 { panic!("an iterator that fails") } else { session.get("nowhere") }),
        );
        let batch = session.batch().concurrency(40).on_progress(|now| panic!("a report that fails at {}", now.done));
        let ran = catch_unwind(AssertUnwindSafe(|| match round % 4 {
            0 => assert_eq!(batch.for_each(requests, |_, outcome| drop(outcome)).done, 502),
            1 => batch.stream(requests).take(300).for_each(drop),
            2 => batch.stream_ordered(requests).for_each(drop),
            _ => assert_eq!(batch.map(requests).len(), 502),
        }));
        assert_eq!(ran.is_err(), round % 3 == 0 && round % 4 != 1);
        drop(session);
        assert!(sockets_to(server.addr()).is_empty());
        held.push(resident());
    }
    let [early, late] = [&held[..ROUNDS / 2], &held[ROUNDS / 2..]].map(|held| held.iter().max().unwrap());
    assert!(late <= &(early + (4 << 20)), "{held:?} bytes after each round");
}

/// How many descriptors this process has.
fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

/// How much memory this process has, in bytes.
fn resident() -> usize {
    let pages = fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}
