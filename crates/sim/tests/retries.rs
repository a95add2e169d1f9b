//! Calls that go again after what went wrong: rule 37.
#![allow(clippy::unwrap_used)]

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use sortie_engine::{Budget, Error, Limits, Overflow, Phase, Setback};
use sortie_http::{Headers, Method, PreparedRequest};
use sortie_policy::{AuthScheme, Authenticator, Decide, Decision, Error as PolicyError, Redirect, Retries, Seen};
use sortie_sim::{Answer, Ask, Ending, Farewell, Server, World};

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// Retries whose waits are not left to chance.
fn retries(count: u32) -> Retries {
    Retries { backoff: ms(100), jitter: 0, ..Retries::new(count) }
}

/// A server that answers so many times with a status before all is well.
fn busy(times: u32, status: u16, retry_after: Option<u32>) -> Server {
    let mut left = times;
    Server::new(move |request, _| {
        let is_busy = left > 0;
        left = left.saturating_sub(1);
        match is_busy {
            true => Answer { status, retry_after, ..Answer::ok(request, 20) },
            false => Answer::ok(request, 100),
        }
    })
}

fn world(server: Server) -> World {
    let mut world = World::new(1, Limits::default());
    world.serve("h", server);
    world
}

fn at(world: &World) -> Vec<Duration> {
    world.served().iter().map(|served| served.at).collect()
}

#[test]
fn rule_37_a_status_is_tried_again_after_waits_that_double() {
    let mut world = world(busy(3, 503, None));
    let tag = world.submit(ms(0), Ask::get("h").with(|policy| policy.retries = retries(3)));
    world.run().unwrap();
    let outcome = world.outcome(tag).unwrap();
    assert_eq!(outcome.result.as_ref().unwrap().status().as_u16(), 200);
    assert_eq!((outcome.history().len(), outcome.attempts), (3, 4));
    let waits: Vec<Duration> = outcome.tried().iter().map(|tried| tried.wait).collect();
    assert_eq!(waits, [ms(100), ms(200), ms(400)]);
    assert!(outcome.tried().iter().all(|tried| matches!(tried.why, Setback::Status(status) if status.as_u16() == 503)));
    let gaps: Vec<Duration> = at(&world).windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.iter().zip(waits).all(|(gap, wait)| *gap >= wait && *gap < wait + ms(50)), "{gaps:?}");
}

#[test]
fn rule_37_the_last_status_is_the_answer_once_the_count_is_used_up() {
    let mut world = world(busy(9, 503, None));
    let tag = world.submit(ms(0), Ask::get("h").with(|policy| policy.retries = retries(2)));
    world.run().unwrap();
    let outcome = world.outcome(tag).unwrap();
    assert_eq!((outcome.result.as_ref().unwrap().status().as_u16(), outcome.tried().len()), (503, 2));
}

#[test]
fn rule_37_retry_after_is_waited_for_and_one_that_asks_too_much_is_not_tried() {
    let mut world = world(busy(1, 429, Some(7)));
    let tag = world.submit(ms(0), Ask::get("h").with(|policy| policy.retries = retries(1)));
    world.run().unwrap();
    assert!(world.outcome(tag).unwrap().result.is_ok());
    assert!(at(&world)[1] - at(&world)[0] >= Duration::from_secs(7));

    let mut world = self::world(busy(1, 429, Some(61)));
    let tag = world.submit(ms(0), Ask::get("h").with(|policy| policy.retries = retries(1)));
    world.run().unwrap();
    let outcome = world.outcome(tag).unwrap();
    assert_eq!((outcome.result.as_ref().unwrap().status().as_u16(), outcome.attempts), (429, 1));
}

#[test]
fn rule_37_only_an_idempotent_method_goes_again_unless_asked() {
    for (any_method, attempts) in [(false, 1), (true, 2)] {
        let mut world = world(busy(1, 503, None));
        let asked = Retries { any_method, ..retries(1) };
        let tag = world.submit(ms(0), Ask::post("h", 0).with(|policy| policy.retries = asked));
        world.run().unwrap();
        assert_eq!(world.outcome(tag).unwrap().attempts, attempts);
    }
}

#[test]
fn a_connection_that_is_refused_is_tried_again_whatever_the_method() {
    let mut server = Server::new(|request, _| Answer::ok(request, 10));
    let mut number = 0;
    server.refuses = 1;
    let mut world = world(server);
    let tag = world.submit(ms(0), Ask::post("h", 10).with(|policy| policy.retries = retries(2)));
    world.run().unwrap();
    let outcome = world.outcome(tag).unwrap();
    let failure = outcome.result.as_ref().unwrap_err();
    assert!(matches!(&failure.error, Error::Link(_)) && failure.phase == Phase::Connect, "{failure:?}");
    for tried in outcome.tried() {
        number += 1;
        assert!(matches!(&tried.why, Setback::Failed(failure) if matches!(failure.error, Error::Link(_))));
    }
    assert_eq!((number, world.opened()), (2, 3));
}

