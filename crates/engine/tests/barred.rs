//! A proxy that cannot be used is not gone around.
#![allow(clippy::unwrap_used)]

use std::iter;
use std::sync::Arc;
use std::time::SystemTime;

use sortie_engine::{Engine, Error, Limits, Opened, Outcome, Output, Time};
use sortie_http::{Body, Headers, Method, PreparedRequest, Url};
use sortie_policy::{Policy, Proxies, Timeouts, Way};

/// A policy by which `https` needs a proxy that cannot be used.
fn policy() -> Arc<Policy> {
    let lookup = |name: &str| (name == "https_proxy").then(|| "socks://p.test".to_owned());
    let mut policy = Policy::default();
    policy.way = Some(Arc::new(Way { proxies: Proxies::from_environment(lookup).0, ..Way::default() }));
    Arc::new(policy)
}

fn request(url: &str) -> PreparedRequest {
    PreparedRequest::new(Method::GET, Url::parse(url).unwrap(), Headers::new(), Body::none())
}

fn engine() -> Engine {
    Engine::new(Limits::default(), [0; 32], SystemTime::UNIX_EPOCH)
}

/// What has ended; nothing else is asked for, but that links be closed.
fn ended(engine: &mut Engine) -> Vec<Outcome> {
    let done = |output| match output {
        Output::Done { outcome, .. } => Some(outcome),
        Output::Close { .. } => None,
        other => panic!("{other:?}"),
    };
    iter::from_fn(|| engine.poll()).filter_map(done).collect()
}

fn assert_barred(outcome: &Outcome) {
    let failure = outcome.result.as_ref().unwrap_err();
    let Error::Policy(fault) = &failure.error else { panic!("{failure:?}") };
    assert_eq!(fault.to_string(), "cannot use the environment variable https_proxy");
}

#[test]
fn no_link_is_opened_and_none_that_goes_directly_is_taken() {
    let mut engine = engine();
    let https = request("https://h/");
    let timeouts = Timeouts::default();
    assert_eq!(engine.warm(https.url().origin(), None, 1, &timeouts, Time(0)), 1);
    let Some(Output::Open { link, .. }) = engine.poll() else { panic!("a link is wanted") };
    engine.handle_opened(link, Opened::default(), Time(0));
    assert!(matches!(engine.poll(), Some(Output::Warmed { result: Ok(()) })));

    for tag in 0..2 {
        engine.submit(https.clone(), policy(), tag, Time(0));
    }
    let outcomes = ended(&mut engine);
    assert_eq!((outcomes.len(), engine.links(), engine.calls()), (2, 1, 0));
    outcomes.iter().for_each(assert_barred);
    assert_eq!(engine.warm(https.url().origin(), policy().way.as_ref(), 1, &timeouts, Time(0)), 0);
}

#[test]
fn a_redirect_to_there_fails_its_call_and_keeps_the_response() {
    let mut engine = engine();
    engine.submit(request("http://h/"), policy(), 7, Time(0));
    let Some(Output::Open { link, proxy: None, .. }) = engine.poll() else { panic!("a link is wanted") };
    engine.handle_opened(link, Opened::default(), Time(0));
    assert!(matches!(engine.poll(), Some(Output::Transmit { .. })));
    engine.handle_writable(link, &mut Vec::new(), usize::MAX, Time(0));
    let answer = b"HTTP/1.1 302 Found\r\nLocation: https://h/\r\nContent-Length: 0\r\n\r\n";
    let _ = engine.handle_received(link, answer, Time(0));
    let outcomes = ended(&mut engine);
    assert_eq!((outcomes.len(), outcomes[0].history().len(), outcomes[0].attempts), (1, 1, 1));
    assert_barred(&outcomes[0]);
    assert_eq!(engine.links(), 1);
}
