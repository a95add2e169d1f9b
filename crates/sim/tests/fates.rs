//! Hundreds of worlds, each drawn from its seed: mixed batches, all kinds of servers, cancels at any moment.
#![allow(clippy::unwrap_used)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use sortie_cookie::SharedJar;
use sortie_engine::{Budget, Error, Limits, Overflow};
use sortie_http::Method;
use sortie_http::{Headers, PreparedRequest};
use sortie_policy::{AuthScheme, Authenticator, Policy, Retries, Seen, Timeouts};
use sortie_sim::{Ask, Chance, Stream, Temper, World};

const SEEDS: u64 = 1_000;

#[test]
fn every_fate_is_lived_through_within_the_laws() {
    let mut ends = Ends::default();
    for seed in seeds() {
        let played = catch_unwind(AssertUnwindSafe(|| play(seed, &mut ends)));
        match played {
            Ok(Ok(())) => {}
            Ok(Err(error)) => panic!("SORTIE_SIM_SEED={seed}: {error}"),
            Err(_) => panic!("SORTIE_SIM_SEED={seed}: panicked"),
        }
    }
    // The worlds are varied enough to prove something.
    if replayed().is_none() {
        let enough = ends.answered > 2_000 && ends.redirected > 500 && ends.repeated > 50 && ends.tried > 200;
        assert!(
            enough && ends.unfit > 500 && ends.timed_out > 500 && ends.cancelled > 500 && ends.broken > 500,
            "{ends:?}"
        );
    }
}

#[test]
fn the_same_seed_plays_the_same_fate() {
    let play = |seed| {
        let (mut world, tags) = world(seed);
        world.run().unwrap();
        let ends: Vec<_> = (1..=tags).map(|tag| world.ended(tag)).collect();
        (ends, world.served().to_vec(), world.opened())
    };
    for seed in 1..=10 {
        assert_eq!(play(seed), play(seed), "seed {seed}");
    }
    assert_ne!(play(1), play(2));
}

/// How calls ended, over all worlds.
#[derive(Debug, Default)]
struct Ends {
    answered: usize,
    redirected: usize,
    repeated: usize,
    tried: usize,
    timed_out: usize,
    cancelled: usize,
    broken: usize,
    unfit: usize,
}

fn play(seed: u64, ends: &mut Ends) -> Result<(), sortie_sim::Error> {
    let (mut world, tags) = world(seed);
    world.run()?;
    for tag in 1..=tags {
        let outcome = world.outcome(tag).unwrap_or_else(|| panic!("call {tag} has no outcome"));
        ends.redirected += usize::from(!outcome.history().is_empty());
        ends.repeated += usize::from(outcome.attempts as usize > outcome.history().len() + 1);
        ends.tried += usize::from(!outcome.tried().is_empty());
        match outcome.result.as_ref().map_err(|failure| &failure.error) {
            Ok(_) => ends.answered += 1,
            Err(Error::Timeout { .. } | Error::Total { .. }) => ends.timed_out += 1,
            Err(Error::Cancelled) => ends.cancelled += 1,
            Err(Error::Body(_)) => ends.unfit += 1,
            Err(_) => ends.broken += 1,
        }
    }
    Ok(())
}

/// The world of a seed, and how many calls are made in it.
fn world(seed: u64) -> (World, u64) {
    let mut chance = Chance::new(seed.wrapping_mul(0x9E37_79B9).wrapping_add(1));
    let mut limits = Limits::default();
    limits.connections = chance.size(1..=12);
    limits.per_origin = chance.size(1..=6);
    limits.idle = Duration::from_millis(chance.size(1..=5_000) as u64);
    limits.gate = chance.percent(50).then(|| Duration::from_millis(chance.size(0..=1_500) as u64));
    limits.budget = chance.percent(40).then(|| {
        let overflow = if chance.percent(75) { Overflow::Wait } else { Overflow::Fail };
        Budget { bytes: chance.size(0..=60_000) as u64, overflow }
    });
    let mut world = World::new(seed, limits);
    world.taken = Duration::ZERO..=Duration::from_millis(chance.pick(&[0, 10, 300]).copied().unwrap_or(0));
    world.lag = Duration::from_millis(chance.pick(&[0, 0, 1, 40]).copied().unwrap_or(0));
    world.descriptors = chance.percent(15).then(|| chance.size(1..=5));
    world.input = if chance.percent(30) { chance.size(1..=300) } else { 64 * 1024 };
    world.budget = if chance.percent(40) { chance.size(1..=3_000) } else { 256 * 1024 };
    world.echoes = if chance.percent(30) { 20 } else { 0 };

    world.piece = 1..=chance.pick(&[400, 4_000, 64 * 1024]).copied().unwrap_or(1);
    world.slow = Duration::ZERO..=Duration::from_millis(chance.pick(&[0, 0, 2]).copied().unwrap_or(0));

    let all_gentle = chance.percent(25);
    let origins: Vec<String> = (0..chance.size(1..=6)).map(|number| format!("h{number}")).collect();
    for origin in &origins {
        let temper = match all_gentle || chance.percent(40) {
            true => Temper::gentle(&origins),
            false => Temper::wild(&origins),
        };
        world.serve(origin, temper.server(&mut chance));
    }
    let jar = SharedJar::default();
    let calls = chance.size(1..=60);
    let spread = Duration::from_millis(chance.size(0..=2_000) as u64);
    for _ in 0..calls {
        let at = chance.duration(Duration::ZERO..=spread);
        let ask = ask(&mut chance, &origins, &jar);
        let tag = world.submit(at, ask);
        if chance.percent(12) {
            let patience = Duration::from_millis(chance.pick(&[0, 20, 200, 2_000]).copied().unwrap_or(0));
            let later = chance.duration(Duration::ZERO..=patience);
            world.cancel(at + later, tag);
        }
    }
    (world, calls as u64)
}