#[test]
fn an_answer_that_is_cut_or_late_is_tried_again() {
    let cut = Ending::Cut { after: 60, with: Farewell::Reset };
    for ending in [cut, Ending::Stall { after: 10 }] {
        let mut first = true;
        let server = Server::new(move |request, _| match std::mem::take(&mut first) {
            true => Answer { ending: ending.clone(), ..Answer::ok(request, 500) },
            false => Answer::ok(request, 500),
        });
        let mut world = world(server);
        let ask = Ask::get("h").with(|policy| {
            policy.retries = retries(1);
            policy.timeouts.first_byte = Some(ms(300));
        });
        let tag = world.submit(ms(0), ask);
        world.run().unwrap();
        let outcome = world.outcome(tag).unwrap();
        assert_eq!(outcome.result.as_ref().unwrap().content().len(), 500);
        assert_eq!((outcome.tried().len(), outcome.history().len(), outcome.attempts), (1, 0, 2));
    }
}

#[test]
fn a_wait_that_would_outlast_the_call_is_not_begun() {
    let mut world = world(busy(5, 503, None));
    let ask = Ask::get("h").with(|policy| {
        policy.retries = Retries { backoff: ms(400), ..retries(5) };
        policy.timeouts.total = Some(ms(1_000));
    });
    let tag = world.submit(ms(0), ask);
    world.run().unwrap();
    // 400 ms fit, 800 more do not: the second 503 is the answer, and not a timeout.
    let outcome = world.outcome(tag).unwrap();
    assert_eq!((outcome.result.as_ref().unwrap().status().as_u16(), outcome.tried().len()), (503, 1));
    assert!(world.ended(tag).unwrap() < ms(500));
}

#[test]
fn a_call_that_waits_can_be_cancelled_and_leaves_nothing_behind() {
    let mut world = world(busy(5, 503, None));
    let tag = world.submit(ms(0), Ask::get("h").with(|policy| policy.retries = retries(5)));
    world.cancel(ms(150), tag);
    world.run().unwrap();
    let failure = world.outcome(tag).unwrap().result.as_ref().unwrap_err();
    assert!(matches!(failure.error, Error::Cancelled));
    assert_eq!(failure.phase, Phase::Wait);
    assert_eq!(world.engine().calls(), 0);
}

#[test]
fn a_share_bounds_the_retries_of_all_calls_together() {
    let mut limits = Limits::default();
    limits.retry_share = Some(100);
    let mut world = World::new(1, limits);
    world.serve("h", busy(u32::MAX, 503, None));
    let tags: Vec<u64> =
        (0..100).map(|_| world.submit(ms(0), Ask::get("h").with(|policy| policy.retries = retries(3)))).collect();
    world.run().unwrap();
    let tried: usize = tags.iter().map(|tag| world.outcome(*tag).unwrap().tried().len()).sum();
    assert_eq!(tried, 10);
    assert_eq!(world.served().len(), 110);
}

#[test]
fn what_was_tried_is_told() {
    let mut world = world(busy(1, 503, None));
    let ask = Ask::get("h").with(|policy| (policy.retries, policy.told) = (retries(2), true));
    let tag = world.submit(ms(0), ask);
    world.run().unwrap();
    let told: Vec<String> = world.told(tag).iter().map(|told| told.what.to_string()).collect();
    assert!(told.iter().any(|line| line.contains("status 503, again in 100ms, retry 1 of 2")), "{told:?}");
}

/// A scheme that answers one challenge.
struct Password;

impl AuthScheme for Password {
    fn authorize(&self, request: &PreparedRequest, _: SystemTime) -> Result<Headers, Box<dyn StdError + Send + Sync>> {
        let mut headers = Headers::new();
        headers.append("X-Signed", request.url().target())?;
        Ok(headers)
    }

    fn answer(&self, seen: &Seen<'_>) -> Result<bool, Box<dyn StdError + Send + Sync>> {
        assert!(seen.brought.is_some_and(|brought| brought.contains("X-Signed")));
        Ok(seen.status.as_u16() == 401 && seen.course.answers == 0)
    }
}

#[test]
fn a_scheme_of_ones_own_signs_each_exchange_and_answers_a_challenge() {
    let mut world = world(busy(1, 401, None));
    let ask = Ask::new(Method::PUT, "h").with(|policy| policy.auth = Some(Authenticator::Scheme(Arc::new(Password))));
    let tag = world.submit(ms(0), ask);
    world.run().unwrap();
    let outcome = world.outcome(tag).unwrap();
    let response = outcome.result.as_ref().unwrap();
    assert_eq!((response.status().as_u16(), outcome.history().len(), outcome.attempts), (200, 1, 2));
    let signed = format!("/{tag}/0");
    for response in outcome.history().iter().chain([response]) {
        assert_eq!(response.request().headers().get("x-signed"), Some(&*signed));
        assert!(response.request().headers().is_sensitive("x-signed"));
    }
}

