//! Rules 38 and 44: which connections are used again, for how long, and how many there are.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::time::Duration;

use sortie_engine::{Error, Limits, Phase};
use sortie_sim::{Accepts, Answer, Ask, Ending, Framing, Request, Server, World};

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn limits(connections: usize, per_origin: usize) -> Limits {
    let mut limits = Limits::default();
    (limits.connections, limits.per_origin) = (connections, per_origin);
    limits
}

/// How many links two calls need, the second 100 ms after the first.
fn links_of_two(answer: impl Fn(&Request) -> Answer + 'static) -> usize {
    let mut world = World::new(1, Limits::default());
    world.serve("h", Server::new(move |request, _| answer(request)));
    let tags = [ms(0), ms(100)].map(|at| world.submit(at, Ask::get("h")));
    world.run().unwrap();
    assert!(tags.iter().all(|tag| world.outcome(*tag).unwrap().result.is_ok()));
    world.opened()
}

#[test]
fn an_idle_connection_is_kept_for_its_time_and_no_longer() {
    let mut limits = Limits::default();
    limits.idle = ms(10_000);
    let mut world = World::new(1, limits);
    world.serve("h", Server::new(|request, _| Answer::ok(request, 10)));
    let tag = world.submit(ms(0), Ask::get("h"));
    world.run_until(ms(10_002)).unwrap();
    assert_eq!((world.ended(tag), world.engine().links()), (Some(ms(3)), 1));
    world.run_until(ms(10_003)).unwrap();
    assert_eq!(world.engine().links(), 0);
    world.run().unwrap();
}

#[test]
fn a_connection_is_used_again() {
    assert_eq!(links_of_two(|request| Answer::ok(request, 10)), 1);
    assert_eq!(links_of_two(|request| Answer { framing: Framing::Chunked, ..Answer::ok(request, 10_000) }), 1);
    assert_eq!(links_of_two(|request| Answer { status: 204, ..Answer::ok(request, 0) }), 1);
    // Read straight into its place, in pieces.
    let placed = |request: &Request| Answer { pieces: 5, gap: ms(3), ..Answer::ok(request, 300_000) };
    assert_eq!(links_of_two(placed), 1);
}

#[test]
fn the_servers_own_word_on_an_idle_connection_wins_where_it_is_shorter() {
    // The answer is there at 3 ms.
    for (seconds, kept) in [(0, 0), (2, 2_000), (1_000, 90_000)] {
        let mut world = World::new(1, Limits::default());
        let answer = move |request: &_, _: &mut _| Answer { keep_alive: Some(seconds), ..Answer::ok(request, 10) };
        world.serve("h", Server::new(answer));
        world.submit(ms(0), Ask::get("h"));
        world.run_until(ms(2 + kept)).unwrap();
        assert_eq!(world.engine().links(), 1, "{seconds} s");
        world.run_until(ms(3 + kept)).unwrap();
        assert_eq!(world.engine().links(), 0, "{seconds} s");
    }
}

#[test]
fn a_connection_that_is_to_close_is_not_used_again() {
    assert_eq!(links_of_two(|request| Answer { keeps: false, ..Answer::ok(request, 10) }), 2);
    assert_eq!(links_of_two(|request| Answer { keeps: false, pieces: 4, ..Answer::ok(request, 300_000) }), 2);
    assert_eq!(links_of_two(|request| Answer { framing: Framing::Close, ..Answer::ok(request, 10) }), 2);
}

#[test]
fn a_connection_with_surplus_bytes_is_not_used_again() {
    for size in [0, 10, 300_000] {
        let answer = move |request: &Request| Answer { surplus: b"x".to_vec(), ..Answer::ok(request, size) };
        assert_eq!(links_of_two(answer), 2, "{size} bytes of content");
    }
    let late =
        |request: &Request| Answer { surplus: vec![b'x'; 100], pieces: 50, gap: ms(2), ..Answer::ok(request, 5) };
    assert_eq!(links_of_two(late), 2);
}

#[test]
fn a_connection_that_was_answered_early_is_not_used_again() {
    let mut world = World::new(1, Limits::default());
    let mut server = Server::new(|request, _| Answer { early: true, ..Answer::ok(request, 10) });
    server.accepts = Accepts::Slowly { piece: 100..=100, pause: ms(10)..=ms(10) };
    world.serve("h", server);
    let tags = [ms(0), ms(1_000)].map(|at| world.submit(at, Ask::post("h", 5_000)));
    world.run().unwrap();
    for tag in tags {
        assert!(world.outcome(tag).unwrap().result.is_ok());
    }
    assert!(world.ended(tags[0]).unwrap() < ms(10), "it does not wait until all is sent");
    assert_eq!(world.opened(), 2);
}

