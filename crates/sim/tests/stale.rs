//! Rule 37: connections that the server closed while they were idle, or while a request was on its way.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use sortie_engine::{Error, Limits};
use sortie_http::Method;
use sortie_sim::{Answer, Ask, Ending, Farewell, Server, World};

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// A server that closes a connection 10 ms after its last answer; that arrives 2 ms later.
///
/// A call at 0 ms is answered at 5 ms; one at 16 ms goes out on the connection that was closed at 15 ms.
fn bored() -> Server {
    let mut server = Server::new(|request, _| Answer { idle: Some(ms(10)), ..Answer::ok(request, 20) });
    server.latency = ms(2)..=ms(2);
    server
}

#[test]
fn a_stale_connection_is_replaced_once_by_a_fresh_one() {
    for seed in 0..50 {
        let mut world = World::new(seed, Limits::default());
        world.serve("h", bored());
        world.submit(ms(0), Ask::get("h"));
        let second = world.submit(ms(16), Ask::get("h"));
        world.run().unwrap();

        let outcome = world.outcome(second).unwrap();
        assert_eq!(outcome.result.as_ref().unwrap().status().as_u16(), 200);
        assert_eq!((outcome.attempts, world.opened()), (2, 2), "seed {seed}");
    }
}

#[test]
fn the_fresh_connection_is_no_other_pooled_one() {
    for seed in 0..50 {
        let mut world = World::new(seed, Limits::default());
        world.serve("h", bored());
        for _ in 0..3 {
            world.submit(ms(0), Ask::get("h"));
        }
        // All three pooled connections are stale; where the first write fails, that is not known of the other two.
        let last = world.submit(ms(16), Ask::get("h"));
        world.run().unwrap();
        assert!(world.outcome(last).unwrap().result.is_ok(), "seed {seed}: {:?}", world.outcome(last));
        assert_eq!(world.opened(), 4);
    }
}

#[test]
fn a_fresh_connection_that_closes_too_is_an_error() {
    let mut world = World::new(1, Limits::default());
    let mut server = Server::new(|request, _| match request.tag {
        1 => Answer { idle: Some(ms(10)), ..Answer::ok(request, 20) },
        _ => Answer { ending: Ending::Cut { after: 0, with: Farewell::Close }, ..Answer::ok(request, 20) },
    });
    server.latency = ms(2)..=ms(2);
    world.serve("h", server);
    world.submit(ms(0), Ask::get("h"));
    let second = world.submit(ms(16), Ask::get("h"));
    world.run().unwrap();
    let outcome = world.outcome(second).unwrap();
    assert!(matches!(outcome.result.as_ref().unwrap_err().error, Error::Closed | Error::Protocol(_)), "{outcome:?}");
    assert_eq!(outcome.attempts, 2);
}

#[test]
fn a_connection_that_closes_within_the_head_is_not_stale() {
    let mut world = World::new(1, Limits::default());
    let server = Server::new(|request, _| match request.exchange {
        1 => Answer::ok(request, 20),
        _ => Answer { ending: Ending::Cut { after: 3, with: Farewell::Close }, ..Answer::ok(request, 20) },
    });
    world.serve("h", server);
    world.submit(ms(0), Ask::get("h"));
    let second = world.submit(ms(10), Ask::get("h"));
    world.run().unwrap();
    let outcome = world.outcome(second).unwrap();
    assert!(matches!(outcome.result.as_ref().unwrap_err().error, Error::Protocol(_)));
    assert_eq!(outcome.attempts, 1);
}

#[test]
fn a_post_on_a_stale_connection_is_not_sent_twice() {
    let (mut answered, mut failed) = (0, 0);
    for seed in 0..50 {
        let mut world = World::new(seed, Limits::default());
        world.serve("h", bored());
        world.submit(ms(0), Ask::get("h"));
        let post = world.submit(ms(16), Ask::post("h", 100));
        world.run().unwrap();
        match &world.outcome(post).unwrap().result {
            // Its very first write had failed: nothing of it was sent, so it may go again.
            Ok(_) => answered += 1,
            Err(failure) => {
                assert!(matches!(failure.error, Error::Closed | Error::Link(_)), "seed {seed}: {failure:?}");
                failed += 1;
            }
        }
    }
    assert!(answered > 0 && failed > 0, "{answered} answered, {failed} failed");
}

#[test]
fn a_post_whose_last_part_could_not_be_written_is_not_sent_twice() {
    let mut cut = 0;
    for seed in 0..50 {
        let mut world = World::new(seed, Limits::default());
        world.budget = 60;
        world.serve("h", bored());
        world.submit(ms(0), Ask::get("h"));
        let post = world.submit(ms(16), Ask::post("h", 100));
        world.run().unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        cut += usize::from(world.outcome(post).unwrap().result.is_err());
    }
    assert!(cut > 0);
}

#[test]
fn a_put_goes_again_with_its_body() {
    for seed in 0..20 {
        let mut world = World::new(seed, Limits::default());
        world.serve("h", bored());
        world.submit(ms(0), Ask::get("h"));
        let put = world.submit(ms(16), Ask { body: Some(100), ..Ask::new(Method::PUT, "h") });
        world.run().unwrap();
        assert!(world.outcome(put).unwrap().result.is_ok());
    }
}

#[test]
fn bytes_behind_an_answer_do_no_harm_to_the_next_call() {
    let mut limits = Limits::default();
    limits.connections = 1;
    for input in 1..120 {
        let mut world = World::new(1, limits.clone());
        world.input = input;
        world.serve(
            "h",
            Server::new(|request, _| {
                let surplus = if request.tag == 1 { b"surplus".to_vec() } else { Vec::new() };
                Answer { surplus, ..Answer::ok(request, 30) }
            }),
        );
        let tags = [Ask::get("h"), Ask::get("h"), Ask::post("h", 10)].map(|ask| world.submit(ms(0), ask));
        world.run().unwrap();
        for tag in tags {
            let outcome = world.outcome(tag).unwrap();
            assert!(outcome.result.is_ok(), "reads of {input}: call {tag}: {outcome:?}");
        }
        assert_eq!(world.opened(), 2);
    }
}