/// A scheme that sets what is not its own to set.
struct Meddler;

impl AuthScheme for Meddler {
    fn authorize(&self, _: &PreparedRequest, _: SystemTime) -> Result<Headers, Box<dyn StdError + Send + Sync>> {
        let mut headers = Headers::new();
        headers.append("Host", "elsewhere")?;
        Ok(headers)
    }
}

#[test]
fn a_scheme_that_sets_the_framing_fails_its_call_and_spares_the_link() {
    let mut world = world(Server::new(|request, _| Answer::ok(request, 10)));
    let bad = Ask::get("h").with(|policy| policy.auth = Some(Authenticator::Scheme(Arc::new(Meddler))));
    let bad = world.submit(ms(0), bad);
    let good = world.submit(ms(100), Ask::get("h"));
    world.run().unwrap();
    let failure = world.outcome(bad).unwrap().result.as_ref().unwrap_err();
    assert!(matches!(&failure.error, Error::Policy(PolicyError::Forbidden { .. })), "{failure:?}");
    assert!(world.outcome(good).unwrap().result.is_ok());
    assert_eq!(world.opened(), 1, "the link was never written to, and serves the next call");
}

#[test]
fn a_closure_decides_on_each_redirect() {
    let asked = |decide: fn(&Redirect<'_>) -> Decision| {
        let mut world = World::new(1, Limits::default());
        world.serve(
            "h",
            Server::new(|request, _| match request.step {
                0 | 1 => Answer { pieces: 9, gap: ms(1), ..Answer::redirect(request, 302, "h") },
                _ => Answer::ok(request, 10),
            }),
        );
        let ask = Ask::get("h").with(|policy| policy.redirects.decide = Some(Decide::new(decide)));
        let tag = world.submit(ms(0), ask);
        (world, tag)
    };
    let (mut world, tag) = asked(|_| Decision::Follow);
    world.run().unwrap();
    assert_eq!(world.outcome(tag).unwrap().history().len(), 2);

    let (mut world, tag) = asked(|redirect| (redirect.followed == 0).into());
    world.run().unwrap();
    let outcome = world.outcome(tag).unwrap();
    assert_eq!((outcome.result.as_ref().unwrap().status().as_u16(), outcome.history().len()), (302, 1));

    let (mut world, tag) = asked(|redirect| Decision::Refuse(format!("not to {}", redirect.to.url()).into()));
    world.run().unwrap();
    let failure = world.outcome(tag).unwrap().result.as_ref().unwrap_err();
    let Error::Policy(error @ PolicyError::Refused { .. }) = &failure.error else { panic!("{failure:?}") };
    assert!(error.to_string().starts_with("the program refused the redirect: not to http://h/"));
    assert!(failure.response.is_some());
}

#[test]
fn a_redirect_that_cannot_be_followed_is_the_error_also_where_its_body_breaks() {
    let server = Server::new(|request, _| {
        let redirect = Answer::redirect(request, 302, "h");
        let after = redirect.wire(request).len() - 5;
        Answer { ending: Ending::Cut { after, with: Farewell::Reset }, ..redirect }
    });
    let mut world = world(server);
    let ask = Ask::get("h").with(|policy| (policy.retries, policy.redirects.limit) = (retries(2), 0));
    let tag = world.submit(ms(0), ask);
    world.run().unwrap();
    let outcome = world.outcome(tag).unwrap();
    let failure = outcome.result.as_ref().unwrap_err();
    assert!(matches!(failure.error, Error::Policy(PolicyError::TooManyRedirects { limit: 0 })), "{failure:?}");
    assert_eq!((outcome.attempts, failure.response.is_some()), (1, true));
}

#[test]
fn what_was_thrown_away_before_a_retry_holds_no_budget() {
    let mut limits = Limits::default();
    limits.budget = Some(Budget { bytes: 3_000, overflow: Overflow::Fail });
    let mut left = 4;
    let server = Server::new(move |request, _| {
        let is_cut = left > 0;
        left -= i32::from(is_cut);
        let cut = Ending::Cut { after: 1_000, with: Farewell::Reset };
        if is_cut { Answer { ending: cut, ..Answer::ok(request, 1_500) } } else { Answer::ok(request, 1_500) }
    });
    let mut world = World::new(1, limits);
    world.serve("h", server);
    let tag = world.submit(ms(0), Ask::get("h").with(|policy| policy.retries = retries(4)));
    world.run().unwrap();
    let outcome = world.outcome(tag).unwrap();
    assert_eq!(outcome.tried().len(), 4);
    assert_eq!(outcome.result.as_ref().unwrap().content().len(), 1_500);
}
