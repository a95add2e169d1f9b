//! Rule 36, within the making of a connection: each phase has its own limit, and all of them have one together.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use sortie_engine::{Error, Limits, Phase};
use sortie_policy::Timeouts;
use sortie_sim::{Answer, Ask, Server, World};

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// An origin whose connections take so many milliseconds to each phase: resolve, connect, proxy and TLS.
fn slow([resolve, connect, proxy, tls]: [u64; 4]) -> Server {
    let exactly = |count| ms(count)..=ms(count);
    let mut server = Server::new(|request, _| Answer::ok(request, 10));
    (server.resolve, server.connect) = (Some(exactly(resolve)), exactly(connect));
    (server.proxy, server.tls) = (Some(exactly(proxy)), Some(exactly(tls)));
    server
}

/// A phase of opening, and how a call limits it.
type Limited = (Phase, fn(&mut Timeouts, Duration));

const PHASES: [Limited; 4] = [
    (Phase::Resolve, |timeouts, limit| timeouts.resolve = Some(limit)),
    (Phase::Connect, |timeouts, limit| timeouts.connect = Some(limit)),
    (Phase::Proxy, |timeouts, limit| timeouts.proxy = Some(limit)),
    (Phase::Tls, |timeouts, limit| timeouts.tls = Some(limit)),
];

/// Has one call made at 0, and says how it ended: the phase, the limit and the moment of its timeout, or when it was
/// answered.
fn run(server: Server, set: impl FnOnce(&mut Timeouts)) -> Result<Duration, (Phase, Duration, Duration)> {
    let mut world = World::new(1, Limits::default());
    world.serve("h", server);
    let tag = world.submit(ms(0), Ask::get("h").with(|policy| set(&mut policy.timeouts)));
    world.run().unwrap();
    let ended = world.ended(tag).unwrap();
    match &world.outcome(tag).unwrap().result {
        Ok(_) => Ok(ended),
        Err(failure) => match failure.error {
            Error::Timeout { limit, .. } | Error::Total { limit } => Err((failure.phase, limit, ended)),
            ref other => panic!("{other:?}"),
        },
    }
}

#[test]
fn rule_36_each_phase_of_opening_runs_out_of_its_own_time_and_is_named() {
    // Each phase takes 100 ms but for one, which takes an hour; its own limit counts from where it begins.
    for (index, (phase, limit)) in PHASES.into_iter().enumerate() {
        let mut times = [100; 4];
        times[index] = 3_600_000;
        let before = 100 * index as u64;
        // The connect timeout is that of all phases together.
        let (own, ended) = if phase == Phase::Connect { (250 + before, 250 + before) } else { (250, 250 + before) };
        let outcome = run(slow(times), |timeouts| limit(timeouts, ms(own)));
        assert_eq!(outcome, Err((phase, ms(own), ms(ended))), "{phase:?}");
    }
}

#[test]
fn rule_36_the_connect_timeout_bounds_all_phases_together_and_names_the_one_it_finds() {
    // No phase takes longer than its own limit, and all of them take longer than they may together.
    let own = |timeouts: &mut Timeouts| {
        (timeouts.resolve, timeouts.proxy, timeouts.tls) = (Some(ms(400)), Some(ms(400)), Some(ms(400)));
    };
    for (limit, phase) in [(299, Phase::Resolve), (301, Phase::Connect), (601, Phase::Proxy), (1_000, Phase::Tls)] {
        let outcome = run(slow([300; 4]), |timeouts| {
            own(timeouts);
            timeouts.connect = Some(ms(limit));
        });
        assert_eq!(outcome, Err((phase, ms(limit), ms(limit))), "{limit}");
    }
    let outcome = run(slow([300; 4]), |timeouts| {
        own(timeouts);
        timeouts.connect = Some(ms(1_201));
    });
    assert_eq!(outcome, Ok(ms(1_202)));
}

#[test]
fn rule_36_a_phase_has_its_time_for_itself() {
    // Those before it have taken longer than its limit, those behind it will.
    for (index, (_, limit)) in PHASES.into_iter().enumerate().filter(|(_, (phase, _))| *phase != Phase::Connect) {
        let mut times = [900; 4];
        times[index] = 100;
        let outcome = run(slow(times), |timeouts| limit(timeouts, ms(101)));
        assert_eq!(outcome, Ok(ms(2_802)), "{index}");
    }
}

#[test]
fn rule_36_the_default_bounds_opening_by_ten_seconds_and_none_by_nothing() {
    for (index, (phase, _)) in PHASES.into_iter().enumerate() {
        let mut times = [1; 4];
        times[index] = 86_400_000;
        let ten = Duration::from_secs(10);
        assert_eq!(run(slow(times), |_| {}), Err((phase, ten, ten)));
        assert_eq!(run(slow(times), |timeouts| timeouts.connect = None), Ok(ms(86_400_005)));
    }
}

#[test]
fn rule_36_the_total_says_which_phase_of_opening_it_found() {
    for (index, (phase, _)) in PHASES.into_iter().enumerate() {
        let mut times = [100; 4];
        times[index] = 3_600_000;
        let outcome = run(slow(times), |timeouts| timeouts.total = Some(ms(700)));
        assert_eq!(outcome, Err((phase, ms(700), ms(700))));
    }
}

#[test]
fn a_request_leaves_when_the_last_phase_is_over() {
    let mut world = World::new(1, Limits::default());
    world.serve("h", slow([10, 20, 30, 40]));
    let tag = world.submit(ms(0), Ask::get("h"));
    world.run().unwrap();
    assert_eq!(world.served()[0].at, ms(101));
    assert!(world.outcome(tag).unwrap().result.is_ok());
}

#[test]
fn rule_36_a_call_that_times_out_in_a_phase_leaves_its_place_to_the_next() {
    for (index, (phase, _)) in PHASES.into_iter().enumerate() {
        let mut times = [1; 4];
        times[index] = 3_600_000;
        let mut limits = Limits::default();
        limits.connections = 1;
        let mut world = World::new(1, limits);
        world.serve("slow", slow(times));
        world.serve("h", slow([1; 4]));
        let connect = |policy: &mut sortie_policy::Policy| policy.timeouts.connect = Some(ms(50));
        let first = world.submit(ms(0), Ask::get("slow").with(connect));
        let second = world.submit(ms(1), Ask::get("h").with(connect));
        world.run().unwrap();
        assert!(world.outcome(first).unwrap().result.as_ref().is_err_and(|failure| failure.phase == phase));
        // Its own time begins where its link is opened.
        assert_eq!(world.ended(second), Some(ms(50 + 4 + 2)), "{phase:?}");
        assert!(world.outcome(second).unwrap().result.is_ok());
    }
}
