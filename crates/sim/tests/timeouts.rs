//! Rule 36: each timeout, to the nanosecond, and the phase that it names.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use sortie_engine::{Error, Failure, Limits, Phase};
use sortie_policy::Timeouts;
use sortie_sim::{Accepts, Answer, Ask, Ending, Server, World};

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// Opens in 1 ms; bytes take 1 ms each way. A request is out at 1 ms and reaches the server at 2 ms.
fn world(server: Server) -> World {
    let mut limits = Limits::default();
    limits.per_origin = 1;
    let mut world = World::new(1, limits);
    world.serve("h", server);
    world
}

fn timed(mut ask: Ask, set: impl FnOnce(&mut Timeouts)) -> Ask {
    set(&mut ask.policy.timeouts);
    ask
}

/// How a call failed, and when.
fn failure(world: &World, tag: u64) -> (&Failure, Duration) {
    (world.outcome(tag).unwrap().result.as_ref().unwrap_err(), world.ended(tag).unwrap())
}

/// Holds that a call timed out in this phase, at this moment, by this limit.
fn assert_timeout(world: &World, tag: u64, phase: Phase, limit: Duration, at: Duration) {
    let (failure, ended) = failure(world, tag);
    assert!(matches!(failure.error, Error::Timeout { limit: named, .. } if named == limit), "{failure:?}");
    assert_eq!((failure.phase, ended), (phase, at));
}

fn assert_total(world: &World, tag: u64, phase: Phase, limit: Duration) {
    let (failure, ended) = failure(world, tag);
    assert!(matches!(failure.error, Error::Total { limit: named } if named == limit), "{failure:?}");
    assert_eq!((failure.phase, ended), (phase, limit));
}

fn stalls_after(bytes: usize) -> Server {
    Server::new(move |request, _| Answer { ending: Ending::Stall { after: bytes }, ..Answer::ok(request, 1_000) })
}

#[test]
fn a_connection_that_does_not_open_runs_out_of_the_connect_timeout() {
    let mut server = stalls_after(0);
    server.hangs = true;
    let mut world = world(server);
    let tag = world.submit(ms(0), timed(Ask::get("h"), |timeouts| timeouts.connect = Some(ms(300))));
    world.run().unwrap();
    assert_timeout(&world, tag, Phase::Connect, ms(300), ms(300));
}

#[test]
fn the_first_byte_counts_from_the_last_byte_of_the_request() {
    let mut server = stalls_after(0);
    server.accepts = Accepts::Slowly { piece: 100..=100, pause: ms(50)..=ms(50) };
    let mut world = world(server);
    let ask = timed(Ask::post("h", 1_000), |timeouts| timeouts.first_byte = Some(ms(400)));
    let tag = world.submit(ms(0), ask);
    world.run().unwrap();
    // Ten pauses until all of about 1,050 bytes are accepted.
    assert_timeout(&world, tag, Phase::FirstByte, ms(400), ms(1 + 500 + 400));
}

#[test]
fn a_head_that_trickles_has_only_the_time_of_the_first_byte() {
    let server = Server::new(|request, _| Answer {
        informational: 50,
        pieces: 400,
        gap: ms(60),
        ending: Ending::Stall { after: 2_000 },
        ..Answer::ok(request, 10)
    });
    let mut world = world(server);
    let tag = world.submit(ms(0), timed(Ask::get("h"), |timeouts| timeouts.first_byte = Some(ms(700))));
    world.run().unwrap();
    assert_timeout(&world, tag, Phase::FirstByte, ms(700), ms(701));
}

#[test]
fn content_that_stops_runs_out_of_the_time_between_bytes() {
    let mut world = world(stalls_after(900));
    let tag = world.submit(ms(0), timed(Ask::get("h"), |timeouts| timeouts.between_bytes = Some(ms(250))));
    world.run().unwrap();
    assert_timeout(&world, tag, Phase::Content, ms(250), ms(3 + 250));
}

#[test]
fn content_that_moves_may_take_longer_than_the_time_between_bytes() {
    let slow = |request: &_, _: &mut _| Answer { pieces: 200, gap: ms(100), ..Answer::ok(request, 30_000) };
    for input in [500, 64 * 1024] {
        let mut world = world(Server::new(slow));
        world.input = input;
        let tag = world.submit(ms(0), timed(Ask::get("h"), |timeouts| timeouts.between_bytes = Some(ms(101))));
        world.run().unwrap();
        assert!(world.outcome(tag).unwrap().result.is_ok());
        assert!(world.ended(tag).unwrap() > ms(1_000));
    }
}

#[test]
fn a_request_that_is_not_accepted_runs_out_of_the_time_between_bytes() {
    let mut server = stalls_after(0);
    server.accepts = Accepts::Only(700);
    let mut world = world(server);
    let tag = world.submit(ms(0), timed(Ask::post("h", 1_000), |timeouts| timeouts.between_bytes = Some(ms(350))));
    world.run().unwrap();
    assert_timeout(&world, tag, Phase::Send, ms(350), ms(351));
}

