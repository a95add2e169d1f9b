//! Links that are opened before they are needed, on a clock of the test's own.
#![allow(clippy::unwrap_used)]

use std::iter;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use sortie_engine::{Engine, Limits, LinkId, Opened, Output, Time};
use sortie_http::{Origin, Url};

const PATIENCE: Duration = Duration::from_secs(10);

fn engine(connections: usize, per_origin: usize) -> Engine {
    let mut limits = Limits::default();
    (limits.connections, limits.per_origin) = (connections, per_origin);
    limits.idle = Duration::from_secs(90);
    Engine::new(limits, SystemTime::UNIX_EPOCH)
}

fn origin(url: &str) -> Arc<Origin> {
    Url::parse(url).unwrap().origin().clone()
}

fn at(seconds: u64) -> Time {
    Time(0).after(Duration::from_secs(seconds))
}

/// Has `count` links warmed; opens all that are asked for, and gives how many those were, how many were closed, and how
/// many stand then.
fn warm(engine: &mut Engine, origin: &Arc<Origin>, count: usize, now: Time) -> (usize, usize, usize) {
    let begun = engine.warm(origin, None, count, PATIENCE, now);
    let outputs: Vec<Output> = iter::from_fn(|| engine.poll()).collect();
    let closed = outputs.iter().filter(|output| matches!(output, Output::Close { .. })).count();
    let links: Vec<LinkId> = outputs
        .iter()
        .filter_map(|output| match output {
            Output::Open { link, .. } => Some(*link),
            _ => None,
        })
        .collect();
    assert_eq!(links.len(), begun);
    for link in links {
        engine.handle_opened(link, Opened::default(), now);
    }
    let warmed = iter::from_fn(|| engine.poll()).filter(|output| matches!(output, Output::Warmed { result: Ok(()) }));
    assert_eq!(warmed.count(), begun);
    (begun, closed, engine.standing(origin, None))
}

#[test]
fn links_that_are_idle_count_and_those_that_have_run_out_do_not() {
    let (mut engine, origin) = (engine(128, 4), origin("http://h/"));
    assert_eq!(engine.standing(&origin, None), 0);
    assert_eq!(warm(&mut engine, &origin, 2, at(0)), (2, 0, 2));
    assert_eq!(warm(&mut engine, &origin, 3, at(50)), (1, 0, 3));
    assert_eq!(warm(&mut engine, &origin, 3, at(60)), (0, 0, 3));
    engine.handle_deadline(at(90));
    assert_eq!(engine.standing(&origin, None), 1);
    assert_eq!(warm(&mut engine, &origin, 9, at(90)), (3, 2, 4));
}

#[test]
fn idle_links_of_other_origins_make_room_and_those_of_its_own_do_not() {
    let mut engine = engine(3, 2);
    let [one, other] = ["http://a/", "http://b/"].map(origin);
    assert_eq!(warm(&mut engine, &one, 2, at(0)), (2, 0, 2));
    assert_eq!(warm(&mut engine, &other, 2, at(0)), (2, 1, 2));
    assert_eq!((engine.standing(&one, None), engine.links()), (1, 3));
    assert_eq!(warm(&mut engine, &other, 3, at(0)), (0, 0, 2));
}
