//! Calls that wait on purpose: for memory, or for a server that asked for time.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use sortie_engine::{Budget, Error, Limits, Overflow};
use sortie_sim::{Answer, Ask, Server, World};

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn budget(bytes: u64, overflow: Overflow) -> Limits {
    let mut limits = Limits::default();
    limits.budget = Some(Budget { bytes, overflow });
    limits
}

/// A server whose answers of 10,000 bytes come in pieces, over a while.
fn ample() -> Server {
    Server::new(|request, _| Answer { pieces: 20, gap: ms(2), ..Answer::ok(request, 10_000) })
}

#[test]
fn what_does_not_fit_waits_for_its_turn() {
    for seed in 0..20 {
        let mut limits = budget(15_000, Overflow::Wait);
        limits.per_origin = 30;
        let mut world = World::new(seed, limits);
        world.input = 500;
        world.serve("h", ample());
        let tags: Vec<u64> = (0..30).map(|_| world.submit(ms(0), Ask::get("h"))).collect();
        world.run().unwrap();
        assert!(tags.iter().all(|tag| world.outcome(*tag).unwrap().result.is_ok()));
        // The budget, the call that always goes on, one read past it, and what came along with thirty heads.
        let most = 60_000;
        assert!(world.most_held() <= most, "seed {seed}: {} bytes of 300,000 were held", world.most_held());
    }
}

#[test]
fn the_time_between_bytes_stands_still_while_reading_is_stopped() {
    let mut world = World::new(1, budget(5_000, Overflow::Wait));
    world.taken = ms(10_000)..=ms(10_000);
    world.serve("h", ample());
    let ask = || Ask::get("h").with(|policy| policy.timeouts.between_bytes = Some(ms(500)));
    let tags: Vec<u64> = (0..8).map(|_| world.submit(ms(0), ask())).collect();
    world.run().unwrap();
    for tag in tags {
        assert!(world.outcome(tag).unwrap().result.is_ok(), "{:?}", world.outcome(tag));
    }
}

#[test]
fn what_does_not_fit_fails_where_it_is_asked_to() {
    let mut world = World::new(1, budget(25_000, Overflow::Fail));
    world.taken = ms(1_000)..=ms(1_000);
    world.serve("h", ample());
    let tags: Vec<u64> = (0..6).map(|index| world.submit(ms(index * 100), Ask::get("h"))).collect();
    world.run().unwrap();
    let (kept, failed): (Vec<_>, Vec<_>) =
        tags.iter().map(|tag| &world.outcome(*tag).unwrap().result).partition(|result| result.is_ok());
    assert_eq!(kept.len(), 2);
    for result in failed {
        let failure = result.as_ref().unwrap_err();
        assert!(matches!(failure.error, Error::OverBudget { limit: 25_000 }), "{failure:?}");
    }
}

#[test]
fn a_redirect_to_an_origin_whose_connection_is_stopped_does_not_wait_for_ever() {
    for seed in 0..50 {
        let mut limits = budget(1_000, Overflow::Wait);
        limits.per_origin = 1;
        let mut world = World::new(seed, limits);
        let redirect = |request: &_, _: &mut _| Answer {
            content: vec![b'x'; 8_000],
            pieces: 10,
            gap: ms(20),
            ..Answer::redirect(request, 302, "b")
        };
        world.serve("a", Server::new(redirect));
        world.serve("b", ample());
        // The older call goes on and is sent to the origin whose only connection is stopped on its behalf.
        let older = world.submit(ms(0), Ask::get("a"));
        let younger = world.submit(ms(1), Ask::get("b"));
        world.run().unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        for tag in [older, younger] {
            assert!(world.outcome(tag).unwrap().result.is_ok());
        }
    }
}

#[test]
fn a_server_that_asks_for_time_holds_its_own_calls_alone() {
    let mut limits = Limits::default();
    limits.gate = Some(ms(60_000));
    limits.per_origin = 1;
    let mut world = World::new(1, limits);
    let busy = Server::new(|request, _| match request.tag {
        1 => Answer { status: 503, retry_after: Some(7), ..Answer::ok(request, 10) },
        _ => Answer::ok(request, 10),
    });
    world.serve("busy", busy);
    world.serve("free", Server::new(|request, _| Answer::ok(request, 10)));
    let held: Vec<u64> = (0..5).map(|_| world.submit(ms(0), Ask::get("busy"))).collect();
    let free: Vec<u64> = (0..5).map(|_| world.submit(ms(0), Ask::get("free"))).collect();
    world.run().unwrap();
    assert_eq!(world.ended(held[0]), Some(ms(3)));
    for tag in &held[1..] {
        let ended = world.ended(*tag).unwrap();
        assert!(ended > ms(7_003) && ended < ms(7_100), "call {tag} ended at {ended:?}");
    }
    assert!(free.iter().all(|tag| world.ended(*tag).unwrap() < ms(100)));
}

#[test]
fn nobody_is_held_longer_than_the_gate_allows_or_its_queue_timeout() {
    let mut limits = Limits::default();
    (limits.gate, limits.per_origin) = (Some(ms(2_000)), 1);
    let mut world = World::new(1, limits);
    let busy = |request: &_, _: &mut _| Answer { status: 429, retry_after: Some(3_600), ..Answer::ok(request, 10) };
    world.serve("busy", Server::new(busy));
    let calls =
        [Ask::get("busy"), Ask::get("busy").with(|policy| policy.timeouts.queue = Some(ms(500))), Ask::get("busy")];
    let [_, hasty, patient] = calls.map(|ask| world.submit(ms(0), ask));
    world.run().unwrap();
    assert_eq!(world.ended(hasty), Some(ms(500)));
    assert_eq!(world.ended(patient), Some(ms(2_005)));
}
