//! Nobody waits for ever, and nobody waits for a stranger.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use sortie_engine::Limits;
use sortie_sim::{Answer, Ask, Chance, Ending, Request, Server, World};

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn limits(connections: usize, per_origin: usize) -> Limits {
    let mut limits = Limits::default();
    (limits.connections, limits.per_origin) = (connections, per_origin);
    limits
}

fn server(thinks: Duration) -> Server {
    Server::new(move |request, _| Answer { after: thinks, ..Answer::ok(request, 50) })
}

#[test]
fn a_slow_origin_never_holds_back_others() {
    let mut world = World::new(1, limits(4, 2));
    let stalls = |request: &_, _: &mut _| Answer { ending: Ending::Stall { after: 0 }, ..Answer::ok(request, 50) };
    world.serve("slow", Server::new(stalls));
    world.serve("quick", server(ms(1)));
    for _ in 0..20 {
        world.submit(ms(0), Ask::get("slow"));
    }
    let quick: Vec<u64> = (0..100).map(|_| world.submit(ms(0), Ask::get("quick"))).collect();
    world.run().unwrap();
    // Three milliseconds an exchange, on two connections.
    assert!(quick.iter().all(|tag| world.ended(*tag).unwrap() < ms(300)));
}

#[test]
fn the_total_limit_is_shared_between_origins() {
    let mut world = World::new(1, limits(4, 4));
    for origin in ["a", "b", "c"] {
        world.serve(origin, server(ms(10)));
    }
    let many: Vec<u64> = (0..200).map(|_| world.submit(ms(0), Ask::get("a"))).collect();
    let few: Vec<u64> = ["b", "c"].repeat(20).iter().map(|origin| world.submit(ms(1), Ask::get(origin))).collect();
    world.run().unwrap();
    let last = |tags: &[u64]| tags.iter().map(|tag| world.ended(*tag).unwrap()).max().unwrap();
    assert_eq!(world.most_links(), 4);
    assert!(last(&few) < ms(400), "the few waited until {:?}", last(&few));
    assert!(last(&few) < last(&many));
}

#[test]
fn a_single_call_is_not_kept_waiting_by_a_crowd() {
    for seed in 0..10 {
        let mut chance = Chance::new(seed);
        let mut world = World::new(seed, limits(2, 2));
        world.serve("crowd", server(ms(10)));
        let origins: Vec<String> = (0..4).map(|number| format!("small{number}")).collect();
        for origin in &origins {
            let answer = |request: &_, chance: &mut Chance| Answer {
                after: chance.duration(ms(0)..=ms(20)),
                keeps: chance.percent(50),
                ..Answer::ok(request, 50)
            };
            world.serve(origin, Server::new(answer));
        }
        for _ in 0..800 {
            world.submit(ms(0), Ask::get("crowd"));
        }
        let small: Vec<(u64, Duration)> = (0..40)
            .map(|_| {
                let at = chance.duration(ms(1)..=ms(2_000));
                let origin = chance.pick(&origins).unwrap();
                (world.submit(at, Ask::get(origin)), at)
            })
            .collect();
        world.run().unwrap();
        for (tag, at) in small {
            // The crowd alone takes five seconds.
            let waited = world.ended(tag).unwrap() - at;
            assert!(waited < ms(1_000), "seed {seed}: call {tag} waited {waited:?}");
        }
    }
}

#[test]
fn more_origins_than_connections_all_have_their_turn() {
    let mut world = World::new(1, limits(3, 2));
    let origins: Vec<String> = (0..30).map(|number| format!("h{number}")).collect();
    origins.iter().for_each(|origin| world.serve(origin, server(ms(10))));
    let tags: Vec<u64> = (0..300).map(|index| world.submit(ms(0), Ask::get(&origins[index % 30]))).collect();
    world.run().unwrap();
    assert!(tags.iter().all(|tag| world.outcome(*tag).unwrap().result.is_ok()));
    assert_eq!(world.most_links(), 3);
}

#[test]
fn a_crowd_without_descriptors_lets_others_in() {
    let mut world = World::new(3, limits(20, 20));
    world.descriptors = Some(2);
    world.serve("crowd", server(ms(10)));
    world.serve("small", server(ms(10)));
    for _ in 0..500 {
        world.submit(ms(0), Ask::get("crowd"));
    }
    let small = world.submit(ms(50), Ask::get("small"));
    world.run().unwrap();
    assert!(world.outcome(small).unwrap().result.is_ok());
    assert!(world.ended(small).unwrap() < ms(1_000), "{:?}", world.ended(small));
}

#[test]
fn an_origin_that_waits_for_nothing_does_not_stand_in_the_way() {
    let mut world = World::new(1, limits(3, 2));
    // One of its calls goes on for long; the connection of the other closes, and the crowd takes its place.
    let two = |request: &Request, _: &mut _| match request.tag {
        1 => Answer { after: ms(50_000), ..Answer::ok(request, 5) },
        _ => Answer { after: ms(50), keeps: false, ..Answer::ok(request, 5) },
    };
    world.serve("two", Server::new(two));
    world.serve("crowd", server(ms(10)));
    world.serve("late", server(ms(10)));
    world.submit(ms(0), Ask::get("two"));
    world.submit(ms(0), Ask::get("two"));
    for _ in 0..800 {
        world.submit(ms(0), Ask::get("crowd"));
    }
    let late = world.submit(ms(100), Ask::get("late"));
    world.run().unwrap();
    assert!(world.ended(late).unwrap() < ms(500), "it waited until {:?}", world.ended(late));
}
