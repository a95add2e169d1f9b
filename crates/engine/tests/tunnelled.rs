//! What goes through a proxy's tunnel.
#![allow(clippy::unwrap_used)]

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::SystemTime;

use sortie_engine::{Engine, Limits, Opened, Output, Time};
use sortie_http::{Body, Headers, Method, PreparedRequest, Url};
use sortie_policy::{AuthScheme, Authenticator, Policy, Proxies, Way};

/// A scheme that has something to say to a proxy.
struct ToProxy;

impl AuthScheme for ToProxy {
    fn authorize(&self, _: &PreparedRequest, _: SystemTime) -> Result<Headers, Box<dyn StdError + Send + Sync>> {
        let mut headers = Headers::new();
        headers.append("Proxy-Authorization", "Bearer 5ecret")?;
        headers.append("Authorization", "Bearer mine")?;
        Ok(headers)
    }
}

#[test]
fn rule_40_what_a_scheme_says_to_a_proxy_is_not_sent_through_its_tunnel() {
    for (url, is_told) in [("https://h/", false), ("http://h/", true)] {
        let mut policy = Policy::default();
        policy.way =
            Some(Arc::new(Way { proxies: Proxies::direct().all("http://p.test:1").unwrap(), ..Way::default() }));
        policy.auth = Some(Authenticator::Scheme(Arc::new(ToProxy)));
        let mut engine = Engine::new(Limits::default(), [0; 32], SystemTime::UNIX_EPOCH);
        let request = PreparedRequest::new(Method::GET, Url::parse(url).unwrap(), Headers::new(), Body::none());
        engine.submit(request, Arc::new(policy), 7, Time(0));
        let mut wire = Vec::new();
        while let Some(output) = engine.poll() {
            match output {
                Output::Open { link, .. } => engine.handle_opened(link, Opened::default(), Time(0)),
                Output::Ask { call, exchange, question } => {
                    engine.handle_reply(call, exchange, question.ask(), Time(0));
                }
                Output::Transmit { link } => {
                    engine.handle_writable(link, &mut wire, usize::MAX, Time(0));
                }
                other => panic!("{other:?}"),
            }
        }
        let wire = String::from_utf8(wire).unwrap();
        assert!(wire.contains("Authorization: Bearer mine"), "{wire}");
        assert_eq!(wire.contains("5ecret"), is_told, "{wire}");
    }
}