fn ask(chance: &mut Chance, origins: &[String], jar: &SharedJar) -> Ask {
    let methods = [Method::GET, Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::POST, Method::POST];
    let method = chance.pick(&methods).cloned().unwrap();
    let has_body = method == Method::PUT || method == Method::POST;
    let body = has_body.then(|| if chance.percent(60) { chance.size(0..=200) } else { chance.size(0..=60_000) });
    let mut policy = Policy::default();
    policy.told = chance.percent(30);
    policy.jar = chance.percent(50).then(|| jar.clone());
    if chance.percent(20) {
        policy.redirects.limit = chance.size(0..=2) as u32;
        // Not patient: it may fail of that.
        policy.timeouts.total = Some(Duration::from_secs(100));
    }
    if chance.percent(25) {
        let backoff = Duration::from_millis(chance.size(0..=300) as u64);
        policy.retries = Retries { backoff, ..Retries::new(chance.size(1..=3) as u32) };
        policy.auth = chance.percent(30).then(|| Authenticator::Scheme(Arc::new(Counting::default())));
    }
    if chance.percent(50) {
        policy.timeouts = timeouts(chance);
    }
    let stream = body.filter(|_| chance.percent(40)).map(|count| {
        let count = count as u64;
        let known = if chance.percent(85) { count } else { chance.size(0..=60_000) as u64 };
        Stream { length: chance.percent(50).then_some(known), again: chance.percent(60), fails: chance.percent(10) }
    });
    policy.expect = chance.percent(25).then(|| Duration::from_millis(chance.size(1..=100) as u64));
    policy.counted = chance.percent(20);
    Ask { body, stream, policy, ..Ask::new(method, chance.pick(origins).unwrap()) }
}

/// A scheme that counts, and now and then has nothing to say.
#[derive(Default)]
struct Counting(AtomicU32);

impl AuthScheme for Counting {
    fn authorize(
        &self,
        _: &PreparedRequest,
        _: SystemTime,
    ) -> Result<Headers, Box<dyn std::error::Error + Send + Sync>> {
        let times = self.0.fetch_add(1, Ordering::Relaxed);
        if times == 3 {
            return Err("not a fourth time".into());
        }
        let mut headers = Headers::new();
        headers.append("Authorization", &format!("Counting {times}"))?;
        Ok(headers)
    }

    fn answer(&self, seen: &Seen<'_>) -> Result<bool, Box<dyn std::error::Error + Send + Sync>> {
        let is_idempotent = sortie_policy::is_idempotent(seen.request.method());
        Ok(seen.status.as_u16() == 401 && seen.course.answers == 0 && is_idempotent)
    }
}

/// Timeouts of the size of what happens.
fn timeouts(chance: &mut Chance) -> Timeouts {
    let mut draw = |percent, most: u64| {
        let drawn = chance.duration(Duration::from_millis(1)..=Duration::from_millis(most));
        chance.percent(percent).then_some(drawn)
    };
    let mut timeouts = Timeouts::default();
    timeouts.connect = draw(100, 100);
    timeouts.first_byte = draw(100, 2_000);
    timeouts.between_bytes = draw(100, 500);
    timeouts.queue = draw(50, 2_000);
    timeouts.total = draw(50, 4_000);
    timeouts
}

fn seeds() -> Vec<u64> {
    replayed().map_or_else(|| (1..=SEEDS).collect(), |seed| vec![seed])
}

/// The one seed that is asked for.
#[expect(clippy::disallowed_methods, reason = "it chooses what is tested, not how anything behaves")]
fn replayed() -> Option<u64> {
    std::env::var("SORTIE_SIM_SEED").ok()?.parse().ok()
}
