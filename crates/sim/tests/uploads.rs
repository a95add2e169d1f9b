//! Bodies that are read while they are sent, and Expect: rules 17 and 19.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use sortie_engine::{BodyFault, Error, Limits, Outcome, Phase};
use sortie_http::Method;
use sortie_sim::{Accepts, Answer, Ask, Chance, Server, Stream, World};

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn stream(length: Option<u64>) -> Stream {
    Stream { length, again: false, fails: false }
}

/// A world with one server that says yes, once a request has come.
fn world(seed: u64) -> World {
    serving(seed, Server::new(|request, _| Answer::ok(request, 20)))
}

fn serving(seed: u64, server: Server) -> World {
    let mut world = World::new(seed, Limits::default());
    world.serve("h", server);
    world
}

fn status(outcome: Option<&Outcome>) -> u16 {
    outcome.unwrap().result.as_ref().unwrap().status().as_u16()
}

fn fault(outcome: Option<&Outcome>) -> &BodyFault {
    let failure = outcome.unwrap().result.as_ref().unwrap_err();
    assert_eq!(failure.phase, Phase::Send);
    match &failure.error {
        Error::Body(fault) => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_body_is_the_same_however_it_is_cut() {
    for seed in 0..200 {
        let mut chance = Chance::new(seed);
        let mut server = Server::new(|request, _| Answer::ok(request, 20));
        if chance.percent(50) {
            server.accepts = Accepts::Slowly { piece: 1..=700, pause: ms(0)..=ms(2) };
        }
        let mut world = serving(seed, server);
        world.piece = 1..=chance.size(1..=900);
        world.slow = ms(0)..=ms(chance.size(0..=3) as u64);
        let count = chance.size(0..=3_000);
        let tags = [Some(count as u64), None].map(|length| {
            let ask = Ask::post("h", count).streamed(stream(length));
            world.submit(ms(0), ask.with(|policy| policy.counted = true))
        });
        world.run().unwrap();
        for tag in tags {
            assert_eq!(status(world.outcome(tag)), 200, "seed {seed}");
        }
    }
}

#[test]
fn rule_36_a_slow_program_is_not_a_slow_peer() {
    let mut world = world(1);
    (world.piece, world.slow) = (1..=1, ms(700)..=ms(900));
    let slow = |ask: Ask| ask.streamed(stream(None)).with(|policy| policy.timeouts.between_bytes = Some(ms(500)));
    let patient = world.submit(ms(0), slow(Ask::post("h", 5)));
    let bounded = world.submit(ms(0), slow(Ask::post("h", 5)).with(|policy| policy.timeouts.total = Some(ms(2_000))));
    world.run().unwrap();
    assert_eq!(status(world.outcome(patient)), 200);
    assert!(world.ended(patient).unwrap() > ms(3_500));
    let failure = world.outcome(bounded).unwrap().result.as_ref().unwrap_err();
    assert!(matches!(failure.error, Error::Total { .. }) && failure.phase == Phase::Send);
}

#[test]
fn rule_36_a_peer_that_takes_nothing_runs_out_of_time() {
    let mut server = Server::new(|request, _| Answer::ok(request, 20));
    server.accepts = Accepts::Only(10_000);
    let mut world = serving(1, server);
    let ask = Ask::post("h", 200_000).streamed(stream(None));
    let tag = world.submit(ms(0), ask.with(|policy| policy.timeouts.between_bytes = Some(ms(500))));
    world.run().unwrap();
    let failure = world.outcome(tag).unwrap().result.as_ref().unwrap_err();
    assert!(matches!(failure.error, Error::Timeout { .. }) && failure.phase == Phase::Send, "{failure:?}");
}

#[test]
fn a_body_of_another_length_is_an_error_that_says_how_many() {
    for piece in [1, 3, 64 * 1024] {
        let mut world = world(1);
        world.piece = piece..=piece;
        let [short, long, failing] = [(9, false), (4, false), (5, true)].map(|(length, fails)| {
            let stream = Stream { fails, ..stream(Some(length)) };
            world.submit(ms(0), Ask::post("h", if fails { 2 } else { 5 }).streamed(stream))
        });
        world.run().unwrap();
        for (tag, said) in [
            (short, "it ended after 5 of 9 bytes"),
            (long, "it has more than its 4 bytes"),
            (failing, "as the world has it"),
        ] {
            let BodyFault::Read(error) = fault(world.outcome(tag)) else { panic!("{:?}", world.outcome(tag)) };
            assert_eq!(error.to_string(), said);
        }
    }
}

#[test]
fn an_early_answer_is_delivered_and_its_connection_closed() {
    for seed in 0..50 {
        let server = Server::new(|request, _| match request.tag {
            1 => Answer { status: 413, early: true, ..Answer::ok(request, 20) },
            _ => Answer::ok(request, 20),
        });
        let mut world = serving(seed, server);
        (world.piece, world.slow) = (1..=100, ms(5)..=ms(9));
        let refused = world.submit(ms(0), Ask::post("h", 100_000).streamed(stream(None)));
        let next = world.submit(ms(5_000), Ask::get("h"));
        world.run().unwrap();
        assert_eq!((status(world.outcome(refused)), status(world.outcome(next))), (413, 200));
        assert_eq!(world.opened(), 2);
    }
}

#[test]
fn rule_27_what_cannot_be_sent_again_is_not_sent_empty() {
    for (again, early) in [(false, false), (true, false), (false, true), (true, true)] {
        let server = Server::new(move |request, _| match request.step {
            0 => Answer { early, ..Answer::redirect(request, 307, "h") },
            _ => Answer::ok(request, 20),
        });
        let mut world = serving(1, server);
        let ask = Ask::post("h", 90_000).streamed(Stream { again, ..stream(None) });
        let tag = world.submit(ms(0), ask);
        // It is as good as bytes where it waits to be asked for.
        let held = Ask::post("h", 90_000).streamed(stream(Some(90_000)));
        let held = world.submit(ms(0), held.with(|policy| policy.expect = Some(ms(1_000))));
        world.run().unwrap();
        match &world.outcome(tag).unwrap().result {
            Ok(response) => assert!(again && response.status().as_u16() == 200),
            Err(failure) => {
                let is_said = matches!(failure.error, Error::Policy(sortie_policy::Error::NotReplayable));
                assert!(!again && is_said, "{failure:?}");
            }
        }
        let answered = world.outcome(held).unwrap().result.is_ok();
        assert_eq!(answered, early, "sent only where it was asked for");
    }
}

#[test]
fn rule_37_a_body_that_was_begun_goes_again_only_if_it_can() {
    for seed in 0..20 {
        for again in [true, false] {
            let server = Server::new(|request, _| Answer { idle: Some(ms(10)), ..Answer::ok(request, 20) });
            let mut world = serving(seed, server);
            world.submit(ms(0), Ask::get("h"));
            let ask = Ask { body: Some(5), ..Ask::new(Method::PUT, "h") };
            // The server's close is on its way when this goes out; the write may fail of it, or not.
            let second = world.submit(ms(13), ask.streamed(Stream { again, ..stream(Some(5)) }));
            world.run().unwrap();
            let outcome = world.outcome(second).unwrap();
            assert_eq!(outcome.result.is_ok(), again, "seed {seed}: {:?}", outcome.result);
        }
    }
}

#[test]
fn rule_19_a_body_waits_for_its_100_and_not_for_ever() {
    for (continues, length) in [(true, None), (true, Some(900)), (false, None), (false, Some(900))] {
        for is_bytes in [true, false] {
            let mut server = Server::new(|request, _| Answer::ok(request, 20));
            server.continues = continues;
            let mut world = serving(1, server);
            let ask = Ask::post("h", 900).with(|policy| policy.expect = Some(ms(1_000)));
            let tag = world.submit(ms(0), if is_bytes { ask } else { ask.streamed(stream(length)) });
            world.run().unwrap();
            assert_eq!(status(world.outcome(tag)), 200);
            assert_eq!(world.ended(tag).unwrap() > ms(1_000), !continues);
        }
    }
}

#[test]
fn rule_19_a_final_answer_instead_of_100_leaves_the_body_unsent() {
    let server = Server::new(|request, _| match request.tag {
        1 => Answer { status: 413, early: true, ..Answer::ok(request, 20) },
        _ => Answer::ok(request, 20),
    });
    let mut world = serving(1, server);
    let ask = Ask::post("h", 900).streamed(Stream { fails: true, ..stream(Some(2_000)) });
    let tag = world.submit(ms(0), ask.with(|policy| policy.expect = Some(ms(1_000))));
    let next = world.submit(ms(2_000), Ask::get("h"));
    world.run().unwrap();
    assert_eq!((status(world.outcome(tag)), status(world.outcome(next))), (413, 200));
    assert_eq!(world.opened(), 2, "the server waits for a body there");
}

#[test]
fn rule_19_a_417_goes_again_once_without_expect() {
    for always in [false, true] {
        let server = Server::new(move |request, _| match request.expects || always {
            true => Answer { status: 417, early: true, ..Answer::ok(request, 20) },
            false => Answer::ok(request, 20),
        });
        let mut world = serving(1, server);
        let ask = Ask::post("h", 900).streamed(stream(None));
        let tag = world.submit(ms(0), ask.with(|policy| policy.expect = Some(ms(1_000))));
        world.run().unwrap();
        let outcome = world.outcome(tag).unwrap();
        assert_eq!(status(Some(outcome)), if always { 417 } else { 200 });
        assert_eq!((outcome.attempts, outcome.history().len(), world.served().len()), (2, 0, 2));
    }
}