#[test]
fn a_response_that_is_not_read_to_its_end_does_not_return_its_connection() {
    let mut world = World::new(1, Limits::default());
    world.serve("h", Server::new(|request, _| Answer { pieces: 10, gap: ms(50), ..Answer::ok(request, 5_000) }));
    let first = world.submit(ms(0), Ask::get("h"));
    world.cancel(ms(20), first);
    world.run_until(ms(20)).unwrap();
    let failure = world.outcome(first).unwrap().result.as_ref().unwrap_err();
    assert!(matches!(failure.error, Error::Cancelled));
    assert_eq!((failure.phase, world.engine().links()), (Phase::Content, 0));
    world.run().unwrap();
}

#[test]
fn cancelling_works_in_every_state() {
    let mut phases = BTreeSet::new();
    for at in 0..60 {
        let mut world = World::new(at, limits(1, 1));
        let mut server =
            Server::new(|request, _| Answer { after: ms(5), pieces: 9, gap: ms(3), ..Answer::ok(request, 900) });
        server.connect = ms(5)..=ms(5);
        server.accepts = Accepts::Slowly { piece: 100..=100, pause: ms(1)..=ms(1) };
        world.serve("h", server);
        let [first, second] = [(); 2].map(|()| world.submit(ms(0), Ask::post("h", 500)));
        world.cancel(ms(at), first);
        world.cancel(ms(at), first);
        world.cancel(ms(0), second);
        world.run().unwrap();
        for tag in [first, second] {
            if let Err(failure) = &world.outcome(tag).unwrap().result {
                assert!(matches!(failure.error, Error::Cancelled), "at {at} ms: {failure:?}");
                assert_eq!(world.ended(tag), Some(if tag == first { ms(at) } else { ms(0) }));
                phases.insert(format!("{:?}", failure.phase));
            }
        }
    }
    let all = ["Connect", "Content", "FirstByte", "Queue", "Send"].map(String::from);
    assert_eq!(phases, BTreeSet::from(all));
}

#[test]
fn twenty_calls_at_limit_five_open_at_most_five_connections() {
    for seed in 0..20 {
        let mut world = World::new(seed, limits(128, 5));
        world.serve(
            "h",
            Server::new(|request, chance| Answer { after: chance.duration(ms(0)..=ms(50)), ..Answer::ok(request, 50) }),
        );
        let tags: Vec<u64> = (0..20).map(|_| world.submit(ms(0), Ask::get("h"))).collect();
        world.run().unwrap();
        assert!(tags.iter().all(|tag| world.outcome(*tag).unwrap().result.is_ok()));
        assert_eq!((world.opened(), world.most_links()), (5, 5));
    }
}

#[test]
fn calls_to_one_origin_are_begun_in_the_order_in_which_they_came() {
    let mut world = World::new(1, limits(1, 1));
    world.serve("h", Server::new(|request, _| Answer::ok(request, 50)));
    let tags: Vec<u64> = (0..30).map(|_| world.submit(ms(0), Ask::get("h"))).collect();
    world.run().unwrap();
    assert_eq!(world.served().iter().map(|served| served.tag).collect::<Vec<_>>(), tags);
}

#[test]
fn without_a_descriptor_calls_wait_for_one() {
    for seed in 0..30 {
        let mut world = World::new(seed, limits(20, 20));
        world.descriptors = Some(2);
        for origin in ["a", "b", "c"] {
            world.serve(origin, Server::new(|request, _| Answer { after: ms(10), ..Answer::ok(request, 50) }));
        }
        let asks = ["a", "b", "c"].repeat(10);
        let tags: Vec<u64> = asks.iter().map(|origin| world.submit(ms(0), Ask::get(origin))).collect();
        world.run().unwrap();
        for tag in tags {
            assert!(world.outcome(tag).unwrap().result.is_ok(), "seed {seed}: call {tag}: {:?}", world.outcome(tag));
        }
        assert!(world.opened() < 300, "seed {seed}: {} links were tried", world.opened());
    }
}

#[test]
fn a_garbled_answer_ends_its_own_call_alone() {
    let mut world = World::new(1, limits(1, 1));
    let server = Server::new(|request, _| match request.tag {
        2 => Answer { ending: Ending::Garbage(b"\x16\x03\x01 no http".to_vec()), ..Answer::ok(request, 5) },
        _ => Answer::ok(request, 5),
    });
    world.serve("h", server);
    let [first, second, third] = [(); 3].map(|()| world.submit(ms(0), Ask::get("h")));
    world.run().unwrap();
    let is_ok = |tag| world.outcome(tag).unwrap().result.is_ok();
    assert_eq!([first, second, third].map(is_ok), [true, false, true]);
}