#[test]
fn a_call_that_gets_no_connection_runs_out_of_its_time_in_the_queue() {
    let mut world = world(Server::new(|request, _| Answer { after: ms(5_000), ..Answer::ok(request, 1) }));
    let first = world.submit(ms(0), Ask::get("h"));
    let second = world.submit(ms(10), timed(Ask::get("h"), |timeouts| timeouts.queue = Some(ms(800))));
    let third = world.submit(ms(10), timed(Ask::get("h"), |timeouts| timeouts.queue = Some(ms(6_000))));
    world.run().unwrap();
    assert_timeout(&world, second, Phase::Queue, ms(800), ms(810));
    // The third gets the connection in time, and is not reminded of the queue later.
    for tag in [first, third] {
        assert!(world.outcome(tag).unwrap().result.is_ok());
    }
    assert!(world.ended(third).unwrap() > ms(10_000));
}

#[test]
fn queue_time_counts_only_against_its_own_limit_and_the_total() {
    let mut world = world(Server::new(|request, _| Answer { after: ms(900), ..Answer::ok(request, 1) }));
    let tight = |timeouts: &mut Timeouts| {
        timeouts.connect = Some(ms(5));
        timeouts.first_byte = Some(ms(910));
        timeouts.between_bytes = Some(ms(5));
    };
    let tags: Vec<u64> = (0..10).map(|_| world.submit(ms(0), timed(Ask::get("h"), tight))).collect();
    let total = timed(Ask::get("h"), |timeouts| timeouts.total = Some(ms(7_000)));
    let total = world.submit(ms(0), total);
    world.run().unwrap();
    for tag in tags {
        assert!(world.outcome(tag).unwrap().result.is_ok(), "call {tag}");
    }
    assert_total(&world, total, Phase::Queue, ms(7_000));
}

#[test]
fn the_total_says_how_far_the_call_had_come() {
    let total = |ask| timed(ask, |timeouts| timeouts.total = Some(ms(500)));
    let (mut hangs, mut full) = (stalls_after(0), stalls_after(0));
    hangs.hangs = true;
    full.accepts = Accepts::Only(10);
    let cases = [
        (hangs, Phase::Connect),
        (full, Phase::Send),
        (stalls_after(0), Phase::FirstByte),
        (stalls_after(500), Phase::Content),
    ];
    for (server, phase) in cases {
        let mut world = world(server);
        let tag = world.submit(ms(0), total(Ask::get("h")));
        world.run().unwrap();
        assert_total(&world, tag, phase, ms(500));
    }
}

#[test]
fn all_but_the_total_count_anew_for_each_exchange() {
    let chain = || {
        Server::new(|request, _| match request.step {
            0..5 => Answer { after: ms(400), ..Answer::redirect(request, 307, "h") },
            _ => Answer { after: ms(400), ..Answer::ok(request, 1) },
        })
    };
    let mut patient = world(chain());
    let tag = patient.submit(ms(0), timed(Ask::get("h"), |timeouts| timeouts.first_byte = Some(ms(450))));
    patient.run().unwrap();
    assert_eq!(patient.outcome(tag).unwrap().history().len(), 5);
    assert!(patient.outcome(tag).unwrap().result.is_ok());

    let mut hasty = world(chain());
    let tag = hasty.submit(ms(0), timed(Ask::get("h"), |timeouts| timeouts.total = Some(ms(1_000))));
    hasty.run().unwrap();
    assert_total(&hasty, tag, Phase::FirstByte, ms(1_000));
    assert_eq!(hasty.outcome(tag).unwrap().history().len(), 2);
}

#[test]
fn what_has_arrived_is_handled_before_what_has_expired() {
    // Out at 1 ms, there at 2 ms, answered at 10 ms, back at 11 ms, which is when the time is over.
    let mut exact = world(Server::new(|request, _| Answer { after: ms(8), ..Answer::ok(request, 100) }));
    let ask = || timed(Ask::get("h"), |timeouts| timeouts.first_byte = Some(ms(10)));
    let tag = exact.submit(ms(0), ask());
    exact.run().unwrap();
    assert!(exact.outcome(tag).unwrap().result.is_ok());
    assert_eq!(exact.ended(tag), Some(ms(11)));

    let mut late = world(Server::new(|request, _| Answer { after: ms(9), ..Answer::ok(request, 100) }));
    let tag = late.submit(ms(0), ask());
    late.run().unwrap();
    assert_timeout(&late, tag, Phase::FirstByte, ms(10), ms(11));
}

#[test]
fn a_turn_that_comes_late_finds_the_answer_before_the_timeout() {
    let (mut late, mut expired) = (0, 0);
    for seed in 0..100 {
        let mut world = World::new(seed, Limits::default());
        world.lag = ms(20);
        world.serve("h", Server::new(|request, _| Answer { after: ms(2), ..Answer::ok(request, 100) }));
        let tag = world.submit(ms(0), timed(Ask::get("h"), |timeouts| timeouts.first_byte = Some(ms(10))));
        world.run().unwrap();
        match &world.outcome(tag).unwrap().result {
            Ok(response) => late += usize::from(response.timings().first_byte() > ms(10)),
            Err(_) => expired += 1,
        }
    }
    assert!(late > 10 && expired > 0, "{late} answered when their time was over, {expired} expired");
}

#[test]
fn without_any_timeout_a_call_waits_as_long_as_it_takes() {
    let mut world = world(Server::new(|request, _| Answer { after: ms(86_400_000), ..Answer::ok(request, 1) }));
    let tag = world.submit(
        ms(0),
        timed(Ask::get("h"), |timeouts| {
            (timeouts.connect, timeouts.first_byte, timeouts.between_bytes) = (None, None, None);
        }),
    );
    world.run().unwrap();
    assert!(world.outcome(tag).unwrap().result.is_ok());
}
