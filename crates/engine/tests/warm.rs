//! Links that are opened before they are needed, on a clock of the test's own.
#![allow(clippy::unwrap_used)]

use std::iter;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use sortie_engine::{Engine, Error, Limits, LinkError, LinkFault, LinkId, Opened, Output, Phase, Time, Unopened};
use sortie_http::{Origin, Url};
use sortie_policy::Timeouts;

fn engine(connections: usize, per_origin: usize) -> Engine {
    let mut limits = Limits::default();
    (limits.connections, limits.per_origin) = (connections, per_origin);
    limits.idle = Duration::from_secs(90);
    Engine::new(limits, [0; 32], SystemTime::UNIX_EPOCH)
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
    let begun = engine.warm(origin, None, count, &Timeouts::default(), now);
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

/// Has one link warmed within these times, tells the engine each phase of opening it, and gives why it came to nothing.
fn unopened(
    engine: &mut Engine,
    timeouts: &Timeouts,
    entered: &[(u64, Phase)],
    end: impl FnOnce(&mut Engine, LinkId),
) -> Unopened {
    assert_eq!(engine.warm(&origin("https://h/"), None, 1, timeouts, at(0)), 1);
    let Some(Output::Open { link, .. }) = engine.poll() else { panic!("a link is wanted") };
    // The driver was busy.
    engine.handle_opening(link, at(1));
    for (seconds, phase) in entered {
        engine.handle_entered(link, *phase, None, at(*seconds));
    }
    end(engine, link);
    let Some(Output::Warmed { result: Err(why) }) = engine.poll() else { panic!("it came to nothing") };
    assert!(matches!(engine.poll(), Some(Output::Close { link: closed }) if closed == link));
    assert_eq!(engine.links(), 0);
    why
}

/// Which phases are entered when, and the limit that then runs out: at which moment, how long it was, and of which phase.
type Case = (&'static [(u64, Phase)], u64, u64, Phase);

#[test]
fn each_part_of_opening_has_its_limit_and_all_of_it_has_one() {
    let mut timeouts = Timeouts::default();
    timeouts.connect = Some(Duration::from_secs(30));
    (timeouts.resolve, timeouts.tls) = (Some(Duration::from_secs(5)), Some(Duration::from_secs(7)));
    let cases: [Case; 4] = [
        (&[(1, Phase::Resolve)], 6, 5, Phase::Resolve),
        (&[(1, Phase::Resolve), (4, Phase::Connect)], 31, 30, Phase::Connect),
        (&[(1, Phase::Resolve), (4, Phase::Connect), (9, Phase::Tls)], 16, 7, Phase::Tls),
        (&[(1, Phase::Resolve), (4, Phase::Connect), (29, Phase::Tls)], 31, 30, Phase::Tls),
    ];
    for (entered, end, limit, phase) in cases {
        let mut engine = engine(1, 1);
        let why = unopened(&mut engine, &timeouts, entered, |engine, _| {
            engine.handle_deadline(Time(at(end).0 - 1));
            assert!(engine.poll().is_none(), "{phase:?} at {end}");
            engine.handle_deadline(at(end));
        });
        assert_eq!(why.phase, phase);
        assert!(matches!(why.error, Error::Timeout { limit: known, .. } if known == Duration::from_secs(limit)));
    }
}

#[test]
fn a_link_that_cannot_be_opened_says_in_which_phase() {
    let cases = [
        (Phase::Resolve, LinkFault::Resolve, Phase::Resolve),
        (Phase::Proxy, LinkFault::Tls, Phase::Proxy),
        (Phase::Tls, LinkFault::Tls, Phase::Tls),
        (Phase::Connect, LinkFault::Connect, Phase::Connect),
    ];
    for (entered, kind, phase) in cases {
        let why = unopened(&mut engine(1, 1), &Timeouts::default(), &[(1, entered)], |engine, link| {
            engine.handle_closed(link, Some(LinkError { kind, source: "gone".into() }), at(2));
        });
        assert!(matches!(why.error, Error::Link(cause) if cause.kind == kind));
        assert_eq!(why.phase, phase);
    }
}
